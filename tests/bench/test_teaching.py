"""`embodied bench teach`: its lessons are fixed, and one of them is taught and proven."""

from __future__ import annotations

import pytest

from embodied.bench.teaching import MOST_TURNS, lessons, table, teach


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
