"""A step that keeps failing in a run, and what is learned in its place, where the launch file allows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco", reason="the extra `arm` is not installed")

from embodied.journal import read
from embodied.launchfile import LaunchFile, parse_launch
from embodied.learning.progress import Progress
from embodied.learning.refined import RefineReport
from embodied.learning.wish import Wish
from embodied.library import LibraryStore
from embodied.loop import RunReport, refining, start_run
from embodied.loop.refining import Learned, Proposal
from embodied.loop.run import Run
from embodied.outcome import Verdict
from embodied.skills import Skill, SkillLibrary, load_skill, seed_folder
from embodied.world import BodySpec

Records = list[Mapping[str, Any]]


def written(folder: Path, name: str, parameters: str, body: str, achieves: str) -> Skill:
    """A skill, as a folder."""
    here = folder / name
    here.mkdir(parents=True)
    (here / "SKILL.md").write_text(
        f"---\nname: {name}\ndescription: Press a button.\nlicense: Apache-2.0\nmetadata:\n"
        f'  embodied-world: tabletop\n  embodied-achieves: "{achieves}"\n  embodied-needs: "hand_empty"\n'
        '  embodied-calls: ""\n---\n\n# Press\n'
    )
    source = f'"""Press a button."""\n\n\ndef {name.replace("-", "_")}({parameters}) -> SkillResult:\n{body}'
    (here / "skill.py").write_text(source)
    return load_skill(here)


@pytest.fixture
def clumsy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's press-button never presses."""
    seeds = seed_folder("tabletop")
    assert seeds is not None
    failing = written(
        tmp_path / "clumsy",
        "press-button",
        "button: str",
        '    """Do nothing."""\n    return failed("it did not go down")\n',
        "pressed[{button}]",
    )
    library = SkillLibrary([seeds]).with_skill(failing)

    def opened(kind: str, *, body: BodySpec | None = None, seeds: bool = True) -> LibraryStore:
        return LibraryStore(tmp_path / "library", kind, seeds=library, body=body)

    monkeypatch.setattr("embodied.loop.lifecycle.open_library", opened)


@pytest.fixture
def learns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Proposal]:
    """In the place of a training: it learned how to, at once. What was asked of it."""
    asked: list[Proposal] = []

    def learned(run: Run, proposal: Proposal) -> Learned:
        asked.append(proposal)
        body = (
            '    """Down on it, with a fist."""\n'
            "    close_gripper(force=20.0, must_hold=False)\n"
            '    spot = fact("pose", "button", default=(0.0, 0.0, 0.0))\n'
            '    move_to(spot[0], spot[1], spot[2] + 0.1, via="above")\n'
            '    move_to(spot[0], spot[1], 0.01, speed=0.35, touch="button", until_contact=True)\n'
            '    move_by(dz=0.1, touch="button")\n'
            "    return done()\n"
        )
        skill = written(tmp_path / "learned", "learned-press", "", body, "pressed[button]")
        return Learned("20260101-000000-pressed-button", "succeeds on 96 of 100", skill)

    monkeypatch.setattr(refining, "learn_by_refining", learned)
    return asked


def ran(
    tmp_path: Path, agent: str, *, minutes: float = 10, ask: Callable[[str], bool] | None = None
) -> tuple[RunReport, Records]:
    launch = parse_launch(
        '[goal]\ntext = "press the button"\n[world]\nkind = "tabletop"\nown_process = false\n'
        f"[agent]\nstep_retries = 2\n{agent}\n[limits]\nminutes = {minutes}\n",
        "test",
    )
    report = start_run(launch, runs_dir=tmp_path / "runs", ask=ask)
    return report, list(read(report.journal))


def kinds(records: Records) -> list[str]:
    return [str(one["type"]) for one in records if str(one["type"]).startswith("refinement")]


@pytest.mark.usefixtures("clumsy")
def test_what_keeps_failing_is_learned_and_the_step_goes_on_with_it(
    tmp_path: Path, learns: list[Proposal]
) -> None:
    report, records = ran(tmp_path, 'refine = "allow"\nrefine_minutes = 4')
    assert report.verdict is Verdict.PASSED
    assert kinds(records) == ["refinement_proposed", "refinement_started", "refinement_ended"]
    proposed = next(one for one in records if one["type"] == "refinement_proposed")
    assert (proposed["skill"], proposed["failures"]) == ("press-button", 2)
    assert proposed["condition"] == "pressed[button]"
    assert proposed["command"] == (
        'embodied refine tabletop --set world.scene=default --task "pressed[button]" --minutes 4'
    )
    steps = [one["skill"] for one in records if one["type"] == "step_started"]
    assert steps == ["press-button", "press-button", "learned-press"]
    assert learns[0].minutes == 4


@pytest.mark.usefixtures("clumsy")
def test_nothing_is_learned_unless_the_launch_file_says_so(tmp_path: Path, learns: list[Proposal]) -> None:
    report, records = ran(tmp_path, "")
    assert report.verdict is Verdict.FAILED
    assert kinds(records) == []
    assert not learns


