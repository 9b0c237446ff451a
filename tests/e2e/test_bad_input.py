"""What cannot be done is said at once, with what could be: exit code 2, and no Node was started."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from embodied.cli import main as command
from tests.e2e.command import MINECRAFT


@dataclass(frozen=True)
class Ending:
    code: int
    out: str
    err: str
    began: bool

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.strip().splitlines()[-1])["error"]
        return found


Embodied = Callable[..., Ending]


@pytest.fixture
def embodied(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Embodied:
    """Run a command line in this process; its Node leaves a mark if anything starts it."""
    mark = tmp_path / "node-was-started"
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\ntouch '{mark}'\necho v22.0.0\n")
    node.chmod(0o755)
    monkeypatch.setenv("EMBODIED_NODE", str(node))
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr("embodied.cli.ending._printed", [])

    def call(*arguments: str) -> Ending:
        with pytest.raises(SystemExit) as leaving:
            command.main(list(arguments))
        shown = capfd.readouterr()
        assert not mark.exists(), "Node was started"
        assert "Traceback" not in shown.err
        return Ending(int(leaving.value.code or 0), shown.out, shown.err, (tmp_path / "runs").exists())

    return call


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("craft an iron pickax", "'pickaxe'"),
        ("make a bukcet", "'bucket'"),
        ("get 3 flurbs", "flurb"),
        ("sing a song", "get 12 cobblestone"),
        ("craft a netherite ingot", "ancient debris is found in the Nether"),
        ("get an elytra", "elytra"),
        ("get 1 bedrock", "bedrock"),
        ("craft -3 torches", "-3"),
        ("craft 0 torches", "0"),
    ],
)
def test_a_goal_that_is_not_understood_or_out_of_reach(embodied: Embodied, goal: str, said: str) -> None:
    ended = embodied("run", MINECRAFT, "--goal", goal, "--json")
    assert (ended.code, ended.began) == (2, False)
    assert said in ended.err
    assert ended.error["remedy"], ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[world]\nkind = "minecraft"\nsede = 3\n', "'seed'"),
        ('[world]\nkind = "minecraf"\n', "'minecraft'"),
        ('[world]\nkind = "minecraft"\nseed = "three"\n', "seed"),
        ('[world]\nkind = "minecraft"\nport = 99999\n', "port"),
        ('[world]\nkind = "minecraft"\nauth = "ofline"\n', "'offline'"),
        ('[world]\nkind = "minecraft"\n[limts]\nminutes = 3\n', "'limits'"),
        ('[world]\nkind = "minecraft"\n[limits]\nminutes = -1\n', "minutes"),
        ('[world\nkind = "minecraft"\n', "line 1"),
    ],
)
def test_a_launch_file_with_a_mistake(embodied: Embodied, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text if text.startswith("[world\n") else f'[goal]\ntext = "get 1 dirt"\n{text}')
    ended = embodied("run", str(path), "--json")
    assert (ended.code, ended.began) == (2, False)
    assert said in ended.err
    assert "wrong.toml" in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "no/such.toml"), "no/such.toml"),
        (("run", "minecarft"), "minecraft"),
        (("run", MINECRAFT, "--set", "world.sed=3"), "'seed'"),
        (("run", MINECRAFT, "--set", "world.fast=perhaps"), "world.fast"),
        (("run", MINECRAFT, "--goal", ""), "not empty"),
        (("run", MINECRAFT, "--planner", "oracle"), "offline"),
        (("run", "--resume", "yesterday"), "no run 'yesterday'"),
        (("skills", "show", "mine-blok"), "'mine-block'"),
        (("skills", "list", "--world", "minecarft"), "minecraft"),
        (("replay", "yesterday"), "no run 'yesterday'"),
    ],
)
def test_a_command_with_a_mistake(embodied: Embodied, arguments: tuple[str, ...], said: str) -> None:
    ended = embodied(*arguments)
    assert (ended.code, ended.began) == (2, False)
    assert said in ended.err
    assert ended.out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for Node")
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("", "which is not a program that answers as Node does; Node 20 or newer is needed"),
        ("#!/bin/sh\necho v16.20.1\n", "is Node 16.20.1; Node 20 or newer is needed"),
    ],
)
def test_node_missing_or_too_old(
    embodied: Embodied, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, said: str
) -> None:
    node = tmp_path / "my-node"
    if program:
        node.write_text(program)
        node.chmod(0o755)
    monkeypatch.setenv("EMBODIED_NODE", str(node))
    ended = embodied("run", MINECRAFT, "--json")
    assert ended.code == 2
    assert said in ended.err
    assert str(node) in ended.err
    assert "EMBODIED_NODE" in ended.error["remedy"]
