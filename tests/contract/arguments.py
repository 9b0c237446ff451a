"""Arguments made from a primitive's schema: such as fit it, and such as do not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from embodied.primitives import JsonSchema, PrimitiveSpec

Arguments = dict[str, Any]
MISFIT = {"nothing": ["takes", "this"]}


def fitting(spec: PrimitiveSpec) -> Arguments:
    """All arguments, each with a value that its schema allows."""
    return {name: sample(schema) for name, schema in spec.args["properties"].items()}


def sample(schema: JsonSchema) -> Any:
    """A value that a schema allows (the subset that primitives use)."""
    if "enum" in schema:
        return schema["enum"][0]
    match _types(schema)[0]:
        case "number" | "integer" as kind:
            low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
            high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
            value = min(max(0, low), high)
            if "exclusiveMinimum" in schema and value <= low:
                value = low + (1 if kind == "integer" else min(1.0, (high - low) / 2))
            return value
        case "string":
            return "x" * max(1, schema.get("minLength", 1))
        case "boolean":
            return False
        case "array":
            return [sample(schema["items"]) for _ in range(max(1, schema.get("minItems", 1)))]
        case "object":
            return {name: sample(inner) for name, inner in schema.get("properties", {}).items()}
        case _:
            return None


def misfits(spec: PrimitiveSpec) -> Iterator[tuple[str, Arguments]]:
    """(what is wrong, arguments): one missing, one too many, one of the wrong type."""
    good = fitting(spec)
    yield "too many", {**good, "no_such_argument": 1}
    for name in spec.args["required"]:
        yield f"without {name}", {key: value for key, value in good.items() if key != name}
    for name, schema in spec.args["properties"].items():
        if "object" not in _types(schema):
            yield f"wrong {name}", {**good, name: MISFIT}


def infinities(spec: PrimitiveSpec) -> Iterator[tuple[str, Arguments]]:
    """(where, arguments) with one number that is infinite or none, at every place that takes numbers."""
    good = fitting(spec)
    for name, schema in spec.args["properties"].items():
        for bad in (math.nan, math.inf, -math.inf):
            for value in _with_number(schema, good[name], bad):
                yield f"{name} = {value}", {**good, name: value}


def _with_number(schema: JsonSchema, good: Any, bad: float) -> Iterator[Any]:
    kinds = _types(schema)
    if "number" in kinds:
        yield bad
    elif "array" in kinds:
        for inner in _with_number(schema["items"], good[0], bad):
            yield [inner, *good[1:]]
    elif "object" in kinds:
        properties: Mapping[str, JsonSchema] = schema.get("properties", {})
        for name, part in properties.items():
            for inner in _with_number(part, good[name], bad):
                yield {**good, name: inner}


def _types(schema: JsonSchema) -> list[str]:
    kind = schema.get("type", "object")
    return kind if isinstance(kind, list) else [kind]
