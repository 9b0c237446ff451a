"""Held-out seeds: from a range of their own, and none that a writer or a user has seen."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from embodied.errors import BadInput, BadLibrary
from embodied.plugins import library_of
from embodied.skills import user_folder

HELD_OUT: Final = range(1_000_000_000, 2_000_000_000)
"""Seeds that the gate draws from. Who names one in a launch file makes it a training seed."""


FILE: Final = "_seeds.jsonl"


class SeenSeeds:
    """Seeds that a writer or a user has seen: training seeds from then on. One line each in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def of(kind: str) -> SeenSeeds:
        """Those of the user's library of a kind of world."""
        return SeenSeeds(user_folder(library_of(kind)) / FILE)

    def all(self) -> dict[int, str]:
        """Seed to who saw it. A line that was cut off counts for nothing.

        Raises:
            BadLibrary: the file cannot be read: what was seen must not pass for held out.
        """
        found: dict[int, str] = {}
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return found
        except OSError as closed:
            raise BadLibrary(
                f"{self.path} cannot be read: {closed.strerror or closed}.",
                remedy="It says which seeds were seen, so are not held out. Make it readable.",
            ) from closed
        for line in lines:
            try:
                record = json.loads(line)
                found[int(record["seed"])] = str(record["by"])
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def add(self, seed: int, by: str) -> None:
        self.add_all([seed], by)

    def add_all(self, seeds: Iterable[int], by: str) -> None:
        seen, now = self.all(), round(time.time())
        records = [{"seed": seed, "by": by, "t": now} for seed in seeds if seed not in seen]
        if not records:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(record) + "\n" for record in records).encode()
        with self.path.open("ab", buffering=0) as file:  # one write: whole lines, whoever else appends
            file.write((b"\n" if _torn(self.path) else b"") + lines)

    def draw(self, count: int, name: str) -> list[int]:
        """`count` seeds that no one has seen, the same for the same `name` and the same past."""
        seen = self.all()
        rng = random.Random(name)
        found: list[int] = []
        while len(found) < count:
            seed = rng.choice(HELD_OUT)
            if seed not in seen and seed not in found:
                found.append(seed)
        return found

    def refuse_seen(self, seeds: list[int]) -> None:
        """Raise `BadInput` if one of `seeds` was seen before, so is not held out."""
        seen = self.all()
        for seed in seeds:
            if seed in seen:
                raise BadInput(
                    f"Seed {seed} is not held out: {seen[seed]} has seen it.",
                    remedy="Name others, or none: the gate draws its own.",
                )


def _torn(path: Path) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return bool(content) and not content.endswith(b"\n")
