"""What the library knows of a skill: records, one JSON object a line, only ever appended.

Types of records: `version` (a version was stored), `verification` (the gate began), `evidence` (one seed of
it), `used` (what a run came to with it), `quarantined`, `restored`, `retired`. Everything else, grades above
all, follows from them. A last line that was cut in the middle was never written.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from embodied.errors import BadLibrary

VERSION = 1
Record = Mapping[str, Any]


class Check(msgspec.Struct):
    """One verification of one version, summed up.

    Attributes:
        seeds: that it was to be run on.
        done: seeds that were judged; those whose set-up failed are in none of these counts.
        callees: hash by name of all that the skill called, directly or not.
        stubs, world: of what it was checked against and run in.
        runs: in which runs it was used since, and whether it did there what it says.
        scene: in which it was begun, "" for the usual one.
    """

    id: str
    seeds: list[int]
    from_nothing: int
    passed: int = 0
    failed: int = 0
    done: list[int] = []
    callees: dict[str, str] = {}
    stubs: str = ""
    world: str = ""
    runs: dict[str, bool] = {}
    scene: str = ""

    @property
    def complete(self) -> bool:
        return self.passed + self.failed >= len(self.seeds)


class Version(msgspec.Struct):
    """A version of a skill.

    Attributes:
        normal: hash of the code without names and comments, and of what it achieves.
        files: SHA-256 by file name.
        uses: the names that its code takes from outside: primitives, skills, host functions.
        example: {"arguments": ..., "expects": ...} of a use that passed; {} if none is known.
    """

    hash: str
    t: float
    origin: str
    why: str = ""
    normal: str = ""
    files: dict[str, str] = {}
    uses: list[str] = []
    calls: list[str] = []
    example: dict[str, Any] = {}
    quarantined: str = ""
    checks: list[Check] = []

    @property
    def standing(self) -> Check | None:
        """The last verification that came to something; None if none has."""
        return next((check for check in reversed(self.checks) if check.passed or check.failed), None)


class SkillState(msgspec.Struct):
    """All that the records of one skill come to.

    Attributes:
        pinned: the version that was restored last.
        newer: those that were stored since; the pin is about what there was, not about them.
        used: the version in use when it was retired.
    """

    name: str
    versions: dict[str, Version] = {}
    pinned: str = ""
    newer: list[str] = []
    retired: str = ""
    used: str = ""

    def version(self, prefix: str) -> Version | None:
        found = [version for key, version in self.versions.items() if prefix and key.startswith(prefix)]
        return found[0] if len(found) == 1 else None


def state_of(name: str, records: Sequence[Record]) -> SkillState:
    """Fold records, oldest first, into a state."""
    state = SkillState(name)
    for record in records:
        kind, key = record["type"], str(record.get("hash", ""))
        if kind == "version":
            if key not in state.versions or not state.versions[key].files:
                checks = state.versions[key].checks if key in state.versions else []
                state.versions[key] = msgspec.convert(
                    {k: v for k, v in record.items() if k in Version.__struct_fields__ and k != "checks"},
                    Version,
                )
                state.versions[key].checks = checks
                state.newer.append(key)
            state.retired = ""
        elif kind in ("verification", "evidence", "quarantined"):
            version = state.versions.setdefault(key, Version(key, record["t"], "seed"))
            _fold(version, record)
        elif kind == "used":
            standing = state.versions[key].standing if key in state.versions else None
            if standing is not None:
                standing.runs[str(record["run"])] = bool(record["passed"])
        elif kind == "restored":
            state.pinned, state.newer, state.retired = key, [], ""
        elif kind == "retired":
            state.retired, state.used = str(record.get("why") or "no reason given"), key
    return state


def _fold(version: Version, record: Record) -> None:
    if record["type"] == "quarantined":
        version.quarantined = str(record.get("why") or "imported")
        return
    if record["type"] == "verification":
        begun = str(record["id"]), list(record["seeds"]), int(record["from_nothing"])
        version.checks.append(Check(*begun, scene=str(record.get("scene", ""))))
        return
    check = next((check for check in reversed(version.checks) if check.id == record["id"]), None)
    if check is None:
        return
    check.callees, check.stubs, check.world = (
        dict(record["callees"]),
        str(record["stubs"]),
        str(record["world"]),
    )
    if not record["ran"]:  # its set-up failed: another seed takes its place
        if record["instead"]:
            check.seeds = [seed for seed in check.seeds if seed != record["seed"]] + list(record["instead"])
            if record["seed"] == check.from_nothing:
                check.from_nothing = int(record["instead"][0])
        return
    if record["seed"] in check.done:
        return
    check.done.append(int(record["seed"]))
    if record["verdict"] == "PASSED":
        check.passed += 1
    else:
        check.failed += 1


def read_records(path: Path) -> list[dict[str, Any]]:
    """All whole records; [] if there is no file. Raises `BadLibrary` for what cannot be read."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = []
    for number, line in enumerate(lines[:-1], 1):  # what follows the last newline was cut off
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict) or not isinstance(record.get("type"), str):
            raise BadLibrary(
                f"{path}:{number}: not a record of a library.",
                remedy="It was changed by hand: take it from your version control, or delete the line.",
            )
        if record.get("v", 0) > VERSION:
            raise BadLibrary(
                f"{path}:{number}: written by a newer embodied (record version {record['v']}, this one "
                f"reads up to {VERSION}).",
                remedy="Use the newer embodied.",
            )
        found.append(record)
    return found


def append_record(path: Path, type_: str, **fields: Any) -> None:
    """Append one record and wait until it is on the disk. The caller holds the library's lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"v": VERSION, "t": round(time.time(), 3), "type": type_, **fields}
    line = json.dumps(record, separators=(",", ":"), sort_keys=False).encode() + b"\n"
    with path.open("a+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(0)
            content = file.read()
            if not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
