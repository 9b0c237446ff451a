"""A conversation beside an embedded Minecraft world, and other clients who play in it."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from embodied import node
from embodied.launchfile import parse_launch
from embodied.session import Session
from embodied.teaching.conversation import Conversation
from embodied.teaching.in_game import TwoWays, in_game

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bridges" / "embodied_mineflayer" / "js"
DEADLINE_S = 60

LAUNCH = """
[goal]
text = "get an oak log"
[world]
kind = "minecraft"
seed = 1
fast = true
view_distance = 4
[teach]
players = ["Steve", "Alex"]
"""


class Player:
    """Somebody else's client; `heard` is all that reached it."""

    def __init__(self, port: int, name: str) -> None:
        self.name = name
        self.heard: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [
                node.find_node(),
                Path(__file__).with_name("player.mjs"),
                node.prepare(SOURCES),
                str(port),
                name,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.until(lambda one: "ready" in one)

    def say(self, *lines: str) -> None:
        assert self._process.stdin is not None
        for line in lines:
            self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def whisper(self, *lines: str) -> None:
        self.say(*(f"/msg embodied {line}" for line in lines))

    def until(self, wanted: Callable[[dict[str, Any]], bool] | str) -> dict[str, Any]:
        """What was heard that is wanted: of the bot with a text, if only that is given."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.heard if self._fits(one, wanted)), None)

        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, DEADLINE_S), (
                f"{wanted}: {json.dumps(self.heard)[-2500:]}"
            )
        one = found()
        assert one is not None
        return one

    def of_bot(self) -> list[str]:
        return [str(one["text"]) for one in self.heard if one.get("from") == "embodied"]

    def forget(self) -> None:
        with self._changed:
            self.heard.clear()

    def leave(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(timeout=5)
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    @staticmethod
    def _fits(one: dict[str, Any], wanted: Callable[[dict[str, Any]], bool] | str) -> bool:
        if isinstance(wanted, str):
            return one.get("from") == "embodied" and wanted in str(one["text"])
        return wanted(one)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.heard.append(json.loads(line))
                self._changed.notify_all()


class Game:
    """A world, and a conversation in it; `lines` is what the terminal shows."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self.moving = threading.Event()
        session.run.journal.subscribe(self._note)
        self.ways = TwoWays(self._aloud)
        self.conversation = Conversation(session, self.ways.tell)
        self.proven: list[str] = []
        self.conversation.prover.prove = lambda skill, seeds, then: self.proven.append(skill.name)  # type: ignore[method-assign]
        self.port = int(str(session.run.world.spec.details["server"]).rpartition(":")[2])

    def until(self, text: str, times: int = 1) -> None:
        """Wait until the terminal showed it."""
        with self._changed:
            enough = self._changed.wait_for(
                lambda: sum(text in line for line in self.lines) >= times, DEADLINE_S
            )
        assert enough, self.lines

    def until_moving(self) -> None:
        """Wait until the body is in the midst of a call that moves it."""
        assert self.moving.wait(DEADLINE_S)

    def forget(self) -> None:
        self.moving.clear()
        with self._changed:
            self.lines.clear()

    def _note(self, record: Mapping[str, Any]) -> None:
        if record["type"] == "call_started":
            self.moving.set()

    def _aloud(self, line: str) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Game]:
    folder = tmp_path_factory.mktemp("chat")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_LIBRARY", str(folder / "library"))
        with Session(parse_launch(LAUNCH, "test"), runs_dir=folder / "runs").start() as session:
            game = Game(session)
            try:
                with in_game(game.conversation, game.ways):
                    yield game
            finally:
                game.conversation.close()


@pytest.fixture(scope="module")
def in_it(game: Game) -> Iterator[Player]:
    with Player(game.port, "Steve") as player:
        game.until("Steve is here.")
        player.until("I am listening: /msg embodied help")
        yield player


@pytest.fixture
def steve(game: Game, in_it: Player) -> Player:
    """The owner, who has heard nothing yet."""
    game.forget()
    in_it.forget()
    return in_it
