"""The commands over very many skills are timed, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

from embodied.bench.many_skills import measure


def test_each_command_is_timed_on_a_library_that_is_used(tmp_path: Path) -> None:
    rows = measure(tmp_path, 12)
    assert [row["command"] for row in rows[:5]] == [
        f"skills {c}" for c in ["list", "list", "show", "search", "search"]
    ]
    assert {row["exit_code"] for row in rows} == {0}
    assert all(row["skills"] == 12 and row["cpu_s"] > 0 for row in rows)
