"""Who trains, and what goes on where a training stalls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pytest

from embodied.learning.candidates import Candidate, Proposal
from embodied.learning.environment import Environment, Flat
from embodied.learning.errors import CannotForesee, NoGuide, NoTrainer
from embodied.learning.ground import Ground, lay_ground
from embodied.learning.switching import switch_for
from embodied.learning.trainer import choose_trainer
from embodied.rewards.critic import Critique, Finding
from embodied.rewards.stages import Parameter
from embodied.rewards.training import Checkpoint
from tests.learning.toys import REACH, Point, straight

pytest.importorskip("stable_baselines3")
pytest.importorskip("cma")


@dataclass(frozen=True)
class Plain:
    """A guide without numbers."""

    name: str = "skill"

    def begin(self, environment: Environment) -> None:
        pass

    def act(self, observation: Flat) -> Flat:
        return straight(observation)


@dataclass(frozen=True)
class WithNumbers(Plain):
    parameters: tuple[Parameter, ...] = (Parameter("height", 0.1, 0.0, 0.2, "m"),)

    def with_values(self, values: Mapping[str, float]) -> Self:
        return self


@dataclass(frozen=True)
class ByHeart(Plain):
    """A guide that remembers where it is in its own doing."""

    remembers: bool = True
    over: bool = False
    begun: int = 0


def names(asked: str, guide: Plain | None, successes: int) -> tuple[str, str]:
    choice = choose_trainer(asked, guide, successes, 20)
    return choice.trainer.name, choice.after


def test_auto_takes_what_fits() -> None:
    assert names("auto", None, 0) == ("sac", "mpc")
    assert names("auto", Plain(), 3) == ("sac", "mpc")
    assert names("auto", Plain(), 4) == ("guided", "residual")
    assert names("auto", Plain(), 15) == ("guided", "residual")
    assert names("auto", Plain(), 16) == ("imitate", "guided")
    assert names("auto", ByHeart(), 4) == ("imitate", "guided")
    assert names("auto", ByHeart(), 3) == ("sac", "mpc")
    assert names("auto", WithNumbers(), 16) == ("imitate", "guided")
    assert names("auto", WithNumbers(), 0) == ("sac", "mpc")
    assert names("auto", WithNumbers(), 3) == ("cma", "sac")
    assert names("auto", WithNumbers(), 4) == ("cma", "guided")


def test_it_says_why() -> None:
    assert choose_trainer("auto", Plain(), 4, 20).why == (
        "begins with what is known: skill succeeds on 4 of 20 episodes"
    )
    assert choose_trainer("auto", Plain(), 3, 20).why == (
        "from nothing: skill succeeds on 3 of 20 episodes, too few to begin with"
    )


@pytest.mark.parametrize("asked", ["sac", "imitate", "guided", "residual", "cma", "mpc"])
def test_what_is_asked_for_is_taken_and_never_exchanged(asked: str) -> None:
    assert names(asked, WithNumbers(), 10) == (asked, "")


@pytest.mark.parametrize("asked", ["imitate", "guided", "residual", "cma"])
def test_without_a_guide_what_begins_with_one_is_refused(asked: str) -> None:
    with pytest.raises(NoGuide, match="Nothing is known to begin with"):
        choose_trainer(asked, None, 0, 20)


def test_a_name_that_there_is_not_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(NoTrainer, match="Did you mean 'residual'"):
        choose_trainer("residuel", None, 0, 20)


class Rewindable(Point):
    can = True

    def save(self) -> object:
        if not self.can:
            raise CannotForesee("It cannot.", remedy="None.")
        return self._hand

    def restore(self, moment: object) -> None: ...

    def foresee(self, plans: Flat) -> Flat:
        return plans


class Stubborn(Rewindable):
    can = False


def ground(make: type[Point], folder: Path) -> Ground:
    return lay_ground(REACH, make, make(), folder)


def stalled(follows: int = 0) -> Candidate:
    measured = Checkpoint(4000, 20, 14, 30.0, 1.0, {}, {})
    late = replace(measured, step=12000, successes=9)
    return Candidate(1, Proposal("push", "", {}), "kept", "", (measured, late), "", follows)


def test_what_stalled_goes_on_with_another_trainer_and_says_why(tmp_path: Path) -> None:
    guide = Plain()
    other = switch_for(choose_trainer("auto", guide, 4, 20), ground(Point, tmp_path))(stalled())
    assert other is not None
    assert other.trainer.name == "residual"
    assert other.guide is guide
    assert other.why == "guided has stalled at 14 of 20, reached at step 4000 of 12000"


def test_a_reward_that_the_critic_sent_back_is_no_other_trainers(tmp_path: Path) -> None:
    """Who copies a skill is not kept from it by the critic, and hands on no reward that others would farm."""
    choice = choose_trainer("auto", Plain(), 20, 20)
    assert (choice.trainer.name, choice.after) == ("imitate", "guided")
    switch = switch_for(choice, ground(Point, tmp_path))
    assert switch(replace(stalled(), critique="The critic accepts the reward.")) is not None
    assert (
        switch(replace(stalled(), critique=Critique((Finding("farmable", True, "so", "mend it"),), ()).text))
        is None
    )


def test_one_exchange_is_all(tmp_path: Path) -> None:
    choice = choose_trainer("auto", Plain(), 4, 20)
    assert switch_for(choice, ground(Point, tmp_path))(stalled(follows=1)) is None


@pytest.mark.parametrize(("make", "name"), [(Point, ""), (Stubborn, ""), (Rewindable, "mpc")])
def test_plans_are_tried_out_only_where_the_world_can_be_put_back(
    make: type[Point], name: str, tmp_path: Path
) -> None:
    other = switch_for(choose_trainer("auto", None, 0, 20), ground(make, tmp_path))(stalled())
    assert (other.trainer.name if other else "") == name
