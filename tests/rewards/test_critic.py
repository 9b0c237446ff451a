"""The critic: what cannot be learned from, and what would be learned instead."""

from __future__ import annotations

import numpy as np
import pytest

from embodied.condition import parse
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.client import RewardWorker
from embodied.rewards.critic import Critique, critique
from embodied.rewards.errors import BadSpec
from embodied.rewards.matters import matters
from embodied.rewards.spec import Entry, ObservationSpec
from embodied.rewards.trajectory import Counting, Trajectory
from tests.rewards.rollouts import ACTION, SUCCESS, WORLD, episodes

DISTANCES = """
def apart(a, b):
    return np.linalg.norm(a - b, axis=-1)


def reward(obs, action, previous):
    reach = apart(obs["hand"], obs["cube"])
    left = apart(obs["cube"], obs["target"])
    left_before = apart(previous["cube"], previous["target"])
    held = (reach < 0.04) & (obs["gripper"] < 0.05)
    effort = -0.01 * np.sum(np.square(action["move"]), axis=-1)
"""
HONEST = (
    DISTANCES
    + '    return {"reach": 1 - np.tanh(5 * reach), "goal": 2 - 2 * np.tanh(5 * left), "effort": effort}\n'
)
COST = (
    DISTANCES
    + '    return {"reach": -np.tanh(5 * reach), "goal": -2 * np.tanh(5 * left), "effort": effort}\n'
)
PROGRESS = (
    DISTANCES + '    return {"reach": -0.1 * reach, "goal": 10 * (left_before - left), "effort": effort}\n'
)

EPISODES, PLAIN = episodes(), episodes(adversaries=False)
ENDS = Counting(ends_on_success=True)


def judged(
    source: str, trajectories: list[Trajectory] = EPISODES, counting: Counting | None = None
) -> Critique:
    function = in_process(check(source, WORLD, ACTION))
    return critique(function, WORLD, ACTION, SUCCESS, trajectories, counting)


def test_the_episodes_are_what_they_are_called() -> None:
    ends = {one.name: bool(one.success[-1]) for one in EPISODES}
    assert all(succeeded == name.startswith("scripted") for name, succeeded in ends.items()), ends


@pytest.mark.parametrize("trajectories", [EPISODES, PLAIN], ids=["all", "plain"])
@pytest.mark.parametrize(
    ("source", "counting"),
    [
        (HONEST, Counting()),
        (HONEST, Counting(discount=0.97)),
        (COST, Counting()),
        (COST, ENDS),
        (PROGRESS, ENDS),
    ],
)
def test_an_honest_reward_is_accepted(
    source: str, counting: Counting, trajectories: list[Trajectory]
) -> None:
    found = judged(source, trajectories, counting)
    assert found.accepted, found.text
    assert found.text.startswith("The critic accepts the reward.")


TRAPS = {
    "a bonus each time a line is crossed": (
        "    entered = (left < 0.2) & (left_before >= 0.2)\n"
        '    return {"goal": 1 - np.tanh(5 * left), "entered": 10.0 * entered, "effort": effort}\n',
        Counting(),
        "entered",
        "back and forth between steps",
    ),
    "hovering where an episode ends on success": (
        '    return {"reach": 1 - np.tanh(5 * reach), "goal": 2 - 2 * np.tanh(5 * left)}\n',
        ENDS,
        "goal",
        "stays there",
    ),
    "progress that is never taken back": (
        "    gained = np.maximum(left_before - left, 0.0)\n"
        '    return {"reach": -0.1 * reach, "gained": 20.0 * gained, "effort": effort}\n',
        Counting(),
        "gained",
        "back and forth between steps",
    ),
    "a counter of touches": (
        '    return {"touched": 5.0 * (obs["touches"] - previous["touches"]), "goal": -left}\n',
        Counting(),
        "touched",
        "oscillating",
    ),
    "motion of the cube": (
        '    moved = apart(obs["cube"], previous["cube"])\n'
        '    return {"goal": 0.1 - 0.1 * np.tanh(5 * left), "moved": 20.0 * moved}\n',
        Counting(),
        "moved",
        "back and forth between steps",
    ),
    "height of the cube": (
        '    return {"held": 1.0 * held, "height": 5.0 * obs["cube"][:, 2], "goal": 1 - np.tanh(5 * left)}\n',
        Counting(),
        "height",
        "lifting",
    ),
}


