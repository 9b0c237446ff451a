"""A UR5e of Universal Robots through ur-rtde: `driver = "ur5e"`.

Joint targets are streamed with `servoJ`. The controller's own safety system stands behind it: its joint and
speed limits, protective and emergency stop. Its RTDE watchdog ends our program, and stops the arm, when this
process falls silent for a quarter of a second. This is software, not a rated safety function.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from embodied.arms import ArmCommand, ArmDescription, ArmState, Driver
from embodied.arms.checking import checked
from embodied.errors import SetupError, WorldError
from embodied_arm.drivers.calls import Calls
from embodied_arm.drivers.cycle import Cycle
from embodied_arm.drivers.following import Following
from embodied_arm.drivers.settings import Settings

_log = logging.getLogger(__name__)

PERIOD_S: Final = 0.008
RATE_HZ: Final = 1 / PERIOD_S
LOOKAHEAD_S: Final = 0.05
GAIN: Final = 500.0
WATCHDOG_HZ: Final = 4.0
DECELERATION: Final = 15.0
"""Of a stop [rad/s^2]; from the highest speed it takes 0.21 s."""
SILENT_S: Final = 0.5
CONNECT_S: Final = 10.0
ANSWER_S: Final = 1.5
STOP_S: Final = 3.0

UR5E: Final = ArmDescription(
    name="UR5e",
    joint_names=("shoulder_pan", "shoulder_lift", "elbow", "wrist_1", "wrist_2", "wrist_3"),
    lower=(-2 * math.pi, -2 * math.pi, -math.pi, -2 * math.pi, -2 * math.pi, -2 * math.pi),
    upper=(2 * math.pi, 2 * math.pi, math.pi, 2 * math.pi, 2 * math.pi, 2 * math.pi),
    velocity=(math.pi,) * 6,
    acceleration=(8.0,) * 6,
    jerk=(500.0,) * 6,
    home=(0.0, -math.pi / 2, math.pi / 2, -math.pi / 2, -math.pi / 2, 0.0),
    gripper_width_max=0.0,
    gripper_force_max=0.0,
    control_period_s=PERIOD_S,
    capabilities=frozenset({"joint_position"}),
    model=Path(__file__).parent / "models" / "ur5e.xml",
    end_effector="flange",
    payload_max=5.0,
    unattended="its controller's watchdog ends our program within 0.25 s, and the arm stops",
)
"""Joint ranges and speeds from the maker's manual; acceleration and jerk are ours: the manual has none."""

ROBOT_RUNNING: Final = 7
SAFETY_FAULTS: Final = {
    3: "a protective stop",
    4: "recovery mode: a joint is outside its limits",
    5: "a safeguard stop",
    6: "an emergency stop of the system",
    7: "an emergency stop",
    8: "a violation of its safety limits",
    9: "a fault",
}
NORMAL_SAFETY: Final = (1, 2)
REMEDY_CONNECTION: Final = (
    "Look whether the controller is on, reachable, and in remote control; then start again."
)
REMEDY_SAFETY: Final = (
    "Find the cause at the arm and clear it on the teach pendant; then start again. Nothing resumes by "
    "itself."
)


