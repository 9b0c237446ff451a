"""A model sets the goals, and the offline curriculum where it is of no use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embodied import journal
from embodied.errors import BadAnswer, BudgetSpent, ModelInterrupted, ModelUnreachable, NoKey
from embodied.exploring.explore import start_exploring
from embodied.exploring.model_curriculum import FAULTS, PAUSE, ModelCurriculum
from embodied.exploring.progress import Found, GoalEnded, Progress
from embodied.facts import Observation
from embodied.launchfile import LaunchFile
from embodied.mini.knowledge import FAMILIES, MiniSpec
from embodied.models import ModelClient
from embodied.outcome import Verdict
from embodied.skills import SkillLibrary
from tests.scripted import ScriptedClient, plans

NOW = Observation(FAMILIES, {"inventory": {("wood",): 3}})


def goals(*texts: str) -> dict[str, Any]:
    return {"goals": [{"goal": text, "why": "something new"} for text in texts]}


class Explorer:
    """A curriculum, its client and what it said."""

    def __init__(
        self, *answers: Any, writes: bool = True, asked: Callable[[], ModelClient] | None = None
    ) -> None:
        self.client = ScriptedClient(*answers)
        self.notes: list[str] = []
        self.curriculum = ModelCurriculum(
            MiniSpec(), asked or (lambda: self.client), SkillLibrary, self.notes.append, writes
        )

    def next(self, progress: Progress | None = None, now: Observation = NOW) -> str:
        proposal = self.curriculum.propose(now, progress or Progress())
        return f"{proposal.goal} ({proposal.why})" if proposal else ""


def test_one_question_gives_several_goals() -> None:
    explorer = Explorer(goals("inventory[plank] >= 1", "get 4 sticks"))
    assert explorer.next() == "plank (a model's choice: something new)"
    assert explorer.next().startswith("inventory[stick] >= 4")
    assert explorer.client.parts == ["curriculum"]


def test_it_is_told_what_was_held_what_failed_and_what_is_near() -> None:
    explorer = Explorer(goals("inventory[plank] >= 1"))
    ended = [
        GoalEnded(1, "wood", "PASSED", "", 1.0, 1),
        GoalEnded(2, "ore", "FAILED", "needs a pickaxe", 1.0, 1),
    ]
    explorer.next(Progress(found={"wood": Found(1.0, 1, True)}, ended=ended))
    (prompt,) = (text for _, text in explorer.client.asked)
    for golden in (
        "so far, 1 things\n\nwood\n",
        "plank, stick",
        "- wood: reached\n- ore: not reached: needs a pickaxe",
        "inventory: wood 3",
        "get 2 ore",
        "Give 5 goals",
    ):
        assert golden in prompt


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("inventory[wood] >= 1", "it holds already"),
        ("inventory[gold] >= 1", "gold"),
        ("luck > 3", "There is no fact 'luck'"),
        ("be happy", "Cannot understand"),
    ],
)
def test_a_goal_that_a_user_could_not_set_is_sent_back_with_the_reason(bad: str, why: str) -> None:
    explorer = Explorer(goals(bad), goals("inventory[plank] >= 1"))
    assert explorer.next().startswith("plank")
    assert why in explorer.client.asked[1][1]
    assert explorer.notes == []


def test_what_failed_thrice_is_no_goal_again() -> None:
    failed = [GoalEnded(number, "ore", "FAILED", "no", 1.0, 1) for number in range(3)]
    explorer = Explorer(goals("inventory[ore] >= 1", "inventory[plank] >= 1"))
    assert explorer.next(Progress(ended=failed)).startswith("plank")


def test_without_a_writer_a_goal_needs_a_plan() -> None:
    assert Explorer(goals("near[tree] < 1")).next().startswith("near[tree] < 1")
    strict = Explorer(goals("near[tree] < 1", "inventory[plank] >= 1"), writes=False)
    assert strict.next().startswith("plank")


def no_key() -> ModelClient:
    raise NoKey("there is no key", remedy="export it")


def test_without_a_key_the_offline_curriculum_goes_on_and_it_is_said_once() -> None:
    explorer = Explorer(asked=no_key)
    assert "never held" in explorer.next(Progress(found={"wood": Found(1.0, 1, True)}))
    for _ in range(3 * PAUSE):
        assert explorer.next()
    assert len(explorer.notes) == 1
    assert "the offline curriculum does: there is no key" in explorer.notes[0]


def test_a_model_that_answers_nonsense_is_asked_again_later_and_then_no_more() -> None:
    none = goals()
    explorer = Explorer(BadAnswer("not_json", "it is no JSON"), ModelUnreachable("gone"), none, none)
    for _ in range(3 * PAUSE * FAULTS):
        assert explorer.next()
    assert explorer.client.answers == []
    assert len(explorer.notes) == FAULTS
    assert "is not asked again" in explorer.notes[-1]


@pytest.mark.parametrize("end", [BudgetSpent("calls"), ModelInterrupted("stop")])
def test_a_spent_budget_and_a_stop_are_no_faults(end: Exception) -> None:
    with pytest.raises(type(end)):
        Explorer(end).next()


def test_a_whole_exploration_by_a_model_that_then_falls_silent(mini: LaunchFile, tmp_path: Path) -> None:
    silence = [ModelUnreachable("gone")] * FAULTS
    client = ScriptedClient(goals("inventory[wood] >= 2", "get 4 planks"), *silence)
    named = replace(mini, model=replace(mini.model, parts={"curriculum": {"name": "small"}}))
    report = start_exploring(named, 20, runs_dir=tmp_path, client=client)
    assert report.run.verdict is Verdict.PASSED
    assert set(report.progress.found) == {"wood", "plank", "stick", "pickaxe", "ore"}
    records = list(journal.read(report.run.journal))
    chosen = [record["why"] for record in records if record["type"] == "goal_chosen"]
    assert chosen[:2] == ["a model's choice: something new"] * 2
    assert "a model's choice" not in chosen[2]
    assert any("the offline curriculum does" in record.get("text", "") for record in records)
    assert set(client.parts) == {"curriculum"}


def test_a_model_that_plans_is_told_the_goal_it_set_and_not_the_launch_files(
    mini: LaunchFile, tmp_path: Path
) -> None:
    step = ("gather_thing(thing='tree', item='wood', count=2)", "inventory[wood] >= 2")
    client = ScriptedClient(goals("inventory[wood] >= 2"), plans([step]))
    planned = replace(mini, agent=replace(mini.agent, planner="llm"))
    report = start_exploring(planned, 1, runs_dir=tmp_path, client=client)
    assert [one.verdict for one in report.progress.ended] == ["PASSED"]
    assert client.parts == ["curriculum", "planner"]
    asked = client.asked[1][1]
    assert "# Goal\n\ninventory[wood] >= 2\n" in asked
    assert mini.goal.text not in asked.split("=== user")[1]


def test_by_default_nobody_is_asked(mini: LaunchFile, tmp_path: Path) -> None:
    client = ScriptedClient()
    start_exploring(mini, 2, runs_dir=tmp_path, client=client)
    assert client.asked == []
