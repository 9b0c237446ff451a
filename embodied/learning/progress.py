"""How far a refinement has come, read from its journal: for resuming, for screens and for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from embodied.learning.candidates import Candidate, Proposal, rank
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
            case "proposals":
                self.proposals[record["round"]] = msgspec.convert(record["proposals"], tuple[Proposal, ...])
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
    def best(self) -> Candidate | None:
        """The candidate with the best checkpoint by success, of all that were not refused."""
        trained = [c for c in self.candidates.values() if c.best is not None and c.state != "refused"]
        return max(trained, key=lambda one: (rank(one.best), -one.number) if one.best else (), default=None)


def _numbers(record: Mapping[str, Any]) -> tuple[int, ...]:
    one = record.get("candidate")
    return tuple(record.get("candidates", () if one is None else (one,)))
