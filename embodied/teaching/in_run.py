"""The chat of a game during `embodied run`: stop, another goal, what is done and why. It teaches nothing."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from embodied.chatting.game_chat import GameChat, can_chat
from embodied.chatting.speaker import Speaker, who_speaks
from embodied.errors import BadGoal, EmbodiedError
from embodied.launchfile import LaunchFile
from embodied.loop.goal import understand
from embodied.loop.redirection import ask_for
from embodied.methods import WorldSpec
from embodied.rules import RuledWorld
from embodied.teaching.in_game import is_stop
from embodied.teaching.understood import plain
from embodied.teaching.verbs import meant
from embodied.world import World

UNDERSTOOD: Final = "In a run I understand: another goal ('get a diamond'), 'status', 'why?', 'stop'."
_STATUS: Final = re.compile(r"status|what are you doing(?: now)?\??|what is going on\??")
_INSTEAD: Final = re.compile(r"(?:no[,\s]+|rather\s+|instead\s+)?(?P<goal>.+?)(?:\s+instead|\s+rather)?")


@dataclass
class RunTalk:
    """Lets the players of `[teach] players` talk to a run; `on_record` and `on_world` are for its onlookers.

    Args:
        runs_dir: where the run keeps its folder.
        stop: is set when one of them says "stop"; the run ends as with Ctrl-C, and can be resumed.
        note: shows a line in the terminal.
    """

    launch: LaunchFile
    spec: WorldSpec
    runs_dir: Path
    stop: threading.Event
    note: Callable[[str], None]
    _chat: GameChat | None = None
    _run: str = ""
    _goal: str = ""
    _step: Mapping[str, Any] = field(default_factory=dict)
    _asker: Speaker | None = None

    def on_record(self, record: Mapping[str, Any]) -> None:
        """Follow the run by its journal."""
        kind = record["type"]
        if kind in ("run_started", "run_resumed"):
            self._run, self._goal = str(record["run"]), str(record["goal"])
        elif kind == "step_started":
            self._step = record
        elif kind == "goal_changed":
            self._goal = str(record["goal"])
            self._answer_asker(f"Now: {self._goal}.")
        elif kind == "note" and str(record.get("text", "")).startswith("the goal stays"):
            self._answer_asker(str(record["text"]))

    def on_world(self, world: World) -> None:
        """Begin to listen, if the body has a chat; returns at once."""
        body = world.body if isinstance(world, RuledWorld) else world
        if not can_chat(body):
            self.note(f"[teach] players: a world of the kind {self.launch.world.kind} has no chat.")
            return
        self._chat = GameChat(
            body, self.launch, self._hear, self._halt, self.note, is_stop, where=self._standing
        )
        threading.Thread(target=self._open, name="chat", daemon=True).start()

    def close(self) -> None:
        if self._chat is not None:
            self._chat.close()

    def _open(self) -> None:
        assert self._chat is not None
        try:
            self._chat.open()
        except EmbodiedError as lost:
            self.note(f"The chat is not listened to: {lost.message}")

    def _tell(self, line: str) -> None:
        if self._chat is not None:
            self._chat.tell(line)

    def _answer_asker(self, line: str) -> None:
        """To who asked for another goal, by now."""
        asker, self._asker = self._asker, None
        if asker is not None and self._chat is not None:
            self._chat.tell(line, asker)

    def _halt(self) -> bool:
        self.stop.set()
        return True

    def _standing(self) -> str:
        if not self._step:
            return f"The goal: {self._goal}."
        step = self._step
        named = ", ".join(str(value).replace("_", " ") for value in step["arguments"].values())
        return f"The goal: {self._goal}. I am at {step['skill']}{f' ({named})' if named else ''}."

    def _reason(self) -> str:
        step = self._step
        if not step:
            return "I have not done a step of a plan yet."
        return f"{step['skill']}, so that {step['expects']}: {step['why'] or 'it was next'}."

    def _hear(self, line: str) -> None:
        text = plain(line)
        row = meant(text)
        if _STATUS.fullmatch(text):
            self._tell(self._standing())
        elif row is not None and row[0].name == "explain":
            self._tell(self._reason())
        elif row is not None and row[0].name == "quit":
            if who_speaks().addressed:  # a farewell of players among themselves ends no run
                self._halt()
        elif row is not None and row[0].name == "rules" and text.startswith("stop "):
            self._halt()  # "stop opening the drawer" makes a rule where rules are taken
            self._tell("Stopped.")
        elif row is not None:
            self._tell(UNDERSTOOD)
            if row[0].name != "help":
                self._tell("Teaching is for `embodied teach`.")
        else:
            self._ask_for(line)

    def _ask_for(self, line: str) -> None:
        found = _INSTEAD.fullmatch(plain(line))
        wanted = found["goal"] if found is not None else line
        try:
            goal = understand(wanted, self.spec)
        except BadGoal as unclear:
            self._tell(f"I do not understand that: {unclear.message}")
            self._tell(UNDERSTOOD)
            return
        self._asker = who_speaks()
        ask_for(self.runs_dir / self._run, wanted)
        self._tell(goal.explanation)
