"""Rules in plain words: the documented patterns are understood, all else is refused and nothing guessed."""

from __future__ import annotations

import pytest

from embodied.errors import BadRule
from embodied.methods import WorldSpec
from embodied.plugins import load_world
from embodied.rules import PATTERNS, understand_rule


@pytest.fixture(scope="module")
def table() -> WorldSpec:
    return load_world("tabletop").spec({})


@pytest.fixture(scope="module")
def mini() -> WorldSpec:
    return load_world("mini").spec({})


SAID = {
    "Never touch the bowl!": "never touched[bowl]",
    "do not lift anything above 30 cm": "never pose[{x}].z > 0.3 when holding[{x}]",
    "don't put anything in the bowl": "never in[{x}, bowl]",
    "never touch the yellow cube or the bowl": "never touched[yellow_cube] or touched[bowl]",
    "you must not enter the blue pad": "never over[blue_pad]",
    "do not hold two things": "never holding[{x}] and holding[{y}]",
    "always keep the gripper open when moving over the button": (
        "always gripper_width >= 0.035 when over[button]"
    ),
    "the drawer must be closed within 20 seconds after it was opened": (
        "within(20 s, is_closed[drawer]) after is_open[drawer]"
    ),
    "never open the drawer until the red cube is in the bowl": (
        "never is_open[drawer] until (in[red_cube, bowl])"
    ),
    "never in[*, bowl]": "never in[*, bowl]",
}


@pytest.mark.parametrize("said", SAID)
def test_a_sentence_becomes_a_formula(table: WorldSpec, said: str) -> None:
    assert str(understand_rule(said, table).formula) == SAID[said]


def test_every_documented_pattern_means_something_in_some_world(table: WorldSpec, mini: WorldSpec) -> None:
    worlds = [table, mini, load_world("minecraft").spec({})]

    def understood(text: str) -> bool:
        for world in worlds:
            try:
                understand_rule(text, world)
                return True
            except BadRule:
                continue
        return False

    assert [pattern for pattern in PATTERNS if not understood(pattern)] == []


def test_amounts_are_counted_in_a_world_of_items(mini: WorldSpec) -> None:
    assert str(understand_rule("never have more than 3 logs", mini).formula) == "never inventory[wood] > 3"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("be nice to the cubes", "Cannot understand"),
        ("never touch the cube", "Which cube"),
        ("never touch the purple cube", "nothing called"),
        ("never press the bowl", "no button"),
        ("never touch the bowl until pigs fly", "Cannot understand"),
        ("always is_open[drawer] and not is_open[drawer]", "Nothing could ever satisfy"),
        ("always hand.z < 1 or hand.z >= 1", "forbids nothing"),
        ("never in[red_cube]", "names what is not known"),
        ("never call(", "Cannot read"),
        ("within(20 s, is_closed[drawer]", "not closed"),
        ("x" * 501, "501 characters"),
    ],
)
def test_what_is_not_understood_or_says_nothing_is_refused(table: WorldSpec, said: str, why: str) -> None:
    with pytest.raises(BadRule, match=why):
        understand_rule(said, table)
