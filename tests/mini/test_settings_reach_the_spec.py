"""Where a world's settings choose its scene, they decide what goals can say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from embodied.errors import BadGoal
from embodied.exploring.explore import start_exploring
from embodied.launchfile import LaunchFile, parse_launch
from embodied.library import open_library
from embodied.library.proving import make_gate
from embodied.loop import start_run
from embodied.methods import WorldSpec
from embodied.mini.knowledge import MiniSpec
from embodied.mini.world import MiniWorld


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that the mini world's spec was asked with; with seed 13 no ore can be had."""
    seeds: list[int] = []

    class Barren(MiniSpec):
        def unreachable(self, fact: tuple[str, ...]) -> str:
            return "this scene has none" if fact == ("inventory", "ore") else super().unreachable(fact)

    def spec(self: MiniWorld, settings: Mapping[str, Any] = {}) -> WorldSpec:
        seeds.append(settings.get("seed", 0))
        return Barren() if settings.get("seed") == 13 else MiniSpec()

    monkeypatch.setattr(MiniWorld, "spec", spec)
    return seeds


def launch(seed: int) -> LaunchFile:
    return parse_launch(f'[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nseed = {seed}\n', "test")


def test_a_run_understands_its_goal_by_the_scene(asked: list[int], tmp_path: Path) -> None:
    with pytest.raises(BadGoal, match="this scene has none"):
        start_run(launch(13), runs_dir=tmp_path)
    assert start_run(launch(7), runs_dir=tmp_path).verdict.value == "PASSED"


def test_exploring_and_the_gate_ask_with_the_settings_too(asked: list[int], tmp_path: Path) -> None:
    start_exploring(launch(5), iterations=1, runs_dir=tmp_path)
    make_gate(open_library("mini"), tmp_path / "gate", settings={"seed": 6})
    assert {5, 6} <= set(asked)
