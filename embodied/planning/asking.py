"""A question to a model whose answer must be of use: what is wrong with it is said, and it is asked again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from embodied.models import Message, ModelClient
from embodied.models.settings import Model
from embodied.planning.proposal import Proposal
from embodied.primitives import JsonSchema
from embodied.prompts import render

CORRECTIONS: Final = 2
"""How often an answer that cannot be used is sent back with the reasons."""


def longest_answer(client: ModelClient, part: str) -> int:
    """The most tokens that an answer of `part` may have; the default where it is not known."""
    model = getattr(client, "model", None)
    return (model if isinstance(model, Model) else Model()).role(part).max_tokens


def ask_for_plans(
    client: ModelClient,
    messages: Sequence[Message],
    schema: JsonSchema,
    read: Callable[[Any], Proposal],
) -> Proposal:
    """Ask the planner until it gives a plan that can be walked, or says that there is none.

    A proposal without plans and without `impossible` comes back when all corrections were in vain.

    Raises:
        BudgetSpent, ModelError: as `ModelClient.ask`.
    """
    talk = list(messages)
    for _ in range(CORRECTIONS + 1):
        answer = client.ask("planner", talk, schema=schema)[0]
        proposal = read(answer.data)
        if proposal.plans or proposal.impossible:
            return proposal
        problems = "\n".join(f"- {reason}" for reason in proposal.refused) or "- it holds no plan"
        talk = [
            *messages,
            Message("assistant", answer.text),
            Message("user", render("correction", problems=problems)),
        ]
    return proposal
