"""Launch files: which world, which goal, which limits.

A launch file is TOML. Its tables are described by JSON Schema, the engine's here and a world's own
settings by its plugin, so that one checker finds every mistake at once and names the line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from embodied.errors import BadInput, BadLaunchFile, did_you_mean
from embodied.launchlines import key_lines
from embodied.launchmistakes import Mistakes, shown
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
    mistakes = Mistakes({path: f"line {line}" for path, line in (lines or {}).items()})
    merged = _merge(table, overrides, mistakes)
    kind = merged.get("world", {}).get("kind", ENGINE_TABLES["world"]["kind"]["default"])
    kind, settings = _settings_of(kind, settings_schema, mistakes)
    tables: dict[str, Schema] = {name: dict(schema) for name, schema in ENGINE_TABLES.items()}
    tables["world"] = {**tables["world"], **(settings or {}).get("properties", {})}
    required = {"goal": ("text",), "world": (settings or {}).get("required", ())}
    values: dict[str, dict[str, Any]] = {}
    for name, schema in tables.items():
        given = merged.get(name, {})
        strict = settings is not None or name != "world"
        values[name] = mistakes.check_table(name, given, schema, strict=strict)
        mistakes.check_required(name, given, required.get(name, ()))
    mistakes.check_names(merged, tables)
    model = model_from_table(values["model"])
    for key, message, hint in mistakes_in(model):
        mistakes.add(f"model.{key}", message, hint)
    if mistakes:
        if settings is not None:
            mistakes.check_goal(kind, values)
        raise mistakes.error(origin)
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


def _settings_of(
    kind: Any, settings_schema: SettingsSchema | None, mistakes: Mistakes
) -> tuple[Any, Schema | None]:
    """The kind of world that was meant and the schema of its settings; None where no kind is."""
    schema_of = settings_schema or plugin_settings_schema
    if not isinstance(kind, str):  # which is a mistake of its table
        return kind, {}
    try:
        return kind, schema_of(kind)
    except BadInput as unknown:
        mistakes.add("world.kind", unknown.message, unknown.remedy)
    near = get_close_matches(kind, world_kinds(), n=1, cutoff=0.55) if settings_schema is None else []
    return (near[0], {**schema_of(near[0]), "required": ()}) if near else (kind, None)


def plugin_settings_schema(kind: str) -> Schema:
    """The settings schema of a registered world. Raises BadInput for an unknown kind."""
    return load_world(kind).settings_schema


def _merge(
    table: Mapping[str, Any], overrides: Sequence[Override], mistakes: Mistakes
) -> dict[str, dict[str, Any]]:
    """The tables with what the command line lays over them; notes what stands in none."""
    merged: dict[str, dict[str, Any]] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            merged[name] = dict(value)
        elif name in ENGINE_TABLES:
            mistakes.add(name, f"{name} is {shown(value)}; expected a table [{name}].")
        else:
            owners = [owner for owner, schema in ENGINE_TABLES.items() if name in schema]
            hint = f"It belongs under [{owners[0]}]." if owners else did_you_mean(name, ENGINE_TABLES)
            mistakes.add(name, f'"{name}" stands outside every table.', hint)
    for override in overrides:
        owner, _, key = override.path.partition(".")
        merged.setdefault(owner, {})[key] = override.value
        mistakes.where[override.path] = override.where
        mistakes.where.setdefault(owner, override.where)
    return merged
