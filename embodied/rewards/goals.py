"""What a success condition asks to be brought about, over named observations.

`distance(cube, target) < 0.05`, `opening > 0.12`, `pressed[button]` and `on[cube, box]` become goals: how far
the observation falls short, as an expression of the reward language, and which thing has to be moved for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from embodied.condition import (
    And,
    Arithmetic,
    Comparison,
    Condition,
    Distance,
    Fact,
    Literal,
    Not,
    Or,
    Term,
)
from embodied.rewards.errors import CannotCompose
from embodied.rewards.matters import about, entry_of, matters
from embodied.rewards.spec import Entry, ObservationSpec

_POSITIONS: Final = ("object", "place", "handle", "hand", "")
_END: Final = 0.03
"""Of a mechanism's way: so near to its end is the end."""
_FLIPPED: Final = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
MOST_ALTERNATIVES: Final = 6
"""Of a condition that can come true in more ways, the first are pursued."""
_SHAPES: Final = "distance(a, b) < 0.05, opening > 0.12, pressed[button], on[a, b], joined by and, or"


@dataclass(frozen=True)
class Goal:
    """One thing to bring about.

    Attributes:
        text: the part of the condition.
        shortfall: what is missing, an expression over `obs`: 0 when it is done, in `unit`.
        thing: what has to be moved; "" for the hand itself.
        kind: "move" (a position or a mechanism), "press" (touch and push down), "hold" (have it in the
            hand), "release" (let go of it).
        near: an entry that says where the thing is touched, "" if the observation does not tell.
        toward: an expression of where it shall go, "" if that is no position.
        raised: whether it has to leave the ground.
        span: how far it is to go, roughly, in `unit`; scales are chosen by it.
        unit: of the shortfall.
        flag: an entry that tells by itself that it is done, "" if none does.
        let_go: a thing that was held is let go of in the end.
        guess: the fact may mean this, and more likely means something else (a mechanism's other end): the
            critic decides, who knows which episodes succeed.
    """

    text: str
    shortfall: str
    thing: str = ""
    kind: str = "move"
    near: str = ""
    toward: str = ""
    raised: bool = False
    span: float = 0.3
    unit: str = "m"
    flag: str = ""
    let_go: bool = False
    guess: bool = False

    @property
    def of_the_hand(self) -> bool:
        """Whether it is about where the hand itself is, whatever lies there."""
        return self.kind == "move" and not self.thing and not self.flag and bool(self.toward)


def goals(condition: Condition, observation: ObservationSpec) -> tuple[tuple[Goal, ...], ...]:
    """The alternatives (by `or`), each the goals that together are success, in the order written.

    Raises:
        CannotCompose: a part of the condition has no stage; the message says which, and what there is.
        BadSpec: the condition speaks of what no observation tells.
    """
    match condition:
        case Or(parts):
            return tuple(one for part in parts[:MOST_ALTERNATIVES] for one in goals(part, observation))
        case And(parts):
            together: tuple[tuple[Goal, ...], ...] = ((),)
            for part in parts:
                more = goals(part, observation)
                together = tuple(one + other for one in together for other in more)
            return together
        case Comparison():
            return tuple((one,) for one in _meanings(condition, observation, wanted=True))
        case Not(Comparison() as part):
            return tuple((one,) for one in _meanings(part, observation, wanted=False))
    raise _cannot(str(condition))


def _cannot(what: str) -> CannotCompose:
    return CannotCompose(f"There is no stage for {what}.", remedy=f"There are stages for {_SHAPES}.")


def _meanings(part: Comparison, observation: ObservationSpec, *, wanted: bool) -> tuple[Goal, ...]:
    if isinstance(part.left, Fact) and isinstance(part.right, Literal) and isinstance(part.right.value, bool):
        if part.operator not in ("==", "!="):
            raise _cannot(str(part))
        return _fact(part.left, observation, wanted=wanted == (part.right.value == (part.operator == "==")))
    return (_compared(part, observation, wanted=wanted),)


def _compared(part: Comparison, observation: ObservationSpec, *, wanted: bool) -> Goal:
    """A number, or a distance, against another."""
    operator = part.operator if wanted else _FLIPPED[part.operator]
    entries = tuple(_entries(part.left, observation)) + tuple(_entries(part.right, observation))
    if not entries:
        raise _cannot(str(part))
    left, right = _number(part.left, observation), _number(part.right, observation)
    if isinstance(part.right, Literal) and operator in ("<", "<=", ">", ">="):
        right = f"{_aim(part, operator, entries):g}"
    if operator in (">", ">="):
        shortfall = f"np.maximum({right} - {_bracketed(left)}, 0.0)"
    elif operator in ("<", "<="):
        shortfall = f"np.maximum({left} - {_bracketed(right)}, 0.0)"
    elif operator == "==":
        shortfall = f"np.abs({left} - {_bracketed(right)})"
    else:
        raise _cannot(str(part))
    text = str(part) if wanted else f"not {part}"
    return _moving(text, shortfall, entries, part, observation)


