"""Budgets, resumption with other settings, and runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import minecraft, resume, started

pytestmark = pytest.mark.node
Stopped = tuple[Path, dict[str, Any], str]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """A run whose budget of one step is spent."""
    folder = tmp_path_factory.mktemp("budget")
    with started(folder, *minecraft("--set", "limits.steps=1")) as command:
        code, report = command.finish()
        command.no_orphans()
    assert code == 3, command.err
    return folder, report, command.err


def test_a_spent_budget_is_said_with_how_to_go_on(stopped: Stopped) -> None:
    _, report, err = stopped
    assert (report["verdict"], report["steps"], report["exit_code"]) == ("FAILED", 1, 3)
    assert "1 of 1 steps" in report["reason"]
    assert f"--resume {report['run']} --set limits.steps=" in err


def test_a_spent_time_budget(tmp_path: Path) -> None:
    with started(tmp_path, *minecraft("--minutes", "0.04")) as command:
        code, report = command.finish(15)
        command.no_orphans()
    assert (code, report["verdict"]) == (3, "FAILED")
    assert "minutes" in report["reason"]
    assert f"--resume {report['run']} --set limits.minutes=" in command.err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("--seed", "6"), "'embedded minecraft 1.20.4 seed 5 fast"),
        (("--set", "world.world_dir={elsewhere}"), "began in world"),
        (("--set", "world.fast=false"), "began in world"),
    ],
)
def test_another_world_is_refused(
    stopped: Stopped, tmp_path: Path, changes: tuple[str, str], said: str
) -> None:
    folder, report, _ = stopped
    given = [change.format(elsewhere=tmp_path) for change in changes]
    more = ("--set", "limits.steps=5")  # without, the spent budget is what is told
    with started(folder, *resume(report["run"], *more, *given)) as command:
        before = command.records()
        code, refused = command.finish()
        command.no_orphans()
    assert code == 2
    assert command.records() == before
    assert said in command.err
    assert refused["error"]["remedy"]
    assert not list(tmp_path.iterdir()), "nothing was made for it"


def test_more_budget_goes_on_to_the_end(stopped: Stopped) -> None:
    folder, report, _ = stopped
    with started(folder, *resume(report["run"], "--set", "limits.steps=20")) as command:
        code, resumed = command.finish()
    assert (code, resumed["verdict"], resumed["run"]) == (0, "PASSED", report["run"]), command.err[-2000:]
    assert resumed["steps"] > report["steps"]
    with started(folder, *resume(report["run"])) as command:
        code, _ = command.finish()
    assert code == 2
    assert "has passed" in command.err


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    with (
        started(tmp_path, *minecraft(seed=5)) as one,
        started(tmp_path, *minecraft(goal="get 2 dirt", seed=6)) as two,
    ):
        ends = [one.finish(90), two.finish(90)]
        one.no_orphans()
    assert [(code, report["verdict"]) for code, report in ends] == [(0, "PASSED")] * 2, one.err + two.err
    journals = {report["journal"] for _, report in ends}
    assert len(journals) == 2


def test_a_run_that_is_going_on_is_not_resumed_beside_itself(tmp_path: Path) -> None:
    launch = tmp_path / "slow.toml"
    launch.write_text('[goal]\ntext = "get a pickaxe"\n[world]\nkind = "mini"\nslow_s = 1.0\n')
    with started(tmp_path, "run", str(launch), "--json") as one:
        one.wait_for("call_started")
        with started(tmp_path, *resume("last")) as two:
            code, _ = two.finish()
            assert one.process.poll() is None  # what ends `two` ends every process of its runs folder
    assert code == 2
    assert "is still going on" in two.err
    assert not any(record["type"] == "run_resumed" for record in one.records())
