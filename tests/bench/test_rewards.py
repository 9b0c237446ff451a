"""`embodied bench rewards`: fixed cases, trainings that differ by the reward alone, honest tables."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embodied_metaworld.tasks import TEXT2REWARD
from embodied_metaworld.training import TASK_SOURCE
from typer.testing import CliRunner

from embodied.bench import (
    rewards,
    rewards_authors,
    rewards_process,
    rewards_record,
    rewards_speed,
    rewards_table,
    rewards_training,
)
from embodied.bench.rewards_authors import Author, ExpertSource, recorded_file, written
from embodied.bench.rewards_training import Looked, TrainingCase, train
from embodied.bench.version import ROOT
from embodied.cli.main import app
from embodied.errors import BadInput
from embodied.launchfile import load_launch_file
from embodied.learning.episodes import run_episode
from tests.learning.toys import REACH, Point, ToySource, straight
from tests.scripted import ScriptedClient

DRAWER = TASK_SOURCE.tasks({})[0]
LAUNCH = load_launch_file(ROOT / "launch" / "metaworld.toml")


@dataclass
class ExpertToys(ToySource):
    """The toys, with an expert who pays 7 a step."""

    def with_expert(self, task: Any) -> Point:
        return Paying()


class Paying(Point):
    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        told, _, over, cut, info = super().step(action)
        return told, 7.0, over, cut, info


def case(author: Author, steps: int = 500) -> TrainingCase:
    return TrainingCase("toy", "toy", "Reach", author, 1, steps, held_out=10)


def row(task: str, author: str, seed: int, successes: int, reached: int | None) -> dict[str, Any]:
    key = f"metaworld/{task}/{author}/{seed}"
    return {
        **{"key": key, "task": task, "author": author, "seed": seed, "successes": successes},
        **{"episodes": 100, "reached": reached, "seconds": 60.0, "cpu_s": 50.0, "verdict": "PASSED"},
    }


# -- cases -----------------------------------------------------------------------------------------------


def test_every_reward_of_a_task_has_the_same_seeds_steps_and_held_out_episodes() -> None:
    cases = rewards.metaworld(3)
    assert len(cases) == len({one.key for one in cases}) == 11 * 3 * 3
    for task in rewards.METAWORLD:
        of = [one for one in cases if one.task == task]
        assert len({(one.seed, one.steps, one.held_out, one.first) for one in of}) == 3
        shares = {seed for one in of for seed in range(one.first, one.first + one.held_out)}
        assert len(shares) == rewards.HELD_OUT == 300
    assert tuple(dict.fromkeys(one.task for one in cases)) == TEXT2REWARD


def test_ablations_leave_one_part_out_each() -> None:
    told = {one.labels["ablation"]: dict(one.schedule) for one in rewards.ablations(1)}
    assert told["all"] == {}
    assert all(len(left_out) == 1 for name, left_out in told.items() if name != "all")


# -- authors ---------------------------------------------------------------------------------------------


def test_an_experts_reward_is_what_its_environment_paid() -> None:
    assert isinstance(TASK_SOURCE, ExpertSource)
    plain = TASK_SOURCE.make(DRAWER, {})
    expert = written(Author.expert, TASK_SOURCE, DRAWER, plain, 1)
    environment = expert.make()
    paid: list[float] = []
    step = environment.step

    def noting(action: Any) -> Any:
        told = step(action)
        paid.append(told[1])
        return told

    environment.step = noting  # type: ignore[method-assign]
    actions = np.random.default_rng(0)
    episode = run_episode(environment, lambda _: actions.uniform(-1, 1, 4).astype(np.float32), 3, 10)
    states = plain.observation_spec.split(episode.observations.astype(float))
    read = expert.function(
        {name: values[1:] for name, values in states.items()},
        plain.action_spec.split(episode.actions.astype(float)),
        {name: values[:-1] for name, values in states.items()},
    )
    assert read["expert"].tolist() == paid
    assert len(set(paid)) > 5


def test_the_offline_reward_is_the_first_that_the_critic_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = TASK_SOURCE.make(DRAWER, {})
    first = written(Author.offline, TASK_SOURCE, DRAWER, plain, 1)
    refused = [first.digest]
    judge = rewards_authors.Examiner.judge

    def strict(self: Any, reward: Any) -> Any:
        found = judge(self, reward)
        return type(found)((), found.paid) if not refused else refused.clear() or _sent_back(found)

    monkeypatch.setattr(rewards_authors.Examiner, "judge", strict)
    second = written(Author.offline, TASK_SOURCE, DRAWER, plain, 1)
    assert first.digest != second.digest


def _sent_back(found: Any) -> Any:
    from embodied.rewards.critic import Critique, Finding

    return Critique((Finding("ignores", True, "", ""),), found.paid)


def test_a_models_reward_that_is_not_recorded_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rewards_authors, "RECORDED", tmp_path)
    with pytest.raises(BadInput, match="No model's reward for drawer-open is recorded") as told:
        written(Author.llm, TASK_SOURCE, DRAWER, TASK_SOURCE.make(DRAWER, {}), 1)
    assert str(recorded_file(DRAWER)) in str(told.value)


# -- one training ----------------------------------------------------------------------------------------


def test_a_training_is_measured_by_success_on_held_out_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewards_training, "load_tasks", lambda kind: ExpertToys())
    got = train(case(Author.offline, steps=1500))
    assert got["key"] == "toy"
    assert got["episodes"] == 10
    assert got["verdict"] == ("PASSED" if got["successes"] >= 9 else "FAILED")
    assert got["course"][0][0] == 500
    assert got["trained"] <= 1500
    assert got["cpu_s"] > 0
    assert json.loads(json.dumps(got)) == got


def test_a_reward_that_pays_the_same_everywhere_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewards_training, "load_tasks", lambda kind: ExpertToys())
    got = train(case(Author.expert))
    assert got["reward"] == "expert"
    assert got["reached"] is None
    assert got["verdict"] == "FAILED"


def test_a_task_that_is_not_there_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewards_training, "load_tasks", lambda kind: ToySource())
    got = train(TrainingCase("toy", "toy", "Hover", Author.offline, 1, 500))
    assert got["verdict"] == "UNKNOWN"
    assert "'Hover'" in got["reason"]
    no_expert = train(case(Author.expert))
    assert "No expert wrote rewards" in no_expert["reason"]


def test_a_lucky_checkpoint_is_looked_at_again() -> None:
    looks = rewards_training._look(Point(), straight, 500, REACH.steps)
    assert looks.episodes == 160
    assert looks.enough
    assert looks.solved
    assert not Looked(500, 20, 19, 30.0).solved
    assert Looked(500, 80, 72, 30.0).solved
    assert not Looked(500, 80, 72, 30.0).enough


# -- processes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dying:
    """A case whose module ends before it says anything."""

    key: str = "dying"
    minutes: float = 1.0
    module: str = "embodied.bench.no_such_module"

    def to_wire(self) -> dict[str, Any]:
        return {"key": self.key, "task": "x"}


def test_a_process_that_dies_is_a_failure_with_its_last_words() -> None:
    got = rewards_process.run_process(Dying(), threading.Event())
    assert got is not None
    assert got["verdict"] == "UNKNOWN"
    assert "no_such_module" in got["reason"]
    assert got["successes"] == 0


def test_what_is_stopped_is_no_result() -> None:
    stop = threading.Event()
    stop.set()
    assert rewards_process.run_process(Dying(), stop) is None


# -- speed -----------------------------------------------------------------------------------------------


def test_ratios_of_speed_are_those_within_each_round() -> None:
    rounds = {"stable-baselines3": [50.0, 100.0], "sac": [100.0, 200.0]}
    lines = rewards_speed.table({"rounds": rounds, "load": [1.0, 2.0], "cores": 2})
    assert lines[1] == ("stable-baselines3", "75", "50 – 100", "1.00 (1.00 – 1.00)")
    assert lines[2] == ("sac", "150", "100 – 200", "2.00 (2.00 – 2.00)")
    assert "load 1.0 before, 2.0 after" in lines[3][0]


# -- tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ((95, 4000), (96, 5000), "better"),
        ((95, 6000), (96, 5000), "as good"),
        ((91, 5000), (96, 5000), "as good"),
        ((90, 4000), (96, 5000), "worse"),
        ((40, None), (0, None), "as good"),
        ((95, 4000), (10, None), "better"),
    ],
)
def test_as_good_is_within_5_points_and_better_needs_fewer_steps(
    ours: tuple[int, int | None], theirs: tuple[int, int | None], said: str
) -> None:
    mine, others = ([row("drawer-open", "x", 1, *one)] for one in (ours, theirs))
    assert rewards_table.compared(mine, others) == said


def test_only_seeds_that_both_have_are_compared() -> None:
    mine = [row("drawer-open", "offline", 1, 95, 4000), row("drawer-open", "offline", 2, 0, None)]
    theirs = [row("drawer-open", "expert", 1, 95, 5000)]
    assert rewards_table.compared(mine, theirs) == "better"
    assert rewards_table.compared(mine[1:], theirs) == ""


def test_a_run_that_left_no_policy_failed_in_all_its_episodes() -> None:
    good = row("drawer-open", "offline", 1, 100, 4000)
    dead: Mapping[str, Any] = {**row("drawer-open", "offline", 2, 0, None), "episodes": 0, "held_out": 100}
    line = rewards_table.metaworld([good, dead])[1]
    assert "100 of 200" in line
    assert "never" in line


def test_what_is_in_the_file_is_not_run_again_and_stands_beside_the_published(tmp_path: Path) -> None:
    cases = rewards.metaworld(1, (Author.expert, Author.offline), ["drawer-open", "door-close"])
    file = tmp_path / "r-metaworld.jsonl"
    rows = [
        row(one.task, one.author.value, 1, 97, 4000 + 500 * (one.author is Author.expert)) for one in cases
    ]
    file.write_text("".join(json.dumps({**one, "version": "1 (abc)"}) + "\n" for one in rows))
    asked = [
        "bench",
        "rewards",
        "--part",
        "metaworld",
        "--seeds",
        "1",
        "--results",
        str(tmp_path / "r.jsonl"),
    ]
    asked += ["--author", "expert", "--author", "offline", "--task", "drawer-open", "--task", "door-close"]
    shown = CliRunner().invoke(app, asked, env={"COLUMNS": "250"})
    assert shown.exit_code == 0, shown.output
    said = " ".join(shown.output.split())
    assert "4 of 4 are in" in said
    assert "offline: as good as the expert's reward on 2 of 2 tasks measured, better on 2" in said
    assert "Text2Reward: 13 of 17 as good, 4 better" in said
    assert "1 (abc)" in said


def test_a_mistyped_author_or_task_is_named(tmp_path: Path) -> None:
    for option, wrong, near in (("--author", "expret", "expert"), ("--task", "draw-open", "drawer-open")):
        asked = ["bench", "rewards", "--part", "metaworld", option, wrong]
        shown = CliRunner().invoke(app, [*asked, "--results", str(tmp_path / "r.jsonl")])
        assert shown.exit_code != 0
        assert isinstance(shown.exception, BadInput) or wrong in shown.output
        assert near in f"{shown.output} {shown.exception}"


# -- recording a model's rewards -------------------------------------------------------------------------

IGNORES = """
def reward(obs, action, previous):
    return {"near": 1.0 - np.tanh(5.0 * np.linalg.norm(obs["hand"], axis=-1))}
