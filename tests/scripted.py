"""A client at the boundary to models that gives answers in order: data of the right form, no model's work."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from jsonschema import validate

from embodied.models import Answer, Message
from embodied.primitives import JsonSchema

Scripted = dict[str, Any] | Exception | Callable[[str], dict[str, Any]]


class ScriptedClient:
    """Answers `answers` one after another; an exception is raised, a function is given the prompt."""

    def __init__(self, *answers: Scripted) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    def ask(
        self, part: str, messages: Sequence[Message], *, schema: JsonSchema | None = None, samples: int = 1
    ) -> list[Answer]:
        prompt = "\n".join(f"=== {message.role}\n{message.text}" for message in messages)
        self.asked.append((part, prompt))
        assert self.answers, f"nothing is left to answer {part} with:\n{prompt[-1500:]}"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        data = answer(prompt) if callable(answer) else answer
        if schema is not None:
            validate(data, dict(schema))
        return [Answer(json.dumps(data), data, 10, 10)]

    @property
    def parts(self) -> list[str]:
        return [part for part, _ in self.asked]


def plans(
    *steps: Sequence[tuple[str, str]], new: Sequence[dict[str, str]] = (), impossible: str = ""
) -> dict[str, Any]:
    """A tree planner's answer: each plan is a sequence of (call, expects)."""
    return {
        "new_skills": list(new),
        "plans": [
            {
                "same": 0,
                "steps": [{"call": call, "expects": expects, "why": "because"} for call, expects in plan],
            }
            for plan in steps
        ],
        "impossible": impossible,
    }


def wanted(name: str, signature: str, task: str = "Do it.", achieves: str = "") -> dict[str, str]:
    return {"name": name, "signature": signature, "task": task, "achieves": achieves}


def skill(code: str, description: str = "Does it.", achieves: str = "", needs: str = "") -> dict[str, str]:
    return {"description": description, "achieves": achieves, "needs": needs, "code": code}
