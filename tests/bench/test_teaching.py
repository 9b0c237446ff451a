"""`embodied bench teach`: its lessons are fixed, and one of them is taught and proven."""

from __future__ import annotations

import pytest

from embodied.bench.corrections import acted_after, corrections
from embodied.bench.teaching import MOST_TURNS, lessons, table, teach
from embodied.teaching.correcting import corrections_of
from embodied.teaching.understood import plain


def test_the_lessons_are_ten_and_each_names_its_skill() -> None:
    fixed = lessons()
    assert len({one.name for one in fixed}) == 10
    assert len({one.seed for one in fixed}) == 10
    for one in fixed:
        assert any(one.name.replace("-", " ") in line for line in one.lines), one.name
        assert len(one.lines) <= MOST_TURNS + 1


def test_a_lesson_is_taught_and_goes_through_the_gate() -> None:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    ring = next(one for one in lessons() if one.name == "ring")
    row = teach(ring, gate_seeds=1)
    assert (row["passed"], row["seeds"], row["turns"]) == (1, 1, 8), "\n".join(row["said"])
    assert table([row])[1][:2] == ["ring", "1 of 1"]


def test_a_correction_has_acted_only_by_what_it_changed() -> None:
    def call(name: str, began: float, ended: float, error: str = "", **args: float) -> dict[str, object]:
        return {"name": name, "args": args, "began": began, "ended": ended, "error": error}

    quiet = [call("open_gripper", 0, 1), call("move_to", 1, 2, x=0.5), call("move_to", 2, 3, x=0.6)]
    by_itself = [call("open_gripper", 0, 1), call("move_to", 1, 2, x=0.5)]
    assert acted_after(1.5, by_itself, quiet) == (None, "nothing changed")
    uncorrected = [*by_itself, call("move_to", 2, 3, x=0.6)]
    assert acted_after(1.5, uncorrected, quiet) == (None, "nothing changed")
    interrupted = [*by_itself[:1], call("move_to", 1, 1.6, "halted", x=0.5)]
    assert acted_after(1.5, interrupted, quiet) == (pytest.approx(0.1), "interrupted")
    before = [*by_itself[:1], call("reach_check", 1, 1.7, "halted")]
    assert acted_after(1.5, before, quiet) == (pytest.approx(0.2), "interrupted")
    elsewhere = [*by_itself, call("move_to", 2.25, 3, x=0.62)]
    assert acted_after(1.5, elsewhere, quiet) == (pytest.approx(0.75), "another motion")


def test_there_are_twenty_corrections_and_each_is_understood() -> None:
    found = corrections()
    assert len(found) == len({one.name for one in found}) == 20
    assert all(corrections_of(plain(one.line)) for one in found)
