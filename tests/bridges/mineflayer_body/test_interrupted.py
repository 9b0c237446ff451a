"""A craft between whose clicks something is picked up: it is made, and both sides know what is held."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from embodied_minecraft.server import PACKAGE_DIR

from embodied import node

pytestmark = pytest.mark.node

HERE = Path(__file__).parent
BODY_DIR = HERE.parents[2] / "bridges" / "embodied_mineflayer" / "js"


def test_what_comes_between_two_clicks_neither_hides_nor_loses_anything() -> None:
    sources = node.prepare(BODY_DIR)
    environment = {
        **os.environ,
        "EMBODIED_SERVER_DIR": str(node.prepare(PACKAGE_DIR)),
        "EMBODIED_CLIENT_DIR": str(sources),
    }
    run = subprocess.run(
        [str(node.find_node()), str(HERE / "interrupted.mjs"), str(sources)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    crafts = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(crafts) == 15
    for craft in crafts:
        assert "error" not in craft["answer"], craft
        assert craft["seen"] == craft["held"]
        assert craft["held"]["diamond"] == 1
        wanted = 1 if craft["item"] == "iron_pickaxe" else 4
        assert craft["held"][craft["item"]] == craft["answer"]["crafted"] == wanted
