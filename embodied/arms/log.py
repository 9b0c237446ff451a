"""Everything that an arm was told and did, tick by tick, without loss: `arm-log.bin` in the run's folder.

A tick costs its thread one append; another thread packs and writes. A log that cannot be written says so in
`failed`, and whoever moves the arm stops it: an arm does not run blind.

The file is frames, each 4 bytes of length (little-endian) and a msgpack value: first a map that says what
the rest is about, then one list for each tick (`Tick`, in the order of its fields). A frame cut off at the
end, as when the power fails, is left out by `read_log`.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from embodied.arms import ArmCommand, ArmState
from embodied.arms.driver import Vector
from embodied.errors import BadInput

NAME: Final = "arm-log.bin"
VERSION: Final = 1
EVERY_S: Final = 0.05
CLOSE_S: Final = 10.0
MOST_WAITING: Final = 20_000
"""Ticks that wait to be written; a disk that is slower than that stops the arm."""
_LENGTH: Final = 4


class Tick(NamedTuple):
    """One control period.

    Attributes:
        monotonic_ns: this machine's clock that nobody sets, when the measurement was there.
        wall_ns: its calendar clock (Unix time), for a reader.
        time_s: the driver's own clock [s].
        asked: joint targets before the limits [rad], None where the last ones held.
        applied: what the driver says that it applied [rad], None likewise.
        asked_width, applied_width: of the fingers [m], None likewise.
        position, velocity, torque: of the joints, measured [rad], [rad/s], [Nm].
        gripper_width: [m]; gripper_force: [N].
        interventions: the limits that acted on this command, by name.
    """

    monotonic_ns: int
    wall_ns: int
    time_s: float
    asked: Vector | None
    applied: Vector | None
    asked_width: float | None
    applied_width: float | None
    position: Vector
    velocity: Vector
    torque: Vector
    gripper_width: float
    gripper_force: float
    interventions: tuple[str, ...]


@dataclass(frozen=True)
class _Beginning:
    """What follows in the file is about something else; `at` is where that stands."""

    about: Mapping[str, Any]
    at: Future[int] = field(default_factory=Future)


class ArmLog:
    """Writes one log. `tick` is for one thread; `close` for any.

    Args:
        folder: where the file goes.
        about: arm, joints, limits: what a reader must know; values that msgpack can carry.

    Attributes:
        failed: why nothing more can be written; "" while all is well.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        self.path = folder / NAME
        self.failed = ""
        self._waiting: deque[Tick | _Beginning] = deque()
        self._ending = threading.Event()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._file = self.path.open("ab")
            self._write([_Beginning(about)])
        except OSError as full:
            raise BadInput(
                f"{self.path}: {full.strerror}; an arm without a log does not move.",
                remedy="Make room on the disk, or choose another folder with EMBODIED_RUNS.",
            ) from full
        self._thread = threading.Thread(target=self._keep, name="arm log", daemon=True)
        self._thread.start()

    def tick(
        self, asked: ArmCommand, applied: ArmCommand, state: ArmState, interventions: Sequence[str] = ()
    ) -> None:
        """Remember one control period."""
        if len(self._waiting) > MOST_WAITING:
            self.failed = self.failed or "the disk is too slow for the arm's log"
            return
        self._waiting.append(
            Tick(
                time.monotonic_ns(),
                time.time_ns(),
                state.time_s,
                asked.position,
                applied.position,
                asked.gripper_width,
                applied.gripper_width,
                state.position,
                state.velocity,
                state.torque,
                state.gripper_width,
                state.gripper_force,
                tuple(interventions),
            )
        )

    def begin(self, about: Mapping[str, Any]) -> int:
        """Say once more what follows is about, from any thread; where in the file that stands [bytes].

        What is in the file from there on is a whole log. Raises BadInput if the log cannot be written.
        """
        beginning = _Beginning(about)
        self._waiting.append(beginning)
        try:
            return beginning.at.result(0.0 if self.failed else CLOSE_S)
        except TimeoutError:
            raise BadInput(
                f"{self.path}: {self.failed or 'the disk is too slow for the arm log'}.",
                remedy="Make room on the disk: an arm without a log does not move.",
            ) from None

    def close(self) -> None:
        """Write what waits. Idempotent."""
        if not self._ending.is_set():
            self._ending.set()
            self._thread.join(CLOSE_S)
            if self._thread.is_alive():
                self.failed = self.failed or "the disk is too slow for the arm's log"

    def _keep(self) -> None:
        try:
            while not self._ending.wait(EVERY_S):
                self._drain()
            self._drain()
            os.fsync(self._file.fileno())
        except OSError as full:
            self.failed = f"the arm's log cannot be written: {full.strerror or full}"
        except (TypeError, ValueError) as strange:  # a driver's own types: without a log it does not move
            self.failed = f"the arm's log cannot be written: {strange}"
        finally:
            try:
                self._file.close()
            except OSError as full:
                self.failed = self.failed or f"the arm's log cannot be written: {full.strerror or full}"

    def _drain(self) -> None:
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if taken:
            self._write(taken)

    def _write(self, values: Sequence[Any]) -> None:
        for value in values:
            if isinstance(value, _Beginning):
                at = self._file.tell()
                head = {"embodied.arm_log": VERSION, "fields": list(Tick._fields), **value.about}
                self._file.write(framed(head))
                value.at.set_result(at)
            else:
                self._file.write(framed(value))
        self._file.flush()


def framed(value: Any) -> bytes:
    """One value as it stands in the file."""
    frame = msgspec.msgpack.encode(value)
    return len(frame).to_bytes(_LENGTH, "little") + frame


def unframed(part: bytearray) -> Iterator[Any]:
    """The whole values at the beginning of a part of a file, which are taken from it."""
    while len(part) >= _LENGTH:
        end = _LENGTH + int.from_bytes(part[:_LENGTH], "little")
        if len(part) < end:
            return
        yield msgspec.msgpack.decode(bytes(part[_LENGTH:end]))
        del part[:end]


def read_log(path: Path) -> tuple[dict[str, Any], Iterator[Tick]]:
    """What a log is about, and its ticks, oldest first.

    Raises:
        BadInput: it is none, or of another version.
    """
    try:
        frames = _frames(path)
        about = msgspec.msgpack.decode(next(frames))
        version = about["embodied.arm_log"]
    except (OSError, StopIteration, msgspec.DecodeError, KeyError, TypeError) as broken:
        raise BadInput(f"{path} is no log of an arm.", remedy=f"Name a run's {NAME}.") from broken
    if version != VERSION:
        raise BadInput(
            f"{path} is of version {version}, not {VERSION}.", remedy="Use the version that wrote it."
        )
    decoder = msgspec.msgpack.Decoder(Tick)
    return about, (decoder.decode(frame) for frame in frames if not _is_map(frame))


def _is_map(frame: bytes) -> bool:
    """A run that was resumed says once more what its log is about."""
    return frame[0] & 0xF0 == 0x80 or frame[0] in (0xDE, 0xDF)


def _frames(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while True:
            length = int.from_bytes(file.read(_LENGTH), "little")
            frame = file.read(length)
            if not frame or len(frame) < length:
                return
            yield frame
