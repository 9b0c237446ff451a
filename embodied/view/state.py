"""The state of a run as its journal records tell it. Pure: no clock, no screen, no files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from embodied.journal import Record
from embodied.models.usage import Usage
from embodied.plain_text import plain

EVENTS_KEPT = 8


@dataclass(frozen=True)
class GoalNode:
    """A goal of the tree: its text, "done", "todo", "doing" or "failed", and what it needs."""

    text: str
    status: str
    children: tuple[GoalNode, ...] = ()


@dataclass(frozen=True)
class RunView:
    """What is known of a run after some of its records.

    Attributes:
        started, now: time of the first and of the last record [unix s].
        elapsed_before: time that earlier, interrupted parts of the run took [s].
        stack: what runs now, outermost first: skills, and the primitive at the end.
        facts: the last observed facts, by family.
        events: the last few remarks, oldest first, as (time [unix s], text).
        assistance: what the world gave for free so far, by name.
        model_use, model_limits: what asking models has cost, and the `[model]` table.
        asking: the model that is being asked now, and for which part; "" if none.
        verdict: "" until the run ended.
    """

    run: str = ""
    goal: str = ""
    explanation: str = ""
    world: str = ""
    seed: str = ""
    fast: bool = False
    planner: str = ""
    limits: Mapping[str, Any] = field(default_factory=dict)
    model_limits: Mapping[str, Any] = field(default_factory=dict)
    model_use: Usage = field(default_factory=Usage)
    asking: str = ""
    started: float = 0.0
    now: float = 0.0
    elapsed_before: float = 0.0
    resumed: int = 0
    ready: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    tree: GoalNode | None = None
    ahead: tuple[str, ...] = ()
    step: int = 0
    step_skill: str = ""
    step_arguments: Mapping[str, Any] = field(default_factory=dict)
    step_why: str = ""
    step_started: float = 0.0
    steps_ended: int = 0
    stack: tuple[str, ...] = ()
    calls: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[tuple[float, str], ...] = ()
    assistance: Mapping[str, int] = field(default_factory=dict)
    verdict: str = ""
    reason: str = ""

    @property
    def elapsed(self) -> float:
        """Time the run took until its last record [s], interruptions left out."""
        return self.elapsed_before + max(0.0, self.now - self.started)


def view_of(records: Iterable[Record]) -> RunView:
    return reduce(advance, records, RunView())


def advance(view: RunView, record: Record) -> RunView:
    """The state after one more record. Types that it does not know leave it unchanged.

    Texts become plain lines: much of what a journal holds was written by a server, a player or a model.
    """
    record = plain(record)
    moment = float(record.get("t") or view.now)
    last = view.now
    view = replace(view, now=moment, started=view.started or moment)
    step = _STEPS.get(str(record.get("type")))
    if record.get("type") == "run_resumed":
        before = view.elapsed_before + max(0.0, last - view.started)
        view = replace(view, elapsed_before=before, started=moment)
    return step(view, record) if step else view


def signature(name: str, arguments: Mapping[str, Any]) -> str:
    """A call as a reader would write it: mine-block(block=coal_ore, count=2)."""
    inner = ", ".join(f"{key}={_short(value)}" for key, value in arguments.items())
    return f"{name}({inner})"


def event_text(event: Mapping[str, Any]) -> str:
    """An event of the body in a line: "death (cause=lava)"."""
    data = event.get("data")
    if not isinstance(data, Mapping):
        data = {key: value for key, value in event.items() if key not in ("seq", "type", "t")}
    inner = ", ".join(f"{key}={_short(value)}" for key, value in data.items())
    return f"{event.get('type', 'event')}{f' ({inner})' if inner else ''}"


def tree_from(raw: Any) -> GoalNode | None:
    if not isinstance(raw, Mapping):
        return None
    children = tuple(filter(None, (tree_from(child) for child in raw.get("children") or ())))
    return GoalNode(str(raw.get("text", "")), str(raw.get("status", "todo")), children)


def facts_from(raw: Any) -> Mapping[str, Any]:
    """Facts by family, from either form of the wire: bare, or inside an observation."""
    if not isinstance(raw, Mapping):
        return {}
    inner = raw.get("facts")
    return inner if isinstance(inner, Mapping) else raw


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_short(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_short(part) for part in value) + "]"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _remark(view: RunView, text: str) -> RunView:
    return replace(view, events=(*view.events, (view.now, text))[-EVENTS_KEPT:])


def _run_started(view: RunView, record: Record) -> RunView:
    launch = record.get("launch") or {}
    world = launch.get("world") or {}
    return replace(
        view,
        run=str(record.get("run", "")),
        goal=str(record.get("goal", "")),
        explanation=str(record.get("explanation") or ""),
        world=str(record.get("world", "")),
        seed=str(record.get("seed", world.get("seed", ""))),
        fast=bool(record.get("fast")),
        planner=str(record.get("planner", "")),
        limits=dict(launch.get("limits") or {}),
        model_limits=dict(launch.get("model") or {}),
    )


def _run_resumed(view: RunView, record: Record) -> RunView:
    fresh = replace(
        view, resumed=view.resumed + 1, stack=(), step_skill="", verdict="", reason="", ready=False
    )
    launch = record.get("launch") or {}
    fresh = replace(  # for who joins here; older journals do not say it again
        fresh,
        run=str(record.get("run") or view.run),
        goal=str(record.get("goal") or view.goal),
        explanation=str(record.get("explanation") or view.explanation),
        world=str(record.get("world") or view.world),
        planner=str(record.get("planner") or view.planner),
    )
    limits, model = launch.get("limits") or view.limits, launch.get("model") or view.model_limits
    return _remark(replace(fresh, limits=dict(limits), model_limits=dict(model), asking=""), "resumed")


def _world_ready(view: RunView, record: Record) -> RunView:
    return replace(view, ready=True, details=dict(record.get("details") or {}))


def _goal_changed(view: RunView, record: Record) -> RunView:
    """The user wants something else from now on."""
    changed = replace(
        view,
        goal=str(record.get("goal", "")),
        explanation=str(record.get("explanation") or ""),
        tree=None,
        ahead=(),
        stack=(),
    )
    return _remark(changed, f"a new goal: {record.get('goal')}")


def _goal_chosen(view: RunView, record: Record) -> RunView:
    """An exploration's next goal."""
    place = f"{record.get('iteration')} of {record.get('iterations')}"
    held = f"{record.get('distinct')} distinct things held"
    return replace(
        view, goal=f"explore {place}: {record.get('goal')} · {held}", tree=None, ahead=(), stack=()
    )


