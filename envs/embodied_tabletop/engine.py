"""What the world asks of a physics engine: a few methods, the same for MuJoCo and PyBullet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from embodied_tabletop.scene import Scene, Vector3

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Quaternion = tuple[float, float, float, float]
"""(w, x, y, z)"""

JOINTS = tuple(f"fr3_joint{number}" for number in range(1, 8))
HOME = (0.0, -0.30, 0.0, -2.35, 0.0, 2.05, 0.785398)
"""Tool down over the middle of the table [rad]."""

LEFT_FINGER, RIGHT_FINGER, ARM, TABLE, FLOOR = "left_finger", "right_finger", "arm", "table", "floor"
FINGERS = frozenset({LEFT_FINGER, RIGHT_FINGER})

GRIPPER_WIDTH_MAX_M = 0.08
GRIPPER_FORCE_MAX_N = 70.0
GRIPPER_SPEED_M_S = 0.10
"""How fast the distance of the fingers changes at most."""

CONTROL_PERIOD_S = 0.02


@dataclass(frozen=True, slots=True)
class BodyState:
    """World frame [m], [m/s], [rad/s]."""

    position: Vector3
    quaternion: Quaternion
    velocity: Vector3 = (0.0, 0.0, 0.0)
    spin: Vector3 = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ArmReading:
    """Joints [rad], [rad/s], [Nm]; the gripper's width [m], and what its fingers press with [N]."""

    position: tuple[float, ...]
    velocity: tuple[float, ...]
    torque: tuple[float, ...]
    gripper_width: float
    gripper_force: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The world at one instant.

    Attributes:
        time_s: since the reset [s].
        bodies: every body but the fixed ones, by name.
        slides: how far each drawer's box or button's cap has moved [m], by object.
        contacts: pairs of names that touch, each in alphabetical order; names are those of objects (a
            drawer's handle counts as its own), "table", "floor", "left_finger", "right_finger" or "arm".
        grasp_point: the middle between the finger tips, world frame.
        gripper_width: [m].
        gripper_force: [N].
    """

    time_s: float
    bodies: Mapping[str, BodyState]
    slides: Mapping[str, float]
    contacts: frozenset[tuple[str, str]]
    grasp_point: BodyState
    gripper_width: float
    gripper_force: float

    def touches(self, one: str, other: str) -> bool:
        return ((one, other) if one < other else (other, one)) in self.contacts


@dataclass(frozen=True)
class Start:
    """Where everything is when a run begins.

    Attributes:
        poses: of each object's frame, by object; a drawer or button: of its fastened part.
        slides: how far drawers stand open [m].
        held: the object between the fingers, "" for none.
        joints: of the arm [rad].
        gripper_width: how far the fingers are open, where nothing is held [m].
        targets: where each of the scene's targets is [m, world frame]; it stays there.
    """

    poses: Mapping[str, BodyState]
    slides: Mapping[str, float]
    held: str = ""
    joints: tuple[float, ...] = HOME
    gripper_width: float = GRIPPER_WIDTH_MAX_M
    targets: Mapping[str, Vector3] = field(default_factory=dict)


class Engine(Protocol):
    """A world in one physics engine. Not thread-safe; nothing but `reset` writes an object's pose."""

    name: str

    def reset(self, start: Start) -> None:
        """Put everything where `start` says, at rest, time 0."""
        ...

    def command(
        self,
        joints: Sequence[float] | None = None,
        gripper_width: float | None = None,
        gripper_force: float | None = None,
    ) -> None:
        """Targets for the coming steps; None leaves one as it is. Joints are reached at the end of the
        next `step`; the fingers go as fast as they may."""
        ...

    def step(self) -> None:
        """Let `CONTROL_PERIOD_S` of simulated time pass."""
        ...

    def arm(self) -> ArmReading: ...

    def snapshot(self) -> Snapshot: ...

    def joints(self) -> tuple[float, ...]:
        """The arm's joints [rad]: `arm` for less."""
        ...

    def gripper_width(self) -> float:
        """Distance of the fingers [m]."""
        ...

    def hand(self) -> BodyState:
        """The grasp point, as in `snapshot`, with its velocity."""
        ...

    def body(self, name: str) -> BodyState:
        """One body of `snapshot`, for less."""
        ...

    def slide(self, name: str) -> float:
        """How far one drawer's box or button's cap has moved [m]."""
        ...

    def jacobian(self) -> NDArray[np.float64]:
        """How the grasp point moves with the joints now, world frame: shape (6, 7), three rows of [m/rad],
        three of [rad/rad]."""
        ...

    def finite(self) -> bool:
        """Whether every number is finite and every speed one that this world can have."""
        ...

    def push(self, body: str, force: Vector3) -> None:
        """An external force on a free body's centre [N], world frame, during the next `step`."""
        ...

    def vary(self, scene: Scene, friction: float = 1.0) -> None:
        """From the next reset on: the sizes and masses of `scene`'s cubes (else it is the scene that this was
        built for), and the friction of everything scaled; 1 is as built."""
        ...

    def set_grip(self, friction: float) -> None:
        """Scale the friction of the finger tips; 1 is as built."""
        ...

    def save(self) -> Any:
        """This moment, to be put back by `restore`; good until the next `reset`.

        Raises:
            CannotForesee: the engine cannot be put back exactly.
        """
        ...

    def restore(self, moment: Any) -> None:
        """Be where `save` was called: steps from here are the same, bit by bit."""
        ...

    def close(self) -> None: ...
