"""The Minecraft lessons of `embodied bench teach`: fixed, short, and shown by a player or said."""

from __future__ import annotations

import pytest

from embodied.bench.teaching import MOST_TURNS, lessons


@pytest.mark.parametrize("part", ["lessons", "minecraft"])
def test_lessons_are_there_with_seeds_of_their_own(part: str) -> None:
    found = lessons(part)
    assert len({one.name for one in found}) == len({one.seed for one in found}) == len(found) >= 5


def test_each_minecraft_lesson_is_one_demonstration_or_one_instruction() -> None:
    for one in lessons("minecraft"):
        assert len(one.lines) <= MOST_TURNS
        assert (one.lines[0] == "watch me") == bool(one.plays)
        assert any(one.name.replace("-", " ") in line for line in one.lines)