def _goal_ended(view: RunView, record: Record) -> RunView:
    verdict, goal = record.get("verdict"), record.get("goal")
    return _remark(view, f"goal {goal} {verdict}: {record.get('reason', '')}")


def _plan(view: RunView, record: Record) -> RunView:
    ahead = tuple(
        signature(str(step.get("skill", "")), step.get("arguments") or {})
        for step in record.get("steps") or ()
    )
    return replace(view, tree=tree_from(record.get("tree")) or view.tree, ahead=ahead)


def _step_started(view: RunView, record: Record) -> RunView:
    skill, arguments = str(record.get("skill", "")), dict(record.get("arguments") or {})
    return replace(
        view,
        step=int(record.get("step") or 0),
        step_skill=skill,
        step_arguments=arguments,
        step_why=str(record.get("why") or ""),
        step_started=view.now,
        stack=(),
    )


def _skill_entered(view: RunView, record: Record) -> RunView:
    depth = int(record.get("depth") or 0)
    name = signature(str(record.get("skill", "")), record.get("arguments") or {})
    kept = [entry for entry in view.stack if not entry.startswith(_CALL)]
    return replace(view, stack=(*kept[:depth], name))


def _skill_left(view: RunView, record: Record) -> RunView:
    return replace(view, stack=view.stack[: int(record.get("depth") or 0)])


def _call_started(view: RunView, record: Record) -> RunView:
    call = _CALL + signature(str(record.get("name", "")), record.get("args") or {})
    kept = tuple(entry for entry in view.stack if not entry.startswith(_CALL))
    return replace(view, calls=view.calls + 1, stack=(*kept, call))


def _call_ended(view: RunView, record: Record) -> RunView:
    kept = tuple(entry for entry in view.stack if not entry.startswith(_CALL))
    return replace(view, stack=kept)


def _model_call(view: RunView, record: Record) -> RunView:
    after = replace(view, model_use=view.model_use.plus(record), asking="")
    error = record.get("error")
    return _remark(after, f"the {record.get('part')} model: {error}") if error else after


def _model_tried(view: RunView, record: Record) -> RunView:
    after = replace(view, model_use=view.model_use.plus(record))
    return _remark(after, f"the {record.get('part')} model: {record.get('error')}")


def _step_ended(view: RunView, record: Record) -> RunView:
    given = dict(view.assistance)
    for name, count in (record.get("assistance") or {}).items():
        given[name] = given.get(name, 0) + int(count)
    verdict = str(record.get("verdict", ""))
    text = f"step {record.get('step')} {verdict}: {record.get('reason', '')}".rstrip(": ")
    ended = replace(view, steps_ended=view.steps_ended + 1, stack=(), step_skill="", assistance=given)
    return _remark(ended, text)


def _run_ended(view: RunView, record: Record) -> RunView:
    return replace(
        view,
        verdict=str(record.get("verdict", "")),
        reason=str(record.get("reason", "")),
        assistance=dict(record.get("assistance") or view.assistance),
        stack=(),
        step_skill="",
        asking="",
    )


_CALL = "→ "
_STEPS = {
    "run_started": _run_started,
    "run_resumed": _run_resumed,
    "world_ready": _world_ready,
    "goal_changed": _goal_changed,
    "goal_chosen": _goal_chosen,
    "goal_ended": _goal_ended,
    "plan": _plan,
    "step_started": _step_started,
    "skill_entered": _skill_entered,
    "skill_left": _skill_left,
    "call_started": _call_started,
    "call_ended": _call_ended,
    "note": lambda view, record: _remark(view, str(record.get("text", ""))),
    "observed": lambda view, record: replace(view, facts=facts_from(record.get("facts"))),
    "model_asked": lambda view, record: replace(
        view, asking=f"the {record.get('part')} model {record.get('model')}"
    ),
    "model_tried": _model_tried,
    "model_call": _model_call,
    "step_ended": _step_ended,
    "achieved_unasked": lambda view, record: _remark(view, f"unasked: {record.get('condition')}"),
    "event": lambda view, record: _remark(view, event_text(record.get("event") or {})),
    "fault": lambda view, record: _remark(
        view, f"fault {record.get('code', '')}: {record.get('message', '')}"
    ),
    "run_ended": _run_ended,
}
