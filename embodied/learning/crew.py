"""Who trains: whoever it is, the same legs come to the same checkpoints."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from embodied.learning.ground import Ground
from embodied.learning.leg import Leg, candidate_folder, train_leg
from embodied.learning.trainer import Choice
from embodied.rewards.errors import RewardError
from embodied.rewards.training import Checkpoint

Heard = Callable[[int, Checkpoint], bool]
"""Gets a candidate's number and a checkpoint that was written; False ends its leg."""
Together = Callable[[], Collection[int]]
"""Says, once all have come to their next checkpoint, which candidates go on to another."""


Begin = Callable[[], bool]
"""Whether a leg that waits is still to be begun."""
TRIES: Final = 2


def always() -> bool:
    return True


@dataclass
class Assignment:
    """A leg that another process does.

    Attributes:
        tries: how often it was begun.
        left: it was told to end, or shall be.
        waits: to hear whether to go on.
    """

    leg: Leg
    tries: int = 0
    left: bool = False
    waits: bool = False

    def heard(self, found: Checkpoint, heard: Heard) -> None:
        """Take a checkpoint into account."""
        self.leg = self.leg.after(found)
        self.left = not heard(self.leg.number, found)
        self.waits = not self.left and self.leg.paced

    def lost(self, why: str, words: str, told: Callable[[str], None]) -> str:
        """Its process is gone. "" where it is to be begun again, else why its candidate is broken."""
        number = self.leg.number
        if self.tries < TRIES:
            told(f"candidate {number}: {why}; it goes on from step {self.leg.start}")
            self.leg = replace(self.leg, held=self.waits)
            return ""
        told(f"candidate {number}: {why}, for the second time")
        return f"Training was lost twice: {why}." + (f"\n{words}" if words else "")


@dataclass
class Queue:
    """Legs that wait for a process, and what became of those that cannot be gone on with.

    Attributes:
        broken: why, by the number of the candidate.
        told: gets what happened to processes, in words.
    """

    waiting: deque[Assignment]
    told: Callable[[str], None]
    broken: dict[int, str] = field(default_factory=dict)

    def lost(self, assignment: Assignment, why: str, words: str) -> None:
        """Its process is gone: it comes next once more; the second time its candidate is broken."""
        reason = assignment.lost(why, words, self.told)
        if reason:
            self.broken[assignment.leg.number] = reason
        else:
            self.waiting.appendleft(assignment)

    def next(self, begin: Begin) -> Assignment | None:
        """The leg to begin now, out of the queue; None if it is not to be begun any more."""
        assignment = self.waiting.popleft()
        return assignment if assignment.tries or begin() else None


def wanted_too_much(memory_mb: int) -> str:
    """Why a process ended that had no memory left."""
    return f"it wanted more than {memory_mb} MiB of memory (--memory)"


class Crew(Protocol):
    """Trains candidates of one run, several at a time if it can."""

    @property
    def abreast(self) -> int:
        """How many legs can be kept going side by side."""
        ...

    def train(
        self,
        legs: Sequence[Leg],
        choices: Sequence[Choice],
        heard: Heard,
        together: Together | None = None,
        begin: Begin = always,
    ) -> dict[int, str]:
        """Carry legs out; returns when all have ended, or it is time to stop.

        Args:
            choices: for each leg the trainer and the guide that it names.
            heard: called in this thread; for each candidate in the order of its steps.
            together: with it, no leg goes beyond a checkpoint before all others have come to theirs, so that
                what is decided does not depend on which is faster; at most `abreast` legs.
            begin: asked before each leg.

        Returns:
            Why candidates cannot be trained any more, by number.

        Raises:
            Unwritable: a disk is full.
            EmbodiedError: whatever else the trainer raises.
        """
        ...

    def close(self) -> None:
        """End everything at once. What was heard of is kept. Idempotent."""
        ...


@dataclass(frozen=True, eq=False)
class Alone:
    """One leg after the other, in this process.

    Attributes:
        folder: of the run.
        over: whether time is up, or somebody stopped it.
        stopped: whether somebody stopped it: then a measurement is not waited for.
    """

    ground: Ground
    folder: Path
    over: Callable[[], bool]
    stopped: Callable[[], bool]
    abreast: int = 16

    def train(
        self,
        legs: Sequence[Leg],
        choices: Sequence[Choice],
        heard: Heard,
        together: Together | None = None,
        begin: Begin = always,
    ) -> dict[int, str]:
        """See `Crew.train`."""
        broken: dict[int, str] = {}
        groups = (
            [list(zip(legs, choices, strict=True))]
            if together
            else [[pair] for pair in zip(legs, choices, strict=True)]
        )
        for group in groups:
            if not begin():
                break
            going = {leg.number: self._begun(leg, choice) for leg, choice in group}
            while going and not self.over():
                for number, course in tuple(going.items()):
                    if not self._advanced(number, course, heard, broken):
                        del going[number]
                if together:
                    on = together()
                    going = {number: course for number, course in going.items() if number in on}
        return broken

    def _begun(self, leg: Leg, choice: Choice) -> Iterator[Checkpoint]:
        home = candidate_folder(self.folder, leg.number)
        return train_leg(leg, self.ground, choice, home, self.over, self.stopped)

    def _advanced(
        self, number: int, course: Iterator[Checkpoint], heard: Heard, broken: dict[int, str]
    ) -> bool:
        """One checkpoint on; False if it has ended."""
        try:
            found = next(course, None)
        except RewardError as wrong:
            broken[number] = str(wrong)
            return False
        return found is not None and heard(number, found)

    def close(self) -> None:
        """Nothing to end."""