"""
READS = """
def reward(obs, action, previous):
    reach = np.linalg.norm(obs["hand"] - obs["drawer_handle"], axis=-1)
    return {"reach": 1.0 - np.tanh(5.0 * reach), "open": 20.0 * np.minimum(obs["opening"], 0.18)}
"""


def test_what_the_critic_refuses_goes_back_and_what_it_accepts_is_kept_with_the_prompts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rewards_authors, "RECORDED", tmp_path)
    answers = [
        {"rewards": [{"name": name, "idea": "why", "parent": 0, "code": code}]}
        for name, code in (("home", IGNORES), ("open it", READS))
    ]
    client = ScriptedClient(*answers)
    plain = TASK_SOURCE.make(DRAWER, {})
    assert rewards_record._record(DRAWER, plain, client, LAUNCH)
    told = recorded_file(DRAWER).with_name("drawer-open.prompts.md").read_text()
    assert "Success is about opening[drawer]" in told
    assert "How far a drawer or window [m] or a door [rad] stands open." in told
    assert told.index("# Question 1") < told.index("# Answer 1: home") < told.index("# Question 2")
    reward = written(Author.llm, TASK_SOURCE, DRAWER, plain, 1)
    assert recorded_file(DRAWER).read_text().strip() == READS.strip()
    assert reward.name == "model, drawer-open"


def test_a_model_whose_rewards_are_all_refused_leaves_the_task_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rewards_authors, "RECORDED", tmp_path)
    asked = [
        {"rewards": [{"name": f"{number}", "idea": "", "parent": 0, "code": f"{IGNORES}# {number}"}]}
        for number in range(rewards_record.WAVES)
    ]
    plain = TASK_SOURCE.make(DRAWER, {})
    assert not rewards_record._record(DRAWER, plain, ScriptedClient(*asked), LAUNCH)
    assert not recorded_file(DRAWER).exists()
