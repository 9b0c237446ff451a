"""A word that says something is used, or the line is refused and the word named; of two meanings both are."""

from __future__ import annotations

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.errors import BadGoal
from embodied.teaching.heeded import heed
from embodied.teaching.reading import Ground
from tests.teaching.conftest import Talk


@pytest.fixture(scope="module")
def table() -> Ground:
    return ground()


def test_a_word_that_makes_no_difference_is_named() -> None:
    with pytest.raises(BadGoal, match="no use for 'gently' in 'press it gently'") as refused:
        heed("press it gently", "goal", "pressed[button]", lambda said: "pressed[button]")
    assert "Without it I would take it as goal: pressed[button]" in refused.value.remedy


def test_a_word_that_makes_a_difference_is_not() -> None:
    heed("press it twice", "goal", "pressed[button]", lambda said: "another")


def test_a_word_that_says_nothing_of_an_end_is_passed_over(table: Ground) -> None:
    assert taken("put the red cube in the bowl too", table) == "goal: in[red_cube, bowl]"
    assert taken("close the drawer again", table) == "goal: is_closed[drawer]"


@pytest.mark.parametrize(
    "said",
    [
        "put the red cube in the bowl slowly",
        "open the drawer halfway",
        "close the gripper gently",
        "put the red cube in the bowl without touching the blue one",
        "go to the bowl but not over the tray",
        "push it about 10 cm to the right",
        "slide the red cube to the right",
        "push the blue cube 5 cm to the left",
        "push it",
        "leave the drawer open",
        "keep the drawer closed",
        "go back",
        "right now",
        "next one",
        "no higher",
        "always use the green cube",
        "put the red cube on the left",
        "go away",
        "touch it",
    ],
)
def test_what_would_be_another_act_is_refused(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED)


def test_a_conversation_does_not_act_on_two_meanings(talk: Talk) -> None:
    talk.say("put the red cube in the bowl")
    said = talk.say("push it 10 cm to the right")
    assert "could mean a push of the thing" in said
    assert "move the red cube 5 cm to the left" in said
    assert "to stay so" in talk.say("leave the drawer open")
