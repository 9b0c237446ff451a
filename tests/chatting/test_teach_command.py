"""`embodied teach` as a program: who may talk to it is in the launch file, and a player can end it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.chatting.conftest import Player

pytestmark = pytest.mark.node

DEADLINE_S = 90


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "EMBODIED_HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "embodied", "teach", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_player_alone_teaches_and_ends_it(tmp_path: Path) -> None:
    settings = ("world.fast=true", "world.view_distance=4", 'teach.players=["Steve"]')
    process = command(tmp_path, "minecraft", "--chat-only", *(f"--set={one}" for one in settings))
    lines: list[str] = []
    guard = threading.Timer(DEADLINE_S, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if join := re.search(r"Join with Minecraft 1\.20\.4 at 127\.0\.0\.1:(\d+)", line):
                break
        else:
            raise AssertionError("".join(lines))
        with Player(int(join[1]), "Steve") as steve:
            steve.say("embodied, get an oak log")
            steve.until("Done: ")
            steve.whisper("quit")
            lines += process.stdout
        assert process.wait() == 0, "".join(lines)
        assert "In the game's chat Steve can talk to embodied: /msg embodied ..." in "".join(lines)
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_with_nobody_listed_there_is_nobody_to_listen_to(tmp_path: Path) -> None:
    file = tmp_path / "mini.toml"
    file.write_text('[goal]\ntext = "get a pickaxe"\n[world]\nkind = "mini"\n[teach]\nplayers = ["Steve"]\n')
    process = command(tmp_path, str(file), "--chat-only")
    said, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 2
    assert "a world of the kind mini has no chat" in said
    assert "There is nobody to listen to" in said
