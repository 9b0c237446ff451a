"""Reading the body of a chat completion, from servers that keep to the protocol more or less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_ERROR = 300


@dataclass(frozen=True)
class Choice:
    """One answer as it came: its text, the model's refusal if it gave one, and why it ended."""

    text: str
    refusal: str = ""
    finish: str = "stop"


@dataclass(frozen=True)
class Completion:
    """Attributes: prompt_tokens, completion_tokens: None where the server does not count."""

    choices: tuple[Choice, ...]
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class NotACompletion(ValueError):
    """The body is no chat completion. `torn` is True if it looks like one that breaks off."""

    def __init__(self, message: str, *, torn: bool = False) -> None:
        super().__init__(message)
        self.torn = torn


def read_completion(body: str) -> Completion:
    """Raises NotACompletion."""
    try:
        found = json.loads(body)
    except ValueError:
        torn = body.lstrip()[:1] in ("{", "[") or not body.strip()
        raise NotACompletion(f"it sent {_start(body)}", torn=torn) from None
    choices = found.get("choices") if isinstance(found, Mapping) else None
    if not isinstance(choices, list):
        raise NotACompletion(f"it sent {_start(body)}")
    usage = found.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    return Completion(
        tuple(_choice(choice) for choice in choices if isinstance(choice, Mapping)),
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
    )


def error_in(body: str) -> str:
    """What the body of a refusal says, shortened."""
    try:
        found = json.loads(body)
    except ValueError:
        return _start(body)
    inner = found.get("error", found) if isinstance(found, Mapping) else found
    if isinstance(inner, Mapping):
        said = inner.get("message") or inner.get("detail") or json.dumps(inner)
        kind = inner.get("code") or inner.get("type")
        inner = f"{said} ({kind})" if isinstance(kind, str) and kind not in str(said) else said
    return _start(str(inner))


def status_within(body: str) -> int | None:
    """The status of an error that was sent as a success, as some gateways do; None if there is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, Mapping) or found.get("choices") or not found.get("error"):
        return None
    inner = found["error"]
    code = inner.get("code") if isinstance(inner, Mapping) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 502


def _choice(raw: Mapping[str, Any]) -> Choice:
    message = raw.get("message")
    message = message if isinstance(message, Mapping) else {}
    content = message.get("content")
    if isinstance(content, list):  # parts, as some servers send
        content = "".join(str(p.get("text", "")) for p in content if isinstance(p, Mapping))
    refusal = message.get("refusal")
    return Choice(
        text=content if isinstance(content, str) else "",
        refusal=refusal if isinstance(refusal, str) else "",
        finish=str(raw.get("finish_reason") or "stop"),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _start(text: str) -> str:
    flat = " ".join(text.split())
    if not flat:
        return "nothing"
    return flat if len(flat) <= LONGEST_ERROR else flat[: LONGEST_ERROR - 1] + "…"
