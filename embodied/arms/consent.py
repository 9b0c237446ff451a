"""Consent to move a real arm: given by a person for one arm by its name, in this process, never in a file.

A launch file cannot give it, nor can a skill or a model: it lives in the memory of the program that the
person started, and ends with it. Each consent, and each refusal to move without one, is in the audit log:
one JSON object a line, only ever appended to, each with the hash of the line before, so that a line that
was changed or taken out shows.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from embodied.errors import BadInput, BadJournal, JournalUnwritable

FILE: Final = "audit.jsonl"
START: Final = "0" * 64
LOCKED_S: Final = 5.0
"""How long another program may hold the audit log."""


class NoConsent(BadInput):
    """A real arm was to move, and nobody had said that it may."""


@dataclass(frozen=True)
class Consent:
    """Who said that which arm may move.

    Attributes:
        arm: its name, as typed.
        by: the user of this machine.
        how: "typed" or "--consent".
        at: Unix time [s].
        about: what they consent to: skill and hash, limits, launch file.
    """

    arm: str
    by: str
    how: str
    at: float
    about: Mapping[str, Any] = field(default_factory=dict)


_given: dict[str, Consent] = {}
_guard = threading.Lock()


def give(arm: str, typed: str, *, how: str, audit: Path, **about: Any) -> Consent:
    """Take down that a person consents to move `arm`.

    Args:
        typed: what they wrote; it must be the arm's name.
        audit: the folder of the audit log.
        about: what they consent to: skill and hash, limits, launch file.

    Raises:
        NoConsent: they wrote something else.
        JournalUnwritable: the audit log cannot be written; nothing moves then.
    """
    consent = Consent(arm, getpass.getuser(), how, time.time(), about)
    told = {"arm": consent.arm, "by": consent.by, "how": consent.how, "at": consent.at, **about}
    if typed.strip() != arm:
        note(audit, "refused", typed=typed.strip(), **told)
        raise NoConsent(
            f"{typed.strip()!r} is not the arm's name; nothing was moved.",
            remedy=f"To let it move, type its name: {arm}  (or --consent {arm}).",
        )
    note(audit, "consent", **told)
    with _guard:
        _given[arm] = consent
    return consent


def required(arm: str) -> Consent:
    """The consent that was given for an arm in this process. Raises NoConsent if there is none."""
    with _guard:
        consent = _given.get(arm)
    if consent is None:
        raise NoConsent(
            f"{arm} is a real arm, and nobody has consented to its moving.",
            remedy=f"Add  --consent {arm}  when people are clear of it and the emergency stop is in reach.",
        )
    return consent


def withdraw(arm: str) -> None:
    """From now on it must be given again."""
    with _guard:
        _given.pop(arm, None)


def note(folder: Path, what: str, **about: Any) -> None:
    """Append a line to the audit log. Raises JournalUnwritable."""
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _guard, path.open("a+b") as file:
            _lock(file.fileno())
            file.seek(0)
            before = START
            for line in file:
                before = hashlib.sha256(line).hexdigest()
            record = {"t": round(time.time(), 3), "what": what, **about, "before": before}
            file.write(json.dumps(record, sort_keys=True, default=str).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as full:
        raise JournalUnwritable(
            f"The audit log {path} cannot be written: {full.strerror or full}.",
            remedy="Make room, or mend its folder: no real arm moves without it.",
        ) from full


def read_audit(folder: Path) -> list[Mapping[str, Any]]:
    """All lines, oldest first. Raises BadJournal, with the line, if one was changed or taken out."""
    path, before, records = folder / FILE, START, []
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            chained = record["before"] == before
        except (ValueError, KeyError, TypeError):
            chained = False
        if not chained:
            raise BadJournal(f"{path}, line {number}: the audit log was changed before or at this line.")
        before = hashlib.sha256(line).hexdigest()
        records.append(record)
    return records


def _lock(descriptor: int) -> None:
    """Two programs that append at once would both chain to the same line. Raises OSError if it stays held."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    until = time.monotonic() + LOCKED_S
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
