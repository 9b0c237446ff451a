"""A skill that is done, while the task is not, tries again: what it shows then is how a slip is put right.

So a skill that succeeds once in two times shows its success from where its failures have led to, too: the
states that a pupil's own mistakes lead to, which nobody can be asked about while another acts.
"""

from __future__ import annotations

from typing import Final

from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import Episode, run_episode
from embodied.learning.guides import Remembering

TRIES: Final = 6
"""In an episode."""
LONGER: Final = 2
"""So many times as long as the task's episodes is what is shown: no observation tells how late it is."""


def tried_again(
    environment: Environment, skill: Remembering, seed: int, horizon: int
) -> tuple[Episode, Flat, Flat]:
    """An episode, and of its last try what was seen, shape (t, n), and done, shape (t, m).

    What came before is how not to do it.
    """
    trying = _Trying(skill)
    episode = run_episode(
        environment, trying.act, seed, LONGER * horizon, begin=trying.begin, told=trying.told
    )
    return episode, episode.observations[trying.begun : -1], episode.actions[trying.begun :]


class _Trying:
    """A skill that is begun anew where it is over and has not brought it about."""

    def __init__(self, skill: Remembering) -> None:
        self._skill = skill

    def begin(self, environment: Environment) -> None:
        self._environment = environment
        self._at, self._since, self._tries = -1, 0, 1
        self._done = False
        self._skill.begin(environment)

    @property
    def begun(self) -> int:
        """The step at which its last try began."""
        return self._since + self._skill.begun

    def told(self, done: bool) -> None:
        self._done = done

    def act(self, observation: Flat) -> Flat:
        self._at += 1
        action = self._skill.act(observation)
        if self._done or not self._skill.over or self._tries == TRIES:
            return action
        self._tries += 1
        self._since = self._at
        self._skill.begin(self._environment)
        return self._skill.act(observation)
