"""A journal record as a line of text: the view without a terminal, and `embodied replay`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied.journal import Record
from embodied.plain_text import plain
from embodied.view.state import event_text, facts_from, signature

SHOWN_STEPS = 8


def clock(seconds: float) -> str:
    """Seconds as m:ss, or h:mm:ss from an hour on."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def line_of(record: Record, *, full: bool = False) -> str:
    """The record as one line without its time; "" for what only a full timeline shows."""
    record = plain(record)
    kind = str(record.get("type"))
    writer = _LINES.get(kind) or (_FULL_LINES.get(kind) if full else None)
    if writer is not None:
        return writer(record)
    return f"{kind}" if full and kind not in _FULL_LINES else ""


class Timeline:
    """The lines of one run, in order. Between full lines, a plan is told where the next step is not the one
    that was told before.

    Args:
        full: every plan, nested skill and primitive call too.
    """

    def __init__(self, *, full: bool = False) -> None:
        self._full = full
        self._told: list[str] = []

    def line(self, record: Record) -> str:
        """As `line_of`."""
        if record.get("type") != "plan":
            return line_of(record, full=self._full)
        steps = _steps(plain(record))
        foreseen, self._told = self._told[1:2], steps
        return line_of(record, full=True) if self._full or steps[:1] != foreseen else ""


def inventory_text(facts: Mapping[str, Any]) -> str:
    """The inventory as "3 oak_log, 1 stick"; "empty" if nothing is held."""
    items = facts.get("inventory")
    held = {name: count for name, count in items.items() if count} if isinstance(items, Mapping) else {}
    return ", ".join(f"{count} {name}" for name, count in sorted(held.items())) or "empty"


def held_text(holding: Any) -> str:
    """What an arm holds, by name; "nothing" if it holds nothing."""
    held = [str(name) for name, value in holding.items() if value] if isinstance(holding, Mapping) else []
    return ", ".join(held) or "nothing"


def _run_started(record: Record) -> str:
    fast = ", fast mode" if record.get("fast") else ""
    seed = f", seed {record['seed']}" if record.get("seed") is not None else ""
    meant = record.get("words") or record.get("condition")
    meaning = f"\n  means {meant}" if meant not in (None, "", "true") else ""
    return f"run {record.get('run')}: {record.get('goal')} ({record.get('world')}{seed}{fast}){meaning}"


def _step_ended(record: Record) -> str:
    mark = {"PASSED": "✓", "FAILED": "✗"}.get(str(record.get("verdict")), "?")
    given = record.get("assistance") or {}
    helped = f" [assistance: {', '.join(f'{k} x{v}' for k, v in given.items())}]" if given else ""
    return f"{mark} step {record.get('step')} {record.get('reason', '')} ({_seconds(record)}){helped}"


def _step_started(record: Record) -> str:
    why = f" — {record['why']}" if record.get("why") else ""
    call = signature(str(record.get("skill")), record.get("arguments") or {})
    return f"▶ step {record.get('step')} {call}{why}"


def _goal_changed(record: Record) -> str:
    return f"a new goal: {record['goal']} ({record.get('words') or record['condition']})"


def _goal_chosen(record: Record) -> str:
    place = f"{record.get('iteration')} of {record.get('iterations')}"
    held = f"{record.get('distinct')} distinct things so far"
    return f"◆ goal {place}: {record.get('goal')} — {record.get('why')}; {held}"


def _goal_ended(record: Record) -> str:
    mark = {"PASSED": "✓", "FAILED": "✗"}.get(str(record.get("verdict")), "?")
    return f"◇ {mark} {record.get('goal')}: {record.get('reason', '')} ({_seconds(record)})"


def _refinement_answered(record: Record) -> str:
    if not record.get("asked"):
        return "    nobody could be asked whether to learn it"
    return "    you said yes" if record.get("answer") else "    you said no"


def _refinement_ended(record: Record) -> str:
    skill = (record.get("skill") or {}).get("name")
    learned = f"✓ learned: the skill {skill}" if skill else "✗ nothing learned that is good enough"
    return f"{learned} ({record.get('reason', '')})"


def _run_ended(record: Record) -> str:
    took = f" ({_seconds(record)})" if "seconds" in record else ""
    return f"{record.get('verdict')}: {record.get('reason', '')}{took}"


def _steps(record: Record) -> list[str]:
    return [signature(str(s.get("skill")), s.get("arguments") or {}) for s in record.get("steps") or ()]


