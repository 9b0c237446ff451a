"""What comes after a change was taken back, refused or looked at again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from embodied.library import open_library
from embodied.library.evidence import SeedResult
from embodied.outcome import Verdict
from embodied.teaching import mending
from embodied.teaching.film import Failure
from tests.teaching.conftest import Talk

Talks = Callable[..., Talk]
TAUGHT = "to tidy up: put the red cube in the bowl"


def in_use() -> str:
    """Why the version that a later conversation would use was made."""
    return next(line.why for line in open_library("tabletop").history("tidy-up") if line.in_use)


@contextmanager
def nothing_proven(talk: Talk) -> Iterator[None]:
    """What is to be proven meanwhile waits."""
    begun, go_on = threading.Event(), threading.Event()

    def held(stop: threading.Event) -> None:
        begun.set()
        go_on.wait(30)

    talk.conversation.prover.beside(held)
    assert begun.wait(30)
    try:
        yield
    finally:
        go_on.set()


def test_a_correction_after_an_undo_is_in_use_once_it_is_proven(talks: Talks) -> None:
    talk = talks(proves=True)
    talk.say(TAUGHT, "wait", "slower", "wait", "undo")
    assert in_use() == "put the red cube in the bowl"
    with nothing_proven(talk):
        assert "Kept: tidy-up" in talk.say("a bit to the left")
        assert in_use() == "put the red cube in the bowl"  # not "slower": that was taken back
    talk.say("wait")
    assert in_use() == "a bit to the left"
    talk.say("undo", "slower", "wait")  # the very version that was taken back
    assert in_use() == "slower"


def test_the_proof_of_a_version_that_was_taken_back_names_it(talks: Talks) -> None:
    talk = talks(proves=True)
    talk.say(TAUGHT, "wait")
    with nothing_proven(talk):
        talk.say("slower", "undo")
        gone = open_library("tabletop").history("tidy-up")[-1].hash[:8]
    talk.say("wait")
    said = "\n".join(talk.lines)
    assert f"[tidy-up, version {gone}, since changed or taken back] verified" in said
    assert in_use() == "put the red cube in the bowl"


def test_what_was_corrected_can_get_a_name_of_its_own_and_the_other_is_as_it_was(talk: Talk) -> None:
    talk.say(TAUGHT, "wait")
    was = talk.session.run.library.get("tidy-up").hash
    talk.say("slower")
    assert talk.session.run.library.get("tidy-up").hash != was
    told = talk.say("call this tidy up slowly")
    assert "Kept: tidy-up-slowly(" in told
    assert "tidy-up stays as it was before that; it is another skill." in told
    assert talk.session.run.library.get("tidy-up").hash == was
    assert in_use() == "put the red cube in the bowl"
    assert open_library("tabletop").history("tidy-up-slowly")
    assert "nothing to take back" in talk.say("undo")


def test_the_same_gets_a_second_name(talk: Talk) -> None:
    talk.say(TAUGHT, "wait")
    told = talk.say("call it clean up")
    assert "tidy-up does, or did, the same; both names are known." in told
    assert {"tidy-up", "clean-up"} <= set(talk.session.run.library.names)
    assert "Done: in[green_cube, bowl]" in talk.say("clean up the green cube")


def test_a_taught_skill_is_used_no_more_once_that_is_confirmed(talk: Talk) -> None:
    talk.say(TAUGHT)
    assert "tidy-up" in talk.say("delete tidyup")
    assert "Shall I use tidy-up no more?" in talk.say("forget tidy up")
    assert "tidy-up stays." in talk.say("no")
    told = talk.say("delete tidy up", "yes")
    assert "embodied skills restore tidy-up --world tabletop" in told
    assert "tidy-up" not in talk.session.run.library
    assert open_library("tabletop").grade("tidy-up").value == "retired"
    assert "came with the world" in talk.say("delete pick")


def test_quit_says_where_what_was_taught_is(talk: Talk) -> None:
    talk.say(TAUGHT)
    told = talk.say("quit")
    assert f"Kept in {open_library('tabletop').folder}: tidy-up." in told
    assert "`embodied teach tabletop`, then 'tidy up ...'" in told


def test_who_looks_at_a_failure_again_still_chooses(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.say(TAUGHT)
    skill = talk.session.run.library.get("tidy-up")
    failed = SeedResult(7, Verdict.FAILED, "it fell", {}, "true")
    filmed: list[int] = []
    failure = Failure("tidy-up", 7, "it fell", True, (), None, None)
    monkeypatch.setattr(mending, "look_again", lambda *_: failure)
    monkeypatch.setattr(mending, "film", lambda talk, skill, failed: filmed.append(failed.seed))
    talk.conversation.last_failure = {"result": failed, "skill": skill}
    mending.look_into(talk.conversation, skill, failed, threading.Event())
    asked = talk.lines[-1]
    assert "(1) " in asked
    number = asked.split(") see it again")[0][-1]
    assert asked in talk.say(number)
    assert asked in talk.say("replay")
    assert filmed == [7, 7]
    assert "Yes: " in talk.say("1")


def test_history_says_that_a_proof_goes_on(talk: Talk) -> None:
    talk.say(TAUGHT)
    skill = talk.session.run.library.get("tidy-up")
    store = talk.session.run.store
    with nothing_proven(talk):
        store.begin_verification(skill.name, skill.hash, [9001, 9002, 9003], 9001)
        during = talk.say("history")
    assert "(being proven)" in during
    assert "0 of 3" not in during
    talk.conversation.settle()
    assert "(proof was stopped)" in talk.say("history")
