"""From an empty inventory to an iron pickaxe, as a user starts it: one fast run, looked at from all sides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embodied import journal
from tests.e2e.command import Command, minecraft, started

pytestmark = pytest.mark.node
SEED = 5


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Command, int, dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("iron pickaxe")
    with started(folder, *minecraft(goal="craft an iron pickaxe", seed=SEED)) as command:
        code, report = command.finish(deadline_s=300)
        yield command, code, report


def test_it_is_reached_without_any_help(run: tuple[Command, int, dict[str, Any]]) -> None:
    command, code, report = run
    assert (code, report["verdict"]) == (0, "PASSED"), command.err[-3000:]
    assert report["goal"] == "craft an iron pickaxe"
    assert report["assistance"] == {}
    assert report["model_calls"] == 0
    assert "the server agrees" in report["reason"]
    assert report["steps"] > 5
    assert report["primitive_calls"] > 50
    assert report["seconds"] > 1


def test_the_report_names_the_fast_mode(run: tuple[Command, int, dict[str, Any]]) -> None:
    assert "fast mode" in run[0].err


def test_its_journal_tells_the_same(run: tuple[Command, int, dict[str, Any]]) -> None:
    report = run[2]
    records = journal.read(Path(report["journal"]))
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    first_facts = next(record["facts"] for record in records if record["type"] == "observed")
    assert not first_facts.get("inventory")
    end = records[-1]
    assert (end["type"], end["verdict"], end["steps"]) == ("run_ended", "PASSED", report["steps"])
    assert sum(record["type"] == "call_started" for record in records) == report["primitive_calls"]
    assert journal.in_doubt(records) == []


def test_nothing_runs_on(run: tuple[Command, int, dict[str, Any]]) -> None:
    run[0].no_orphans()
