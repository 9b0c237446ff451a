"""`embodied teach` at a terminal: single keys, and Ctrl-C wherever it may be pressed."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied.cli.keyboard import keys_in
from embodied.errors import BadInput
from embodied.teaching import driving
from tests.teaching.conftest import Talk

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is asked for", allow_module_level=True)

from tests.teaching.terminal import Terminal

CTRL_C = "\x03"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    with Terminal("teach", "tabletop", "--seed", "4", library=tmp_path / "library", home=tmp_path) as one:
        one.until("you> ")
        yield one


def press(terminal: Terminal, keys: str) -> None:
    """Keys one by one, each after the one before was done."""
    for key in keys:
        terminal.type(key)
        terminal.until("\n")


def test_what_is_driven_by_keys_is_part_of_what_is_shown(terminal: Terminal) -> None:
    terminal.say("watch me")
    terminal.say("move above the red cube", "done: move above")
    assert "w/s forward, back" in terminal.say("jog", "x end\n")
    press(terminal, "ffffffffff")
    terminal.type("c")
    terminal.until("holds the red cube")
    press(terminal, "rrrrrrrrrr")
    terminal.type(CTRL_C)
    assert "I still" not in terminal.until("the keys are off.")
    terminal.say("")
    terminal.say("move above the bowl", "done: move above")
    terminal.say("let me drive", "x end\n")
    press(terminal, "fff?")
    terminal.type("o")
    terminal.until("hand at")
    press(terminal, "rrr")
    terminal.type("x")
    terminal.until("you> ")
    assert "I understand: pick CUBE, put it in BOWL." in terminal.say("done", "Name it")
    terminal.say("quit", "\n")
    assert terminal.end() == 0
    assert terminal.settings == terminal.before


def test_ctrl_c_at_every_prompt_loses_nothing_and_brings_the_body_to_rest(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.type(CTRL_C)
    terminal.until("Nothing is lost. Ctrl-C again leaves.")
    terminal.say("watch me")
    terminal.say("move above the red cube, down to the red cube, close", "done: close")
    terminal.type(CTRL_C)
    terminal.until("I am still watching")
    assert "Is the skill to end so?" in terminal.say("done", "showing)")
    terminal.type(CTRL_C)
    terminal.until("I still wait for an answer")
    assert "I understand: pick CUBE" in terminal.say("yes", "Name it")
    assert "Proving it" in terminal.say("call this grab", "meanwhile.")
    terminal.type(CTRL_C)  # in the midst of the proof, which goes on
    terminal.until("Nothing is lost.")
    terminal.until("you> ")
    terminal.say("wait")
    terminal.shows("[grab] verified")
    terminal.say("jog", "x end\n")
    terminal.type("r")
    terminal.until("hand at")
    terminal.process.send_signal(signal.SIGTERM)  # the terminal is closed while keys are read
    assert terminal.end() == 128 + signal.SIGTERM
    assert terminal.settings == terminal.before
    journal = next((tmp_path / "runs").glob("*/journal.jsonl"))
    last = json.loads(journal.read_text(encoding="utf-8").splitlines()[-1])
    assert last["type"] == "run_ended"


def test_a_held_key_counts_once_for_each_read_and_arrows_steer() -> None:
    assert list(keys_in("w" * 40)) == ["w"]
    assert list(keys_in("ww++ww")) == ["w", "+", "w"]
    assert list(keys_in("\x1b[A\x1b[D")) == ["w", "a"]
    assert list(keys_in("wwx")) == ["w", "x"]
    assert list(keys_in("\x1b")) == ["x"]


def test_keys_need_a_terminal(talk: Talk) -> None:
    said = talk.say("watch me", "jog")
    assert "Single keys need a terminal" in said
    assert "Say motions" in said
    assert "I am watching already" in talk.say("watch me")
    with pytest.raises(BadInput):
        driving.drive(talk.conversation, None)  # type: ignore[arg-type]
