"""Conditions that can come true in several ways, or about many things."""

from __future__ import annotations

import pytest

from embodied.condition import parse
from embodied.rewards.calling import in_process
from embodied.rewards.composing import compose, designs
from embodied.rewards.critic import critique
from embodied.rewards.goals import MOST_ALTERNATIVES
from embodied.rewards.language import MAX_FUNCTIONS
from embodied.rewards.spec import Entry, ObservationSpec
from embodied.rewards.trajectory import Trajectory
from tests.rewards.paths import Points, path
from tests.rewards.rollouts import ACTION
from tests.rewards.test_composing import GRIPPER, HAND, HIGH, HOME, LOW, STACK

THINGS = tuple("abcdef")
MANY = ObservationSpec(
    (
        HAND,
        GRIPPER,
        *(Entry(f"thing_{name}", (3,), "m", "world", LOW, HIGH, role="object") for name in THINGS),
        Entry("bin", (3,), "m", "world", LOW, HIGH, role="object"),
    )
)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_a_reward_for_many_things_is_within_what_the_language_takes(count: int) -> None:
    condition = parse(" and ".join(f"in[thing_{name}, bin]" for name in THINGS[:count]))
    for design in designs(condition, MANY, ACTION):
        code = compose(design, MANY, ACTION)
        assert code.source.count("\ndef ") <= MAX_FUNCTIONS
        moves = [term for term in code.terms if term.startswith("move")]
        assert len(moves) == count  # what is left out is never the way itself


def test_the_first_ways_of_many_are_pursued() -> None:
    text = " or ".join(f"in[thing_{a}, thing_{b}]" for a in THINGS for b in THINGS if a != b)
    found = designs(parse(text), MANY, ACTION)
    assert len({design.goals for design in found}) == MOST_ALTERNATIVES


THREE = ObservationSpec((*STACK.entries, Entry("green", (3,), "m", "world", LOW, HIGH, role="object")))


def still() -> Trajectory:
    """The hand moves a little; nothing else happens."""
    points: dict[str, Points] = {
        "hand": [(0, HOME), (20, (0.5, 0.1, 0.2))],
        "gripper": [(0, 0.08)],
        "red": [(0, (0.4, -0.2, 0.02))],
        "blue": [(0, (0.6, 0.2, 0.02))],
        "green": [(0, (0.5, 0.0, 0.02))],
    }
    return path("idle", THREE, ACTION, points, lambda obs: 0.0 * obs["gripper"])


def ignored(pursued: str, asked: str) -> list[str]:
    """What the critic says that a reward for one condition ignores of another."""
    reward = in_process(compose(designs(parse(pursued), THREE, ACTION)[0], THREE, ACTION))
    judged = critique(reward, THREE, ACTION, parse(asked), [still()])
    return [finding.text for finding in judged.findings if finding.code == "ignores"]


def test_a_reward_may_pursue_one_way_and_leave_the_others() -> None:
    near_red, near_green = "distance(hand, red) < 0.02", "distance(hand, green) < 0.02"
    assert ignored(near_red, f"{near_red} or {near_green}") == []
    assert ignored(near_red, f"{near_green} or {near_red}") == []


def test_what_one_way_needs_whole_is_not_to_be_ignored() -> None:
    near_red, near_green = "distance(hand, red) < 0.02", "distance(hand, green) < 0.02"
    (said,) = ignored(near_red, f"{near_red} and {near_green}")
    assert "green" in said


def test_holding_still_above_a_container_is_not_paid_for() -> None:
    """What is to be let go of has to be where it shall be by a fact, where one tells."""
    spec = ObservationSpec((*MANY.entries, Entry("inside", (), role="flag", fact="in[thing_a, bin]")))
    for design in designs(parse("in[thing_a, bin]"), spec, ACTION):
        hold = next(stage for stage in design.stages if stage.name == "hold")
        assert 'obs["inside"] > 0.5' in hold.lines[-1]
