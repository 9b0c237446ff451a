"""What the critic finds while nobody has succeeded yet: in states that it imagines."""

from __future__ import annotations

import numpy as np
import pytest

from embodied.bench.trap_worlds import ACTION, STEPS, TRAPS, Trap, TrapWorld
from embodied.learning.episodes import idle_act, random_act, run_episode
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.composing import compose, designs
from embodied.rewards.critic import Critique, critique
from embodied.rewards.trajectory import Counting, Trajectory
from tests.rewards import rollouts
from tests.rewards.test_critic import COST, DISTANCES, HONEST, PROGRESS

COUNTING = Counting(STEPS, 0.96)
NOT_OBSERVED = "a camera that can be covered"
TOLD = {name: trap for name, trap in TRAPS.items() if name != NOT_OBSERVED}
NOBODY = [one for one in rollouts.episodes(adversaries=False) if not one.success[-1]]


def seen(trap: Trap) -> list[Trajectory]:
    """What is known before training: random and idle motion."""
    world = TrapWorld(trap)
    shown = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        for kind, act in (("random", random_act(rng, ACTION.size)), ("idle", idle_act(ACTION.size))):
            episode = run_episode(world, act, seed, STEPS)
            assert not episode.succeeded
            shown.append(episode.trajectory(kind, trap.observation, ACTION))
    return shown


def judged(trap: Trap, source: str) -> Critique:
    reward = in_process(check(source, trap.observation, ACTION))
    return critique(reward, trap.observation, ACTION, trap.condition, seen(trap), COUNTING)


@pytest.mark.parametrize("trap", TOLD.values(), ids=list(TOLD))
def test_what_can_be_farmed_is_sent_back_before_anybody_has_succeeded(trap: Trap) -> None:
    found = judged(trap, trap.source)
    assert [one.code for one in found.findings if one.refused] == ["farmable"]
    assert f"The term {trap.bait!r} pays for it." in found.text
    assert "No episode has succeeded yet" in found.text
    assert "without success  with success" in found.text


@pytest.mark.parametrize(
    ("trap", "how"),
    [
        ("a line that can be crossed again", "goes back and forth between"),
        ("a counter of touches", "lets touches rise from 1 to 40"),
        ("height that is no goal", "stays where hand is ("),
    ],
)
def test_it_says_how(trap: str, how: str) -> None:
    assert how in judged(TRAPS[trap], TRAPS[trap].source).text


@pytest.mark.parametrize("trap", TOLD.values(), ids=list(TOLD))
def test_what_the_offline_designer_writes_there_is_not_sent_back(trap: Trap) -> None:
    written = designs(trap.condition, trap.observation, ACTION)
    assert written
    for design in written:
        found = judged(trap, compose(design, trap.observation, ACTION).source)
        assert found.accepted, f"{design.name}\n{found.text}"


def test_where_success_is_not_observed_nothing_is_imagined() -> None:
    trap = TRAPS[NOT_OBSERVED]
    assert judged(trap, trap.source).accepted


@pytest.mark.parametrize("source", [HONEST, COST, PROGRESS], ids=["level", "cost", "progress"])
def test_an_honest_reward_is_not_sent_back(source: str) -> None:
    reward = in_process(check(source, rollouts.WORLD, rollouts.ACTION))
    counting = Counting(rollouts.STEPS, 0.97)
    found = critique(reward, rollouts.WORLD, rollouts.ACTION, rollouts.SUCCESS, NOBODY, counting)
    assert found.accepted, found.text


def test_once_somebody_has_succeeded_nothing_is_imagined() -> None:
    source = DISTANCES + '    return {"goal": 1 - np.tanh(5 * left), "height": 5.0 * obs["cube"][:, 2]}\n'
    reward = in_process(check(source, rollouts.WORLD, rollouts.ACTION))
    counting = Counting(rollouts.STEPS, 0.97)
    for episodes, imagined in ((NOBODY, True), (rollouts.episodes(adversaries=False), False)):
        found = critique(reward, rollouts.WORLD, rollouts.ACTION, rollouts.SUCCESS, episodes, counting)
        assert ("No episode has succeeded yet" in found.text) == imagined
