"""What is being taught, as data: the steps that were shown and what corrections made of them.

A lesson speaks of the things that it was shown with ("red_cube"); `embodied.teaching.writing` turns it into a
skill with parameters. It is kept in the skill's SKILL.md, so that a later conversation can correct it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

from embodied.skills import Skill

Kind = Literal["above", "at", "by", "turn", "close", "open", "home", "use"]
Offset = tuple[float, float, float]
NOWHERE: Final[Offset] = (0.0, 0.0, 0.0)
OVER_M: Final = 0.09
"""So far over the top of a thing is "above" it [m]."""

_KEPT: Final = re.compile(r"```json taught\n(.*?)\n```", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """One step of a lesson.

    Attributes:
        kind: "above" and "at" put the hand over, or at, a thing; "by" moves it; "use" calls a skill.
        thing: what "above", "at" are relative to, and what a motion may touch.
        offset: from the thing's centre ("at"), from the middle over it ("above"), or the motion itself
            ("by") [m, world frame].
        turn: of the hand about z ("turn") [rad].
        until_contact: the motion ends where the hand meets resistance.
        skill, arguments: what "use" calls.
    """

    kind: Kind
    thing: str = ""
    offset: Offset = NOWHERE
    turn: float = 0.0
    until_contact: bool = False
    skill: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The things that it speaks of, perhaps among other words."""
        said = tuple(value for value in self.arguments.values() if isinstance(value, str))
        return ((self.thing,) if self.thing else ()) + said

    def about(self, other: Mapping[str, str]) -> Part:
        """The same with other things."""
        arguments = {
            key: other.get(value, value) if isinstance(value, str) else value
            for key, value in self.arguments.items()
        }
        return replace(self, thing=other.get(self.thing, self.thing), arguments=arguments)

    @property
    def words(self) -> str:
        """For a reader."""
        match self.kind:
            case "above":
                return f"move above the {spoken(self.thing)}{_aside(self.offset)}"
            case "at":
                return f"move to the {spoken(self.thing)}{_aside(self.offset)}"
            case "by":
                return f"move {_aside(self.offset).strip(', ') or 'nowhere'}"
            case "turn":
                return f"turn by {self.turn * 57.2958:.0f} degrees"
            case "close":
                return "close the fingers"
            case "open":
                return "open the fingers"
            case "home":
                return "go home"
        said = ", ".join(spoken(str(value)) for value in self.arguments.values())
        return f"{self.skill.replace('-', ' ')} ({said})"


@dataclass(frozen=True)
class Lesson:
    """What is taught.

    Attributes:
        achieves, needs: conditions over the things that it was shown with.
        names: thing to the parameter that stands for it.
        speed: share of the allowed speed, for motions of its own.
        via_above: every way to a thing leads up, across and down.
        checks: after closing, the fingers must hold what they closed on; else it is tried again.
        why: what it came from, for the history.
    """

    parts: tuple[Part, ...]
    achieves: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    speed: float = 1.0
    via_above: bool = False
    checks: bool = False
    name: str = ""
    why: str = ""

    def about(self, other: Mapping[str, str]) -> Lesson:
        """The same lesson with other things."""
        return replace(
            self,
            parts=tuple(part.about(other) for part in self.parts),
            achieves=tuple(_renamed(one, other) for one in self.achieves),
            needs=tuple(_renamed(one, other) for one in self.needs),
            names={other.get(thing, thing): name for thing, name in self.names.items()},
        )

    @property
    def skills(self) -> tuple[str, ...]:
        """The skills that it calls."""
        return tuple(sorted({part.skill for part in self.parts if part.kind == "use"}))

    def kept(self) -> str:
        """As a block of its SKILL.md."""
        return f"```json taught\n{json.dumps(asdict(self))}\n```"


def read_kept(text: str) -> Lesson | None:
    """The lesson that a SKILL.md keeps; None if it keeps none that can be read."""
    found = _KEPT.search(text)
    if found is None:
        return None
    try:
        told = json.loads(found.group(1))
        parts = tuple(
            Part(**{**one, "offset": tuple(map(float, one.get("offset", NOWHERE)))}) for one in told["parts"]
        )
        lists = {key: tuple(told[key]) for key in ("achieves", "needs")}
        return Lesson(**{**told, **lists, "parts": parts})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def lesson_of_skill(skill: Skill) -> Lesson | None:
    """The lesson that a taught skill came from; None if it was not taught by showing."""
    file = skill.folder / "SKILL.md"
    return read_kept(file.read_text(encoding="utf-8")) if file.is_file() else None


def spoken(name: str) -> str:
    return name.replace("_", " ")


def used_names(parts: tuple[Part, ...], things: frozenset[str]) -> Iterator[str]:
    """The things that are spoken of, in order, each once."""
    seen: set[str] = set()
    for part in parts:
        for name in part.names:
            if name in things and name not in seen:
                seen.add(name)
                yield name


def _renamed(condition: str, other: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda found: other.get(found.group(), found.group()), condition)


def _aside(offset: Offset) -> str:
    words = (("forward", "back"), ("left", "right"), ("up", "down"))
    said = [
        f"{abs(value) * 100:.3g} cm {pair[0] if value > 0 else pair[1]}"
        for value, pair in zip(offset, words, strict=True)
        if abs(value) >= 0.0005
    ]
    return f", {', '.join(said)}" if said else ""
