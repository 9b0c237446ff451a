"""From painted pictures to poses: how exactly, and what is refused."""

from __future__ import annotations

import logging
import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra `vision` is not installed")
pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.detecting import Detector
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.solving import Solved, Solver
from embodied_tabletop.seeing.tracking import LEAST, Track, impossible
from embodied_tabletop.seeing.transforms import angle_between, matrix_of, pose_of, state_of, turned

from embodied.errors import BadInput
from tests.tabletop.seeing.measuring import WEATHERS, cameras, measure
from tests.tabletop.seeing.painting import TABLE, Painter, box, calibration, standing, tag

SCENE = load_scene("arm")
SETTINGS = CameraSettings.of(TABLE, SCENE)
CAMERA = calibration()


def _of(name: str, table: Any = SETTINGS) -> list[Any]:
    return [marker for marker in table.markers if marker.object == name]


@pytest.mark.parametrize("sort", list(WEATHERS))
def test_a_cube_a_metre_away_is_found_to_millimetres_and_its_turn_to_a_degree(sort: str) -> None:
    camera = cameras()["1280 x 720"]
    errors = measure(WEATHERS[sort], 6, taken=camera, believed=camera)
    assert errors.missed <= 6
    assert np.median(errors.seen_mm) < 6
    assert max(errors.rested_mm) < 1.5
    assert max(errors.rested_deg) < 1.5


def test_a_thing_that_leans_is_seen_to_lean() -> None:
    lean = pose_of(turned((0.0, 0.0, 0.3)) @ turned((math.radians(30), 0.0, 0.0)), (0.5, 0.0, 0.05))
    cube = SCENE.by_name["red_cube"]
    picture = Painter(CAMERA).paint([*box(cube.size, lean, 110.0), tag(_of("red_cube")[0], lean)])
    solved = Solver(CAMERA).solve(_of("red_cube"), Detector("apriltag_36h11", [0]).find(picture))
    assert solved is not None
    assert math.degrees(angle_between(solved.pose[:3, :3], lean[:3, :3])) < 5
    assert solved.pose[:3, 3] == pytest.approx(lean[:3, 3], abs=0.01)


def test_several_markers_on_one_thing_tell_together() -> None:
    two = CameraSettings.of(
        {
            "markers": [
                {"id": 0, "object": "red_cube", "size": 0.03},
                {"id": 4, "object": "red_cube", "size": 0.03, "face": "back", "turn": 1.57079632679},
            ]
        },
        SCENE,
    )
    pose = standing(0.5, 0.0, 0.0225, -0.6)
    picture = Painter(CAMERA).table(SCENE, two.markers, {"red_cube": pose})
    found = Detector("apriltag_36h11", [0, 4]).find(picture)
    assert set(found) == {0, 4}
    solved = Solver(CAMERA).solve(two.markers, found)
    assert solved is not None
    assert solved.markers == 2
    assert solved.pose[:3, 3] == pytest.approx(pose.position, abs=0.003)
    only_the_back = Solver(CAMERA).solve(two.markers, {4: found[4]})
    assert only_the_back is not None
    assert only_the_back.pose[:3, 3] == pytest.approx(pose.position, abs=0.008)


def test_a_marker_of_no_launch_file_and_one_that_is_there_twice_are_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    spots = {"red_cube": standing(0.5, 0.0, 0.0225), "blue_cube": standing(0.45, 0.2, 0.0225)}
    red = _of("red_cube")[0]
    copy = tag(red, matrix_of(standing(0.6, -0.15, 0.0225)))
    picture = Painter(CAMERA).table(SCENE, SETTINGS.markers[:2], spots, [copy])
    with caplog.at_level(logging.WARNING):
        found = Detector("apriltag_36h11", [0]).find(picture)
    assert not found
    assert "marker 1 is in no launch file" in caplog.text
    assert "marker 0 is in the picture more than once" in caplog.text


