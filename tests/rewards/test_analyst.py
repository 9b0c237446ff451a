"""The analyst: from numbers to what the next reward is written from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from embodied.rewards.analyst import Analysis, analyse
from embodied.rewards.errors import BadSpec
from embodied.rewards.training import Checkpoint, TermStatistics, TrainingRecord, statistics


def record(
    successes: Sequence[int],
    returned: Sequence[float],
    terms: Mapping[str, Sequence[float]] | None = None,
    failures: dict[str, int] | None = None,
    length: float = 40.0,
    stopped: str = "",
) -> TrainingRecord:
    """Twenty episodes a checkpoint; each term has its means, and a deviation of 0.1."""
    points = tuple(
        Checkpoint(
            1000 * (index + 1),
            20,
            won,
            length,
            paid,
            {
                name: TermStatistics(means[index], 0.1, min(means) - 0.2, max(means) + 0.2)
                for name, means in (terms or {"reach": returned}).items()
            },
            failures or {},
        )
        for index, (won, paid) in enumerate(zip(successes, returned, strict=True))
    )
    return TrainingRecord("reward-1", 50, points, stopped)


def codes(found: Analysis) -> list[str]:
    return [remark.code for remark in found.remarks]


RISING = [float(value) for value in range(10)]


def test_a_training_that_went_well() -> None:
    found = analyse(record([0, 0, 2, 5, 9, 14, 18, 19, 20, 20], RISING))
    assert codes(found) == ["solved"]
    assert "success         [0 %, 0 %, 10 %, 25 %, 45 %, 70 %, 90 %, 95 %, 100 %, 100 %]" in found.text
    assert (
        "Success is 100 % at the end (20 of 20, 95 % interval 84 to 100 %): the task is learned."
        in found.text
    )


def test_a_reward_that_rose_while_success_did_not_is_reported_as_hacking() -> None:
    terms = {"reach": [0.5] * 10, "entered": RISING}
    found = analyse(record([1, 0, 1, 0, 0, 1, 0, 0, 1, 0], RISING, terms))
    assert found.hacked
    assert (
        "REWARD HACKING: from step 1000 to 10000 the return rose from 0 to 9, and success did not"
        in found.text
    )
    assert "Most of it comes from 'entered', which went up by 9 a step." in found.text


def test_a_reward_that_is_learned_by_stages_is_no_hacking() -> None:
    staged = dataclasses.replace(record([0] * 10, RISING), success_pays=30.0)
    found = analyse(staged)
    assert not found.hacked
    assert "A success earns 30: the first stages are learned, and the rest is not yet." in found.text
    assert analyse(dataclasses.replace(staged, success_pays=8.0)).hacked


def test_success_that_falls_while_the_reward_rises_is_hacking_too() -> None:
    assert analyse(record([4, 15, 16, 10, 6, 3, 2, 1, 0, 0], RISING)).hacked


@pytest.mark.parametrize(
    ("successes", "returned"),
    [
        ([0, 1, 2, 4, 6, 8, 9, 10, 11, 12], RISING),  # both rise
        ([0] * 10, [5.0, 5.1, 4.9, 5.0, 5.2, 5.1, 5.0, 4.9, 5.1, 5.2]),  # neither does
        ([20] * 10, RISING),  # learned, and learned better
        ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0], RISING[::-1]),
        ([0, 0], [0.0, 9.0]),  # too few to tell
    ],
)
def test_what_is_no_hacking(successes: list[int], returned: list[float]) -> None:
    assert not analyse(record(successes, returned)).hacked


def test_what_was_learned_and_lost() -> None:
    found = analyse(record([0, 2, 8, 18, 19, 17, 9, 4, 1, 0], [0, 2, 5, 8, 9, 8, 6, 4, 2, 1]))
    assert codes(found)[0] == "lost"
    assert "after 95 % (19 of 20) at step 5000: it was learned and lost. Keep that checkpoint" in found.text


def test_terms_that_taught_nothing_are_named() -> None:
    flat = TermStatistics(0.0, 0.0, 0.0, 0.0)
    points = tuple(
        Checkpoint(step, 20, 0, 50.0, 1.0, {"reach": TermStatistics(0.5, 0.1, 0.0, 1.0), "lift": flat})
        for step in range(1000, 11000, 1000)
    )
    found = analyse(TrainingRecord("r", 50, points))
    assert [(one.code, one.term) for one in found.remarks if one.term] == [
        ("flat_term", "reach"),
        ("flat_term", "lift"),
    ]
    assert "The term 'lift' never changed (0): its stage was never reached" in found.text
    assert "The term 'reach' stayed near 0.5 on average although it goes from 0 to 1" in found.text
    assert "Episodes run to their end of 50 steps" in found.text


def test_a_term_that_drowns_the_others_is_named() -> None:
    terms = {"reach": [value / 1000 for value in RISING], "goal": [1000 * value for value in RISING]}
    found = analyse(record([0, 1, 2, 4, 6, 8, 9, 10, 11, 12], RISING, terms))
    assert any(one.code == "dominant_term" and one.term == "goal" for one in found.remarks)


def test_how_episodes_failed_is_told_with_what_to_do() -> None:
    found = analyse(record([0] * 10, [5.0] * 10, failures={"overshot": 3, "never touched": 17, "dropped": 0}))
    assert "Of 20 failed episodes: never touched 17, overshot 3. The object was never reached" in found.text


def test_ten_of_many_checkpoints_are_looked_at() -> None:
    many = record([0] * 101, [float(value) for value in range(101)])
    assert [point.step for point in many.at_ten()] == [
        1000 * n for n in (1, 12, 23, 34, 45, 57, 68, 79, 90, 101)
    ]


def test_the_table_says_how_many_checkpoints_it_leaves_out_and_what_success_rests_on() -> None:
    many = record([0] * 24 + [9], [0.0] * 25)
    last = dataclasses.replace(many.checkpoints[-1], episodes=60, successes=27)
    said = analyse(dataclasses.replace(many, checkpoints=(*many.checkpoints[:-1], last))).text
    assert "Training over 25000 steps, at 10 of its 25 checkpoints (1000, 4000" in said
    assert "of episodes     [20, 20, 20, 20, 20, 20, 20, 20, 20, 60]" in said
    assert "the best was 45 % (27 of 60) at step 25000" in said
    assert "at 10 checkpoints (1000" in analyse(record([0] * 10, RISING)).text


def test_it_is_kept_as_json() -> None:
    kept = record([1, 2], [0.5, 1.5], failures={"dropped": 2}, stopped="the budget was spent")
    assert TrainingRecord.from_json(kept.to_json()) == kept
    assert analyse(TrainingRecord.from_json(kept.to_json())) == analyse(kept)
    assert "Training stopped early: the budget was spent." in analyse(kept).text
    with pytest.raises(BadSpec, match="no training record"):
        TrainingRecord.from_json("{}")


def test_nothing_measured() -> None:
    assert analyse(TrainingRecord("r", 50, (), "the worker was killed")).text == (
        "Nothing was measured: the worker was killed."
    )
    assert statistics(np.array([1.0, 3.0])) == TermStatistics(2.0, 1.0, 1.0, 3.0)
