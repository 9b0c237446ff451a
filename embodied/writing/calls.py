"""The calls of the running skill in a readable form, for whoever has to mend it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from embodied.sandbox import SandboxEvent

KEPT: Final = 60
_VALUE: Final = 160


class CallLog:
    """Hears the events of a sandbox and keeps the last calls, equal ones in a row as one line."""

    def __init__(self) -> None:
        self._lines: deque[tuple[str, int]] = deque(maxlen=KEPT)
        self._pending: dict[int, str] = {}

    def clear(self) -> None:
        self._lines.clear()
        self._pending.clear()

    def hear(self, event: SandboxEvent) -> None:
        if event.kind == "call":
            where = f"line {event.line}: " if event.depth <= 1 else f"in {event.skill}, line {event.line}: "
            self._pending[event.call] = f"{where}{event.name}({_arguments(event.data)})"
        elif event.kind == "result":
            result = event.data
            ended = f"ok {_value(result.value)}" if result.ok else f"{result.error}: {result.message}"
            self._add(f"{self._pending.pop(event.call, event.name)} -> {ended}")

    def lines(self) -> tuple[str, ...]:
        return tuple(line if count == 1 else f"{line} (x{count})" for line, count in self._lines)

    def _add(self, line: str) -> None:
        if self._lines and self._lines[-1][0] == line:
            self._lines[-1] = (line, self._lines[-1][1] + 1)
        else:
            self._lines.append((line, 1))


def _arguments(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in data.items())


def _value(value: Mapping[str, Any]) -> str:
    text = json.dumps(dict(value), default=str, separators=(", ", ": ")) if value else ""
    return text if len(text) <= _VALUE else text[:_VALUE] + "…"
