"""How a command ends: exit codes, the message of an error, and the last line of `--json`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from embodied.cli.folders import command
from embodied.errors import EmbodiedError
from embodied.exploring.explore import is_exploration
from embodied.journal import read
from embodied.loop import RunReport
from embodied.plain_text import plain_line
from embodied.runs import is_aside

PASSED = 0
FAILED = 1
BAD_INPUT = 2
BUDGET_SPENT = 3
INTERRUPTED = 130

GOAL_RECORDS = ("run_started", "run_resumed", "goal_changed")

REPORT_KEYS: Mapping[str, Any] = {
    "goal": "",
    "verdict": "UNKNOWN",
    "seconds": 0.0,
    "steps": 0,
    "primitive_calls": 0,
    "model_calls": 0,
    "model_use": {},
    "claims": {},
    "assistance": {},
    "unproven": [],
    "journal": None,
    "reason": "",
    "more": "",
    "run": None,
    "exit_code": FAILED,
    "error": None,
}


def error_text(error: EmbodiedError) -> Text:
    """What was wrong in red, then what to do."""
    text = Text(f"✗ {_plain_lines(error.message)}", style="red")
    if error.remedy:
        text.append(f"\n  {_plain_lines(error.remedy)}", style="default")
    return text


def _plain_lines(text: str) -> str:
    """Without control characters: an error may quote what a server or a file says."""
    return "\n".join(
        " " * (len(line) - len(line.lstrip(" "))) + plain_line(line) for line in text.split("\n")
    )


def print_error(error: EmbodiedError) -> None:
    """The message and its mend; where a run had begun, also how that goes on."""
    console = Console(stderr=True, highlight=False)
    console.print(error_text(error), soft_wrap=True)
    if error.journal is not None and not is_aside(error.journal.parent):
        folder = error.journal.parent
        verb = "explore" if is_exploration(folder) else "run"
        again = f"{command()} {verb} --resume {folder.name}"
        console.print(Text(f"  Go on from here with:  {again}"), soft_wrap=True)


_printed: list[bool] = []


def json_printed() -> bool:
    """True once the JSON object of `--json` was printed: there is only one."""
    return bool(_printed)


def print_json(**report: Any) -> None:
    """The one JSON object of `--json`, every key always there, on a line of its own."""
    _printed.append(True)
    print(json.dumps({**REPORT_KEYS, **report}, default=str), file=sys.stdout, flush=True)


def print_json_error(error: EmbodiedError, *, goal: str = "") -> None:
    report = {"goal": goal, **_of_run(error), "reason": error.message, "exit_code": error.exit_code}
    name = type(error).__name__
    print_json(**report, error={"type": name, "message": error.message, "remedy": error.remedy})


def _of_run(error: EmbodiedError) -> dict[str, Any]:
    """What the journal of a run that ended with an error says of it."""
    if error.journal is None:
        return {}
    run: dict[str, Any] = {"run": error.journal.parent.name, "journal": str(error.journal)}
    for record in read(error.journal):
        if record["type"] in GOAL_RECORDS:
            run["goal"] = record["goal"]
        if record["type"] == "run_ended":
            run |= {key: value for key, value in record.items() if key in REPORT_KEYS}
    return run


@contextmanager
def errors_as_json(as_json: bool, goal: str) -> Iterator[None]:
    """With `--json`, an error ends the command with its object, which names the goal."""
    try:
        yield
    except EmbodiedError as error:
        if not as_json:
            raise
        print_error(error)
        print_json_error(error, goal=goal)
        raise typer.Exit(error.exit_code) from error


def report_as_json(report: RunReport, code: int) -> dict[str, Any]:
    return {
        "goal": report.goal,
        "verdict": report.verdict.value,
        "seconds": report.seconds,
        "steps": report.steps,
        "primitive_calls": report.primitive_calls,
        "model_calls": report.model_calls,
        "model_use": report.model_use.to_wire(),
        "claims": report.claims.to_wire(),
        "assistance": dict(report.assistance),
        "journal": str(report.journal),
        "unproven": list(report.unproven),
        "reason": report.reason,
        "more": report.more,
        "run": report.run,
        "exit_code": code,
    }
