"""What the agent says in a chat: in order, in short lines, never more than fits; from a thread of its own."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from embodied.chatting.lines import spoken_lines
from embodied.errors import EmbodiedError
from embodied.outcome import PrimitiveResult
from embodied.world import World

TELL: Final = "tell_player"
WAITING: Final = 40
"""So many lines wait to be said; what is more is left out, and said to be."""
TOGETHER_S: Final = 0.05
"""Lines that come within this are said together [s]."""
_AGAIN: Final = frozenset({"halted", "cancelled"})


@dataclass
class Voice:
    """Says lines through a body that can `tell_player`, which keeps the pace that a server allows.

    `say` and `hush` are for any thread and return at once.
    """

    body: World
    _waiting: deque[tuple[str, str]] = field(default_factory=deque)
    _left_out: int = 0
    _ended: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._speak, name="chat voice", daemon=True)
        self._thread.start()

    def say(self, line: str, to: str = "") -> None:
        """Say a line to a player, by UUID; "" to everybody."""
        with self._changed:
            if len(self._waiting) >= WAITING:
                self._left_out += 1
            else:
                self._waiting.append((to, line))
            self._changed.notify_all()

    def hush(self) -> None:
        """What was not said yet is not said."""
        with self._changed:
            self._waiting.clear()
            self._left_out = 0

    def close(self) -> None:
        """End; what is being said is not waited for long."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(timeout=2)

    def _speak(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or bool(self._waiting))
                if not self._ended and len(self._waiting) == 1:
                    self._changed.wait(TOGETHER_S)
                to, lines = self._taken()
                if self._ended:
                    return
            try:
                for line in spoken_lines(lines):
                    if self._tell(line, to).error == "no_player":
                        break
            except EmbodiedError:  # the world is lost: whoever acts in it is told; nobody hears us any more
                return

    def _taken(self) -> tuple[str, list[str]]:
        """The next lines to one player, as many as one message may hold."""
        if not self._waiting:
            return "", []
        to, first = self._waiting.popleft()
        lines = [first]
        while (
            self._waiting
            and self._waiting[0][0] == to
            and len(spoken_lines([*lines, self._waiting[0][1]])) == 1
        ):
            lines.append(self._waiting.popleft()[1])
        if not self._waiting and self._left_out:
            lines.append(f"({self._left_out} lines more are in the terminal)")
            self._left_out = 0
        return to, lines

    def _tell(self, line: str, to: str) -> PrimitiveResult:
        told = self.body.call(TELL, {"text": line, "to": to})
        if told.error in _AGAIN:  # a halt ends all calls, this one too
            told = self.body.call(TELL, {"text": line, "to": to})
        return told
