"""Whether a person at the terminal can be asked in the middle of a run."""

from __future__ import annotations

import io
import sys

import pytest
import typer
from rich.console import Console

from embodied.cli.run import _asker


class Watched:
    """A watcher that says when it draws."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self) -> None:
        self.said.append("start")

    def stop(self) -> None:
        self.said.append("stop")

    def on_record(self, record: dict[str, object]) -> None:
        """Nothing to show."""


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert _asker(Console(file=io.StringIO()), Watched()) is None


@pytest.mark.parametrize("answer", [True, False])
def test_the_live_screen_makes_room_for_the_question(monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    asked: list[str] = []

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def confirm(question: str, **kwargs: object) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(typer, "confirm", confirm)
    watcher = Watched()
    ask = _asker(Console(file=io.StringIO(), force_terminal=True), watcher)
    assert ask is not None
    assert ask("Learn it?") is answer
    assert asked == ["Learn it?"]
    assert watcher.said == ["stop", "start"]
