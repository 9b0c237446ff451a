"""Rewards that a model writes: what it is told, what is made of its answers, and what goes wrong on the way.

The answers in tests/cassettes/rewards.jsonl are recorded; elsewhere a real local endpoint answers.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embodied.budget import Budget
from embodied.errors import BadAnswer, BadInput, BudgetSpent, ModelUnreachable, NoKey
from embodied.journal import Journal, read
from embodied.launchfile import LaunchFile, Limits, Override, load_launch_file
from embodied.learning import refine
from embodied.learning.budget import Clock, Schedule
from embodied.learning.candidates import Candidate, Feedback, Proposal
from embodied.learning.designers import designer_of, meanings
from embodied.learning.environment import load_tasks
from embodied.learning.ground import Ground, lay_ground
from embodied.learning.model_designer import (
    MOST_EARLIER,
    REWARDS_SCHEMA,
    Brief,
    ModelDesigner,
    designer_messages,
    read_rewards,
)
from embodied.learning.refine import Wish, start_refining
from embodied.models import Message
from embodied.models.client import OpenAIClient, connect
from embodied.models.patience import Patience
from embodied.models.settings import Model
from embodied.models.usage import Usage
from embodied.prompts import placeholders, render
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.spec import ActionSpec, Entry, ObservationSpec
from embodied.rewards.training import Checkpoint
from tests.learning.searching import BLIND, FARTHER, NEARER, search
from tests.learning.toys import REACH, PlayedTrainer, Point, ToySource
from tests.models.conftest import Endpoint, Reply, refused, said

CASSETTE = Path(__file__).parents[1] / "cassettes" / "rewards.jsonl"
TASKS = ("DrawerOpen", "Push", "Reach")
STEEPER = NEARER.replace("5.0", "9.0")
LAUNCH = '[goal]\ntext = "wait"\n[world]\nkind = "mini"\n'
SHORT = Schedule(minutes=5, rivals=1, screening=250, every=250, most=250, episodes=4, held_out=4, rounds=1)


def rewards(*sources: str) -> Reply:
    """An answer with these rewards."""
    listed = [
        {"name": f"reward {n}", "idea": "it leads", "parent": 0, "code": source}
        for n, source in enumerate(sources, 1)
    ]
    return said(json.dumps({"rewards": listed}))


def prompt_of(request: Mapping[str, Any]) -> str:
    return "\n".join(str(message["content"]) for message in request["messages"])


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Endpoint]:
    server = Endpoint()
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("EMBODIED_CASSETTE", raising=False)
    yield server
    server.close()


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return lay_ground(REACH, Point, Point(), tmp_path / "successes")


def brief(ground: Ground, *, reflection: bool = True) -> Brief:
    examiner = ground.examiner
    return Brief(REACH, examiner.observation, examiner.action, examiner.experience, 0.96, {}, reflection)


Asks = Callable[..., tuple[ModelDesigner, Budget]]


@pytest.fixture
def designer(endpoint: Endpoint, ground: Ground) -> Iterator[Asks]:
    """Makes designers that ask the endpoint, and closes their lines."""
    opened: list[OpenAIClient] = []

    def make(**settings: Any) -> tuple[ModelDesigner, Budget]:
        model = Model(**{"name": "small-model", "cache": False, "timeout_s": 10.0, **settings})
        budget = Budget(Limits(5.0, 1, 1), model=model)
        client: OpenAIClient = connect(model, budget, lambda type_, /, **fields: 0)
        client.patience = client._sender.patience = Patience(first_wait_s=0.001, longest_wait_s=0.01)
        opened.append(client)
        return ModelDesigner(client, brief(ground)), budget

    yield make
    for client in opened:
        client.close()


def trained(number: int, source: str, successes: int, analysis: str = "it stopped short") -> Candidate:
    point = Checkpoint(500, 20, successes, 40.0, 1.0, {})
    return Candidate(number, Proposal(f"reward {number}", source, {}), "dropped", "fine", (point,), analysis)


# -- what is told ----------------------------------------------------------------------------------------


def test_the_prompt_tells_the_live_task_and_no_other(ground: Ground) -> None:
    system, user = designer_messages(brief(ground), [], 3)
    assert "Bring the hand to the target." in user.text
    assert "distance(hand, pose[target]) < 0.05" in user.text
    assert "at most 20 steps of 0.1 s" in user.text
    assert "- target: (3,) [m], world frame, from (-0.3" not in user.text  # equal bounds are told as one
    assert "- target: (3,) [m], world frame, from -0.3 to 0.3. Where it shall be. (role: place" in user.text
    assert "- hand: at the start from (" in user.text
    assert "Write 3 rewards" in user.text
    assert "np. element by element: abs" in system.text
    assert "hand" not in re.findall(r'obs\["(\w+)"\]', system.text.partition("A worked example")[2])


def test_the_worked_example_is_in_the_language() -> None:
    text = render("designer", **{name: "x" for name in placeholders("designer")})
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert example is not None
    three = ("spout", "pot")
    observation = ObservationSpec(
        (*(Entry(name, (3,)) for name in three), Entry("can_tilt"), Entry("moisture"))
    )
    code = check(example.group(1), observation, ActionSpec((Entry("move", (3,)), Entry("tilt"))))
    assert code.terms == ("over", "poured", "wet", "effort")


def test_all_earlier_rewards_come_back_with_what_was_said_of_them(ground: Ground) -> None:
    bad = Candidate(1, Proposal("one", BLIND, {}), "refused", "REFUSED ignores: nothing depends on hand")
    text = designer_messages(brief(ground), [bad, trained(2, NEARER, 5)], 1)[1].text
    assert "Number 1, one: refused before any training" in text
    assert "REFUSED ignores" in text
    assert "best 5 of 20 episodes at step 500" in text
    assert "it stopped short" in text
    assert BLIND.strip() in text
    assert NEARER.strip() in text


def test_without_reflection_only_code_and_success_come_back(ground: Ground) -> None:
    bad = Candidate(1, Proposal("one", BLIND, {}), "refused", "REFUSED ignores: nothing depends on hand")
    told = designer_messages(brief(ground, reflection=False), [bad, trained(2, NEARER, 5)], 1)[1].text
    assert "REFUSED" not in told
    assert "it stopped short" not in told
    assert "best 5 of 20" in told


def test_many_earlier_rewards_are_shortened_the_least_telling_first(ground: Ground) -> None:
    long = "the analyst has much to say. " * 200
    earlier = [trained(n, NEARER.replace("5.0", f"{n}.5"), n, long) for n in range(1, 21)]
    text = designer_messages(brief(ground), earlier, 1)[1].text
    told = text.partition("# Rewards so far")[2]
    assert len(told) < MOST_EARLIER + 2000
    sections = told.split("## Number ")[1:]
    assert len(sections) == 20
    assert "much to say" not in sections[0]
    assert "much to say" in sections[-1]


def test_a_persons_words_stand_in_the_prompt_as_they_are(ground: Ground) -> None:
    words = [Feedback("it jerks; approach from above", 1)]
    text = designer_messages(brief(ground), [trained(1, NEARER, 5)], 1, words)[1].text
    assert "- it jerks; approach from above" in text


# -- what is answered ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("exchange", "name"), list(enumerate(TASKS)), ids=TASKS)
def test_recorded_answers_are_rewards_that_the_critic_accepts(
    exchange: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played by the client as a run would; the question is the recorded one, so that a prompt may change."""
    pytest.importorskip("mujoco")
    monkeypatch.setenv("EMBODIED_CASSETTE", f"replay:{CASSETTE}")
    request = json.loads(CASSETTE.read_text(encoding="utf-8").splitlines()[exchange])["request"]
    messages = [Message(one["role"], one["content"]) for one in request["messages"]]
    model = Model(name=request["model"])
    with connect(model, Budget(Limits(5, 1, 1), model=model), lambda type_, /, **fields: 0) as client:
        proposals = read_rewards(client.ask("designer", messages, schema=REWARDS_SCHEMA)[0].data, [])
    source = load_tasks("tabletop")
    task = next(one for one in source.tasks({}) if one.name == name)
    assert task.sentence in prompt_of(request)
    environment = source.make(task, {})
    try:
        examiner = lay_ground(task, lambda: source.make(task, {}), environment, tmp_path).examiner
        codes = [check(one.source, examiner.observation, examiner.action) for one in proposals]
        assert all(examiner.judge(in_process(code)).accepted for code in codes)
    finally:
        environment.close()
    assert len({one.name for one in proposals}) == 4


