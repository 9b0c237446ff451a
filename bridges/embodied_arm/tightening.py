"""Whether limits are tighter than others, told field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from embodied_arm.limits import Limits

HIGHER_IS_TIGHTER: Final = frozenset({"lower", "workspace_low"})
SETTINGS: Final = {"lower": "joint_lower", "upper": "joint_upper", "zones": "keep_out"}
"""What a field is set by in [world.limits], where that is not its name."""
ROUNDING: Final = 1e-9


def merged(served: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of both: what is asked instead of what is served, but keep-out zones together."""
    both = {**served, **asked}
    zones = list(served.get("keep_out", ()))
    zones += [zone for zone in asked.get("keep_out", ()) if zone not in zones]
    return {**both, "keep_out": zones} if zones else both


def wider(asked: Limits, served: Limits) -> Iterator[str]:
    """What of the limits that were asked for is wider than what is served, in words."""
    for name in served.__dataclass_fields__:
        if name in ("zones", "gripper_width"):
            continue  # zones only come to the others; how far fingers open is the arm's
        ours, theirs = np.atleast_1d(getattr(served, name)), np.atleast_1d(getattr(asked, name))
        beyond = ours - theirs if name in HIGHER_IS_TIGHTER else theirs - ours
        if (beyond > ROUNDING).any():
            words = SETTINGS.get(name, f"joint_{name}" if ours.size > 3 else name)
            yield f"{words}: {_plain(theirs)} in the agent's launch file, {_plain(ours)} at the arm"


def _plain(values: Any) -> str:
    listed = [f"{float(value):g}" for value in values]
    return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"
