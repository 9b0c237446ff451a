"""A camera is calibrated from painted pictures of boards and markers; what is too inexact is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.board import Board
from embodied_tabletop.seeing.calibrating import lens_from, place_from_hand, place_from_table
from embodied_tabletop.seeing.calibration import Calibration, dumped, load_calibration, load_lens
from embodied_tabletop.seeing.detecting import Detector
from embodied_tabletop.seeing.markers import Marker
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.transforms import Array, angle_between, inverse, moved, pose_of, turned
from typer.testing import CliRunner

from embodied.cli.arm import app
from embodied.errors import BadInput
from tests.tabletop.seeing.painting import TABLE, Painter, Quad, calibration, tag

SCENE = load_scene("arm")
SETTINGS = CameraSettings.of(TABLE, SCENE)
CAMERA = calibration()
LAUNCH = """
[goal]
text = "put the red cube in the tray"
[world]
kind = "arm"
driver = "ur5e"
arm = "a"
objects = "apriltag"
[world.camera]
calibration = "{folder}/camera.json"
[[world.camera.markers]]
id = 0
object = "red_cube"
size = 0.03
"""


def _views(board: Board, many: int = 10, slant: float = 0.6) -> list[Any]:
    random = np.random.default_rng(3)
    texture = np.pad(board.drawn(3000), 75, constant_values=255)
    height, width = (side / 3000 for side in texture.shape)
    corners = (
        np.array([[-width, height, 0], [width, height, 0], [width, -height, 0], [-width, -height, 0]]) / 2
    )
    painter = Painter(Calibration(CAMERA.lens, np.eye(4), 0.0))
    made = []
    for _ in range(many):
        turn = turned((np.pi, 0, 0)) @ turned(random.uniform(-slant, slant, 3))
        place = random.uniform((-0.12, -0.06, 0.40), (0.12, 0.06, 0.7))
        made.append(painter.paint([Quad(moved(pose_of(turn, place), corners), texture)]))
    return made


@pytest.fixture(scope="module")
def charuco() -> list[Any]:
    return _views(Board.of("charuco"))


@pytest.fixture(scope="module")
def table() -> Any:
    return Painter(CAMERA).table(SCENE, SETTINGS.reference, {})


def _off(camera: Array) -> tuple[float, float]:
    """How far a camera is from where it was painted [m, rad]."""
    away = inverse(CAMERA.camera) @ camera
    return float(np.linalg.norm(away[:3, 3])), angle_between(away[:3, :3], np.eye(3))


def test_a_lens_and_where_it_stands_are_found_and_kept_in_a_file(
    charuco: list[Any], table: Any, tmp_path: Path
) -> None:
    lens = lens_from(Board.of("charuco"), charuco)
    assert lens.matrix == pytest.approx(CAMERA.lens.matrix, abs=6.0)
    assert lens.error_px < 0.5
    placed = place_from_table(lens, SETTINGS.dictionary, SETTINGS.reference, [table])
    metres, radians = _off(placed.camera)
    assert metres < 0.006
    assert radians < 0.005
    path = tmp_path / "camera.json"
    path.write_text(dumped(lens, placed))
    assert load_calibration(path).camera == pytest.approx(placed.camera, abs=1e-6)
    assert load_calibration(path).hash == load_calibration(path).hash != CAMERA.hash


def test_a_checkerboard_does_as_well() -> None:
    lens = lens_from(Board.of("checkerboard"), _views(Board.of("checkerboard"), 14))
    assert lens.matrix == pytest.approx(CAMERA.lens.matrix, abs=6.0)


def test_a_marker_in_the_hand_tells_where_the_camera_is() -> None:
    random = np.random.default_rng(5)
    marker = Marker(7, "", 0.05, np.eye(4))
    held = pose_of(turned((0.1, 0.2, 0.4)), (0.01, 0.02, 0.05))
    painter, shown = Painter(CAMERA), []
    for _ in range(8):
        seen = pose_of(
            turned((np.pi, 0, 0)) @ turned(random.uniform(-0.5, 0.5, 3)),
            random.uniform((-0.2, -0.1, 0.6), (0.2, 0.1, 0.9)),
        )
        there = CAMERA.camera @ seen
        shown.append((there @ inverse(held), painter.paint([tag(marker, there)])))
    placed = place_from_hand(CAMERA.lens, "apriltag_36h11", marker, shown)
    metres, radians = _off(placed.camera)
    assert metres < 0.004
    assert radians < 0.004
    with pytest.raises(BadInput, match="hardly turned"):
        place_from_hand(CAMERA.lens, "apriltag_36h11", marker, [shown[0]] * 6)
    with pytest.raises(BadInput, match="five are needed"):
        place_from_hand(CAMERA.lens, "apriltag_36h11", marker, shown[:4])


def test_too_few_views_or_none_that_is_slanted_are_refused(charuco: list[Any]) -> None:
    board = Board.of("charuco")
    with pytest.raises(BadInput, match="found in 3 of 3"):
        lens_from(board, charuco[:3])
    with pytest.raises(BadInput, match="focal length"):
        lens_from(board, _views(board, 9, slant=0.0))
    with pytest.raises(BadInput, match="not all of one size"):
        lens_from(board, [*charuco[:2], charuco[2][:400]])


def test_markers_on_the_table_that_are_not_where_they_are_said_to_be_are_refused(table: Any) -> None:
    first, *others = SETTINGS.reference
    pose = first.pose.copy()
    pose[:2, 3] += 0.03
    with pytest.raises(BadInput, match="known only to"):
        place_from_table(CAMERA.lens, SETTINGS.dictionary, [replace(first, pose=pose), *others], [table])
    with pytest.raises(BadInput, match="2 are needed"):
        place_from_table(CAMERA.lens, SETTINGS.dictionary, [first], [table])
    unseen = [replace(marker, id=marker.id + 10) for marker in SETTINGS.reference]
    with pytest.raises(BadInput, match="0 are seen"):
        place_from_table(CAMERA.lens, SETTINGS.dictionary, unseen, [table])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lens_error_px": 3.0}, "3.00 pixels"),
        ({"place_error_px": 9.0}, "9.00 pixels"),
        ({"place_error_px": float("nan")}, "no calibration"),
        ({"camera_to_base": {"position": [0, 0, 1], "quaternion": [1, 1, 1, 1]}}, "no pose"),
        ({"matrix": [[0, 0, 0], [0, 0, 0], [0, 0, 1]]}, "focal length"),
        ({"format": "another"}, "format"),
    ],
)
def test_a_calibration_that_cannot_be_believed_is_refused(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "camera.json"
    path.write_text(json.dumps({**json.loads(dumped(CAMERA.lens, CAMERA)), **change}))
    with pytest.raises(BadInput, match=words):
        load_calibration(path)


def test_a_lens_alone_is_no_calibration_of_an_arm_yet(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    path.write_text(dumped(CAMERA.lens, None))
    assert load_lens(path).width == 1280
    with pytest.raises(BadInput, match="nothing of where the camera stands"):
        load_calibration(path)
    with pytest.raises(BadInput, match="There is no calibration"):
        load_calibration(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["charco", "charuco:7x", "charuco:2x2", "checkerboard:9x6:0"])
def test_a_board_that_there_is_not(text: str) -> None:
    with pytest.raises(BadInput, match="no board"):
        Board.of(text)


def test_the_command_calibrates_from_folders_and_tells_how_well(
    charuco: list[Any], table: Any, tmp_path: Path
) -> None:
    references = "".join(
        f"[[world.camera.reference]]\nid = {entry['id']}\nsize = {entry['size']}\n"
        f"position = {entry['position']}\nturn = {entry.get('turn', 0.0)}\n"
        for entry in TABLE["reference"]
    )
    launch = tmp_path / "arm.toml"
    launch.write_text(LAUNCH.format(folder=tmp_path) + references)
    board = tmp_path / "board"
    board.mkdir()
    for number, picture in enumerate(charuco):
        cv2.imwrite(str(board / f"{number:02d}.png"), picture)
    cv2.imwrite(str(tmp_path / "table.png"), table)
    result = CliRunner().invoke(
        app, ["calibrate", str(launch), "--pictures", str(board), "--table", str(tmp_path / "table.png")]
    )
    assert result.exit_code == 0, result.output
    assert "markers 20, 21, 22 on the table" in result.output
    metres, _ = _off(load_calibration(tmp_path / "camera.json").camera)
    assert metres < 0.006


def test_the_markers_that_are_printed_are_those_that_are_seen(tmp_path: Path) -> None:
    launch = tmp_path / "arm.toml"
    launch.write_text(LAUNCH.format(folder=tmp_path))
    sheet, pages = tmp_path / "markers.png", tmp_path / "markers.pdf"
    result = CliRunner().invoke(app, ["markers", str(launch), "-o", str(sheet), "--board", "charuco"])
    assert result.exit_code == 0, result.output
    found = Detector("apriltag_36h11", [0]).find(cv2.imread(str(sheet)))
    side = float(np.linalg.norm(found[0][1] - found[0][0]))
    assert side / (300 / 0.0254) == pytest.approx(0.03, abs=0.0003)
    assert Board.of("charuco").find(cv2.imread(str(tmp_path / "markers-2.png"))) is not None
    result = CliRunner().invoke(app, ["markers", str(launch), "-o", str(pages)])
    assert pages.read_bytes().startswith(b"%PDF")
