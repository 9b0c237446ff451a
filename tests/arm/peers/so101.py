"""Six emulated STS3215 servos on a pty: `python -m tests.arm.peers.so101`.

The packets and the memory table are those of Feetech's protocol manual. A servo turns towards its goal within
its goal speed and acceleration, holds while its torque limit exceeds what weighs on it, and falls when it
does not, until the arm lies folded on itself. Not modelled: the bus's own delays, collisions of packets,
cogging, heat that builds up.
"""

from __future__ import annotations

import math
import os
import pty
import threading
import tty
from typing import Any

from tests.arm.peers.recording import PacedSteps, Recorder, answer

TURN = 4096
STEPS_TO_RAD = 2 * math.pi / TURN
FASTEST = 4.7
"""45 turns a minute, unloaded [rad/s]."""
STRONGEST = 60.0
FALL = 8.0
"""How a released joint falls [rad/s^2]."""
WEIGHT = {2: 0.25, 3: 0.15}
"""Share of its torque that the arm's weight takes from a joint, away from the fold."""
FOLD = {2: -1.7, 3: 1.6}
"""Where these joints lie by themselves [rad]."""
OFFSETS = {1: 85, 2: -120, 3: 40, 4: 0, 5: 7, 6: -33}
MODEL, OFFSET, TORQUE, ACCELERATION, GOAL, SPEED, LIMIT = 3, 31, 40, 41, 42, 46, 48
POSITION, VELOCITY, LOAD, VOLTS, CELSIUS, STATUS, MOVING = 56, 58, 60, 62, 63, 65, 66
PING, READ, WRITE, SYNC_READ, SYNC_WRITE = 1, 2, 3, 0x82, 0x83


class Servo:
    """One servo and the joint behind it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.memory = bytearray(80)
        self.angle = FOLD.get(number, 0.0)
        self.speed = 0.0
        self.word(MODEL, 777)
        self.word(OFFSET, abs(OFFSETS[number]) | (0x800 if OFFSETS[number] < 0 else 0))
        self.word(GOAL, TURN // 2)
        self.word(LIMIT, 1000)
        self.memory[VOLTS], self.memory[CELSIUS] = 74, 31

    def word(self, address: int, value: int) -> None:
        self.memory[address : address + 2] = value.to_bytes(2, "little")

    def read(self, address: int) -> int:
        return int.from_bytes(self.memory[address : address + 2], "little")

    def step(self, dt: float) -> None:
        fold = FOLD.get(self.number, self.angle)
        weight = WEIGHT.get(self.number, 0.0) if abs(self.angle - fold) > 0.06 else 0.0
        holds = bool(self.memory[TORQUE]) and self.read(LIMIT) / 1000 > weight
        push = self.memory[ACCELERATION] * 100 * STEPS_TO_RAD or STRONGEST
        if holds:
            fastest = min(self.read(SPEED) * STEPS_TO_RAD or FASTEST, FASTEST)
            gap = (self.read(GOAL) - TURN // 2) * STEPS_TO_RAD - self.angle
            wanted = math.copysign(min(math.sqrt(1.6 * push * abs(gap)), abs(gap) / dt, fastest), gap)
            self.speed += min(max(wanted - self.speed, -push * dt), push * dt)
        elif weight:
            self.speed += math.copysign(FALL, fold - self.angle) * dt
        else:
            self.speed = 0.0
        self.angle += self.speed * dt
        self._show(weight if holds else 0.0)

    def _show(self, load: float) -> None:
        self.word(POSITION, round(self.angle / STEPS_TO_RAD) + TURN // 2)
        ticks = round(abs(self.speed) / STEPS_TO_RAD)
        self.word(VELOCITY, ticks | (0x8000 if self.speed < 0 else 0))
        self.word(LOAD, round(load * 1000))
        self.memory[MOVING] = ticks > 0


class ServoBus:
    """The servos' end of the pty."""

    def __init__(self, recorder: Recorder) -> None:
        self.lock = threading.Lock()
        self.servos = {number: Servo(number) for number in range(1, 7)}
        self.time = 0.0
        self.commands = 0
        self.silent = False
        self._recorder = recorder
        self._end, other = pty.openpty()
        tty.setraw(self._end)
        tty.setraw(other)
        self.port = os.ttyname(other)

    def step(self, dt: float) -> None:
        with self.lock:
            for servo in self.servos.values():
                servo.step(dt)
            self.time += dt
            joints = [self.servos[number] for number in range(1, 6)]
            self._recorder.see(self.time, [j.angle for j in joints], [j.speed for j in joints])

    def serve(self) -> None:
        buffer = b""
        while True:
            buffer += os.read(self._end, 1024)
            while len(buffer) >= 6 and len(buffer) >= 4 + buffer[3]:
                if buffer[:2] != b"\xff\xff":
                    buffer = buffer[1:]
                    continue
                number, size, instruction = buffer[2], buffer[3], buffer[4]
                parameters, whole = buffer[5 : 3 + size], buffer[2 : 4 + size]
                buffer = buffer[4 + size :]
                if sum(whole) & 0xFF == 0xFF and not self.silent:
                    with self.lock:
                        self._handle(number, instruction, parameters)

    def _handle(self, number: int, instruction: int, parameters: bytes) -> None:
        if instruction == SYNC_WRITE:
            self.commands += 1
            address, size = parameters[0], parameters[1]
            for at in range(2, len(parameters), size + 1):
                self.servos[parameters[at]].memory[address : address + size] = parameters[
                    at + 1 : at + 1 + size
                ]
        elif instruction == SYNC_READ:
            address, size = parameters[0], parameters[1]
            for each in parameters[2:]:
                self._reply(each, bytes(self.servos[each].memory[address : address + size]))
        elif number in self.servos:
            memory = self.servos[number].memory
            if instruction == WRITE:
                memory[parameters[0] : parameters[0] + len(parameters) - 1] = parameters[1:]
                self._reply(number)
            elif instruction == READ:
                self._reply(number, bytes(memory[parameters[0] : parameters[0] + parameters[1]]))
            elif instruction == PING:
                self._reply(number)

    def _reply(self, number: int, data: bytes = b"") -> None:
        body = bytes([number, len(data) + 2, self.servos[number].memory[STATUS]]) + data
        os.write(self._end, b"\xff\xff" + body + bytes([~sum(body) & 0xFF]))

    def more(self) -> dict[str, Any]:
        return {
            "commands": self.commands,
            "torque": [servo.memory[TORQUE] for servo in self.servos.values()],
            "target": [(self.servos[n].read(GOAL) - TURN // 2) * STEPS_TO_RAD for n in range(1, 6)],
        }

    def overheat(self) -> None:
        self.servos[3].memory[STATUS], self.servos[3].memory[CELSIUS] = 4, 78

    def fall_silent(self) -> None:
        self.silent = True


def main() -> None:
    recorder = Recorder(5)
    bus = ServoBus(recorder)
    PacedSteps(250, bus.step).start()
    threading.Thread(target=bus.serve, daemon=True).start()
    do = {"overheat": bus.overheat, "fall silent": bus.fall_silent, "die": lambda: os._exit(1)}
    print(f'{{"ready": true, "port": "{bus.port}"}}', flush=True)
    answer(recorder, bus.more, lambda asked: do[asked]())


if __name__ == "__main__":
    main()
