"""Single exchanges of recorded runs (tests/cassettes): what was answered is still read as it was then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from embodied.condition import evaluate
from embodied.facts import Observation
from embodied.goals import GoalParser
from embodied.planning.proposal import PLANS_SCHEMA, STEP_SCHEMA, Judge, Proposal
from embodied.planning.unclear import GOAL_SCHEMA
from embodied.plugins import load_world
from embodied.skills import SkillLibrary
from embodied.writing.drafts import SKILL_SCHEMA, draft_of, make_skill

TESTS = Path(__file__).parents[1]
SPEC = load_world("minecraft").spec()


def exchanges(name: str) -> list[dict[str, Any]]:
    lines = (TESTS / "cassettes" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def answer_of(exchange: dict[str, Any]) -> Any:
    return json.loads(exchange["response"]["choices"][0]["message"]["content"])


def asked_for(exchange: dict[str, Any]) -> str:
    return str(exchange["request"]["messages"][-1]["content"])


GROWN = exchanges("library_from_primitives")
PLANNING = exchanges("planning")
WRITTEN = [exchange for exchange in GROWN if "code" in answer_of(exchange)]


def read(exchange: dict[str, Any], library: SkillLibrary) -> Proposal:
    data = answer_of(exchange)
    validate(data, dict(PLANS_SCHEMA))
    return Judge("minecraft", library, {}, SPEC.families).plans(data)


def grown(*, without: str = "") -> SkillLibrary:
    """The library that the run came to, but for one skill."""
    whole = SkillLibrary([TESTS / "data" / "library_from_primitives" / "minecraft"])
    return SkillLibrary(skills=[skill for skill in whole if skill.name != without])


def test_the_plan_from_primitives_names_the_skills_that_it_lacks() -> None:
    proposal = read(GROWN[0], SkillLibrary())
    assert proposal.refused == ()
    assert set(proposal.outlines) == {"gather-blocks", "craft-item"}
    assert str(proposal.plans[0][-1].expects) == "inventory[wooden_pickaxe] >= 1"


@pytest.mark.parametrize("number", [3, 4, 5])
def test_later_plans_use_what_was_learned(number: int) -> None:
    proposal = read(GROWN[number], grown(without="smelt-item"))
    assert proposal.refused == ()
    assert set(proposal.outlines) <= {"smelt-item", "mine-ore"}
    assert {"gather-blocks", "craft-item"} <= {move.skill for move in proposal.plans[0]}


@pytest.mark.parametrize("exchange", WRITTEN, ids=lambda exchange: asked_for(exchange).split("`")[1])
def test_the_recorded_skills_are_read_and_take_the_planned_arguments(
    exchange: dict[str, Any], tmp_path: Path
) -> None:
    data = answer_of(exchange)
    validate(data, dict(SKILL_SCHEMA))
    name = asked_for(exchange).split("Name: `")[1].split("`")[0]
    plans = [read(GROWN[0], SkillLibrary()), read(GROWN[5], grown(without="smelt-item"))]
    move = next(m for one in plans for plan in one.plans for m in plan if m.skill == name)
    skill = make_skill(
        draft_of(name, data), tmp_path, "minecraft", SkillLibrary(), SPEC.families, move.arguments
    )
    assert skill.name == name
    assert skill.source == grown().get(name).source
    assert skill.achieved(move.arguments)[0] is not None


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_answer_plans_a_whole_goal(number: int) -> None:
    """The tree planner's exchanges beside ReAct's: a goal of many steps was asked about once."""
    proposal = read(PLANNING[number], _seeds())
    assert proposal.refused == ()
    assert len(proposal.plans[0]) > 5


def test_a_step_of_react_is_read() -> None:
    data = answer_of(PLANNING[3])
    validate(data, dict(STEP_SCHEMA))
    proposal = Judge("minecraft", _seeds(), {}, SPEC.families).step(data)
    assert proposal.refused == ()
    assert len(proposal.plans[0]) == 1


def test_a_loosely_worded_goal_became_a_condition_that_facts_can_meet() -> None:
    data = answer_of(PLANNING[4])
    validate(data, dict(GOAL_SCHEMA))
    spec = load_world("tabletop").spec()
    goal = GoalParser(spec.vocabulary, spec.families).parse(data["condition"])
    kinds = {(name,): "cube" for name in ("red_cube", "green_cube", "blue_cube")}
    colors = {key: key[0].split("_")[0] for key in kinds}
    inside = {("red_cube", "bowl"): True}
    facts: dict[str, Any] = {"kind": kinds, "color": colors, "in": inside}
    assert evaluate(goal.condition, Observation(spec.families, facts)) is False
    inside["green_cube", "bowl"] = True
    assert evaluate(goal.condition, Observation(spec.families, facts)) is True


def _seeds() -> SkillLibrary:
    return SkillLibrary([TESTS.parent / "skills" / "minecraft"])
