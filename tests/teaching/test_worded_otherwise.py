"""Sentences as people word them, offline: the same is understood, and what is open is asked or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.english import without_politeness
from embodied.teaching.reading import Ground


@pytest.fixture(scope="module")
def table() -> Ground:
    return replace(ground(), spoken_of=False)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Could you please open up the drawer for me?", "goal: is_open[drawer]"),
        ("hey robot, toss the red block into the bowl, thanks", "goal: in[red_cube, bowl]"),
        (
            "Move everything except the red cube and the blue one onto the tray.",
            "goal: in[green_cube, tray] and ",
        ),
        (
            "all cubes in the bowl but not the red one",
            "goal: in[green_cube, bowl] and in[blue_cube, bowl] and ",
        ),
        ("the yellow thing on the tray", "goal: in[yellow_cube, tray]"),
        ("red on red, blue on blue", "goal: at[red_cube, red_pad] and at[blue_cube, blue_pad]"),
        ("Before you open the drawer, press the button.", "goal: pressed[button] then is_open[drawer]"),
        (
            "make a tower with green at the bottom and then yellow and then red on top",
            "goal: on[yellow_cube, green_cube] and on[red_cube, yellow_cube]",
        ),
        (
            "red cube at the target mark, tolerance 5 mm",
            "goal: distance(pose[red_cube], pose[target]) < 0.005",
        ),
        ("take the yellow cube out of the bowl", "goal: on[yellow_cube, table]"),
        ("that's too fast", "correction: speed x 0.5"),
        ("slow down a bit", "correction: speed x 0.8"),
        ("too high", "correction: shift (0, 0, -1 cm)"),
        ("pull back ten centimeters towards you", "correction: shift (-10 cm, 0, 0)"),
        ("I said the GREEN one", "correction: with another thing: the green one"),
        ("no, the blue cube", "correction: with another thing: the blue cube"),
        ("open your fingers", "motions: open the fingers"),
        ("then down until you feel the cube", "motions: move 30 cm down until it touches"),
        ("keep your hands off the button", "rule: never touched[button]"),
        ("the tray is off limits", "rule: never touched[tray]"),
        ("No touching the green cube!", "rule: never touched[green_cube]"),
        ("make sure you never press the button", "rule: never pressed[button]"),
        ("forget the second rule", "verb: remove rule 2"),
        (
            "is there a cube in the bowl?",
            "question: how many of red_cube, green_cube, blue_cube, yellow_cube in bowl",
        ),
        (
            "When I say clean up I mean put the red cube in the bowl.",
            "verb: define clean up: in[red_cube, bowl]",
        ),
        ("save what you learned under the name sorting", "verb: call this sorting"),
        ("Thanks!", "verb: courtesy"),
    ],
)
def test_the_same_is_understood(said: str, meant: str, table: Ground) -> None:
    assert taken(said, table).startswith(meant)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("put the big cube in the bowl", "I cannot tell which"),
        ("the red cube is in the bowl", "Cannot understand"),
        ("put the red cube in the bowl, no, on the tray", "Cannot understand"),
        ("put the red cube in the bowl without touching the yellow one", "Cannot understand"),
        ("a bit further", "Cannot understand"),
        ("use the left hand", "Cannot tell which thing"),
        ("put it in the bowl", "It is not said which cube is meant"),
        ("close it if it is open", "Which thing 'it is open' is about"),
        ("put the red cube 5 cm behind the bowl", "Cannot understand '5 cm behind the bowl'"),
    ],
)
def test_what_is_open_or_cannot_be_said_is_not_guessed(said: str, why: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED + why)


@pytest.mark.parametrize(
    "said",
    [
        *(
            "stop the arm",
            "Stop moving the arm!",
            "stop what you are doing",
            "stop?",
            "no stop",
            "wait, stop",
        ),
        *("stop!! you will hit it", "stop stop stop, wrong cube!", "stop digging", "abort", "I said stop!"),
    ],
)
def test_whoever_begins_with_stop_in_haste_is_heard(said: str, table: Ground) -> None:
    assert taken(said, table).startswith("verb: stop")


def test_what_goes_on_beside_and_what_is_barred_is_more_than_a_stop(table: Ground) -> None:
    assert taken("stop practising", table).startswith("verb: stop practising")
    assert taken("stop opening the drawer", table).startswith("rule: never is_open[drawer]")
    assert taken("stop checking the grip", table).startswith("correction: check the grasp: no")


@pytest.mark.parametrize("said", ["put ² cubes in the bowl", "rotate ² degrees", "put ³ in the bowl"])
def test_a_mark_that_only_looks_like_a_number_is_none(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED)


def test_a_line_of_nothing_but_marks_is_read_without_a_thought() -> None:
    """Its square would be minutes."""
    line = f"a{',' * 30_000}b"
    assert without_politeness(line) == line
