"""Options that `embodied run` and `embodied explore` share, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from embodied.cli import folders
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile, Override, load_launch_file, override_from_text

Launch = Annotated[
    str,
    typer.Argument(
        help="A launch file, or the name of one that comes along: "
        + ", ".join(f"[cyan]{name}[/cyan]" for name in folders.launch_files())
        + "."
    ),
]
Seed = Annotated[int | None, typer.Option(help="Seed of the world: the same seed, the same world.")]
Fast = Annotated[bool, typer.Option("--fast", help="Shortened digging and smelting; the report names it.")]
Engine = Annotated[str | None, typer.Option(help="The physics engine, where the world has more than one.")]
RecordTo = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Film the world, where it can be filmed.")
]
View = Annotated[bool, typer.Option("--view", help="Show the world itself, where it can be shown.")]
Planner = Annotated[
    str | None,
    typer.Option(help="Who plans: [cyan]offline[/cyan], [cyan]llm[/cyan] or [cyan]react[/cyan]."),
]
Minutes = Annotated[float | None, typer.Option(help="Time limit of the whole run, in minutes.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Any other setting; repeatable."),
]
Resume = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Go on with one that was stopped; [cyan]last[/cyan] works."),
]
AsJson = Annotated[bool, typer.Option("--json", help="End with one JSON object; the view goes to stderr.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only the final report.")]

PATHS: Final[Mapping[str, str]] = {
    "goal": "goal.text",
    "seed": "world.seed",
    "fast": "world.fast",
    "engine": "world.engine",
    "record": "world.record",
    "view": "world.view",
    "planner": "agent.planner",
    "minutes": "limits.minutes",
    "no-model-cache": "model.cache",
}
"""The setting that each option stands for."""


def overrides_of(settings: list[str] | None, options: Mapping[str, Any]) -> list[Override]:
    """What the command line lays over the launch file: `--set` first, then the named options.

    `options`: by their names in `PATHS`; one that was not given is None or False.
    """
    named = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        where = f"--{name}" if value is True else f"--{name} {value}"
        plain = str(value.absolute()) if isinstance(value, Path) else value
        named.append(Override(PATHS[name], plain if not name.startswith("no-") else False, where))
    return [*(override_from_text(text) for text in settings or ()), *named]


def launch_named(name: str, overrides: list[Override], example: str) -> LaunchFile:
    """The launch file that a command line names; raises BadInput if it names none."""
    if not name:
        raise BadInput("Which launch file?", remedy=f"For instance  {example}.")
    return load_launch_file(folders.find_launch_file(name), overrides)
