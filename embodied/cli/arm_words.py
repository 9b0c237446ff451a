"""What is said of an arm wherever one is shown: which it is and how, its limits, whether its stops last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embodied.arms.running import RunningArm


def in_words(arm: RunningArm) -> str:
    """Which arm it is, and whether there is one."""
    if arm.rehearses:
        return f"{arm.arm}, a rehearsal for {arm.rehearses}"
    return arm.arm if arm.identity else f"{arm.arm}, simulated"


def state_in_words(told: Mapping[str, Any]) -> str:
    """How it is, as its bridge tells; {} where that does not answer."""
    if not told:
        return "DOES NOT ANSWER"
    if told.get("stopped"):
        return "STOPPED"
    if told.get("lost"):
        return f"LOST ({told['lost']})"
    return "moving" if told.get("moving") else "at rest"


def limits_in_words(limits: Mapping[str, Any]) -> dict[str, str]:
    """The limits that a person wants to see before an arm moves."""
    shown = {}
    if "hand_speed_m_s" in limits:
        shown["hand"] = (
            f"at most {1000 * limits['hand_speed_m_s']:.0f} mm/s, within {limits.get('workspace_low_m')} to "
            f"{limits.get('workspace_high_m')} m"
        )
    if "joint_velocity_rad_s" in limits:
        fastest = " ".join(f"{value:.2f}" for value in limits["joint_velocity_rad_s"])
        shown["joint speed"] = f"at most {fastest} rad/s"
    if "gripper_force_n" in limits:
        shown["force"] = (
            f"fingers {limits['gripper_force_n']:.0f} N, "
            f"from outside {limits.get('external_force_n', 0):.0f} N where it is measured"
        )
    if limits.get("keep_out"):
        shown["keep out"] = f"{len(limits['keep_out'])} zones"
    return shown


def stops_not_kept(why: str) -> str:
    """Of an arm whose stops end with its bridge."""
    return (
        f"It cannot keep a stop ({why}): stopped, it stays so only until its bridge ends, and the next one "
        "would let it move. Make room on the disk before it moves."
    )
