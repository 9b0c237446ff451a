"""One record for each reward that is tried, and the designer that proposes them with no model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import msgspec
import numpy as np

from embodied.bench.statistics import wilson
from embodied.condition import Condition
from embodied.learning.feedback import manners_of
from embodied.rewards.composing import Design, compose, designs, without_heading
from embodied.rewards.manners import with_manners
from embodied.rewards.spec import ActionSpec, ObservationSpec
from embodied.rewards.training import Checkpoint, TrainingRecord

SOLVED: Final = 0.9


@dataclass(frozen=True)
class Proposal:
    """A reward that a designer gives.

    Attributes:
        name: of its structure ("push, level"); by it a designer finds the structure again.
        source: reward code.
        values: numbers in it that may be searched.
        parent: the number of the candidate that it was made from, 0 for none.
        why: in a sentence.
        shown: its name for a person, "" where that is the same.
    """

    name: str
    source: str
    values: Mapping[str, float]
    parent: int = 0
    why: str = ""
    shown: str = ""

    @property
    def title(self) -> str:
        """Its name for a person."""
        return self.shown or self.name


@dataclass(frozen=True)
class Candidate:
    """A reward, and all that is known of it.

    Attributes:
        number: from 1, in the order of designing.
        proposal: what the designer gave.
        state: "proposed", "refused" by the critic, "accepted", "dropped" in screening, "kept" for more
            training, or "broken" (its reward failed in training).
        critique: what the critic said.
        checkpoints: what was measured, in order.
        analysis: what the analyst said.
        follows: the candidate whose training stalled, and whose reward this one is trained with by another
            trainer; 0 for none.
    """

    number: int
    proposal: Proposal
    state: str = "proposed"
    critique: str = ""
    checkpoints: tuple[Checkpoint, ...] = ()
    analysis: str = ""
    follows: int = 0

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.proposal.source.encode()).hexdigest()

    @property
    def steps(self) -> int:
        """Trained so far."""
        return self.checkpoints[-1].step if self.checkpoints else 0

    @property
    def best(self) -> Checkpoint | None:
        """The checkpoint of the highest success rate; of equals the one with the shorter episodes."""
        return max(self.checkpoints, key=rank, default=None)

    def at(self, until: int) -> Candidate:
        """As it was when it had come to `until` steps."""
        later = next((n for n, one in enumerate(self.checkpoints, 1) if one.step >= until), None)
        return replace(self, checkpoints=self.checkpoints[:later])

    def record(self, horizon: int, stopped: str = "") -> TrainingRecord:
        """For the analyst."""
        return TrainingRecord(self.digest, horizon, self.checkpoints, stopped)

    def measured(self, checkpoint: Checkpoint) -> Candidate:
        """With one more checkpoint; one measured again at the same step takes its place."""
        before = tuple(one for one in self.checkpoints if one.step < checkpoint.step)
        return replace(self, checkpoints=(*before, checkpoint))

    def to_plain(self) -> dict[str, object]:
        """As journals and files keep it."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain

    @staticmethod
    def from_plain(plain: Mapping[str, object]) -> Candidate:
        return msgspec.convert(plain, Candidate)


def rank(checkpoint: Checkpoint) -> tuple[float, float]:
    """What checkpoints are chosen by: success, then how soon. The reward has no say.

    Success counts as its 95 % interval's lower end, so that few lucky episodes do not outdo many good ones.
    """
    return wilson(checkpoint.successes, checkpoint.episodes)[0], -checkpoint.length


