"""What asking models has cost, added up call by call. The journal's `model_call` and
`model_tried` records are the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Usage:
    """A sum over calls of models.

    Attributes:
        calls: requests that a model worked at, those that came too late included.
        cached: answers from the cache, which cost nothing.
        cost: in the currency of the prices.
        seconds: waiting for models [s].
    """

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def words(self) -> str:
        """ "3 calls, 12 400 tokens, 0.05 in [model]'s prices"."""
        parts = [f"{self.calls} call{'' if self.calls == 1 else 's'}"]
        parts.append(f"{self.tokens:,} tokens".replace(",", " "))
        parts += [f"{self.cost:.3g} in [model]'s prices"] if self.cost else []
        parts += [f"{self.cached} answered from the cache"] if self.cached else []
        return ", ".join(parts)

    def plus(self, record: Mapping[str, Any]) -> Usage:
        """With one record more."""
        return Usage(
            calls=self.calls + int(record.get("calls") or 0),
            cached=self.cached + bool(record.get("cached")),
            prompt_tokens=self.prompt_tokens + int(record.get("prompt_tokens") or 0),
            completion_tokens=self.completion_tokens + int(record.get("completion_tokens") or 0),
            cost=self.cost + float(record.get("cost") or 0.0),
            seconds=self.seconds + float(record.get("seconds") or 0.0),
        )

    def to_wire(self) -> dict[str, Any]:
        """As `run_ended` and `--json` have it."""
        return {
            "calls": self.calls,
            "cached": self.cached,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost": round(self.cost, 6),
            "seconds": round(self.seconds, 3),
        }


def usage_of(records: Iterable[Mapping[str, Any]]) -> Usage:
    """The account that a journal's records give."""
    total = Usage()
    for record in records:
        if record.get("type") in ("model_call", "model_tried"):
            total = total.plus(record)
    return total
