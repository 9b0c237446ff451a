"""The record of a run: versioned events, append-only, one JSON object a line.

A record is handed to the operating system before the call it announces is sent, so it survives `kill -9`
of this process. A call with a start and no end is IN_DOUBT. A last line that was cut in the middle is left
out when reading, and cut off before appending.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from embodied.errors import BadInput, BadJournal, JournalUnwritable

try:
    import fcntl
except ImportError:  # Windows: two writers are not kept apart there
    fcntl = None  # type: ignore[assignment]

VERSION = 1
Record = Mapping[str, Any]


class Journal:
    """Writes records; thread-safe. Reopening an existing journal appends to it.

    Raises:
        BadInput: another process, or another Journal of this one, is writing it.
        BadJournal: what is there is not a journal that can be appended to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO | None = path.open("ab", buffering=0)
        try:
            _hold(self._file, path)
            records = read(path)
            _cut_torn_line(path)
        except BaseException:
            self._file.close()
            raise
        self._seq = records[-1]["seq"] if records else 0
        self._size = path.stat().st_size
        self._lock = threading.RLock()
        self._subscribers: list[Callable[[Record], None]] = []

    def subscribe(self, callback: Callable[[Record], None]) -> None:
        """`callback` gets every later record, in order, in the writing thread.

        One that raises is told no more, and a note says so: a run does not end because nobody looks on.
        """
        self._subscribers.append(callback)

    def write(self, type_: str, /, **fields: Any) -> int:
        """Append a record and return its number; raises `JournalUnwritable`, and nothing half is left."""
        with self._lock:
            if self._file is None:
                return self._seq
            number = self._seq + 1
            record = {"v": VERSION, "seq": number, "t": round(time.time(), 3), "type": type_, **fields}
            self._append(json.dumps(record, default=_plain, separators=(",", ":")).encode() + b"\n")
            self._seq = number
            self._tell(record)
            return number

    def _append(self, line: bytes) -> None:
        assert self._file is not None
        rest = memoryview(line)
        try:
            while rest:
                written = self._file.write(rest)
                if not written:
                    raise OSError("nothing more could be written")
                rest = rest[written:]
        except OSError as error:
            with suppress(OSError):  # a line cut in the middle is left out when reading, too
                self._file.truncate(self._size)
            raise JournalUnwritable(
                f"{self.path}: the journal cannot be written: {error.strerror or error}.",
                remedy="Is the disk full? Make room there, then go on with --resume.",
            ) from error
        self._size += len(line)

    def _tell(self, record: Record) -> None:
        failed: list[str] = []
        for callback in tuple(self._subscribers):
            try:
                callback(record)
            except (OSError, ValueError, SystemExit) as error:  # rich leaves so when stdout closes
                self._subscribers.remove(callback)
                failed.append(repr(error))
        for why in failed:
            self.write("note", text=f"one who looked on failed and is told no more: {why}")

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None


def read(path: Path) -> list[dict[str, Any]]:
    """All whole records of a journal; raises `BadJournal` for one of a newer version or not a journal."""
    return list(_records(path))


def is_torn(path: Path) -> bool:
    """True if the last line was cut in the middle."""
    content = path.read_bytes()
    return bool(content) and not content.endswith(b"\n")


def in_doubt(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Calls that were started and never ended."""
    ended = {record["call"] for record in records if record["type"] == "call_ended"}
    return [record for record in records if record["type"] == "call_started" and record["call"] not in ended]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            record = json.loads(line)
        except ValueError:
            if number == len(lines):  # cut in the middle: the process died while writing
                return
            raise BadJournal(
                f"{path}:{number}: not a JSON record.",
                remedy="The file was changed by hand or is not a journal.",
            ) from None
        if not isinstance(record, dict) or "type" not in record or "seq" not in record:
            raise BadJournal(f"{path}:{number}: not a journal record.")
        if record.get("v", 0) > VERSION:
            raise BadJournal(
                f"{path}:{number}: journal version {record['v']}, this program reads up to {VERSION}.",
                remedy="Use the newer embodied that wrote it.",
            )
        yield record


def _hold(file: BinaryIO, path: Path) -> None:
    """Keep other writers out until the file is closed, by us or by the end of this process."""
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadInput(
            f"Run {path.parent.name} is still going on.",
            remedy="Stop it with Ctrl-C where it runs, or start a new run without --resume.",
        ) from None


def _cut_torn_line(path: Path) -> None:
    if path.exists() and is_torn(path):
        content = path.read_bytes()
        with path.open("r+b") as file:
            file.truncate(content.rfind(b"\n") + 1)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
