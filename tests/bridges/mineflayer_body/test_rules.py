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
        held = {"dirt": 32, "torch": 6, "lava_bucket": 1, "bread": 5}
        config = ServerConfig(
            world_dir=None,
            log=folder / "server.log",
            fast=True,
            generator=FLAT,
            scene={"player": "bot", "inventory": held},
        )
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


def refused(answer: Mapping[str, Any], why: str) -> bool:
    return answer.get("error") == "rule" and why in answer["message"]


def test_it_does_not_dig_straight_down_and_digs_beside(played: Answers) -> None:
    assert refused(played["down"], "straight down")
    assert "value" in played["beside"]


def test_it_does_not_go_where_it_is_to_stay_out_and_walks_around(played: Answers) -> None:
    feet = played["feet"]["value"]
    assert refused(played["into"], "forbids going")
    assert refused(played["straight into"], "forbids going")
    assert "value" in played["near"], played["near"]
    assert "value" in played["around"], played["around"]
    assert position(played["there"])[0] > feet["x"] + 6
    ways = [
        place
        for label in ("into", "near", "straight into", "around", "back")
        for place in played[label]["trail"]
    ]
    assert len(ways) > 20  # as another player saw it
    inside = [
        (x, z)
        for x, _, z in ways
        if feet["x"] + 3 <= x <= feet["x"] + 6 and feet["z"] - 2 <= z <= feet["z"] + 3
    ]
    assert inside == []


def test_it_leaves_blocks_alone_in_digs_and_on_its_ways(played: Answers) -> None:
    assert refused(played["grass"], "breaking grass_block")
    assert played["under the grass"]["error"] in ("no_path", "stuck")
    assert played["the grass is still there"]["value"]["name"] == "grass_block"


def test_it_goes_no_deeper_than_it_may_and_its_hands_may(played: Answers) -> None:
    assert refused(played["below"], "forbids going")
    assert refused(played["where it would fall"], "would fall")
    assert "value" in played["deeper with the hand alone"]


def test_it_digs_nothing_in_a_place_where_that_is_forbidden(played: Answers) -> None:
    assert refused(played["in the garden"], "forbids digging")
    assert "error" in played["out of the garden"]


def test_it_places_nothing_that_it_is_not_to_place_not_even_to_climb(played: Answers) -> None:
    assert refused(played["a block"], "placing dirt")
    assert played["a tower"]["error"] in ("no_path", "stuck")
    assert refused(played["lava"], "placing lava_bucket")
    assert "error" in played["lava as a block"]
    assert refused(played["built there"], "placing anything")


def test_it_keeps_what_is_to_be_kept(played: Answers) -> None:
    assert "value" in played["one torch of six"], played["one torch of six"]
    assert refused(played["one torch of five"], "5 of torch kept")
    assert refused(played["whatever there is to eat"], "5 of bread kept")


def test_it_stays_where_it_is_to_stay(played: Answers) -> None:
    assert "value" in played["within"], played["within"]
    assert refused(played["beyond"], "forbids going")


def test_what_is_lifted_holds_no_more(played: Answers) -> None:
    assert "value" in played["lifted"], played["lifted"]
    assert "value" in played["filled"], played["filled"]
