"""A refinement as it goes: a table of candidates on a terminal, a line for each event elsewhere."""

from __future__ import annotations

import threading
import time
from typing import Any, Final, Protocol

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from embodied.learning.artefact import Measured
from embodied.learning.candidates import Candidate
from embodied.learning.progress import Progress
from embodied.models.usage import Usage
from embodied.rewards.training import Checkpoint
from embodied.view.live import REFRESH_PER_SECOND
from embodied.view.timeline import clock

_SPARKS: Final = "▁▂▃▄▅▆▇█"
_STYLES: Final = {"refused": "dim", "dropped": "dim", "broken": "red", "kept": "bold"}


class Watcher(Protocol):
    """Follows a refinement."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def on_past(self, record: dict[str, Any]) -> None:
        """What happened before the run was resumed: counts, and is not shown as news."""
        ...

    def on_record(self, record: dict[str, Any]) -> None: ...


def watcher_for(console: Console, minutes: float, *, quiet: bool) -> Watcher:
    """Who shows a refinement on this console."""
    if quiet:
        return Silent()
    live = console.is_terminal and not console.is_dumb_terminal
    return LiveTable(console, minutes) if live else Lines(console)


class Silent:
    """Shows nothing."""

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def on_past(self, record: dict[str, Any]) -> None:
        """Nothing to show."""

    def on_record(self, record: dict[str, Any]) -> None:
        """Nothing to show."""


class Told:
    """A refinement's records in words, in order.

    Attributes:
        progress: how far it has come.
    """

    def __init__(self) -> None:
        self.progress = Progress()

    def line(self, record: dict[str, Any]) -> str:
        """The record as a line; "" where it is no news."""
        before = self._state_of(record)
        self.progress.advance(record)
        again = before and before == self._state_of(record)
        return "" if again else line_of(record, self.progress)

    def _state_of(self, record: dict[str, Any]) -> str:
        """Of the candidate that a record is about: the same once more is no news."""
        if record["type"] != "candidate":
            return ""
        known = self.progress.candidates.get(record["candidate"]["number"])
        return known.state if known else ""


class Lines:
    """One line for each event, with the time since the start."""

    def __init__(self, console: Console) -> None:
        self._console, self._told = console, Told()

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def on_past(self, record: dict[str, Any]) -> None:
        self._told.line(record)

    def on_record(self, record: dict[str, Any]) -> None:
        line = self._told.line(record)
        if line:
            self._console.print(Text(f"{clock(self._told.progress.seconds):>6}  {line}"), soft_wrap=True)


class LiveTable:
    """All candidates, drawn again four times a second."""

    def __init__(self, console: Console, minutes: float) -> None:
        self._lock, self._progress, self._minutes = threading.Lock(), Progress(), minutes
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

    def stop(self) -> None:
        self._live.stop()

    def on_past(self, record: dict[str, Any]) -> None:
        self.on_record(record)

    def on_record(self, record: dict[str, Any]) -> None:
        with self._lock:
            self._progress.advance(record)
            self._seen = time.monotonic()
            if record["type"] == "run_resumed":
                self._minutes = record["wish"]["schedule"]["minutes"]

    def _render(self) -> RenderableType:
        with self._lock:
            progress = self._progress
            since = time.monotonic() - self._seen
            times = clock(progress.seconds + since)
            if progress.searching:
                left = max(0.0, 60.0 * self._minutes - progress.searched - since)
                times += f", {clock(left)} left"
            asked = f"  ·  models: {progress.used.words}" if progress.used.calls else ""
            doing = progress.doing or ("done" if progress.ended else "starting")
            words = f"{doing}  ·  {times}{asked}"
            head = Text(words, "bold")
            news = [Text(f"note: {progress.note}", "dim")] if progress.note else []
            return Group(head, candidate_table(progress), *news)


def candidate_table(progress: Progress) -> Table:
    """One row for each candidate."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("", "no.", "reward", "terms", "steps", "success", "best", "course"):
        table.add_column(heading)
    for number, candidate in sorted(progress.candidates.items()):
        last = candidate.checkpoints[-1] if candidate.checkpoints else None
        cells = (
            "▶" if number in progress.training else "",
            str(number),
            candidate.proposal.title + _by(number, progress),
            _terms(last),
            str(candidate.steps or ""),
            percent(last),
            percent(candidate.best),
            _course(candidate) if last else candidate.state,
        )
        table.add_row(*cells, style=_STYLES.get(candidate.state, ""))
    return table


def line_of(record: dict[str, Any], progress: Progress) -> str:
    """A record in words, "" where there is nothing to say."""
    match record["type"]:
        case "run_started":
            return f"to learn: {record['explanation']} Success: {record['condition']}"
        case "run_resumed":
            return "goes on"
        case "phase":
            numbers = ", ".join(map(str, progress.training))
            several = "s" if len(progress.training) > 1 else ""
            return str(record["doing"]) + (f", candidate{several} {numbers}" if numbers else "")
        case "candidate":
            candidate = progress.candidates[record["candidate"]["number"]]
            return f"candidate {candidate.number} ({candidate.proposal.title}): {candidate.state}"
        case "checkpoint":
            candidate = progress.candidates[record["candidate"]]
            last = candidate.checkpoints[-1]
            return (
                f"candidate {candidate.number}, step {last.step}: {last.successes} of {last.episodes}"
                f"  {_terms(last)}"
            )
        case "trainer_chosen":
            number = f"candidate {record['candidate']} goes on: " if record.get("candidate") else ""
            return f"{number}trainer {record['trainer']}, {record['why']}"
        case "screening_cut":
            return "screening has taken long enough: the best so far go on"
        case "note":
            return f"note: {record['text']}"
        case "feedback":
            return f"a person says: {progress.feedback[-1].words}"
        case "model_call":
            fault = f", {record['error']}" if record["error"] else ""
            return f"asked {record['model']}: {Usage().plus(record).words}{fault}"
        case "policy_kept":
            kept = msgspec.convert(record["held_out"], Measured)
            return f"policy {record['policy'][:16]} kept: {kept.words} held-out seeds"
        case "skill_proposed":
            return f"skill {record['skill']}: {record['reason']}"
        case _:
            return ""


def _by(number: int, progress: Progress) -> str:
    """Who trains it, where that is another than trains the rest."""
    return f" ({progress.switched[number].trainer})" if number in progress.switched else ""


def percent(checkpoint: Checkpoint | None) -> str:
    return "" if checkpoint is None else f"{100 * checkpoint.success:.0f} %"


def _terms(checkpoint: Checkpoint | None) -> str:
    if checkpoint is None:
        return ""
    return " ".join(f"{name} {value.mean:.2f}" for name, value in checkpoint.terms.items())


def _course(candidate: Candidate) -> str:
    rates = [one.success for one in candidate.checkpoints][-30:]
    return "".join(_SPARKS[min(int(rate * len(_SPARKS)), len(_SPARKS) - 1)] for rate in rates)
