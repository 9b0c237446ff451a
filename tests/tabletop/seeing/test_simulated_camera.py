"""The simulated camera: its pictures show what is there, and an arm that has nothing else picks by them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra `vision` is not installed")
pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
pytest.importorskip("franky_sim", reason="the extra `arm` is not installed")

from embodied_arm.body import ArmBody
from embodied_tabletop.real.driver import DRIVER
from embodied_tabletop.real.world import Settings, bridge_config
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.detecting import Detector
from embodied_tabletop.seeing.rendering import SimulatedCamera
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.simulated import HEIGHT, WIDTH, calibration
from embodied_tabletop.seeing.solving import Solver

from embodied.arms.describing import plain
from embodied.errors import BadInput, SetupError
from embodied.launchfile import load_launch_file
from embodied.mini.inprocess import InProcessWorld
from embodied.plugins import load_driver
from embodied.sandbox import SkillExecutor
from embodied.skills import SkillLibrary
from tests.arm.kinematic import FR3
from tests.tabletop.seeing.painting import TABLE

ROOT = Path(__file__).resolve().parents[3]
LAUNCH = ROOT / "launch" / "sim-arm-seeing.toml"


def test_every_marker_is_found_where_it_is(tmp_path: Path) -> None:
    scene = load_scene("arm")
    settings = CameraSettings.of(TABLE, scene)
    driver: Any = load_driver("tabletop").open({"scene": "arm"}, tmp_path)
    camera = SimulatedCamera(settings, scene)
    try:
        bodies = driver.watched()()
        frame = camera.picture(bodies)
    finally:
        camera.close()
        driver.close()
    picture = np.frombuffer(frame, np.uint8).reshape(HEIGHT, WIDTH, 3)
    markers = {marker.id: marker for marker in (*settings.markers, *settings.reference)}
    found = Detector(settings.dictionary, list(markers)).find(picture)
    assert set(found) == set(markers)
    solver = Solver(calibration())
    assert max(solver.error(one, found[one.id]) for one in settings.reference) < 0.6  # pixels
    for marker in settings.markers:
        solved = solver.solve([marker], found)
        assert solved is not None
        there = bodies.now.bodies[marker.object].position
        assert solved.pose[:3, 3] == pytest.approx(there, abs=0.008)  # along the line of sight, in one look


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[tuple[InProcessWorld, Any]]:
    """The launch file's arm, and the driver under it, which knows the truth."""
    settings = Settings.of(load_launch_file(LAUNCH).world.settings)
    config = bridge_config(settings, {})
    driver: Any = DRIVER.open(config["settings"], tmp_path)
    body = ArmBody(driver, config["limits"], tmp_path, real_time=True)
    world = InProcessWorld(body)
    yield world, driver._inner
    world.close()
    body.close()


def test_an_arm_that_is_told_nothing_picks_a_thing_by_pictures_alone(
    arm: tuple[InProcessWorld, Any],
) -> None:
    world, truth = arm
    seen = world.observe()
    assert seen.get("pose", "red_cube") == pytest.approx((0.52, -0.17, 0.0225), abs=0.003)  # not the scene's
    with SkillExecutor(SkillLibrary([ROOT / "skills" / "tabletop"]), world) as executor:
        assert executor.run("pick", {"object": "red_cube"}).ok
    assert truth._table.view.held == {"red_cube"}


def test_a_simulated_camera_is_of_a_simulated_arm(tmp_path: Path) -> None:
    table = {"source": "simulated", **TABLE}
    twin = {"driver": "twin", "settings": {"like": plain(FR3)}}
    config = {"arm": twin, "scene": "arm", "objects": "apriltag", "camera": table}
    with pytest.raises(BadInput, match="is not simulated"):
        DRIVER.open(config, tmp_path)


def test_without_an_opengl_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "disable")
    settings = Settings.of(load_launch_file(LAUNCH).world.settings)
    with pytest.raises(SetupError, match="No picture can be made: MUJOCO_GL says so"):
        DRIVER.open(bridge_config(settings, {})["settings"], tmp_path)


def test_what_renders_says_what_is_wrong_with_its_settings(tmp_path: Path) -> None:
    config = tmp_path / "camera.json"
    config.write_text(json.dumps({"scene": "arm", "camera": {"markers": [{"id": 0}]}, "moment": {}}))
    ran = subprocess.run(
        [sys.executable, "-m", "embodied_tabletop.seeing.rendering", str(config)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert "required property" in json.loads(ran.stdout)["error"]["message"]
