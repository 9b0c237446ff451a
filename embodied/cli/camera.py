"""`embodied arm calibrate` and `embodied arm markers`: an arm that sees where things are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from embodied.cli import folders, options

ArmFile = Annotated[str, typer.Argument(metavar="<arm>", help="Its launch file, with [world.camera].")]
Board = Annotated[
    str,
    typer.Option(
        metavar="BOARD", help="charuco:7x5:35 (squares, side in mm) or checkerboard:9x6:25 (inner corners)."
    ),
]


def calibrate(
    arm: ArmFile,
    camera: Annotated[
        int | None, typer.Option(min=0, help="A live camera, by number; else the launch file's.")
    ] = None,
    board: Board = "charuco",
    pictures: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Pictures of the board, instead of live ones.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Pictures of the markers on the table, likewise.")
    ] = None,
    postures: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A marker in the hand instead: docs/seeing.md.")
    ] = None,
    keep_lens: Annotated[
        bool, typer.Option("--keep-lens", help="Only find anew where the camera stands.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; else the launch file's.")
    ] = None,
) -> None:
    """Calibrate the camera that sees the table: its lens, and where it stands. Moves nothing.

    Pictures of a board tell the lens; markers at known places on the table tell where the camera stands. A
    calibration that is too inexact is refused.
    """
    from embodied.deploying.camera import CalibrationWish, seeing_arms

    launch = options.launch_named(arm, [], "embodied arm calibrate launch/franka.toml")
    wish = CalibrationWish(board, camera, pictures, table, postures, keep_lens, output)
    path = seeing_arms(launch).calibrate(launch.world.settings, wish, print)
    print(f"written   {path}")


def markers(
    arm: ArmFile,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=".pdf or .png")] = Path(
        "markers.pdf"
    ),
    board: Annotated[
        str, typer.Option(metavar="BOARD", help="Also a page with this board: charuco, charuco:7x5:35, …")
    ] = "",
) -> None:
    """Print the markers that the launch file names, true to size, with what each belongs on."""
    from embodied.deploying.camera import seeing_arms

    launch = options.launch_named(arm, [], "embodied arm markers launch/franka.toml -o markers.pdf")
    for path in seeing_arms(launch).markers(launch.world.settings, output, board):
        print(f"written   {path}")
    print("Print at 100 %, and measure the ruler. Then:", f"{folders.command()} arm calibrate {arm}")


def in_words(details: Mapping[str, Any]) -> str:
    """By which calibration a running arm sees; "" where it does not."""
    told = details.get("camera")
    if not isinstance(told, Mapping):
        return ""
    return (
        f"calibration {told['calibration']}: lens {told['lens_error_px']:.2f} pixels, "
        f"place {told['place_error_px']:.2f} pixels by {told['place_from']}"
    )
