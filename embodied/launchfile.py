"""Launch files: which world, which goal, which limits.

A launch file is TOML. Its tables are described by JSON Schema, the engine's here and a world's own
settings by its plugin, so that one checker finds every mistake at once and names the line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from embodied.errors import BadGoal, BadInput, BadLaunchFile, EmbodiedError, did_you_mean
from embodied.goals import GoalParser
from embodied.launchlines import key_lines
from embodied.launchtables import ENGINE_TABLES, Schema
from embodied.models.settings import Model, mistakes_in, model_from_table
from embodied.plugins import load_world, world_kinds

SettingsSchema = Callable[[str], Schema]
"""Kind of world to the JSON Schema of its settings; raises BadInput for an unknown kind."""


@dataclass(frozen=True)
class Goal:
    text: str


@dataclass(frozen=True)
class WorldChoice:
    """Attributes: kind: which plugin; settings: all of its settings, defaults filled in."""

    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Agent:
    """Attributes: refine: "never", "ask" or "allow" that what keeps failing is learned; refine_minutes: that
    it may take [min]; rules: what must hold whatever is done, in words (docs/rules.md)."""

    planner: str
    step_retries: int
    seed_skills: bool = True
    refine: str = "never"
    refine_minutes: float = 10.0
    rules: Sequence[str] = ()


@dataclass(frozen=True)
class Limits:
    """Attributes: minutes: wall clock [min]; steps, primitive_calls: counts over the whole run."""

    minutes: float
    steps: int
    primitive_calls: int


@dataclass(frozen=True)
class Sandbox:
    """Attributes: memory_mb [MB] and cpu_seconds [s] of one skill's program."""

    memory_mb: int
    cpu_seconds: float


@dataclass(frozen=True)
class Teach:
    """Attributes: players: names or UUIDs of who is listened to in the game's chat; public_lines: "addressed"
    or "all" of their public lines are meant (docs/teaching.md)."""

    players: Sequence[str] = ()
    public_lines: str = "addressed"


@dataclass(frozen=True)
class LaunchFile:
    """A whole launch, checked, with every default filled in."""

    goal: Goal
    world: WorldChoice
    agent: Agent
    limits: Limits
    sandbox: Sandbox
    model: Model = field(default_factory=Model)
    teach: Teach = field(default_factory=Teach)
    origin: str = "(no file)"

    def to_table(self) -> dict[str, Any]:
        """The launch as plain data, as the journal keeps it; `from_table` reads it again."""
        return {
            "goal": {"text": self.goal.text},
            "world": {"kind": self.world.kind, **self.world.settings},
            "agent": {
                "planner": self.agent.planner,
                "step_retries": self.agent.step_retries,
                "seed_skills": self.agent.seed_skills,
                "refine": self.agent.refine,
                "refine_minutes": self.agent.refine_minutes,
                "rules": list(self.agent.rules),
            },
            "limits": {
                "minutes": self.limits.minutes,
                "steps": self.limits.steps,
                "primitive_calls": self.limits.primitive_calls,
            },
            "sandbox": {"memory_mb": self.sandbox.memory_mb, "cpu_seconds": self.sandbox.cpu_seconds},
            "teach": {"players": list(self.teach.players), "public_lines": self.teach.public_lines},
            "model": self.model.to_table(),
        }


@dataclass(frozen=True)
class Override:
    """One setting from the command line, laid over the file.

    Attributes: path: "world.seed"; value; where: how the user wrote it, for messages.
    """

    path: str
    value: Any
    where: str


def override_from_text(text: str) -> Override:
    """Read `world.seed=7`. The value is TOML; what is not TOML is taken as a string.

    Raises:
        BadLaunchFile: there is no `table.key=`.
    """
    path, equals, raw = text.partition("=")
    path, raw = path.strip(), raw.strip()
    if not equals or path.count(".") != 1 or not all(path.split(".")):
        raise BadLaunchFile(
            f"--set {text} cannot be read; expected TABLE.KEY=VALUE.",
            remedy="For instance --set world.seed=7.",
        )
    try:
        parsed = tomllib.loads(f"value = {raw}")
        value = parsed["value"] if list(parsed) == ["value"] else raw
    except tomllib.TOMLDecodeError:
        value = raw
    return Override(path, value, f"--set {text}")


