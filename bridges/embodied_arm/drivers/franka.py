"""A Franka FR3 through franky-control (libfranka): `driver = "franka"`.

Set points go a hundred times a second, in the robot's own time, into franky's joint impedance tracking, whose
loop runs at 1 kHz in C++. The robot's own reflexes stand behind it: collision, joint and speed limits, and a
stop when our packets stay out. This is software, not a rated safety function.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from embodied.arms import ArmCommand, ArmDescription, ArmState, Driver
from embodied.arms.checking import checked
from embodied.errors import SetupError, WorldError
from embodied_arm.drivers.calls import Calls
from embodied_arm.drivers.cycle import Cycle
from embodied_arm.drivers.following import Following
from embodied_arm.drivers.franka_hand import FrankaHand
from embodied_arm.drivers.settings import Settings

_log = logging.getLogger(__name__)

PERIOD_S: Final = 0.01
STIFFNESS: Final = (600.0, 600.0, 600.0, 600.0, 250.0, 150.0, 50.0)
"""Of the joints, as in libfranka's own impedance example [Nm/rad]."""
SILENT_S: Final = 0.5
CONNECT_S: Final = 10.0
ANSWER_S: Final = 2.0
STOP_S: Final = 5.0
BRAKE_S: Final = 1.5
EARLY_S: Final = 0.0005
SLOW: Final = 0.05
"""Joint speed at which the set points may end [rad/s]."""
READY_MODES: Final = ("Idle", "Move")
REMEDY_CONNECTION: Final = (
    "Look whether the robot is on and reachable, and FCI is active in Desk; then start again."
)
REMEDY_FAULT: Final = (
    "Find the cause at the arm, and bring it back in Desk (unlock, recover); then start again. Nothing "
    "resumes by itself."
)


def fr3() -> ArmDescription:
    """The FR3 with its hand; limits from its maker's description. Raises `SetupError`."""
    try:
        import franky_sim
    except ImportError as missing:
        raise SetupError(
            f"The driver 'franka' takes its model from franky-sim: {missing}.",
            remedy="Install it: `pip install 'embodied-agent[arm]'`.",
        ) from missing
    return ArmDescription(
        name="FR3",
        joint_names=tuple(f"fr3_joint{i}" for i in range(1, 8)),
        lower=(-2.7437, -1.7837, -2.9007, -3.0421, -2.8065, 0.5445, -3.0159),
        upper=(2.7437, 1.7837, 2.9007, -0.1518, 2.8065, 4.5169, 3.0159),
        velocity=(2.62, 2.62, 2.62, 2.62, 5.26, 4.18, 5.26),
        acceleration=(10.0,) * 7,
        jerk=(5000.0,) * 7,
        home=(0.0, -math.pi / 4, 0.0, -3 * math.pi / 4, 0.0, math.pi / 2, math.pi / 4),
        gripper_width_max=0.08,
        gripper_force_max=70.0,
        control_period_s=PERIOD_S,
        capabilities=frozenset({"joint_position", "gripper"}),
        model=Path(franky_sim.__file__).parent / "assets" / "fr3.xml",
        end_effector="hand",
        end_effector_offset=(0.0, 0.0, 0.1034),
        payload_max=3.0,
        unattended="its controller misses our packets, aborts the motion and brakes",
    )


