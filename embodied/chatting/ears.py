"""Who is heard in a chat, and which of their lines: "stop" at once, the others one after the other."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.chatting.lines import addressed, heard_line
from embodied.chatting.speaker import Speaker

_log = logging.getLogger(__name__)

WAITING: Final = 20
"""So many lines of players wait to be heard; what is more is missed, and said to be."""


@dataclass(frozen=True)
class Spoken:
    """A line that was said to the agent by somebody who may.

    Attributes:
        player, uuid: by the server's own list of players.
        whisper: said to the agent alone.
        missed: lines of the same player before it that were too many.
        addressed: said to the agent, not to everybody.
    """

    player: str
    uuid: str
    text: str
    whisper: bool
    missed: int = 0
    addressed: bool = True

    @property
    def speaker(self) -> Speaker:
        """Who says it."""
        return Speaker(self.player, self.uuid, self.whisper, self.addressed)


@dataclass
class Ears:
    """Takes a body's events, in the thread that tells them, and has lines heard in threads of its own.

    Lines of players who are not on the list are nothing but data, and end here: identity is the sender's,
    which the bridge read from the packet, held against the list once more.

    Args:
        players: names, exactly, or UUIDs.
        names: what the agent is called.
        hears_all: all public lines of the listed are meant, not only those addressed to the agent.
        is_stop: whether a line asks for a stop; that is heard at once, before the others, which are dropped.
        on_line, on_stop: in threads of their own.
        on_presence: (player, uuid, whether it is here) of the listed; in the thread of `on_line`.
        on_stranger: called with names that are one of the list but for their letters' case.
        on_mistake: a line met a mistake in embodied itself; the next one is heard all the same.
    """

    players: Sequence[str]
    names: Sequence[str]
    hears_all: bool
    is_stop: Callable[[str], bool]
    on_line: Callable[[Spoken], None]
    on_stop: Callable[[Spoken], None]
    on_presence: Callable[[str, str, bool], None] = lambda player, uuid, here: None
    on_stranger: Callable[[str], None] = lambda name: None
    on_mistake: Callable[[Exception], None] = lambda bug: None
    _lines: queue.Queue[Callable[[], None] | None] = field(default_factory=lambda: queue.Queue(WAITING))
    _stops: queue.Queue[Callable[[], None] | None] = field(default_factory=lambda: queue.Queue(WAITING))
    _presence: deque[tuple[str, str, bool]] = field(default_factory=deque)
    _missed: int = 0
    _ended: bool = False

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=self._serve, args=(waiting,), name=name, daemon=True)
            for name, waiting in (("chat lines", self._lines), ("chat stops", self._stops))
        ]
        for thread in self._threads:
            thread.start()

    def hear(self, event: Mapping[str, Any]) -> None:
        """An event of the body. Returns at once, whatever is in it."""
        data, kind = event.get("data"), event.get("type")
        if self._ended or not isinstance(data, Mapping):
            return
        player, uuid = str(data.get("player", "")), str(data.get("uuid", ""))
        if kind in ("player_joined", "player_left") and self._is_listed(player, uuid):
            shown = heard_line(player)  # listed by UUID, a name may be anything
            self._note_presence(shown, uuid, kind == "player_joined")
        elif kind == "chat" and data.get("listed") is True and self._is_listed(player, uuid):
            self._hear_line(player, uuid, data)
        elif kind == "chat" and player.lower() in (name.lower() for name in self.players):
            self._put(self._lines, lambda: self.on_stranger(heard_line(player)))

    def close(self) -> None:
        """Hear nothing more; a line that is being heard is not waited for long."""
        self._ended = True
        for waiting in (self._lines, self._stops):
            _emptied(waiting)
            waiting.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=2)

    def _is_listed(self, player: str, uuid: str) -> bool:
        return bool(player and uuid) and any(
            name == player or _plain(name) == _plain(uuid) for name in self.players
        )

    def _hear_line(self, player: str, uuid: str, data: Mapping[str, Any]) -> None:
        text, whisper = data.get("text"), data.get("whisper") is True
        line = heard_line(text) if isinstance(text, str) else ""
        said = addressed(line, self.names)
        to_it = whisper or said is not None
        stops = self.is_stop(line if said is None else said)
        if said is None and (whisper or self.hears_all or stops):  # a stop needs no address
            said = line
        if not said:
            return
        told = data.get("missed", 0)
        missed = self._missed + (told if isinstance(told, int) else 0)
        spoken = Spoken(heard_line(player), uuid, said, whisper, missed, to_it)
        if stops:
            _emptied(self._lines)  # what was said before it is not begun after it
            self._put(self._lines, self._tell_presence)
            self._put(self._stops, lambda: self.on_stop(spoken))
        elif self._put(self._lines, lambda: self.on_line(spoken)):
            self._missed = 0
        else:
            self._missed += 1

    def _put(self, waiting: queue.Queue[Callable[[], None] | None], do: Callable[[], None]) -> bool:
        try:
            waiting.put_nowait(do)
        except queue.Full:
            return False
        return True

    def _note_presence(self, player: str, uuid: str, here: bool) -> None:
        """Told in its turn; where lines are too many, or are dropped, after them. It is never missed."""
        known = list(self._presence)
        of_it = [one for one in known if one[1] == uuid]
        if len(of_it) >= WAITING:
            self._presence.remove(of_it[0])
        self._presence.append((player, uuid, here))
        self._put(self._lines, self._tell_presence)

    def _tell_presence(self) -> None:
        if self._presence:
            self.on_presence(*self._presence.popleft())

    def _serve(self, waiting: queue.Queue[Callable[[], None] | None]) -> None:
        while (do := waiting.get()) is not None:
            try:
                do()
                while waiting is self._lines and waiting.empty() and self._presence:
                    self._tell_presence()
            except Exception as bug:  # noqa: BLE001 - who speaks next must still be heard, "stop" above all
                _log.exception("a line of the chat met a mistake in embodied")
                self.on_mistake(bug)


def _emptied(waiting: queue.Queue[Callable[[], None] | None]) -> None:
    try:
        while True:
            waiting.get_nowait()
    except queue.Empty:
        return


def _plain(uuid: str) -> str:
    """With its dashes or without, in any case."""
    return uuid.lower().replace("-", "")