def test_fences_are_taken_off_and_what_was_there_is_no_news() -> None:
    data = {
        "rewards": [
            {"name": " a  b ", "idea": "x", "parent": 9, "code": f"```python\n{NEARER.strip()}\n```"},
            {"name": "c", "idea": "y", "parent": 1, "code": STEEPER},
        ]
    }
    known = Candidate(1, Proposal("old", STEEPER.strip() + "\n", {}))
    (only,) = read_rewards(data, [known])
    assert (only.name, only.parent) == ("a b", 0)
    assert only.source == NEARER.strip() + "\n"


def test_what_is_refused_goes_back_with_the_reasons(
    endpoint: Endpoint, designer: Asks, tmp_path: Path
) -> None:
    endpoint.plays(rewards("import os\n" + NEARER, BLIND), rewards(NEARER, STEEPER))
    asks, budget = designer()
    schedule = Schedule(minutes=5, rivals=2, screening=100, every=100, most=200, episodes=4, rounds=1)
    progress = search(tmp_path, asks, PlayedTrainer(), schedule=schedule)
    assert [one.state for one in progress.candidates.values()][:2] == ["refused", "refused"]
    assert progress.best is not None
    assert progress.best.number > 2
    again = prompt_of(endpoint.requests[1])
    assert "line 1" in again
    assert "REFUSED ignores" in again
    assert "mending what was refused" in again
    assert (budget.used.calls, progress.waves) == (2, {1: 2})


