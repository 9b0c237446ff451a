"""What lines mean: motions, shifts, corrections, names of things."""

from __future__ import annotations

import math

import pytest

from embodied.errors import BadGoal
from embodied.plugins import load_world
from embodied.teaching.correcting import contradiction, corrections_of
from embodied.teaching.understood import motions_of, plain, thing_of, things_in
from embodied.teaching.verbs import VERBS

WORDS = load_world("tabletop").spec({}).vocabulary


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("Please move above the red cube.", [("above", "red_cube")]),
        ("go over the bowl and open", [("above", "bowl"), ("open", "")]),
        ("move above the red cube, down to it", [("above", "red_cube"), ("at", "red_cube")]),
        ("close the gripper, then lift it", [("close", ""), ("by", "")]),
        ("go home", [("home", "")]),
    ],
)
def test_motions(line: str, meant: list[tuple[str, str]]) -> None:
    found = motions_of(plain(line), WORDS)
    assert found is not None
    assert [(part.kind, part.thing) for part in found] == meant


@pytest.mark.parametrize(
    ("line", "offset"),
    [
        ("down 5 cm", (0, 0, -0.05)),
        ("left 20 mm", (0, 0.02, 0)),
        ("two centimetres back", (-0.02, 0, 0)),
        ("a bit to the right", (0, -0.01, 0)),
        ("lift it by 12 cm", (0, 0, 0.12)),
        ("move forward 1,5 cm", (0.015, 0, 0)),
        ("move up 1,000 mm", (0, 0, 1.0)),
        ("1,250.5 mm to the left", (0, 1.2505, 0)),
        ("down 0,125 m", (0, 0, -0.125)),
    ],
)
def test_amounts(line: str, offset: tuple[float, float, float]) -> None:
    found = motions_of(plain(line), WORDS)
    assert found is not None
    assert found[0].offset == pytest.approx(offset)


def test_turns() -> None:
    found = motions_of("turn 45 degrees right", WORDS)
    assert found is not None
    assert found[0].turn == pytest.approx(-math.pi / 4)


@pytest.mark.parametrize("line", ["put it in", "down five parsecs", "make it nice", "above", "down 5"])
def test_what_is_no_motion(line: str) -> None:
    assert motions_of(plain(line), WORDS) is None


def test_a_thing_that_there_is_not_is_said() -> None:
    with pytest.raises(BadGoal, match="There is no purple cube"):
        motions_of("move above the purple cube", WORDS)
    with pytest.raises(BadGoal, match="could be the red cube or"):
        thing_of("the cube", WORDS)
    assert things_in("the red cube and the bowl", WORDS) == ["red_cube", "bowl"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("slower", ["speed"]),
        ("a bit faster", ["speed"]),
        ("not like that, from above", ["above"]),
        ("always check that the gripper holds it", ["check"]),
        ("the other one", ["other"]),
        ("no, the green one", ["other"]),
        ("a bit to the left and slower", ["shift", "speed"]),
        ("put the red cube in the bowl", []),
        ("watch me", []),
    ],
)
def test_corrections(line: str, what: list[str]) -> None:
    assert [one.what for one in corrections_of(plain(line))] == what


def test_contradictions() -> None:
    def asked(new: str, before: str = "") -> str:
        return contradiction(corrections_of(new), corrections_of(before) if before else ())

    assert "exclude each other" in asked("slower and faster")
    assert "takes that back" in asked("a bit to the right", "a bit to the left")
    assert asked("2 cm to the right", "a bit to the left") == ""
    assert asked("slower", "slower") == ""


def test_every_row_of_the_table_understands_its_own_example() -> None:
    from embodied.teaching import conversation
    from embodied.teaching.verbs import meant

    assert conversation.SEEDS == 3
    for row in VERBS:
        found = meant(plain(row.example))
        assert found is not None, row.example
        assert found[0].name == row.name