class FrankaDriver:
    """Implements `embodied.arms.driver.Driver`; `scene` is None: nothing tells what lies around. Joint
    torques are measured, what the fingers press with is not.

    Args:
        host: address of the robot.
        realtime: demand a real-time kernel, as a real robot needs; a simulated one does not.
        hand: whether a Franka hand is mounted.

    Raises:
        SetupError: franky-control is not installed.
        WorldError: the robot does not answer, or is not ready to move.
    """

    scene = None
    rests_within_s = 0.7
    """Of a `stop`, at the latest."""

    def __init__(self, host: str, *, realtime: bool = True, hand: bool = True) -> None:
        try:
            import franky
        except ImportError as missing:
            raise SetupError(
                f"The driver 'franka' needs franky-control: {missing}.",
                remedy="Install it: `pip install 'embodied-agent[franka]'`; in a checkout "
                "`launch/start launch/franka-sim.toml` does.",
            ) from missing
        self.description = fr3()
        if not realtime:
            has = self.description.capabilities | {"own_clock"}
            self.description = replace(self.description, capabilities=has)
        self._franky: Any = franky
        self._name = f"The FR3 at {host}"
        self._failures = (franky.Exception, RuntimeError, OSError)
        self._calls = Calls(self._name, REMEDY_CONNECTION, self._failures)
        kernel = franky.RealtimeConfig.Enforce if realtime else franky.RealtimeConfig.Ignore
        self._robot: Any = self._connected(lambda: franky.Robot(host, realtime_config=kernel))
        self._tracker: Any = None
        self._closed = False
        self._changed = time.monotonic()
        self._state = self._calls.ask("send its state", lambda: self._robot.state, ANSWER_S)
        self._refuse_unready()
        self._stepped = self._time()
        self._following = Following(self.description, [float(q) for q in self._state.q])
        self._following.stop([float(q) for q in self._state.q])  # the robot holds until there is a target
        self._hand = FrankaHand(lambda: franky.Gripper(host), self._failures) if hand else None
        if self._hand is not None:
            self._hand.wait_ready(CONNECT_S)
        self._cycle = Cycle(PERIOD_S, self._send)

    def _connected(self, connect: Callable[[], Any]) -> Any:
        try:
            return self._calls.ask("answer", connect, CONNECT_S)
        except WorldError as failed:
            if "realtime" not in failed.message.lower():
                raise
            raise WorldError(
                f"{self._name} cannot be driven from this machine: {failed.__cause__ or failed.message}",
                remedy="Franka asks for a kernel with PREEMPT_RT, and the right to real-time priority. To "
                'try without, say realtime = "ignore" in [world.connection]: it may stop in a motion.',
            ) from failed

    # -- the driver's side -------------------------------------------------------------------------

    def read(self) -> ArmState:
        """The latest measurement. Raises `WorldError` when the robot has stopped itself or is silent."""
        if self._cycle.broken is not None:
            raise self._cycle.broken
        state = self._state
        return ArmState(
            time_s=self._time(),
            position=tuple(float(q) for q in state.q),
            velocity=tuple(float(v) for v in state.dq),
            torque=tuple(float(t) for t in state.tau_J),
            gripper_width=self._hand.width if self._hand is not None else 0.0,
            gripper_force=0.0,
            external_torque=tuple(float(t) for t in state.tau_ext_hat_filtered),
            external_force=tuple(float(f) for f in state.O_F_ext_hat_K[:3]),
        )

    def command(self, command: ArmCommand) -> ArmCommand:
        """Joint targets are held within the arm's range, and approached within its speed. Raises `BadInput`
        on what is not finite: nothing of it is sent."""
        applied = checked(command, self.description)
        if applied.position is not None:
            with self._cycle.lock:
                self._following.aim(applied.position)
        if applied.gripper_width is not None and self._hand is not None:
            force = applied.gripper_force
            self._hand.go(
                applied.gripper_width, self.description.gripper_force_max if force is None else force
            )
        return applied

    def tick(self) -> None:
        self._cycle.tick()

    def stop(self, reason: str) -> None:
        """Brake within the arm's acceleration, then end our motion with franky's torque stop; the robot's own
        controller holds the arm, until there is a new target. Where the connection is gone, the robot
        stops for want of packets."""
        _log.warning("%s is stopped: %s", self._name, reason)
        if self._closed or self._cycle.broken is not None:
            return
        if self._hand is not None:
            self._hand.stop()
        with self._cycle.lock:
            try:
                if self._tracker is not None:
                    self._brake()
                    tracker, self._tracker = self._tracker, None
                    self._calls.ask("stop", tracker.stop, STOP_S)
                self._look()
            except WorldError as lost:
                _log.error("%s", lost)
            self._following.stop([float(q) for q in self._state.q])

    def close(self) -> None:
        """Come to rest and disconnect. Idempotent."""
        if self._closed:
            return
        self.stop("the driver closes")
        self._closed = True
        self._cycle.end()
        if self._hand is not None:
            self._hand.end()
        self._calls.end()

    # -- the cycle ---------------------------------------------------------------------------------

    def _brake(self) -> None:
        """Until the set point is at rest, and the arm slow."""
        self._following.brake()
        ends = time.monotonic() + BRAKE_S
        while time.monotonic() < ends:
            self._step()
            slow = max(abs(float(v)) for v in self._state.dq) < SLOW
            if slow and not self._following.velocity.any():
                return
            time.sleep(PERIOD_S / 5)

    def _send(self) -> None:
        if self._following.held:
            self._look()
        else:
            self._step()

    def _step(self) -> None:
        self._look()
        if self._tracker is None:
            self._tracker = self._calls.ask("hand over control", self._track, ANSWER_S)
            self._stepped = self._time()
        while self._time() - self._stepped < PERIOD_S - EARLY_S:
            time.sleep(
                PERIOD_S / 10
            )  # else targets would run ahead of its clock, and it would hurry after them
            self._look()
        self._stepped = self._time()
        target = self._following.step()
        self._tracker.set_target(target, self._following.velocity)

    def _track(self) -> Any:
        return self._franky.JointImpedanceTracker(self._robot, stiffness=list(STIFFNESS))

    def _look(self) -> None:
        """Fetch the state. Raises `WorldError` when the robot has stopped itself, or is silent."""
        before = self._time()
        if self._tracker is not None and not self._robot.is_in_control:
            self._calls.ask("keep up the motion", self._robot.join_motion, ANSWER_S)
            raise WorldError(f"{self._name} has ended our motion.", remedy=REMEDY_FAULT)
        self._state = self._calls.ask("send its state", lambda: self._robot.state, ANSWER_S)
        now = time.monotonic()
        if self._time() != before:
            self._changed = now
        if now - self._changed > SILENT_S:
            raise WorldError(f"{self._name} has fallen silent.", remedy=REMEDY_CONNECTION)
        self._refuse_unready()

    def _time(self) -> float:
        """The robot's own clock [s]."""
        return float(self._state.time.to_sec())

    def _refuse_unready(self) -> None:
        mode = str(self._state.robot_mode).rsplit(".", 1)[-1]
        errors = str(self._state.current_errors).strip("[] ")
        if mode not in READY_MODES or errors:
            what = f"mode {mode}" + (f", {errors}" if errors else "")
            raise WorldError(f"{self._name} is not ready to move: {what}.", remedy=REMEDY_FAULT)


class FrankaPlugin:
    """Implements `embodied.arms.driver.DriverPlugin`. Settings: host (address of the robot), realtime
    ("enforce" unless said, "ignore" for a simulated robot), gripper ("franka" unless said, or "none")."""

    name = "franka"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        settings = Settings(self.name, config, ("host", "realtime", "gripper"))
        realtime = settings.choice("realtime", "enforce", ("enforce", "ignore")) == "enforce"
        hand = settings.choice("gripper", "franka", ("franka", "none")) == "franka"
        return FrankaDriver(settings.words("host", example="172.16.0.2"), realtime=realtime, hand=hand)


DRIVER = FrankaPlugin()
