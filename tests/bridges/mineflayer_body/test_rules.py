"""Rules that were handed over hold inside the Minecraft body: in its digs, and in its ways."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from embodied_minecraft.server import PACKAGE_DIR, EmbeddedServer, ServerConfig

from embodied import node

pytestmark = pytest.mark.node

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BODY_DIR = ROOT / "bridges" / "embodied_mineflayer" / "js"
FLAT = ROOT / "tests" / "minecraft" / "server" / "js" / "flat_world.js"
DEADLINE_S = 120

Answers = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("rules")
    sources = node.prepare(BODY_DIR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_SERVER_DIR", str(node.prepare(PACKAGE_DIR)))
        config = ServerConfig(world_dir=None, log=folder / "server.log", fast=True, generator=FLAT)
        with EmbeddedServer(config) as server:
            run = subprocess.run(
                [node.find_node(), HERE / "rules.mjs", sources, str(server.port)],
                capture_output=True,
                text=True,
                timeout=DEADLINE_S,
                check=False,
            )
    assert run.returncode == 0, run.stderr
    return {line["label"]: line for line in map(json.loads, run.stdout.splitlines())}


def position(answer: Mapping[str, Any]) -> list[float]:
    found: list[float] = answer["value"]["facts"]["position"]
    return found


def test_it_does_not_dig_straight_down_and_digs_beside(played: Answers) -> None:
    assert played["down"]["error"] == "rule"
    assert "straight down" in played["down"]["message"]
    assert "value" in played["beside"]


def test_it_does_not_go_where_it_is_to_stay_out_and_walks_around(played: Answers) -> None:
    assert "error" in played["into"]
    start, outside, there = (position(played[label]) for label in ("still up", "outside", "there"))
    assert outside[0] < int(start[0]) + 3.5
    assert "value" in played["around"], played["around"]
    assert there[0] > start[0] + 6
