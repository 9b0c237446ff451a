"""The tables of wordings: each row changes the sentence that it gives as its example."""

from __future__ import annotations

import pytest

from embodied.errors import BadGoal
from embodied.goals import rewording, statements
from embodied.goals.changes import Change
from embodied.loop.goal import understand
from embodied.plugins import load_world

ROWS = [
    row
    for module in (rewording, statements)
    for value in vars(module).values()
    for row in (value if isinstance(value, tuple) else (value,))
    if isinstance(row, Change)
]


@pytest.mark.parametrize("row", dict.fromkeys(ROWS), ids=lambda row: row.example)
def test_a_row_says_its_example_in_other_words(row: Change) -> None:
    assert row.applies(row.example)
    assert row(row.example) != row.example


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("red goes in the bowl, and so does blue", "put red and blue in the bowl"),
        ("before you close it, put red in it", "put red in it, then close it"),
        ("don't close it until red is in the bowl", "put red in the bowl, then close it"),
        ("I would like the red cube in the bowl", "put the red cube in the bowl"),
        ("make sure the bowl is not empty", "put a cube in the bowl"),
        ("put the cubes that are not blue in the bowl", "put all cubes except the blue one in the bowl"),
        ("build a tower from top to bottom: red, green, blue", "build a tower of blue, green, red"),
    ],
)
def test_what_is_said_otherwise_becomes_a_command(said: str, meant: str) -> None:
    assert meant in list(statements.said_again(said))


TABLE = load_world("tabletop").spec({})


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("put red in the bowl but not the blue one", "in[red_cube, bowl] and not in[blue_cube, bowl]"),
        ("put red in the bowl, and not blue", "in[red_cube, bowl] and not in[blue_cube, bowl]"),
        (
            "put the cubes that aren't red in the bowl",
            " and ".join(f"in[{one}_cube, bowl]" for one in ("blue", "green", "yellow")),
        ),
    ],
)
def test_what_is_not_to_be_there_is_a_part_of_the_goal(said: str, condition: str) -> None:
    goal = understand(said, TABLE)
    assert (goal.text, str(goal.condition)) == (said, condition)


@pytest.mark.parametrize("said", ["do not put the blue cube in the bowl", "Never touch the bowl."])
def test_a_ban_is_no_goal_and_it_is_said_what_is_done_with_it(said: str) -> None:
    with pytest.raises(BadGoal, match="what must not be") as error:
        understand(said, TABLE)
    assert f'embodied rules add "{said}" --world tabletop' in error.value.remedy
