"""A rule that only the body could hold, and that it refuses to take over: it does not move until it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from embodied.facts import Observation, observation_from_wire
from embodied.outcome import PrimitiveResult
from embodied.plugins import load_world
from embodied.primitives import PrimitiveSpec
from embodied.rules import RuledWorld, understand_rule
from embodied.world import BodySpec, World

SPEC = load_world("minecraft").spec({})


class Body:
    """Digs, and takes rules over only if `takes`."""

    def __init__(self) -> None:
        self.takes = False
        self.dug = 0
        self.spec = BodySpec(
            kind="minecraft",
            identity="",
            primitives={
                "take_rules": primitive("take_rules", "no_touch", moves=False),
                "dig": primitive("dig", "x", moves=True),
            },
            families=SPEC.families,
            details={},
        )

    def observe(self) -> Observation:
        return observation_from_wire(SPEC.families, {"facts": {}})

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        if name == "take_rules":
            return PrimitiveResult(self.takes, error="" if self.takes else "bad_rules")
        self.dug += 1
        return PrimitiveResult(True)


def primitive(name: str, argument: str, *, moves: bool) -> PrimitiveSpec:
    return PrimitiveSpec(name, "", {"type": "object", "properties": {argument: {}}}, {}, {}, moves=moves)


@pytest.fixture
def body() -> Body:
    return Body()


def test_nothing_is_dug_under_a_rule_that_nobody_holds(body: Body) -> None:
    rule = understand_rule("never break glass", SPEC)
    world = RuledWorld(cast(World, body), SPEC, [rule], lambda kind, **fields: None)
    refused = world.call("dig", {"x": 1})
    assert refused.error == "rule"
    assert "has not taken it over" in refused.message
    assert body.dug == 0
    body.takes = True
    assert world.call("dig", {"x": 1}).ok
    assert body.dug == 1
    assert world.enforced_by(rule) == "bridge"


def test_a_rule_that_is_lifted_holds_nothing_up(body: Body) -> None:
    world = RuledWorld(
        cast(World, body), SPEC, [understand_rule("never break glass", SPEC)], lambda kind, **fields: None
    )
    assert world.call("dig", {"x": 1}).error == "rule"
    world.remove(1)
    assert world.call("dig", {"x": 1}).ok
