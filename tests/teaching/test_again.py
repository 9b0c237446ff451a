"""Said again: what is only done once more is not learned, and takes no name meant for something else."""

from __future__ import annotations

import pytest

from tests.teaching.conftest import Talk


@pytest.mark.parametrize("words", ["give it the name ping", "this is called ping", "its name is ping"])
def test_a_name_is_given_in_other_words(talk: Talk, words: str) -> None:
    talk.say("watch me", "press the button", "done")
    assert "Kept: ping(button)" in talk.say(words)


def test_a_skill_that_is_done_twice_more_stays_what_it_is(talk: Talk) -> None:
    talk.say("watch me", "press the button", "done", "call this ping")
    before = talk.session.run.store.history("ping")
    assert "2. press button" in talk.say("do that two times")
    assert "Kept" not in "\n".join(talk.lines[-3:])
    assert talk.session.run.store.history("ping") == before
    assert talk.conversation.lesson is not None
    assert talk.conversation.lesson.name == "ping"
    assert len(talk.conversation.lesson.parts) == 1


def test_what_is_done_so_often_takes_no_name_that_waits_for_something_else(talk: Talk) -> None:
    talk.conversation.naming = "tidy up"  # "to tidy up: ..." did not succeed
    assert "Kept" not in talk.say("press the button twice")
    assert "tidy-up" not in talk.session.run.store.names


def test_a_line_after_a_question_is_read_as_any_other(talk: Talk) -> None:
    talk.conversation.ask_yes("Shall I? (yes, no)", lambda: None, "Then not.")
    assert "I take 'the leftmost cube' as the" in talk.say("put the leftmost cube in the bowl")
