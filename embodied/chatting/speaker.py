"""Who speaks: it goes along with a line, and all that is done for it, through every thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Speaker:
    """The person at the terminal, or a player in a chat.

    Attributes:
        name, uuid: of a player; "" at the terminal.
        whisper: said to the agent alone, and answered so.
        addressed: said to the agent, not to everybody.
    """

    name: str = ""
    uuid: str = ""
    whisper: bool = False
    addressed: bool = True

    @property
    def called(self) -> str:
        """As others are told of them."""
        return self.name or "who sits at the terminal"


HERE: Final = Speaker()
"""The person at the terminal."""

_speaks: ContextVar[Speaker] = ContextVar("who speaks", default=HERE)


def who_speaks() -> Speaker:
    """For whom this thread acts now."""
    return _speaks.get()


@contextmanager
def speaking(who: Speaker) -> Iterator[None]:
    """What is done while this is entered is done for `who`."""
    token = _speaks.set(who)
    try:
        yield
    finally:
        _speaks.reset(token)


def carried(do: Callable[P, T]) -> Callable[P, T]:
    """`do`, in whatever thread, for who speaks now."""
    who = who_speaks()

    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(who):
            return do(*args, **kwargs)

    return done
