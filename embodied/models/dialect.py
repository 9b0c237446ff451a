"""What an endpoint understands of the protocol, learned from what it refuses, and remembered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from embodied.models.messages import Message
from embodied.models.settings import Role
from embodied.models.structured import strict_format
from embodied.primitives import JsonSchema
from embodied.prompts import render

FORMATS = ("json_schema", "json_object", "prompt")
"""Ways to ask for JSON, the strictest first."""
REFUSALS = frozenset({400, 404, 415, 422, 500, 501})
ABOUT_FORMAT = ("response_format", "json_schema", "json_object", "json schema", "grammar", "structured")


@dataclass(frozen=True)
class Dialect:
    """How to ask one model of one endpoint.

    Attributes:
        json_by: one of `FORMATS`.
        length: what the longest answer is called: "max_tokens" or "max_completion_tokens".
        temperature: False where the model takes none.
        several: False where several samples have to be asked for one by one.
    """

    json_by: str = "json_schema"
    length: str = "max_tokens"
    temperature: bool = True
    several: bool = True

    def body(
        self, part: str, role: Role, messages: Sequence[Message], schema: JsonSchema | None, samples: int
    ) -> dict[str, Any]:
        """The body of the request."""
        wire = [message.to_wire() for message in messages]
        body: dict[str, Any] = {"model": role.name, "messages": wire, self.length: role.max_tokens}
        if self.temperature and role.temperature is not None:
            body["temperature"] = role.temperature
        if samples > 1:
            body["n"] = samples
        if schema is not None:
            if self.json_by == "json_schema":
                body["response_format"] = strict_format(part, schema)
            else:
                wire.append(Message("user", render("json", schema=json.dumps(schema))).to_wire())
            if self.json_by == "json_object":
                body["response_format"] = {"type": "json_object"}
        return body

    def after_refusal(self, status: int, said: str, *, asks_json: bool, samples: int) -> Dialect | None:
        """Another way to ask, given what the endpoint said to this one; None if there is none left."""
        lower = said.lower()
        if status not in REFUSALS:
            return None
        if "max_completion_tokens" in lower and self.length == "max_tokens":
            return replace(self, length="max_completion_tokens")
        if "temperature" in lower and self.temperature:
            return replace(self, temperature=False)
        if samples > 1 and self.several and any(name in lower for name in ("'n'", '"n"', "`n`", " n ")):
            return replace(self, several=False)
        about = any(word in lower for word in ABOUT_FORMAT)
        if asks_json and self.json_by != "prompt" and (about or status in (400, 422, 501)):
            return replace(self, json_by=FORMATS[FORMATS.index(self.json_by) + 1])
        return None
