"""What is said in an order is done in that order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from embodied.bench.sentences import REFUSED, ground, taken

from .conftest import Talk


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("press the button, then close the drawer", "pressed[button] then is_closed[drawer]"),
        ("first open the drawer and then press the button", "is_open[drawer] then pressed[button]"),
        ("red cube on the tray; after that the blue cube in the bowl",
         "in[red_cube, tray] then in[blue_cube, bowl]"),
        ("Open the drawer, put the red cube in, shut it.",
         "is_open[drawer] then in[red_cube, drawer] then is_closed[drawer]"),
        ("open the drawer, press the button and put green in the bowl",
         "is_open[drawer] then pressed[button] then in[green_cube, bowl]"),
        ("once you have closed the drawer, press the button", "is_closed[drawer] then pressed[button]"),
        ("press the button, but first open the drawer", "is_open[drawer] then pressed[button]"),
        ("open the drawer and press the button", "is_open[drawer] and pressed[button]"),
        ("put red in the bowl, blue on the tray", "in[red_cube, bowl] and in[blue_cube, tray]"),
        ("put the red cube in the bowl, then put it on the tray",
         "in[red_cube, bowl] then in[red_cube, tray]"),
        ("green cube -> blue pad", "at[green_cube, blue_pad]"),
    ],
)  # fmt: skip
def test_an_order_is_read_and_a_mere_list_is_none(said: str, meant: str) -> None:
    assert taken(said, ground()) == f"goal: {meant}"


def test_the_same_twice_in_turn_is_refused() -> None:
    assert "twice" in taken("press the button, then open the drawer, then press the button", ground())
    assert taken("press the button, then open the drawer, then press the button", ground()).startswith(
        REFUSED
    )


def test_stages_are_done_in_turn_and_can_be_named(talk: Talk) -> None:
    talk.say("put the green cube in the bowl and then put the red cube in the bowl")
    said = "\n".join(talk.lines)
    assert 0 <= said.index("Done: in[green_cube, bowl]") < said.index("2. in[red_cube, bowl]")
    assert "Done: in[green_cube, bowl] and in[red_cube, bowl]" in said
    talk.say("call this two in")
    assert talk.proven == ["two-in"]


def test_continue_takes_up_a_skill_that_was_stopped(talk: Talk) -> None:
    talk.say("to dump: put the red cube in the bowl", "put the red cube on the table")
    stopped: list[bool] = []

    def stop(record: Mapping[str, Any]) -> None:
        if record["type"] == "call_started" and not stopped:
            stopped.append(talk.conversation.stop())

    talk.session.run.journal.subscribe(stop)
    assert "UNKNOWN: stopped by the person." in talk.say("dump the red cube")
    assert stopped == [True]
    assert talk.session.observe().get("in", "red_cube", "bowl") is not True
    said = talk.say("continue")
    assert "What dump is for. I would:" in said
    assert "Done: in[red_cube, bowl]" in said


def test_continue_takes_up_what_was_stopped(talk: Talk) -> None:
    assert "Nothing was stopped" in talk.say("continue")
    talk.begin("put the green cube in the bowl, then put the red cube in the bowl")
    talk.until("1. in[green_cube, bowl]: ")
    talk.say("stop stop")
    assert "Stopped." in talk.lines
    said = talk.say("what are you doing?", "go on")
    assert "Nothing at the moment." in said
    assert "Done: in[green_cube, bowl] and in[red_cube, bowl]" in said
