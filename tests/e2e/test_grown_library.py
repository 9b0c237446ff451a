"""The library that a model grew from primitives alone (tests/data), used again where no model answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.command import minecraft, started

pytestmark = pytest.mark.node
GROWN = Path(__file__).parents[1] / "data" / "library_from_primitives"
SEED = 5
ALONE = ("agent.seed_skills=false", "model.calls=0", "model.base_url=http://127.0.0.1:9/v1")


def test_it_makes_a_stone_pickaxe_with_no_model_and_no_skill_of_ours(tmp_path: Path) -> None:
    shutil.copytree(GROWN, tmp_path / "library")
    options = [part for setting in ALONE for part in ("--set", setting)]
    arguments = minecraft("--planner", "llm", *options, goal="craft a stone pickaxe", seed=SEED)
    with started(tmp_path, *arguments, env={"EMBODIED_LIBRARY": str(tmp_path / "library")}) as command:
        code, report = command.finish(deadline_s=300)
        assert (code, report["verdict"]) == (0, "PASSED"), command.err[-3000:]
        assert report["model_calls"] == 0
        used = {record["skill"] for record in command.records() if record["type"] == "skill_entered"}
        assert used == {"craft-item", "gather-blocks"}
        command.no_orphans()
