"""What is handed to a bridge: as much of a rule as it can hold itself, tighter only, and while it applies."""

from __future__ import annotations

from typing import Any

import pytest

from embodied.facts import Observation, observation_from_wire
from embodied.plugins import load_world
from embodied.primitives import PrimitiveSpec
from embodied.rules import Rule, understand_rule
from embodied.rules.handing import for_bridge

BODY = ("no_dig_down", "stay_out", "stay_in", "lowest", "highest", "no_touch", "no_dig", "no_place")
ARM = ("ceiling", "ceiling_held", "keep_out")


def takes(*names: str) -> PrimitiveSpec:
    return PrimitiveSpec("take_rules", "", {"properties": {name: {} for name in names}}, {}, {}, moves=False)


def rule(text: str, world: str = "minecraft") -> Rule:
    return understand_rule(text, load_world(world).spec({}))


def seen(world: str = "minecraft", **facts: Any) -> Observation:
    return observation_from_wire(load_world(world).spec({}).families, {"facts": facts})


NEW = (*BODY, "no_build", "no_attack", "keep")


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("never break glass", {"no_touch": ["*glass", "*glass_pane"]}),
        ("never break anything", {"no_touch": ["*"]}),
        ("do not place lava", {"no_place": ["lava_bucket"]}),
        ("never attack animals", {"no_attack": ["animal"]}),
        ("never go below y 20", {"lowest": 20}),
        ("never go above y 100", {"highest": 100}),
        ("always keep 5 torches", {"keep": {"torch": 5}}),
        ("stay out of 1 60 2 to 3 70 4", {"stay_out": [{"low": [1, 60, 2], "high": [4, 71, 5]}]}),
        ("stay in 1 60 2 to 3 70 4", {"stay_in": [{"low": [1, 60, 2], "high": [4, 71, 5]}]}),
        ("never dig in 1 60 2 to 3 70 4", {"no_dig": [{"low": [1, 60, 2], "high": [4, 71, 5]}]}),
    ],
)
def test_a_body_among_blocks_is_handed_it_as_data(text: str, data: dict[str, Any]) -> None:
    handed = for_bridge([rule(text)], seen(), takes(*NEW))
    assert dict(handed.data) == data
    assert handed.rules == {rule(text)}


def test_the_tighter_of_two_holds() -> None:
    rules = [rule("never go below y 20"), rule("never go below y 40"), rule("always keep 5 torches")]
    more = rule("always keep 9 torches")
    assert dict(for_bridge([*rules, more], seen(), takes(*NEW)).data) == {"lowest": 40, "keep": {"torch": 9}}


def test_a_bridge_that_does_not_take_it_is_not_handed_it() -> None:
    handed = for_bridge([rule("never break glass")], seen(), takes("stay_out"))
    assert (dict(handed.data), handed.rules) == ({}, frozenset())


def test_what_holds_at_night_is_handed_over_at_night() -> None:
    night = rule("never break glass when it is night")
    assert for_bridge([night], seen(is_day=False), takes(*NEW)).data
    by_day = for_bridge([night], seen(is_day=True), takes(*NEW))
    assert not by_day.data
    assert by_day.rules == {night}


def test_what_has_ended_is_lifted() -> None:
    until = rule("never break glass until you have 3 wood")
    assert for_bridge([until], seen(), takes(*NEW)).data
    assert not for_bridge([until], seen(), takes(*NEW), ended=lambda one: one is until).data


def test_an_arm_is_handed_zones_for_all_of_it() -> None:
    half = for_bridge([rule("keep out of the left half", "tabletop")], seen("tabletop"), takes(*ARM))
    (zone,) = half.data["keep_out"]
    middle, width = zone["position"][1], zone["size"][1]
    assert 0.1 < middle - width / 2 < 0.2
    around = seen("tabletop", pose={"bowl": [0.5, 0.1, 0.02]}, size={"bowl": [0.12, 0.12, 0.04]})
    bowl = for_bridge([rule("stay out of the bowl", "tabletop")], around, takes(*ARM))
    (zone,) = bowl.data["keep_out"]
    assert zone["position"][:2] == [0.5, 0.1]
    assert 0.25 < zone["position"][2] + zone["size"][2] / 2 < 0.35


def test_over_a_thing_only_the_hand_is_meant() -> None:
    around = seen("tabletop", pose={"bowl": [0.5, 0.1, 0.02]}, size={"bowl": [0.12, 0.12, 0.04]})
    assert not for_bridge([rule("never go over the bowl", "tabletop")], around, takes(*ARM)).data
