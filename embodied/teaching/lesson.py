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

Kind = Literal["above", "at", "by", "turn", "close", "open", "home", "use", "do"]
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
        skill, arguments: what "use" calls; what "do" calls of the functions that the world offers.
        gains, amount: in a world of amounts the fact that the step raises, and the parameter that takes by
            how much.
        level, each, counted: so much of it must be held after the step: `level`, `each` for every time that
            the shown amount is made, and the lesson's own amount.
        gives, beside: numbers of the place that came of "do", and of that which it is beside; 0: none.
        told: of a step as it was shown, what it needed, used up and came to.
    """

    kind: Kind
    thing: str = ""
    offset: Offset = NOWHERE
    turn: float = 0.0
    until_contact: bool = False
    skill: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    gains: str = ""
    amount: str = ""
    level: int = 0
    each: int = 0
    counted: bool = False
    gives: int = 0
    beside: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)

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
            case "do":
                things = " ".join(spoken(one) for one in self.arguments.values() if isinstance(one, str))
                return f"{self.skill.strip('_')} {things}"
        said = ", ".join(spoken(str(value)) for value in self.arguments.values())
        return self.skill.replace("-", " ") + (f" ({said})" if said else "")


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
        counted: in a world of amounts, how much was shown of what the parameter `count` stands for; 0: none.
        kinds: parameter to the names that it can stand for: {"pattern", "members", "default"}.
        derived: name to how it follows from a parameter: (variable, parameter, old ending, new ending).
        shown: all steps that were shown, those that it does not need among them.
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
    counted: int = 0
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    derived: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)
    shown: tuple[Part, ...] = ()

    @property
    def is_of_amounts(self) -> bool:
        """Whether its steps come to amounts, or put things up: no hand, no places of things."""
        return any(part.gains or part.kind == "do" for part in self.parts)

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
        lists = {key: tuple(map(str, told[key])) for key in ("achieves", "needs")}
        names = {str(thing): str(name) for thing, name in dict(told.get("names", {})).items()}
        parts = {key: tuple(map(_part_of, told.get(key, ()))) for key in ("parts", "shown")}
        derived = {name: tuple(one) for name, one in told.get("derived", {}).items()}
        return Lesson(**{**told, **lists, **parts, "names": names, "derived": derived})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _part_of(told: Mapping[str, Any]) -> Part:
    return Part(**{**told, "offset": tuple(map(float, told.get("offset", NOWHERE)))})


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