def test_repairs_are_bounded(endpoint: Endpoint, designer: Asks, tmp_path: Path) -> None:
    endpoint.decide = lambda body: rewards(BLIND + f"# {len(endpoint.requests)}\n")
    asks, _ = designer()
    schedule = Schedule(minutes=5, rivals=1, screening=100, every=100, most=100, rounds=1, repairs=2)
    progress = search(tmp_path, asks, PlayedTrainer(), schedule=schedule)
    assert len(endpoint.requests) == 3
    assert progress.best is None


def test_without_a_critic_only_what_is_no_reward_is_refused(
    endpoint: Endpoint, designer: Asks, tmp_path: Path
) -> None:
    endpoint.plays(rewards(FARTHER, "import os\n" + NEARER), rewards(BLIND))
    asks, _ = designer()
    schedule = Schedule(
        minutes=5, rivals=2, screening=100, every=100, most=100, episodes=4, rounds=1, critic=False
    )
    progress = search(tmp_path, asks, PlayedTrainer(), schedule=schedule)
    assert progress.candidates[1].checkpoints
    assert progress.candidates[2].state == "refused"
    assert progress.candidates[3].checkpoints
    assert "REFUSED ignores" in progress.candidates[3].critique


def test_a_spent_budget_ends_designing_and_not_the_search(
    endpoint: Endpoint, designer: Asks, tmp_path: Path
) -> None:
    endpoint.plays(rewards(FARTHER, NEARER))
    asks, budget = designer(calls=1)
    schedule = Schedule(minutes=5, rivals=2, screening=100, every=100, most=200, episodes=4, rounds=2)
    progress = search(tmp_path, asks, PlayedTrainer(learned_at=10**6), schedule=schedule)
    noted = [record["text"] for record in read(tmp_path / "journal.jsonl") if record["type"] == "note"]
    assert any("no more rewards are designed: The budget is spent" in text for text in noted)
    assert progress.best is not None
    assert budget.used.calls == len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [(said("nothing of use"), BadAnswer), (refused(500, "oops"), ModelUnreachable)],
    ids=["nonsense", "failing"],
)
def test_a_model_that_is_of_no_use_ends_it_before_training(
    endpoint: Endpoint, designer: Asks, tmp_path: Path, reply: Reply, error: type[Exception]
) -> None:
    endpoint.plays(reply)
    asks, _ = designer()
    trainer = PlayedTrainer()
    with pytest.raises(error):
        search(tmp_path, asks, trainer)
    assert trainer.jobs == []


def test_a_model_is_not_waited_for_when_time_is_up(
    endpoint: Endpoint, ground: Ground, tmp_path: Path
) -> None:
    endpoint.plays(Reply(fault="late"))
    schedule = replace(SHORT, minutes=0.02)
    wish, model = Wish("reach", designer="llm", schedule=schedule), Model(name="small-model", cache=False)
    journal, clock = Journal(tmp_path / "asked.jsonl"), Clock(schedule.minutes, threading.Event())
    trainer = PlayedTrainer()
    with designer_of(wish, model, ground, clock, journal, Usage()) as asks:
        progress = search(tmp_path, asks, trainer, schedule=schedule)
    journal.close()
    assert progress.best is None
    assert trainer.jobs == []


def test_no_budget_at_all_asks_nobody(endpoint: Endpoint, designer: Asks, tmp_path: Path) -> None:
    asks, _ = designer(tokens=100)
    with pytest.raises(BudgetSpent, match="tokens"):
        search(tmp_path, asks, PlayedTrainer())
    assert endpoint.requests == []


# -- who designs -----------------------------------------------------------------------------------------


