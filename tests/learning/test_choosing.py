"""Which task a sentence means; what is not clear is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from embodied.learning.choosing import choose, choose_task
from embodied.learning.environment import TaskSource, TrainingTask
from embodied.learning.errors import NoCondition, UnknownTask
from tests.learning.toys import HOVER, REACH

PUSH = replace(REACH, name="Push", sentence="Push the blue cube to the target.")
TASKS = (REACH, PUSH, HOVER)


@pytest.mark.parametrize("said", ["reach the target", "Reaching the target", "Reach", "REACH"])
def test_words_or_the_name_find_the_task(said: str) -> None:
    assert choose(said, TASKS) is REACH


def test_pushing_is_pushing() -> None:
    assert choose("push the blue cubes onto the target", TASKS) is PUSH


def test_a_task_in_its_own_words_is_meant_although_another_has_more() -> None:
    around = replace(PUSH, name="Push around", sentence="Push the blue cube around the wall to the target.")
    assert choose("push the blue cube to the target", (*TASKS, around)) is PUSH
    assert choose("push the blue cube around", (*TASKS, around)) is around


def test_what_may_be_two_is_asked() -> None:
    with pytest.raises(UnknownTask, match="may mean 3 tasks") as error:
        choose("the target", TASKS)
    assert "Push: Push the blue cube to the target." in str(error.value)


def test_what_is_none_is_refused_with_all_there_are() -> None:
    with pytest.raises(UnknownTask, match="nothing here could say when it is done") as error:
        choose("juggle the cubes", TASKS)
    assert "Reach: Bring the hand to the target." in str(error.value)


def test_an_empty_sentence_chooses_nothing() -> None:
    with pytest.raises(UnknownTask):
        choose("to the", TASKS)


def test_a_task_without_success_is_asked_for_a_condition() -> None:
    with pytest.raises(NoCondition, match="no success condition") as error:
        choose("hover", TASKS)
    assert "distance(hand, pose[target]) < 0.02" in str(error.value)


def test_a_task_that_says_how_near_in_other_units_is_found_in_its_own_words() -> None:
    upright = replace(REACH, name="Upright", sentence="Hold the cube within 5 degrees of upright.")

    class Plugged:
        def tasks(self, settings: Mapping[str, Any]) -> Sequence[TrainingTask]:
            return (upright, HOVER)

    def found(sentence: str) -> TrainingTask:
        return choose_task(sentence, "", cast(TaskSource, Plugged()), {}, lambda: pytest.fail("not asked"))

    assert found("hold the cube within 5 degrees of upright") is upright
    with pytest.raises(NoCondition, match="5 feet is no distance"):
        found("hold the cube within 5 feet of upright")
