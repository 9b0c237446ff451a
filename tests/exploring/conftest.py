"""Journal records and launches for tests of exploring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from embodied.exploring.steps import Pursuit, StepTaken
from embodied.launchfile import LaunchFile, parse_launch


def step(skill: str, passed: bool = True, reason: str = "", expects: str = "", **arguments: Any) -> StepTaken:
    return StepTaken(skill, arguments, expects, passed, reason, 1.0)


def pursuit(run: str, steps: Sequence[StepTaken], world: str = "mini") -> Pursuit:
    return Pursuit(run, world, "a goal", tuple(steps))


@pytest.fixture
def mini() -> LaunchFile:
    return parse_launch('[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nseed = 7\n', "test")


@pytest.fixture(autouse=True)
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's library of these tests: empty, and thrown away."""
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library"
