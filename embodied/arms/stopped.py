"""Arms that the operator has stopped: they stay so when the bridge ends, until a person resets them.

A file beside those of the arms that run, in the user's own folder. A bridge that begins looks for its arm's,
by the name that a person calls it or by its address, and begins stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from embodied.arms.locking import arms_folder, file_name

SUFFIX: Final = ".stopped.json"


@dataclass(frozen=True)
class StoppedArm:
    """An arm that may not move.

    Attributes:
        name: what a person calls it, with a number where several of one name ran; called: without.
        identity: its address as its settings say it, "" for one that is simulated.
        reason: in words; at: Unix time [s].
        addresses: all that its host has, each written in one way: another file may call that otherwise.
    """

    name: str
    called: str
    identity: str
    reason: str
    at: float
    addresses: tuple[str, ...] = ()

    def is_at(self, identity: str, addresses: Iterable[str] = ()) -> bool:
        """Whether that is where it is."""
        return bool({identity, *addresses} & {self.identity, *self.addresses} - {""})


def keep_stopped(arm: StoppedArm, folder: Path | None = None) -> None:
    """From now on it is stopped, whoever starts its bridge. Raises OSError if that cannot be kept."""
    folder = folder or arms_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_stem(arm.identity or arm.name)}{SUFFIX}"
    part = path.with_name(f"{path.name}.{os.getpid()}")
    _write(part, json.dumps(asdict(arm)))
    part.replace(path)


def unkept(folder: Path | None = None) -> str:
    """Why no stop can be kept now, with the folder; "" if one can. Writes a file there, and takes it away."""
    folder = folder or arms_folder()
    trial = folder / f"{os.getpid()}.trial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(trial, "a stop would be kept here")
        trial.unlink(missing_ok=True)
    except OSError as refused:
        return in_words(refused, folder)
    return ""


def in_words(refused: OSError, folder: Path | None = None) -> str:
    """Why a file of the folder could not be written or taken away: "No space left on device: /home/…"."""
    return f"{refused.strerror or refused}: {folder or arms_folder()}"


def find_stopped(
    name: str = "", identity: str = "", folder: Path | None = None, addresses: Iterable[str] = ()
) -> list[StoppedArm]:
    """Those of that name or that address, however that is written; all where none is given."""
    files = {_stem(key) for key in (name, identity) if key}
    return [
        arm
        for path, arm in _kept(folder)
        if (not name and not identity)
        or name in (arm.name, arm.called)
        or arm.is_at(identity, addresses)
        or path.name.removesuffix(SUFFIX) in files  # a damaged one stops the arm that it is called after
    ]


def let_go(stopped: Iterable[StoppedArm], folder: Path | None = None) -> None:
    """Of exactly these, as they were found, by a person's word alone: one stopped anew meanwhile stays so.
    Raises OSError where their files cannot be taken away."""
    wanted = set(stopped)
    for path, arm in _kept(folder):
        if arm in wanted:
            path.unlink(missing_ok=True)


def _kept(folder: Path | None) -> Iterator[tuple[Path, StoppedArm]]:
    for path in sorted((folder or arms_folder()).glob(f"*{SUFFIX}")):
        try:
            yield path, _read(path.read_text(encoding="utf-8"))
        except FileNotFoundError:  # let go of meanwhile
            continue
        except (OSError, ValueError, TypeError):
            name = path.name.removesuffix(SUFFIX)
            yield path, StoppedArm(name, name, "", "it was stopped; why cannot be read", 0.0)


def _read(text: str) -> StoppedArm:
    """Raises ValueError or TypeError for what is none."""
    told = json.loads(text)
    known = {each.name: told[each.name] for each in fields(StoppedArm) if each.name in told}
    if not all(isinstance(known.get(name), str) for name in ("name", "called", "identity", "reason")):
        raise TypeError("no arm that was stopped")
    return StoppedArm(**{**known, "addresses": tuple(map(str, known.get("addresses", ())))})


def _write(path: Path, text: str) -> None:
    """To the disk itself: who stops an arm may cut the power next. Raises OSError, and leaves nothing."""
    try:
        with path.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def _stem(key: str) -> str:
    """Of its file: another for every address, or for every name where there is no address."""
    return f"{file_name(key)}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
