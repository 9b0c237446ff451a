"""Whole runs in the mini world that ask a real endpoint: budgets, resuming, stopping, refusals."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from embodied.bridge.client import BridgeClient
from embodied.errors import BadAnswer, BadLaunchFile, NoKey
from embodied.journal import read
from embodied.launchfile import LaunchFile, Override, from_table, parse_launch
from embodied.loop import start_run
from embodied.models.usage import usage_of
from embodied.outcome import Verdict
from embodied.runs import read_run
from tests.models.conftest import KEY, Endpoint, Reply, said

DEADLINE_S = 60
LEASE_S = 4.0
"""Longer than a lease of the mini bridge, which is renewed every half second until patience ends [s]."""
PROGRAM = "from embodied.cli.main import main; main()"


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("OPENAI_BASE_URL", "EMBODIED_CASSETTE"):
        monkeypatch.delenv(name, raising=False)


def launch_text(endpoint: Endpoint, **settings: Any) -> str:
    table = {"name": "small-model", "base_url": endpoint.url, "price_in": 1.0, "cache": False, **settings}
    model = "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
    return (
        '[goal]\ntext = "get 2 plank"\n[world]\nkind = "mini"\nseed = 3\n'
        f'[agent]\nplanner = "react"\n[model]\n{model}\n'
    )


def launch(endpoint: Endpoint, **settings: Any) -> LaunchFile:
    return parse_launch(launch_text(endpoint, **settings), "test")


def step(call: str, expects: str, new_skill: dict[str, str] | None = None) -> Reply:
    answer = {
        "thought": "one thing after another",
        "new_skill": new_skill,
        "call": call,
        "expects": expects,
        "impossible": "",
    }
    return said(json.dumps(answer))


GATHER = step("gather_thing(thing='tree', item='wood', count=1)", "inventory[wood] >= 1")
CRAFT = step("craft_item(item='plank', count=4)", "inventory[plank] >= 4")
SAW = step(
    "saw_wood(count=2)",
    "inventory[plank] >= 2",
    {
        "name": "saw-wood",
        "signature": "def saw_wood(count: int) -> None",
        "task": "Make planks of wood until count are held.",
        "achieves": "inventory[plank] >= {count}",
    },
)


def test_a_run_that_asks(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.plays(GATHER, CRAFT)
    records: list[dict[str, Any]] = []
    report = start_run(launch(endpoint), runs_dir=tmp_path / "runs", on_record=records.append)  # type: ignore[arg-type]
    assert report.verdict is Verdict.PASSED
    assert report.model_calls == 2
    assert report.model_use.cost == pytest.approx(0.0002)
    ended = records[-1]
    assert ended["type"] == "run_ended"
    assert ended["model_calls"] == 2
    assert ended["model_use"]["prompt_tokens"] == 200
    assert KEY not in report.journal.read_text()


@pytest.mark.parametrize("first", [GATHER, SAW], ids=["between steps", "while a step's skill is written"])
def test_a_spent_budget_rests_and_goes_on(endpoint: Endpoint, tmp_path: Path, first: Reply) -> None:
    endpoint.plays(first)
    report = start_run(launch(endpoint, calls=1), runs_dir=tmp_path / "runs")
    assert (report.exit_code, report.verdict, report.model_calls) == (3, Verdict.FAILED, 1)
    assert report.more == "--set model.calls=4"
    assert "1 of 1 calls of models" in report.reason
    endpoint.plays(GATHER, CRAFT)
    past = read_run(report.journal.parent)
    more = from_table(past.launch, "the journal", [Override("model.calls", 10, "--set")])
    resumed = start_run(more, runs_dir=tmp_path / "runs", resume=report.run)
    assert (resumed.exit_code, resumed.verdict) == (0, Verdict.PASSED)
    assert resumed.model_calls == 1 + 2
    assert usage_of(read(resumed.journal)).calls == 3
    assert read_run(report.journal.parent).launch["model"]["calls"] == 10


@pytest.mark.parametrize("broken", ["key", "model"])
def test_what_cannot_work_is_refused_before_anything_starts(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    settings: dict[str, Any] = {"base_url": ""} if broken == "key" else {"name": ""}
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(NoKey if broken == "key" else BadLaunchFile):
        start_run(launch(endpoint, **settings), runs_dir=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, *options: str, **settings: Any
) -> subprocess.Popen[str]:
    path = tmp_path / "my launch.toml"
    path.write_text(launch_text(endpoint, **settings))
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "run", str(path), "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )


def test_the_command_says_how_to_go_on(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.plays(GATHER)
    out, err = begin(tmp_path, monkeypatch, endpoint, calls=1).communicate(timeout=DEADLINE_S)
    report = json.loads(out.splitlines()[-1])
    assert (report["exit_code"], report["model_calls"], report["model_use"]["calls"]) == (3, 1, 1)
    assert f"--resume {report['run']} --set model.calls=4" in err


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_while_a_model_thinks(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.plays(Reply(fault="late"))
    started = begin(tmp_path, monkeypatch, endpoint)
    assert endpoint.asked.wait(DEADLINE_S)
    started.send_signal(signal.SIGINT)
    out, _ = started.communicate(timeout=DEADLINE_S)
    report = json.loads(out.splitlines()[-1])
    assert (started.returncode, report["verdict"]) == (130, "UNKNOWN")
    assert report["model_calls"] == 1


def test_the_body_keeps_its_lease_while_a_model_thinks(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embodied.loop.waiting.BEAT_S", 0.1)
    impatient = functools.partial(BridgeClient, patience_s=0.3)  # else the lease lapses after 7 s
    monkeypatch.setattr("embodied.mini.bridge.BridgeClient", impatient)
    lost = threading.Event()
    replies = [GATHER, CRAFT]

    def slow(_body: dict[str, Any]) -> Reply:
        lost.wait(LEASE_S if len(replies) == 1 else 0.0)  # the second answer takes longer than a lease
        return replies.pop(0)

    def hear(record: Mapping[str, Any]) -> None:
        if record["type"] == "event" and record["event"]["type"] == "lease_lost":
            lost.set()

    endpoint.decide = slow
    bridged = from_table(launch(endpoint).to_table(), "test", [Override("world.bridge", True, "--set")])
    report = start_run(bridged, runs_dir=tmp_path / "runs", on_record=hear)
    assert report.verdict is Verdict.PASSED
    assert not lost.is_set()


def test_no_model_cache(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = []
    for options in ((), (), ("--no-model-cache",)):
        endpoint.plays(GATHER, CRAFT)
        out, _ = begin(tmp_path, monkeypatch, endpoint, *options, cache=True).communicate(timeout=DEADLINE_S)
        reports.append(json.loads(out.splitlines()[-1])["model_use"])
    assert [(use["calls"], use["cached"]) for use in reports] == [(2, 0), (0, 2), (2, 0)]


def test_a_model_that_dies_in_the_middle_leaves_a_run_to_resume(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.plays(GATHER, said("", finish="length"))
    with pytest.raises(BadAnswer) as caught:
        start_run(launch(endpoint), runs_dir=tmp_path / "runs", stop=threading.Event())
    assert caught.value.reason == "truncated"
    (folder,) = (tmp_path / "runs").iterdir()
    past = read_run(folder)
    assert past.ended is not None
    assert past.ended["verdict"] == "UNKNOWN"
    endpoint.plays(GATHER, CRAFT)  # the mini world begins anew
    resumed = start_run(launch(endpoint), runs_dir=tmp_path / "runs", resume=folder.name)
    assert resumed.verdict is Verdict.PASSED
