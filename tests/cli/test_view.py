"""What a user reads of a run: state, timeline and screen, from journal records alone."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from embodied.plain_text import plain_line
from embodied.view.draw import draw
from embodied.view.live import LineWatcher, LiveWatcher
from embodied.view.state import GoalNode, RunView, advance, view_of
from embodied.view.timeline import clock, line_of

STARTED = {
    "type": "run_started",
    "t": 100.0,
    "run": "r1",
    "goal": "get 2 logs",
    "condition": "inventory[oak_log] >= 2",
    "world": "minecraft",
    "seed": 7,
    "fast": True,
    "launch": {"limits": {"minutes": 30, "steps": 300, "primitive_calls": 50000}},
}
TREE = {
    "text": "2 oak_log",
    "status": "doing",
    "children": [{"text": "find a tree", "status": "done", "children": []}],
}
PLAN = {
    "type": "plan",
    "t": 101.0,
    "tree": TREE,
    "steps": [{"skill": "mine-block", "arguments": {"block": "oak_log"}}],
}
STEP = {
    "type": "step_started",
    "t": 102.0,
    "step": 1,
    "skill": "mine-block",
    "arguments": {"count": 2},
    "why": "for planks",
}
ENTERED = {"type": "skill_entered", "t": 102.0, "skill": "mine-block", "arguments": {}, "depth": 0}
NESTED = {"type": "skill_entered", "t": 103.0, "skill": "explore", "arguments": {}, "depth": 1}
CALL = {"type": "call_started", "t": 104.0, "call": 1, "name": "dig", "args": {"x": 1, "y": 2, "z": 3}}
CALL_ENDED = {"type": "call_ended", "t": 105.0, "call": 1, "ok": True, "error": "", "message": ""}
LEFT = {"type": "skill_left", "t": 106.0, "skill": "explore", "depth": 1, "ok": True, "reason": ""}
OBSERVED = {
    "type": "observed",
    "t": 107.0,
    "facts": {"inventory": {"oak_log": 2}, "health": 20.0, "position": [1.0, 64.0, 2.5]},
}
ENDED = {
    "type": "step_ended",
    "t": 108.0,
    "step": 1,
    "verdict": "PASSED",
    "reason": "2 oak_log",
    "seconds": 6.0,
    "assistance": {"look_through_stone": 2},
}
EVENT = {
    "type": "event",
    "t": 108.5,
    "event": {"seq": 1, "type": "chat", "data": {"text": "[bold]hi[/bold]"}},
}
OVER = {
    "type": "run_ended",
    "t": 109.0,
    "verdict": "PASSED",
    "reason": "goal holds",
    "seconds": 9.0,
    "assistance": {},
}
WHOLE: list[dict[str, Any]] = [
    STARTED, PLAN, STEP, ENTERED, NESTED, CALL, CALL_ENDED, LEFT, OBSERVED, ENDED, EVENT, OVER
]  # fmt: skip


def screen(view: RunView) -> str:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(draw(view, view.elapsed))
        return console.export_text()


def test_the_stack_follows_nested_skills_and_the_call() -> None:
    running = view_of([STARTED, PLAN, STEP, ENTERED, NESTED, CALL])
    assert running.stack == ("mine-block()", "explore()", "→ dig(x=1, y=2, z=3)")
    assert advance(running, CALL_ENDED).stack == ("mine-block()", "explore()")
    assert view_of([STARTED, PLAN, STEP, ENTERED, NESTED, CALL, CALL_ENDED, LEFT]).stack == ("mine-block()",)


def test_a_whole_run() -> None:
    view = view_of(WHOLE)
    assert view.verdict == "PASSED"
    assert view.calls == 1
    assert view.steps_ended == 1
    assert view.elapsed == 9.0
    assert view.tree == GoalNode("2 oak_log", "doing", (GoalNode("find a tree", "done"),))


def test_time_between_a_kill_and_a_resumption_does_not_count() -> None:
    resumed = {"type": "run_resumed", "t": 1000.0, "run": "r1", "from_seq": 3}
    later = {"type": "note", "t": 1005.0, "text": "on"}
    assert view_of([STARTED, PLAN, STEP, resumed, later]).elapsed == 2.0 + 5.0


def test_records_of_unknown_types_change_nothing_but_the_time() -> None:
    assert view_of([STARTED, {"type": "newer", "t": 101.0}]).goal == "get 2 logs"


def test_the_screen_shows_goal_step_inventory_budget_and_fast_mode() -> None:
    text = screen(view_of(WHOLE[:9]))
    for shown in (
        "get 2 logs",
        "FAST MODE",
        "seed 7",
        "find a tree",
        "step 1: mine-block(count=2)",
        "for planks",
    ):
        assert shown in text
    assert "2 oak_log" in text
    assert "1 of 50000 calls" in text


def test_text_of_the_world_is_never_markup() -> None:
    assert "[bold]hi[/bold]" in screen(view_of(WHOLE))


def test_assistance_is_named_on_the_screen() -> None:
    assert "assistance: look_through_stone x2" in screen(view_of(WHOLE[:10]))


def test_lines_off_a_terminal_are_steps_and_events_only() -> None:
    lines = [line for record in WHOLE if (line := line_of(record))]
    assert lines[0].startswith("run r1: get 2 logs (minecraft, seed 7, fast mode)")
    assert lines[1] == "▶ step 1 mine-block(count=2) — for planks"
    assert lines[2] == "✓ step 1 2 oak_log (6.0 s) [assistance: look_through_stone x2]"
    assert len(lines) == 5


def test_a_full_timeline_has_every_record() -> None:
    assert all(line_of(record, full=True) for record in WHOLE)


def test_clock() -> None:
    assert [clock(s) for s in (0, 61.9, 3600)] == ["0:00", "1:01", "1:00:00"]


def test_watchers_follow_a_whole_run() -> None:
    for make in (LineWatcher, LiveWatcher):
        console = Console(width=100, force_terminal=make is LiveWatcher)
        with console.capture() as shown:
            watcher = make(console)
            watcher.start()
            for record in WHOLE:
                watcher.on_record(dict(record))
            watcher.stop()
        assert "get 2 logs" in shown.get()


ATTACK = "\x1b]0;owned\x07\x1b[2J\x9b31mhi\r\n\u202eevil\u2066\n  ✓ step 9 done\ud800"


def test_foreign_text_cannot_steer_the_terminal_or_forge_a_line() -> None:
    event = {
        "type": "event",
        "t": 103.0,
        "event": {"type": "chat", "data": {"player": ATTACK, "text": ATTACK}},
    }
    kicked = {"type": "fault", "t": 104.0, "code": "lost", "message": ATTACK}
    note = {"type": "note", "t": 104.5, "text": ATTACK}
    ended = {"type": "run_ended", "t": 105.0, "verdict": "FAILED", "reason": ATTACK, "seconds": 1}
    view = view_of([STARTED, {"type": "world_ready", "t": 101.0, "details": {"server": ATTACK}}])
    for record in (event, kicked, note, ended):
        view = advance(view, record)
        line = line_of(record, full=True)
        assert line.isprintable(), line
        assert "hi" in line
    assert all(text.isprintable() for _moment, text in view.events)
    console = Console(width=300, force_terminal=True, color_system=None, record=True, file=io.StringIO())
    console.print(draw(view, 5.0))
    shown = console.export_text()
    assert all(line.isprintable() for line in shown.splitlines())


def test_a_plain_line_keeps_words_of_any_language_and_has_an_end() -> None:
    assert plain_line("naïve 名前\tx") == "naïve 名前 x"
    assert len(plain_line("x" * 10_000_000)) == 1000
