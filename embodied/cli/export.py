"""`embodied export`: episodes of arms for other programs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from embodied.cli import ending, options
from embodied.cli.folders import runs_folder
from embodied.errors import BadInput
from embodied.runs import find_run

PASSED = "passed"


def export(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Runs of an arm: names, folders, or [cyan]last[/cyan]."),
    ],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the data set goes; it must be empty.")],
    format: Annotated[str, typer.Option(help="lerobot (v3.0), csv or npz.")] = "lerobot",
    fps: Annotated[
        int | None, typer.Option(min=1, help="Frames a second; without, up to 30, dividing the arm's rate.")
    ] = None,
    each: Annotated[
        str, typer.Option(help="An episode is what was asked for (goals), or each step of a plan (skills).")
    ] = "goals",
    only: Annotated[str, typer.Option(help="[cyan]passed[/cyan] leaves out what did not pass.")] = "",
    as_json: options.AsJson = False,
) -> None:
    """Write the episodes of an arm's runs as a data set, to train with elsewhere.

    [bold]Examples[/bold]

      embodied export last --format lerobot --to data/picks
      embodied export 20260102-1 20260102-2 --to data/picks --fps 20 --only passed
      embodied export last --format csv --to data/table

    Frames are ticks of the arm's log, never made up between them; actions are what the arm was given after
    the limits acted. What did not pass is marked by next.success and by its verdict.
    """
    from embodied.exporting.dataset import export as write

    with ending.errors_as_json(as_json, "export"):
        for value, known, option in ((each, ("goals", "skills"), "--each"), (only, ("", PASSED), "--only")):
            if value not in known:
                raise BadInput(
                    f"{option} {value} is not known.", remedy=f"Give {' or '.join(filter(None, known))}."
                )
        folders = [find_run(runs_folder(), run) for run in runs]
        done = write(folders, to, format=format, fps=fps, each=each, only_passed=only == PASSED)
        if as_json:
            ending.print_json(**{**asdict(done), "folder": str(done.folder)})
            return
        console = Console(highlight=False)
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(done.verdicts.items()))
        console.print(Text(f"from {', '.join(folder.name for folder in folders)}", "dim"), soft_wrap=True)
        episodes = f"{done.episodes} episode{'' if done.episodes == 1 else 's'}"
        console.print(Text(f"{episodes} ({counts}), {done.frames} frames at {done.fps} a second"))
        if done.failed:
            console.print(Text(f"{done.failed} did not pass and were left out", "dim"))
        if done.left_out:
            console.print(Text(f"{done.left_out} moved nothing and were left out", "dim"))
        if "host" in done.clocks:
            console.print(Text("timed by this machine's clock where the arm's went back", "yellow"))
        console.print(Text(f"{done.format}   {done.folder}"), soft_wrap=True)
