"""Where a run went and what it touched, as its journal tells: the data of the map. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from embodied.journal import Record
from embodied.view.state import GoalNode, RunView, advance, facts_from

KEPT = 2000
KINDS = {"dig": "dug", "place": "placed", "collect": "target", "go_to": "target", "walk_to": "target"}

Place = tuple[float, float, float]


@dataclass(frozen=True)
class Mark:
    """A cell that a call was about: "dug", "placed" or "target"; place [blocks, world frame]."""

    kind: str
    place: Place


@dataclass(frozen=True)
class Chart:
    """Attributes: trail: places of the body, oldest first [blocks, world frame]; marks: cells touched."""

    view: RunView = field(default_factory=RunView)
    trail: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()
    pending: Mark | None = None


def chart(before: Chart, record: Record) -> Chart:
    """The chart after one more record."""
    after = replace(before, view=advance(before.view, record))
    kind = record.get("type")
    if kind == "observed":
        return _walked(after, _place(facts_from(record.get("facts")).get("position")))
    if kind == "event":
        data = (record.get("event") or {}).get("data") or {}
        return _walked(after, _place(data.get("position")) if isinstance(data, Mapping) else None)
    if kind == "call_started":
        args = record.get("args") or {}
        there = _place([args.get(axis) for axis in "xyz"])
        name = KINDS.get(str(record.get("name")))
        return replace(after, pending=Mark(name, there) if name and there else None)
    if kind == "call_ended" and after.pending is not None:
        done, mark = bool(record.get("ok")), after.pending
        after = replace(after, pending=None)
        if done and mark.kind == "target":
            return _walked(after, mark.place)
        return replace(after, marks=(*after.marks, mark)[-KEPT:]) if done else after
    return after


def snapshot(chart: Chart) -> dict[str, Any]:
    """What the page needs, as plain data."""
    view = chart.view
    facts = view.facts
    inventory = facts.get("inventory")
    return {
        "goal": view.goal,
        "world": view.world,
        "seed": view.seed,
        "fast": view.fast,
        "elapsed": round(view.elapsed, 1),
        "verdict": view.verdict,
        "reason": view.reason,
        "step": view.step,
        "skill": view.step_skill,
        "why": view.step_why,
        "stack": list(view.stack),
        "tree": _plain_tree(view.tree) if view.tree else None,
        "facts": {k: facts[k] for k in ("health", "food", "position", "biome", "time_of_day") if k in facts},
        "inventory": dict(inventory) if isinstance(inventory, Mapping) else {},
        "near": dict(facts["nearby_block"]) if isinstance(facts.get("nearby_block"), Mapping) else {},
        "events": [[round(t - view.started + view.elapsed_before, 1), text] for t, text in view.events],
        "assistance": dict(view.assistance),
        "trail": [list(place) for place in chart.trail],
        "marks": [[mark.kind, *mark.place] for mark in chart.marks],
    }


def _walked(chart: Chart, place: Place | None) -> Chart:
    if place is None or (chart.trail and chart.trail[-1] == place):
        return chart
    return replace(chart, trail=(*chart.trail, place)[-KEPT:])


def _place(raw: Any) -> Place | None:
    if isinstance(raw, Mapping):
        raw = [raw.get(axis) for axis in "xyz"]
    if not isinstance(raw, (list, tuple)) or not all(isinstance(part, (int, float)) for part in raw):
        return None
    if len(raw) == 2:  # a flat world: x to the east, y to the north
        return (float(raw[0]), 0.0, -float(raw[1]))
    return (float(raw[0]), float(raw[1]), float(raw[2])) if len(raw) == 3 else None


def _plain_tree(node: GoalNode) -> dict[str, Any]:
    return {"text": node.text, "status": node.status, "children": [_plain_tree(c) for c in node.children]}
