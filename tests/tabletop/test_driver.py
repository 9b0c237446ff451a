"""The driver that the arm's bridge opens by name."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import mujoco
import pytest
from embodied_tabletop import engines, onlookers
from embodied_tabletop.scenefile import scene_names

from embodied.arms.driver import ArmCommand, Driver
from embodied.errors import BadInput, SetupError
from embodied.plugins import load_driver
from tests.tabletop.building import ENGINES


def opened(folder: Path, **config: Any) -> Driver:
    return load_driver("tabletop").open({"scene": "drawer", **config}, folder)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_arm_goes_where_it_is_told_and_time_passes(engine: str, tmp_path: Path) -> None:
    driver = opened(tmp_path, engine=engine)
    try:
        about = driver.description
        assert {"simulated", "resets", "scene", "gripper"} <= about.capabilities
        home = driver.read().position
        assert home == pytest.approx(about.home, abs=1e-3)
        for step in range(1, 51):
            driver.command(ArmCommand((home[0] + 0.004 * step, *home[1:]), 0.02, 20.0))
            driver.tick()
        for _ in range(10):
            driver.tick()
        state = driver.read()
        assert state.time_s == pytest.approx(60 * about.control_period_s)
        assert state.position[0] == pytest.approx(home[0] + 0.2, abs=2e-3)
        assert state.gripper_width == pytest.approx(0.02, abs=2e-3)
        assert state.gripper_force == 0.0
    finally:
        driver.close()
        driver.close()


def test_what_was_applied_is_answered(tmp_path: Path) -> None:
    driver = opened(tmp_path)
    try:
        home = driver.description.home
        applied = driver.command(ArmCommand((9.0, *home[1:]), 0.5, 500.0))
        assert applied.position is not None
        assert applied.position[0] == driver.description.upper[0]
        assert (applied.gripper_width, applied.gripper_force) == (0.08, 70.0)
        driver.command(ArmCommand(home))
        driver.stop("test")
    finally:
        driver.close()


def test_the_arms_model_has_the_joints_and_the_grasp_point(tmp_path: Path) -> None:
    driver = opened(tmp_path)
    try:
        about = driver.description
        model = mujoco.MjModel.from_xml_path(str(about.model))
        data = mujoco.MjData(model)
        for name, q in zip(about.joint_names, about.home, strict=True):
            data.joint(name).qpos[0] = q
        mujoco.mj_kinematics(model, data)
        site = data.site(about.end_effector)
        assert site.xpos == pytest.approx((0.4522, 0.0, 0.3450), abs=1e-3)
        assert site.xmat.reshape(3, 3)[:, 2] == pytest.approx((0, 0, -1), abs=1e-4)
    finally:
        driver.close()


def test_obstacles_keep_their_number_and_order(tmp_path: Path) -> None:
    driver = opened(tmp_path)
    try:
        assert driver.scene is not None
        before = driver.scene.obstacles()
        for _ in range(5):
            driver.tick()
        after = driver.scene.obstacles()
        assert [(part.object, part.shape, part.size) for part in before] == [
            (part.object, part.shape, part.size) for part in after
        ]
        names = {part.object for part in before}
        assert {"table", "drawer", "drawer_handle", "tray", "green_cube"} <= names
    finally:
        driver.close()


def test_bullets_files_lie_in_the_runs_folder_and_go_with_the_engine(tmp_path: Path) -> None:
    """What is left of a run that was killed is in the run's own folder."""
    driver = opened(tmp_path, engine="pybullet")
    assert list(tmp_path.glob("*/arm.urdf"))
    driver.close()
    assert [path.name for path in tmp_path.iterdir()] == ["arm.xml"]


def test_a_driver_that_cannot_open_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no ports left")

    monkeypatch.setattr(onlookers, "Viewer", refuse)
    monkeypatch.setattr(onlookers.Onlookers, "image", lambda *_: None)
    with pytest.raises(OSError, match="no ports left"):
        opened(tmp_path, engine="pybullet", view=True)
    assert [path.name for path in tmp_path.iterdir()] == ["arm.xml"]
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("studio")]


def test_a_film_that_breaks_at_its_end_does_not_keep_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, *_: object) -> None: ...

        def shoot(self, _: object) -> None: ...

        def close(self) -> None:
            raise OSError("the disk is full")

    monkeypatch.setattr(onlookers, "Film", Broken)
    monkeypatch.setattr(onlookers.Onlookers, "image", lambda *_: None)
    driver = opened(tmp_path, engine="pybullet", record=str(tmp_path / "run.mp4"))
    with pytest.raises(OSError, match="the disk is full"):
        driver.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arm.xml", "run.mp4"]


@pytest.mark.parametrize("scene", scene_names())
def test_every_scene_comes_to_rest_in_both_engines(scene: str, tmp_path: Path) -> None:
    for engine in ENGINES:
        driver = opened(tmp_path, scene=scene, engine=engine, seed=4)
        try:
            assert driver.scene is not None
            before = driver.scene.facts()["pose"]
            for _ in range(100):
                driver.tick()
            assert driver.scene.events() == []
            for name, place in driver.scene.facts()["pose"].items():
                assert place == pytest.approx(before[name], abs=2e-3), (engine, name)
        finally:
            driver.close()


def test_the_identity_tells_scene_engine_and_seed(tmp_path: Path) -> None:
    said = []
    for config in ({"seed": 1}, {"seed": 2}, {"seed": 1, "engine": "pybullet"}, {"scene": "tower"}):
        driver = opened(tmp_path, **config)
        assert driver.scene is not None
        said.append(driver.scene.identity)
        driver.close()
    assert len(set(said)) == 4


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"scene": "towr"}, "There is no scene 'towr'"),
        ({"sead": 1}, "has no setting 'sead'.*\n.*Did you mean 'seed'"),
        ({"setup": {"holding": "purple_cube"}}, "no object 'purple_cube'"),
        ({"record": "film.avi"}, "ends in .mp4"),
    ],
)
def test_bad_settings_are_named(config: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=said):
        opened(tmp_path, **config)


def test_an_absent_engine_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = engines.find_spec
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "pybullet" else found(name))
    with pytest.raises(SetupError, match="needs pybullet") as wrong:
        opened(tmp_path, engine="pybullet")
    assert "pip install 'embodied-agent[arm]'" in str(wrong.value)
    assert "--engine mujoco" in str(wrong.value)
    opened(tmp_path).close()


def test_both_engines_absent_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    for engine in ENGINES:
        with pytest.raises(SetupError, match=r"pip install 'embodied-agent\[arm\]'"):
            opened(tmp_path, engine=engine)
