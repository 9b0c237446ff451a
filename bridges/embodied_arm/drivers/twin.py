"""An arm without physics: `driver = "twin"`. For rehearsals: joints go where they are told within the period.

Its description is that of another arm, as that arm's bridge told it (`embodied.arms.describing`), and it
begins in the joints that were measured there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from embodied.arms import ArmCommand, ArmDescription, ArmState, Driver
from embodied.arms.checking import checked
from embodied.arms.describing import description_from
from embodied.errors import BadInput

FINGER_SPEED: Final = 0.1
"""How fast the distance of its fingers changes [m/s]."""
KNOWN: Final = ("like", "joints", "gripper_width")


class TwinDriver:
    """Implements `embodied.arms.driver.Driver`; `scene` is None.

    Args:
        like: the arm whose twin it is.
        joints: where it begins [rad].
        gripper_width: how far its fingers are open [m].
    """

    scene = None

    def __init__(self, like: ArmDescription, joints: tuple[float, ...], gripper_width: float) -> None:
        has = (like.capabilities & {"joint_position", "gripper"}) | {"simulated"}
        self.description = replace(like, name=f"a twin of {like.name}", capabilities=frozenset(has))
        still = (0.0,) * len(joints)
        self._state = ArmState(0.0, joints, still, still, gripper_width, 0.0)
        self._target = joints
        self._goal = gripper_width
        self._least = 0.0

    def obstruct(self, width: float) -> None:
        """Something of this width is between the fingers [m]; 0: nothing."""
        self._least = width

    def read(self) -> ArmState:
        return self._state

    def command(self, command: ArmCommand) -> ArmCommand:
        applied = checked(command, self.description)
        if applied.position is not None:
            self._target = applied.position
        if applied.gripper_width is not None:
            self._goal = applied.gripper_width
        return applied

    def tick(self) -> None:
        period, before = self.description.control_period_s, self._state
        velocity = tuple((b - a) / period for a, b in zip(before.position, self._target, strict=True))
        reach = FINGER_SPEED * period
        goal = max(self._goal, min(self._least, before.gripper_width))
        width = before.gripper_width + min(max(goal - before.gripper_width, -reach), reach)
        self._state = replace(
            before,
            time_s=round(before.time_s + period, 9),
            position=self._target,
            velocity=velocity,
            gripper_width=width,
        )

    def stop(self, reason: str) -> None:
        self._target = self._state.position

    def close(self) -> None:
        """Nothing to end."""


class TwinPlugin:
    """Implements `embodied.arms.driver.DriverPlugin`."""

    name = "twin"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        unknown = sorted(set(config) - set(KNOWN))
        if unknown or "like" not in config:
            raise BadInput(
                f"A twin takes {', '.join(KNOWN)}, and was given {', '.join(sorted(config)) or 'nothing'}.",
                remedy="`like` is what `embodied.arms.describing.plain` gives.",
            )
        like = description_from(config["like"])
        joints = tuple(float(joint) for joint in config.get("joints") or like.home)
        if len(joints) != len(like.joint_names) or not all(map(math.isfinite, joints)):
            raise BadInput(
                f"{like.name} has {len(like.joint_names)} joints, and was given {list(joints)}.",
                remedy=f"Give angles [rad] in this order: {', '.join(like.joint_names)}.",
            )
        return TwinDriver(like, joints, float(config.get("gripper_width", like.gripper_width_max)))


DRIVER = TwinPlugin()
