"""One question sent until it is answered: budget before every request, patience after every failure."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from embodied.budget import Budget
from embodied.errors import (
    ModelError,
    ModelInterrupted,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    RateLimited,
    WrongKey,
    did_you_mean,
)
from embodied.models.completion import NotACompletion, error_in, read_completion, status_within
from embodied.models.endpoint import Endpoint, no_key
from embodied.models.line import Exchange, Line
from embodied.models.patience import Patience, is_out_of_credit
from embodied.models.settings import Role

LETTERS_A_TOKEN = 4
"""What servers that do not count are taken to use; for the check beforehand, one token in three bytes."""


class Record(Protocol):
    """Writes a journal record: `Journal.write`."""

    def __call__(self, type_: str, /, **fields: Any) -> int: ...


@dataclass
class Sender:
    """Sends requests over a line, within the budget, until one is answered or it is no use."""

    line: Line
    endpoint: Endpoint
    budget: Budget
    record: Record
    patience: Patience
    timeout_s: float
    stop: threading.Event

    def send(self, part: str, role: Role, body: Mapping[str, Any]) -> tuple[Exchange, int]:
        """The last exchange, answered or not, and how many were made before it.

        Raises:
            BudgetSpent: the next request might not fit.
            ModelInterrupted: the run is to stop.
        """
        self.record("model_asked", part=part, model=role.name)
        tried = 0
        while True:
            self.check(role, body)
            deadline = min(self.timeout_s, self.budget.asking_seconds_left)
            exchange = self._as_it_is(self.line.post(body, deadline_s=deadline, stop=self.stop))
            tried += 1
            if exchange.failure == "stopped":
                self._tried(part, role, body, exchange, 0.0)
                raise ModelInterrupted(f"The {part} model was not waited for: the run is stopped.")
            wait = self.patience.wait(exchange, tried)
            if wait is None or exchange.seconds + wait >= self.budget.asking_seconds_left:
                return exchange, tried - 1
            self._tried(part, role, body, exchange, wait)
            if self.stop.wait(wait):
                raise ModelInterrupted(f"The {part} model was not waited for: the run is stopped.")

    def check(self, role: Role, body: Mapping[str, Any]) -> None:
        """Does the request fit into the budget, if its answer is as long as it may be?"""
        prompt, answers = longest_prompt(body), role.max_tokens * int(body.get("n", 1))
        self.budget.check_call(prompt + answers, role.cost(prompt, answers))

    def _as_it_is(self, exchange: Exchange) -> Exchange:
        """Without the key, wherever a server may repeat it; a body that breaks off is a cut, and an error
        that was sent as a success is an error."""
        exchange = replace(exchange, text=without_key(exchange.text, self.endpoint))
        if exchange.status != 200:
            return exchange
        within = status_within(exchange.text)
        if within is not None:
            return replace(exchange, status=within)
        try:
            read_completion(exchange.text)
        except NotACompletion as bad:
            if bad.torn:
                return replace(exchange, status=0, failure="cut", text=str(bad))
        return exchange

    def _tried(self, part: str, role: Role, body: Mapping[str, Any], exchange: Exchange, wait: float) -> None:
        lost = estimated_prompt(body) if exchange.worked else 0
        fields: dict[str, Any] = {
            "part": part,
            "model": role.name,
            "calls": int(exchange.worked),
            "prompt_tokens": lost,
            "cost": role.cost(lost, 0),
            "seconds": round(exchange.seconds + wait, 3),
            "wait_s": round(wait, 3),
            "error": what_happened(exchange),
        }
        self.budget.count(fields)
        self.record("model_tried", **fields)


def without_key(body: str, endpoint: Endpoint) -> str:
    """The body with the key hidden, also where JSON spells it with escapes."""
    try:
        found = json.loads(body)
    except ValueError:
        return str(endpoint.hide(body))
    hidden = endpoint.hide(found)
    return body if hidden == found else json.dumps(hidden)


def estimated_prompt(body: Mapping[str, Any]) -> int:
    """Tokens of a prompt that no server has counted."""
    return sum(len(str(message["content"])) for message in body["messages"]) // LETTERS_A_TOKEN + 1


def longest_prompt(body: Mapping[str, Any]) -> int:
    """Tokens that a prompt may come to, for the check before it is sent."""
    return sum(len(str(message["content"]).encode()) // 3 + 8 for message in body["messages"])


def what_happened(exchange: Exchange) -> str:
    """In a few words."""
    if exchange.failure:
        return f"{exchange.failure}: {exchange.text}"
    if exchange.status in (401, 403):
        return (
            f"{exchange.status}: the key is not taken"  # some servers show a part of the key in what they say
        )
    return f"{exchange.status}: {error_in(exchange.text)}"


def error_of(exchange: Exchange, endpoint: Endpoint, line: Line, role: Role) -> ModelError:
    """The named error for an exchange that brought no answer."""
    base, said = endpoint.base_url, what_happened(exchange)
    match exchange:
        case Exchange(failure="late"):
            return ModelTimeout(
                f"{role.name} at {base} gave {exchange.text}.",
                remedy="Give it longer, or take a quicker model: --set model.timeout_s=600.",
            )
        case Exchange(failure="cut"):
            return ModelUnreachable(
                f"{base} broke off in the middle of an answer ({exchange.text}).",
                remedy="Look at the server's log; a proxy between may cut long answers.",
            )
        case Exchange(failure=failure) if failure:
            return ModelUnreachable(
                f"{base} cannot be reached ({exchange.text}).",
                remedy="Is the server running, and the address right? It is [model] base_url, else "
                "OPENAI_BASE_URL; most servers want /v1 at its end.",
            )
        case Exchange(status=401) if not endpoint.key:
            return no_key(endpoint)
        case Exchange(status=401 | 403):
            return WrongKey(
                f"{base} does not take the key in {endpoint.key_name} ({exchange.status}).",
                remedy="Is it a key of this endpoint, whole, and allowed to use this model?",
            )
        case Exchange(status=402 | 429) if exchange.status == 402 or is_out_of_credit(exchange):
            return RateLimited(f"{base} gives no more credit ({said}).", remedy="Look at the account there.")
        case Exchange(status=429):
            asked = exchange.retry_after_s
            wait = f" It asks to wait {asked:.3g} s." if asked is not None else ""
            return RateLimited(
                f"{base} takes no more requests for now ({said}).{wait}",
                remedy="Wait and go on with --resume RUN, or take another model or endpoint.",
            )
        case Exchange(status=404):
            listed = line.models()
            known = f"It has: {', '.join(listed[:12])}." if listed else "Does its address end in /v1?"
            hint = did_you_mean(role.name, listed) or known
            return ModelRefused(f"{base} has no model {role.name!r}, or no such path ({said}).", remedy=hint)
        case Exchange(status=status) if status >= 500 or status in (408, 409, 425):
            return ModelUnreachable(f"{base} fails ({said}).", remedy="Look at the server's log; try later.")
        case Exchange(status=200):
            return ModelUnreachable(
                f"{base} is no OpenAI-compatible endpoint: {_why_no_completion(exchange.text)}.",
                remedy="Most servers want /v1 at the end of the address ([model] base_url, OPENAI_BASE_URL).",
            )
    return ModelRefused(
        f"{base} refuses the request to {role.name} ({said}).",
        remedy="Is the prompt too long for the model? Else its name or [model] settings may be wrong.",
    )


def _why_no_completion(body: str) -> str:
    try:
        read_completion(body)
    except NotACompletion as bad:
        return str(bad)
    return "it sent no answer"