@pytest.mark.usefixtures("clumsy")
def test_a_person_is_asked_and_may_say_no(tmp_path: Path, learns: list[Proposal]) -> None:
    questions: list[str] = []

    def no(question: str) -> bool:
        questions.append(question)
        return False

    report, records = ran(tmp_path, 'refine = "ask"', ask=no)
    assert report.verdict is Verdict.FAILED
    assert kinds(records) == ["refinement_proposed", "refinement_answered"]
    assert questions == [
        "press-button failed 2 times. Learn to bring about pressed[button], for up to 9 minutes?"
    ]
    assert any("embodied refine tabletop" in str(one.get("text")) for one in records)
    assert not learns


@pytest.mark.usefixtures("clumsy")
def test_a_person_says_yes(tmp_path: Path, learns: list[Proposal]) -> None:
    report, _ = ran(tmp_path, 'refine = "ask"', ask=lambda question: True)
    assert report.verdict is Verdict.PASSED
    assert len(learns) == 1


@pytest.mark.usefixtures("clumsy")
def test_where_nobody_can_be_asked_the_command_is_told(tmp_path: Path, learns: list[Proposal]) -> None:
    report, records = ran(tmp_path, 'refine = "ask"')
    assert report.verdict is Verdict.FAILED
    answered = next(one for one in records if one["type"] == "refinement_answered")
    assert (answered["asked"], answered["answer"]) == (False, False)
    assert not learns


@pytest.mark.usefixtures("clumsy")
def test_without_time_nothing_is_begun(tmp_path: Path, learns: list[Proposal]) -> None:
    report, records = ran(tmp_path, 'refine = "allow"', minutes=1.5)
    assert report.verdict is Verdict.FAILED
    assert any("no time left to learn it" in str(one.get("text")) for one in records)
    assert not learns


@pytest.mark.usefixtures("clumsy")
def test_what_was_not_learned_well_enough_is_not_learned_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def in_vain(run: Run, proposal: Proposal) -> Learned:
        tried.append(str(proposal.condition))
        return Learned("a-run", "succeeds on 40 of 100; 90 % are wanted")

    monkeypatch.setattr(refining, "learn_by_refining", in_vain)
    report, records = ran(tmp_path, 'refine = "allow"')
    assert report.verdict is Verdict.FAILED
    assert tried == ["pressed[button]"]
    ended = next(one for one in records if one["type"] == "refinement_ended")
    assert ended["reason"].startswith("succeeds on 40")


@pytest.mark.usefixtures("clumsy")
def test_the_policy_that_a_refinement_keeps_drives_the_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the training itself: what is asked of it, the skill made of its policy, and run_policy."""
    making = pytest.importorskip("tests.policies.making")
    asked: list[Wish] = []

    def refined(launch: LaunchFile, wish: Wish, *, runs_dir: Path, **more: Any) -> RefineReport:
        asked.append(wish)
        folder = runs_dir / "a-refinement"
        card = {
            "task": "pressed-button",
            "sentence": wish.sentence,
            "success": wish.success,
            "horizon": 160,
            "start": {"joints": [], "gripper_width": 0.0, "needs": "hand_empty"},
        }
        kept = making.artefact(making.towards(0.70, -0.04, 0.0), folder, **card)
        return RefineReport(
            folder.name, folder, wish.sentence, Verdict.PASSED, "succeeds on 100 of 100",
            Progress(), None, kept,
        )  # fmt: skip

    monkeypatch.setattr("embodied.learning.refine.start_refining", refined)
    monkeypatch.setattr(
        "embodied.loop.lifecycle.Proving.prove", lambda proving: ()
    )  # the gate has its own tests
    report, records = ran(tmp_path, 'refine = "allow"')
    assert report.verdict is Verdict.PASSED
    assert (asked[0].success, asked[0].schedule.minutes) == ("pressed[button]", pytest.approx(9, abs=0.2))
    steps = [one["skill"] for one in records if one["type"] == "step_started"]
    assert steps == ["press-button", "press-button", "pressed-button-learned"]
    assert "run_policy" in [one["name"] for one in records if one["type"] == "call_started"]
    kept = next(one for one in records if one["type"] == "skill_kept")
    assert (kept["skill"], kept["status"]) == ("pressed-button-learned", "new")


@pytest.mark.slow
@pytest.mark.usefixtures("clumsy")
def test_a_training_of_minutes_gives_the_skill_that_the_run_goes_on_with(tmp_path: Path) -> None:
    """Nothing is played here: rewards, training, the policy through the arm's bridge."""
    pytest.importorskip("torch", reason="the extra `learn` is not installed")
    report, records = ran(tmp_path, 'refine = "allow"\nrefine_minutes = 4', minutes=12)
    ended = next(one for one in records if one["type"] == "refinement_ended")
    assert ended["skill"]["name"] == "pressed-button-learned", ended["reason"]
    steps = [one["skill"] for one in records if one["type"] == "step_started"]
    assert steps[:3] == ["press-button", "press-button", "pressed-button-learned"]
    assert report.verdict is Verdict.PASSED
