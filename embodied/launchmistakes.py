"""What is wrong with a launch file: all at once, each with its line, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from embodied.errors import BadGoal, BadLaunchFile, EmbodiedError, did_you_mean
from embodied.goals import GoalParser
from embodied.launchtables import Schema
from embodied.plugins import load_world, world_kinds


@dataclass(frozen=True)
class _Mistake:
    where: str
    message: str
    remedy: str

    @property
    def line(self) -> int:
        """For telling them in the file's order; those of the command line come last."""
        return int(self.where.removeprefix("line ")) if self.where.startswith("line ") else 10**9


class Mistakes:
    """Those found so far in one launch.

    Attributes:
        where: where its tables and keys stand, for messages: "world.seed" to "line 7" or "--seed 3".
    """

    def __init__(self, where: dict[str, str]) -> None:
        self.where = where
        self._found: list[_Mistake] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, path: str, message: str, remedy: str = "") -> None:
        """Note one about "table.key", which stands where its table does if its own place is not known."""
        where = self.where.get(path) or self.where.get(path.rpartition(".")[0], "")
        self._found.append(_Mistake(where, message, remedy))

    def check_table(
        self, name: str, given: Mapping[str, Any], schema: Schema, *, strict: bool
    ) -> dict[str, Any]:
        """The settings of a table that are right, and the defaults of those not given; notes the others.

        Args:
            strict: a setting that the schema does not have is a mistake.
        """
        values: dict[str, Any] = {}
        for key, value in given.items():
            path = f"{name}.{key}"
            if key not in schema:
                if strict:
                    self.add(path, *_unknown_key(name, key, schema))
            elif not Draft202012Validator({**schema[key], "properties": {}}).is_valid(value):
                message = f"[{name}] {key} is {shown(value)}; expected {expectation(schema[key])}."
                hint = did_you_mean(str(value), map(str, schema[key].get("enum", ())))
                self.add(path, message, hint)
            elif isinstance(value, Mapping) and "properties" in schema[key]:
                values[key] = self.check_table(path, value, schema[key]["properties"], strict=True)
            else:
                values[key] = value
        for key, rule in schema.items():
            if key not in given and "default" in rule:
                values[key] = rule["default"]
        return values

    def check_required(self, name: str, given: Mapping[str, Any], required: Iterable[str]) -> None:
        hint = "Add it to the file, or give --goal TEXT." if name == "goal" else "Add it to the file."
        for key in required:
            if key not in given:
                self.add(name, f"[{name}] {key} is missing.", hint)

    def check_names(self, given: Iterable[str], tables: Iterable[str]) -> None:
        """Tables that there are not."""
        known = tuple(tables)
        for name in given:
            if name not in known:
                hint = did_you_mean(name, known) or f"There are: {', '.join(f'[{t}]' for t in known)}."
                self.add(name, f"There is no table [{name}].", hint)

    def check_goal(self, kind: str, values: Mapping[str, Mapping[str, Any]]) -> None:
        """The goal would be read next: what is wrong with it is said with the other mistakes."""
        text, planner = values["goal"].get("text"), values["agent"].get("planner", "offline")
        if text is None or planner != "offline":
            return
        try:
            spec = load_world(kind).spec({k: v for k, v in values["world"].items() if k != "kind"})
            GoalParser(spec.vocabulary, spec.families).parse(text)
        except BadGoal as unclear:
            self.add("goal.text", unclear.message, unclear.remedy)
        except EmbodiedError:  # the other mistakes keep the world from telling
            return

    def error(self, origin: str) -> BadLaunchFile:
        """All of them, in the order of the file `origin`."""
        listed: Sequence[_Mistake] = sorted(self._found, key=lambda one: one.line)
        if len(listed) == 1:
            only = listed[0]
            where = f", {only.where}" if only.where else ""
            return BadLaunchFile(f"{origin}{where}: {only.message}", remedy=only.remedy)
        lines = [f"{m.where + ': ' if m.where else ''}{m.message} {m.remedy}".rstrip() for m in listed]
        return BadLaunchFile(f"{origin} has {len(lines)} mistakes:\n    " + "\n    ".join(lines))


def _unknown_key(name: str, key: str, schema: Schema) -> tuple[str, str]:
    """What is wrong, and what to do; of a world's setting, which other worlds have it."""
    hint = did_you_mean(key, schema) or f"[{name}] has: {', '.join(schema)}."
    if name == "model" and "key" in key.lower():
        hint = "A key never stands in a file: export OPENAI_API_KEY=…"
    if name != "world":
        return f'[{name}] has no setting "{key}".', hint
    elsewhere = [kind for kind in world_kinds() if key in _settings_if_installed(kind)]
    if elsewhere:
        hint = (
            f"Of the worlds installed, {', '.join(elsewhere)} {'has' if len(elsewhere) == 1 else 'have'} it."
        )
    return f'[world] has no setting "{key}" in this kind of world.', hint


def _settings_if_installed(kind: str) -> Schema:
    try:
        found: Schema = load_world(kind).settings_schema.get("properties", {})
    except EmbodiedError:  # a broken stranger's package is not what this message is about
        return {}
    return found


def expectation(rule: Schema) -> str:
    """What a setting's schema asks for, in words: "an integer, at least 0"."""
    if "enum" in rule:
        return "one of " + ", ".join(shown(choice) for choice in rule["enum"])
    names = {
        "string": "text in quotes",
        "integer": "an integer",
        "number": "a number",
        "boolean": "true or false",
        "array": "a list",
        "object": "a table",
        "null": "nothing",
    }
    kinds = rule.get("type", "string")
    words = " or ".join(names[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
    bounds = (("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"))
    limits = [f"{word} {rule[key]}" for key, word in bounds if key in rule]
    if "items" in rule:
        limits.append(f"each {expectation(rule['items'])}")
    if "prefixItems" in rule:
        limits.append("of " + "; ".join(expectation(part) for part in rule["prefixItems"]))
    if rule.get("minLength") == 1:
        limits.append("not empty")
    if "pattern" in rule:
        limits.append(f"of the form {rule['pattern']}")
    return ", ".join([words, *limits])


def shown(value: Any) -> str:
    """A value as a launch file writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)
