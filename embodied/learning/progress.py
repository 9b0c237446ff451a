"""How far a refinement has come, read from its journal: for resuming, for screens and for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from embodied.bench.statistics import wilson
from embodied.learning.candidates import Candidate, Feedback, Proposal, rank
from embodied.models.usage import Usage
from embodied.rewards.training import Checkpoint


@dataclass(frozen=True)
class Switched:
    """Who trains a candidate that goes on for one that stalled: names and numbers."""

    trainer: str
    why: str
    guide: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


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
        cut: rounds whose screening ended because it took too long, and the steps that it had wanted.
        training: the candidates that are being trained.
        doing: what is being done, in words.
        seconds: wall clock so far, of all parts of the run [s].
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
    switched: dict[int, Switched] = field(default_factory=dict)
    cut: dict[int, int] = field(default_factory=dict)
    training: tuple[int, ...] = ()
    doing: str = ""
    seconds: float = 0.0
    ended: Mapping[str, Any] | None = None
    _begun: float | None = None
    _before: float = 0.0

    def advance(self, record: Mapping[str, Any]) -> None:
        """Take one record into account; those of other kinds are passed over."""
        match record["type"]:
            case "run_started" | "run_resumed":
                self._before, self._begun, self.ended = self.seconds, record["t"], None
                self.exhausted = False
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
            case "phase":
                self.training, self.doing = _numbers(record), record["doing"]
            case "trainer_chosen" if record.get("candidate"):
                self.switched[record["candidate"]] = msgspec.convert(
                    {name: record[name] for name in ("trainer", "why", "guide", "numbers")}, Switched
                )
            case "screening_cut":
                self.cut[record["round"]] = record["until"]
            case "run_ended":
                self.training, self.doing, self.ended = (), "", record
        if self._begun is not None:
            self.seconds = self._before + record["t"] - self._begun

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
        latest, ever = self.latest, self._best_since(1)
        if latest is None or ever is None:
            return ever
        return ever if _clearly_better(ever, latest) else latest

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


def _numbers(record: Mapping[str, Any]) -> tuple[int, ...]:
    one = record.get("candidate")
    return tuple(record.get("candidates", () if one is None else (one,)))
