"""A mistake in embodied itself: a person is told in a line, the journal says more, the talk goes on."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from embodied.errors import EmbodiedError
from embodied.plain_text import plain_line
from embodied.session import Session

_log = logging.getLogger(__name__)
LONGEST: Final = 120


def told_mistake(session: Session, tell: Callable[[str], None], bug: Exception, doing: str) -> None:
    """Tell of a mistake that nobody foresaw, and keep where it was made.

    Args:
        doing: what was being done, for the person ("pursuing 'put ...'").
    """
    _log.error("a mistake while %s", doing, exc_info=bug)
    with suppress(EmbodiedError):  # a journal that cannot be written keeps nobody from being told
        session.run.journal.write(
            "mistake", doing=doing, error=repr(bug), trace=traceback.format_exception(bug)
        )
    what = plain_line(f"{type(bug).__name__}: {bug}", LONGEST)
    more = (
        "The world is lost with it: begin anew with `embodied teach`."
        if session.closed
        else f"Say it otherwise, or go on with something else; {session.run.journal.path} says more."
    )
    tell(f"A mistake in embodied itself kept me from {plain_line(doing)} ({what}). {more}")
