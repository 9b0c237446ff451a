"""The tabletop as a kind of world, without starting one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from embodied_tabletop import engines
from embodied_tabletop.plugin import WORLD
from embodied_tabletop.settings import LIMITS
from embodied_tabletop.simulation import TabletopSimulation

from embodied.errors import BadInput, BadLaunchFile, SetupError
from embodied.launchfile import Override, load_launch_file
from embodied.plugins import load_world

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = ROOT / "launch" / "tabletop.toml"


def test_it_is_registered_and_its_launch_file_is_good() -> None:
    assert load_world("tabletop") is WORLD
    launch = load_launch_file(LAUNCH)
    assert launch.world.kind == "tabletop"
    assert launch.world.settings["engine"] == "mujoco"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("world.engine", "mujocco", "Did you mean 'mujoco'"),
        ("world.seed", -1, "at least 0"),
        ("world.scene", "", "not empty"),
        ("world.failed_grasps", 1.5, "at most 1"),
        ("world.sead", 1, "Did you mean 'seed'"),
        ("world.limits", {"hand_speed": 1.0}, r"\[world.limits\] hand_speed is 1.0; .* at most 0.8"),
        ("world.limits", {"hand_sped": 0.2}, "Did you mean 'hand_speed'"),
        ("world.limits", {"workspace_low": [0.2, -0.4, -0.1]}, "workspace_low is"),
        ("world.limits", {"workspace_low": [0.2, -0.4]}, "expected a list, of a number, at least -0.9"),
        ("world.limits", 0.2, "expected a table"),
    ],
)
def test_wrong_settings_are_named(path: str, value: Any, said: str) -> None:
    with pytest.raises(BadLaunchFile, match=said):
        load_launch_file(LAUNCH, [Override(path, value, path)])


def test_a_scene_with_mistakes_is_told_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[object]]\nkind = "cube"\ncolor = "rde"\nposition = [0.5, 0]\n')
    with pytest.raises(BadInput, match=r"mine\.toml, line 3: There is no colour"):
        WORLD.simulation({"scene": str(path)}, tmp_path)
    with pytest.raises(BadInput, match=r"line 3"):
        WORLD.spec({"scene": str(path)})


def test_a_set_up_that_cannot_be_is_told_before_anything_starts(tmp_path: Path) -> None:
    simulation = WORLD.simulation({}, tmp_path)
    with pytest.raises(BadInput, match="no object 'purple_cube'"):
        simulation.reset(1, {"holding": "purple_cube"})
    simulation.close()


def test_the_identity_is_known_beforehand(tmp_path: Path) -> None:
    one = WORLD.simulation({"seed": 3}, tmp_path).identity
    assert one.startswith("tabletop default ")
    assert one.endswith(" mujoco seed 3")
    assert WORLD.simulation({"seed": 3, "scene": "tower"}, tmp_path).identity != one


def test_the_limits_of_a_launch_file_hold_in_the_arms_bridge(tmp_path: Path) -> None:
    path = tmp_path / "slow.toml"
    tight = "[world.limits]\nhand_speed = 0.2\nworkspace_low = [0.2, -0.4, 0]\ngripper_force = 20\n"
    path.write_text(LAUNCH.read_text(encoding="utf-8") + tight, encoding="utf-8")
    settings = load_launch_file(path).world.settings
    simulation = WORLD.simulation({**settings, "own_process": False}, tmp_path)
    try:
        world = simulation.launch()
        limits = world.spec.details["limits"]
        assert limits["hand_speed_m_s"] == 0.2
        assert limits["workspace_low_m"] == [0.2, -0.4, 0.0]
        assert limits["gripper_force_n"] == 20.0
        assert world.call("move_to", {"x": 0.1, "y": 0.0, "z": 0.3}).error == "outside_workspace"
    finally:
        simulation.close()


def test_the_limits_that_a_launch_file_may_set_are_the_bridges_own() -> None:
    """One cannot import the other: that they do not drift apart is seen here."""
    limits = pytest.importorskip("embodied_arm.limits")
    assert set(LIMITS) == set(limits.KNOWN)
    assert LIMITS["hand_speed"]["maximum"] == limits.SIMULATED_HAND_SPEED
    for corner in ("workspace_low", "workspace_high"):
        bounds = [(axis["minimum"], axis["maximum"]) for axis in LIMITS[corner]["prefixItems"]]
        assert bounds == list(zip(*limits.DEFAULT_BOX, strict=True))


def test_films_of_later_worlds_do_not_overwrite_the_first(tmp_path: Path) -> None:
    simulation = WORLD.simulation({"record": str(tmp_path / "run.mp4")}, tmp_path)
    assert isinstance(simulation, TabletopSimulation)
    names = []
    for number in (1, 2, 3):
        simulation._starts = number
        names.append(Path(simulation._film()).name)
    assert names == ["run.mp4", "run-2.mp4", "run-3.mp4"]


def test_a_film_of_another_kind_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"run\.gif is no film"):
        WORLD.simulation({"record": str(tmp_path / "run.gif")}, tmp_path)


def test_what_is_missing_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match="mujoco, franky_sim, mink") as wrong:
        WORLD.simulation({}, tmp_path)
    assert "pip install 'embodied-agent[arm]'" in str(wrong.value)
    checks = {check.name: check for check in WORLD.doctor()}
    assert not checks["mujoco"].ok
    assert checks["mujoco"].needed
    assert not checks["pybullet"].needed
    assert "pip install" in checks["mujoco"].remedy


def test_the_doctor_finds_what_is_installed() -> None:
    assert all(check.ok for check in WORLD.doctor())


def test_knowing_the_world_imports_nothing_heavy() -> None:
    program = (
        "import sys; from embodied.plugins import load_world; w = load_world('tabletop');"
        "w.spec({}); list(w.doctor());"
        "print([n for n in ('mujoco', 'pybullet', 'numpy', 'mink') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
