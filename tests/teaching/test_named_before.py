"""A name that is given before a thing is done stays, whatever is said while it is done."""

from __future__ import annotations

from tests.teaching.conftest import Talk


def test_a_correction_while_it_is_done(talk: Talk) -> None:
    talk.begin("to tidy up: put the red cube in the bowl")
    talk.until("I would:")
    told = talk.say("slower")
    assert "Yes: slower. I go on so" in told
    assert "Kept: tidy-up(cube, bowl)" in told
    assert talk.proven == ["tidy-up"]


def test_stop_and_go_on(talk: Talk) -> None:
    talk.begin("to tidy up: put the red cube in the bowl")
    talk.until("I would:")
    talk.say("stop")
    assert "Kept: tidy-up(" in talk.say("go on")


def test_another_goal_instead_is_what_is_called_so(talk: Talk) -> None:
    talk.begin("to clear away: put the red cube in the bowl")
    talk.until("I would:")
    told = talk.say("no, put the green cube in the bowl instead")
    assert "Kept: clear-away(" in told
    assert "put the green cube in the bowl" in talk.say("history")


def test_what_is_done_after_it_was_dropped_is_not_called_so(talk: Talk) -> None:
    talk.begin("to tidy up: put the red cube in the bowl")
    talk.until("I would:")
    talk.say("stop")
    assert "Kept" not in talk.say("press the button")
    assert talk.proven == []
