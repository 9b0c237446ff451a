"""An SO-101 or SO-100 on its bus of Feetech servos: `driver = "so101"`.

Each servo holds its own position; the driver sends goals 50 times a second, and caps speed and acceleration
in the servos too. A servo knows nothing of us: when this process or the cable dies, it holds its last goal
with torque on. Load is no measured force, so forces and torques are reported as 0. This is software, not a
rated safety function.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.arms import ArmCommand, ArmDescription, ArmState, Driver
from embodied.arms.checking import checked
from embodied.errors import BadInput, WorldError
from embodied_arm.drivers import feetech
from embodied_arm.drivers.calibration import GRIPPER, JOINTS, TURN, Motor, load_calibration
from embodied_arm.drivers.calls import Calls
from embodied_arm.drivers.cycle import Cycle
from embodied_arm.drivers.feetech import Bus, ServoState
from embodied_arm.drivers.following import Following
from embodied_arm.drivers.settings import Settings
from embodied_arm.model import Array

_log = logging.getLogger(__name__)

JAW_M: Final = 0.07
"""How far the jaw's tip opens; the width is taken to go evenly with the servo, good to millimetres [m]."""
GRIP_N: Final = 15.0
"""What the jaw presses with at full torque, from the servo's stall torque and the jaw's length [N]."""
ACCELERATION_UNIT: Final = 100 * 2 * math.pi / TURN
SILENT_S: Final = 0.5
"""So long the bus may lose packets, before that is told."""
OPEN_S: Final = 15.0
CYCLE_S: Final = 3.0
LOWERING_SPEED: Final = 0.7
LOWERING_ACCELERATION: Final = 2.0
LOWERING_S: Final = 10.0
OBSTRUCTED_RAD: Final = 0.25
RELEASING: Final = (750, 500, 300, 150, 50)
"""Torque limits on the way to none, thousandths; a tenth of a second each."""
REST: Final = (0.0, -1.7, 1.6, 1.2, 0.0)
"""Folded over the base, the hand low: where the arm lies by itself [rad]."""

SO101: Final = ArmDescription(
    name="SO-101",
    joint_names=JOINTS,
    lower=(-1.91986, -1.74533, -1.69, -1.65806, -2.79253),
    upper=(1.91986, 1.74533, 1.69, 1.65806, 2.79253),
    velocity=(2.5,) * 5,
    acceleration=(12.0,) * 5,
    jerk=(1000.0,) * 5,
    home=(0.0, 0.35, -0.4, 1.6, 0.0),
    gripper_width_max=JAW_M,
    gripper_force_max=GRIP_N,
    control_period_s=0.02,
    capabilities=frozenset({"joint_position", "gripper"}),
    model=Path(__file__).parent / "models" / "so101.xml",
    end_effector="hand",
    payload_max=0.25,
    unattended="its servos go on to the last goal that they were given, one period's step, and hold it",
)
"""Ranges from the published URDF; speed and acceleration are ours, half of what the servos do unloaded."""


def described(motors: Mapping[str, Motor]) -> ArmDescription:
    """The arm, its joints' ranges no wider than they were calibrated."""
    half = [motors[name].half_range for name in JOINTS]
    return replace(
        SO101,
        lower=tuple(max(low, -h) for low, h in zip(SO101.lower, half, strict=True)),
        upper=tuple(min(high, h) for high, h in zip(SO101.upper, half, strict=True)),
    )


