"""A line that is typed at a prompt: what comes meanwhile is printed above it, and what was typed stays."""

from __future__ import annotations

import codecs
import os
import re
import select
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from rich.cells import cell_len

from embodied.cli.keyboard import typed_line

_AT_ONCE: Final = 4096
_AWAKE_S: Final = 0.2
_ERASE: Final = "\r\x1b[J"
_KEY: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|\x1b.?|.", re.DOTALL)
_CUT: Final = re.compile(r"\x1b(?:[\[O][0-9;]*)?\Z")
_MOST: Final = 4000
"""A line takes so many characters; what more is pasted without an end is left out."""


class PromptLine:
    """Reads lines of a terminal, with the usual keys: arrows, Home, End, Backspace, Ctrl-U, Ctrl-W, Ctrl-K.

    `read` is for one thread; `above` is for any.

    Args:
        keys, screen: of the terminal; standard input and output without.
    """

    def __init__(self, keys: TextIO | None = None, screen: TextIO | None = None) -> None:
        self._keys, self._screen = keys or sys.stdin, screen or sys.stdout
        self._guard = threading.RLock()
        self._prompt, self._text, self._at = "", "", 0
        self._shown = False
        self._waiting = ""
        self._past: list[str] = []
        self._turned = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @contextmanager
    def above(self) -> Iterator[None]:
        """What is written while this is entered stands above the line that is being typed."""
        with self._guard:
            shown = self._shown
            if shown:
                self._write(self._to_begin())
                self._shown = False
            try:
                yield
            finally:
                if shown:
                    self._draw()

    def read(self, prompt: str) -> str:
        """The next line, once it ends with Enter.

        Raises:
            EOFError: Ctrl-D on an empty line, or the terminal is gone.
            KeyboardInterrupt: Ctrl-C, at any moment of the waiting; what was typed is dropped.
        """
        if sys.platform == "win32" or os.environ.get("TERM", "dumb") == "dumb":
            return typed_line(prompt)
        with _keys_at_once(self._keys.fileno()):
            with self._guard:
                self._prompt, self._text, self._at, self._turned = prompt, "", 0, len(self._past)
                self._draw()
            try:
                return self._read()
            except KeyboardInterrupt:
                self._waiting = ""
                raise
            finally:
                with self._guard:
                    self._shown = False

    def _read(self) -> str:
        while True:
            while (key := self._next_key()) is not None:
                with self._guard:
                    line = self._pressed(key)
                if line is not None:
                    return line
            self._waiting += self._sent()

    def _next_key(self) -> str | None:
        """The next of what was sent and not yet taken; None where its end has not come."""
        if not self._waiting or (_CUT.fullmatch(self._waiting) and len(self._waiting) < 8):
            return None
        found = _KEY.match(self._waiting)
        assert found is not None
        self._waiting = self._waiting[found.end() :]
        return found[0]

    def _sent(self) -> str:
        """Awake now and then: a signal just before a read would wait as long as the read does."""
        while not select.select([self._keys], [], [], _AWAKE_S)[0]:
            if self._waiting == "\x1b":  # Esc by itself: nothing came after it
                self._waiting = ""
        sent = os.read(self._keys.fileno(), _AT_ONCE)
        if not sent:
            raise EOFError
        return self._decoder.decode(sent)

    # -- keys ------------------------------------------------------------------------------------------

    def _pressed(self, key: str) -> str | None:
        """What a key does to the line; the line, if it ends it."""
        if key in ("\r", "\n"):
            return self._ended()
        if key == "\x04" and not self._text:
            self._write("\n")
            raise EOFError
        if key.isprintable():
            self._typed(key)
            return None
        text, at = self._text, self._at
        match key:
            case "\x7f" | "\b" if at:
                self._changed(text[: at - 1] + text[at:], at - 1)
            case "\x04" | "\x1b[3~":
                self._changed(text[:at] + text[at + 1 :], at)
            case "\x15":
                self._changed(text[at:], 0)
            case "\x0b":
                self._changed(text[:at], at)
            case "\x17":
                begin = len(text[:at].rstrip().rpartition(" ")[0])
                begin += 1 if begin else 0
                self._changed(text[:begin] + text[at:], begin)
            case "\x1b[D" | "\x1bOD" | "\x02":
                self._changed(text, max(0, at - 1))
            case "\x1b[C" | "\x1bOC" | "\x06":
                self._changed(text, min(len(text), at + 1))
            case "\x01" | "\x1b[H" | "\x1bOH" | "\x1b[1~":
                self._changed(text, 0)
            case "\x05" | "\x1b[F" | "\x1bOF" | "\x1b[4~":
                self._changed(text, len(text))
            case "\x1b[A" | "\x1bOA" | "\x10":
                self._turn(-1)
            case "\x1b[B" | "\x1bOB" | "\x0e":
                self._turn(1)
        return None

    def _typed(self, key: str) -> None:
        if len(self._text) >= _MOST:
            return
        if self._at < len(self._text):
            self._changed(self._text[: self._at] + key + self._text[self._at :], self._at + 1)
            return
        self._text, self._at = self._text + key, self._at + 1
        self._write(key + self._wrapped())

    def _turn(self, by: int) -> None:
        """To a line that was typed before."""
        self._turned = min(len(self._past), max(0, self._turned + by))
        past = self._past[self._turned] if self._turned < len(self._past) else ""
        self._changed(past, len(past))

    def _ended(self) -> str:
        line = self._text
        self._changed(line, len(line))
        self._write("\n")
        self._shown = False
        if line.strip() and self._past[-1:] != [line]:
            self._past.append(line)
        return line

    # -- on the screen -----------------------------------------------------------------------------------

    def _changed(self, text: str, at: int) -> None:
        if (text, at) == (self._text, self._at):
            return
        self._write(self._to_begin())
        self._text, self._at = text, at
        self._draw()

    def _draw(self) -> None:
        """Prompt and text, from the begin of a row; the cursor where it belongs."""
        self._shown = True
        shown = self._prompt + self._text + self._wrapped()
        end, here = self._row_of(len(self._text)), self._row_of(self._at)
        back = f"\x1b[{end - here}A" if end > here else ""
        column = self._cells(self._at) % _columns()
        place = "" if self._at == len(self._text) else f"{back}\r" + (f"\x1b[{column}C" if column else "")
        self._write(shown + place)

    def _to_begin(self) -> str:
        """To the begin of the prompt, and nothing left of it."""
        rows = self._row_of(self._at)
        return (f"\x1b[{rows}A" if rows else "") + _ERASE

    def _wrapped(self) -> str:
        """A terminal goes to the next row only with the next character: let it."""
        cells = self._cells(len(self._text))
        return " \r" if cells and cells % _columns() == 0 else ""

    def _row_of(self, at: int) -> int:
        return self._cells(at) // _columns()

    def _cells(self, at: int) -> int:
        return cell_len(self._prompt) + cell_len(self._text[:at])

    def _write(self, text: str) -> None:
        self._screen.write(text)
        self._screen.flush()


def _columns() -> int:
    return max(1, shutil.get_terminal_size().columns)


@contextmanager
def _keys_at_once(terminal: int) -> Iterator[None]:
    """Keys come as they are pressed, and nothing is echoed; as before afterwards."""
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
