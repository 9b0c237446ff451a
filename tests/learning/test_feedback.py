"""A person's words and a designer without a model: what is understood, what is done, what is told back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from embodied.errors import BadInput
from embodied.journal import Journal
from embodied.learning.budget import Schedule
from embodied.learning.candidates import Candidate, Feedback, OfflineDesigner, Proposal
from embodied.learning.errors import NoGuide
from embodied.learning.feedback import SAID, manners_of, read_feedback, refuse_not_understood
from embodied.learning.ground import guide_named, lay_ground
from embodied.learning.policy_guide import kept_guide
from embodied.learning.progress import Progress
from embodied.rewards.checking import check
from embodied.rewards.training import Checkpoint
from tests.learning.searching import search
from tests.learning.toys import ACTION, OBSERVATION, REACH, PlayedTrainer, Point, condition


@pytest.mark.parametrize(
    ("words", "manner"),
    [
        ("it jerks", "smooth"),
        ("stop shaking", "smooth"),
        ("do not jerk", "smooth"),
        ("approach from above", "from above"),
        ("it is too fast", "slow"),
        ("slower please", "slow"),
        ("gently", "slow"),
        ("it takes too long", "soon"),
        ("hurry up", "soon"),
        ("it does not grasp it", "in the fingers"),
        ("do not grasp it", "by touch"),
        ("push it", "by touch"),
        ("don't push it", "in the fingers"),
        ("lift it higher", "lifted"),
        ("it drops the cube", "held fast"),
        ("it overshoots", "staying"),
        ("it stops short", "exact"),
        ("more precisely", "exact"),
    ],
)
def test_documented_words_are_understood(words: str, manner: str) -> None:
    reading = read_feedback(words)
    assert [one.name for one in reading.manners] == [manner]
    assert reading.missed == ()
    assert reading.understood[0].startswith(f"{words}: ")


def test_what_is_not_understood_is_told_back() -> None:
    reading = read_feedback("It jerks, sing a song; and approach from above.")
    assert [one.name for one in reading.manners] == ["smooth", "from above"]
    assert reading.missed == ("sing a song",)


def test_not_from_above_is_not_taken_for_from_above() -> None:
    assert read_feedback("do not come from above").missed == ("do not come from above",)


def test_nothing_understood_is_refused_with_what_would_be() -> None:
    with pytest.raises(BadInput, match="understands nothing of 'sing a song'") as error:
        refuse_not_understood("sing a song")
    assert SAID in error.value.remedy
    assert "--designer llm" in error.value.remedy


def test_the_last_of_two_words_that_exclude_each_other_counts() -> None:
    assert [one.name for one in manners_of(["it jerks; too fast", "now it is too slow"])] == [
        "smooth",
        "soon",
    ]


def proposed(words: str, *earlier: Candidate) -> list[Proposal]:
    designer = OfflineDesigner(condition(), OBSERVATION, ACTION, seed=1)
    return list(designer.propose(earlier, 2, (Feedback(words, 1),)))


def best(number: int) -> Candidate:
    """The first composed reward, with a number of its own, trained."""
    first = OfflineDesigner(condition(), OBSERVATION, ACTION, seed=1).propose([], 1)[0]
    values = {**first.values, "MOVE_SCALE": 7.0}
    point = Checkpoint(500, 20, 19, 10.0, 1.0, {})
    return Candidate(number, Proposal(first.name, first.source, values), "kept", "", (point,))


def test_the_new_rewards_do_as_is_said_and_keep_the_best_numbers() -> None:
    made = proposed("it jerks; approach from above", best(1))
    assert made[0].name.endswith("smooth, from above")
    assert made[0].values["MOVE_SCALE"] == 7.0
    assert made[0].values["SMOOTHNESS_WEIGHT"] == pytest.approx(0.05)
    code = check(made[0].source, OBSERVATION, ACTION)
    assert "from_above" in code.terms


def test_a_manner_is_not_laid_on_twice() -> None:
    first = proposed("it jerks", best(1))[0]
    point = Checkpoint(500, 20, 20, 9.0, 1.0, {})
    again = proposed("it jerks", best(1), Candidate(2, first, "kept", "", (point,)))
    assert max(one.values["SMOOTHNESS_WEIGHT"] for one in again) <= 0.2
    assert all(one.name.count("smooth") == 1 for one in again)


# -- what is kept ----------------------------------------------------------------------------------------


def progress(*successes: int) -> Progress:
    """A candidate a round with so many of 160 successes; a person spoke after the first round."""
    seen = Progress()
    for number, count in enumerate(successes, 1):
        point = Checkpoint(500, 160, count, 10.0, 1.0, {})
        seen.candidates[number] = Candidate(number, Proposal(str(number), "", {}), "kept", "", (point,))
        seen.rounds[number] = number
    seen.feedback = (Feedback("slower", 1),)
    return seen


def test_a_resumed_search_begins_a_new_round_with_the_words(tmp_path: Path) -> None:
    def designer() -> OfflineDesigner:
        return OfflineDesigner(condition(), OBSERVATION, ACTION, seed=1)

    schedule = Schedule(5, rivals=2, screening=100, every=100, most=400, episodes=20, rounds=1)
    before = search(tmp_path, designer(), PlayedTrainer(), schedule=schedule)
    with closing(Journal(tmp_path / "journal.jsonl")) as journal:
        journal.write("feedback", text="it jerks", after=1, understood=["it jerks: ..."], missed=[])
    after = search(tmp_path, designer(), PlayedTrainer(), schedule=schedule)
    assert before.best is not None
    assert after.best is not None
    new = after.of_round(2)
    assert new
    assert all(one.proposal.name.endswith(", smooth") for one in new)
    assert after.best.number in {one.number for one in new}
    assert after.candidates[before.best.number].checkpoints == before.best.checkpoints


def test_what_follows_a_persons_words_is_kept_if_it_is_not_clearly_worse() -> None:
    alike, worse, untrained = progress(158, 152), progress(158, 90), progress(158)
    assert [one.best.number for one in (alike, worse, untrained) if one.best] == [2, 1, 1]
    assert alike.first_round == 2
    assert alike.unheeded == ""
    words = "your words changed nothing: what they led to came to 90 of 160; the earlier policy stays"
    assert worse.unheeded.startswith(words)
    assert "nothing was trained with them" in untrained.unheeded
    assert untrained.latest is None
    assert Progress().unheeded == ""


def test_words_that_came_to_nothing_do_not_undo_what_came_of_earlier_ones() -> None:
    seen = progress(160, 158)
    seen.feedback = (Feedback("slower", 1), Feedback("from above", 2))
    assert seen.best is not None
    assert seen.best.number == 2
    assert "the earlier policy stays, of candidate 2 " in seen.unheeded


def test_a_training_begins_with_the_policy_that_a_person_spoke_of() -> None:
    for seen in (progress(158, 152), progress(158, 90), progress(158)):
        assert seen.spoken_of is not None
        assert seen.spoken_of.number == 1, "whatever came of the words, a resumed training begins so again"
    assert Progress().spoken_of is None


def test_a_policy_is_a_guide_that_any_process_finds_by_its_name(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    from tests.policies.making import linear

    towards = 5.0 * np.vstack([-np.eye(3), np.eye(3)])
    file = tmp_path / "candidates" / "policy-500.onnx"
    file.parent.mkdir()
    file.write_bytes(linear(towards, np.zeros(3), OBSERVATION.entries, ACTION.entries))
    made = kept_guide(file, tmp_path)
    (tmp_path / made.name).write_bytes(file.read_bytes()[:100])
    assert kept_guide(file, tmp_path).name == made.name, "what a lost machine left torn is written again"
    ground = lay_ground(REACH, Point, Point(), tmp_path / "successes")
    file.unlink()
    found = guide_named(made.name, {}, ground)
    assert found is not None
    done = ground.examiner.run(found.act, range(10), begin=found.begin)
    assert done is not None
    assert all(episode.succeeded for episode in done)
    (tmp_path / made.name).write_bytes(b"another")
    with pytest.raises(BadInput, match="it was changed"):
        guide_named(made.name, {}, ground)
    (tmp_path / made.name).unlink()
    with pytest.raises(NoGuide, match="is not there"):
        guide_named(made.name, {}, ground)
