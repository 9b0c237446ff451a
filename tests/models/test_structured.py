"""Finding the JSON that a model meant."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from embodied.models.messages import Message
from embodied.models.structured import find_json, is_found, strict_format
from embodied.prompts import render


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, "}"]}',
        'Here it is: {"a": [1, "}"]} - have fun!',
        '```json\n{"a": [1, "}"]}\n```',
        'First\n```\n{"a": [1, "}"]}\n```\nand that was it {not json}',
        '<think>maybe {"a": 2}?</think>\n{"a": [1, "}"]}',
        'The set {x, y} is not it, {"a": [1, "}"]} is.',
        '{"a": [1, "}"]}\n{"a": 2}',
        'Two:\n```json\n{"a": [1, "}"]}\n```\n```json\n{"a": 2}\n```',
    ],
)
def test_the_value_is_found(text: str) -> None:
    assert find_json(text) == {"a": [1, "}"]}


@pytest.mark.parametrize("text", ["", "no", '{"a": ', '{"a": NaN}', "{'a': 1}", "[" * 5000])
def test_nothing_is_made_up(text: str) -> None:
    assert not is_found(find_json(text))


def test_a_wall_of_brackets_is_no_trap() -> None:
    began = time.monotonic()
    find_json("{" * 300_000)
    find_json('{"a": ' * 30_000)
    assert time.monotonic() - began < 5.0


def _strict(schema: dict[str, Any]) -> bool:
    return bool(strict_format("planner", schema)["json_schema"]["strict"])


def test_only_closed_schemas_are_asked_for_strictly() -> None:
    closed = {"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}
    assert _strict(closed)
    assert not _strict({**closed, "required": []})
    assert not _strict({**closed, "properties": {"a": {"type": "object"}}})


def test_the_prompt_that_asks_for_json() -> None:
    text = render("json", schema=json.dumps({"type": "object"}))
    assert text.rstrip().endswith('{"type": "object"}')
    assert Message("user", text).to_wire()["role"] == "user"