def load_launch_file(
    path: Path, overrides: Sequence[Override] = (), *, settings_schema: SettingsSchema | None = None
) -> LaunchFile:
    """Read and check a launch file.

    Raises:
        BadLaunchFile: no such file, not TOML, or mistakes; all mistakes are named at once.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = did_you_mean(path.name, (p.name for p in path.parent.glob("*.toml")))
        raise BadLaunchFile(
            f"There is no launch file {path}.", remedy=near or "launch/minecraft.toml is one to start from."
        ) from None
    except (OSError, UnicodeDecodeError) as broken:
        raise BadLaunchFile(f"{path} cannot be read: {broken}.", remedy="Name a TOML text file.") from broken
    return parse_launch(text, str(path), overrides, settings_schema=settings_schema)


def parse_launch(
    text: str,
    origin: str,
    overrides: Sequence[Override] = (),
    *,
    settings_schema: SettingsSchema | None = None,
) -> LaunchFile:
    """Check the text of a launch file; `origin` names it in messages. Raises BadLaunchFile."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise BadLaunchFile(
            f"{origin} is not TOML: {broken}.", remedy='A setting is written  key = value, text in "quotes".'
        ) from broken
    return from_table(table, origin, overrides, lines=dict(key_lines(text)), settings_schema=settings_schema)


def from_table(
    table: Mapping[str, Any],
    origin: str,
    overrides: Sequence[Override] = (),
    *,
    lines: Mapping[str, int] | None = None,
    settings_schema: SettingsSchema | None = None,
) -> LaunchFile:
    """Check a launch given as plain data, and fill in the defaults. Raises BadLaunchFile."""
    where = {path: f"line {line}" for path, line in (lines or {}).items()}
    merged, mistakes = _merge(table, overrides, where)
    schema_of = settings_schema or plugin_settings_schema
    tables: dict[str, Schema] = {name: dict(schema) for name, schema in ENGINE_TABLES.items()}
    kind = merged.get("world", {}).get("kind", ENGINE_TABLES["world"]["kind"]["default"])
    required: dict[str, Sequence[str]] = {"goal": ("text",)}
    known_kind = True
    if isinstance(kind, str):
        try:
            settings = schema_of(kind)
            tables["world"] = {**tables["world"], **settings.get("properties", {})}
            required["world"] = tuple(settings.get("required", ()))
        except BadInput as unknown:
            known_kind = False
            mistakes.append(_Mistake(where.get("world.kind", ""), unknown.message, unknown.remedy))
            near = get_close_matches(kind, world_kinds(), n=1, cutoff=0.55)
            if near and settings_schema is None:  # the rest is checked as for the world that was meant
                known_kind, kind = True, near[0]
                tables["world"] = {**tables["world"], **schema_of(kind).get("properties", {})}
    values: dict[str, dict[str, Any]] = {}
    for name, schema in tables.items():
        strict = known_kind or name != "world"
        given = merged.get(name, {})
        values[name] = _check_table(name, given, schema, where, mistakes, strict=strict)
        mistakes.extend(_missing(name, given, required.get(name, ()), where))
    mistakes.extend(_unknown_tables(merged, tables, where))
    model = model_from_table(values["model"])
    for key, message, hint in mistakes_in(model):
        mistakes.append(_Mistake(where.get(f"model.{key}", where.get("model", "")), message, hint))
    if mistakes:
        mistakes.extend(_unclear_goal(kind, values, where) if known_kind else ())
        raise _bad_launch(origin, mistakes)
    world = dict(values["world"])
    return LaunchFile(
        goal=Goal(**values["goal"]),
        world=WorldChoice(kind=world.pop("kind"), settings=world),
        agent=Agent(**values["agent"]),
        limits=Limits(**values["limits"]),
        sandbox=Sandbox(**values["sandbox"]),
        model=model,
        teach=Teach(**values["teach"]),
        origin=origin,
    )


def plugin_settings_schema(kind: str) -> Schema:
    """The settings schema of a registered world. Raises BadInput for an unknown kind."""
    return load_world(kind).settings_schema


@dataclass(frozen=True)
class _Mistake:
    where: str
    message: str
    remedy: str = ""


