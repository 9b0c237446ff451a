"""What a body can be asked to do.

A bridge lists its primitives once, as `PrimitiveSpec`s. The type stubs that skill code is checked
against, the prompts, and the documentation are all made from that list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from embodied.errors import BadInput, did_you_mean

if TYPE_CHECKING:
    from embodied.outcome import PrimitiveResult

JsonSchema = Mapping[str, Any]


@dataclass(frozen=True)
class PrimitiveSpec:
    """One verb of a body.

    Attributes:
        name: Python identifier, unique in its bridge.
        doc: one or two sentences, with units and frames.
        args: JSON Schema of type "object": `properties` in call order, `required`,
            `additionalProperties: false`.
        result: JSON Schema of the value returned on success (an "object").
        errors: expected failures, code to meaning.
        moves: True if it can move the body or change the world; only one such call runs at a time.
        assistance: what it gives that a player would not have ("" if nothing); counted when used.
        timeout_s: the default deadline of a call [s].
    """

    name: str
    doc: str
    args: JsonSchema
    result: JsonSchema
    errors: Mapping[str, str] = field(default_factory=dict)
    moves: bool = True
    assistance: str = ""
    timeout_s: float = 30.0

    def check_args(self, args: Mapping[str, Any]) -> None:
        """Raise `BadInput`, naming the argument, unless `args` fits the schema and all numbers are finite."""
        for name, value in args.items():
            if not finite(value):
                raise BadInput(
                    f"{self.name}(): argument ['{name}']: numbers must be finite, not {value!r:.60}."
                )
        error = next(iter(Draft202012Validator(dict(self.args)).iter_errors(dict(args))), None)
        if error is None:
            return
        known = self.args.get("properties", {})
        extra = [key for key in args if key not in known]
        hint = did_you_mean(extra[0], known) if extra else ""
        where = "".join(f"[{part!r}]" for part in error.absolute_path)
        raise BadInput(
            f"{self.name}(): {'argument ' + where + ': ' if where else ''}{error.message}",
            remedy=hint or f"Expected {self.signature()}.",
        )

    def assistance_of(self, result: PrimitiveResult) -> dict[str, int]:
        """What a call was given for free: as the body counted, else the primitive's own, where it worked."""
        own = {self.assistance: 1} if self.assistance and result.ok else {}
        return dict(result.assistance) or own

    def signature(self) -> str:
        """The call as a reader would write it: `dig(x: int, y: int, z: int)`."""
        required = set(self.args.get("required", ()))
        parts = []
        for name, schema in self.args.get("properties", {}).items():
            default = "" if name in required else f" = {schema.get('default')!r}"
            parts.append(f"{name}: {python_type(schema)}{default}")
        return f"{self.name}({', '.join(parts)})"

    def result_shape(self) -> str:
        """What `value` holds on success, as a reader would write it; "" where the schema does not say."""
        return shape(self.result) if self.result.get("properties") else ""


def finite(value: Any) -> bool:
    """Whether no number in a value, however deep, is infinite or not a number."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(finite(item) for item in value.values())
    return not isinstance(value, (list, tuple)) or all(finite(item) for item in value)


def shape(schema: JsonSchema) -> str:
    """A JSON Schema as a value with types in the place of data: `{'blocks': [{'name': str, 'x': int}]}`."""
    properties = schema.get("properties")
    if properties:
        return "{" + ", ".join(f"{name!r}: {shape(inner)}" for name, inner in properties.items()) + "}"
    if schema.get("type") == "array":
        return f"[{shape(schema.get('items', {}))}, ...]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"{{str: {shape(schema['additionalProperties'])}, ...}}"
    doc = schema.get("description")
    return python_type(schema) + (f" ({doc})" if doc else "")


def python_type(schema: JsonSchema) -> str:
    """The Python annotation of a JSON Schema (the subset that primitives use)."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(python_type({**schema, "type": k}) for k in kind)
    if kind == "array":
        return f"list[{python_type(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        if isinstance(values, Mapping):
            return f"dict[str, {python_type(values)}]"
        return "dict[str, Any]"
    names = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
    return names.get(str(kind), "Any")
