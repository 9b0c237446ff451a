"""The `[model]` table: which model plays which part, at what price, within what budget.

A key never stands in a launch file: it is read from OPENAI_API_KEY, or from the variable that `api_key_env`
names, when the first question is asked. A launch file that brings an address of its own gets no key unless
one is named for it: a stranger's file must not carry a key off (`embodied.models.endpoint`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from embodied.models.messages import PARTS

KEY_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")
"""A launch file may name no other variable: it could read any secret of the user's out of the environment."""

_PRICE = {"type": "number", "minimum": 0}
_TEMPERATURE = {"type": "number", "minimum": 0, "maximum": 2}
_MAX_TOKENS = {"type": "integer", "minimum": 16}

_ROLE: Mapping[str, Any] = {
    "name": {"type": "string", "minLength": 1},
    "price_in": _PRICE,
    "price_out": _PRICE,
    "temperature": _TEMPERATURE,
    "max_tokens": _MAX_TOKENS,
}


def _part(what: str) -> Mapping[str, Any]:
    return {"type": ["string", "object"], "default": "", "properties": _ROLE, "description": what}


MODEL_TABLE: Mapping[str, Mapping[str, Any]] = {
    "name": {
        "type": "string",
        "default": "",
        "description": "Plays every part that has no model of its own; needed when a model is asked.",
    },
    "base_url": {
        "type": "string",
        "default": "",
        "description": "An OpenAI-compatible endpoint; empty: OPENAI_BASE_URL, else OpenAI itself.",
    },
    "api_key_env": {
        "type": "string",
        "default": "",
        "description": "The variable with the key for base_url, such as MY_SERVER_API_KEY; empty: no key "
        "goes to a base_url of the launch file, and OPENAI_API_KEY to OpenAI and to OPENAI_BASE_URL.",
    },
    "price_in": {
        **_PRICE,
        "default": 0,
        "description": "Price of a million prompt tokens; 0: money is not counted.",
    },
    "price_out": {**_PRICE, "default": 0, "description": "Price of a million tokens of answers."},
    "temperature": {
        **_TEMPERATURE,
        "optional": True,
        "description": "How freely it answers; left out: as the model's maker set it.",
    },
    "max_tokens": {
        **_MAX_TOKENS,
        "default": 8192,
        "description": "Longest answer, hidden reasoning included [tokens].",
    },
    "timeout_s": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 3600,
        "default": 180,
        "description": "An answer that takes longer is too late [s].",
    },
    "calls": {
        "type": "integer",
        "minimum": 0,
        "default": 100,
        "description": "Budget of the whole run: calls of models.",
    },
    "tokens": {
        "type": "integer",
        "minimum": 0,
        "default": 1000000,
        "description": "Budget of the whole run: tokens, prompts and answers together.",
    },
    "money": {
        "type": "number",
        "minimum": 0,
        "default": 5,
        "description": "Budget of the whole run: money, in the currency of the prices.",
    },
    "minutes": {
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 30,
        "description": "Budget of the whole run: waiting for models [min].",
    },
    "cache": {
        "type": "boolean",
        "default": True,
        "description": "Answer a question that an earlier run asked from the user's cache, at no cost.",
    },
    "planner": _part(
        "Who plans: a name, or a table of name, prices, temperature, max_tokens; empty: as above."
    ),
    "writer": _part("Who writes skills, in the same way."),
    "critic": _part("Who proposes how success is judged, in the same way."),
    "curriculum": _part("Who sets goals while exploring, in the same way."),
    "designer": _part("Who writes rewards for `embodied refine --designer llm`, in the same way."),
    "listener": _part("Who says freely worded sentences of a conversation in documented ones, likewise."),
}


@dataclass(frozen=True)
class Role:
    """The model that plays a part.

    Attributes:
        price_in, price_out: of a million tokens.
        temperature: None leaves the choice to the server.
        max_tokens: longest answer, hidden reasoning included.
    """

    name: str
    price_in: float = 0.0
    price_out: float = 0.0
    temperature: float | None = None
    max_tokens: int = 8192

    def cost(self, prompt_tokens: float, completion_tokens: float) -> float:
        return (prompt_tokens * self.price_in + completion_tokens * self.price_out) / 1e6


@dataclass(frozen=True)
class Model:
    """The `[model]` table, defaults filled in; the units are in `MODEL_TABLE`."""

    name: str = ""
    base_url: str = ""
    api_key_env: str = ""
    price_in: float = 0.0
    price_out: float = 0.0
    temperature: float | None = None
    max_tokens: int = 8192
    timeout_s: float = 180.0
    calls: int = 100
    tokens: int = 1_000_000
    money: float = 5.0
    minutes: float = 30.0
    cache: bool = True
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def role(self, part: str) -> Role:
        """Who plays `part`: its own settings over those of the table."""
        shared = {
            "name": self.name,
            "price_in": self.price_in,
            "price_out": self.price_out,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
        }
        return Role(**{**shared, **self.parts.get(part, {})})

    @property
    def priced(self) -> bool:
        """True if any part has a price, so that money can be counted."""
        return any(role.price_in or role.price_out for role in map(self.role, PARTS))

    def to_table(self) -> dict[str, Any]:
        """As plain data for the journal, without what is not set."""
        kept = {
            key: getattr(self, key)
            for key in MODEL_TABLE
            if key not in PARTS and getattr(self, key) is not None
        }
        return {**kept, **{part: dict(own) for part, own in self.parts.items()}}


def model_from_table(table: Mapping[str, Any]) -> Model:
    """The checked table as a `Model`."""
    parts = {
        part: {"name": table[part]} if isinstance(table[part], str) else dict(table[part])
        for part in PARTS
        if table.get(part)
    }
    return Model(**{key: value for key, value in table.items() if key not in PARTS}, parts=parts)


def mistakes_in(model: Model) -> Iterator[tuple[str, str, str]]:
    """What no schema can say: (key, what is wrong, what to do). Never shows the value of an address."""
    if model.base_url:
        address = urlsplit(model.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            yield "base_url", "[model] base_url is no address.", "For instance http://127.0.0.1:11434/v1."
        elif "@" in address.netloc or address.query or address.fragment:
            yield (
                "base_url",
                "[model] base_url holds more than an address.",
                "Leave out user name, password and query; the key is read from OPENAI_API_KEY.",
            )
    if model.api_key_env and not KEY_VARIABLE.fullmatch(model.api_key_env):
        yield (
            "api_key_env",
            "[model] api_key_env is not the name of a variable that holds a model's key.",
            "Its name ends in _API_KEY, such as MY_SERVER_API_KEY; the key itself never stands in a file.",
        )
    if not model.priced:
        return
    for part, own in model.parts.items():
        if own.get("name", model.name) != model.name and not {"price_in", "price_out"} <= own.keys():
            yield (
                part,
                f"[model] {part} is another model than [model] name, and its prices are missing.",
                f'{part} = {{ name = "{own["name"]}", price_in = …, price_out = … }}, per million tokens.',
            )
