"""An observation as text: the one renderer for every prompt and every screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from embodied.condition import Condition, facts_in
from embodied.facts import FactFamily, Key, Observation, Value

ENTRIES: Final = 40
"""Facts of one family that are written out; the rest are counted."""

EVENTS: Final = 6


def render_observation(observation: Observation, *, entries: int = ENTRIES) -> str:
    """Facts by family, one family a line; what is missing of a closed family is left out.

    Amounts stand in order of their names, distances nearest first. The last events end the text.
    """
    lines = []
    unknown = []
    for name, family in observation.families.items():
        present = dict(observation.items(name))
        if present:
            lines.append(f"{name}: {render_family(family, present, entries)}")
        elif family.closed:
            lines.append(f"{name}: (nothing)" if family.keys else f"{name}: {render_value(family.default)}")
        else:
            unknown.append(name)
    if unknown:
        lines.append(f"not known now: {', '.join(unknown)}")
    lines += [f"event: {render_event(event)}" for event in observation.events[-EVENTS:]]
    return "\n".join(lines)


def render_family(family: FactFamily, present: Mapping[Key, Value], entries: int = ENTRIES) -> str:
    """The facts of one family: `oak_log 3, stick 2`, or the value of a family with no key."""
    if () in present:
        return render_value(present[()])
    by_distance = family.kind == "float" and not family.closed
    ordered = sorted(present.items(), key=lambda pair: (pair[1] if by_distance else 0, pair[0]))
    shown = [f"{', '.join(key)} {render_value(value)}" for key, value in ordered[:entries]]
    rest = len(ordered) - entries
    return ", ".join([*shown, f"… {rest} more"] if rest > 0 else shown)


def render_value(value: Value | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"({', '.join(f'{part:.1f}' for part in value)})"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def render_event(event: Mapping[str, Any]) -> str:
    """`died (cause=lava)`."""
    data = event.get("data")
    inner = ", ".join(f"{key}={value}" for key, value in data.items()) if isinstance(data, Mapping) else ""
    return f"{event.get('type', 'event')}{f' ({inner})' if inner else ''}"


def render_families(families: Mapping[str, FactFamily]) -> str:
    """The schema of facts, one family a line: what a condition or `fact(...)` may name."""
    return "\n".join(_schema_line(family) for family in families.values())


def _schema_line(family: FactFamily) -> str:
    name = family.name + (f"[{', '.join(family.keys)}]" if family.keys else "")
    missing = (
        f" What is missing is {render_value(family.default)}."
        if family.closed and family.keys
        else " What is missing is unknown."
        if family.keys
        else ""
    )
    return f"- {name}: {family.kind}. {family.doc}{missing}"


def render_changes(before: Observation, after: Observation, about: Iterable[Condition] = ()) -> str:
    """What an attempt changed among countable facts, and the facts that conditions speak of."""
    lines = []
    for name, family in after.families.items():
        if not (family.closed and family.kind in ("int", "float")):
            continue
        keys = sorted({key for key, _ in before.items(name)} | {key for key, _ in after.items(name)})
        changed = [
            f"{', '.join(key)} {render_value(_as_value(before, name, key))} -> "
            f"{render_value(_as_value(after, name, key))}"
            for key in keys
            if before.get(name, *key) != after.get(name, *key)
        ]
        if changed:
            lines.append(f"{name}: {'; '.join(changed)}")
    for condition in about:
        for fact in facts_in(condition):
            value = after.get(fact.family, *fact.keys)
            lines.append(f"{fact} is now {'unknown' if not _known(value) else render_value(value)}")  # type: ignore[arg-type]
    return "\n".join(dict.fromkeys(lines)) or "nothing countable changed"


def _as_value(observation: Observation, family: str, key: Key) -> Value | None:
    value = observation.get(family, *key)
    return value if _known(value) else None  # type: ignore[return-value]


def _known(value: object) -> bool:
    return isinstance(value, (bool, int, float, str, tuple))
