"""The body dies in the middle of a step: the program is dropped, and the goal is planned for anew."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embodied_mineflayer
import pytest
from embodied_minecraft.server import EmbeddedServer, ServerConfig

from embodied import node
from tests.e2e.command import minecraft, started

pytestmark = pytest.mark.node
BRIDGE_DIR = Path(embodied_mineflayer.__file__).parent / "js"


@contextmanager
def operator(server: EmbeddedServer) -> Iterator[subprocess.Popen[str]]:
    script = Path(__file__).with_name("operator.mjs")
    player = subprocess.Popen(
        [node.find_node(), script, node.prepare(BRIDGE_DIR), str(server.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert player.stdout is not None
        assert player.stdout.readline() == "ready\n"
        yield player
    finally:
        player.kill()
        player.communicate(timeout=10)


def test_a_death_drops_the_program_and_the_goal_is_still_reached(tmp_path: Path) -> None:
    config = ServerConfig(
        world_dir=None, log=tmp_path / "server.log", seed=5, fast=True, operators=("operator",)
    )
    own = ("--set", "world.host=127.0.0.1", "--set")
    with (
        EmbeddedServer(config) as server,
        operator(server) as player,
        started(tmp_path, *minecraft(*own, f"world.port={server.port}", goal="get 3 logs")) as command,
    ):
        dug = command.wait_for("call_started", name="dig")
        assert player.stdin is not None
        player.stdin.write("/kill embodied\n")
        player.stdin.flush()
        code, report = command.finish()
        records = command.records()
        command.no_orphans()
    assert (code, report["verdict"]) == (0, "PASSED"), command.err[-3000:]
    later = records[dug["seq"] :]
    died = next(r for r in later if r["type"] == "event" and r["event"]["type"] == "died")
    ended = next(r for r in later if r["type"] == "step_ended")
    assert ended["seq"] > died["seq"]
    assert ended["verdict"] != "PASSED"
    assert not ended["claimed"]
    assert "died" in ended["reason"]
    begun = [r for r in later if r["type"] == "step_started"]
    assert begun, "it was planned for again"
    assert any(r["type"] == "event" and r["event"]["type"] == "respawned" for r in later)
