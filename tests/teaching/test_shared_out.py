"""What a person says of several things at once, of an order, of what they see, and of what lasts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.condition import Or
from embodied.goals import Goal
from embodied.loop.goal import understand
from embodied.teaching.reading import Ground


@pytest.fixture(scope="module")
def table() -> Ground:
    return replace(ground(), spoken_of=False)


def goal(said: str, table: Ground) -> Goal:
    return understand(said, table.spec)


@pytest.mark.parametrize(
    ("said", "ways"),
    [
        ("put one cube in the drawer and the rest on the tray", 4),
        ("two blocks in the bowl, one on the tray, the last one in the drawer", 12),
        ("half of the blocks on the tray, the other half in the drawer", 6),
        ("put all cubes except one in the bowl", 4),
        ("either yellow or blue in the drawer", 2),
        ("pick up a cube and put it on the tray", 4),
    ],
)
def test_things_are_shared_out_in_every_way_that_fits(said: str, ways: int, table: Ground) -> None:
    wished = goal(said, table).condition
    assert isinstance(wished, Or)
    assert len(wished.parts) == ways
    for way in wished.parts:  # nothing is wanted at two places
        placed = [part.split(",")[0] for part in str(way).replace("in[", "").split(" and ")]
        assert len(placed) == len(set(placed))


def test_what_is_shared_out_must_be_there(table: Ground) -> None:
    assert taken("put three cubes in the bowl and two on the tray", table).startswith(REFUSED)
    assert taken("put the last one in the bowl", table).startswith(REFUSED)


def test_a_list_of_things_is_never_split_into_other_wishes(table: Ground) -> None:
    """Nor is the red one put down on the table for want of a better reading."""
    assert taken("put the red cube and two others in the bowl", table).startswith(REFUSED)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("on the tray goes green, in the bowl goes red", "in[green_cube, tray]"),
        ("bowl: blue. tray: yellow and red.", "in[blue_cube, bowl] and"),
        ("yellow belongs in the bowl and so does blue", "in[yellow_cube, bowl] and in[blue_cube, bowl]"),
        ("put the green cube under the red one", "on[red_cube, green_cube]"),
        ("the red cube should sit between the bowl and the tray", "(left_of[red_cube, bowl] and"),
        (
            "blue, red, yellow from left to right",
            "left_of[red_cube, yellow_cube] and left_of[blue_cube, red_cube]",
        ),
        ("yellow on the tray, everything else stays where it is", "in[yellow_cube, tray]"),
        ("put the red cube not in the bowl but in the drawer", "in[red_cube, drawer]"),
        ("put the blue cube back to where it came from", "at[blue_cube, start_of_blue_cube]"),
    ],
)
def test_what_is_stated_is_a_wish(said: str, meant: str, table: Ground) -> None:
    assert goal(said, table).wished.startswith(meant)


@pytest.mark.parametrize(
    ("said", "stages"),
    [
        (
            "drawer open, red in, drawer shut",
            ["is_open[drawer]", "in[red_cube, drawer]", "is_closed[drawer]"],
        ),
        ("open the drawer and close it again", ["is_open[drawer]", "is_closed[drawer]"]),
        ("put red in the bowl and take it out", ["in[red_cube, bowl]", "on[red_cube, table]"]),
        ("blue then green in the bowl, in that order", ["in[blue_cube, bowl]", "in[green_cube, bowl]"]),
        (
            "stack red on blue, then yellow on top of that",
            ["on[red_cube, blue_cube]", "on[yellow_cube, red_cube]"],
        ),
        (
            "yellow on the tray but only after the drawer is shut",
            ["is_closed[drawer]", "in[yellow_cube, tray]"],
        ),
    ],
)
def test_what_undoes_or_follows_comes_in_its_order(said: str, stages: list[str], table: Ground) -> None:
    assert [str(stage.wished) for stage in goal(said, table).stages] == stages


def test_a_pad_is_left_by_taking_up(table: Ground) -> None:
    """What stands on a pad stands on the table all the same."""
    assert taken("take the green cube off the blue pad", table) == (
        "goal: holding[green_cube] then on[green_cube, table]"
    )


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        ("if the drawer is shut, open it", "goal: if is_closed[drawer]: is_open[drawer]"),
        ("tap the button three times", "skill: press button (button), 3 times"),
        ("repeat that two more times", "verb: again 2 times"),
        (
            "do the same with the blue one",
            "correction: with another thing: the blue one, as well, afterwards",
        ),
        ("watch me: move above the bowl", "verb: watch me; then motions: move above the bowl"),
        ('whenever I say "stow", put the red cube in the drawer', "verb: define stow: in[red_cube, drawer]"),
        ("move the green cube 6 cm to the left", "motions: open the fingers; move above the green cube"),
        ("swing over to the tray with the gripper closed", "motions: close the fingers; move above the tray"),
        ("the bowl must stay where it is", "rule: never touched[bowl]"),
        ("great, go on", "verb: continue"),
    ],
)
def test_what_is_said_in_a_conversation(said: str, reading: str, table: Ground) -> None:
    assert taken(said, table).startswith(reading)


@pytest.mark.parametrize(
    "said",
    [
        "put the cubes in a circle",
        "take the biggest one",
        "swap two cubes",
        "red cube in the bowl?",
        "the yellow cube stays",
        "when the bowl is full, press the button",
        "if you drop it, stop",
        "put the green cube 5 cm left of the bowl",
        "no cube should be in the bowl",
    ],
)
def test_what_would_be_guessed_is_refused(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED), taken(said, table)
