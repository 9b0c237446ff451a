"""Which lines of a chat are meant for the agent, and how its answers fit into one."""

from __future__ import annotations

import pytest

from embodied.chatting.lines import LONGEST, ROOM, addressed, heard_line, spoken_lines


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("embodied, stop", "stop"),
        ("@embodied stop", "stop"),
        ("Embodied: get a diamond", "get a diamond"),
        ("hey bot, get 3 oak logs", "get 3 oak logs"),
        ("bot stop", "stop"),
        ("stop, bot", "stop"),
        ("stop @embodied!", "stop"),
        ("bot", ""),
        ("bottle it", None),
        ("the bot is slow", None),
        ("embodied_bot stop", None),
        ("I like bot", None),
        ("", None),
    ],
)
def test_a_line_is_addressed_to_the_bot_by_its_name(line: str, said: str | None) -> None:
    assert addressed(line, ("embodied",)) == said


def test_a_name_with_signs_of_patterns_is_only_a_name() -> None:
    assert addressed("b.t, stop", ("b.t",)) == "stop"
    assert addressed("bat, stop", ("b.t",)) is None


def test_what_is_heard_is_one_plain_line() -> None:
    assert heard_line("\u00a7cst\u00a7ro\u200ep\u0007\n now \ud83d\u202e") == "stop now"
    assert len(heard_line("x" * 5000)) == LONGEST


def test_short_answers_go_together_and_long_ones_are_parted_at_words() -> None:
    assert spoken_lines(["Say a goal:", "  get a diamond", ""]) == ["Say a goal: | get a diamond"]
    parts = spoken_lines(["word " * 100])
    assert all(len(part) <= ROOM and not part.startswith(" ") and part.endswith("word") for part in parts)
    assert " ".join(parts).split() == ["word"] * 100
    assert all(len(part) <= ROOM for part in spoken_lines(["x" * 1000]))


def test_no_answer_is_a_command_or_has_codes() -> None:
    for line in (
        "/op Mallory",
        "  /op Mallory",
        "\u00a7c/op Mallory",
        "a" * (ROOM - 1) + " /op",
        "x" * ROOM + "/op",
    ):
        assert not any(part.startswith("/") or "\u00a7" in part for part in spoken_lines([line])), line
