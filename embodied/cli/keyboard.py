"""Single keys of a terminal, as they are pressed; the terminal is as before afterwards, however it ends."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import groupby
from typing import Final

_AT_ONCE: Final = 1024
_AWAKE_S: Final = 0.2
_ARROWS: Final = {"\x1b[A": "w", "\x1b[B": "s", "\x1b[C": "d", "\x1b[D": "a"}
_ENDS: Final = "\x1b\x04"
"""Esc and Ctrl-D end jogging as `x` does."""


@contextmanager
def pressed_keys(
    listening: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[Iterator[str]]:
    """One key at a time from the terminal; where there is none, the first character of each line.

    A key that is held repeats faster than an arm moves: what came meanwhile counts once, so that the hand
    rests soon after the key is let go.

    Args:
        listening: entered while a key is waited for.
    """
    if not sys.stdin.isatty():
        yield ((line.strip() or "?")[0] for line in sys.stdin)
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield _read(terminal, listening)
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _read(terminal: int, listening: Callable[[], AbstractContextManager[None]]) -> Iterator[str]:
    while True:
        with listening():
            _until_something_comes()
            text = os.read(terminal, _AT_ONCE).decode(errors="ignore")
        if not text:
            return
        yield from keys_in(text)


def typed_line(prompt: str) -> str:
    """A line from the terminal. Raises EOFError at its end; a Ctrl-C is met at any moment of the waiting."""
    if sys.platform == "win32":
        return input(prompt)
    print(prompt, end="", flush=True)
    _until_something_comes()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def _until_something_comes() -> None:
    """Awake now and then: a signal just before a read would wait as long as the read does."""
    while not select.select([sys.stdin], [], [], _AWAKE_S)[0]:
        continue


def keys_in(text: str) -> Iterator[str]:
    """The keys of what a terminal sent since the last read: a key that repeats counts once."""
    for sent, key in _ARROWS.items():
        text = text.replace(sent, key)
    for key, _ in groupby("x" if key in _ENDS else key for key in text):
        yield key
