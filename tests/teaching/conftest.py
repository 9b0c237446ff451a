"""A conversation beside a simulated table, and the lines that it says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embodied.launchfile import parse_launch
from embodied.loop.lifecycle import Onlookers
from embodied.session import Session
from embodied.teaching.conversation import Conversation

LAUNCH = """
[goal]
text = "build a tower of two"
[world]
kind = "tabletop"
seed = 1
own_process = false
"""

BOWL = (
    "watch me",
    "move above the red cube",
    "down to the red cube",
    "close",
    "up 15 cm",
    "move above the bowl",
    "down 5 cm",
    "open",
    "up 10 cm",
    "done",
)


class Talk:
    """A scripted conversation; `lines` is all that was said."""

    def __init__(self, session: Session, proves: bool) -> None:
        self.lines: list[str] = []
        self.session = session
        self.heard = threading.Condition()
        self.conversation = Conversation(session, self._hear, seeds=3, patient=True)
        self.proven: list[str] = []
        if not proves:
            self.conversation.prover.prove = lambda skill, seeds, then: self.proven.append(skill.name)  # type: ignore[method-assign]

    def _hear(self, line: str) -> None:
        with self.heard:
            self.lines.append(line)
            self.heard.notify_all()

    def say(self, *lines: str) -> str:
        """Say lines, wait until the body rests; what was answered."""
        before = len(self.lines)
        for line in lines:
            self.conversation.hear(line)
        self.conversation.wait()
        return "\n".join(self.lines[before:])

    def begin(self, line: str) -> None:
        """Say a line, and do not wait for what it begins."""
        self.conversation.hear(line)

    def until(self, text: str) -> None:
        """Wait until something was said."""
        with self.heard:
            assert self.heard.wait_for(lambda: any(text in line for line in self.lines), 30), self.lines


@pytest.fixture
def talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Talk]]:
    """Opens conversations; with `proves`, the gate really runs."""
    pytest.importorskip("mujoco", reason="the extra `arm` is not installed")
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    opened: list[Talk] = []

    def open_one(
        proves: bool = False, onlookers: Onlookers | None = None, text: str = LAUNCH, folder: str = "runs"
    ) -> Talk:
        launch = parse_launch(text, "test")
        session = Session(launch, runs_dir=tmp_path / folder, onlookers=onlookers).start()
        opened.append(Talk(session, proves))
        return opened[-1]

    yield open_one
    for talk in opened:
        talk.conversation.close()
        talk.session.close()


@pytest.fixture
def talk(talks: Callable[..., Talk]) -> Talk:
    return talks()
