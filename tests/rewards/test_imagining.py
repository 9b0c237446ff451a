"""What the critic finds while nobody has succeeded yet: in states that it imagines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embodied.bench.trap_worlds import ACTION, STEPS, TRAPS, Trap, TrapWorld
from embodied.condition import parse
from embodied.learning.episodes import idle_act, random_act, run_episode
from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.client import RewardWorker
from embodied.rewards.composing import compose, designs
from embodied.rewards.critic import Critique, critique
from embodied.rewards.layout import CAPACITY
from embodied.rewards.spec import Arrays, Entry, ObservationSpec
from embodied.rewards.trajectory import Counting, Trajectory
from tests.rewards import rollouts
from tests.rewards.test_critic import COST, DISTANCES, HONEST, PROGRESS
from tests.rewards.toys import HIGH, LOW

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


def things(names: list[str], flags: int = 2) -> ObservationSpec:
    """A hand, a bowl, and these things to bring into it."""
    points = {"hand": "hand", "bowl": "object", **dict.fromkeys(names, "object")}
    return ObservationSpec(
        (
            *(Entry(name, (3,), "m", "world", LOW, HIGH, role=role) for name, role in points.items()),
            Entry("gripper", (), "m", low=0.0, high=0.08, role="gripper"),
            *(Entry(f"flag_{number}", (), low=0.0, high=1.0, role="flag") for number in range(flags)),
        )
    )


def begun(observation: ObservationSpec) -> Trajectory:
    """Where everything stands, far from the bowl, while only the hand moves a little."""
    rng, states = np.random.default_rng(3), STEPS + 1
    at = {
        entry.name: np.tile(rng.uniform(entry.lower, entry.upper), (states, 1))
        if entry.shape
        else np.zeros(states)
        for entry in observation.entries
    }
    at["bowl"][:] = (0.75, -0.45, 0.0)
    at["hand"] = at["hand"] + np.linspace(0.0, 0.1, states)[:, None]
    acted = {entry.name: np.zeros((STEPS, *entry.shape)) for entry in ACTION.entries}
    return Trajectory("random 0", "random", at, acted, np.zeros(states, bool), "0")


def brought(names: list[str], more: str = "") -> str:
    """A reward for each of them that comes into the bowl."""
    paid = ", ".join(
        f'"{name}": 1 - np.tanh(5 * np.linalg.norm(obs["{name}"] - obs["bowl"], axis=-1))' for name in names
    )
    return f"def reward(obs, action, previous):\n    return {{{paid}{more}}}\n"


AWAY = ', "away": 9.0 * np.abs(obs["red_cube"][:, 0] - obs["bowl"][:, 0])'


@pytest.mark.parametrize(("more", "accepted"), [("", True), (AWAY, False)], ids=["honest", "farmed"])
def test_what_is_imagined_of_three_things_is_asked_of_a_process_in_parts(more: str, accepted: bool) -> None:
    two = ["red_cube", "blue_cube"]
    observation = things(two)
    condition = parse("distance(red_cube, bowl) < 0.05 and distance(blue_cube, bowl) < 0.05")
    code = check(brought(two, more), observation, ACTION)
    with RewardWorker(code, observation, ACTION) as worker:
        found = critique(worker, observation, ACTION, condition, [begun(observation)], Counting(STEPS, 0.96))
    assert found.accepted == accepted, found.text
    assert ("imagined" in {one.trajectory.split(", ")[-1] for one in found.findings}) != accepted


def test_of_many_things_no_more_is_imagined_than_can_be_asked_soon() -> None:
    names = [f"cube_{number}" for number in range(12)]
    observation = things(names, flags=6)
    condition = parse(" and ".join(f"distance({name}, bowl) < 0.05" for name in names))
    function = in_process(check(brought(names), observation, ACTION))
    asked: list[int] = []

    def reward(obs: Arrays, action: Arrays, previous: Arrays) -> Arrays:
        asked.append(len(obs["hand"]))
        return function(obs, action, previous)

    found = critique(reward, observation, ACTION, condition, [begun(observation)], Counting(STEPS, 0.96))
    assert found.accepted, found.text
    assert max(asked) <= CAPACITY
    assert sum(asked) < 16 * CAPACITY


def test_a_direction_from_the_hand_to_a_thing_is_a_number_wherever_the_hand_is_imagined() -> None:
    narrower = {"cube": (0.01, 0.01, 0.01), "target": (0.02, 0.02, 0.02)}
    observation = ObservationSpec(
        tuple(
            replace(entry, low=entry.lower + narrower[entry.name], high=entry.upper - narrower[entry.name])
            if entry.name in narrower
            else entry
            for entry in rollouts.WORLD.entries
        )
    )
    directions = """    to_cube = (obs["cube"] - obs["hand"]) / reach[:, None]
    to_target = (obs["target"] - obs["cube"]) / left[:, None]
    above = -0.01 * np.square(to_cube[:, 2]) - 0.01 * np.square(to_target[:, 2])
"""
    source = HONEST.replace("    return {", directions + '    return {"above": above, ')
    reward = in_process(check(source, observation, rollouts.ACTION))
    counting = Counting(rollouts.STEPS, 0.97)
    found = critique(reward, observation, rollouts.ACTION, rollouts.SUCCESS, NOBODY, counting)
    assert found.accepted, found.text


def test_an_honest_reward_need_be_a_number_only_where_things_can_be() -> None:
    room = """    ahead = np.sqrt(0.8 - obs["hand"][:, 0]) + np.sqrt(obs["cube"][:, 1] + 0.5)
    above = np.sqrt(0.6 - obs["cube"][:, 2])
"""
    source = HONEST.replace("    return {", room + '    return {"room": 0.001 * (ahead + above), ')
    reward = in_process(check(source, rollouts.WORLD, rollouts.ACTION))
    counting = Counting(rollouts.STEPS, 0.97)
    found = critique(reward, rollouts.WORLD, rollouts.ACTION, rollouts.SUCCESS, NOBODY, counting)
    assert found.accepted, found.text
