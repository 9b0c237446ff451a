"""The world generator, through its JavaScript tests; and the census that the planner reads."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from embodied_minecraft.server import DATA_DIR, PACKAGE_DIR

from embodied import node

TEST = Path(__file__).with_name("generator.test.js")


@pytest.mark.node
def test_the_generator_keeps_its_promises() -> None:
    environment = {**os.environ, "EMBODIED_SERVER_DIR": str(node.prepare(PACKAGE_DIR))}
    done = subprocess.run(
        [node.find_node(), "--test", str(TEST)], env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_census_names_what_the_tech_tree_needs() -> None:
    census = json.loads((DATA_DIR / "world_blocks.json").read_text(encoding="utf-8"))
    needed = {
        "oak_log",
        "stone",
        "coal_ore",
        "iron_ore",
        "gold_ore",
        "redstone_ore",
        "lapis_ore",
        "diamond_ore",
        "sand",
    }
    assert needed <= set(census)
    for name, row in census.items():
        assert row["rarity"] in ("common", "uncommon", "rare"), name
        assert row["count_per_chunk"] >= 0, name
        assert row["y"][0] <= row["y"][1], name
        assert row["biomes"], name
