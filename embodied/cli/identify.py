"""`embodied arm identify`: how an arm's joints answer, for training and for deploying."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied.arms.identified import Identified, file_of
from embodied.arms.identifying import JointResponse
from embodied.cli import folders, options
from embodied.cli.consenting import ask_consent
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile

EXAMPLE = "embodied arm identify launch/franka.toml"


def identify(
    arm: Annotated[str, typer.Argument(metavar="<arm>", help="Its launch file: launch/franka.toml.")],
    consent: Annotated[
        str, typer.Option(metavar="ARM", help="Let the arm of this name move, without being asked.")
    ] = "",
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it; else beside the launch file.")
    ] = None,
) -> None:
    """Move each joint a little, and write how late, how slowly and how far it follows.

    Each joint goes up to 0.08 rad to both sides of where it stands and back, planned around what stands there
    and within all limits. [cyan]embodied deploy[/cyan] compares with it what a policy was trained with;
    [cyan]embodied refine[/cyan] trains for it with --set world.identified=FILE.
    """
    from embodied.arms.trained import kind_of
    from embodied.deploying.arms import arm_world

    console = Console(highlight=False)
    launch = options.launch_named(arm, [], EXAMPLE)
    name = arm_world(launch).arm_name(launch.world.settings)
    file = to or file_of(Path(launch.origin).parent, name)
    if not file.parent.is_dir():
        raise BadInput(f"There is no folder {file.parent}.", remedy="Make it, or name another with --to.")
    ask_consent(launch, consent, what_for="identify")
    stop = f"{folders.command()} arm stop {shlex.quote(name)}"
    console.print(Text(f"to stop it at any moment:  {stop}", "bold"))
    details, joints = _identified(launch, console)
    described = details["description"]
    found = Identified(
        name,
        kind_of(described["name"]),
        datetime.now(UTC).isoformat(timespec="seconds"),
        round(1000 * float(described["control_period_s"]), 6),
        joints,
    )
    console.print(_table(joints))
    if not found.known:
        raise BadInput("Nothing could be identified of any joint.", remedy="See why in the table above.")
    try:
        file.write_text(found.text(), encoding="utf-8")
    except OSError as full:
        raise BadInput(f"{file}: {full.strerror or full}.", remedy="Name another file with --to.") from full
    console.print(Text(f"identified   {file}"), soft_wrap=True)


def _identified(launch: LaunchFile, console: Console) -> tuple[Mapping[str, Any], tuple[JointResponse, ...]]:
    """What the arm's bridge says of itself, and how each joint answers."""
    from embodied.arms.log import NAME, read_log
    from embodied.deploying.identifying import excite, responses
    from embodied.session import Session

    with Session(launch, mode="identify") as session:
        session.start()
        details = session.run.world.spec.details
        names = list(details["joints"])
        folder = session.run.journal.path.parent
        joints = [float(value) for _, value in session.observe().items("joint")]  # type: ignore[arg-type]
        moved = excite(
            lambda primitive, arguments: session.call(primitive, **arguments),
            joints,
            tell=lambda number: console.print(Text(f"joint {names[number]} …", "dim")),
        )
    return details, responses(list(read_log(folder / NAME)[1]), moved, names)


def _table(joints: tuple[JointResponse, ...]) -> Table:
    table = Table("joint", "delay", "lag", "bandwidth", "gain", "hysteresis", "residual", box=None)
    for joint in joints:
        if joint.why_not:
            table.add_row(joint.name, Text(joint.why_not, "yellow"))
            continue
        table.add_row(
            joint.name,
            f"{joint.delay_ms:.0f} ms",
            f"{joint.lag_ms:.0f} ms",
            f"{joint.bandwidth_hz:.1f} Hz",
            f"{joint.gain:.3f}",
            f"{1000 * joint.hysteresis_rad:.2f} mrad",
            f"{1000 * joint.residual_rad:.2f} mrad",
        )
    return table