def _aim(part: Comparison, operator: str, entries: tuple[Entry, ...]) -> float:
    """What to aim at: a little within the threshold, so that success does not hang by a hair."""
    assert isinstance(part.right, Literal)
    threshold = float(part.right.value) if isinstance(part.right.value, (int, float)) else 0.0
    below = operator in ("<", "<=")
    if isinstance(part.left, Distance):
        return 0.5 * threshold if below else 1.2 * threshold
    limits = _limits(entries[0]) if isinstance(part.left, Fact) else None
    margin = 0.1 * (abs(threshold) if limits is None else limits[1] - limits[0])
    aim = threshold - margin if below else threshold + margin
    return aim if limits is None else min(max(aim, limits[0]), limits[1])


def _limits(entry: Entry) -> tuple[float, float] | None:
    """Of a number with both bounds."""
    low, high = entry.low, entry.high
    return (low, high) if isinstance(low, float) and isinstance(high, float) else None


def _moving(
    text: str, shortfall: str, entries: tuple[Entry, ...], part: Comparison, observation: ObservationSpec
) -> Goal:
    unit = entries[0].unit
    span = _span(entries, part)
    toward = _toward(part, observation)
    if any(entry.role == "hand" for entry in entries):
        return Goal(text, shortfall, toward=toward, span=span, unit=unit)
    moved = next((entry for entry in entries if entry.role != "place"), entries[0])
    near = _touched(moved, observation)
    raised = any(entry.role == "height" for entry in entries)
    return Goal(text, shortfall, moved.about, "move", near, toward, raised, span, unit)


def _fact(fact: Fact, observation: ObservationSpec, *, wanted: bool) -> tuple[Goal, ...]:
    """A lone fact: of a thing in the hand, a mechanism, or one thing with regard to another."""
    exact = entry_of(fact, observation)
    flag = exact.name if exact is not None and exact.shape == () and wanted else ""
    text = str(fact) if wanted else f"not {fact}"
    things = fact.keys or ((exact.about,) if exact is not None else ())
    if len(things) == 2 and wanted:
        return (_beside(text, things, flag, observation),)
    entries = about(things[0], observation) if things else ()
    joint = next((entry for entry in entries if entry.role == "joint"), None)
    where = next((entry for entry in entries if entry.shape == (3,) and entry.role in _POSITIONS), None)
    if joint is not None:
        return tuple(
            _mechanism(text, joint, flag, observation, up=up, guess=up != wanted)
            for up in (wanted, not wanted)
        )
    if where is not None and where.role == "handle" and wanted:
        hand = _only("hand", observation)
        gap = [f'obs["{hand}"][:, {axis}] - obs["{where.name}"][:, {axis}]' for axis in range(3)]
        shortfall = f"np.hypot({gap[0]}, {gap[1]}) + np.maximum({gap[2]} + PRESS_DEPTH, 0.0)"
        return (Goal(text, shortfall, things[0], "press", where.name, span=0.1, flag=flag),)
    if where is not None and where.role in ("object", ""):
        kind = "hold" if wanted else "release"
        return (Goal(text, "", things[0], kind, where.name, flag=flag),)
    matters(Comparison(fact, "==", Literal(True)), observation)
    raise _cannot(f"{text} (no entry of role object, handle or joint is about {', '.join(things) or 'it'})")


def _beside(text: str, things: tuple[str, ...], flag: str, observation: ObservationSpec) -> Goal:
    """One thing on, in or at another: above its centre by an offset that is searched, or told by sizes."""
    first, second = (_position(thing, observation, text) for thing in things)
    sizes = [
        next((entry.name for entry in about(thing, observation) if entry.role == "size"), "")
        for thing in things
    ]
    height = f'0.5 * (obs["{sizes[0]}"] + obs["{sizes[1]}"]) * UP' if all(sizes) else "OFFSET * UP"
    flat = second.role == "place" and not all(sizes)
    toward = f'obs["{second.name}"]' if flat else f'(obs["{second.name}"] + {height})'
    shortfall = f'np.maximum(apart(obs["{first.name}"], {toward}) - TOLERANCE, 0.0)'
    raised = second.role != "place"
    span = _reach(first)
    return Goal(text, shortfall, things[0], "move", first.name, toward, raised, span, "m", flag, let_go=True)


