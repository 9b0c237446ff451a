"""Watching a run: a live screen on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from embodied.plain_text import plain_line
from embodied.view.draw import draw
from embodied.view.state import RunView, advance
from embodied.view.timeline import Timeline, clock

REFRESH_PER_SECOND = 4


class Watcher(Protocol):
    """Follows a run. `on_record` is called from the thread that writes the journal."""

    def start(self) -> None: ...

    def on_record(self, record: dict[str, Any]) -> None: ...

    def tell(self, text: str) -> None:
        """How the body is just now. From any thread; the terminal has one writer, which is the watcher."""
        ...

    def stop(self) -> None: ...


def watcher_for(console: Console, *, quiet: bool) -> Watcher:
    if quiet:
        return SilentWatcher()
    return (
        LiveWatcher(console) if console.is_terminal and not console.is_dumb_terminal else LineWatcher(console)
    )


class SilentWatcher:
    def start(self) -> None:
        """Nothing to start."""

    def on_record(self, record: dict[str, Any]) -> None:
        """Nothing to show."""

    def tell(self, text: str) -> None:
        """Nothing to show."""

    def stop(self) -> None:
        """Nothing to stop."""


class LineWatcher:
    """One line for each step, remark and event, with the time since the start."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._view = RunView()
        self._timeline = Timeline()

    def start(self) -> None:
        """Nothing to start."""

    def on_record(self, record: dict[str, Any]) -> None:
        self._view = advance(self._view, record)
        line = self._timeline.line(record)
        if line:
            self._console.print(Text(f"{clock(self._view.elapsed):>6}  {line}"), soft_wrap=True)

    def tell(self, text: str) -> None:
        self._console.print(Text(f"        {plain_line(text)}", "dim"), soft_wrap=True)

    def stop(self) -> None:
        """Nothing to stop."""


class LiveWatcher:
    """The whole state, drawn four times a second by a thread of rich's."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._view, self._told = RunView(), ""
        self._seen = time.monotonic()
        self._live = Live(
            console=console,
            get_renderable=self._render,
            refresh_per_second=REFRESH_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        self._live.start()

    def on_record(self, record: dict[str, Any]) -> None:
        with self._lock:
            self._view = advance(self._view, record)
            self._seen = time.monotonic()

    def tell(self, text: str) -> None:
        with self._lock:
            self._told = plain_line(text)

    def stop(self) -> None:
        self._live.stop()

    def _render(self) -> RenderableType:
        with self._lock:
            view, told, since = self._view, self._told, time.monotonic() - self._seen
        elapsed = view.elapsed + (since if not view.verdict else 0.0)
        return draw(view, elapsed, self._console.height, told)
