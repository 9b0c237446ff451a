"""An episode that a guide shows, and what is to be learned of it. The same in each process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import run_episode
from embodied.learning.errors import TORN, writing
from embodied.learning.guides import Coded, Guide, remembers
from embodied.learning.trying_again import tried_again


@dataclass(frozen=True, eq=False)
class Shown:
    """What came of it.

    Attributes:
        steps: of the episode.
        seen, did: what may be learned, shapes (t, n) and (t, m); of one that tried again, its last try.
    """

    steps: int
    succeeded: bool
    seen: Flat
    did: Flat


def show(environment: Environment, guide: Guide, seed: int, horizon: int) -> Shown:
    """An episode from that seed. One that remembers tries again where it has failed."""
    if remembers(guide):
        episode, seen, did = tried_again(environment, guide, seed, horizon)
        return Shown(episode.steps, episode.succeeded, seen, did)
    episode = run_episode(environment, guide.act, seed, horizon, begin=guide.begin)
    return Shown(episode.steps, episode.succeeded, episode.observations[:-1], episode.actions)


class Beside(Protocol):
    """Others that show episodes at the same time. Who shows which changes nothing of what is shown."""

    def expect(self, guide: Guide, seeds: Sequence[int]) -> None:
        """These are wanted next, in this order; what was wanted before and is not named is forgotten."""
        ...

    def take(self, guide: Guide, seed: int, here: Callable[[int], Shown]) -> Shown:
        """What is shown from a seed.

        Args:
            here: shows an episode in this process: that one where nobody has begun it, and others that are
                wanted while it is waited for.
        """
        ...


@dataclass(frozen=True)
class Kept:
    """Implements `Beside`: what was shown before the first checkpoint is found again by a run that goes on.

    Attributes:
        folder: a file for each episode.
        others: who shows beside this process, None for nobody.
    """

    folder: Path
    others: Beside | None = None

    def expect(self, guide: Guide, seeds: Sequence[int]) -> None:
        """See `Beside.expect`."""
        if self.others is not None:
            self.others.expect(guide, [seed for seed in seeds if not self._file(guide, seed).exists()])

    def take(self, guide: Guide, seed: int, here: Callable[[int], Shown]) -> Shown:
        """See `Beside.take`."""
        file = self._file(guide, seed)
        if file.exists() and (kept := _read(file)) is not None:
            return kept
        shown = here(seed) if self.others is None else self.others.take(guide, seed, here)
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            with part.open("wb") as whole:
                np.savez(whole, ended=[shown.steps, shown.succeeded], seen=shown.seen, did=shown.did)
            part.replace(file)
        return shown

    def _file(self, guide: Guide, seed: int) -> Path:
        numbers = [(one.name, float(one.value)) for one in getattr(guide, "parameters", ())]
        code = guide.code if isinstance(guide, Coded) else ""  # a skill mended since then shows others
        who = hashlib.sha256(f"{guide.name} {numbers} {code}".encode()).hexdigest()[:8]
        return self.folder / f"{who}-{seed}.npz"


def _read(file: Path) -> Shown | None:
    """None of a file that a lost machine left torn: its episode is shown again."""
    try:
        with file.open("rb") as whole, np.load(whole, allow_pickle=False) as stored:
            steps, succeeded = (int(each) for each in stored["ended"])
            return Shown(steps, bool(succeeded), stored["seen"], stored["did"])
    except (OSError, *TORN):
        return None
