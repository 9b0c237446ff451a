"""What people say who know only the scene: more of it is read, the same for all of its kind."""

from __future__ import annotations

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.teaching.beyond import why_not
from embodied.teaching.reading import Ground
from tests.teaching.conftest import Talk


@pytest.fixture(scope="module")
def table() -> Ground:
    return ground()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "build a tower, yellow at the bottom, then green, then blue and red on top",
            "goal: on[green_cube, yellow_cube] and on[blue_cube, green_cube] and on[red_cube, blue_cube]",
        ),
        (
            "make two towers, red on blue and green on yellow",
            "goal: on[red_cube, blue_cube] and on[green_cube, yellow_cube]",
        ),
        ("put the cubes in the drawer, the blue one first", "goal: in[blue_cube, drawer] then in[red_cube"),
        ("put everything back the way it was", "goal: at[red_cube, start_of_red_cube] and at[green_cube"),
        ("unstack the cubes", "goal: clear[red_cube] and clear[green_cube]"),
        ("put the blue cube on a free pad", "goal: at[blue_cube, a free pad]"),
        ("put the cube nearest to you in the bowl", "goal: in[the cube nearest to you, bowl]"),
        (
            "tidy up please, all cubes into the drawer",
            "goal: in[red_cube, drawer] and in[green_cube, drawer]",
        ),
        ("undo the last two steps", "verb: undo two"),
        ("no, leave that step out", "verb: undo"),
        ("no scrap that, don't save it", "verb: forget it"),
        ("done, call it stir", "verb: done; then call this stir"),
        ("ok I'll show you how to tap on a cube", "verb: watch me tap on a cube"),
        ("what did you just do", "verb: explain"),
        ("why did you stop?", "verb: explain"),
        ("that's it for today, bye", "verb: quit"),
        ("that was good, keep it like that", "verb: courtesy"),
        ("careful, you're going to hit the bowl", "verb: stop"),
        ("that's far enough", "verb: stop"),
        ("stay where you are", "verb: stop"),
        ("come from above, not from the side", "correction: from above"),
        ("faster please, this takes forever", "correction: speed x 2"),
        ("is there anything on top of the green cube", "question: what is on top of green_cube"),
        ("lift it a bit", "motions: move 1 cm up"),
        ("close it", "goal: is_closed[drawer]"),
    ],
)
def test_it_is_read(said: str, meant: str, table: Ground) -> None:
    assert taken(said, table).startswith(meant)


@pytest.mark.parametrize(
    "said",
    [
        "make three towers, red on blue and green on yellow",
        "hand me the red cube",
        "I'd like a coffee",
        "I want the red cube",
        "move the red cube to the left",
        "careful with the bowl",
        "look out for the bowl",
    ],
)
def test_what_has_no_meaning_here_is_refused(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("hand me the bowl", "hand-over place"),
        ("open the fingers halfway", "all the way"),
        ("squeeze it lightly", "How hard I grip cannot be told"),
        ("tip it over", "My motions are straight"),
        ("wait two seconds", "I keep no time"),
        ("close the drawer when the bowl is full", "judged now"),
        ("put red in the bowl slowly", "'slower'"),
    ],
)
def test_what_is_beyond_the_body_is_said(said: str, why: str) -> None:
    assert why in why_not(said)


def test_a_refusal_tells_what_can_be_said(talk: Talk) -> None:
    assert "'continue' goes on" in talk.say("wait two seconds")


def test_words_after_a_skills_name_that_are_no_things_are_named(talk: Talk) -> None:
    talk.say("watch me", "press the button", "done", "call this ping")
    assert "ping: I have no use for 'very slowly'" in talk.say("ping very slowly")
    assert "Done" in talk.say("ping the button")


def test_done_and_its_name_in_one_line(talk: Talk) -> None:
    talk.say("watch me", "press the button")
    assert "Kept: ping(button)" in talk.say("done, call it ping")


def test_the_last_two_steps_shown_are_forgotten(talk: Talk) -> None:
    talk.say("watch me", "press the button", "up 3 cm", "left 2 cm")
    assert talk.say("undo the last two steps").count("Forgotten: move") == 2


def test_one_of_those_that_are_there_is_taken_out(talk: Talk) -> None:
    talk.say("put the green cube in the bowl")
    assert "I take 'one cube' as the green cube." in talk.say("take one cube out of the bowl")
    assert talk.session.observe().get("in", "green_cube", "bowl") is not True
    assert "There are only 0 of them" in talk.say("take a cube out of the bowl")
