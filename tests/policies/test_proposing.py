"""What is said of a policy that the gate was asked about: what was run, whether runs use it, what to type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")
pytest.importorskip("gymnasium")
pytest.importorskip("onnxruntime")

from embodied.learning import proposing
from embodied.learning.environment import load_tasks
from embodied.learning.proposing import Proposed, propose, proving_settings
from embodied.library import Evidence, Grade, LibraryStore
from embodied.library.evidence import Ground, SeedResult
from embodied.outcome import Verdict
from embodied.skills import Skill
from embodied.skills.policies import CARD_FILE
from tests.policies.making import artefact, constant

FIRST = 1_000_000_000
REACH: dict[str, Any] = {
    "task": "Reach",
    "sentence": "Bring the hand to the target.",
    "success": "distance(hand, pose[target]) < 0.02",
    "horizon": 5,
    "start": {"joints": [], "gripper_width": None, "needs": ""},
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibraryStore:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    return LibraryStore(tmp_path / "library" / "tabletop", "tabletop")


def evidence(passed: int, failed: int, planned: int, *, stopped: bool) -> Evidence:
    verdicts = [Verdict.PASSED] * passed + [Verdict.FAILED] * failed
    results = tuple(SeedResult(FIRST + n, one, "too far", {}, "") for n, one in enumerate(verdicts))
    return Evidence("reach-learned", "h", "v1", planned, results, Ground({}, "", ""), stopped)


@pytest.fixture
def proposed(store: LibraryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is said where the gate comes to this, in turn for each scene that it tries."""

    def ask(found: Sequence[Evidence], sentence: str = "", **settings: Any) -> Proposed:
        coming = iter(found)

        def gate(where: LibraryStore, *args: Any, **more: Any) -> Any:
            return SimpleNamespace(store=where, verify=lambda skill, seeds: next(coming))

        monkeypatch.setattr(proposing, "make_gate", gate)
        source = load_tasks("tabletop")
        task = next(each for each in source.tasks({}) if each.name == "Reach")
        kept = artefact(constant(0.0, 0.0, 0.0), tmp_path / "kept", **REACH)
        run = tmp_path / "a run"
        return propose(kept, task, source, settings, run, kind="tabletop", store=store, sentence=sentence)

    return ask


def test_a_gate_that_was_ended_is_told_by_what_was_run(proposed: Any) -> None:
    told = proposed([evidence(80, 5, 100, stopped=True)])
    assert "80 of 85 held-out seeds passed before it was ended (100 were planned)" in told.reason
    assert told.reason.startswith("kept on trial, and runs use it only where they know nothing better")
    assert told.command == "embodied skills verify reach-learned --world tabletop --seeds 100"


def test_a_gate_that_was_ended_at_once_says_that_none_was_done(proposed: Any) -> None:
    told = proposed([evidence(0, 0, 100, stopped=True)])
    assert "the gate was ended before the first of its 100 held-out seeds was done" in told.reason
    assert "0 of 0" not in told.reason


def test_what_an_earlier_gate_has_proven_is_not_called_on_trial(
    proposed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LibraryStore, "grade", lambda *_: Grade.FIT_FOR_ARM)
    told = proposed([evidence(80, 5, 100, stopped=True)])
    assert told.reason.startswith("kept as fit_for_arm, which an earlier gate made it; of this one: 80 of 85")
    assert told.grade is Grade.FIT_FOR_ARM


def test_the_command_asks_for_what_was_learned_in_the_words_in_which_it_was(
    proposed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LibraryStore, "grade", lambda *_: Grade.FIT_FOR_ARM)
    passed = evidence(100, 0, 100, stopped=False)
    use = "embodied run tabletop --set world.scene=reach --goal"
    assert proposed([passed], "reach the target").command == f'{use} "reach the target"'
    other = proposed([passed], "do as I told you").command
    assert other == f'{use} "distance(hand, pose[target]) < 0.02"'


def test_evidence_counts_the_seeds_that_were_run() -> None:
    ended = evidence(80, 5, 100, stopped=True)
    assert ended.reason.startswith("80 of 85 held-out seeds passed, 100 were planned; seed 1000000080: too")
    assert evidence(9, 11, 20, stopped=False).reason.startswith("9 of 20 held-out seeds passed; seed")


def test_a_learned_skill_is_tried_in_the_scene_of_its_task(tmp_path: Path) -> None:
    from embodied.learning.policy_skill import skill_of

    def made(**card: Any) -> Skill:
        return skill_of(artefact(constant(0.0, 0.0, 0.0), tmp_path, **{**REACH, **card}), tmp_path)

    assert proving_settings(made(), tmp_path)["scene"] == "reach"
    drawer = proving_settings(made(task="DrawerOpen", success="is_open[drawer]"), tmp_path / "scenes")
    assert Path(drawer["scene"]).is_file()
    assert proving_settings(made(task="put-it-there"), tmp_path) == {}


@pytest.mark.parametrize("card", ["", "{", "[]", "{}", '{"version": 1}', None])
def test_a_skill_whose_card_does_not_tell_its_task_is_tried_in_the_usual_scene(
    tmp_path: Path, card: str | None
) -> None:
    from embodied.learning.policy_skill import skill_of

    skill = skill_of(artefact(constant(0.0, 0.0, 0.0), tmp_path, **REACH), tmp_path)
    (skill.folder / CARD_FILE).unlink()
    if card is not None:
        (skill.folder / CARD_FILE).write_text(card)
    assert proving_settings(skill, tmp_path) == {}


def test_a_policy_for_a_kind_of_world_without_tasks_is_tried_in_its_usual_scene(tmp_path: Path) -> None:
    from embodied.learning.policy_skill import skill_of

    skill = skill_of(artefact(constant(0.0, 0.0, 0.0), tmp_path, **REACH), tmp_path)
    assert proving_settings(replace(skill, world="minecraft"), tmp_path) == {}
