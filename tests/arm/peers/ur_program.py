"""What runs on the emulated controller: the control program that the ur-rtde client uploads.

URScript is not interpreted. A program with `def rtde_control()` is taken for that of ur-rtde, and done here
after its own text: it reads a command from input integer register 0 and its arguments from the input double
registers, and signals in output integer register 0 (1: ready, 2: done). Any other program with a `stopj` is
done as that. As on a real controller, a new program ends the running one.
"""

from __future__ import annotations

import re
from typing import Any

from tests.arm.peers.ur_robot import JOINTS, NORMAL, PLAYING, SAFETY_STOP, STOPPED, URArm

READY, DONE = 1, 2
SERVOJ, SERVO_STOP, PROTECTIVE_STOP, STOPJ, SET_WATCHDOG, STOP_SCRIPT = 11, 16, 31, 34, 35, 255


class ControlProgram:
    """The running program and the registers through which it is asked."""

    def __init__(self, arm: URArm) -> None:
        self.arm = arm
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {"output_int_register_0": 0}
        self.commands = 0
        self._executing = False
        self._watchdog_s = 0.0
        self._heard = 0.0

    def uploaded(self, script: str) -> None:
        arm = self.arm
        with arm.lock:
            if arm.safety != NORMAL:
                return
            self.ended()
            if "def rtde_control()" in script:
                arm.runtime = PLAYING
                self.outputs["output_int_register_0"] = READY
            elif found := re.search(r"stopj\(\s*([\d.]+)", script):
                arm.decelerate(float(found.group(1)))

    def ended(self) -> None:
        """The program ends, and the arm with it comes to rest."""
        with self.arm.lock:
            if self.arm.runtime == PLAYING:
                self.arm.runtime = STOPPED
                self.arm.decelerate(SAFETY_STOP)
            self._watchdog_s, self._executing = 0.0, False
            self.outputs["output_int_register_0"] = 0

    def heard(self, values: dict[str, Any]) -> None:
        """Input registers were written."""
        with self.arm.lock:
            self.inputs.update(values)
            self._heard = self.arm.time
            self.commands += 1
            if values.get("input_int_register_0") == SERVOJ:
                self._servo()

    def step(self, dt: float) -> None:
        """One pass of the program's loop, in the controller's clock."""
        arm = self.arm
        with arm.lock:
            arm.step(dt)
            if arm.runtime != PLAYING:
                return
            if self._watchdog_s and arm.time - self._heard > self._watchdog_s:
                self.ended()
                return
            command = self.inputs.get("input_int_register_0", 0)
            if command in (0, SERVOJ):
                self._executing = False
                self.outputs["output_int_register_0"] = READY
            elif not self._executing:
                self._executing = True
                self._begin(command)
            elif arm.still or command not in (SERVO_STOP, STOPJ):
                self.outputs["output_int_register_0"] = DONE

    def _servo(self) -> None:
        if self.arm.runtime == PLAYING:
            target = [self.inputs[f"input_double_register_{i}"] for i in range(JOINTS)]
            self.arm.servo(target, self.inputs["input_double_register_9"])

    def _begin(self, command: int) -> None:
        first = self.inputs.get("input_double_register_0", 0.0)
        if command in (SERVO_STOP, STOPJ):
            self.arm.decelerate(first)
        elif command == PROTECTIVE_STOP:
            self.arm.protective_stop()
        elif command == SET_WATCHDOG:
            self._watchdog_s = 1 / first
        elif command == STOP_SCRIPT:
            self.ended()
