"""`embodied arm` on a real terminal: keys, Ctrl-C, typed consent, and the terminal as it was before."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")
pytest.importorskip("termios")

import pty
import termios

from embodied.arms.consent import read_audit
from tests.arm.test_process import installed

__all__ = ["installed"]

LAUNCH = """
[goal]
text = "put the red cube in the bowl"
[world]
kind = "arm"
driver = "tabletop"
arm = "test-arm"
scene = "default"
"""
REAL = """
[goal]
text = "put the red cube in the bowl"
[world]
kind = "arm"
driver = "kinematic"
arm = "arm-7"
scene = "arm"
[world.connection]
real = true
"""


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv: list[str], **env: str) -> None:
        self.ours, self._theirs = pty.openpty()
        self.before = termios.tcgetattr(self._theirs)
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "embodied", *argv],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env={**os.environ, **env, "TERM": "xterm", "COLUMNS": "200"},
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # it becomes theirs, for Ctrl-C
        )

    def until(self, said: str, times: int = 1) -> None:
        deadline = time.monotonic() + 120.0
        while self.text.count(said) < times:
            assert time.monotonic() < deadline, self.text
            assert self._heard() or self.process.poll() is None, self.text

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    @property
    def settings(self) -> list[Any]:
        return termios.tcgetattr(self._theirs)

    def ended(self) -> int:
        deadline = time.monotonic() + 60.0
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
            self._heard()
        return int(self.process.returncode)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self._theirs)

    def _heard(self) -> bool:
        if not select.select([self.ours], [], [], 0.1)[0]:
            return False
        self.text += os.read(self.ours, 65536).decode(errors="replace")
        return True


@pytest.fixture
def jogging(tmp_path: Path) -> Iterator[Terminal]:
    launch = tmp_path / "arm.toml"
    launch.write_text(LAUNCH)
    terminal = Terminal(
        ["arm", "jog", str(launch)],
        EMBODIED_HOME=str(tmp_path / "home"),
        EMBODIED_RUNS=str(tmp_path / "runs"),
    )
    terminal.until("x end")
    yield terminal
    terminal.close()


def test_keys_move_it_and_the_terminal_is_as_before(jogging: Terminal) -> None:
    assert not jogging.settings[3] & termios.ICANON
    jogging.press("w")
    jogging.until("hand at")
    jogging.press("x")
    assert jogging.ended() == 0
    assert jogging.settings == jogging.before


def test_a_held_key_counts_once_while_it_moves(jogging: Terminal) -> None:
    jogging.press("s" * 40)
    jogging.until("hand at")
    jogging.press("x")
    assert jogging.ended() == 0
    assert 1 <= jogging.text.count("hand at") <= 3


def test_ctrl_c_ends_it_and_the_terminal_is_as_before(jogging: Terminal) -> None:
    jogging.press("d")
    jogging.until("hand at")
    jogging.press("\x03")
    jogging.ended()
    assert jogging.settings == jogging.before
    assert "Traceback" not in jogging.text


@pytest.fixture
def asked(installed: None, tmp_path: Path) -> Iterator[Terminal]:
    """A real arm is to go home, and a person is asked."""
    launch = tmp_path / "arm.toml"
    launch.write_text(REAL)
    terminal = Terminal(
        ["arm", "home", str(launch)],
        EMBODIED_HOME=str(tmp_path / "home"),
        EMBODIED_RUNS=str(tmp_path / "runs"),
    )
    terminal.until("Type its name (arm-7)")
    yield terminal
    terminal.close()


def test_a_person_types_its_name_and_it_moves(asked: Terminal, tmp_path: Path) -> None:
    asked.press("arm-7\n")
    assert asked.ended() == 0
    assert "It is at home." in asked.text
    assert [line["what"] for line in read_audit(tmp_path / "home")] == ["consent"]


@pytest.mark.parametrize("typed", ["yes\n", "\n", "\x03"])
def test_anything_else_moves_nothing(asked: Terminal, tmp_path: Path, typed: str) -> None:
    asked.press(typed)
    assert asked.ended() != 0
    assert "Traceback" not in asked.text
    assert not list((tmp_path / "home").glob("arms/*"))  # nobody has even spoken to it
    assert asked.settings == asked.before
