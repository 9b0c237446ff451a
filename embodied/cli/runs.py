"""`embodied runs`: the runs that were made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.cli.folders import command, runs_folder
from embodied.errors import BadJournal
from embodied.runs import list_runs, read_run
from embodied.view.timeline import clock


def runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List the runs, newest first. A run that did not pass can be resumed."""
    folders = list(list_runs(runs_folder()))[:limit]
    rows = [_row(folder) for folder in folders]
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print(f"No runs yet in {runs_folder()}. Start one:  {command()} run minecraft")
        return
    table = Table(box=None, header_style="dim")
    table.add_column("run", no_wrap=True)
    for heading in ("goal", "verdict", "time", "steps"):
        table.add_column(heading)
    for row in rows:
        cells = (row["run"], row["goal"], row["verdict"], clock(row["seconds"]), str(row["steps"]))
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    Console(highlight=False).print(table)


def _row(folder: Path) -> dict[str, Any]:
    try:
        past = read_run(folder)
    except BadJournal as broken:
        return {
            "run": folder.name,
            "goal": broken.message,
            "verdict": "UNREADABLE",
            "seconds": 0.0,
            "steps": 0,
        }
    verdict = past.ended["verdict"] if past.ended else "NOT ENDED"
    return {
        "run": past.name,
        "goal": past.goal,
        "verdict": verdict,
        "seconds": past.seconds,
        "steps": past.steps,
    }
