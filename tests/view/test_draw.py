"""The live screen: what a short terminal still shows, and a body that has no inventory."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from embodied.view.draw import draw
from embodied.view.state import GoalNode, RunView


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
