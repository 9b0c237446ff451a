"""What is known of an arm that was lost in the middle of a motion: until then, and since."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from embodied.deploying.motion import Motion
from embodied.errors import BadInput, EmbodiedError
from embodied.runs import read_run

RESTS_RAD_S: Final = 0.005
"""Joints slower than this are at rest."""


def last_known(
    folder: Path, details: Mapping[str, Any], lost: EmbodiedError, motion: Motion | None
) -> dict[str, str]:
    """Rows for a person who stands before an arm that nobody hears from.

    Args:
        folder: of the run.
        details: what the arm's bridge had said of itself.
        motion: what the log shows, as far as it is here.
    """
    return {
        "lost": lost.message,
        "under way": _under_way(folder),
        "last measured": _last_measured(motion),
        "since then": _since(details),
        "to do": f"{lost.remedy} Look at the arm before anything else.".strip(),
    }


def _under_way(folder: Path) -> str:
    try:
        calls = read_run(folder).in_doubt
    except (BadInput, OSError):
        return "the journal cannot be read"
    said = [
        f"{call['name']}({', '.join(f'{name}={value}' for name, value in call['args'].items())})"
        for call in calls
    ]
    return f"{', '.join(said)}: begun, and its end never heard of" if said else "no call of the arm"


def _last_measured(motion: Motion | None) -> str:
    if motion is None:
        return "nothing of it is here"
    seconds, part = divmod(motion.last_wall_s, 1.0)
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)) + f".{int(1000 * part):03d}"
    fastest = max(map(abs, motion.last_velocity), default=0.0)
    moving = f"moving at up to {fastest:.2f} rad/s" if fastest > RESTS_RAD_S else "at rest"
    joints = " ".join(f"{value:+.3f}" for value in motion.last_position)
    return f"{at}: joints {joints} rad, {moving}"


def _since(details: Mapping[str, Any]) -> str:
    served = details.get("served")
    if served:
        lease = served.get("lease_ms")
        within = f" of {lease} ms" if lease else ""
        return (
            f"not known here. The machine beside the arm stops it when its agent's lease{within} lapses, and "
            f"logs that in {served['log']}; `embodied arm doctor` looks, once it is reached again"
        )
    described = details.get("description", {})
    if "simulated" in described.get("capabilities", ()):
        return "it was simulated, and ended with its bridge"
    does = described.get("unattended")
    return f"not known here. Nobody sends it anything: {does or 'what the arm then does is its own affair'}"
