"""An observation as text: the one renderer for every prompt and every screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from embodied.condition import Condition, facts_in
from embodied.facts import FactFamily, Key, Observation, Value
from embodied.plain_text import plain_line

ENTRIES: Final = 40
"""Facts of one family that are written out; the rest are counted."""

NEAREST: Final = 24
"""Likewise of what is listed by distance: what is further is seldom of use."""

EVENTS: Final = 6

OF_PLAYERS: Final = frozenset({"chat", "player_joined", "player_left"})
"""Events that carry what players say and are called: nothing that a model should read."""

LONGEST_WORDS: Final = 100
"""So much of a text within an event is shown [characters]."""

SMALL: Final = 10.0
"""Numbers below this are written to a thousandth (metres to the millimetre), others to a tenth."""


def render_observation(
    observation: Observation,
    *,
    entries: int = ENTRIES,
    aside: Sequence[str] = (),
    about: Condition | None = None,
) -> str:
    """Facts by family, one family a line; what is missing of a closed family is left out.

    Amounts stand in order of their names, distances nearest first. The last events end the text.

    Args:
        aside: families, or names of things (`*` stands for anything), that are left out, and said to be.
        about: what it names is never left out.
    """
    named = {word for fact in facts_in(about) for word in (fact.family, *fact.keys)} if about else set()
    hidden = [pattern for pattern in aside if pattern not in named]
    lines = []
    unknown = []
    for name, family in observation.families.items():
        if name in hidden:
            continue
        present = {key: value for key, value in observation.items(name) if not _left_out(key, hidden, named)}
        if present:
            lines.append(f"{name}: {render_family(family, present, entries, named)}")
        elif family.closed:
            lines.append(f"{name}: (nothing)" if family.keys else f"{name}: {render_value(family.default)}")
        else:
            unknown.append(name)
    if unknown:
        lines.append(f"not known now: {', '.join(unknown)}")
    if hidden:
        lines.append(f"left out here, code can read them: {', '.join(hidden)}")
    told = [event for event in observation.events if event.get("type") not in OF_PLAYERS]
    lines += [f"event: {render_event(event)}" for event in told[-EVENTS:]]
    return "\n".join(lines)


def _left_out(key: Key, hidden: Sequence[str], named: set[str]) -> bool:
    return any(part not in named and any(fnmatchcase(part, pattern) for pattern in hidden) for part in key)


def render_family(
    family: FactFamily, present: Mapping[Key, Value], entries: int = ENTRIES, named: Iterable[str] = ()
) -> str:
    """The facts of one family: `oak_log 3, stick 2`, or the value of a family with no key.

    Of facts that are false unless said, those that are true are listed, with no value.
    """
    if () in present:
        return render_value(present[()])
    by_distance = family.kind == "float" and not family.closed
    ordered = sorted(present.items(), key=lambda pair: (pair[1] if by_distance else 0, pair[0]))
    if _false_unless_said(family):
        ordered = [pair for pair in ordered if pair[1]]
    most = min(entries, NEAREST) if by_distance else entries
    wanted = set(named)
    kept = [*ordered[:most], *(pair for pair in ordered[most:] if wanted & set(pair[0]))]
    shown = [_entry(family, key, value) for key, value in kept]
    rest = len(ordered) - len(kept)
    return ", ".join([*shown, f"… {rest} more"] if rest > 0 else shown) or "(nothing)"


def _entry(family: FactFamily, key: Key, value: Value) -> str:
    name = key[0] if len(key) == 1 else f"({', '.join(key)})"
    return name if _false_unless_said(family) else f"{name} {render_value(value)}"


def _false_unless_said(family: FactFamily) -> bool:
    return family.closed and family.kind == "bool" and family.default is False


def render_value(value: Value | None) -> str:
    """`true`, `12`, `0.045`, `(0.523, -0.087, 0.022)`; as fine as its size asks for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        largest = max(map(abs, value), default=0.0)
        return f"({', '.join(_number(part, largest) for part in value)})"
    if isinstance(value, float):
        return _number(value, abs(value))
    return "''" if value == "" else str(value)


def _number(value: float, largest: float) -> str:
    text = f"{value:.{3 if largest < SMALL else 1}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def render_event(event: Mapping[str, Any]) -> str:
    """`died (cause=lava)`; what may be somebody's words stands in quotes, and is cut."""
    data = event.get("data")
    shown = data.items() if isinstance(data, Mapping) else ()
    inner = ", ".join(f"{key}={_quoted(value)}" for key, value in shown)
    return f"{event.get('type', 'event')}{f' ({inner})' if inner else ''}"


def _quoted(value: Any) -> Any:
    if not isinstance(value, str) or (value.isidentifier() and len(value) <= LONGEST_WORDS):
        return value
    return json.dumps(plain_line(value, LONGEST_WORDS), ensure_ascii=False)


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


def render_changes(
    before: Observation, after: Observation, about: Iterable[Condition] = (), aside: Sequence[str] = ()
) -> str:
    """What an attempt changed among facts that are known whole, and the facts that conditions speak of.

    `aside`: as of `render_observation`.
    """
    lines = []
    for name, family in after.families.items():
        if name in aside or not (family.closed and family.kind in ("int", "float", "bool")):
            continue
        keys = sorted({key for key, _ in before.items(name)} | {key for key, _ in after.items(name)})
        changed = [
            f"{', '.join(key)} {render_value(_as_value(before, name, key))} -> "
            f"{render_value(_as_value(after, name, key))}".strip()
            for key in keys
            if before.get(name, *key) != after.get(name, *key) and not _left_out(key, aside, set())
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
