"""The Minecraft body plays by a script on the embedded server; each answer is asserted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from embodied_minecraft.facts import FAMILIES
from embodied_minecraft.server import PACKAGE_DIR, EmbeddedServer, ServerConfig

from embodied import node

pytestmark = pytest.mark.node

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BODY_DIR = ROOT / "bridges" / "embodied_mineflayer" / "js"
FLAT = ROOT / "tests" / "minecraft" / "server" / "js" / "flat_world.js"
PLAY_DEADLINE_S = 90
ROOM_FOR_A_BUSY_MACHINE = 4

Answers = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("body")
    sources = node.prepare(BODY_DIR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_SERVER_DIR", str(node.prepare(PACKAGE_DIR)))
        config = ServerConfig(
            world_dir=None, log=folder / "server.log", fast=True, operators=("giver",), generator=FLAT
        )
        with EmbeddedServer(config) as server:
            run = subprocess.run(
                [node.find_node(), HERE / "play.mjs", sources, str(server.port)],
                capture_output=True,
                text=True,
                timeout=PLAY_DEADLINE_S,
                check=False,
            )
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {line["label"]: line for line in lines}


def facts(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = answer["value"]["facts"]
    return found


def test_its_facts_are_those_that_the_world_knows(played: Answers) -> None:
    assert set(played["body"]["families"]) == set(FAMILIES)
    assert set(facts(played["first look"])) == set(FAMILIES)


def test_fast_digging_is_named(played: Answers) -> None:
    assert played["body"]["details"]["digging"].startswith("fast")


def test_server_commands_are_refused_wherever_they_stand(played: Answers) -> None:
    for label in ("command", "command in the second line"):
        assert played[label]["error"] == "refused"


def test_it_does_not_see_through_stone(played: Answers) -> None:
    assert played["x-ray"]["error"] == "not_allowed"
    assert played["buried"]["value"]["name"] == "unknown"


def test_a_survey_is_the_land_from_above(played: Answers) -> None:
    feet, land = played["feet"]["value"], played["surveyed"]["value"]
    assert (land["x0"], land["z0"], land["size"]) == (feet["x"] - 3, feet["z"] - 3, 7)
    assert land["names"] == ["grass_block"]
    assert land["blocks"] == [0] * 49
    assert land["heights"] == [feet["y"] - 1] * 49


def test_a_survey_reaches_as_far_as_the_world_is_loaded_and_is_quick(played: Answers) -> None:
    land = played["surveyed again"]["value"]
    assert len(land["blocks"]) == len(land["heights"]) == land["size"] ** 2 == 81**2
    assert set(land["blocks"]) <= {-1, 0}
    columns = zip(land["blocks"], land["heights"], strict=True)
    assert all(height == 0 for block, height in columns if block < 0)
    assert played["surveyed again"]["ms"] < 30 * ROOM_FOR_A_BUSY_MACHINE


def test_a_survey_goes_by_rows_from_north_to_south(played: Answers) -> None:
    land, spot = played["surveyed with a table"]["value"], played["spot"]["value"]
    cell = (spot["z"] - land["z0"]) * land["size"] + spot["x"] - land["x0"]
    assert land["names"][land["blocks"][cell]] == "crafting_table"
    assert land["heights"][cell] == spot["y"]
    assert land["blocks"].count(land["blocks"][cell]) == 1


@pytest.mark.parametrize(
    ("label", "code", "words"),
    [
        ("no wood", "missing_ingredients", " more "),
        ("command", "refused", "assistance"),
        ("unknown block", "unknown_block", "oak_lgo"),
        ("far", "out_of_reach", "4.5"),
        ("no table", "no_table", "no crafting table within reach"),
        ("occupied", "occupied", "crafting_table is at"),
        ("after the halt", "too_far", "use go_to"),
        ("not smeltable", "not_smeltable", "does nothing with stick"),
        ("no input", "no_input", "0 of raw_gold are held"),
    ],
)
def test_an_expected_failure_has_a_code_and_says_why(
    played: Answers, label: str, code: str, words: str
) -> None:
    assert played[label].get("error") == code
    assert words in played[label]["message"]


def test_crafting_counts_items_not_recipes(played: Answers) -> None:
    assert played["planks"]["value"] == {"crafted": 16}
    assert played["sticks"]["value"] == {"crafted": 8}
    assert played["pickaxe"]["value"] == {"crafted": 1}


def test_a_placed_block_is_seen_at_once(played: Answers) -> None:
    assert played["placed"]["value"] == {"block": "crafting_table"}
    assert facts(played["near"])["nearby_block"]["crafting_table"] < 5
    assert facts(played["near"])["uses"] == {"wooden_pickaxe": 59}


def test_what_was_dug_is_collected_once(played: Answers) -> None:
    assert played["dug"]["value"]["block"] == "grass_block"
    assert played["collected"]["value"]["collected"] == {"dirt": 1}
    assert played["nothing left"]["value"] == {"collected": {}, "left": 0}


def test_it_travels_and_says_where_it_is(played: Answers) -> None:
    assert played["travel"]["value"]["distance"] < 0.8
    assert played["there already"]["ms"] < 50


def test_a_halt_ends_a_journey_promptly(played: Answers) -> None:
    assert played["halted"]["error"] == "halted"
    assert played["halted"]["ms"] < 400 + 200


def test_smelting_uses_what_it_needs(played: Answers) -> None:
    assert played["smelted"]["value"] == {"smelted": 2, "output": "iron_ingot"}
    held = facts(played["last look"])["inventory"]
    assert held["iron_ingot"] == 2
    assert "coal" not in held
    assert "stick" in held
