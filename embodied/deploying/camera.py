"""What `embodied arm calibrate` and `embodied arm markers` ask of a kind of arm that sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from embodied.deploying.arms import arm_world
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile


@dataclass(frozen=True)
class CalibrationWish:
    """What to calibrate from.

    Attributes:
        board: what the lens is calibrated with, in words: "charuco:7x5:35".
        camera: index of a live camera; None for that of the launch file.
        pictures: a folder of pictures of the board; None to take them live.
        table: a picture, or a folder of them, of the markers on the table; None: among `pictures`, or live.
        postures: a file of pictures and postures with a marker in the hand, instead of the table.
        keep_lens: the lens stays as it was calibrated; only where the camera stands is found anew.
        output: the file to write; None for that of the launch file.
    """

    board: str = "charuco"
    camera: int | None = None
    pictures: Path | None = None
    table: Path | None = None
    postures: Path | None = None
    keep_lens: bool = False
    output: Path | None = None


@runtime_checkable
class SeeingArms(Protocol):
    """A kind of arms that can find things with a camera."""

    def calibrate(
        self, settings: Mapping[str, Any], wish: CalibrationWish, say: Callable[[str], None]
    ) -> Path:
        """Calibrate the camera and write the file; `say` tells a person what goes on. Moves nothing.

        Raises:
            BadInput: pictures are missing or too bad, with what to do.
            SetupError: what it needs is not installed, or the camera does not answer.
        """
        ...

    def markers(self, settings: Mapping[str, Any], output: Path, board: str) -> Sequence[Path]:
        """Write what is to be printed; `board` "" for none. Raises BadInput, SetupError."""
        ...


def seeing_arms(launch: LaunchFile) -> SeeingArms:
    """The plug-in of a launch whose arm can see. Raises BadInput for another."""
    plugin = arm_world(launch)
    if not isinstance(plugin, SeeingArms):
        raise BadInput(
            f"Arms of the kind {launch.world.kind!r} have no cameras.",
            remedy='Name a launch file with kind = "arm", such as launch/franka.toml.',
        )
    return plugin
