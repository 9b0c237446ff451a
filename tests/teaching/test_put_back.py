"""Said in the midst of things: put back, at a pace, shown again, started over, where it is put if not."""

from __future__ import annotations

import math

import pytest

from tests.teaching.conftest import Talk


def _spot(talk: Talk, name: str) -> tuple[float, ...]:
    spot = talk.session.observe().get("pose", name)
    assert isinstance(spot, tuple)
    return tuple(float(one) for one in spot[:2])


def test_it_goes_back_where_it_was_taken_from_not_where_the_world_began(talk: Talk) -> None:
    began = _spot(talk, "red_cube")
    talk.say("put the red cube in the bowl", "put the red cube on the table")
    between = _spot(talk, "red_cube")
    talk.say("pick up the red cube")
    told = talk.say("put it back where you took it from")
    assert "The red cube goes back to" in told
    assert _spot(talk, "red_cube") == pytest.approx(between, abs=0.015)
    assert began != pytest.approx(between, abs=0.03)
    assert "I hold nothing" in talk.say("what r u holding")


def test_out_of_the_bowl_and_into_it_again(talk: Talk) -> None:
    began = _spot(talk, "red_cube")
    talk.say("put the red cube in the bowl")
    assert "Done" in talk.say("put it back where it was")
    assert _spot(talk, "red_cube") == pytest.approx(began, abs=0.015)
    assert "Done" in talk.say("put it back")
    assert talk.session.observe().get("in", "red_cube", "bowl") is True


def test_what_a_taught_skill_moved_was_moved(talk: Talk) -> None:
    talk.say("to dump: put the red cube in the bowl", "put the red cube on the table")
    talk.say("dump the red cube")
    assert talk.session.observe().get("in", "red_cube", "bowl") is True
    told = talk.say("put it back where it was")
    assert "The red cube goes back to" in told, told
    assert "Done: the red cube is back." in told
    assert talk.session.observe().get("in", "red_cube", "bowl") is not True


def test_what_was_never_taken_up_is_not_put_back(talk: Talk) -> None:
    assert "I have not taken up anything." in talk.say("put it back")


def test_a_goal_at_a_pace_is_done_slower(talk: Talk) -> None:
    told = talk.say("carefully and slowly put the red cube in the bowl")
    assert "At half the pace." in told
    assert "Done:" in told
    assert talk.session.observe().get("in", "red_cube", "bowl") is True


def test_a_step_that_is_shown_is_repeated_until_it_was_so_often(talk: Talk) -> None:
    talk.say("watch me", "up 2 cm")
    assert "2 more." in talk.say("do that three times")
    assert "3 so far: 1. move 2 cm up" in talk.say("how many steps have I shown you so far?")
    assert "Forgotten" in talk.say("start over from the beginning")
    assert "0 so far." in talk.say("how many steps have I shown you?")


def test_where_nothing_is_shown_nothing_is_started_over(talk: Talk) -> None:
    assert "Nothing is being shown." in talk.say("start over")


def test_a_plan_is_told_and_not_done(talk: Talk) -> None:
    told = talk.say("what would you do if I asked you to put the red cube in the bowl?")
    assert "I would, as things are now: " in told
    assert talk.session.observe().get("in", "red_cube", "bowl") is not True


def test_who_forgets_it_is_obeyed_and_the_rest_is_done(talk: Talk) -> None:
    assert "done: go home" in talk.say("forget it, go home")


def test_questions_that_facts_answer(talk: Talk) -> None:
    talk.say("put the red cube in the bowl")
    assert "Yes: " in talk.say("did the red cube land in the bowl?")
    assert " mm from the middle of the red cube" in talk.say(
        "how far is the red cube from the green one in mm?"
    )


def test_a_rule_is_ended_by_what_it_is_about(talk: Talk) -> None:
    talk.say("never press the button", "no more than 2 cubes in the bowl")
    assert "No longer a rule: never press the button" in talk.say("forget the rule about the button")
    assert "No rule is about 'drawer'" in talk.say("forget the rule about the drawer")


def test_what_a_skill_does_is_told(talk: Talk) -> None:
    talk.say("watch me", "press the button", "done", "call this tap")
    assert "tap: press button" in talk.say("do you know what tap means")
    assert "There is no skill 'tup'." in talk.say("what does tup mean?")


def test_who_names_what_is_shown_has_shown_it(talk: Talk) -> None:
    talk.say("watch me", "press the button")
    assert "Kept: wiggle(button)" in talk.say("call it wiggle ok?")


def test_a_thing_is_turned_where_it_stands(talk: Talk) -> None:
    before, yaw = _spot(talk, "red_cube"), talk.session.observe().number("yaw", "red_cube")
    talk.say("rotate the red cube by 30 degrees")
    after = talk.session.observe()
    turned = abs(after.number("yaw", "red_cube") - yaw) % (math.pi / 2)
    assert min(turned, math.pi / 2 - turned) == pytest.approx(math.radians(30), abs=0.1)
    assert _spot(talk, "red_cube") == pytest.approx(before, abs=0.015)
    assert "I hold nothing" in talk.say("what are you holding")


def test_while_it_is_shown_the_way_back_is_recorded(talk: Talk) -> None:
    talk.say("watch me", "pick up the red cube", "put it back")
    assert "open the fingers" in talk.say("how many steps have I shown you?")
