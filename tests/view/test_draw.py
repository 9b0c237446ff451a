"""The live screen: what a short terminal still shows, and a body that has no inventory."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace

from rich.console import Console

from embodied.view.draw import draw
from embodied.view.live import LiveWatcher
from embodied.view.state import GoalNode, RunView
from embodied.view.timeline import line_of


def shown(view: RunView, height: int) -> list[str]:
    console = Console(width=100, height=height)
    with console.capture() as captured:
        console.print(draw(view, 10.0, height))
    return captured.get().rstrip("\n").split("\n")


def test_the_newest_remark_stays_on_a_short_terminal() -> None:
    steps = tuple(GoalNode(f"step number {number}", "todo", ()) for number in range(30))
    remarks = tuple((float(number), f"remark {number}") for number in range(8))
    view = replace(RunView(), tree=GoalNode("goal", "doing", steps), events=remarks, ready=True)
    lines = shown(view, 24)
    assert len(lines) <= 24
    assert "remark 7" in lines[-2]
    assert len(shown(view, 60)) > 24


def test_an_arm_shows_what_it_holds_and_where_its_hand_is() -> None:
    facts = {
        "holding": {"red_cube": True, "bowl": False},
        "hand": [0.4521, 0.0, 0.345],
        "gripper_width": 0.08,
    }
    screen = "\n".join(shown(replace(RunView(), facts=facts, ready=True), 40))
    assert "red_cube" in screen
    assert "0.452 0.000 0.345" in screen
    assert "inventory" not in screen
    assert "nothing" in "\n".join(shown(replace(RunView(), facts={**facts, "holding": {}}, ready=True), 40))


def test_what_an_arm_does_not_tell_is_not_shown_as_an_empty_inventory() -> None:
    assert "inventory" not in "\n".join(shown(replace(RunView(), facts={"hand": [0.4, 0.0, 0.3]}), 40))
    assert "inventory" not in "\n".join(shown(RunView(), 40))
    assert "empty" in "\n".join(shown(replace(RunView(), facts={"inventory": {}}), 40))
    record = {"type": "observed", "facts": {"holding": {"red_cube": True}}}
    assert line_of(record, full=True).strip() == "holding: red_cube"


class Screen:
    """What a person sees of what a program wrote: as much of a terminal as a live panel uses."""

    def __init__(self, width: int) -> None:
        self._width, self._rows, self._row, self._column = width, [""], 0, 0

    def write(self, text: str) -> None:
        for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]", text):
            if part == "\n":
                self._row, self._column = self._row + 1, 0
            elif part == "\r":
                self._column = 0
            elif part.endswith("A") and len(part) > 1:
                self._row -= int(part[2:-1] or 1)
            elif part == "\x1b[2K":
                self._rows[self._row] = ""
            elif len(part) == 1:
                self._put(part)
            self._rows += [""] * (self._row + 1 - len(self._rows))

    def _put(self, letter: str) -> None:
        if self._column == self._width:
            self._row, self._column = self._row + 1, 0
            self._rows += [""] * (self._row + 1 - len(self._rows))
        row = self._rows[self._row].ljust(self._column)
        self._rows[self._row] = row[: self._column] + letter + row[self._column + 1 :]
        self._column += 1

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self._rows if row.strip()]


def test_how_an_arm_is_stands_in_the_panel_and_leaves_nothing_behind_it() -> None:
    joints = "moving · hand 0.45 0.10 0.20 m, 120 mm/s · joints " + " ".join(["+0.12"] * 7)
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=70, height=24, _environ={"TERM": "xterm"})
    console.print("to stop it at any moment")
    watcher = LiveWatcher(console)
    watcher.start()
    watcher.on_record({"type": "run_started", "t": 1.0, "goal": "pick", "world": "arm"})
    for moving in ("120 mm/s", "121 mm/s", "122 mm/s"):
        watcher.tell(joints.replace("120 mm/s", moving))
        deadline = time.monotonic() + 20.0
        while moving not in file.getvalue():
            assert time.monotonic() < deadline
    watcher.stop()
    written = file.getvalue()
    during = Screen(70)
    during.write(written[: written.rindex("╯") + 1])
    assert [moving in "".join(during.rows) for moving in ("120", "121", "122")] == [False, False, True]
    assert all(row[0] in "╭│╰" for row in during.rows[1:]), during.rows
    console.print("PASSED")
    after = Screen(70)
    after.write(file.getvalue())
    assert after.rows == ["to stop it at any moment", "PASSED"]