def opened(ground: Ground, tmp_path: Path, name: str, model: Model, wanted: int = 2) -> tuple[Any, list[str]]:
    """What the designer of that name proposes first, and what was noted."""
    journal = Journal(tmp_path / "journal.jsonl")
    try:
        wish = Wish("reach", designer=name, schedule=SHORT)
        clock = Clock(5.0, threading.Event())
        with designer_of(wish, model, ground, clock, journal, Usage()) as asked:
            proposed = asked.propose([], wanted)
    finally:
        journal.close()
    noted = [record["text"] for record in read(journal.path) if record["type"] == "note"]
    return proposed, noted


def test_auto_without_a_model_composes_and_says_so(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "EMBODIED_CASSETTE"):
        monkeypatch.delenv(name, raising=False)
    proposed, noted = opened(ground, tmp_path, "auto", Model(name="small-model"))
    assert proposed[0].values
    assert "no model is configured: the offline designer composes rewards" in noted


def test_auto_falls_back_when_the_model_fails(endpoint: Endpoint, ground: Ground, tmp_path: Path) -> None:
    endpoint.plays(refused(400, "no"))
    proposed, noted = opened(ground, tmp_path, "auto", Model(name="small-model", cache=False))
    assert proposed[0].values
    assert any("the offline designer does" in text for text in noted)


def test_llm_never_falls_back(endpoint: Endpoint, ground: Ground, tmp_path: Path) -> None:
    endpoint.plays(said("nothing of use"))
    with pytest.raises(BadAnswer):
        opened(ground, tmp_path, "llm", Model(name="small-model", cache=False))


def test_facts_of_the_condition_are_told_with_their_meaning(ground: Ground) -> None:
    pytest.importorskip("mujoco")
    launch = load_launch_file(Path(__file__).parents[2] / "launch" / "tabletop.toml")
    told = meanings(replace(ground, launch=launch))
    assert told["hand"].startswith("The grasp point")
    assert meanings(ground) == {}


# -- the whole command's path ----------------------------------------------------------------------------


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaunchFile:
    monkeypatch.setattr(refine, "load_tasks", lambda kind: ToySource())
    (tmp_path / "toy.toml").write_text(LAUNCH)
    model = [Override("model.name", "small-model", "--set"), Override("model.cache", False, "--set")]
    return load_launch_file(tmp_path / "toy.toml", model)


def test_no_key_is_said_before_anything_begins(
    launch: LaunchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "EMBODIED_CASSETTE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoKey, match="OPENAI_API_KEY is not set") as error:
        start_refining(launch, Wish("reach the target", designer="llm"), runs_dir=tmp_path / "runs")
    assert "--designer offline" in error.value.remedy
    assert not (tmp_path / "runs").exists()


def test_nobody_at_the_address_is_said_before_training(
    launch: LaunchFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("stable_baselines3")
    monkeypatch.setattr(Patience, "wait", lambda self, exchange, tried: None)
    monkeypatch.delenv("EMBODIED_CASSETTE", raising=False)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(ModelUnreachable, match="cannot be reached"):
            start_refining(
                launch,
                Wish("reach the target", designer="llm", schedule=SHORT, skill="nothing"),
                runs_dir=tmp_path / "runs",
            )
    (run,) = (tmp_path / "runs").glob("2*")
    kinds = [record["type"] for record in read(run / "journal.jsonl")]
    assert "checkpoint" not in kinds
    assert kinds[-1] == "run_ended"


def test_a_run_with_a_model_goes_on_with_a_persons_words(
    endpoint: Endpoint, launch: LaunchFile, tmp_path: Path
) -> None:
    pytest.importorskip("stable_baselines3")
    endpoint.plays(rewards(NEARER), rewards(STEEPER))
    wish = Wish("reach the target", designer="llm", schedule=SHORT, skill="nothing")
    first = start_refining(launch, wish, runs_dir=tmp_path / "runs")
    words = "it jerks; come from above"
    again = start_refining(
        launch, replace(wish, feedback=words), runs_dir=tmp_path / "runs", resume=first.run
    )
    assert words in prompt_of(endpoint.requests[1])
    assert words not in prompt_of(endpoint.requests[0])
    assert again.progress.rounds == {1: 1, 2: 2}
    assert again.progress.used.calls == 2
    assert again.progress.used.tokens == 220
    page = again.page.read_text()
    assert "2 calls, 220 tokens" in page
    assert words in page
    assert STEEPER.strip().splitlines()[0] in page


def test_words_on_nothing_are_refused(launch: LaunchFile, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing yet to give feedback on"):
        start_refining(launch, Wish("reach the target", feedback="slower"), runs_dir=tmp_path)
