"""How far a refinement has come, read from its journal: for resuming, for screens and for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from embodied.bench.statistics import wilson
from embodied.learning.candidates import Candidate, Feedback, Proposal, rank
from embodied.models.usage import Usage
from embodied.rewards.training import Checkpoint

MEASURING: Final = "measuring on held-out seeds"
REPORTING: Final = "writing the report"
"""What is done after the search, as phases say it: from there on no minutes of the search are spent."""


@dataclass(frozen=True)
class TrainedBy:
    """Who trains a candidate: names and numbers."""

    trainer: str
    why: str
    guide: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)

    def same(self, other: TrainedBy) -> bool:
        """Whether one can go on where the other has come to."""
        return replace(self, why="") == replace(other, why="")


@dataclass(frozen=True)
class Screened:
    """What was decided once all had been trained so far in screening.

    Attributes:
        left: the candidates that go on, the best first.
        final: they are the ones that are trained to the end.
    """

    left: tuple[int, ...]
    final: bool


@dataclass
class Progress:
    """Feed it every record, in order.

    Attributes:
        candidates: by number; `rounds` and `proposals` say of which round of designing.
        waves: how often the designer was asked in a round.
        exhausted: it had nothing more to propose when it was asked last, in this part of the run.
        feedback: what a person said, in order.
        used: what asking models has cost.
        note: the last thing that was noted.
        switched: who trains them, of candidates that another trainer goes on with.
        trained_by: who began to train them, of the others that have a checkpoint.
        cut: rounds whose screening ended because it took too long, and the steps that it had wanted.
        screened: what was decided in screening, by the round and the steps that all had by then.
        training: the candidates that are being trained.
        doing: what is being done, in words.
        seconds: wall clock so far, of all parts of the run [s].
        searched: the same without what came after each search: measuring, and the gate [s].
        ended: the last record, if the run came to an end.
    """

    candidates: dict[int, Candidate] = field(default_factory=dict)
    rounds: dict[int, int] = field(default_factory=dict)
    proposals: dict[int, tuple[Proposal, ...]] = field(default_factory=dict)
    waves: dict[int, int] = field(default_factory=dict)
    exhausted: bool = False
    feedback: tuple[Feedback, ...] = ()
    used: Usage = field(default_factory=Usage)
    note: str = ""
    switched: dict[int, TrainedBy] = field(default_factory=dict)
    trained_by: dict[int, TrainedBy] = field(default_factory=dict)
    cut: dict[int, int] = field(default_factory=dict)
    screened: dict[tuple[int, int], Screened] = field(default_factory=dict)
    training: tuple[int, ...] = ()
    doing: str = ""
    seconds: float = 0.0
    searched: float = 0.0
    ended: Mapping[str, Any] | None = None
    _chosen: TrainedBy | None = None
    _begun: float | None = None
    _before: tuple[float, float] = (0.0, 0.0)
    _searching: bool = True

    def advance(self, record: Mapping[str, Any]) -> None:
        """Take one record into account; those of other kinds are passed over."""
        match record["type"]:
            case "run_started" | "run_resumed":
                self._before, self._begun = (self.seconds, self.searched), record["t"]
                self.exhausted, self.ended, self._searching = False, None, True
            case "proposals":
                self._proposed(record["round"], msgspec.convert(record["proposals"], tuple[Proposal, ...]))
            case "feedback":
                self.feedback = (*self.feedback, msgspec.convert(_own(record), Feedback))
            case "note":
                self.note = record["text"]
            case "model_call" | "model_tried":
                self.used = self.used.plus(record)
            case "candidate":
                candidate = Candidate.from_plain(record["candidate"])
                known = self.candidates.get(candidate.number)
                checkpoints = known.checkpoints if known else ()
                self.candidates[candidate.number] = replace(candidate, checkpoints=checkpoints)
                self.rounds[candidate.number] = record["round"]
            case "checkpoint":
                checkpoint = msgspec.convert(record["checkpoint"], Checkpoint)
                number = record["candidate"]
                self.candidates[number] = self.candidates[number].measured(checkpoint)
                if self._chosen is not None and number not in self.switched:
                    self.trained_by.setdefault(number, self._chosen)
            case "phase":
                self.training, self.doing = _numbers(record), record["doing"]
            case "trainer_chosen" if record.get("candidate"):
                self.switched[record["candidate"]] = _trained_by(record)
            case "trainer_chosen":
                self._chosen = _trained_by(record) if "guide" in record else None  # the first did not tell
            case "screening_cut":
                self.cut[record["round"]] = record["until"]
            case "screened":
                decided = Screened(tuple(record["left"]), record["final"])
                self.screened[record["round"], record["until"]] = decided
            case "run_ended":
                self.training, self.doing, self.ended = (), "", record
        if self._begun is not None:
            passed = record["t"] - self._begun
            self.seconds = self._before[0] + passed
            if self._searching:
                self.searched = self._before[1] + passed
        self._searching &= not (record["type"] == "phase" and record["doing"] in (MEASURING, REPORTING))

    @property
    def searching(self) -> bool:
        """Whether minutes of the search are being spent."""
        return self._searching and self.ended is None

    def who_trained(self, number: int) -> TrainedBy | None:
        """A candidate; None where the journal does not tell."""
        return self.switched.get(number) or self.trained_by.get(number)

    def of_round(self, number: int) -> list[Candidate]:
        """In the order of designing."""
        return [self.candidates[one] for one, round_ in sorted(self.rounds.items()) if round_ == number]

    @property
    def first_round(self) -> int:
        """Of designing, in the part of the search that is going on: a person's words begin a new one."""
        return self.feedback[-1].after + 1 if self.feedback else 1

    @property
    def latest(self) -> Candidate | None:
        """The best by success of those designed since a person spoke last."""
        return self._best_since(self.first_round)

    @property
    def best(self) -> Candidate | None:
        """The candidate with the best checkpoint by success, of all that were not refused.

        What was made of a person's words goes before what there was, unless it is clearly worse: their 95 %
        intervals are apart.
        """
        latest, before = self.latest, self.spoken_of
        if latest is None or before is None:
            return latest or before
        return before if _clearly_better(before, latest) else latest

    @property
    def spoken_of(self) -> Candidate | None:
        """What was the best when a person spoke last; None if nobody did, or there was nothing yet."""
        if not self.feedback:
            return None
        after = self.feedback[-1].after
        earlier = {n: one for n, one in self.candidates.items() if self.rounds[n] <= after}
        return replace(self, candidates=earlier, feedback=self.feedback[:-1]).best

    @property
    def unheeded(self) -> str:
        """That nothing of what a person's last words led to is kept, in words; "" where it is."""
        best, latest = self.best, self.latest
        if not self.feedback or best is None or self.rounds[best.number] > self.feedback[-1].after:
            return ""
        came = "nothing was trained with them"
        if latest is not None and latest.best is not None:
            came = f"what they led to came to {latest.best.successes} of {latest.best.episodes}"
        return (
            f"your words changed nothing: {came}; the earlier policy stays, of candidate {best.number} "
            "(--resume with more --minutes goes on with them)"
        )

    def _best_since(self, first: int) -> Candidate | None:
        trained = [
            one
            for one in self.candidates.values()
            if one.best is not None and one.state != "refused" and self.rounds[one.number] >= first
        ]
        return max(trained, key=lambda one: (rank(one.best), -one.number) if one.best else (), default=None)

    def _proposed(self, round_: int, proposals: tuple[Proposal, ...]) -> None:
        self.proposals[round_] = (*self.proposals.get(round_, ()), *proposals)
        self.waves[round_] = self.waves.get(round_, 0) + bool(proposals)
        self.exhausted = not proposals


def _clearly_better(one: Candidate, other: Candidate) -> bool:
    assert one.best is not None
    assert other.best is not None
    low, _ = wilson(one.best.successes, one.best.episodes)
    _, high = wilson(other.best.successes, other.best.episodes)
    return low > high


def _own(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in Feedback.__dataclass_fields__}


def _trained_by(record: Mapping[str, Any]) -> TrainedBy:
    return msgspec.convert({name: record[name] for name in TrainedBy.__dataclass_fields__}, TrainedBy)


def _numbers(record: Mapping[str, Any]) -> tuple[int, ...]:
    one = record.get("candidate")
    return tuple(record.get("candidates", () if one is None else (one,)))
