"""Plain lines of a run: a plan is told before its first step, and again only where it is another."""

from __future__ import annotations

from embodied.view.timeline import SHOWN_STEPS, Timeline


def plan(*names: str) -> dict[str, object]:
    return {"type": "plan", "steps": [{"skill": name, "arguments": {"count": 1}} for name in names]}


def test_a_plan_is_told_once_while_it_is_followed() -> None:
    timeline = Timeline()
    assert timeline.line(plan("pick", "place")) == "plan: pick(count=1) → place(count=1)"
    assert timeline.line(plan("place")) == ""


def test_another_plan_is_told_and_so_is_one_step_tried_again() -> None:
    timeline = Timeline()
    assert timeline.line(plan("pick", "place"))
    assert timeline.line(plan("look", "place")) == "plan: look(count=1) → place(count=1)"
    assert timeline.line(plan("look", "place"))


def test_a_long_plan_is_cut_and_counted_and_a_full_timeline_has_every_plan() -> None:
    names = [f"step{number}" for number in range(SHOWN_STEPS + 1)]
    assert Timeline().line(plan(*names)).endswith(f"→ … ({SHOWN_STEPS + 1} steps)")
    full = Timeline(full=True)
    assert full.line(plan(*names))
    assert full.line(plan(*names[1:]))


def test_a_run_that_goes_on_says_after_which_record_where_its_journal_does() -> None:
    resumed = {"type": "run_resumed", "run": "r1", "goal": "reach the target"}
    assert Timeline().line({**resumed, "from_seq": 12}) == "resumed after record 12: reach the target"
    assert Timeline().line(resumed) == "resumed: reach the target", "journals of earlier versions do not say"
