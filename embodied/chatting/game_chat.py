"""The chat of a game as a way to talk to the agent: who may is in the launch file, everybody else is data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from embodied.chatting.ears import Ears, Spoken
from embodied.chatting.speaker import Speaker, speaking, who_speaks
from embodied.chatting.voice import TELL, Voice
from embodied.errors import EmbodiedError
from embodied.launchfile import LaunchFile
from embodied.plain_text import plain_line
from embodied.world import World

LISTEN: Final = "hear_players"
GREETED_AGAIN_S: Final = 60.0


def can_chat(body: World) -> bool:
    """Whether a body has a chat in which players are told apart."""
    return {LISTEN, TELL} <= set(body.spec.primitives)


@dataclass
class GameChat:
    """Hears the players of `[teach] players`, and answers each as it was spoken to.

    Args:
        hear: does what a line asks for; one at a time, in a thread of the chat. `who_speaks` there, and in
            what is `carried` on from there, is the player.
        stop: brings the body to rest, from a thread of its own; False if it was.
        note: is told, for a terminal, what is heard and what is to be known about the chat.
        is_stop: whether a line asks for a stop.
        where: how things stand, for a player who comes; "" if there is nothing to say.
        gone: is called with the UUID of a player who has left.
    """

    body: World
    launch: LaunchFile
    hear: Callable[[str], None]
    stop: Callable[[], bool]
    note: Callable[[str], None]
    is_stop: Callable[[str], bool]
    where: Callable[[], str] = lambda: ""
    gone: Callable[[str], None] = lambda uuid: None
    _away: set[str] = field(default_factory=set)
    _ears: Ears | None = None
    _greeted: dict[str, float] = field(default_factory=dict)
    _told_apart: set[str] = field(default_factory=set)

    def open(self) -> None:
        """Begin to listen; says to whom, and what is to be known of the server.

        Raises:
            WorldError: the world is lost.
        """
        players = list(self.launch.teach.players)
        self._voice = Voice(self.body)
        told = self.body.call(LISTEN, {"players": players}).value
        self.name = str(told.get("name", ""))
        self._ears = Ears(
            players,
            (self.name,),
            self.launch.teach.public_lines == "all",
            self.is_stop,
            self._heard,
            self._stopped,
            self._present,
            self._stranger,
            self._mistaken,
        )
        subscribe = getattr(self.body, "on_event", None)
        if subscribe is not None:
            subscribe(self._ears.hear)
        self._introduce(told)

    def tell(self, line: str, to: Speaker | None = None) -> None:
        """Say a line to a player, or to who speaks now; nothing to the terminal, or who has left."""
        whom = to or who_speaks()
        if whom.uuid and whom.uuid not in self._away:
            self._voice.say(line, whom.uuid if whom.whisper else "")

    def close(self) -> None:
        if self._ears is not None:
            self._ears.close()
            self._voice.close()

    # -- in the chat's threads ---------------------------------------------------------------------------

    def _heard(self, spoken: Spoken) -> None:
        with speaking(spoken.speaker):
            self.note(f"{spoken.player}> {spoken.text}")
            if spoken.missed:
                self.tell(f"You were too fast for me: I missed {spoken.missed} lines before that one.")
            try:
                self.hear(spoken.text)
            except EmbodiedError as wrong:  # the session has ended meanwhile
                self.note(wrong.message)
            except Exception as bug:
                self.tell(_mistake(bug))
                raise

    def _stopped(self, spoken: Spoken) -> None:
        with speaking(spoken.speaker):
            answer = "Stopped." if self.stop() else "Nothing is going on."
            self._voice.hush()
            self.note(f"{spoken.player}> {spoken.text}")
            self.note(answer)
            self.tell(answer)

    def _present(self, player: str, uuid: str, here: bool) -> None:
        if here:
            self._away.discard(uuid)
            self.note(f"{player} is here.")
            self._greet(uuid)
            return
        self._away.add(uuid)
        self.note(f"{player} has left. What was begun goes on.")
        self.gone(uuid)

    def _greet(self, uuid: str) -> None:
        now = time.monotonic()
        if now - self._greeted.get(uuid, -GREETED_AGAIN_S) >= GREETED_AGAIN_S:
            self._greeted[uuid] = now
            self._voice.say(f"I am listening: /msg {self.name} help, or '{self.name}, help' aloud.", uuid)
        if where := self.where():
            self._voice.say(where, uuid)

    def _stranger(self, name: str) -> None:
        if name not in self._told_apart and len(self._told_apart) < len(self.launch.teach.players):
            self._told_apart.add(name)
            self.note(f"{name} is not heard: names count exactly as they stand in [teach] players.")

    def _mistaken(self, bug: Exception) -> None:
        self.note(f"{_mistake(bug)} The log says more.")

    # -- what is to be known -----------------------------------------------------------------------------

    def _introduce(self, told: Mapping[str, Any]) -> None:
        players = ", ".join(self.launch.teach.players)
        aloud = "all that they say" if self.launch.teach.public_lines == "all" else f"'{self.name}, ...'"
        self.note(f"In the game's chat {players} can talk to {self.name}: /msg {self.name} ..., or {aloud}.")
        host = self.launch.world.settings.get("host")
        if not host:
            server = self.body.spec.details.get("server", "")
            version = self.body.spec.details.get("minecraft", "")
            self.note(f"  Join with Minecraft {version} at {plain_line(str(server))}, from this machine.")
        elif not told.get("accounts_checked"):
            self.note(f"  Careful: {host} does not check accounts (offline mode). Whoever joins under one of")
            self.note("  these names is obeyed; a proxy with accounts, or the like, must keep others out.")
        for name in told.get("shared", ()):
            self.note(f"  More than one player is called {plain_line(str(name))}: list the UUID instead.")
        for one in told.get("present", ()):
            self._greet(str(one.get("uuid", "")))


def _mistake(bug: Exception) -> str:
    return f"A mistake in embodied kept me from doing that ({type(bug).__name__})."
