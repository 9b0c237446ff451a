"""What a later verification does to a grade that many seeds have given."""

from __future__ import annotations

import pytest

from embodied.library.grades import Grade, grade_of
from embodied.library.records import Check, SkillState, Version


def check(passed: int, failed: int = 0, of: int = 0, *, stubs: str = "s") -> Check:
    """A verification on `of` seeds, or on as many as were judged; the gate ends one that has failed."""
    seeds = list(range(of or passed + failed))
    return Check("c", seeds, 0, passed, failed, seeds[: passed + failed], {}, stubs, "w")


def grade(*checks: Check) -> Grade:
    return grade_of(
        SkillState("toss"), Version("h", 0.0, "learned", checks=list(checks)), {}, stubs="s", world="w"
    )


FIT = check(95, 5)


@pytest.mark.parametrize(
    ("later", "then"),
    [
        ([check(2, 1, 3)], Grade.FIT_FOR_ARM),  # 1 of 3: to be expected of 95 of 100
        ([check(0, 1, 3)], Grade.FIT_FOR_ARM),  # ended at the first failure
        ([check(0, 1, 3), check(0, 1, 3)], Grade.SUSPECT),  # 2 of 2 is not
        ([check(0, 3)], Grade.SUSPECT),
        ([check(3), check(3), check(3), check(2, 1)], Grade.FIT_FOR_ARM),
        ([check(17, 3)], Grade.FIT_FOR_ARM),
        ([check(10, 5, 20)], Grade.SUSPECT),
        ([check(84, 15)], Grade.SUSPECT),  # 179 of 199 in all; by themselves 15 of 99 happen now and then
        ([check(86, 13)], Grade.FIT_FOR_ARM),  # 181 of 199
        ([check(17, 3), check(17, 3), check(16, 4), check(16, 4)], Grade.SUSPECT),  # 161 of 180
        ([check(80, 11, 100)], Grade.SUSPECT),  # as many seeds as before: their word is as good
        ([check(80, 11, 100), FIT, check(2, 1)], Grade.FIT_FOR_ARM),
        ([check(2, 1, stubs="other")], Grade.SUSPECT),  # on other ground the grade says nothing
    ],
)
def test_a_skill_that_is_known_to_fail_sometimes_may_fail_a_few_seeds(
    later: list[Check], then: Grade
) -> None:
    assert grade(FIT, *later) is then


def test_what_three_seeds_have_verified_three_can_doubt() -> None:
    assert grade(check(3), check(2, 1)) is Grade.SUSPECT


def test_before_it_was_graded_all_of_three_must_pass() -> None:
    assert grade(check(2, 1)) is Grade.SUSPECT
