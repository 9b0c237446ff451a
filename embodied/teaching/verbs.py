"""The table of what can be said in a conversation: one row a verb, for whoever adds one.

    @verb("wait", r"wait", example="wait", what="until what is going on has ended")
    def wait(conversation, said): ...

A row's pattern must match the whole line, in lower case and without politeness. Rows are tried in the order
in which they were registered. What no row matches is a correction, a motion, the name of a skill, or a goal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

Said = re.Match[str]
Handler = Callable[["Conversation", Said], None]


@dataclass(frozen=True)
class Verb:
    """One row.

    Attributes:
        example: as a person would type it.
        what: what it does, for `help`.
        any_time: it can be said while something is going on; others wait for it.
        last: it is tried after all other rows: its pattern is wide.
    """

    name: str
    pattern: re.Pattern[str]
    example: str
    what: str
    do: Handler
    any_time: bool = False
    last: bool = False


VERBS: Final[list[Verb]] = []


def verb(
    name: str, pattern: str, *, example: str, what: str, any_time: bool = False, last: bool = False
) -> Callable[[Handler], Handler]:
    """Register a row of the table."""

    def register(do: Handler) -> Handler:
        VERBS.append(Verb(name, re.compile(pattern), example, what, do, any_time, last))
        return do

    return register


def meant(line: str) -> tuple[Verb, Said] | None:
    """The row that a plain line matches."""
    for row in sorted(VERBS, key=lambda one: one.last):
        found = row.pattern.fullmatch(line)
        if found is not None:
            return row, found
    return None


def named_goal(said: Said) -> tuple[str, str]:
    """The name that a row's match gives to a goal ("" for none), and the goal's words."""
    groups = said.groupdict()
    named = next((groups[key] for key in ("name", "said", "quoted", "word") if groups.get(key)), "")
    return named.strip(), next(groups[key] for key in ("goal", "meant", "told", "thing") if groups.get(key))


def words_of_verbs() -> frozenset[str]:
    """The words that the table knows, for telling what was not understood."""
    return frozenset(word for row in VERBS for word in re.findall(r"[a-z]+", row.pattern.pattern))