@pytest.mark.parametrize(("lines", "counting", "term", "how"), TRAPS.values(), ids=TRAPS)
def test_a_trap_is_sent_back_with_the_term_and_the_episode(
    lines: str, counting: Counting, term: str, how: str
) -> None:
    found = judged(DISTANCES + lines, EPISODES, counting)
    assert not found.accepted
    assert f"The term {term!r} pays for it." in found.text
    assert how in found.text, found.text
    assert "without success  with success" in found.text


@pytest.mark.parametrize(
    "trap", [name for name in TRAPS if name not in ("a counter of touches", "height of the cube")]
)
def test_it_is_found_even_where_no_episode_shows_it(trap: str) -> None:
    lines, counting, term, how = TRAPS[trap]
    found = judged(DISTANCES + lines, PLAIN, counting)
    assert [finding.code for finding in found.findings if finding.refused] == ["farmable"]
    assert f"The term {term!r} pays for it." in found.text
    assert how in found.text


def test_no_trap_is_accepted() -> None:
    assert (
        sum(not judged(DISTANCES + lines, EPISODES, how).accepted for lines, how, _, _ in TRAPS.values()) == 6
    )


def test_a_reward_that_ignores_what_success_is_about_is_sent_back() -> None:
    found = judged(DISTANCES + '    return {"reach": 1 - np.tanh(5 * reach), "zero": 0.0 * left}\n')
    ignored = [finding.text for finding in found.findings if finding.code == "ignores"]
    assert ignored == ["Success is about target, and no term depends on target."]
    assert "'zero' is 0 in every state" in found.text


def test_a_reward_with_an_error_is_sent_back_with_it() -> None:
    found = judged(DISTANCES + '    return {"x": np.log(left - 0.5)}\n')
    assert [finding.code for finding in found.findings] == ["not_finite"]
    assert "add 1e-6" in found.text


def test_scale_is_remarked_on() -> None:
    found = judged(DISTANCES + '    return {"goal": -1000.0 * left}\n')
    assert found.accepted
    assert "most of it is 'goal'" in found.text


def test_without_a_success_it_says_what_is_not_known() -> None:
    found = judged(HONEST, [one for one in EPISODES if one.kind != "scripted"])
    assert found.accepted
    assert [finding.code for finding in found.findings] == ["no_success"]
    assert judged(HONEST, []).accepted


def test_a_worker_is_judged_like_a_function() -> None:
    lines, counting, _, _ = TRAPS["motion of the cube"]
    with RewardWorker(check(DISTANCES + lines, WORLD, ACTION), WORLD, ACTION) as worker:
        found = critique(worker, WORLD, ACTION, SUCCESS, PLAIN, counting)
    assert found.text == judged(DISTANCES + lines, PLAIN, counting).text


def test_what_a_condition_is_about() -> None:
    spec = ObservationSpec(
        (
            Entry("button", (3,), role="object", thing="red_button"),
            Entry("depth", (), role="joint", thing="red_button"),
            Entry("cube", (3,), role="object", fact="pose[red_cube]"),
            Entry("bowl", (3,), role="place", thing="bowl"),
        )
    )
    text = "pressed[red_button] and in[red_cube, bowl] and distance(pose[red_cube], pose[bowl]) < 0.1"
    found = matters(parse(text), spec)
    assert [(one.what, one.entries) for one in found] == [
        ("pressed[red_button]: red_button", ("button", "depth")),
        ("in[red_cube, bowl]: red_cube", ("cube",)),
        ("in[red_cube, bowl]: bowl", ("bowl",)),
        ("pose[red_cube]", ("cube",)),
        ("pose[bowl]: bowl", ("bowl",)),
    ]
    with pytest.raises(BadSpec, match=r"speaks of opening\[drawer\], and no observation tells of it"):
        matters(parse("opening[drawer] > 0.1"), spec)


def test_trajectories_that_do_not_fit_are_refused() -> None:
    one = PLAIN[0]
    short = Trajectory("short", "idle", one.observations, one.actions, np.zeros(3, dtype=bool))
    with pytest.raises(BadSpec, match=r"Expected T \+ 1, T and T \+ 1"):
        judged(HONEST, [short])
