"""Rules in plain words: the documented patterns are understood, all else is refused and nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.errors import BadRule
from embodied.methods import WorldSpec
from embodied.plugins import load_world
from embodied.rules import PATTERNS, rules_for, understand_rule
from embodied.rules.places import read_area


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
    "you must not enter the blue pad": "never entered[blue_pad]",
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


BLOCKS = {
    "never break glass": "never broken[*glass] or broken[*glass_pane]",
    "never mine coal": "never broken[coal_ore] or broken[deepslate_coal_ore]",
    "do not place lava": "never placed[lava_bucket]",
    "do not use flint and steel": "never placed[flint_and_steel]",
    "never go below y 20": "never position.y < 20",
    "never dig below y=20": "never call(dig, arg[y] < 20)",
    "stay above y 60": "always position.y >= 60",
    "always keep 5 torches": "always inventory[torch] >= 5",
    "never hurt sheep or cows": "never attacked[sheep] or attacked[cow]",
    "stay out of 10 20 to 11 21": (
        "never position.x >= 10 and position.x < 12 and position.z >= 20 and position.z < 22"
    ),
    "never dig in the garden": (
        "never call(dig, arg[x] >= 10 and arg[x] < 31 and arg[z] >= 20 and arg[z] < 41)"
    ),
    "never leave the garden": (
        "always position.x >= 10 and position.x < 31 and position.z >= 20 and position.z < 41"
    ),
}


@pytest.mark.parametrize("said", BLOCKS)
def test_a_body_among_blocks_is_told_what_to_leave_alone_and_where(said: str) -> None:
    garden = read_area("The garden is from 10 20 to 30 40.")
    assert garden is not None
    minecraft = load_world("minecraft").spec({})
    assert str(understand_rule(said, minecraft, areas={"garden": garden}).formula) == BLOCKS[said]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("stay out of the swamp", "the swamp is from 10 20 to 30 40"),
        ("never break unobtainium", "no block called 'unobtainium'"),
        ("never go below y 500", "Nothing could ever satisfy"),
        ("always keep 5000 torches", "at most 2368"),
        ("be nice", "never break glass"),
    ],
)
def test_what_no_body_among_blocks_could_keep_to_is_refused(said: str, why: str) -> None:
    with pytest.raises(BadRule) as refused:
        understand_rule(said, load_world("minecraft").spec({}))
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (("stay in the garden", "stay out of the garden"), "contradicts"),
        (("never go below y 20", "never go above y 10"), "contradicts"),
        (("always keep 5 torches", "never have more than 4 torches"), "contradicts"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(
    rules: tuple[str, str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    minecraft = load_world("minecraft").spec({})
    with pytest.raises(BadRule, match=why):
        rules_for(minecraft, ["the garden is from 10 20 to 30 40", *rules])


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
