"""What skills said of themselves beside what the facts said: the say/do ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Claims:
    """Steps by what was claimed and what was judged.

    Attributes:
        said_done: steps whose skill returned `done(...)`.
        agreed: those of them that the facts agreed with.
        said_failed: steps whose skill gave up or ended early.
        done_all_the_same: those of them whose effect the facts found nevertheless.
    """

    said_done: int = 0
    agreed: int = 0
    said_failed: int = 0
    done_all_the_same: int = 0

    def plus(self, claimed: bool, passed: bool) -> Claims:
        if claimed:
            return replace(self, said_done=self.said_done + 1, agreed=self.agreed + passed)
        return replace(
            self,
            said_failed=self.said_failed + 1,
            done_all_the_same=self.done_all_the_same + passed,
        )

    def to_wire(self) -> dict[str, int]:
        return {
            "said_done": self.said_done,
            "agreed": self.agreed,
            "said_failed": self.said_failed,
            "done_all_the_same": self.done_all_the_same,
        }

    def __str__(self) -> str:
        """ "said done 12 times, facts agreed 11"."""
        if not (self.said_done or self.said_failed):
            return "nothing was claimed"
        text = f"said done {_times(self.said_done)}, facts agreed {self.agreed}"
        if self.done_all_the_same:
            text += f"; said failed {_times(self.said_failed)}, done all the same {self.done_all_the_same}"
        return text


def claims_of(records: Iterable[Mapping[str, Any]]) -> Claims:
    """The ledger of a journal's `step_ended` records."""
    claims = Claims()
    for record in records:
        if record["type"] == "step_ended":
            claims = claims.plus(bool(record.get("claimed")), record.get("verdict") == "PASSED")
    return claims


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