def _merge(
    table: Mapping[str, Any], overrides: Sequence[Override], where: dict[str, str]
) -> tuple[dict[str, dict[str, Any]], list[_Mistake]]:
    merged: dict[str, dict[str, Any]] = {}
    mistakes = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            merged[name] = dict(value)
        elif name in ENGINE_TABLES:
            mistakes.append(
                _Mistake(where.get(name, ""), f"{name} is {_shown(value)}; expected a table [{name}].")
            )
        else:
            owners = [owner for owner, schema in ENGINE_TABLES.items() if name in schema]
            hint = f"It belongs under [{owners[0]}]." if owners else did_you_mean(name, ENGINE_TABLES)
            mistakes.append(_Mistake(where.get(name, ""), f'"{name}" stands outside every table.', hint))
    for override in overrides:
        owner, _, key = override.path.partition(".")
        merged.setdefault(owner, {})[key] = override.value
        where[override.path] = override.where
        where.setdefault(owner, override.where)
    return merged, mistakes


def _check_table(
    name: str,
    given: Mapping[str, Any],
    schema: Schema,
    where: Mapping[str, str],
    mistakes: list[_Mistake],
    *,
    strict: bool,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in given.items():
        place = where.get(f"{name}.{key}", where.get(name, ""))
        if key not in schema:
            if strict:
                mistakes.append(_Mistake(place, *_unknown_key(name, key, schema)))
        elif not Draft202012Validator({**schema[key], "properties": {}}).is_valid(value):
            message = f"[{name}] {key} is {_shown(value)}; expected {expectation(schema[key])}."
            hint = did_you_mean(str(value), map(str, schema[key].get("enum", ())))
            mistakes.append(_Mistake(place, message, hint))
        elif isinstance(value, Mapping) and "properties" in schema[key]:
            inner = schema[key]["properties"]
            values[key] = _check_table(f"{name}.{key}", value, inner, where, mistakes, strict=True)
        else:
            values[key] = value
    for key, rule in schema.items():
        if key not in given and "default" in rule:
            values[key] = rule["default"]
    return values


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


def _unclear_goal(
    kind: str, values: Mapping[str, Mapping[str, Any]], where: Mapping[str, str]
) -> Iterator[_Mistake]:
    """The goal would be read next: what is wrong with it is said with the other mistakes."""
    text, planner = values["goal"].get("text"), values["agent"].get("planner", "offline")
    if text is None or planner != "offline":
        return
    try:
        spec = load_world(kind).spec({k: v for k, v in values["world"].items() if k != "kind"})
        GoalParser(spec.vocabulary, spec.families).parse(text)
    except BadGoal as unclear:
        yield _Mistake(where.get("goal.text", ""), unclear.message, unclear.remedy)
    except EmbodiedError:  # the other mistakes keep the world from telling
        return


def _missing(
    name: str, given: Mapping[str, Any], required: Iterable[str], where: Mapping[str, str]
) -> Iterator[_Mistake]:
    hint = "Add it to the file, or give --goal TEXT." if name == "goal" else "Add it to the file."
    for key in required:
        if key not in given:
            yield _Mistake(where.get(name, ""), f"[{name}] {key} is missing.", hint)


def _unknown_tables(
    merged: Mapping[str, Any], tables: Mapping[str, Any], where: Mapping[str, str]
) -> Iterator[_Mistake]:
    for name in merged:
        if name not in tables:
            hint = did_you_mean(name, tables) or f"There are: {', '.join(f'[{t}]' for t in tables)}."
            yield _Mistake(where.get(name, ""), f"There is no table [{name}].", hint)


def expectation(rule: Schema) -> str:
    """What a setting's schema asks for, in words: "an integer, at least 0"."""
    if "enum" in rule:
        return "one of " + ", ".join(_shown(choice) for choice in rule["enum"])
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


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _bad_launch(origin: str, mistakes: Iterable[_Mistake]) -> BadLaunchFile:
    def line_of(mistake: _Mistake) -> int:
        return int(mistake.where.removeprefix("line ")) if mistake.where.startswith("line ") else 10**9

    listed = sorted(mistakes, key=line_of)
    if len(listed) == 1:
        only = listed[0]
        return BadLaunchFile(
            f"{origin}{only.where and ', ' + only.where}: {only.message}", remedy=only.remedy
        )
    shown = [f"{m.where + ': ' if m.where else ''}{m.message} {m.remedy}".rstrip() for m in listed]
    return BadLaunchFile(f"{origin} has {len(shown)} mistakes:\n    " + "\n    ".join(shown))