@dataclass(frozen=True)
class Feedback:
    """What a person said of how it went.

    Attributes:
        after: rounds of designing that had begun; it counts from the next one on.
        understood, missed: parts of it, and what is made of them; for a designer that reads no free words.
    """

    text: str
    after: int
    understood: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The text, and what was made of it."""
        parts = [self.text]
        parts += [f"understood: {'; '.join(self.understood)}"] if self.understood else []
        parts += [f"not understood: {'; '.join(self.missed)}"] if self.missed else []
        return " — ".join(parts)


class Designer(Protocol):
    """Proposes rewards for a condition, knowing how earlier ones did."""

    @property
    def name(self) -> str: ...

    def propose(
        self, earlier: Sequence[Candidate], count: int, feedback: Sequence[Feedback] = ()
    ) -> tuple[Proposal, ...]:
        """At most `count` new ones; none if it has no more.

        Args:
            earlier: all so far, those that were refused too, with what the critic and the analyst said.
            feedback: a person's words, which the new ones shall follow.

        Raises:
            CannotCompose, BadSpec: it has nothing to say for this condition and these observations.
            ModelError, BudgetSpent: it asks a model, and gets no answer.
        """
        ...


class OfflineDesigner:
    """Composes rewards from the condition and the specs; from the second round on it changes numbers of the
    structure that did best. Needs no model, and knows no task."""

    name = "offline"

    def __init__(
        self,
        condition: Condition,
        observation: ObservationSpec,
        action: ActionSpec,
        seed: int,
        *,
        reflection: bool = True,
    ) -> None:
        self._observation, self._action, self._seed = observation, action, seed
        self._reflection = reflection
        found = designs(condition, observation, action)
        # a learner that looks some steps ahead learns sooner from progress than from levels
        self._designs = sorted(found, key=lambda design: (design.guess, design.form != "progress"))

    @property
    def goal(self) -> Design:
        """Any design for the condition: it says what is to be brought where."""
        return self._designs[0]

    def propose(
        self, earlier: Sequence[Candidate], count: int, feedback: Sequence[Feedback] = ()
    ) -> tuple[Proposal, ...]:
        """See `Designer.propose`. A person's words are read by `embodied.learning.feedback`."""
        known = {without_heading(candidate.proposal.source) for candidate in earlier}
        possible = self._asked_for(earlier, feedback)
        fresh = [self._written(design, 0, "") for design in possible]
        new = [proposal for proposal in fresh if without_heading(proposal.source) not in known]
        if len(new) < count:
            new += self._varied(possible, earlier, known, count - len(new))
        return tuple(new[:count])

    def _asked_for(self, earlier: Sequence[Candidate], feedback: Sequence[Feedback]) -> list[Design]:
        """The designs in the manner that a person asks for, with the numbers of those that were trained
        without it; the one that did best comes first."""
        manners = manners_of([one.text for one in feedback])
        if not manners:
            return self._designs
        best: dict[str, Candidate] = {}
        for one in sorted(earlier, key=_by_success):
            if one.best and one.proposal.values:
                best[one.proposal.name] = one
        named = [design for design in self._designs if design.name in best]
        named.sort(key=lambda design: _by_success(best[design.name]), reverse=True)
        tried = [design.with_values(best[design.name].proposal.values) for design in named]
        rest = [design for design in self._designs if design.name not in best]
        return list(with_manners([*tried, *rest], manners, self._observation))

    def _varied(
        self, possible: Sequence[Design], earlier: Sequence[Candidate], known: set[str], count: int
    ) -> list[Proposal]:
        named = {design.name: design for design in possible}
        trained = [one for one in earlier if one.best is not None and one.proposal.name in named]
        if not trained:
            return []
        draws = np.random.default_rng((self._seed, len(earlier)))
        parent = max(trained, key=_by_success)
        if not self._reflection:
            parent = trained[int(draws.integers(len(trained)))]
        design = named[parent.proposal.name].with_values(parent.proposal.values)
        made: list[Proposal] = []
        for _ in range(10 * count):
            factors = np.exp(draws.normal(0.0, 0.5, len(design.parameters)))
            changed = {
                one.name: float(f"{one.value * factor:.3g}")
                for one, factor in zip(design.parameters, factors, strict=True)
            }
            why = f"other numbers in what did best, number {parent.number}"
            if not self._reflection:
                why = f"other numbers in number {parent.number}"
            proposal = self._written(design.with_values(changed), parent.number, why)
            if (does := without_heading(proposal.source)) not in known:
                known.add(does)
                made.append(proposal)
            if len(made) == count:
                break
        return made

    def _written(self, design: Design, parent: int, why: str) -> Proposal:
        code = compose(design, self._observation, self._action)
        shown = design.title if design.title != design.name else ""
        return Proposal(design.name, code.source, design.values, parent, why or design.form, shown)


def _by_success(candidate: Candidate) -> tuple[float, float]:
    return rank(candidate.best) if candidate.best else (0.0, 0.0)
