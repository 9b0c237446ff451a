"""What a later verification does to a grade that many seeds have given."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.library import LibraryStore
from embodied.library.evidence import Ground, SeedResult
from embodied.library.grades import Grade, grade_of
from embodied.library.records import Check, SkillState, Version
from embodied.outcome import Verdict
from embodied.skills import load_skill

SKILLS = Path(__file__).resolve().parents[2] / "skills"


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


@pytest.mark.parametrize(
    ("runs", "then"),
    [
        ("-", Grade.FIT_FOR_ARM),  # one failure happens
        ("--", Grade.SUSPECT),
        ("+++++-", Grade.FIT_FOR_ARM),
        ("++++++--", Grade.FIT_FOR_ARM),
        ("++--+-", Grade.SUSPECT),
        ("++++++++", Grade.FIT_FOR_ARM),
    ],
)
def test_runs_count_against_what_was_verified(runs: str, then: Grade) -> None:
    verified = check(100)
    verified.runs = {str(number): came == "+" for number, came in enumerate(runs)}
    assert grade(verified) is then
    if then is Grade.SUSPECT:
        assert grade(verified, check(3)) is Grade.VERIFIED  # proven anew


def test_a_seed_skill_that_fails_in_runs_stays_as_the_last_way() -> None:
    verified = check(100)
    verified.runs = {"a": False, "b": False}
    version = Version("h", 0.0, "seed", checks=[verified])
    assert grade_of(SkillState("toss"), version, {}, stubs="s", world="w") is Grade.SEED


def test_a_run_counts_once_and_as_passed_if_it_ever_did(tmp_path: Path) -> None:
    store = LibraryStore(tmp_path / "mini", "mini")
    skill = load_skill(next((SKILLS / "mini").iterdir()))
    store.add(skill)
    store.used(skill.name, skill.hash, "one", passed=False)  # nothing is verified: nothing to doubt
    id_ = store.begin_verification(skill.name, skill.hash, [1_000_000_001], 1_000_000_001)
    result = SeedResult(1_000_000_001, Verdict.PASSED, "", {}, "")
    store.record(skill.name, skill.hash, id_, Ground({}, "", ""), result)
    for run, passed in [("two", False), ("two", True), ("two", False), ("three", False), ("three", False)]:
        store.used(skill.name, skill.hash, run, passed=passed)
    assert [r["run"] for r in store.records(skill.name) if r["type"] == "used"] == ["two", "two", "three"]
    (line,) = store.history(skill.name)
    assert line.version.checks[0].runs == {"two": True, "three": False}
