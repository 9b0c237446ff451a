"""`embodied doctor`: is everything in place?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from embodied.cli import ending, folders, options
from embodied.doctor import examine
from embodied.launchfile import LaunchFile, load_launch_file
from embodied.models.endpoint import is_configured
from embodied.world import Check


def _checks(chosen: LaunchFile, pins: Path | None) -> Iterator[Check]:
    yield from examine(chosen.world.kind, chosen.world.settings, pins=pins)
    asks_a_model = chosen.agent.planner != "offline"
    if asks_a_model or is_configured(chosen.model):
        from embodied.models.reach import check_endpoint

        yield check_endpoint(chosen.model, needed=asks_a_model)


def doctor(launch: options.Launch = "minecraft") -> None:
    """Check Python, Node, packages, ports and servers: one line each, with the mend for what is wrong.

    Exit code 2 if something that is needed is missing.
    """
    chosen = load_launch_file(folders.find_launch_file(launch))
    root = folders.checkout()
    pins = root / "launch" / "constraints.txt" if root else None
    console = Console(highlight=False)
    broken = 0
    for check in _checks(chosen, pins):
        mark, style = ("✓", "green") if check.ok else ("✗", "red") if check.needed else ("·", "yellow")
        line = Text(mark, style=style).append(f" {check.name}: {check.detail}", style="default")
        if not check.ok and check.remedy:
            line.append(f"  → {check.remedy}", style="bold")
        console.print(line, soft_wrap=True)
        broken += not check.ok and check.needed
    if broken:
        console.print(Text(f"{broken} to mend.", style="red"))
    name = Path(launch).stem
    others = " | ".join(other for other in folders.launch_files() if other != name)
    told = f"That was for {name}. Of the others: {folders.command()} doctor {others}"
    console.print(Text(told, style="dim"), soft_wrap=True)
    if broken:
        raise typer.Exit(ending.BAD_INPUT)
