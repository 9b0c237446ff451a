"""The tables of wordings: each row changes the sentence that it gives as its example."""

from __future__ import annotations

import pytest

from embodied.goals import rewording, statements
from embodied.goals.changes import Change

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
        ("build a tower from top to bottom: red, green, blue", "build a tower of blue, green, red"),
    ],
)
def test_what_is_said_otherwise_becomes_a_command(said: str, meant: str) -> None:
    assert meant in list(statements.said_again(said))
