"""What a training may begin with: skills of the library, used as the planner would use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from embodied.bench.statistics import wilson
from embodied.errors import EmbodiedError
from embodied.facts import Observation
from embodied.launchfile import LaunchFile
from embodied.learning.environment import Environment, TrainingTask, load_tasks
from embodied.learning.episodes import TRAINING_SEEDS, Episode
from embodied.learning.errors import NoGuide
from embodied.learning.examining import Examiner
from embodied.learning.guides import Guide, Tunable
from embodied.learning.skill_guide import SkillGuide, facts_told
from embodied.learning.skill_hand import Hand, means_of
from embodied.learning.skill_use import SkillUse, found, planned, refuse_missing, uses_from, uses_named
from embodied.library import open_library
from embodied.methods import WorldSpec
from embodied.plugins import load_bridge, load_world
from embodied.primitives import PrimitiveSpec
from embodied.skills import SkillLibrary

NOTHING: Final = "nothing"
"""Asked for in the place of a skill: begin with none."""
_LEAST_REACH_M: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Beginnings:
    """Where the library's skills are looked for, and what they can do in an environment.

    Attributes:
        kind: of world; settings: of the launch's [world].
        bridge: the kind of bridge whose primitives the world's skills call.
        seen: episodes of random motion: how far an action moves the hand is read from them.
    """

    kind: str
    settings: Mapping[str, Any]
    bridge: str
    task: TrainingTask
    environment: Environment
    seen: Sequence[Episode]

    def named(self, name: str) -> SkillGuide:
        """The guide of that name, as `SkillGuide.name` has it.

        Raises:
            NoGuide, BadInput: there is no such skill, or the arguments do not fit.
        """
        uses, library = uses_named(name, self._library())
        return self._guide(uses, library)

    def wanted(self, skill: str) -> SkillGuide:
        """The guide that a skill makes: by its name, the path of its folder, or a call with arguments.

        Raises:
            NoGuide: with what it is to be used is not clear, or its needs cannot be met.
            BadSkill, BadInput: there is none of that name, or nothing of an argument's.
        """
        return self._guide(*self.asked_for(skill))

    def asked_for(self, skill: str) -> tuple[tuple[SkillUse, ...], SkillLibrary]:
        """The uses of skills that are meant by what `wanted` takes, and a library that has them.

        Raises:
            NoGuide, BadSkill: as `wanted`.
            BadInput: an argument names what is not there.
        """
        assert self.task.condition is not None
        if "(" in skill:
            uses, library = uses_named(skill, self._library())
            refuse_missing(uses, library, self.task.condition, self._facts())
            return uses, library
        chosen, library = found(skill, self._library(policies=True))
        if any(each.runtime == "policy" for each in library.closure(chosen.name)):
            raise NoGuide(
                f"{chosen.name} runs a policy, and only code can be begun with.",
                remedy="`embodied refine --resume RUN` trains on what a run has learned.",
            )
        folder = "" if chosen.name == skill else skill
        spec, facts = self._spec(), self._facts()
        return uses_from(chosen, self.task.condition, spec, library, facts, folder=folder), library

    def looked_for(self) -> SkillGuide | None:
        """The guide that the planner knows for the task's condition; None if it knows no way."""
        assert self.task.condition is not None
        try:
            library = self._library()
            uses = planned(self.task.condition, self._spec(), library, self._facts())
            return self._guide(uses, library) if uses else None
        except EmbodiedError:  # nothing was asked for: then there is nothing to begin with
            return None

    def _guide(self, uses: Sequence[SkillUse], library: SkillLibrary) -> SkillGuide:
        observation, action = self.environment.observation_spec, self.environment.action_spec
        reach = metres_of_one(self.environment, self.seen)
        means = None if reach is None else means_of(observation, action, reach, self.task.step_seconds)
        if means is None:
            raise NoGuide("No action moves the hand here.", remedy="Train with --trainer sac.")
        hand = Hand(means, observation, action)
        return SkillGuide(uses, library, hand, self._primitives(), self._spec().families, self.kind)

    def _library(self, *, policies: bool = False) -> SkillLibrary:
        """What can be begun with: code. A policy acts through the arm's bridge, which is not there; and what
        an earlier training came to must not stand in the way of what it began with."""
        known = open_library(self.kind).skills()
        if policies:
            return known
        return SkillLibrary(
            skills=[s for s in known if all(one.runtime != "policy" for one in known.closure(s.name))]
        )

    def _spec(self) -> WorldSpec:
        return load_world(self.kind).spec(self.settings)

    def _primitives(self) -> Mapping[str, PrimitiveSpec]:
        known: Mapping[str, PrimitiveSpec] = getattr(load_bridge(self.bridge), "primitives", {})
        return known

    def _facts(self) -> Observation:
        observation, _ = self.environment.reset(seed=0)
        return facts_told(self.environment, observation, self._spec().families)


