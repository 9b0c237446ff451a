"""Single exchanges of a recorded run (tests/cassettes): what was answered is still read as it was then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from embodied.planning.proposal import PLANS_SCHEMA, Judge, Proposal
from embodied.plugins import load_world
from embodied.skills import SkillLibrary
from embodied.writing.drafts import SKILL_SCHEMA, draft_of, make_skill

CASSETTE = Path(__file__).parents[1] / "cassettes" / "iron_pickaxe_from_primitives.jsonl"
EXCHANGES = [json.loads(line) for line in CASSETTE.read_text(encoding="utf-8").splitlines()]
SPEC = load_world("minecraft").spec()


def answer_of(exchange: dict[str, Any]) -> Any:
    body = exchange["response"]["body"] if "body" in exchange["response"] else exchange["response"]
    body = json.loads(body) if isinstance(body, str) else body
    return json.loads(body["choices"][0]["message"]["content"])


def proposal() -> Proposal:
    data = answer_of(EXCHANGES[0])
    for plan in data["plans"]:
        plan.setdefault("same", 0)  # recorded when every plan was written out whole
    validate(data, dict(PLANS_SCHEMA))
    return Judge("minecraft", SkillLibrary(), {}, SPEC.families).plans(data)


def test_the_recorded_plans_are_read_whole() -> None:
    read = proposal()
    assert read.refused == ()
    assert len(read.plans) >= 2
    assert str(read.plans[0][-1].expects) == "inventory[iron_pickaxe] >= 1"
    assert set(read.outlines) == {
        "craft-item",
        "craft-planks",
        "gather-logs",
        "mine-block",
        "mine-ore",
        "smelt-item",
    }


@pytest.mark.parametrize("number", range(1, len(EXCHANGES)))
def test_the_recorded_skills_are_read_and_take_the_planned_arguments(number: int, tmp_path: Path) -> None:
    data = answer_of(EXCHANGES[number])
    validate(data, dict(SKILL_SCHEMA))
    prompt = EXCHANGES[number]["request"]["messages"][1]["content"]
    name = prompt.split("Name: `")[1].split("`")[0]
    move = next(move for plan in proposal().plans for move in plan if move.skill == name)
    skill = make_skill(
        draft_of(name, data), tmp_path, "minecraft", SkillLibrary(), SPEC.families, move.arguments
    )
    assert skill.name == name
    assert skill.achieved(move.arguments)[0] is not None
