"""The command line: exit codes, the last line of --json, errors without tracebacks, replay."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest

from embodied import plugins
from embodied.cli import main as command
from embodied.cli import run as run_command
from embodied.errors import BadGoal, BudgetSpent, WorldError
from embodied.folders import launch_files
from embodied.journal import Journal
from embodied.launchfile import LaunchFile
from embodied.loop import RunReport
from embodied.mini.knowledge import MiniSpec
from embodied.outcome import Verdict

KEYS = {"goal", "verdict", "seconds", "steps", "primitive_calls", "model_calls", "assistance", "journal"}


@dataclass(frozen=True)
class Ending:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.strip().splitlines()[-1])
        return found


@pytest.fixture
def embodied(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Ending]:
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("EMBODIED_DEBUG", raising=False)
    monkeypatch.setattr("embodied.cli.ending._printed", [])

    def call(*arguments: str) -> Ending:
        with pytest.raises(SystemExit) as leaving:
            command.main(list(arguments))
        shown = capfd.readouterr()
        return Ending(int(leaving.value.code or 0), shown.out, shown.err)

    return call


@pytest.fixture
def launch(tmp_path: Path) -> Path:
    path = tmp_path / "mini.toml"
    path.write_text('[goal]\ntext = "get a pickaxe"\n[world]\nkind = "mini"\n')
    return path


def ending_with(
    verdict: Verdict, code: int, *, seen: list[LaunchFile] | None = None
) -> Callable[..., RunReport]:
    """A loop that writes a short journal and ends at once."""

    def start(
        launch: LaunchFile,
        *,
        runs_dir: Path,
        on_record: Any,
        stop: threading.Event,
        resume: Any,
        on_world: Any,
        observers: Any = (),
        ask: Any = None,
    ) -> RunReport:
        if seen is not None:
            seen.append(launch)
        journal = Journal(runs_dir / "r1" / "journal.jsonl")
        journal.subscribe(on_record)
        journal.write("run_started", run="r1", goal=launch.goal.text, world="mini", launch=launch.to_table())
        journal.write(
            "step_started", step=1, skill="craft-item", arguments={"item": "stick"}, why="for the handle"
        )
        journal.write("observed", facts={"inventory": {"stick": 4}})
        journal.write("run_ended", verdict=verdict.value, reason="because", seconds=1.0, exit_code=code)
        journal.close()
        return RunReport("r1", launch.goal.text, verdict, "because", 1.0, 1, 2, 0, {}, journal.path, code)

    return start


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.PASSED, 0), (Verdict.FAILED, 1), (Verdict.UNKNOWN, 1), (Verdict.FAILED, 3)]
)
def test_exit_code_and_last_line_of_json(
    embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, code: int
) -> None:
    monkeypatch.setattr(run_command, "start_run", ending_with(verdict, code))
    ended = embodied("run", str(launch), "--json")
    assert ended.code == code
    assert len(ended.out.strip().splitlines()) == 1
    assert ended.report.keys() >= KEYS
    assert (ended.report["verdict"], ended.report["exit_code"]) == (verdict.value, code)
    assert "step 1 craft-item(item=stick)" in ended.err


def test_options_lie_over_the_file(embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[LaunchFile] = []
    monkeypatch.setattr(run_command, "start_run", ending_with(Verdict.PASSED, 0, seen=seen))
    embodied(
        "run",
        str(launch),
        "--goal",
        "make 4 sticks",
        "--seed",
        "7",
        "--minutes",
        "2",
        "--set",
        "limits.steps=9",
    )
    assert seen[0].goal.text == "make 4 sticks"
    assert seen[0].world.settings["seed"] == 7
    assert (seen[0].limits.minutes, seen[0].limits.steps) == (2, 9)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadGoal("no such thing", remedy="Try a stick."), 2),
        (BudgetSpent("spent"), 3),
        (WorldError("gone"), 1),
    ],
)
def test_an_error_is_short_and_has_its_remedy(
    embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def fail(*_: Any, **__: Any) -> RunReport:
        raise error

    monkeypatch.setattr(run_command, "start_run", fail)
    ended = embodied("run", str(launch))
    assert ended.code == code
    assert ended.err.startswith(f"✗ {error.args[0].splitlines()[0]}")
    assert "Traceback" not in ended.err
    as_json = embodied("run", str(launch), "--json")
    assert as_json.code == code
    assert as_json.report["verdict"] == "UNKNOWN"
    assert as_json.report["error"]["type"] == type(error).__name__


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--jsn"),
        ("run",),
        ("run", "nowhere.toml"),
        ("runn",),
        ("replay", "no-such"),
        ("skills", "show", "mine-blok"),
    ],
)
def test_bad_input_exits_2(embodied: Any, arguments: tuple[str, ...]) -> None:
    assert embodied(*arguments).code == 2


def test_bad_usage_still_ends_with_json(embodied: Any) -> None:
    ended = embodied("run", "--jsn", "--json")
    assert ended.code == 2
    assert ended.report["verdict"] == "UNKNOWN"


def test_a_mistyped_setting_is_named(embodied: Any, launch: Path) -> None:
    launch.write_text(launch.read_text() + "sed = 3\n")
    ended = embodied("run", str(launch))
    assert ended.code == 2
    assert "line 5" in ended.err
    assert "Did you mean 'seed'?" in ended.err


def test_a_mistyped_launch_file_is_named(embodied: Any) -> None:
    ended = embodied("run", "minecarft")
    assert ended.code == 2
    assert "There is no launch file 'minecarft'." in ended.err
    assert "Did you mean 'minecraft'?" in ended.err


class _Filmed:
    """A world that can be filmed and shown."""

    name = "filmed"
    settings_schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "engine": {"enum": ["mujoco", "pybullet"], "default": "mujoco"},
            "record": {"type": "string", "default": ""},
            "view": {"type": "boolean", "default": False},
        },
    }

    @staticmethod
    def spec(settings: dict[str, Any]) -> MiniSpec:
        return MiniSpec()


@pytest.fixture
def filmed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A launch file of a world that can be filmed; the world is installed beside ours."""
    point = EntryPoint("filmed", f"{__name__}:_Filmed", "embodied.worlds")
    before = plugins._registered()
    monkeypatch.setattr(plugins, "_registered", lambda: {**before, "filmed": point})
    path = tmp_path / "filmed.toml"
    path.write_text('[goal]\ntext = "get a pickaxe"\n[world]\nkind = "filmed"\n')
    return path


