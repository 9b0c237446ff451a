"""Where a thing is: on what, next to what, and the coordinates."""

from __future__ import annotations

from tests.teaching.conftest import Talk


def test_what_is_around_and_the_coordinates_are_told(talk: Talk) -> None:
    told = talk.say("where is the red cube?")
    assert "The red cube is on the table, 11 cm behind the green cube, at 0.55, -0.01, 0.02 m." in told
    assert "start" not in talk.say("what do you see?")
    talk.say("stack the green cube on the red cube")
    told = talk.say("where is the green cube?")
    assert "The green cube is on the red cube, " in told
    assert "the red cube, at" not in told.replace("on the red cube, ", "")
