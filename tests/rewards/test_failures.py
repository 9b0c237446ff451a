"""How episodes failed, from what was observed."""

from __future__ import annotations

import numpy as np
import pytest

from embodied.condition import parse
from embodied.rewards.composing import designs
from embodied.rewards.failures import WORDS, count_failures, failed_how
from tests.rewards.paths import Points, path
from tests.rewards.rollouts import ACTION, SUCCESS, WORLD, episodes
from tests.rewards.test_composing import DRAWER, drawer_paths

DESIGN = designs(SUCCESS, WORLD, ACTION, ends_on_success=True)[0]
START, HOME, GOAL = (0.4, 0.2, 0.02), (0.5, 0.0, 0.3), (0.5, -0.3, 0.02)


@pytest.mark.parametrize(
    ("hand", "cube", "how"),
    [
        ([(0, HOME)], [(0, START)], "never touched"),
        ([(0, HOME), (20, START)], [(0, START)], "not moved"),
        ([(0, HOME), (20, START), (40, HOME)], [(20, START), (40, HOME), (41, (0.5, 0.0, 0.02))], "dropped"),
        ([(0, HOME), (20, START)], [(20, START), (30, (1.2, 0.2, 0.02))], "out of reach"),
        ([(0, HOME), (20, START)], [(20, START), (40, GOAL), (60, (0.5, -0.49, 0.02))], "overshot"),
        ([(0, HOME), (20, START)], [(20, START), (40, (0.45, 0.0, 0.02))], "stopped short"),
        ([(0, HOME), (20, START)], [(20, START), (40, (0.4, 0.4, 0.02))], "wrong way"),
    ],
)
def test_each_way_has_a_word(hand: Points, cube: Points, how: str) -> None:
    points = {"hand": hand, "cube": cube, "target": [(0, GOAL)], "gripper": [(0, 0.04)], "touches": [(0, 0)]}
    episode = path(
        *("failing", WORLD, ACTION, points),
        lambda obs: np.linalg.norm(obs["cube"] - obs["target"], axis=-1) < 0.05,
    )
    assert failed_how(episode, DESIGN, WORLD, ACTION) == how
    assert how in WORDS


def test_they_are_counted() -> None:
    found = count_failures(episodes(2), DESIGN, WORLD, ACTION)
    assert found == {"never touched": 4, "not moved": 2, "wrong way": 2, "stopped short": 4}


def test_a_mechanism_may_move_where_its_handle_does_not() -> None:
    design = designs(parse("opening > 0.12"), DRAWER, ACTION)[0]
    found = {one.name: failed_how(one, design, DRAWER, ACTION) for one in drawer_paths()[1:]}
    assert found == {
        "idle": "never touched",
        "failing": "not moved",
        "oscillating": "wrong way",
        "stuck": "stopped short",
    }
