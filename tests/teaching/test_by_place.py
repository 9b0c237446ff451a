"""Things told by where they are, and words with a letter wrong: put right, and said."""

from __future__ import annotations

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.teaching.mistyped import corrected
from embodied.teaching.reading import Ground

from .conftest import Talk


@pytest.fixture(scope="module")
def table() -> Ground:
    return ground()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("put the rightmost cube on the tray", "goal: in[the rightmost cube, tray]"),
        ("pick up the block closest to the button", "goal: holding[the block closest to the button]"),
        ("the second cube from the right goes in the bowl", "goal: in[the second cube from the right, bowl]"),
        (
            "stack the red cube on whatever is on the blue pad",
            "goal: on[red_cube, whatever is on the blue pad]",
        ),
        ("take all the cubes off the tray", "goal: on[everything on the tray, table]"),
        ("empty the drawer", "goal: on[everything in the drawer, table]"),
        ("go above the leftmost cube", "motions: move above the leftmost cube"),
        ("colse the drawer", "goal: is_closed[drawer]"),
        ("put the yelow cube in the bowll", "goal: in[yellow_cube, bowl]"),
        ("nevr touch the bowl", "rule: never touched[bowl]"),
    ],
)  # fmt: skip
def test_what_is_meant(said: str, meant: str, table: Ground) -> None:
    assert taken(said, table) == meant


@pytest.mark.parametrize(
    "said",
    ["put the black cube in the bowl", "put red closer to the bowl", "put the cub in the bow",
     "swap what's in the bowl with what's on the tray", "put the nearest banana in the bowl"],
)  # fmt: skip
def test_what_is_another_word_is_not_put_right(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED)


def test_a_world_of_amounts_is_left_alone(table: Ground) -> None:
    from embodied.plugins import load_world

    spec = load_world("mini").spec({})
    assert corrected("get teh wodo", spec.vocabulary) == ("get teh wodo", {})


def test_it_is_told_and_done(talk: Talk) -> None:
    said = talk.say("put the cube farthest from the bowl in the bowl")
    assert "I take 'the cube farthest from the bowl' as the " in said
    assert "I take 'the leftmost cube' as the " in talk.say("put the leftmost cube on the table")
    said = talk.say("opne the hand")
    assert "I take 'opne' as 'open'." in said


def test_emptying_asks_the_facts(talk: Talk) -> None:
    assert "There is nothing in or on the bowl now." in talk.say("empty the bowl")
    talk.say("put the red cube in the bowl")
    said = talk.say("empty the bowl")
    assert "I take 'everything in the bowl' as the red cube." in said
    assert "In the end: red cube on the table." in said
