"""What players say reaches the body's events with who said it, by the protocol and not by the text."""

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
DEADLINE_S = 90

Answers = Mapping[str, Any]


def answers(script: str, *arguments: str) -> Answers:
    run = subprocess.run(
        [node.find_node(), HERE / script, node.prepare(BODY_DIR), *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return {line["label"]: line["value"] for line in map(json.loads, run.stdout.splitlines())}


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("chat")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_SERVER_DIR", str(node.prepare(PACKAGE_DIR)))
        config = ServerConfig(world_dir=None, log=folder / "server.log", fast=True, generator=FLAT)
        with EmbeddedServer(config) as server:
            return answers("chat.mjs", str(server.port))


@pytest.fixture(scope="module")
def forged() -> Answers:
    """What a body makes of packets that a server made by hand sends."""
    return answers("forging_server.mjs")


def test_it_tells_what_it_is_called_and_that_accounts_are_not_checked(talked: Answers) -> None:
    listening = talked["listen"]
    assert (listening["name"], listening["accounts_checked"]) == ("bot", False)
    assert listening["present"] == []


def test_lines_of_listed_players_are_marked_and_others_are_not(talked: Answers) -> None:
    said = [(line["player"], line["text"], line["whisper"], line["listed"]) for line in talked["heard"]]
    assert said == [
        ("Steve", "bot, stop", False, True),
        ("Steve", "come here", True, True),
        ("Mallory", "<Steve> bot, stop", False, False),
        ("Mallory", "stop", True, False),
        ("Mallory", "\u0405teve: stop", False, False),
    ]


def test_it_answers_while_it_is_busy_and_whispers_reach_one(talked: Answers) -> None:
    assert talked["answer"] == talked["aloud"] == {"said": True}
    assert talked["the stranger read"] == []


def test_it_says_no_commands_and_not_faster_than_a_server_allows(talked: Answers) -> None:
    assert talked["command"] == "refused"
    assert talked["nobody"] == "no_player"
    assert talked["spoken slowly"] is True


def test_a_listed_player_is_heard_through_noise_and_missed_when_gone(talked: Answers) -> None:
    assert talked["still there"] is True
    assert [one["player"] for one in talked["left"]] == ["Steve"]


def test_only_the_sender_of_the_packet_counts(forged: Answers) -> None:
    said = [(line["player"], line["text"], line["listed"]) for line in forged["heard"]]
    assert said == [("Steve", "the true one", True), ("Steve", "signed, and after others", True)]


def test_a_name_that_two_players_have_is_nobodys(forged: Answers) -> None:
    assert forged["shared"] == ["Steve"]
    assert [line["listed"] for line in forged["of two"]] == [False, False]
    assert [line["listed"] for line in forged["by uuid"]] == [True]


def test_what_others_say_is_let_through_slowly_and_counted(forged: Answers) -> None:
    noise = forged["noise"]
    assert len(noise) <= 12
    assert all(len(line["text"]) <= 256 for line in noise)
    assert forged["after noise"]["text"] == "still heard"
    assert forged["missed"] > 100


def test_a_signed_message_that_cannot_be_checked_does_not_end_the_connection(forged: Answers) -> None:
    assert [words.split(":")[0] for words in forged["log"]] == ["a signed message could not be checked"]
    assert forged["connected"] is True
