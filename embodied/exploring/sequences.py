"""Step sequences that recur over journals, generalised: the raw material of composed skills.

A window of consecutive steps that all passed is compared with every other of the same skills. What two
windows share stays a constant, what differs becomes a variable, and equal differences share one variable
(the least general generalisation, Plotkin 1970). A pattern is offered if enough pursuits contain it and each
of its steps says something definite: a constant, or a variable that ties it to another step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embodied.exploring.steps import Pursuit, StepTaken

LONGEST = 5
LEAST = 3
"""A sequence is offered once so many pursuits contain it."""
_MOST_WINDOWS = 60
"""Of the distinct windows of the same skills, so many of the most frequent are compared in pairs."""


@dataclass(frozen=True)
class Variable:
    """An argument that differed; the same number means that the values went together."""

    number: int


Slot = Variable | str | int | float | bool
PatternStep = tuple[str, tuple[tuple[str, Slot], ...]]
"""A skill, and its arguments by name."""


@dataclass(frozen=True)
class Pattern:
    """A generalised sequence.

    Attributes:
        steps: in order.
        pursuits: how many pursuits contain it.
        typical: for each variable the value that it had most often.
    """

    steps: tuple[PatternStep, ...]
    pursuits: int
    typical: Mapping[int, Any]

    @property
    def rank(self) -> tuple[int, int, int]:
        """More calls saved first, then more definite ones."""
        constants = sum(not isinstance(slot, Variable) for _, slots in self.steps for _, slot in slots)
        return (self.pursuits * (len(self.steps) - 1), len(self.steps), constants)

    def __str__(self) -> str:
        return "; ".join(
            f"{skill}({', '.join(f'{name}={_shown(slot)}' for name, slot in slots)})"
            for skill, slots in self.steps
        )


Window = tuple[PatternStep, ...]


def recurring(found: Iterable[Pursuit], *, least: int = LEAST, longest: int = LONGEST) -> list[Pattern]:
    """The patterns that at least `least` pursuits contain, most worthwhile first."""
    groups: dict[tuple[Any, ...], dict[Window, set[int]]] = {}
    for number, pursuit in enumerate(found):
        for window in _windows(pursuit.steps, longest):
            shape = tuple((skill, tuple(name for name, _ in slots)) for skill, slots in window)
            groups.setdefault(shape, {}).setdefault(window, set()).add(number)
    patterns: list[Pattern] = []
    for windows in groups.values():
        if len(set().union(*windows.values())) >= least:
            patterns += _patterns(windows, least)
    return sorted(_without_parts(patterns), key=lambda one: (one.rank, str(one)), reverse=True)


def _windows(steps: Sequence[StepTaken], longest: int) -> Iterator[Window]:
    """All windows of 2 to `longest` consecutive steps that passed."""
    for start in range(len(steps)):
        window: list[PatternStep] = []
        for step in steps[start : start + longest]:
            if not step.passed or not all(_is_plain(value) for value in step.arguments.values()):
                break
            window.append((step.skill, tuple(sorted(step.arguments.items()))))
            if len(window) >= 2:
                yield tuple(window)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


def _patterns(windows: Mapping[Window, set[int]], least: int) -> list[Pattern]:
    common = sorted(windows, key=lambda window: (-len(windows[window]), str(window)))[:_MOST_WINDOWS]
    candidates: dict[Window, None] = dict.fromkeys(common)
    for place, one in enumerate(common):
        for other in common[place + 1 :]:
            candidates.setdefault(generalised(one, other))
    found = []
    for candidate in candidates:
        matching = [window for window in windows if matches(candidate, window) is not None]
        support = len(set().union(*(windows[window] for window in matching)))
        if support >= least and _is_definite(candidate):
            found.append(Pattern(candidate, support, _typical(candidate, matching, windows)))
    return [one for one in found if not any(_is_sharper(other, one) for other in found)]


def generalised(one: Window, other: Window) -> Window:
    """The most definite window that both are cases of."""
    numbers: dict[Any, int] = {}

    def slot(place: tuple[int, str], a: Slot, b: Slot) -> Slot:
        if a == b and type(a) is type(b):
            return a
        tied = isinstance(a, str) and isinstance(
            b, str
        )  # equal amounts are a coincidence, equal names are not
        return Variable(numbers.setdefault((a, b) if tied else place, len(numbers)))

    return tuple(
        (skill, tuple((name, slot((n, name), a, b)) for (name, a), (_, b) in zip(slots, others, strict=True)))
        for n, ((skill, slots), (_, others)) in enumerate(zip(one, other, strict=True))
    )


def matches(pattern: Window, window: Window) -> dict[int, Slot] | None:
    """The values of the pattern's variables in a window of the same shape, or None if it is no case of it."""
    values: dict[int, Slot] = {}
    for (_, slots), (_, others) in zip(pattern, window, strict=True):
        for (_, wanted), (_, got) in zip(slots, others, strict=True):
            if isinstance(wanted, Variable):
                if values.setdefault(wanted.number, got) != got:
                    return None
            elif wanted != got:
                return None
    return values


def _is_definite(pattern: Window) -> bool:
    """Each step has a constant that is a name, or shares a variable with another step."""
    where: dict[int, set[int]] = {}
    for place, (_, slots) in enumerate(pattern):
        for _, slot in slots:
            if isinstance(slot, Variable):
                where.setdefault(slot.number, set()).add(place)
    tied = {place for places in where.values() if len(places) > 1 for place in places}
    return all(
        place in tied or any(isinstance(slot, str) for _, slot in slots)
        for place, (_, slots) in enumerate(pattern)
    )


def _typical(
    pattern: Window, matching: Sequence[Window], windows: Mapping[Window, set[int]]
) -> dict[int, Any]:
    counts: dict[int, dict[Slot, int]] = {}
    for window in matching:
        for number, value in (matches(pattern, window) or {}).items():
            tally = counts.setdefault(number, {})
            tally[value] = tally.get(value, 0) + len(windows[window])
    return {
        number: max(tally, key=lambda value: (tally[value], str(value))) for number, tally in counts.items()
    }


def _is_sharper(one: Pattern, other: Pattern) -> bool:
    """`one` is a case of `other` and just as frequent."""
    if one.steps == other.steps or one.pursuits < other.pursuits:
        return False
    return matches(other.steps, one.steps) is not None


def _without_parts(patterns: Sequence[Pattern]) -> list[Pattern]:
    """Leave out what is a stretch of a longer pattern that is just as frequent."""
    kept = []
    for one in patterns:
        longer = (other for other in patterns if len(other.steps) > len(one.steps))
        if not any(
            other.pursuits >= one.pursuits and _is_stretch(one.steps, other.steps) for other in longer
        ):
            kept.append(one)
    return kept


def _is_stretch(part: Window, whole: Window) -> bool:
    size = len(part)
    return any(
        _same_shape(part, whole[start : start + size])
        and matches(part, whole[start : start + size]) is not None
        for start in range(len(whole) - size + 1)
    )


def _same_shape(one: Window, other: Window) -> bool:
    return [(skill, [name for name, _ in slots]) for skill, slots in one] == [
        (skill, [name for name, _ in slots]) for skill, slots in other
    ]


def _call(skill: str, slots: Sequence[tuple[str, Slot]]) -> str:
    return f"{skill}({', '.join(f'{name}={_shown(slot)}' for name, slot in slots)})"


def _shown(slot: Slot) -> str:
    return f"?{slot.number + 1}" if isinstance(slot, Variable) else str(slot)
