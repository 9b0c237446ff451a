"""The arm of the emulated Universal Robots controller: joints that take time, and stops that work.

Modes and bits are those of the RTDE guide of Universal Robots. Of the joints a second-order response with
limited acceleration is modelled. Not modelled: gravity, friction, the tool, paths of `movel`, singularities,
force mode, contact.
"""

from __future__ import annotations

import threading

from tests.arm.peers.recording import Recorder

JOINTS = 6
SPEED_LIMIT = 3.34
"""191 degrees per second, the safety limit of a UR5e's joints: beyond it the arm stops by itself [rad/s]."""
ACCELERATION = 40.0
"""What the drives can do [rad/s^2]."""
SAFETY_STOP = 25.0
"""Deceleration of a protective or emergency stop, and when a program ends [rad/s^2]."""
START = [0.0, -1.5708, 1.5708, -1.5708, -1.5708, 0.0]
STOPPED, PLAYING, PAUSED = 1, 2, 4
NORMAL, PROTECTIVE, EMERGENCY = 1, 3, 7
RUNNING, POWER_OFF = 7, 3


class URArm:
    """The arm and its safety system. `step` is called by the controller's clock, the rest by connections."""

    def __init__(self, recorder: Recorder) -> None:
        self.lock = threading.RLock()
        self.q = list(START)
        self.speed = [0.0] * JOINTS
        self.target = list(START)
        self.time = 0.0
        self.runtime = STOPPED
        self.safety = NORMAL
        self.mode = RUNNING
        self.lookahead = 0.1
        self._doing = "hold"
        self._deceleration = SAFETY_STOP
        self._recorder = recorder

    # -- what programs ask ---------------------------------------------------------------------------

    def servo(self, target: list[float], lookahead: float) -> None:
        """Of `servoj`: follow a target that others keep moving."""
        with self.lock:
            if self.safety == NORMAL and self.mode == RUNNING:
                self.target, self._doing = list(target), "servo"
                self.lookahead = min(max(lookahead, 0.03), 0.2)

    def decelerate(self, rate: float) -> None:
        """Of `stopj`."""
        with self.lock:
            self._doing, self._deceleration = "stop", max(rate, 0.1)

    @property
    def still(self) -> bool:
        return self._doing == "hold"

    # -- what people and the safety system ask -------------------------------------------------------

    def protective_stop(self) -> None:
        with self.lock:
            self.safety, self.runtime = PROTECTIVE, PAUSED
            self.decelerate(SAFETY_STOP)

    def emergency_stop(self) -> None:
        with self.lock:
            self.safety, self.runtime, self.mode = EMERGENCY, STOPPED, POWER_OFF
            self.decelerate(SAFETY_STOP)

    def unlock(self) -> None:
        """Of the dashboard's "unlock protective stop"; programs stay stopped."""
        with self.lock:
            if self.safety == PROTECTIVE:
                self.safety, self.runtime = NORMAL, STOPPED

    def status_bits(self) -> int:
        """Power on, program running."""
        return (1 if self.mode == RUNNING else 0) | (2 if self.runtime == PLAYING else 0)

    def safety_bits(self) -> int:
        """Normal, protective stopped, robot emergency stopped and emergency stopped."""
        return {NORMAL: 1, PROTECTIVE: 1 << 2, EMERGENCY: 1 << 6 | 1 << 7}[self.safety]

    # -- time ----------------------------------------------------------------------------------------

    def step(self, dt: float) -> None:
        with self.lock:
            for joint in range(JOINTS):
                if self._doing == "servo":
                    stiff = 2 / self.lookahead
                    push = (
                        stiff * stiff * (self.target[joint] - self.q[joint]) - 2 * stiff * self.speed[joint]
                    )
                    self.speed[joint] += min(max(push, -ACCELERATION), ACCELERATION) * dt
                else:
                    slower = self._deceleration * dt
                    speed = self.speed[joint]
                    self.speed[joint] = (
                        0.0 if abs(speed) <= slower else speed - (slower if speed > 0 else -slower)
                    )
                self.q[joint] += self.speed[joint] * dt
            if self._doing == "stop" and not any(self.speed):
                self._doing, self.target = "hold", list(self.q)
            if max(abs(speed) for speed in self.speed) > SPEED_LIMIT and self.safety == NORMAL:
                self.protective_stop()
            self.time += dt
            self._recorder.see(self.time, list(self.q), list(self.speed))