@dataclass(frozen=True, eq=False)
class Beginning:
    """What is begun with, and on how many of so many episodes it succeeds.

    Attributes:
        guide: None for nothing.
        said: why it is not what was asked for; "" where it is.
    """

    guide: Guide | None = None
    successes: int = 0
    episodes: int = 0
    said: str = ""


def best_beginning(
    launch: LaunchFile,
    task: TrainingTask,
    drawn: Guide | None,
    examiner: Examiner,
    wanted: str,
    episodes: int,
    *,
    numbers: bool = False,
    strictly: bool = False,
) -> Beginning:
    """The sketch and what the library has are measured over so many episodes, and the better is taken. What
    succeeded is kept for the critic.

    A skill that was asked for is taken, unless the sketch is clearly better (95 % intervals apart): who has a
    weak skill wants the task done, and is told.

    Args:
        drawn: the sketch, if there is one.
        wanted: see `Beginnings.wanted`; "" for whatever is better, `NOTHING` for none.
        numbers: of what was not asked for by name, only what has numbers that can be searched.
        strictly: a skill that was asked for is taken as it is.

    Raises:
        NoGuide, BadSkill: the skill that was asked for cannot be begun with.
    """

    def measured(guide: Guide) -> Beginning:
        done = examiner.run(guide.act, range(TRAINING_SEEDS - episodes, TRAINING_SEEDS), begin=guide.begin)
        examiner.keep(done or ())
        return Beginning(guide, sum(episode.succeeded for episode in done or ()), episodes)

    offered = (
        guide
        for guide in _offered(launch, task, drawn, examiner, wanted)
        if wanted or not numbers or (isinstance(guide, Tunable) and guide.parameters)
    )
    if not wanted or wanted == NOTHING:
        return max(map(measured, offered), key=lambda one: one.successes, default=Beginning())
    asked = measured(next(offered))
    if strictly or drawn is None:
        return asked
    other = measured(drawn)
    if wilson(other.successes, episodes)[0] <= wilson(asked.successes, episodes)[1]:
        return asked
    assert asked.guide is not None
    said = (
        f"{asked.guide.name} succeeds on {asked.successes} of {episodes} episodes, what was composed from "
        f"the condition on {other.successes}: that is begun with. To begin with the skill: --trainer imitate"
    )
    return replace(other, said=said)


def beginnings(launch: LaunchFile, task: TrainingTask, examiner: Examiner) -> Beginnings | None:
    """The library's skills for a task; None in a kind of world whose skills cannot be run in training."""
    return _known(launch, task, examiner.environment, examiner.experience)


def refuse_no_beginning(
    launch: LaunchFile, task: TrainingTask, environment: Environment, wanted: str
) -> None:
    """Raise what `best_beginning` would raise of a skill that was asked for, before there is a run."""
    if wanted and wanted != NOTHING:
        _known_or_refused(_known(launch, task, environment, ())).asked_for(wanted)


def _known(
    launch: LaunchFile, task: TrainingTask, environment: Environment, seen: Sequence[Episode]
) -> Beginnings | None:
    world = launch.world
    try:
        bridge = getattr(load_tasks(world.kind), "bridge", "")
    except EmbodiedError:
        return None
    return Beginnings(world.kind, world.settings, bridge, task, environment, seen) if bridge else None


def _known_or_refused(library: Beginnings | None) -> Beginnings:
    if library is None:
        raise NoGuide("Skills of this kind of world cannot be run in training.", remedy="Leave --from out.")
    return library


def _offered(
    launch: LaunchFile, task: TrainingTask, drawn: Guide | None, examiner: Examiner, wanted: str
) -> Iterator[Guide]:
    if wanted == NOTHING:
        return
    library = beginnings(launch, task, examiner)
    if wanted:
        yield _known_or_refused(library).wanted(wanted)
        return
    if drawn is not None:
        yield drawn
    known = library.looked_for() if library is not None else None
    if known is not None:
        yield known


def metres_of_one(environment: Environment, seen: Sequence[Episode]) -> float | None:
    """How far the hand moves in a step for an action of 1 [m]: what the environment says (`action_scale`), or
    the least-squares slope over what was seen; None where no action moves a hand along axes."""
    observation, action = environment.observation_spec, environment.action_spec
    hand = next((entry.name for entry in observation.entries if entry.role == "hand"), "")
    moves = next((entry.name for entry in action.entries if entry.shape == (3,)), "")
    if not hand or not moves:
        return None
    scale: Mapping[str, Any] = getattr(environment, "action_scale", {})
    if moves in scale:
        return float(np.min(scale[moves]))
    if not seen:
        return None
    done = np.concatenate([action.split(one.actions.astype(float))[moves] for one in seen]).ravel()
    way = np.concatenate(
        [np.diff(observation.split(one.observations.astype(float))[hand], axis=0) for one in seen]
    ).ravel()
    return max(float(done @ way) / max(float(done @ done), 1e-9), _LEAST_REACH_M)