class URDriver:
    """Implements `embodied.arms.driver.Driver`; `scene` is None: nothing tells what lies around.

    Args:
        host: address of the controller.
        description: of the arm with its tool.

    Raises:
        SetupError: ur-rtde is not installed.
        WorldError: the controller does not answer, or the arm is not ready to move.
    """

    scene = None
    rests_within_s = 0.5
    """Of a `stop`, at the latest."""

    def __init__(self, host: str, description: ArmDescription = UR5E) -> None:
        try:
            import rtde_control
            import rtde_receive
        except ImportError as missing:
            raise SetupError(
                f"The driver 'ur5e' needs ur-rtde: {missing}.",
                remedy="Install it: `pip install 'embodied-agent[ur]'`.",
            ) from missing
        self.description = description
        self._name = f"The {description.name} at {host}"
        self._calls = Calls(self._name, REMEDY_CONNECTION, (RuntimeError, ValueError, OSError))
        self._closed = False
        self._receive: Any = self._calls.ask(
            "send its state", lambda: rtde_receive.RTDEReceiveInterface(host, RATE_HZ), CONNECT_S
        )
        self._seen = (0.0, time.monotonic())
        self._refuse_unready()
        self._control: Any = self._calls.ask(
            "take our control program", lambda: rtde_control.RTDEControlInterface(host, RATE_HZ), CONNECT_S
        )
        self._calls.ask("set its watchdog", lambda: self._control.setWatchdog(WATCHDOG_HZ), STOP_S)
        self._following = Following(description, self._receive.getActualQ())
        self._cycle = Cycle(description.control_period_s, self._send)

    # -- the driver's side -------------------------------------------------------------------------

    def read(self) -> ArmState:
        """The latest measurement. Raises `WorldError` when the arm has stopped itself or is silent."""
        if self._cycle.broken is not None:
            raise self._cycle.broken
        self._refuse_unready()
        return ArmState(
            time_s=self._seen[0],
            position=tuple(self._receive.getActualQ()),
            velocity=tuple(self._receive.getActualQd()),
            torque=(0.0,) * len(self.description.joint_names),
            gripper_width=0.0,
            gripper_force=0.0,
            external_force=tuple(self._receive.getActualTCPForce()[:3]),
        )

    def command(self, command: ArmCommand) -> ArmCommand:
        """Joint targets are held within the arm's range, and approached within its speed; there is no
        gripper. Raises `BadInput` on what is not finite: nothing of it is sent."""
        applied = checked(command, self.description)
        if applied.position is not None:
            with self._cycle.lock:
                self._following.aim(applied.position)
        return replace(applied, gripper_width=None, gripper_force=None)

    def tick(self) -> None:
        self._cycle.tick()

    def stop(self, reason: str) -> None:
        """`servoStop`, then hold where it came to rest, until there is a new target. Where the connection is
        gone, the controller's watchdog stops the arm."""
        _log.warning("%s is stopped: %s", self._name, reason)
        if self._closed or self._cycle.broken is not None:
            return
        with self._cycle.lock:
            try:
                self._calls.ask("stop", lambda: self._control.servoStop(DECELERATION), STOP_S)
                self._following.stop(self._receive.getActualQ())
            except WorldError as lost:
                _log.error("%s", lost)

    def close(self) -> None:
        """Come to rest, end our program, and disconnect. Idempotent."""
        if self._closed:
            return
        self.stop("the driver closes")
        self._closed = True
        self._cycle.end()
        try:
            if self._cycle.broken is None:
                self._calls.ask("end our program", self._control.stopScript, STOP_S)
            self._calls.ask("disconnect", self._disconnect, STOP_S)
        except WorldError as lost:
            _log.warning("%s", lost)
        self._calls.end()

    # -- parts -------------------------------------------------------------------------------------

    def _send(self) -> None:
        self._refuse_unready()
        target = self._following.step().tolist()
        period = self.description.control_period_s
        sent = self._calls.ask(
            "take a set point",
            lambda: self._control.servoJ(target, 0.0, 0.0, period, LOOKAHEAD_S, GAIN),
            ANSWER_S,
        )
        if not sent:
            self._refuse_unready()
            raise WorldError(
                f"{self._name} takes no set points: our control program does not run any more.",
                remedy="Somebody or the controller ended it: look at the teach pendant, then start again.",
            )

    def _refuse_unready(self) -> None:
        """Raise `WorldError` when the arm has stopped itself, is not powered, or is silent."""
        receive, now = self._receive, time.monotonic()
        stamp = float(receive.getTimestamp())
        if stamp != self._seen[0]:
            self._seen = (stamp, now)
        if not receive.isConnected() or now - self._seen[1] > SILENT_S:
            raise WorldError(f"{self._name} has fallen silent.", remedy=REMEDY_CONNECTION)
        safety, mode = int(receive.getSafetyMode()), int(receive.getRobotMode())
        if safety not in NORMAL_SAFETY:
            what = SAFETY_FAULTS.get(safety, f"safety mode {safety}")
            raise WorldError(f"{self._name} has stopped itself: {what}.", remedy=REMEDY_SAFETY)
        if mode != ROBOT_RUNNING:
            raise WorldError(
                f"{self._name} is not ready to move (robot mode {mode}).",
                remedy="Power it on and release its brakes on the teach pendant; then start again.",
            )

    def _disconnect(self) -> None:
        self._control.disconnect()
        self._receive.disconnect()


class URPlugin:
    """Implements `embodied.arms.driver.DriverPlugin`. Settings: host (address of the controller),
    tool_length (from the flange to the grasp point along the flange's axis [m], 0 unless said)."""

    name = "ur5e"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        settings = Settings(self.name, config, ("host", "tool_length"))
        tool = settings.number("tool_length", 0.0, 0.0, 0.5)
        description = replace(UR5E, end_effector_offset=(0.0, 0.0, tool))
        return URDriver(settings.words("host", example="192.168.1.20"), description)


DRIVER = URPlugin()