class SO101Driver:
    """Implements `embodied.arms.driver.Driver`; `scene` is None: nothing tells what lies around.

    Args:
        port: the serial port.
        motors: the calibration, by name.
        lowers: whether `close` lowers the arm and releases its torque; else it stays up, holding.

    Raises:
        SetupError: Feetech's SDK is not installed.
        BadInput: the calibration is not this arm's.
        WorldError: the port or a servo does not answer.
    """

    scene = None
    rests_within_s = 0.5
    """Of a `stop`, at the latest."""

    def __init__(self, port: str, motors: Mapping[str, Motor], *, lowers: bool = True) -> None:
        self.description = described(motors)
        self._motors = [motors[name] for name in JOINTS]
        self._jaw = motors[GRIPPER]
        self._ids = [motor.id for motor in (*self._motors, self._jaw)]
        self._lowers = lowers
        self._closed = False
        self._name = f"The SO-101 at {port}"
        self._calls = Calls(self._name, feetech.REMEDY, ())
        self._bus = self._calls.ask("open", lambda: Bus(port), OPEN_S)
        self._measured = self._calls.ask("get ready", lambda: self._prepare(motors), OPEN_S)
        self._when = time.monotonic()
        self._following = Following(self.description, self._position())
        self._jaw_goal = self._measured[self._jaw.id].ticks
        self._cycle = Cycle(self.description.control_period_s, self._send)

    # -- the driver's side -------------------------------------------------------------------------

    def read(self) -> ArmState:
        """The latest measurement. Raises `WorldError` when a servo reports a fault or the bus is gone."""
        if self._cycle.broken is not None:
            raise self._cycle.broken
        jaw = self._measured[self._jaw.id]
        speeds = [motor.speed(self._measured[motor.id].speed) for motor in self._motors]
        return ArmState(
            time_s=self._when,
            position=tuple(self._position()),
            velocity=tuple(speeds),
            torque=(0.0,) * len(JOINTS),
            gripper_width=min(max(self._jaw.share(jaw.ticks), 0.0), 1.0) * JAW_M,
            gripper_force=0.0,
        )

    def command(self, command: ArmCommand) -> ArmCommand:
        """Targets are held within the calibrated range, and approached within the arm's speed. Raises
        `BadInput` on what is not finite: nothing of it is sent."""
        applied = checked(command, self.description)
        with self._cycle.lock:
            if applied.position is not None:
                self._following.aim(applied.position)
            if applied.gripper_width is not None:
                self._jaw_goal = self._jaw.share_ticks(applied.gripper_width / JAW_M)
            if applied.gripper_force is not None and self._cycle.broken is None:
                limit = round(1000 * applied.gripper_force / GRIP_N)
                self._calls.ask("limit its grip", lambda: self._limit((self._jaw,), limit), CYCLE_S)
        return applied

    def tick(self) -> None:
        self._cycle.tick()

    def stop(self, reason: str) -> None:
        """Brake as fast as the arm's acceleration allows, and hold there, until there is a new target. Where
        the bus is gone nothing can be sent: the servos hold their last goals."""
        _log.warning("%s is stopped: %s", self._name, reason)
        if self._closed or self._cycle.broken is not None:
            return
        with self._cycle.lock:
            speed = np.array([motor.speed(self._measured[motor.id].speed) for motor in self._motors])
            braking = speed * np.abs(speed) / (2 * np.array(self.description.acceleration))
            here = np.array(self._position()) + braking
            self._following.stop(np.clip(here, self.description.lower, self.description.upper))
            self._jaw_goal = self._measured[self._jaw.id].ticks
        try:
            self._cycle.tick()
        except WorldError as lost:
            _log.error("%s", lost)

    def close(self) -> None:
        """Lower the arm to its rest, let its torque fade, and close the port. Idempotent. Where the bus is
        gone, the servos keep their torque until their power is cut."""
        if self._closed:
            return
        self.stop("the driver closes")
        self._closed = True
        self._cycle.end()
        try:
            if self._lowers and self._cycle.broken is None:
                with self._cycle.lock:
                    self._lower()
                    self._release()
            self._calls.ask("close its port", self._bus.close, CYCLE_S)
        except WorldError as lost:
            _log.error("%s The servos keep their torque: hold the arm, then cut its power.", lost.message)
        self._calls.end()

    # -- the cycle ---------------------------------------------------------------------------------

    def _send(self) -> None:
        goal = self._following.step()
        self._calls.ask("take a goal", lambda: self._exchange(goal), CYCLE_S)

    def _exchange(self, goal: Array) -> None:
        ticks = {m.id: m.ticks(float(q)) for m, q in zip(self._motors, goal, strict=True)}
        self._bus.goals({**ticks, self._jaw.id: self._jaw_goal})
        try:
            self._measured = self._bus.states(self._ids)
        except WorldError:
            if time.monotonic() - self._when > SILENT_S or not self._bus.present():
                raise
            return
        self._when = time.monotonic()
        self._refuse_faults(self._measured)

    def _refuse_faults(self, states: Mapping[int, ServoState]) -> None:
        for name, servo in zip((*JOINTS, GRIPPER), self._ids, strict=True):
            if faults := states[servo].faults:
                raise WorldError(
                    f"{self._name} has a fault in {name} (servo {servo}): {', '.join(faults)}; "
                    f"{states[servo].celsius} °C, {states[servo].volts:.1f} V.",
                    remedy="Relieve the joint and let it cool; switch the arm's power off and on.",
                )

    def _position(self) -> list[float]:
        return [motor.radians(self._measured[motor.id].ticks) for motor in self._motors]

    # -- beginning and end -------------------------------------------------------------------------

    def _prepare(self, motors: Mapping[str, Motor]) -> dict[int, ServoState]:
        """Check every servo, and let it hold where it is: goal first, then torque."""
        bus = self._bus
        for name, motor in motors.items():
            model = bus.model(motor.id)
            if model != feetech.MODEL_STS3215:
                raise BadInput(f"Servo {motor.id} ({name}) of {self._name} is model {model}, not an STS3215.")
            offset = feetech.signed(bus.register(motor.id, feetech.HOMING_OFFSET, 2), 11)
            if offset != motor.homing_offset:
                raise BadInput(
                    f"The calibration of {name} is for a homing offset of {motor.homing_offset}, and servo "
                    f"{motor.id} has {offset}.",
                    remedy="Use the calibration of this very arm, or calibrate it anew.",
                )
        states = self._first(bus)
        self._refuse_faults(states)
        for motor in motors.values():
            joint = SO101.acceleration[0] / ACCELERATION_UNIT
            bus.write(motor.id, feetech.ACCELERATION, 1, min(254, max(1, math.floor(joint))))
            bus.write(motor.id, feetech.GOAL_SPEED, 2, math.floor(SO101.velocity[0] * TURN / (2 * math.pi)))
            bus.write(motor.id, feetech.TORQUE_LIMIT, 2, 1000)
            bus.write(motor.id, feetech.GOAL_POSITION, 2, states[motor.id].ticks)
            bus.write(motor.id, feetech.TORQUE_ENABLE, 1, 1)
        return states

    def _first(self, bus: Bus) -> dict[int, ServoState]:
        began = time.monotonic()
        while True:
            try:
                return bus.states(self._ids)
            except WorldError:
                if time.monotonic() - began > SILENT_S or not bus.present():
                    raise

    def _lower(self) -> None:
        """Fold the arm slowly over its base; a joint that meets something stays where it is."""
        slow = replace(
            self.description, velocity=(LOWERING_SPEED,) * 5, acceleration=(LOWERING_ACCELERATION,) * 5
        )
        rest = np.clip(REST, self.description.lower, self.description.upper)
        following = Following(slow, self._position())
        ends = time.monotonic() + LOWERING_S
        while time.monotonic() < ends:
            here = np.array(self._position())
            obstructed = np.abs(following.at - here) > OBSTRUCTED_RAD
            rest = np.where(obstructed, here, rest)
            following.aim(rest)
            goal = following.step()
            self._calls.ask("be lowered", lambda goal=goal: self._exchange(goal), CYCLE_S)  # type: ignore[misc]
            if np.abs(goal - rest).max() < 1e-3 and np.abs(here - rest).max() < 0.05:
                return
            time.sleep(self.description.control_period_s)

    def _release(self) -> None:
        """Let the torque fade, so that what still weighs on a joint sinks instead of falling."""
        motors = (*self._motors, self._jaw)
        for limit in RELEASING:
            self._calls.ask("fade", lambda limit=limit: self._limit(motors, limit), CYCLE_S)  # type: ignore[misc]
            time.sleep(0.1)
        self._calls.ask("release its torque", self._torque_off, CYCLE_S)

    def _limit(self, motors: tuple[Motor, ...], limit: int) -> None:
        for motor in motors:
            self._bus.write(motor.id, feetech.TORQUE_LIMIT, 2, limit)

    def _torque_off(self) -> None:
        for servo in self._ids:
            self._bus.write(servo, feetech.TORQUE_ENABLE, 1, 0)


class SO101Plugin:
    """Implements `embodied.arms.driver.DriverPlugin`. Settings: port (of the arm), calibration (LeRobot's
    JSON file of this arm), on_close ("lower": fold and release; "hold": stay up, torque on)."""

    name = "so101"

    def open(self, config: Mapping[str, Any], run_dir: Path) -> Driver:
        settings = Settings(self.name, config, ("port", "calibration", "on_close"))
        port = settings.words("port", example="/dev/ttyACM0")
        motors = load_calibration(Path(settings.words("calibration", example="my_arm.json")).expanduser())
        lowers = settings.choice("on_close", "lower", ("lower", "hold")) == "lower"
        return SO101Driver(port, motors, lowers=lowers)


DRIVER = SO101Plugin()
