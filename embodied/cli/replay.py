"""`embodied replay`: a run's journal as a readable timeline."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from embodied import journal
from embodied.cli.folders import command, runs_folder
from embodied.journal import Record
from embodied.runs import JOURNAL, find_run
from embodied.view.draw import draw
from embodied.view.state import RunView, advance
from embodied.view.timeline import Timeline, clock, inventory_text, line_of


def replay(
    run: Annotated[
        str, typer.Argument(help="A run's name or a part of it, its folder, or [cyan]last[/cyan].")
    ] = "last",
    full: Annotated[
        bool, typer.Option("--full", help="Every plan, nested skill and primitive call too.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The records themselves, one JSON object a line.")
    ] = False,
    svg: Annotated[
        Path | None, typer.Option(help="Write the live screen, as it was at --at, to this SVG file.")
    ] = None,
    at: Annotated[float, typer.Option(help="With --svg: seconds into the run.")] = math.inf,
) -> None:
    """Show what happened in a run, with times.

    [bold]Examples[/bold]

      embodied replay last
      embodied replay last --full
      embodied replay last --svg run.svg --at 60
    """
    path = find_run(runs_folder(), run) / JOURNAL
    records = journal.read(path)
    if svg is not None:
        _picture(records, at, svg)
        return
    console = Console(highlight=False)
    view = RunView()
    told = _refinement(full=full) if _verb(records) == "refine" else Timeline(full=full).line
    for record in records:
        view = advance(view, record)
        if as_json:
            print(json.dumps(record))
        elif line := told(record):
            console.print(Text(f"{clock(view.elapsed):>7}  {line}"), soft_wrap=True)
    if as_json:
        return
    if view.facts:
        console.print(Text(f"\ninventory at the end: {inventory_text(view.facts)}"), soft_wrap=True)
    if journal.is_torn(path):
        console.print(
            Text("The journal was cut in the middle of its last line, which is left out.", style="yellow")
        )
    if not view.verdict:
        again = f"{command()} {_verb(records)} --resume {path.parent.name}"
        ended = f"The run did not end. Go on with:  {again}"
        console.print(Text(ended, style="yellow"), soft_wrap=True)


def _verb(records: Sequence[Record]) -> str:
    """The command that made the run."""
    mode = str(records[0].get("mode", "")) if records else ""
    return mode if mode in ("explore", "refine") else "run"


def _refinement(*, full: bool) -> Callable[[Record], str]:
    """The lines of one that was learned in: candidates, checkpoints, a person's words, what is kept."""
    from embodied.learning.screen import Told

    told, timeline = Told(), Timeline(full=full)

    def line(record: Record) -> str:
        news = told.line(dict(record))
        return line_of(record) or news or timeline.line(record)

    return line


def _picture(records: list[dict[str, Any]], at: float, file: Path) -> None:
    view = RunView()
    for record in records:
        following = advance(view, record)
        if following.elapsed > at:
            break
        view = following
    console = Console(record=True, width=112, highlight=False, file=io.StringIO())
    console.print(draw(view, view.elapsed))
    console.save_svg(str(file), title="embodied run")
    print(f"{file}: the screen at {clock(view.elapsed)}")