def _mechanism(
    text: str, joint: Entry, flag: str, observation: ObservationSpec, *, up: bool, guess: bool
) -> Goal:
    """A mechanism goes to one end of its way. Which end a fact means, its name alone does not tell."""
    limits = _limits(joint)
    if limits is None:
        raise CannotCompose(
            f"{text}: how far {joint.name} goes is not known.",
            remedy=f"Give the entry {joint.name} the bounds low and high, or write {joint.name} > 0.1.",
        )
    low, high = limits
    now = f'obs["{joint.name}"]'
    near, span = _touched(joint, observation), high - low
    margin = _END * span
    shortfall = (
        f"np.maximum({high - margin:g} - {now}, 0.0)" if up else f"np.maximum({now} - {low + margin:g}, 0.0)"
    )
    return Goal(*(text, shortfall, joint.about, "move", near, "", False, span, joint.unit, flag), guess=guess)


# -- terms -----------------------------------------------------------------------------------------------


def _number(term: Term, observation: ObservationSpec) -> str:
    """A term of a condition as an expression of shape (batch,)."""
    match term:
        case Literal(value) if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f"{value:g}"
        case Fact():
            entry = entry_of(term, observation)
            if entry is not None and entry.shape == ():
                return f'obs["{entry.name}"]'
        case Distance(a, b):
            first, second = (_place(fact, observation, str(term)) for fact in (a, b))
            return f'apart(obs["{first.name}"], obs["{second.name}"])'
        case Arithmetic(operator, left, right):
            return f"{_number(left, observation)} {operator} {_bracketed(_number(right, observation))}"
    raise _cannot(str(term))


def _bracketed(expression: str) -> str:
    return f"({expression})" if " " in expression and not expression.startswith("apart(") else expression


def _entries(term: Term, observation: ObservationSpec) -> Iterator[Entry]:
    match term:
        case Fact():
            entry = entry_of(term, observation)
            if entry is not None:
                yield entry
        case Distance(a, b):
            yield from (_place(fact, observation, str(term)) for fact in (a, b))
        case Arithmetic(_, left, right):
            yield from _entries(left, observation)
            yield from _entries(right, observation)


def _place(fact: Fact, observation: ObservationSpec, text: str) -> Entry:
    entry = entry_of(fact, observation)
    if entry is not None and entry.shape == (3,):
        return entry
    return _position((fact.keys or (fact.family,))[-1], observation, text)


def _position(thing: str, observation: ObservationSpec, text: str) -> Entry:
    for entry in about(thing, observation):
        if entry.shape == (3,) and entry.role in _POSITIONS:
            return entry
    raise _cannot(f"{text} (no entry tells where {thing} is)")


def _touched(moved: Entry, observation: ObservationSpec) -> str:
    """Where a thing is touched: its handle, else itself, else the one handle there is."""
    of_it = about(moved.about, observation)
    for role in ("handle", "object", ""):
        for entry in of_it:
            if entry.role == role and entry.shape == (3,):
                return entry.name
    handles = [entry.name for entry in observation.entries if entry.role == "handle"]
    return handles[0] if len(handles) == 1 else ""


def _only(role: str, observation: ObservationSpec) -> str:
    found = [entry.name for entry in observation.entries if entry.role == role]
    if not found:
        raise CannotCompose(
            f"No entry of the observation has the role {role!r}.", remedy="Give one that role."
        )
    return found[0]


def _toward(part: Comparison, observation: ObservationSpec) -> str:
    if isinstance(part.left, Distance):
        return f'obs["{_place(part.left.b, observation, str(part)).name}"]'
    return ""


def _span(entries: tuple[Entry, ...], part: Comparison) -> float:
    """How far there is to go: a third of the workspace for positions, all of its way for a mechanism."""
    if entries[0].shape == (3,):
        return _reach(entries[0])
    limits = _limits(entries[0])
    if limits is not None and limits[1] > limits[0]:
        return limits[1] - limits[0]
    value = part.right.value if isinstance(part.right, Literal) else 0.0
    return abs(value) if isinstance(value, (int, float)) and value else 0.3


def _reach(entry: Entry) -> float:
    if isinstance(entry.low, tuple) and isinstance(entry.high, tuple):
        return max(high - low for low, high in zip(entry.low, entry.high, strict=True)) / 3
    return 0.3
