"""A refinement from a sentence to a kept policy, on a toy; and what is refused."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from embodied.condition import parse
from embodied.errors import BadInput
from embodied.journal import read
from embodied.launchfile import LaunchFile, load_launch_file
from embodied.learning import errors, refine, refinement, trainer
from embodied.learning.budget import Schedule
from embodied.learning.episodes import SELECTION_SEEDS
from embodied.learning.errors import EnvironmentChanged, NoReward, NoTrainer, UnknownTask
from embodied.learning.policy import load_policy
from embodied.learning.policy_skill import skill_of
from embodied.learning.proposing import Proposed
from embodied.learning.refine import RefineReport, Wish, start_refining
from embodied.library import Grade
from embodied.library.seeds import SeenSeeds
from embodied.outcome import Verdict
from embodied.rewards.errors import WorkerLost
from embodied.rewards.spec import Entry, ObservationSpec
from embodied.runs import read_run
from tests.learning.searching import BLIND, Fixed
from tests.learning.toys import OBSERVATION, REACH, ToySource

SCHEDULE = Schedule(minutes=5, rivals=2, screening=250, every=250, most=2500, episodes=20, held_out=40)
WISH = Wish("reach the target", trainer="sac", schedule=SCHEDULE)
LAUNCH = '[goal]\ntext = "wait"\n[world]\nkind = "mini"\n'


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> ToySource:
    toys = ToySource()
    monkeypatch.setattr(refine, "load_tasks", lambda kind: toys)
    return toys


@pytest.fixture
def launch(tmp_path: Path) -> LaunchFile:
    (tmp_path / "toy.toml").write_text(LAUNCH)
    return load_launch_file(tmp_path / "toy.toml")


def stopped_after(count: int) -> tuple[threading.Event, Any]:
    """An event as Ctrl-C sets it, and an onlooker that does so at a checkpoint."""
    stop, seen = threading.Event(), []

    def look(record: Mapping[str, Any]) -> None:
        if record["type"] == "checkpoint":
            seen.append(record)
            if len(seen) == count:
                stop.set()

    return stop, look


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> RefineReport:
    """One whole refinement, stopped once and resumed."""
    pytest.importorskip("stable_baselines3")
    folder = tmp_path_factory.mktemp("refine")
    (folder / "toy.toml").write_text(LAUNCH)
    launch = load_launch_file(folder / "toy.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refine, "load_tasks", lambda kind: ToySource())
        stop, look = stopped_after(2)
        first = start_refining(launch, WISH, runs_dir=folder / "runs", on_record=look, stop=stop)
        assert first.artefact is not None, "Ctrl-C keeps the best so far"
        return start_refining(launch, WISH, runs_dir=folder / "runs", resume=first.run)


def test_a_policy_is_kept_under_its_hash_with_its_card(done: RefineReport) -> None:
    assert done.artefact is not None
    assert done.verdict is Verdict.PASSED
    policy = load_policy(done.artefact.file, digest=done.artefact.file.stem)
    card = json.loads(done.artefact.card.read_text())
    assert card["policy"] == policy.digest == done.artefact.digest
    assert card["success"] == str(REACH.condition)
    assert card["held_out"]["episodes"] == 40
    assert card["held_out"]["low"] < card["held_out"]["successes"] / 40 <= card["held_out"]["high"]
    assert card["trained"]["trainer"] == "sac"
    assert [entry["name"] for entry in card["observation"]["entries"]] == ["hand", "target"]
    assert "def reward(obs, action, previous):" in done.artefact.reward.read_text()


def test_whoever_tries_again_is_measured_on_other_seeds(done: RefineReport) -> None:
    kept = [record for record in read(done.folder / "journal.jsonl") if record["type"] == "policy_kept"]
    first, second = (set(record["held_out"]["seeds"]) for record in kept)
    assert len(second) == SCHEDULE.held_out
    assert first
    assert not first & second
    assert set(SeenSeeds.of("mini").all()) >= first | second
    assert min(first | second) > SELECTION_SEEDS
    assert all(str(seed) in done.page.read_text() for seed in second)


def test_the_best_checkpoint_has_one_number_everywhere(done: RefineReport) -> None:
    assert done.artefact is not None
    assert done.chosen is not None
    assert done.chosen.best is not None
    at, of_all = done.chosen.best.step, done.chosen.steps
    said = f"step {at} of {of_all}"
    assert done.best_checkpoint.startswith(said)
    assert said in done.page.read_text()
    card = json.loads(done.artefact.card.read_text())["trained"]
    assert (card["steps"], card["of_steps"]) == (at, of_all)
    assert (
        f"the best checkpoint, at {said}, is kept"
        in (skill_of(done.artefact, done.folder).folder / "SKILL.md").read_text()
    )


def test_a_policy_that_never_succeeded_is_measured_on_few_seeds_and_that_is_said(
    source: ToySource, launch: LaunchFile, tmp_path: Path
) -> None:
    pytest.importorskip("stable_baselines3")
    unreachable = replace(REACH, condition=parse("distance(hand, pose[target]) < 0"))
    source.listed = (unreachable,)
    schedule = replace(SCHEDULE, rivals=1, screening=50, every=50, most=50, rounds=1, screened=False)
    report = start_refining(launch, replace(WISH, schedule=schedule, skill="nothing"), runs_dir=tmp_path)
    assert report.artefact is not None
    assert report.artefact.measured.episodes == 20
    notes = [one["text"] for one in read(report.folder / "journal.jsonl") if one["type"] == "note"]
    assert (
        "candidate 1 succeeded on 0 of 20 episodes: it is measured on 20 held-out seeds, not on 40" in notes
    )


def test_the_report_is_one_file_that_loads_nothing(done: RefineReport) -> None:
    page = done.page.read_text()
    assert page.count("<svg") == 3
    assert 'src="data:image/png;base64,' in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "held-out seeds" in page
    assert page.count("<img") == len(re.findall(r"step \d+, \d+\.\d s</span>", page)) > 1
    assert "step 0, 0.0 s" in page
    assert "def reward(obs, action, previous):" in page


def test_its_journal_tells_it_all_and_lists_as_a_run(done: RefineReport) -> None:
    kinds = [record["type"] for record in read(done.folder / "journal.jsonl")]
    assert kinds[0] == "run_started"
    assert kinds.count("run_ended") == 2
    assert {"proposals", "candidate", "checkpoint", "policy_kept", "run_resumed"} <= set(kinds)
    past = read_run(done.folder)
    assert past.goal == "reach the target"
    assert past.ended is not None
    assert past.ended["verdict"] == "PASSED"


def test_another_environment_is_refused_with_the_difference(
    done: RefineReport, monkeypatch: pytest.MonkeyPatch, launch: LaunchFile
) -> None:
    entry = replace(OBSERVATION.entries[1], unit="cm")
    changed = replace(REACH, identity={"version of the toy": "2"})
    toys = ToySource((changed,), ObservationSpec((OBSERVATION.entries[0], entry, Entry("extra", ()))))
    monkeypatch.setattr(refine, "load_tasks", lambda kind: toys)
    with pytest.raises(EnvironmentChanged) as error:
        start_refining(launch, WISH, runs_dir=done.folder.parent, resume=done.run)
    said = str(error.value)
    assert "target: unit was 'm', is 'cm'." in said
    assert "extra is new." in said
    assert "world.version of the toy was 1, is 2." in said


def test_without_torch_the_extra_is_named(
    source: ToySource, launch: LaunchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda name: None if name == "torch" else find_spec(name))
    with pytest.raises(NoTrainer, match="torch") as error:
        start_refining(launch, WISH, runs_dir=tmp_path)
    assert "pip install 'embodied-agent[learn]'" in str(error.value)
    assert list(tmp_path.glob("2*")) == []


def test_a_mistyped_trainer_is_named() -> None:
    with pytest.raises(NoTrainer, match="no trainer 'sax'") as error:
        trainer.check_trainer("sax")
    assert "'sac'" in str(error.value)


def test_a_designer_that_is_not_there_is_refused(
    source: ToySource, launch: LaunchFile, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="no designer 'lln'") as error:
        start_refining(launch, replace(WISH, designer="lln"), runs_dir=tmp_path)
    assert "There are: offline, llm, auto." in str(error.value)


def test_a_world_without_tasks_says_which_have_some(launch: LaunchFile, tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3")
    with pytest.raises(UnknownTask, match="'mini' has no tasks"):
        start_refining(launch, WISH, runs_dir=tmp_path)


def test_the_command_asks_for_what_is_missing_and_lists_tasks(
    source: ToySource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embodied.cli.main import app

    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    (tmp_path / "toy.toml").write_text(LAUNCH)
    nothing = CliRunner().invoke(app, ["refine", str(tmp_path / "toy.toml")])
    assert isinstance(nothing.exception, BadInput)
    assert "What is to be learned?" in str(nothing.exception)
    pytest.importorskip("stable_baselines3")
    hover = CliRunner().invoke(app, ["refine", str(tmp_path / "toy.toml"), "--task", "hover", "--json"])
    assert hover.exit_code == 2
    assert json.loads(hover.stdout.splitlines()[-1])["error"]["type"] == "NoCondition"


def proposed(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that takes so long, by the clock of the journal."""
    passed = 0.0

    def propose(*args: object, **named: object) -> Proposed:
        nonlocal passed
        passed += seconds
        return Proposed("reach", "h", Grade.TRIAL, True, 0, 0, "on trial")

    clock = type("Clock", (), {"time": staticmethod(lambda: time.time() + passed)})
    monkeypatch.setattr("embodied.journal.time", clock)
    monkeypatch.setattr("embodied.learning.refinement.propose", propose)