def _plan(record: Record) -> str:
    steps = _steps(record)
    more = f" → … ({len(steps)} steps)" if len(steps) > SHOWN_STEPS else ""
    return f"plan: {' → '.join(steps[:SHOWN_STEPS])}{more}" if steps else "plan: nothing left to do"


def _skill_entered(record: Record) -> str:
    indent = "  " * (int(record.get("depth") or 0) + 2)
    return f"{indent}{signature(str(record.get('skill')), record.get('arguments') or {})}"


def _skill_left(record: Record) -> str:
    indent = "  " * (int(record.get("depth") or 0) + 2)
    ending = "done" if record.get("ok") else f"failed: {record.get('reason', '')}"
    return f"{indent}{record.get('skill')} {ending}"


def _call_ended(record: Record) -> str:
    ending = "ok" if record.get("ok") else f"{record.get('error')}: {record.get('message', '')}"
    took = f" ({_seconds(record)})" if "seconds" in record else ""
    return f"      ← {ending}{took}"


def _model_call(record: Record) -> str:
    who = f"    {record.get('part')} ({record.get('model')})"
    if record.get("cached"):
        return f"{who}: from the cache"
    tokens = int(record.get("prompt_tokens") or 0) + int(record.get("completion_tokens") or 0)
    cost = f", cost {record['cost']:.4g}" if record.get("cost") else ""
    tried = f", {record['retries']} tried again" if record.get("retries") else ""
    ending = f"✗ {record['error']}" if record.get("error") else "answered"
    return f"{who}: {ending} ({tokens} tokens{cost}, {_seconds(record)}{tried})"


def _model_tried(record: Record) -> str:
    wait = f"; again in {float(record['wait_s']):.1f} s" if record.get("wait_s") else ""
    return f"    {record.get('part')} ({record.get('model')}): {record.get('error')}{wait}"


def _seconds(record: Record) -> str:
    return f"{float(record.get('seconds') or 0.0):.1f} s"


def _observed(record: Record) -> str:
    facts = facts_from(record.get("facts"))
    if "holding" in facts:
        return f"    holding: {held_text(facts['holding'])}"
    return f"    inventory: {inventory_text(facts)}" if "inventory" in facts else ""


def _world_ready(record: Record) -> str:
    details = record.get("details") or {}
    shown = ", ".join(f"{k} {v}" for k, v in details.items() if isinstance(v, (str, int, float)))
    watch = (
        f"\n  a client of the game can join and watch at {details['server']}" if details.get("server") else ""
    )
    return f"world ready{': ' + shown if shown else ''}{watch}"


def _run_resumed(record: Record) -> str:
    after = f" after record {record['from_seq']}" if "from_seq" in record else ""
    return f"resumed{after}: {record.get('goal') or record.get('run', '')}"


_LINES = {
    "run_started": _run_started,
    "run_resumed": _run_resumed,
    "world_ready": _world_ready,
    "goal_changed": _goal_changed,
    "goal_chosen": _goal_chosen,
    "goal_ended": _goal_ended,
    "achieved_unasked": lambda record: f"    + unasked: {record.get('condition')}",
    "step_started": _step_started,
    "step_ended": _step_ended,
    "model_asked": lambda r: f"    asking the {r.get('part')} model {r.get('model')}",
    "model_tried": _model_tried,
    "model_call": _model_call,
    "refinement_proposed": lambda record: (
        f"    {record.get('skill')} failed {record.get('failures')} times, and nothing else achieves "
        f"{record.get('condition')}: it could be learned"
    ),
    "refinement_answered": _refinement_answered,
    "refinement_started": lambda record: (
        f"▶ learning {record.get('condition')}, for up to {float(record.get('minutes') or 0):g} minutes"
    ),
    "refinement_ended": _refinement_ended,
    "note": lambda record: f"    {record.get('text', '')}",
    "event": lambda record: f"    ! {event_text(record.get('event') or {})}",
    "fault": lambda record: f"  ✗ fault {record.get('code', '')}: {record.get('message', '')}",
    "run_ended": _run_ended,
}
_FULL_LINES = {
    "plan": _plan,
    "skill_entered": _skill_entered,
    "skill_left": _skill_left,
    "call_started": lambda r: f"      → {signature(str(r.get('name')), r.get('args') or {})}",
    "call_ended": _call_ended,
    "observed": _observed,
}
