"""What the arm's bridge needs of an arm: read, command, tick, stop.

A driver is one arm: a simulated one, whose physics advance with `tick`, or a real one, whose maker's
client library stands behind these few methods. It is loaded by name from the entry point group
`embodied.drivers`. The bridge stands its limits between every command and the driver; a driver may
refuse more, and says what it applied.

The world frame [m]: the arm's base at the origin, x forward (away from the base), y to the left, z up.
The hand's frame: z out of the palm towards the finger tips, y the direction in which the fingers move.
With the tool straight down, yaw [rad] turns about the world's z axis, and at yaw 0 the hand's x axis is the
world's x axis: the fingers close along y.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from embodied.facts import FactFamily

if TYPE_CHECKING:  # numpy takes a while to import, and most commands need no arm
    import numpy as np
    from numpy.typing import NDArray

Vector = tuple[float, ...]


@dataclass(frozen=True)
class ArmDescription:
    """An arm and what it can stand; n joints, base to hand.

    Attributes:
        name: model and number, as a person would call it ("FR3 (MuJoCo)").
        joint_names: in the order of every vector here, length n; the names that `model` has for them.
        lower, upper: joint positions that the maker allows [rad], length n.
        velocity, acceleration, jerk: the most that the maker allows, length n
            [rad/s], [rad/s^2], [rad/s^3].
        home: a posture to begin from, tool down over the middle of the table [rad], length n.
        gripper_width_max: distance of the open fingers [m]; 0 without a gripper.
        gripper_force_max: the most that the fingers press with [N].
        control_period_s: what one `tick` lasts [s].
        capabilities: of "joint_position", "gripper", "force" (`torque` and `gripper_force` are measured),
            "scene" (`Driver.scene` is not None), "camera", "simulated", "resets", "own_clock" (a simulator
            behind a real arm's protocol: its time may go slower than the wall's).
        model: MJCF or URDF of the arm with its hand, for kinematics and collision checks. Joints that are
            not in `joint_names` are the fingers'.
        end_effector: site or body of `model` that carries the grasp point, in the hand's frame.
        end_effector_offset: the grasp point, the middle between the finger tips, in the frame of
            `end_effector` [m].
        payload_max: the most that the arm may carry beyond its own hand [kg]; 0 where that is not told.
        unattended: what the arm does by itself once nobody sends it anything, as its maker documents, in a
            sentence; "" where that is not told.
    """

    name: str
    joint_names: tuple[str, ...]
    lower: Vector
    upper: Vector
    velocity: Vector
    acceleration: Vector
    jerk: Vector
    home: Vector
    gripper_width_max: float
    gripper_force_max: float
    control_period_s: float
    capabilities: frozenset[str]
    model: Path
    end_effector: str
    end_effector_offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    payload_max: float = 0.0
    unattended: str = ""


@dataclass(frozen=True, slots=True)
class ArmState:
    """What was measured.

    Attributes:
        time_s: the driver's clock [s]: simulated time in a simulator. It grows with every tick.
        position, velocity, torque: of the joints [rad], [rad/s], [Nm], length n. Torques that are not
            measured are 0.
        gripper_width: distance of the fingers [m].
        gripper_force: what the fingers press with [N]; 0 where it is not measured.
        external_torque: what the arm takes to come from outside, at its joints [Nm], length n; empty where it
            does not tell.
        external_force: the same at the hand, world frame [N], length 3; empty where it does not tell.
    """

    time_s: float
    position: Vector
    velocity: Vector
    torque: Vector
    gripper_width: float
    gripper_force: float
    external_torque: Vector = ()
    external_force: Vector = ()


@dataclass(frozen=True, slots=True)
class ArmCommand:
    """What to do until the next command; None leaves the last target as it is.

    Attributes:
        position: joint targets for the next period [rad], length n.
        gripper_width: where the fingers shall go [m].
        gripper_force: the most that they may press with on the way and when they meet something [N].
    """

    position: Vector | None = None
    gripper_width: float | None = None
    gripper_force: float | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One convex part of a thing near the arm, for collision checks; a bowl or a drawer has several.

    Attributes:
        object: the thing it belongs to: an object of the facts, or "table".
        shape: "box", "cylinder" (axis z) or "sphere".
        size: full extents along the part's own axes [m]; diameter, diameter, height of a cylinder.
        position: centre, world frame [m].
        quaternion: orientation, world frame, (w, x, y, z).
    """

    object: str
    shape: str
    size: tuple[float, float, float]
    position: tuple[float, float, float]
    quaternion: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)


class SceneSource(Protocol):
    """Where the bridge learns what lies on the table: the simulator itself, or cameras and markers.

    Called from the thread that ticks, never at the same time as another method of the driver.
    """

    @property
    def families(self) -> Mapping[str, FactFamily]:
        """The families of `facts`, by name. Those of the arm itself (hand, joint, gripper_width, ...) are
        the bridge's."""
        ...

    @property
    def identity(self) -> str:
        """Which world this is: scene, engine and seed. A run resumes only in the world it began in."""
        ...

    @property
    def details(self) -> Mapping[str, Any]:
        """More for a reader; values that msgpack can carry. "cameras": their names, the usual one first."""
        ...

    def facts(self) -> Mapping[str, Any]:
        """Facts now, as on the wire: {family: value | {key: value} | [[keys, value], ...]}."""
        ...

    def events(self) -> Sequence[Mapping[str, Any]]:
        """What happened since the last call, oldest first: {"type": "dropped", "object": "red_cube"}.

        Types: dropped{object}, bumped{object, moved_m}, slipped{object}, blew_up{reason}. Must be cheap:
        it is asked after every tick.
        """
        ...

    def obstacles(self) -> Sequence[Obstacle]:
        """The collision shapes of all things now, the table included, the arm not. The number and order
        of the parts stay the same for as long as the driver is open."""
        ...

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        """What a camera sees now, shape (height, width, 3), RGB. Raises `BadInput` with the names of the
        cameras there are."""
        ...


class Driver(Protocol):
    """One arm. All calls come from one thread at a time.

    `read` and `command` return at once. Errors of the arm or of the connection are raised as
    `embodied.errors.WorldError`.
    """

    @property
    def description(self) -> ArmDescription: ...

    @property
    def scene(self) -> SceneSource | None:
        """What lies around; None where nothing tells."""
        ...

    def read(self) -> ArmState:
        """The latest measurement."""
        ...

    def command(self, command: ArmCommand) -> ArmCommand:
        """Set the targets for the next ticks; returns what was *actually* applied, which the driver or the
        arm may have limited."""
        ...

    def tick(self) -> None:
        """Let one control period pass: a simulator steps, a real arm waits for its next cycle. A simulator
        does not wait for the clock; the bridge paces it where that is wanted."""
        ...

    def stop(self, reason: str) -> None:
        """Come to rest by the arm's own means, within its deceleration, and hold. Idempotent; from any state.
        Never a release of torque: an arm would fall."""
        ...

    def close(self) -> None:
        """Let go of the arm, at rest. Idempotent.

        An arm whose joints give way without torque is lowered to where it lies by itself, slowly, before its
        torque is released, and the torque fades; an arm with brakes holds."""
        ...


class DriverPlugin(Protocol):
    """A kind of arm, registered under the entry point group `embodied.drivers`."""

    @property
    def name(self) -> str: ...

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        """Connect to the arm, or make the simulated one; logs and recordings go into `run_dir`.

        Raises:
            BadInput: the configuration cannot be used; the message says which setting.
            SetupError: something that it needs is not installed.
            WorldError: the arm does not answer, or is in a fault state.
        """
        ...
