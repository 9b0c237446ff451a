"""Teaching at the table: shown, generalised, named, proven, corrected, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from embodied.condition import evaluate, parse
from embodied.library import open_library
from embodied.loop.lifecycle import Onlookers
from embodied.teaching.lesson import lesson_of_skill
from embodied.teaching.variants import variants
from embodied.teaching.verbs import VERBS
from tests.teaching.conftest import BOWL, Talk

Talks = Callable[..., Talk]


def holds(talk: Talk, condition: str) -> bool:
    return evaluate(parse(condition), talk.session.observe()) is True


def test_from_watch_me_to_verified_and_used_with_another_thing(talks: Talks) -> None:
    talk = talks(proves=True)
    shown = talk.say(*BOWL)
    assert "I understand: pick CUBE, put it in BOWL." in shown
    assert "It brings about in[red_cube, bowl]" in shown
    assert "def taught(cube: str, bowl: str) -> SkillResult:" in shown
    kept = talk.say("call this tidy up", "wait")
    assert "Kept: tidy-up(cube, bowl)" in kept
    assert "[tidy-up] verified: passed on 3 of 3 held-out seeds." in kept
    assert "Done: in[green_cube, bowl]." in talk.say("tidy up the green cube")
    skill = open_library("tabletop").get("tidy-up")
    assert skill.achieves == ("in[{cube}, {bowl}]",)
    assert lesson_of_skill(skill) is not None


def test_shown_motions_can_be_kept_as_they_are(talks: Talks) -> None:
    talk = talks(proves=True)
    shown = talk.say(*BOWL[:-1], "done, exactly as shown")
    assert "move above CUBE" in shown
    assert "_grip(cube)" in shown
    kept = talk.say("call this by hand", "wait")
    assert "Kept: by-hand(cube, bowl)" in kept
    assert "[by-hand] verified: passed on 3 of 3 held-out seeds." in kept


def test_a_goal_is_planned_told_and_done_and_can_be_named(talk: Talk) -> None:
    said = talk.say("put the red cube in the bowl", "call this away")
    assert "1. pick (red cube)" in said
    assert "Done: in[red_cube, bowl]." in said
    assert "Kept: away(cube, bowl)" in said


def test_an_instruction_teaches_in_one_line(talk: Talk) -> None:
    assert "Kept: clean-up(cube, bowl)" in talk.say("to clean up: put the red cube in the bowl")


def test_what_no_skill_does_is_said_with_an_offer_to_be_shown(talk: Talk) -> None:
    said = talk.say("put the red cube in the drawer and close the drawer and in[red_cube, bowl]")
    assert "watch me" in said
    assert "I have no use for: fly, moon." in talk.say("fly to the moon")


def test_bad_demonstrations(talk: Talk) -> None:
    assert "Nothing was shown" in talk.say("watch me", "done")
    assert "I was not watching" in talk.say("done")
    failed = talk.say("watch me", "down 60 cm")
    assert "That did not work" in failed
    assert "It is not part of what you show." in failed
    mid_grasp = talk.say("pick up the red cube", "done")
    assert "You end with the red cube in the hand. Is the skill to end so?" in mid_grasp
    assert "I understand: pick CUBE." in talk.say("yes")
    same = talk.say("call this grab")
    assert "Kept: grab(cube)" in same
    nothing = talk.say("watch me", "go home", "done")
    assert "No fact about what you touched became true" in nothing
    assert "could not be proven" in talk.say("call this rest")


def test_a_name_that_exists_is_asked_about(talk: Talk) -> None:
    talk.say(*BOWL)
    assert "There is a skill pick already. Give another name." in talk.say("call this pick")
    talk.say("call this tidy up", "put the green cube on the green pad")
    assert "There is a skill tidy-up already. Say 'yes'" in talk.say("call this tidy up")
    assert "Kept: tidy-up(cube" in talk.say("yes")
    assert len(open_library("tabletop").history("tidy-up")) == 2


@pytest.mark.parametrize("exactly", [False, True])
def test_corrections_after_the_fact_make_a_new_version_and_can_be_undone(talk: Talk, exactly: bool) -> None:
    talk.say(*BOWL[:-1], "done, exactly as shown" if exactly else "done", "call this tidy up")
    first = open_library("tabletop").history("tidy-up")[-1].hash
    said = talk.say("always check that the gripper holds it", "slower", "2 cm to the left")
    assert said.count("Kept: tidy-up(cube, bowl)") == 3
    lesson = talk.conversation.known_lesson()
    assert (lesson.checks, lesson.speed) == (True, 0.5)
    assert [part.offset[1] for part in lesson.parts if part.kind == "above"][-1] == pytest.approx(0.02)
    source = open_library("tabletop").history("tidy-up")[-1]
    assert source.hash != first
    assert talk.proven == ["tidy-up"] * 4
    assert "Taken back: 2 cm to the left." in talk.say("undo")
    assert "2 cm to the left" not in talk.conversation.known_lesson().why
    talk.say("from above")
    assert talk.conversation.known_lesson().via_above


def test_contradictory_corrections_are_asked_about(talk: Talk) -> None:
    talk.say(*BOWL)
    assert "exclude each other. Which of them?" in talk.say("slower and faster")
    assert "Remembered: slower." in talk.say("slower")
    assert "'faster' takes that back. Is it meant so?" in talk.say("faster")
    assert talk.conversation.known_lesson().speed == 0.5
    assert "Remembered: faster." in talk.say("yes")
    assert talk.conversation.known_lesson().speed == 1.0


class Gate:
    """Lets a step begin, tells of it, and holds the world there until the test has spoken."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()
        self.wanted = "step_started"

    def hear(self, record: object) -> None:
        if isinstance(record, dict) and record["type"] == self.wanted and not self.began.is_set():
            self.began.set()
            self.go_on.wait(20)


