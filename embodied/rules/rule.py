"""A rule: what must never, or always, be so, or within which time; and which calls are not to be made.

A formula is a small piece of temporal logic over facts and calls of primitives:

    never    what  [when ...] [until ...]     globally not (when and what), until `until` has held
    always   what  [when ...] [until ...]     globally (when -> what), until `until` has held
    within   (seconds, what) [after ...]      globally (after -> eventually, in that time, what)

Names in braces, and a lone `*`, stand for every thing there is; different names for different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from embodied.condition import Condition

Kind = Literal["never", "always", "within"]


@dataclass(frozen=True)
class Call:
    """A call of a primitive.

    Attributes:
        name: of the primitive; `*` and `?` stand for anything.
        where: over facts and `arg[...]`, the call's arguments; None for any call.
    """

    name: str
    where: Condition | None = None


@dataclass(frozen=True)
class Formula:
    """What a rule says.

    Attributes:
        kind: "never", "always" or "within".
        what: a condition over facts, or (never only) a call.
        when: the rule holds only where this is so.
        until: the rule ends once this has been so.
        after: of "within": what begins the time; None: whenever `what` is not so.
        seconds: of "within": the time there is, by the world's own clock where it has one [s].
        text: as it is written; `embodied.rules.read_formula` reads it again.
    """

    kind: Kind
    what: Condition | Call
    text: str
    when: Condition | None = None
    until: Condition | None = None
    after: Condition | Call | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Rule:
    """A rule that somebody gave.

    Attributes:
        text: as it was said.
        formula: as it was understood.
        scope: the kind of world that it is for.
        who, when: who gave it ("you", "launch file"), and when (UTC, ISO 8601); "" if that is not kept.
    """

    text: str
    formula: Formula
    scope: str
    who: str = ""
    when: str = ""

    def __str__(self) -> str:
        return self.text
