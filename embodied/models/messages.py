"""What is said to a model, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from embodied.primitives import JsonSchema

PARTS = ("planner", "writer", "critic", "curriculum", "designer", "listener")
"""The parts that a model may play; each can have a model of its own in the launch file."""


@dataclass(frozen=True)
class Message:
    """Attributes: role: "system", "user" or "assistant"; text."""

    role: str
    text: str

    def to_wire(self) -> dict[str, str]:
        return {"role": self.role, "content": self.text}


@dataclass(frozen=True)
class Answer:
    """One answer that can be used.

    Attributes:
        text: what the model wrote, as it wrote it.
        data: the JSON value in it, checked against the schema; None if no schema was asked for.
        prompt_tokens, completion_tokens: what this answer took, from the server's own count, or estimated
            where it gives none; of several samples, the first carries what they share.
        cost: in the currency of the launch file's prices.
        cached: True if it came from the cache and cost nothing.
        seconds: how long the model took [s].
    """

    text: str
    data: Any = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    cached: bool = False
    seconds: float = 0.0


class ModelClient(Protocol):
    """Whoever answers."""

    def ask(
        self, part: str, messages: Sequence[Message], *, schema: JsonSchema | None = None, samples: int = 1
    ) -> list[Answer]:
        """Ask the model that plays `part`; with a `schema`, every answer's `data` fits it.

        Args:
            part: one of `PARTS`.
            samples: how many answers are wanted; fewer come back where some could not be used.

        Returns:
            At least one answer.

        Raises:
            BudgetSpent: the next call might not fit into the budget; nothing was sent.
            ModelError: no usable answer; the subclass and its remedy say why.
        """
        ...
