"""A skill that is done, while the task is not, tries again: what it shows then is how a slip is put right.

So a skill that succeeds once in two times shows its success from where its failures have led to, too: the
states that a pupil's own mistakes lead to, which nobody can be asked about while another acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import Episode, run_episode
from embodied.learning.guides import Remembering

TRIES: Final = 6
"""In an episode."""
LONGER: Final = 2
"""So many times as long as the task's episodes is what is shown: no observation tells how late it is."""


@dataclass(frozen=True, eq=False)
class Try:
    """What was seen, shape (t, n), and done, shape (t, m)."""

    seen: Flat
    did: Flat
    succeeded: bool


def tried_again(
    environment: Environment, skill: Remembering, seed: int, horizon: int
) -> tuple[Episode, list[Try]]:
    """An episode, and its tries. Only the last can have succeeded; one that was cut off is left out."""
    trying = _Trying(skill)
    longest = LONGER * horizon
    episode = run_episode(environment, trying.act, seed, longest, begin=trying.begin, told=trying.told)
    began = [*trying.began, episode.steps]
    tries = [
        Try(
            episode.observations[start:end],
            episode.actions[start:end],
            succeeded=episode.succeeded and end == episode.steps,
        )
        for start, end in pairwise(began)
    ]
    return episode, tries if episode.succeeded else tries[:-1]


class _Trying:
    """A skill that is begun anew where it is over and has not brought it about.

    Attributes:
        began: the steps at which its tries began.
    """

    def __init__(self, skill: Remembering) -> None:
        self._skill = skill

    def begin(self, environment: Environment) -> None:
        self._environment = environment
        self._at, self._since, self._done = -1, 0, False
        self.began = [0]
        self._skill.begin(environment)

    def told(self, done: bool) -> None:
        self._done = done

    def act(self, observation: Flat) -> Flat:
        self._at += 1
        action = self._skill.act(observation)
        if self._skill.over and not self._done and len(self.began) < TRIES:
            self._since = self._at
            self._skill.begin(self._environment)
            action = self._skill.act(observation)
        now = self._since + self._skill.begun
        if now != self.began[-1]:
            self.began.append(now)
        return action
