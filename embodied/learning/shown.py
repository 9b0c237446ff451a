"""An episode that a guide shows, and what is to be learned of it. The same in each process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import run_episode
from embodied.learning.guides import Guide, remembers
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
