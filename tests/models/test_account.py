"""What asking models has cost, as a user sees it: live, as lines, and after all."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

from rich.console import Console

from embodied.models.usage import usage_of
from embodied.view.draw import draw, model_use_text
from embodied.view.state import view_of
from embodied.view.timeline import line_of

LAUNCH = {"limits": {"minutes": 30}, "model": {"calls": 50, "tokens": 200000, "money": 2, "minutes": 30}}
STARTED = {"type": "run_started", "t": 100.0, "run": "r1", "goal": "get 2 logs", "launch": LAUNCH}
ASKED = {"type": "model_asked", "t": 101.0, "part": "planner", "model": "small"}
TRIED = {
    "type": "model_tried", "t": 102.0, "part": "planner", "model": "small", "error": "429: slow down",
    "wait_s": 2.0, "seconds": 2.5, "calls": 0,
}  # fmt: skip
CALL = {
    "type": "model_call", "t": 110.0, "part": "planner", "model": "small", "answer": "…", "calls": 1,
    "prompt_tokens": 5000, "completion_tokens": 500, "cost": 0.25, "cached": False, "seconds": 9.0,
    "retries": 1, "error": None,
}  # fmt: skip
CACHED = {**CALL, "calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0, "cached": True}


def screen(*records: dict[str, Any]) -> str:
    view = view_of(records)
    console = Console(width=180, record=True, file=io.StringIO())
    console.print(draw(view, view.elapsed))
    return console.export_text()


def test_the_live_screen_shows_who_is_asked_and_what_is_spent_of_the_limits() -> None:
    assert "asking the planner model small" in screen(STARTED, ASKED)
    shown = screen(STARTED, ASKED, TRIED, CALL)
    assert "asking the planner" not in shown
    for part in ("1 of 50 model calls", "5.5k of 200k tokens", "cost 0.25 of 2", "0.2 of 30 min asking"):
        assert part in shown
    assert "429: slow down" in shown


def test_a_run_that_asks_nobody_shows_no_model_budget() -> None:
    assert "model calls" not in screen(STARTED)


def test_a_resumed_run_shows_its_new_limits() -> None:
    more = {"type": "run_resumed", "t": 200.0, "launch": {"model": {**LAUNCH["model"], "calls": 90}}}
    assert "1 of 90 model calls" in screen(STARTED, CALL, more)


def test_lines_of_the_timeline() -> None:
    assert line_of(ASKED).strip() == "asking the planner model small"
    assert line_of(TRIED).strip() == "planner (small): 429: slow down; again in 2.0 s"
    assert line_of(CALL).strip() == "planner (small): answered (5500 tokens, cost 0.25, 9.0 s, 1 tried again)"
    assert line_of(CACHED).strip() == "planner (small): from the cache"
    assert "✗ not_json" in line_of({**CALL, "error": "not_json: no JSON"})


def test_the_account() -> None:
    use = usage_of([STARTED, ASKED, TRIED, CALL, CACHED]).to_wire()
    assert (use["calls"], use["cached"], use["seconds"]) == (1, 1, 20.5)
    assert model_use_text(use) == "1, 1 from the cache, 5.5k tokens, cost 0.25"
    assert model_use_text({}) == "none"


def test_the_offline_path_needs_neither_client_nor_torch() -> None:
    code = (
        "import sys, embodied.cli.main, embodied.loop, embodied.models\n"
        "print(sorted({'openai', 'httpx2', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
