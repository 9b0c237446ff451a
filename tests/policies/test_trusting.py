"""A policy in the scene of a run: not used where it learned nothing, nor for long where it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")
pytest.importorskip("gymnasium")
pytest.importorskip("onnxruntime")

from embodied_tabletop.gym import TASKS, TabletopEnv
from embodied_tabletop.scenefile import load_scene

from embodied.journal import read
from embodied.launchfile import parse_launch
from embodied.learning.beginning import Beginnings
from embodied.learning.environment import load_tasks
from embodied.learning.errors import NoGuide
from embodied.learning.policy_skill import skill_of
from embodied.learning.proposing import adopt, propose
from embodied.learning.whereabouts import whereabouts
from embodied.library import Grade, LibraryStore
from embodied.library.evidence import Ground, SeedResult
from embodied.loop import start_run
from embodied.outcome import Verdict
from embodied.skills import Skill
from tests.policies.making import artefact, constant

NAME = "button-press-learned"
CARD: dict[str, Any] = {
    "task": "ButtonPress",
    "sentence": "Press the button.",
    "success": "pressed[button]",
    "horizon": 5,
    "start": {"joints": [], "gripper_width": None, "needs": "hand_empty"},
}
NEAR = {"button": {"x": (0.40, 0.62), "y": (-0.20, 0.20), "z": (-0.01, 0.04)}}
"""The button of the scene default stands at (0.70, -0.04)."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibraryStore:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setattr("embodied.library.grades._same_ground", lambda *_: True)
    return LibraryStore(tmp_path / "library" / "tabletop", "tabletop")


def proven(store: LibraryStore, folder: Path, **card: Any) -> Skill:
    """A policy that does nothing, and has passed 100 of 100 somewhere else."""
    skill = adopt(artefact(constant(0.0, 0.0, 0.0), folder, **CARD, **card), folder, store, "Press it")
    seeds = [1_000_000_000 + number for number in range(100)]
    id_ = store.begin_verification(skill.name, skill.hash, seeds, seeds[0])
    for seed in seeds:
        result = SeedResult(seed, Verdict.PASSED, "", {}, "pressed[button]")
        store.record(skill.name, skill.hash, id_, Ground({}, "", ""), result)
    assert store.grade(skill.name) is Grade.FIT_FOR_ARM
    return skill


def used_in_a_run(tmp_path: Path) -> list[str]:
    """The skills of the steps of a run that shall press the button, which it does somehow."""
    launch = parse_launch(
        '[goal]\ntext = "press the button"\n[world]\nkind = "tabletop"\nown_process = false\n', "a test"
    )
    report = start_run(launch, runs_dir=tmp_path / "runs")
    assert report.verdict is Verdict.PASSED, report.reason
    return [record["skill"] for record in read(report.journal) if record["type"] == "step_started"]


def test_where_the_thing_stands_elsewhere_the_planner_takes_another_skill(
    tmp_path: Path, store: LibraryStore
) -> None:
    skill = proven(store, tmp_path / "run", whereabouts=NEAR)
    assert "pose[button].x <= 0.62" in skill.needs
    assert used_in_a_run(tmp_path) == ["press-button"]


def test_what_fails_in_two_runs_is_not_used_in_the_third(tmp_path: Path, store: LibraryStore) -> None:
    skill = proven(store, tmp_path / "run")
    assert used_in_a_run(tmp_path) == [NAME, "press-button"]
    assert store.grade(skill.name) is Grade.FIT_FOR_ARM
    assert used_in_a_run(tmp_path) == [NAME, "press-button"]
    assert store.grade(skill.name) is Grade.SUSPECT
    assert used_in_a_run(tmp_path) == ["press-button"]


def test_the_gate_tries_it_where_the_runs_of_the_launch_will_be(
    tmp_path: Path, store: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own scene is passed by anything here; the launch's is not."""
    source = load_tasks("tabletop")
    task = next(each for each in source.tasks({}) if each.name == "ButtonPress")
    scenes = []

    class Passed:
        planned, passed, successes, reason = 3, True, 3, "passed on 3 of 3 held-out seeds"
        ran = results = (None, None, None)

    def gate(where: Any, *args: Any, settings: Any, **more: Any) -> Any:
        scenes.append(Path(settings["scene"]).stem)
        made = real(where, *args, settings=settings, **more)
        if len(scenes) == 1:
            monkeypatch.setattr(made, "verify", lambda skill, seeds: Passed)
        return made

    from embodied.learning import proposing

    real = proposing.make_gate
    monkeypatch.setattr(proposing, "make_gate", gate)
    kept = artefact(constant(0.0, 0.0, 0.0), tmp_path / "kept", **CARD)
    settings = {"scene": "default", "own_process": False}
    proposed = propose(kept, task, source, settings, tmp_path / "run", kind="tabletop", seeds=3, store=store)
    assert scenes == ["buttonpress", "default"]
    assert not proposed.kept
    assert proposed.grade is Grade.SUSPECT
    assert "in the launch's own scene 0 of 1 held-out seeds passed" in proposed.reason


@pytest.mark.parametrize(
    ("task", "thing", "scene"),
    [
        ("ButtonPress", "button", "default"),
        ("DrawerOpen", "drawer", "default"),
        ("DrawerOpen", "drawer", "drawer"),
    ],
)
def test_the_tasks_are_learned_where_the_scenes_have_their_things(task: str, thing: str, scene: str) -> None:
    (region,) = (one.region for one in TASKS[task].built_scene.objects)
    x, y = next(one.region for one in load_scene(scene).objects if one.name == thing).center
    assert region.x_min <= x <= region.x_max
    assert region.y_min <= y <= region.y_max


def test_whereabouts_are_those_of_the_starts() -> None:
    environment = TabletopEnv("ButtonPress")
    try:
        box = whereabouts(environment, range(60))["button"]
    finally:
        environment.close()
    region = TASKS["ButtonPress"].built_scene.objects[0].region
    assert box["x"] == pytest.approx((region.x_min - 0.02, region.x_max + 0.02), abs=0.02)
    assert box["y"] == pytest.approx((region.y_min - 0.02, region.y_max + 0.02), abs=0.03)


def test_what_was_learned_is_not_begun_with(tmp_path: Path, store: LibraryStore) -> None:
    """It acts through the arm's bridge, and would be said to fail on every episode of a resumed training."""
    proven(store, tmp_path / "run")
    source = load_tasks("tabletop")
    task = next(each for each in source.tasks({}) if each.name == "ButtonPress")
    environment = source.make(task, {})
    try:
        known = Beginnings("tabletop", {}, "arm", task, environment, ())
        guide = known.looked_for()
        assert guide is not None
        assert guide.name == "press-button(button=button)"
        guide.close()
        with pytest.raises(NoGuide, match="runs a policy"):
            known.wanted(NAME)
    finally:
        environment.close()


def test_a_card_without_whereabouts_makes_a_skill_without_bounds(tmp_path: Path) -> None:
    assert skill_of(artefact(constant(0.0, 0.0, 0.0), tmp_path, **CARD), tmp_path).needs == ("hand_empty",)
