"""What every driver asks of a command before anything of it goes to an arm."""

from __future__ import annotations

import math
from dataclasses import replace

from embodied.arms.driver import ArmCommand, ArmDescription
from embodied.errors import BadInput


def checked(command: ArmCommand, arm: ArmDescription) -> ArmCommand:
    """The command, held within what the arm's maker allows: joint positions, gripper width and force.

    Raises:
        BadInput: a value is not a finite number, or there are not as many joints as the arm has. Nothing of
            such a command may reach the arm.
    """
    joints = command.position
    if joints is not None:
        if len(joints) != len(arm.joint_names):
            raise BadInput(
                f"{arm.name} has {len(arm.joint_names)} joints, and the command has {len(joints)}.",
                remedy=f"Send them in this order: {', '.join(arm.joint_names)}.",
            )
        for name, value in zip(arm.joint_names, joints, strict=True):
            _finite(arm, name, value)
        joints = tuple(
            min(max(float(q), low), high) for q, low, high in zip(joints, arm.lower, arm.upper, strict=True)
        )
    width, force = command.gripper_width, command.gripper_force
    if width is not None:
        _finite(arm, "the gripper's width", width)
        width = min(max(width, 0.0), arm.gripper_width_max)
    if force is not None:
        _finite(arm, "the gripper's force", force)
        force = min(max(force, 0.0), arm.gripper_force_max)
    return replace(command, position=joints, gripper_width=width, gripper_force=force)


def _finite(arm: ArmDescription, what: str, value: float) -> None:
    if not math.isfinite(value):
        raise BadInput(
            f"{arm.name} was commanded {value} for {what}, which is not a number to move to.",
            remedy="Nothing was sent to the arm. Look at what computed the command.",
        )
