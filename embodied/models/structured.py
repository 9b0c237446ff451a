"""JSON out of a model: how to ask for it, how to find it in an answer, and whether it fits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from embodied.errors import BadAnswer
from embodied.models.completion import Choice
from embodied.primitives import JsonSchema

_THINKING = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCE = re.compile(r"```[A-Za-z0-9_-]*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_MISSING = object()
DEEPEST = 60
FARTHEST_SEARCH = 2_000_000


def strict_format(part: str, schema: JsonSchema) -> dict[str, Any]:
    """The `response_format` that makes a server hold an answer to `schema`."""
    return {
        "type": "json_schema",
        "json_schema": {"name": part, "schema": dict(schema), "strict": _is_closed(schema)},
    }


def usable_text(choice: Choice) -> str:
    """The answer's text; raises BadAnswer if it was refused, broke off, or is empty."""
    if choice.refusal or choice.finish == "content_filter":
        said = choice.refusal or "its filter held the answer back"
        raise BadAnswer("refusal", f"refused: {said.strip().rstrip('.')}", text=choice.refusal or choice.text)
    if choice.finish == "length":
        raise BadAnswer("truncated", "the answer was cut at its longest length", text=choice.text)
    if not choice.text.strip():
        raise BadAnswer("empty", "the answer is empty", text=choice.text)
    return choice.text


def fitting_data(text: str, schema: JsonSchema) -> Any:
    """The JSON value in `text`, checked; raises BadAnswer (not_json, schema)."""
    value = find_json(text)
    if value is _MISSING:
        raise BadAnswer("not_json", "there is no whole JSON value in the answer", text=text)
    wrong = best_match(Draft202012Validator(dict(schema)).iter_errors(value))
    if wrong is not None:
        place = "".join(f"[{step!r}]" for step in wrong.absolute_path) or "the value"
        raise BadAnswer("schema", f"{place} does not fit the schema: {_short(wrong.message)}", text=text)
    return value


def find_json(text: str) -> Any:
    """The one JSON value meant: the whole text, the one fenced block, or the first balanced object or list.

    What a reasoning model thinks aloud before it is passed over. Gives a private marker if there is none.
    """
    spoken = _THINKING.sub("", text).strip()
    fenced = _FENCE.findall(spoken)
    candidates = [spoken, *(fenced if len(fenced) == 1 else ()), *_balanced(spoken)]
    for candidate in candidates:
        value = _parse(candidate)
        if value is not _MISSING:
            return value
    return _MISSING


def is_found(value: Any) -> bool:
    return value is not _MISSING


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _MISSING


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _balanced(text: str) -> Iterator[str]:
    """Every stretch from an opening bracket to the one that closes it, outermost first; strings respected.

    It gives up after `FARTHEST_SEARCH` letters, so that a wall of brackets costs no more than a second.
    """
    position = scanned = 0
    while scanned < FARTHEST_SEARCH:
        start = min((p for p in (text.find("{", position), text.find("[", position)) if p >= 0), default=-1)
        if start < 0:
            return
        end = _closing(text, start)
        scanned += (end or len(text)) - start
        if end:
            yield text[start:end]
        position = end or start + 1


def _closing(text: str, start: int) -> int:
    depth, inside, escaped = 0, False, False
    for index in range(start, len(text)):
        letter = text[index]
        if inside:
            inside = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            inside = True
        elif letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
            if depth == 0:
                return index + 1
    return 0


def _is_closed(schema: Any, depth: int = 0) -> bool:
    """True if the schema is of the strict kind: every object names all its fields and takes no others."""
    if depth > DEEPEST:
        return False
    if isinstance(schema, list):
        return all(_is_closed(part, depth + 1) for part in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        named = schema.get("properties")
        closed = schema.get("additionalProperties") is False and isinstance(named, Mapping)
        if not closed or set(schema.get("required", ())) != set(named or ()):
            return False
    return all(_is_closed(part, depth + 1) for part in schema.values())


def _short(message: str) -> str:
    return message if len(message) <= 300 else message[:299] + "…"
