"""What may differ between episodes, and that it does so in the physics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from embodied_tabletop.gym import RANGES, TabletopEnv

from tests.tabletop.building import ENGINES
from tests.tabletop.gym.scripted import made, succeeds

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def exactly(**values: float) -> dict[str, Any]:
    return {"randomize": {name: (value, value) for name, value in values.items()}}


def slid(env: TabletopEnv, **values: float) -> float:
    """How far a cube slides that is pushed for a control period with 1.5 N [m]."""
    env.reset(seed=3, options=exactly(**values))
    x = env._engine.body("blue_cube").position[0]
    for period in range(30):
        if period == 0:
            env._engine.push("blue_cube", (1.5, 0.0, 0.0))
        env._engine.step()
    return env._engine.body("blue_cube").position[0] - x


def test_off_by_default_and_told_when_on(engine: str) -> None:
    env = made("Stack", engine)
    assert "randomized" not in env.reset(seed=1)[1]
    drawn = env.reset(seed=1, options={"randomize": True})[1]["randomized"]
    for name in ("friction", "noise", "delay"):
        assert RANGES[name][0] <= drawn[name] <= RANGES[name][1]
    for name in ("mass", "size"):
        assert len(drawn[name]) == 2
        assert all(RANGES[name][0] <= value <= RANGES[name][1] for value in drawn[name])
    assert "randomized" not in env.reset(seed=1)[1]
    env.close()


def test_slippery_things_slide_further_and_heavy_ones_less_and_it_ends_with_the_episode(engine: str) -> None:
    env = made("Push", engine)
    plain = slid(env)
    assert slid(env, friction=0.4) > 1.3 * plain
    assert slid(env, mass=2.0) < 0.8 * plain
    assert slid(env) == plain
    env.close()


def test_a_larger_cube_lies_higher_and_can_be_taken(engine: str) -> None:
    env = made("PickPlace", engine)
    for size in (0.8, 1.0, 1.4):
        flat, _ = env.reset(seed=1, options=exactly(size=size))
        assert env.named(flat)["red_cube"][2] == pytest.approx(size * 0.0225, abs=5e-4)
        assert succeeds(env, 1, exactly(size=size))
    env.close()


def test_actions_come_late(engine: str) -> None:
    env = made("Reach", engine)
    env.reset(seed=1, options=exactly(delay=3))
    heights = []
    for _ in range(5):
        env.step(np.array([0.0, 0.0, 1.0]))
        heights.append(env.facts.get("hand")[2])  # type: ignore[index]
    assert heights[2] == pytest.approx(0.15, abs=2e-3)
    assert heights[4] > 0.16
    env.close()


def test_positions_are_seen_with_noise_and_success_without(engine: str) -> None:
    env = made("Reach", engine)
    env.reset(seed=1, options={**exactly(noise=0.01), "target": (0.45, 0.0, 0.15)})
    seen = []
    for _ in range(20):
        flat, _, _, _, info = env.step(np.zeros(3))
        assert info["is_success"]
        seen.append(env.named(flat))
    assert 0.003 < np.std([one["hand"][0] for one in seen]) < 0.03
    assert np.std([one["target"][0] for one in seen]) == pytest.approx(0.0, abs=1e-9)
    env.close()


def test_colours_are_seen_only(engine: str) -> None:
    env = made("Push", engine, render_mode="rgb_array", camera="top", width=160, height=120)
    _, info = env.reset(seed=5)
    plain = env.render()
    _, info = env.reset(seed=5, options={"randomize": {"colors": True}})
    assert info["randomized"]["colors"] != ("blue",)
    other = env.render()
    assert plain is not None
    assert other is not None
    assert np.abs(plain.astype(int) - other).max() > 60
    env.close()