def test_a_correction_acts_on_what_is_being_done_and_is_kept(talks: Talks) -> None:
    gate = Gate()
    talk = talks(onlookers=Onlookers(observers=(gate.hear,)))
    talk.begin("put the red cube on the red pad")
    assert gate.began.wait(20)
    threading.Timer(0.2, gate.go_on.set).start()
    said = talk.say("1 cm to the left")
    assert "Yes: 1 cm to the left. I go on so" in said
    assert "Done: at[red_cube, red_pad]" in said
    assert "Kept: aside(cube, the_place)" in talk.say("call this aside")


def test_stop_and_another_goal_meanwhile(talks: Talks) -> None:
    gate = Gate()
    talk = talks(onlookers=Onlookers(observers=(gate.hear,)))
    talk.begin("put the red cube in the bowl")
    assert gate.began.wait(20)
    threading.Timer(0.2, gate.go_on.set).start()
    said = talk.say("no, put the green cube in the bowl instead")
    assert "Instead, then." in said
    assert "Done: in[green_cube, bowl]." in said
    assert not holds(talk, "in[red_cube, bowl]")
    assert talk.say("stop") == "Nothing is going on."


def test_the_other_one_is_asked_for_where_there_are_several(talk: Talk) -> None:
    talk.say(*BOWL)
    assert "Which one do you mean: the blue cube, the green cube, the yellow cube?" in talk.say(
        "the other one"
    )
    assert "Done: in[blue_cube, bowl]" in talk.say("the blue one")


def test_a_taught_skill_that_a_goal_uses_is_what_is_corrected_next(talk: Talk) -> None:
    talk.say(*BOWL, "call this tidy up", "put the green cube in the bowl")
    said = talk.say("always check that the gripper holds it")
    assert "Kept: tidy-up(cube, bowl)" in said
    assert len(open_library("tabletop").history("tidy-up")) == 2
    assert "is version" in talk.say("undo")


def test_history_explain_rules_and_help(talk: Talk) -> None:
    talk.say("put the red cube in the bowl")
    assert "I did put-in (red cube, bowl)" in talk.say("why did you do this?")
    assert "From now on" in talk.say("never lift anything above 30 cm")
    assert "1. never lift anything above 30 cm" in talk.say("rules")
    assert "No longer a rule" in talk.say("remove rule 1")
    assert "call this tidy up" in talk.say("help")
    assert "practice tidy up 20" in talk.say("help keep")
    assert "put the red cube in the bowl" in talk.say("history")


def test_help_is_short_and_the_rest_is_told_by_topics(talk: Talk) -> None:
    short = talk.say("help").splitlines()
    assert len(short) == 12  # what it is, the ten that are said most, how to hear of the rest
    assert "help all" in short[-1]
    whole = talk.say("help all")
    for row in VERBS:
        assert row.example in whole
    assert "slower" in talk.say("help me with correct")
    assert "Did you mean 'rules'" in talk.say("help ruls")


def test_a_failed_proof_comes_with_a_timeline_and_a_question_whose_answer_acts(talks: Talks) -> None:
    talk = talks(proves=True)
    talk.say("put the red cube on the red pad", "8 cm to the left")
    failed = talk.say("call this beside", "wait")
    assert "[beside]" in failed
    assert "Looking at seed" in failed
    assert "close_gripper: refused" in failed
    assert (
        "the fingers closed on nothing. Shall I (1) take '8 cm to the left' back, (2) check the grip"
        in failed
    )
    timeline = next(line for line in talk.lines if "Timeline:" in line).split("Timeline:")[1].strip()
    assert "close_gripper" in Path(timeline).read_text(encoding="utf-8")
    for line in talk.lines:
        if "Film strip:" in line:  # where pictures can be painted
            assert Path(line.split("Film strip:")[1].strip()).read_bytes().startswith(b"\x89PNG")
    assert "Yes: take '8 cm to the left' back." in talk.say("1", "wait")
    assert any("[beside] verified" in line for line in talk.lines)


def test_what_failed_can_be_mended_in_words_later(talks: Talks) -> None:
    talk = talks(proves=True)
    talk.say(*BOWL[:-1], "done, exactly as shown", "3 cm to the left", "call this by hand", "wait")
    lesson = talk.conversation.known_lesson()
    found = [one.words for one in variants(lesson, talk.session.run.library)]
    assert found[:3] == ["check the grip", "use pick and put-in instead of the motions", "come from above"]
    assert "There is nothing yet" not in talk.say("always check that the gripper holds it")


def test_a_lesson_is_taken_up_again_in_a_later_conversation(talks: Talks) -> None:
    first = talks()
    first.say(*BOWL, "call this tidy up")
    later = talks(folder="later")
    assert "tidy-up: pick CUBE, put it in BOWL" in later.say("change tidy up")
    assert "Kept: tidy-up(cube, bowl)" in later.say("always check that the gripper holds it")
