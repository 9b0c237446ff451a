"""Another thing: instead of the first, as well as it, or a command of its own."""

from __future__ import annotations

import pytest

from embodied.bench.sentences import REFUSED, ground, taken
from embodied.teaching.reading import Ground
from tests.teaching.conftest import Talk


@pytest.fixture(scope="module")
def table() -> Ground:
    return ground()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("no, the green one", "the green one"),
        ("not that one, the green one", "the green one"),
        ("no, the other one, the green one", "the green one"),
        ("sorry I meant the green cube", "the green cube"),
        ("actually use the yellow one instead", "the yellow one"),
        ("no, take the green one", "the green one"),
        ("no the other pad", "the other pad"),
        ("and the green one as well", "the green one, as well, afterwards"),
        ("now the green one too", "the green one, as well, afterwards"),
        ("same again with the green cube", "the green cube, as well, afterwards"),
        ("the same with blue", "the blue one, as well, afterwards"),
        ("then the green one", "the green one, as well, afterwards"),
    ],
)
def test_instead_is_told_from_as_well(said: str, meant: str, table: Ground) -> None:
    read = taken(said, table)
    assert read.startswith("correction: with another thing: ") or said.startswith("no, take"), read
    assert read.endswith(meant)


def test_a_command_that_can_stand_alone_is_one(table: Ground) -> None:
    assert taken("grab the yellow one", table) == "goal: holding[yellow_cube]"


@pytest.mark.parametrize("said", ["the right one", "the purple one", "no, the other lamp"])
def test_a_thing_that_there_is_not_is_refused(said: str, table: Ground) -> None:
    assert taken(said, table).startswith(REFUSED)


def test_as_well_begins_when_the_first_is_done(talk: Talk) -> None:
    talk.conversation.patient = False
    talk.begin("put the red cube in the bowl")
    talk.until("I would:")
    told = talk.say("and the green one too")
    assert "When this is done: and the green one too." in told
    assert "instead" not in told
    assert told.index("Done: in[red_cube, bowl]") < told.index("Now the green cube, as the red cube before.")
    seen = talk.session.observe()
    assert seen.get("in", "red_cube", "bowl") is True
    assert seen.get("in", "green_cube", "bowl") is True


def test_stop_takes_back_what_was_to_come_as_well(talk: Talk) -> None:
    talk.conversation.patient = False
    talk.begin("put the red cube in the bowl")
    talk.until("I would:")
    talk.begin("and the green one too")
    assert "Not done then: 'and the green one too'." in talk.say("stop")


def test_the_other_pad_is_another_place_for_the_same_thing(talk: Talk) -> None:
    talk.say("put the red cube on the red pad")
    assert "Which one do you mean: the blue pad, " in talk.say("no, the other pad")
    assert "The blue pad instead of the red pad" in talk.say("the blue pad")
    assert talk.session.observe().get("at", "red_cube", "blue_pad") is True


def test_the_same_with_another_after_it_is_done(talk: Talk) -> None:
    talk.say("put the red cube in the bowl")
    assert "Now the blue cube, as the red cube before." in talk.say("now the blue one too")
    assert talk.session.observe().get("in", "blue_cube", "bowl") is True
