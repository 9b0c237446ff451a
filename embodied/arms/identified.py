"""The file that says what was identified of an arm: `ARM.identified.toml`, with a table [identified]."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from embodied.arms.identifying import JointResponse
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile

ENDING: Final = ".identified.toml"
_KNOWN: Final = ("arm", "kind", "date", "period_ms", "joints")


@dataclass(frozen=True)
class Identified:
    """What a file says.

    Attributes:
        arm: what the launch file calls it; kind: what `embodied.arms.trained.kind_of` gives.
        date: when, as ISO 8601.
        period_ms: of its control loop.
        joints: base to hand.
    """

    arm: str
    kind: str
    date: str
    period_ms: float
    joints: tuple[JointResponse, ...]

    @property
    def known(self) -> tuple[JointResponse, ...]:
        """The joints of which something is known."""
        return tuple(joint for joint in self.joints if not joint.why_not)

    @property
    def late_ms(self) -> tuple[float, float]:
        """How far the joints run behind targets that move evenly: least and most. Raises BadInput if nothing
        is known of any."""
        if not self.known:
            raise BadInput(
                "Nothing was identified of any joint.", remedy="Run `embodied arm identify` again."
            )
        late = [joint.late_ms for joint in self.known]
        return min(late), max(late)

    def text(self) -> str:
        """The file."""
        lines = [
            "# Written by `embodied arm identify`. Times in ms, angles in rad; see docs/deploy.md.",
            "[identified]",
            f"arm = {json.dumps(self.arm)}",
            f"kind = {json.dumps(self.kind)}",
            f"date = {json.dumps(self.date)}",
            f"period_ms = {self.period_ms!r}",
        ]
        for joint in self.joints:
            lines += ["", "[[identified.joints]]", f"name = {json.dumps(joint.name)}"]
            if joint.why_not:
                lines.append(f"why_not = {json.dumps(joint.why_not)}")
                continue
            lines += [
                f"{field} = {getattr(joint, field)!r}"
                for field in ("delay_ms", "lag_ms", "gain", "hysteresis_rad", "residual_rad")
                if not math.isnan(getattr(joint, field))
            ]
            if math.isfinite(joint.bandwidth_hz):
                lines.append(f"bandwidth_hz = {round(joint.bandwidth_hz, 2)!r}")
        return "\n".join(lines) + "\n"


def file_of(folder: Path, arm: str) -> Path:
    """Where an arm's is, beside its launch file."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in arm)
    return folder / f"{plain}{ENDING}"


def identified_of(launch: LaunchFile, arm: str) -> Identified | None:
    """What was identified of a launch file's arm; None if nothing was. Raises BadInput for a broken file."""
    file = file_of(Path(launch.origin).parent, arm)
    return read_identified(file) if Path(launch.origin).is_file() and file.is_file() else None


def read_identified(path: Path) -> Identified:
    """Read a file. Raises BadInput if it is none."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["identified"]
        joints = tuple(_joint(one) for one in table["joints"])
        return Identified(
            str(table["arm"]), str(table["kind"]), str(table["date"]), float(table["period_ms"]), joints
        )
    except (OSError, KeyError, TypeError, ValueError) as wrong:
        raise BadInput(
            f"{path} does not say what was identified of an arm: {wrong!r}.",
            remedy="`embodied arm identify FILE` writes one.",
        ) from wrong


def _joint(table: dict[str, Any]) -> JointResponse:
    if "why_not" in table:
        return JointResponse(str(table["name"]), why_not=str(table["why_not"]))
    numbers = {
        field: float(table.get(field, math.nan))
        for field in ("delay_ms", "lag_ms", "gain", "hysteresis_rad", "residual_rad")
    }
    if not all(math.isfinite(numbers[field]) for field in ("delay_ms", "lag_ms", "gain")):
        raise ValueError(f"joint {table['name']}: delay_ms, lag_ms and gain must be numbers")
    return replace(JointResponse(str(table["name"])), **numbers)  # type: ignore[arg-type]


def delay_steps(late_ms: Sequence[float], own_ms: float, step_ms: float) -> tuple[int, int]:
    """By how many steps of a policy actions come late on that arm, beyond what the simulation has itself.

    Args:
        late_ms: least and most of the arm's joints.
        own_ms: the same of the simulated arm.
        step_ms: one step of the policy.
    """
    least, most = (max(0.0, value - own_ms) / step_ms for value in late_ms)
    return math.floor(least), math.ceil(most - 1e-9)