def test_what_a_person_says_later_changes_nothing_of_who_trained_what_is_kept(
    source: ToySource, launch: LaunchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    proposed(3600.0, monkeypatch)
    wish = replace(WISH, trainer="auto", gate=1, schedule=replace(SCHEDULE, most=500))
    first = start_refining(launch, wish, runs_dir=tmp_path)
    assert first.proposed is not None
    assert first.seconds > 3600.0, "the gate's time counts in the report"
    assert first.took in first.page.read_text()
    assert "search 0:" in first.took
    assert "altogether 1:00:" in first.took
    assert first.seconds == pytest.approx(read_run(first.folder).seconds), "as `embodied runs` has it"
    at_once = replace(SCHEDULE, minutes=0.0)
    said = replace(wish, feedback="it jerks", schedule=at_once)
    again = start_refining(launch, said, runs_dir=tmp_path, resume=first.run)
    records = read(first.folder / "journal.jsonl")
    chosen = [one for one in records if one["type"] == "trainer_chosen"]
    assert [one["trainer"] for one in chosen] == ["imitate", "guided"]
    assert first.artefact is not None
    assert chosen[1]["guide"] == f"policies/{first.artefact.file.name}", "it begins with what a person saw"
    said_so = "your words changed nothing: nothing was trained with them"
    assert said_so in again.reason
    assert said_so in again.page.read_text()
    assert said_so in records[-1]["reason"]
    (resumed,) = [one for one in records if one["type"] == "run_resumed"]
    assert records[resumed["from_seq"] - 1]["type"] == "run_ended"
    assert again.artefact is not None
    assert json.loads(again.artefact.card.read_text())["trained"]["trainer"] == "imitate"
    assert "<th>trainer</th><td>imitate, " in again.page.read_text()


def test_where_every_training_breaks_that_is_said_and_why(
    source: ToySource, launch: LaunchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")

    def lost(*args: object, **named: object) -> None:
        raise WorkerLost("The reward's process was lost twice.", remedy="Look at its memory.")

    monkeypatch.setattr("embodied.learning.leg.RewardWorker", lost)
    with pytest.raises(NoReward, match="No training came to its first checkpoint") as error:
        start_refining(launch, replace(WISH, schedule=replace(SCHEDULE, rounds=1)), runs_dir=tmp_path)
    assert "Candidate 2: The reward's process was lost twice." in error.value.message
    assert read(next(tmp_path.glob("2*")) / "journal.jsonl")[-1]["reason"] == error.value.message


def test_who_copies_a_skill_is_kept_from_nothing_by_the_critic(
    source: ToySource, launch: LaunchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks at no reward: with one that is refused a skill could not be copied, though it never failed."""
    pytest.importorskip("torch")
    monkeypatch.setattr(refinement, "designer_of", lambda *_: nullcontext(Fixed(BLIND)))
    schedule = Schedule(5, every=250, most=500, held_out=20, rounds=1, finalists=1)
    wish = Wish("reach", trainer="imitate", schedule=schedule)
    report = start_refining(launch, wish, runs_dir=tmp_path / "runs")
    records = list(read(report.folder / "journal.jsonl"))
    candidate = next(one["candidate"] for one in records if one["type"] == "candidate")
    assert (candidate["state"], "REFUSED" in candidate["critique"]) == ("accepted", True)
    assert any("what the critic has against" in one.get("text", "") for one in records)
    assert report.artefact is not None
