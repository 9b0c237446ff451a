"""What a conversation has the body do: one thing after the other, in a thread beside the talk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from embodied.chatting.speaker import carried


class Hands:
    """The thread that does it, and what waits for it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "hands")
        self._last: Future[None] | None = None
        self._what = ""
        self._ahead: dict[object, str] = {}

    @property
    def busy(self) -> str:
        """What is being done; "" if nothing."""
        return self._what if self._last is not None and not self._last.done() else ""

    def do(self, what: str, do: Callable[[], None]) -> None:
        """Do it when all that was given before is done. `do` raises nothing."""
        self._what = what
        self._last = self._thread.submit(carried(do))

    def do_after(self, what: str, do: Callable[[], None]) -> None:
        """The same of what can still be taken back, by `drop_ahead`."""
        turn = object()
        self._ahead[turn] = what

        def in_turn() -> None:
            if self._ahead.pop(turn, None) is not None:
                self._what = what
                do()

        self._last = self._thread.submit(carried(in_turn))

    def drop_ahead(self) -> list[str]:
        """Take back what has not begun; which that was."""
        dropped, self._ahead = self._ahead, {}
        return list(dropped.values())

    def wait(self) -> None:
        """Until there is nothing more to do."""
        while self._last is not None and not self._last.done():
            self._last.result()

    def close(self) -> None:
        """Wait for what goes on; what has not begun never does."""
        self._thread.shutdown(wait=True, cancel_futures=True)
