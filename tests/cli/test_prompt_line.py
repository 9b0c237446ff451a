"""What comes while a person types stands above their line, which stays as it was typed."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import TextIO

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is asked for", allow_module_level=True)

import pty
import termios

from embodied.cli.prompt_line import PromptLine

COLUMNS = 20
DEADLINE_S = 10


class Screen:
    """A terminal of 20 columns: what it was sent, and how that looks."""

    def __init__(self) -> None:
        self.rows, self.row, self.column = [""], 0, 0
        self.shown = ""

    def show(self, text: str) -> None:
        self.shown += text
        for found in re.finditer(r"\x1b\[(\d*)([A-Z])|(.)", text, re.DOTALL):
            if found[2]:
                self._move(int(found[1] or 1), found[2], bool(found[1]))
            else:
                self._put(found[3])

    def _move(self, by: int, how: str, _given: bool) -> None:
        if how == "J":
            self.rows = [*self.rows[: self.row], self.rows[self.row][: self.column]]
        elif how == "A":
            self.row -= by
        elif how == "C":
            self.column += by
        else:
            raise AssertionError(how)

    def _put(self, letter: str) -> None:
        if letter == "\r":
            self.column = 0
            return
        if letter == "\n" or self.column == COLUMNS:
            self.row, self.column = self.row + 1, 0
            if self.row == len(self.rows):
                self.rows.append("")
        if letter != "\n":
            row = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = row[: self.column] + letter + row[self.column + 1 :]
            self.column += 1

    @property
    def lines(self) -> list[str]:
        return [row.rstrip() for row in self.rows]


class Typist:
    """Somebody at a terminal whose lines are read by a PromptLine."""

    def __init__(self, master: int, keys: TextIO) -> None:
        self.master, self.line = master, PromptLine(keys, self)  # type: ignore[arg-type]
        self.screen = Screen()
        self.changed = threading.Condition()
        self.lines: Future[str] = Future()

    def write(self, text: str) -> None:
        with self.changed:
            self.screen.show(text)
            self.changed.notify_all()

    def flush(self) -> None: ...

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def until(self, rows: list[str]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.screen.lines == rows, DEADLINE_S), self.screen.lines

    def say(self, text: str) -> None:
        with self.line.above():
            self.write(f"{text}\n")

    def read(self) -> Future[str]:
        answer: Future[str] = Future()

        def read() -> None:
            try:
                answer.set_result(self.line.read("you> "))
            except BaseException as end:  # noqa: BLE001 - it is asserted
                answer.set_exception(end)

        before = len(self.screen.shown)
        threading.Thread(target=read, daemon=True).start()
        with self.changed:
            assert self.changed.wait_for(lambda: "you> " in self.screen.shown[before:], DEADLINE_S)
        return answer


@pytest.fixture
def typist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typist]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.setenv("LINES", "24")
    master, slave = pty.openpty()
    with os.fdopen(slave, "r", encoding="utf-8") as stdin:
        one = Typist(master, stdin)
        before = termios.tcgetattr(slave)
        yield one
        assert termios.tcgetattr(slave) == before
    os.close(master)


def test_progress_stands_above_what_is_typed(typist: Typist) -> None:
    line = typist.read()
    typist.type("put the")
    typist.until(["you> put the"])
    typist.say("[#...] 1 of 4")
    typist.until(["[#...] 1 of 4", "you> put the"])
    typist.type(" cube\n")
    assert line.result(DEADLINE_S) == "put the cube"
    typist.say("[##..] 2 of 4")
    typist.until(["[#...] 1 of 4", "you> put the cube", "[##..] 2 of 4", ""])


def test_a_line_over_several_rows_is_redrawn_whole(typist: Typist) -> None:
    line = typist.read()
    typist.type("abcdefghijklmno")  # with the prompt 20 letters: the row is full
    typist.until(["you> abcdefghijklmno", ""])
    typist.say("one")
    typist.until(["one", "you> abcdefghijklmno", ""])
    typist.type("pqr\x1b[D\x1b[DX")
    typist.until(["one", "you> abcdefghijklmno", "pXqr"])
    typist.say("two")
    typist.until(["one", "two", "you> abcdefghijklmno", "pXqr"])
    typist.type("\n")
    assert line.result(DEADLINE_S) == "abcdefghijklmnopXqr"
    typist.until(["one", "two", "you> abcdefghijklmno", "pXqr", ""])


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("opne\x7f\x7f\x7fpen\n", "open"),
        ("one two  three\x17\n", "one two  "),
        ("one\x15two\n", "two"),
        ("two\x01one \x05 three\n", "one two three"),
        ("ab\x1b[Dx\x0b\n", "ax"),
        ("größer\x7f\x7ft 猫\n", "größt 猫"),
        ("x\x1b[3~\x1b[Z\x1b[D\x04y\n", "y"),
    ],
)
def test_the_usual_keys(typist: Typist, keys: str, line: str) -> None:
    read = typist.read()
    typist.type(keys)
    assert read.result(DEADLINE_S) == line


def test_lines_that_are_pasted_at_once_come_one_by_one_and_can_be_taken_up_again(typist: Typist) -> None:
    typist.type("one\ntwo\n")
    assert typist.read().result(DEADLINE_S) == "one"
    assert typist.read().result(DEADLINE_S) == "two"
    again = typist.read()
    typist.type("\x1b[A\x1b[A\x1b[A\x1b[B!\n")
    assert again.result(DEADLINE_S) == "two!"


def test_ctrl_d_and_a_terminal_that_is_gone_end_it(typist: Typist) -> None:
    read = typist.read()
    typist.type("\x04")
    with pytest.raises(EOFError):
        read.result(DEADLINE_S)