def test_a_marker_that_is_larger_than_the_launch_file_says_puts_its_thing_out_of_what_can_be() -> None:
    small = CameraSettings.of({"markers": [{"id": 0, "object": "red_cube", "size": 0.045}]}, SCENE)
    picture = Painter(CAMERA).table(SCENE, SETTINGS.markers[:1], {"red_cube": standing(0.5, 0.0, 0.0225)})
    solved = Solver(CAMERA).solve(small.markers, Detector("apriltag_36h11", [0]).find(picture))
    assert solved is not None
    assert "in the table" in impossible(SCENE.by_name["red_cube"], solved.pose)


def test_markers_that_fit_no_pose_together_are_refused() -> None:
    wrong = CameraSettings.of(
        {
            "markers": [
                {"id": 0, "object": "tray", "size": 0.03, "offset": [0.0, 0.0]},
                {"id": 1, "object": "tray", "size": 0.03, "offset": [0.05, 0.0]},
            ]
        },
        SCENE,
    )
    spots = {"red_cube": standing(0.5, 0.0, 0.0225), "blue_cube": standing(0.45, 0.2, 0.0225, 0.7)}
    found = Detector("apriltag_36h11", [0, 1]).find(Painter(CAMERA).table(SCENE, SETTINGS.markers[:2], spots))
    assert set(found) == {0, 1}
    assert Solver(CAMERA).solve(wrong.markers, found) is None


def _at(x: float, y: float = 0.0) -> Solved:
    return Solved(matrix_of(standing(x, y, 0.0225)), 0.1, 1)


def test_one_look_is_not_enough_and_one_that_is_off_does_not_count() -> None:
    track = Track(SCENE.by_name["red_cube"], 10.0)
    for n in range(LEAST):
        assert track.seen() is None
        track.look(0.1 * n, _at(0.5))
    track.look(0.4, _at(0.6))
    seen = track.seen()
    assert seen is not None
    assert seen.pose[0, 3] == pytest.approx(0.5)
    assert seen.last_s == pytest.approx(0.2)


def test_a_thing_that_was_moved_is_there_after_a_few_looks() -> None:
    track = Track(SCENE.by_name["red_cube"], 10.0)
    for n in range(5):
        track.look(0.1 * n, _at(0.5))
        track.seen()
    for n in range(5, 10):
        track.look(0.1 * n, _at(0.6))
        track.seen()
    seen = track.seen()
    assert seen is not None
    assert seen.pose[0, 3] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("pose", "why"),
    [
        (standing(0.5, 0.0, -0.05), "in the table"),
        (standing(3.0, 0.0, 0.02), "out of the arm's reach"),
        (standing(0.5, 0.0, 2.0), "out of the arm's reach"),
    ],
)
def test_what_cannot_be_is_not_believed(pose: Any, why: str) -> None:
    assert why in impossible(SCENE.by_name["red_cube"], matrix_of(pose))


def test_poses_survive_the_way_through_quaternions() -> None:
    for vector in ((0.0, 0.0, 0.0), (3.1, 0.2, 0.0), (0.1, -2.0, 1.5), (0.0, 3.14, 0.1)):
        pose = pose_of(turned(vector), (0.1, 0.2, 0.3))
        assert matrix_of(state_of(pose)) == pytest.approx(pose, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"markers": [{"id": 0, "object": "red_cub", "size": 0.03}]}, "red_cube"),
        ({"markers": [{"id": 0, "object": "red_cube"}]}, "size"),
        ({"markers": [{"id": 0, "object": "red_cube", "size": 0.03, "face": "lid"}]}, "face"),
        (
            {
                "markers": [{"id": 7, "object": "red_cube", "size": 0.03}],
                "reference": [{"id": 7, "size": 0.05, "position": [0, 0]}],
            },
            "marker 7 twice",
        ),
        ({"fixed": ["tary"]}, "tray"),
        ({"sorce": 1}, "source"),
    ],
)
def test_what_is_wrong_in_the_launch_file_is_named(table: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as wrong:
        CameraSettings.of(table, SCENE)
    assert words in f"{wrong.value.message} {wrong.value.remedy}"
