"""A bus of Feetech STS3215 servos through the maker's SDK (`scservo_sdk`)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.errors import SetupError, WorldError

BAUD: Final = 1_000_000
try:
    import termios

    GONE: tuple[type[Exception], ...] = (OSError, TypeError, termios.error)
except ImportError:  # Windows
    GONE = (OSError, TypeError)
"""What pyserial raises when the port goes away under it."""
MODEL_STS3215: Final = 777
MODEL, MODE, TORQUE_ENABLE, ACCELERATION = 3, 33, 40, 41
HOMING_OFFSET: Final = 31
GOAL_POSITION, GOAL_SPEED, TORQUE_LIMIT = 42, 46, 48
READ_BLOCKS_S: Final = 0.005
"""So long one look at the port waits for bytes. The SDK's own look returns at once and is repeated without a
pause: in a thread that goes first (`embodied_arm.priority`) that keeps the kernel's own threads, which carry
the bytes of a port, from their work on that core, and every thirtieth answer comes too late."""
PRESENT: Final = 56
ANSWER_S: Final = 1.0
"""So long a register is asked for again: on such a bus a packet is lost now and then."""
PRESENT_BYTES: Final = 15
"""From the present position to the present current."""
FAULTS: Final = {1: "voltage", 2: "position sensor", 4: "temperature", 8: "current", 32: "overload"}
"""Bits of the status register, after the maker's memory table."""
REMEDY: Final = "Look at the arm's power supply, its cable and its chain of servos; then start again."


@dataclass(frozen=True, slots=True)
class ServoState:
    """What one servo measured.

    Attributes:
        ticks: position, 4096 to a turn.
        speed: [ticks/s].
        load: share of the torque it can give, from -1 to 1.
        volts: [V].
        celsius: [°C].
        faults: names of what is wrong.
    """

    ticks: int
    speed: int
    load: float
    volts: float
    celsius: int
    faults: tuple[str, ...]


class Bus:
    """One serial port with servos. Not for several threads at once. Every call returns within
    some 40 ms a servo, or a second when a servo does not answer.

    Raises:
        SetupError: the SDK is not installed.
        WorldError: the port cannot be opened.
    """

    def __init__(self, port: str) -> None:
        try:
            import scservo_sdk
        except ImportError as missing:
            raise SetupError(
                f"The driver 'so101' needs Feetech's SDK: {missing}.",
                remedy="Install it: `pip install 'embodied-agent[so101]'`.",
            ) from missing
        self._sdk: Any = scservo_sdk
        self._port: Any = scservo_sdk.PortHandler(port)
        self._packets: Any = scservo_sdk.PacketHandler(0)
        self.name = port
        try:
            self._port.baudrate = BAUD
            self._port.openPort()
            self._port.ser.timeout = READ_BLOCKS_S
        except OSError as broken:
            raise WorldError(
                f"The serial port {port} cannot be opened: {broken}.",
                remedy="Plug the arm in, or name its port; on Linux it is often /dev/ttyACM0, and you must "
                "be in the group dialout.",
            ) from broken

    def model(self, servo: int) -> int:
        """The model number of a servo. Raises `WorldError` when it does not answer."""
        return self._read(servo, MODEL, 2)

    def register(self, servo: int, address: int, size: int) -> int:
        """An unsigned register of one servo. Raises `WorldError` when it does not answer."""
        return self._read(servo, address, size)

    def write(self, servo: int, address: int, size: int, value: int) -> None:
        """Write a register, and wait for the servo's word. Raises `WorldError`."""
        call = self._packets.write1ByteTxRx if size == 1 else self._packets.write2ByteTxRx
        until = time.monotonic() + ANSWER_S
        result, _ = self._guarded(lambda: call(self._port, servo, address, value))
        while result != self._sdk.COMM_SUCCESS and time.monotonic() < until:
            result, _ = self._guarded(lambda: call(self._port, servo, address, value))
        self._check(result, f"servo {servo}")

    def goals(self, ticks: Mapping[int, int]) -> None:
        """Set the goal positions of several servos in one packet. Raises `WorldError`."""
        group = self._sdk.GroupSyncWrite(self._port, self._packets, GOAL_POSITION, 2)
        for servo, goal in ticks.items():
            group.addParam(servo, [goal & 0xFF, goal >> 8 & 0xFF])
        self._check(self._guarded(group.txPacket), "the bus")

    def states(self, servos: Sequence[int]) -> dict[int, ServoState]:
        """What all these servos measure, asked for in one packet. Raises `WorldError`."""
        group = self._sdk.GroupSyncRead(self._port, self._packets, PRESENT, PRESENT_BYTES)
        for servo in servos:
            group.addParam(servo)
        self._check(self._guarded(group.txRxPacket), "a servo")
        return {servo: _state(bytes(group.data_dict[servo])) for servo in servos}

    def present(self) -> bool:
        """Whether the port is still there: a cable that was pulled takes it away."""
        return bool(self._port.is_open) and Path(self.name).exists()

    def close(self) -> None:
        """Close the port. Idempotent."""
        if self._port.is_open:
            self._port.is_open = False
            self._guarded(self._port.ser.close)

    def _read(self, servo: int, address: int, size: int) -> int:
        call = self._packets.read1ByteTxRx if size == 1 else self._packets.read2ByteTxRx
        until = time.monotonic() + ANSWER_S
        value, result, _ = self._guarded(lambda: call(self._port, servo, address))
        while result != self._sdk.COMM_SUCCESS and time.monotonic() < until:
            value, result, _ = self._guarded(lambda: call(self._port, servo, address))
        self._check(result, f"servo {servo}")
        return int(value)

    def _guarded(self, call: Any) -> Any:
        try:
            self._port.ser.reset_input_buffer()  # an answer that came late is not the next one's
            return call()
        except GONE as broken:
            raise WorldError(f"The serial port {self.name} is gone: {broken}.", remedy=REMEDY) from broken
        finally:
            self._port.is_using = False

    def _check(self, result: int, who: str) -> None:
        if result != self._sdk.COMM_SUCCESS:
            words = str(self._packets.getTxRxResult(result)).removeprefix("[TxRxResult] ").rstrip("!")
            raise WorldError(f"On the serial port {self.name}, {who} failed: {words}.", remedy=REMEDY)


def _state(block: bytes) -> ServoState:
    word = [int.from_bytes(block[i : i + 2], "little") for i in (0, 2, 4)]
    return ServoState(
        ticks=signed(word[0], 15),
        speed=signed(word[1], 15),
        load=signed(word[2], 10) / 1000,
        volts=block[6] / 10,
        celsius=block[7],
        faults=tuple(name for bit, name in FAULTS.items() if block[9] & bit),
    )


def signed(value: int, sign_bit: int) -> int:
    """A number whose sign is a bit of its own, as these servos write them."""
    size = value & ((1 << sign_bit) - 1)
    return -size if value >> sign_bit & 1 else size
