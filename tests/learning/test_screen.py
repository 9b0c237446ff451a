"""What is shown of a refinement: lines where there is no terminal, a table where there is one."""

from __future__ import annotations

from io import StringIO
from typing import Any

import msgspec
from rich.console import Console

from embodied.learning.candidates import Candidate, OfflineDesigner, Proposal
from embodied.learning.progress import MEASURING, REPORTING, Progress
from embodied.learning.screen import Lines, LiveTable, Silent, candidate_table, watcher_for
from embodied.rewards.training import Checkpoint, TermStatistics
from tests.learning.toys import ACTION, OBSERVATION, condition

CANDIDATE = Candidate(1, Proposal("push, level", "", {}), "accepted")
CHECKPOINT = Checkpoint(500, 20, 15, 30.0, 4.0, {"reach": TermStatistics(0.25, 0.1, 0.0, 1.0)})
PAST: list[dict[str, Any]] = [
    {"type": "run_started", "t": 100.0, "explanation": "Push.", "condition": "true"},
    {"type": "candidate", "t": 101.0, "round": 1, "candidate": CANDIDATE.to_plain()},
    {"type": "phase", "t": 102.0, "doing": "screening, 2 left", "candidate": 1},
]
MEASURED: dict[str, Any] = {
    "type": "checkpoint",
    "t": 400.0,
    "candidate": 1,
    "checkpoint": msgspec.to_builtins(CHECKPOINT),
}
RESUMED = {"type": "run_resumed", "t": 399.0}


def console(*, terminal: bool = False) -> Console:
    return Console(record=True, width=160, force_terminal=terminal, file=StringIO())


def test_each_event_is_a_line_with_its_time() -> None:
    shown = console()
    lines = Lines(shown)
    for record in (*PAST, MEASURED):
        lines.on_record(record)
    text = shown.export_text()
    assert "0:00  to learn: Push. Success: true" in text
    assert "0:01  candidate 1 (push, level): accepted" in text
    assert "5:00  candidate 1, step 500: 15 of 20  reach 0.25" in text


def test_what_was_before_a_resumption_counts_and_is_no_news() -> None:
    shown = console()
    lines = Lines(shown)
    for record in PAST:
        lines.on_past(record)
    for record in (RESUMED, MEASURED):
        lines.on_record(record)
    text = shown.export_text()
    assert "push, level" not in text
    assert "0:03  candidate 1, step 500: 15 of 20" in text


def test_the_table_has_a_row_for_each_candidate() -> None:
    progress = Progress()
    for record in (*PAST, MEASURED):
        progress.advance(record)
    shown = console()
    shown.print(candidate_table(progress))
    row = next(line for line in shown.export_text().splitlines() if "push, level" in line)
    assert row.split() == ["▶", "1", "push,", "level", "reach", "0.25", "500", "75", "%", "75", "%", "▇"]


def test_all_that_are_trained_at_the_same_time_are_marked() -> None:
    progress = Progress()
    second = {**PAST[1], "candidate": Candidate(2, Proposal("push, cost", "", {})).to_plain()}
    switched = {"type": "trainer_chosen", "t": 103.0, "candidate": 2, "trainer": "sac", "why": "it stalled"}
    more = {"guide": "", "numbers": {}}
    both = {"type": "phase", "t": 103.0, "doing": "training on", "candidates": [1, 2]}
    shown = console()
    lines = Lines(shown)
    for record in (*PAST, second, {**switched, **more}, both, MEASURED):
        progress.advance(record)
        lines.on_record(record)
    shown.print(candidate_table(progress))
    text = shown.export_text()
    assert "training on, candidates 1, 2" in text
    assert "candidate 2 goes on: trainer sac, it stalled" in text
    assert "push, cost (sac)" in text
    assert text.count("▶") == 2


def test_journals_of_the_first_refinements_are_read_though_they_tell_no_guide() -> None:
    shown, progress = console(), Progress()
    chosen = {"type": "trainer_chosen", "t": 101.0, "trainer": "sac", "why": "from nothing"}
    lines = Lines(shown)
    for record in (PAST[0], chosen, *PAST[1:], MEASURED):
        progress.advance(record)
        lines.on_record(record)
    assert "trainer sac, from nothing" in shown.export_text()
    assert progress.who_trained(1) is None


def test_who_watches_depends_on_where() -> None:
    assert isinstance(watcher_for(console(), 5, quiet=False), Lines)
    assert isinstance(watcher_for(console(terminal=True), 5, quiet=False), LiveTable)
    assert isinstance(watcher_for(console(terminal=True), 5, quiet=True), Silent)


def test_what_the_gate_took_is_not_taken_off_the_minutes_of_a_run_that_goes_on() -> None:
    progress = Progress()
    records: list[dict[str, Any]] = [
        {"type": "run_started", "t": 100.0},
        {"type": "phase", "t": 700.0, "doing": MEASURING},
        {"type": "note", "t": 1600.0, "text": "gate: 90 of 100"},
        {"type": "run_ended", "t": 1601.0},
        {"type": "run_resumed", "t": 5000.0},
        {"type": "note", "t": 5060.0, "text": "on"},
    ]
    for record in records:
        progress.advance(record)
    assert progress.seconds == 1501.0 + 60.0
    assert progress.searched == 600.0 + 60.0


def test_after_the_search_no_minutes_are_left_and_what_is_done_is_said() -> None:
    shown = console(terminal=True)
    table = LiveTable(shown, 5)

    def head(record: dict[str, Any]) -> str:
        table.on_record(record)
        shown.print(table._render())
        return shown.export_text(styles=False).strip().splitlines()[0]

    first = head({"type": "run_started", "t": 100.0})
    assert first.startswith("starting  ·  0:0")
    assert first.endswith(" left")
    assert head({"type": "phase", "t": 160.0, "doing": "training on"}).endswith(" left")
    for doing in (MEASURING, REPORTING):
        said = head({"type": "phase", "t": 170.0, "doing": doing})
        assert said.startswith(f"{doing}  ·  1:")
        assert "left" not in said
    assert head({"type": "run_ended", "t": 180.0}).startswith("done  ·  1:")


def test_a_reward_about_the_hand_alone_is_not_called_a_grasp() -> None:
    progress, shown = Progress(), console()
    proposed = OfflineDesigner(condition(), OBSERVATION, ACTION, seed=1).propose([], 1)[0]
    assert proposed.name == "grasp, lifted, progress", "by it resumed runs find the structure again"
    progress.advance({**PAST[1], "candidate": Candidate(1, proposed).to_plain()})
    shown.print(candidate_table(progress))
    text = shown.export_text()
    assert "reach, progress" in text
    assert "grasp" not in text