def test_engine_record_and_view_are_settings_of_the_world(
    embodied: Any, filmed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[LaunchFile] = []
    monkeypatch.setattr(run_command, "start_run", ending_with(Verdict.PASSED, 0, seen=seen))
    monkeypatch.chdir(tmp_path)
    embodied("run", str(filmed), "--engine", "pybullet", "--record", "film.mp4", "--view")
    expected = {"engine": "pybullet", "record": str(tmp_path / "film.mp4"), "view": True}
    assert seen[0].world.settings == expected


@pytest.mark.parametrize("option", [("--engine", "mujoco"), ("--record", "film.mp4"), ("--view",)])
def test_a_world_without_such_a_setting_says_which_have_it(
    embodied: Any, launch: Path, filmed: Path, option: tuple[str, ...]
) -> None:
    ended = embodied("run", str(launch), *option)
    assert ended.code == 2
    assert f'{" ".join(option)}: [world] has no setting "{option[0][2:]}" in this kind of world' in ended.err
    assert re.search(r"Of the worlds installed, .*\bfilmed\b.* ha(s|ve) it", ended.err)


def test_an_engine_that_there_is_not_is_named(embodied: Any, filmed: Path) -> None:
    ended = embodied("run", str(filmed), "--engine", "bullet")
    assert ended.code == 2
    assert '[world] engine is "bullet"; expected one of "mujoco", "pybullet"' in ended.err


def test_ctrl_c_stops_the_run_and_says_how_to_go_on(
    embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = ending_with(Verdict.UNKNOWN, 1)

    def interrupted(launch_file: LaunchFile, *, stop: threading.Event, **others: Any) -> RunReport:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(5)
        return finish(launch_file, stop=stop, **others)

    monkeypatch.setattr(run_command, "start_run", interrupted)
    before = signal.getsignal(signal.SIGINT)
    ended = embodied("run", str(launch))
    assert ended.code == 130
    assert "embodied run --resume r1" in ended.out
    assert signal.getsignal(signal.SIGINT) is before


def test_a_resumed_run_takes_its_settings_from_the_journal(
    embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[LaunchFile] = []
    monkeypatch.setattr(run_command, "start_run", ending_with(Verdict.FAILED, 1, seen=seen))
    embodied("run", str(launch), "--seed", "5")
    embodied("run", str(launch), "--resume", "last", "--minutes", "3")
    assert seen[1].world.settings["seed"] == 5
    assert seen[1].limits.minutes == 3


def test_a_run_that_passed_is_not_resumed(
    embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_command, "start_run", ending_with(Verdict.PASSED, 0))
    embodied("run", str(launch))
    assert embodied("run", "--resume", "r1").code == 2


def test_runs_and_replay_tell_what_happened(
    embodied: Any, launch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No runs yet" in embodied("runs").out
    monkeypatch.setattr(run_command, "start_run", ending_with(Verdict.PASSED, 0))
    embodied("run", str(launch))
    assert "get a pickaxe" in embodied("runs").out
    told = embodied("replay", "last")
    assert told.code == 0
    assert "step 1 craft-item(item=stick) — for the handle" in told.out
    assert "inventory at the end: 4 stick" in told.out


def test_replay_of_a_journal_cut_in_the_middle_of_a_line_says_so(embodied: Any, tmp_path: Path) -> None:
    path = tmp_path / "runs" / "cut" / "journal.jsonl"
    journal = Journal(path)
    journal.write("run_started", run="cut", goal="get a log", world="mini")
    journal.write("note", text="this line will be cut")
    journal.close()
    path.write_bytes(path.read_bytes()[:-12])
    told = embodied("replay", "cut")
    assert told.code == 0
    assert "get a log" in told.out
    assert "cut in the middle of its last line" in told.out
    assert "embodied run --resume cut" in told.out


def test_version_and_skills(embodied: Any) -> None:
    assert embodied("--version").out.startswith("embodied 0.")
    assert "mine-block" in embodied("skills", "list").out
    assert "def mine_block" in embodied("skills", "show", "mine-block").out


def test_report_names_fast_mode_and_assistance() -> None:
    from rich.console import Console

    from embodied.launchfile import parse_launch

    launch = parse_launch('[goal]\ntext = "x"\n[world]\nfast = true\n', "t")
    plain = RunReport("r1", "x", Verdict.PASSED, "", 1.0, 1, 2, 0, {}, Path("j"), 0)
    console = Console(width=160)
    with console.capture() as shown:
        console.print(run_command._report(replace(plain, assistance={"find_hidden_blocks": 3}), launch))
    assert "fast mode" in shown.get()
    assert "find_hidden_blocks x3" in shown.get()


def test_help_names_every_launch_that_comes_along(embodied: Callable[..., Ending]) -> None:
    told = embodied("run", "--help").out
    assert all(name in told for name in launch_files())
