"""What a training begins with: what was asked for, or what is known and better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from embodied.learning import beginning
from embodied.learning.beginning import NOTHING, Beginning, best_beginning
from embodied.learning.environment import Environment, Flat
from embodied.learning.episodes import Episode
from embodied.learning.guides import Guide
from embodied.learning.refinement import meant_trainer
from embodied.learning.wish import Wish

EPISODES = 20


@dataclass
class Known:
    """A guide that succeeds on so many of the episodes."""

    name: str
    good: int

    def begin(self, environment: Environment) -> None:
        """Nothing to remember."""

    def act(self, observation: Flat) -> Flat:
        return observation


class Counting:
    """An examiner that knows how good guides are."""

    def run(self, act: Any, seeds: range, *, begin: Any) -> list[Episode]:
        good = act.__self__.good
        none = np.zeros((1, 1), np.float32)
        return [Episode(seed, none, none, np.array([n < good])) for n, seed in enumerate(seeds)]

    def keep(self, episodes: Any) -> None:
        """Not asked for here."""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Known:
    mine = Known("my-push(object=cube)", 9)

    def offered(launch: Any, task: Any, drawn: Guide | None, examiner: Any, wanted: str) -> Iterator[Guide]:
        if wanted != NOTHING:
            yield from [mine] if wanted else [one for one in (drawn, mine) if one is not None]

    monkeypatch.setattr(beginning, "_offered", offered)
    return mine


def begun(drawn: Known | None, wanted: str, **more: Any) -> Beginning:
    nobody: Any = None
    examiner: Any = Counting()
    return best_beginning(nobody, nobody, drawn, examiner, wanted, EPISODES, **more)


def test_a_sketch_that_is_clearly_better_takes_the_place_of_a_weak_skill_and_says_so(library: Known) -> None:
    drawn = Known("sketch", 19)
    found = begun(drawn, "my-push")
    assert (found.guide, found.successes) == (drawn, 19)
    assert "my-push(object=cube) succeeds on 9 of 20 episodes" in found.said
    assert "--trainer imitate" in found.said


@pytest.mark.parametrize("drawn", [None, Known("sketch", 13)])
def test_else_the_skill_that_was_asked_for_is_taken(library: Known, drawn: Known | None) -> None:
    found = begun(drawn, "my-push")
    assert (found.guide, found.successes, found.said) == (library, 9, "")


def test_who_names_the_trainer_begins_with_the_skill_that_was_asked_for(library: Known) -> None:
    assert begun(Known("sketch", 20), "my-push", strictly=True).guide is library


def test_without_a_wish_the_better_is_taken_and_for_nothing_nothing(library: Known) -> None:
    assert begun(Known("sketch", 8), "").guide is library
    assert begun(Known("sketch", 20), NOTHING).guide is None


def test_a_weak_skill_that_was_asked_for_leaves_auto_the_choice_unless_a_person_said_how(
    library: Known,
) -> None:
    found = begun(None, "my-push")
    asked = Wish("push the cube to the target", trainer="auto", skill="my-push")
    assert meant_trainer(asked, found, said=False) == "auto"
    assert meant_trainer(asked, found, said=True) == "guided"
    assert meant_trainer(replace(asked, trainer="cma"), found, said=True) == "cma"
    assert meant_trainer(asked, Beginning(), said=True) == "auto"
