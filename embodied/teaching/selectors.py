"""Things told by where they are now: "the leftmost cube", "the one in the bowl", "everything in the drawer".

Such words are put into the names of the things that they mean at that moment, which is told, before the line
is read as any other. Where nobody looks (`look` None) a stand-in of the kind is named instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from embodied.english import listed
from embodied.errors import BadGoal
from embodied.facts import Observation
from embodied.methods import Vocabulary
from embodied.teaching.lesson import spoken

_PLACED: Final = ("at", "in", "on")
_SAME_M: Final = 0.01
"""Two that are so near to each other in what is asked for are not told apart [m]."""
_BOTH_WAYS: Final = re.compile(r"\s*(?:swap|exchange|switch|interchange)\b", re.IGNORECASE)
_ORDINALS: Final = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_NEAREST: Final = r"nearest|closest"
_FARTHEST: Final = r"farthest|furthest"


@dataclass(frozen=True)
class Told:
    """Words of a line, and the things that they mean.

    Attributes:
        stands_in: nobody looked; the one thing named stands for whichever it will be.
    """

    words: str
    names: tuple[str, ...]
    stands_in: bool = False


@dataclass(frozen=True)
class Pointed:
    """A line with the names of the things that were told by where they are."""

    line: str
    told: tuple[Told, ...]

    def as_said(self, canonical: str) -> str:
        """A reading of the line, with the words in the place of what only stands in for them."""
        for one in self.told:
            if one.stands_in:
                canonical = re.sub(
                    rf"\b(?:{one.names[0]}|the {spoken(one.names[0])})\b", one.words, canonical
                )
        return canonical


def pointed(line: str, vocabulary: Vocabulary, look: Callable[[], Observation] | None) -> Pointed | None:
    """The line with names; None where it tells nothing by its place.

    Raises:
        BadGoal: nothing is there, or two are alike.
    """
    if not vocabulary.things or _BOTH_WAYS.match(line):
        return None
    reader = _Reader(" ".join(line.split()), vocabulary, look)
    for pattern, put in _PATTERNS:
        reader.replace(pattern, put)
    return Pointed(reader.line, tuple(reader.told)) if reader.told else None


class _Reader:
    def __init__(self, line: str, vocabulary: Vocabulary, look: Callable[[], Observation] | None) -> None:
        self.line = line
        self.told: list[Told] = []
        self.kinds = {thing.name: thing.kind for thing in vocabulary.things}
        self._look = look
        self._now: Observation | None = None
        self._vocabulary = vocabulary
        counts = [thing.kind for thing in vocabulary.things if thing.kind not in ("place", "edge", "target")]
        self.usual = max(dict.fromkeys(counts), key=counts.count, default="")
        self._nouns = {"one": self.usual, "ones": self.usual, "thing": self.usual, "object": self.usual}
        for name, kind in vocabulary.kinds.items():
            self._nouns |= dict.fromkeys((*kind.singular, *kind.plural), name)
        self._things = {
            word.lower(): thing.name for thing in vocabulary.things for word in (thing.spoken, *thing.words)
        }
        for name in self._nouns:
            alone = [thing.name for thing in vocabulary.things if thing.kind == self._nouns[name]]
            if len(alone) == 1:
                self._things.setdefault(name, alone[0])

    # -- words -------------------------------------------------------------------------------------

    def replace(self, pattern: str, put: Callable[[_Reader, re.Match[str]], str]) -> None:
        """Put names for all that a pattern finds; NOUN and THING in it are the world's words."""
        noun = "|".join(sorted(map(re.escape, self._nouns), key=len, reverse=True))
        thing = "|".join(sorted(map(re.escape, self._things), key=len, reverse=True))
        whole = pattern.replace("NOUN", f"(?P<noun>{noun})").replace("THING", f"(?:the )?(?P<thing>{thing})")
        self.line = re.sub(whole, lambda found: put(self, found), self.line, flags=re.IGNORECASE)

    def thing(self, found: re.Match[str]) -> str:
        return self._things[found["thing"].lower()]

    def alike(self, found: re.Match[str]) -> list[str]:
        """The things of the kind that is named."""
        kind = self._nouns[found["noun"].lower()]
        return [name for name, of in self.kinds.items() if of == kind]

    # -- facts -------------------------------------------------------------------------------------

    @property
    def now(self) -> Observation | None:
        if self._now is None and self._look is not None:
            self._now = self._look()
        return self._now

    def spot(self, name: str) -> Sequence[float]:
        assert self.now is not None
        spot = self.now.get("pose", name)
        if not isinstance(spot, tuple) or len(spot) < 2:
            raise BadGoal(f"Where the {spoken(name)} is no fact tells.", remedy="Name the thing.")
        return [float(value) for value in spot[:2] if isinstance(value, (int, float))]

    def at(self, place: str) -> list[str]:
        """What is in, on or at a thing."""
        assert self.now is not None
        found = {
            keys[0]
            for family in _PLACED
            for keys, value in self.now.items(family)
            if value is True and len(keys) == 2 and keys[1] == place
        }
        return [name for name in self.kinds if name in found]

    # -- what is meant -----------------------------------------------------------------------------

    def ordered(self, words: str, alike: list[str], by: Callable[[str], float], number: int = 0) -> str:
        """The thing that comes so many-th when those alike are put in order, smallest first."""
        if self.now is None:
            return self.stand_in(words)
        order = sorted(alike, key=by)
        if not order or number >= len(order):
            raise BadGoal(f"There are only {len(order)} of which {words!r} could be one.")
        place = number % len(order)
        for beside in (place - 1, place + 1):
            if 0 <= beside < len(order) and abs(by(order[beside]) - by(order[place])) < _SAME_M:
                both = listed(tuple(f"the {spoken(order[n])}" for n in sorted((place, beside))))
                raise BadGoal(f"{words!r} could be {both}: they are alike in that.", remedy="Name one.")
        return self.names(words, [order[place]])

    def there(self, words: str, place: str, *, one: bool) -> str:
        """What is at a place: exactly one thing, or all of them."""
        if self.now is None:
            return self.stand_in(words)
        found = self.at(place)
        if not found:
            raise BadGoal(f"There is nothing in or on the {spoken(place)} now.")
        if one and len(found) > 1:
            both = listed(tuple(f"the {spoken(name)}" for name in found))
            raise BadGoal(f"{words!r} could be {both}.", remedy="Name one, or say 'everything'.")
        return self.names(words, found)

    def names(self, words: str, names: list[str]) -> str:
        self.told.append(Told(words, tuple(names)))
        return listed(tuple(f"the {spoken(name)}" for name in names))

    def stand_in(self, words: str) -> str:
        said = self.line.lower()
        for thing in self._vocabulary.things:
            used = any(thing.name in one.names for one in self.told)
            named = any(re.search(rf"\b{re.escape(trait)}\b", said) for trait in thing.traits)
            if thing.kind == self.usual and not used and not named:
                self.told.append(Told(words, (thing.name,), stands_in=True))
                return f"the {thing.spoken}"
        raise BadGoal(f"Which is meant by {words!r} cannot be told.", remedy="Name the thing.")


def _extreme(reader: _Reader, found: re.Match[str]) -> str:
    """Leftmost, rightmost, nearest to the arm, farthest from it."""
    way = found["way"].lower()
    by: dict[str, Callable[[str], float]] = {
        "left": lambda name: -reader.spot(name)[1],
        "right": lambda name: reader.spot(name)[1],
        "near": lambda name: math.hypot(*reader.spot(name)),
        "far": lambda name: -math.hypot(*reader.spot(name)),
    }
    way = re.sub(_FARTHEST, "far", re.sub(_NEAREST, "near", way))
    return reader.ordered(found[0], reader.alike(found), next(by[one] for one in by if one in way))


def _from_a_side(reader: _Reader, found: re.Match[str]) -> str:
    """The second from the left."""
    sign = -1.0 if found["side"].lower() == "left" else 1.0
    number = _ORDINALS[found["number"].lower()]
    return reader.ordered(found[0], reader.alike(found), lambda name: sign * reader.spot(name)[1], number)


def _by_distance(reader: _Reader, found: re.Match[str]) -> str:
    """Nearest to a thing, or farthest from it."""
    thing = reader.thing(found)
    sign = 1.0 if re.match(_NEAREST, found["way"], re.IGNORECASE) else -1.0
    others = [name for name in reader.alike(found) if name != thing]

    def distance(name: str) -> float:
        return sign * math.dist(reader.spot(name), reader.spot(thing))

    return reader.ordered(found[0], others, distance)


def _one_there(reader: _Reader, found: re.Match[str]) -> str:
    return reader.there(found[0], reader.thing(found), one=True)


def _all_there(reader: _Reader, found: re.Match[str]) -> str:
    return reader.there(found[0], reader.thing(found), one=False)


def _everything(reader: _Reader, place: str) -> str:
    how = "on" if reader.kinds[place] in ("tray", "place", "edge", "table") else "in"
    return f"everything {how} the {spoken(place)}"


def _emptied(reader: _Reader, found: re.Match[str]) -> str:
    """Taken out thing by thing, onto the table or into what is named."""
    place = reader.thing(found)
    if reader.kinds[place] == "table":
        raise BadGoal(
            "Where what is on the table is to go is not said.", remedy="Say 'put all cubes in ...'."
        )
    things = reader.there(_everything(reader, place), place, one=False)
    return f"put {things} on the table"


def _emptied_into(reader: _Reader, found: re.Match[str]) -> str:
    place = reader.thing(found)
    return f"put {reader.there(_everything(reader, place), place, one=False)} "


_THAT_IS: Final = r"(?:(?:that(?: is|'s| are)|which (?:is|are)|lying|standing|sitting)\s+)"
_IN: Final = r"(?:in|on|at|inside|on top of)"
_ALL: Final = (
    r"(?:everything|anything|all(?: of)?(?: the)? (?:cubes|blocks|things|objects)|"
    r"the (?:cubes|blocks|things))"
)
_PATTERNS: Final[Sequence[tuple[str, Callable[[_Reader, re.Match[str]], str]]]] = (
    (rf"\b(?:the )?(?:NOUN {_THAT_IS}?(?P<way>{_NEAREST}|{_FARTHEST}) (?:to|from) THING)\b", _by_distance),
    (rf"\b(?:the )?(?P<way>{_NEAREST}|{_FARTHEST}) NOUN (?:to|from) THING\b", _by_distance),
    (rf"\bwhich(?:ever)? NOUN is (?P<way>{_NEAREST}|{_FARTHEST}) (?:to|from) THING\b", _by_distance),
    (
        rf"\bthe (?P<number>{'|'.join(_ORDINALS)}) (?:NOUN )?from the (?P<side>left|right)\b",
        _from_a_side,
    ),
    (
        rf"\bthe (?P<way>left-?most|right-?most|{_NEAREST}|{_FARTHEST}) NOUN\b(?! (?:to|from)\b)",
        _extreme,
    ),
    (
        rf"\bthe NOUN {_THAT_IS}?(?:the )?(?:{_FARTHEST}|most)(?: to the)? (?P<way>left|right)\b",
        _extreme,
    ),
    (rf"\bwhat(?:ever)?(?:'s| is) (?:{_IN}) THING\b", _one_there),
    (rf"\bthe NOUN {_THAT_IS}{_IN} THING\b", _one_there),
    (rf"\bthe one {_IN} THING\b(?=\s+\w)", _one_there),
    (rf"\b{_ALL} (?:{_THAT_IS}{_IN}|from) THING\b(?=\s+\w)", _all_there),
    (r"^(?:empty|unload)(?: out)? THING (?=(?:on|onto|in|into)\b)", _emptied_into),
    (r"^(?:empty|unload)(?: out)? THING(?: out| completely)?$", _emptied),
    (rf"^(?:(?:take|get|remove|clear|move) )?{_ALL} (?:out of|off(?: of)?|from) THING$", _emptied),
    (r"^clear(?: off)? (?:the )?(?P<thing>(?:\w+ )?(?:pad|tray|bowl|drawer))$", _emptied),
)


def told_lines(pointed_at: Pointed) -> Iterator[str]:
    """What is told to the person: "I take 'the leftmost cube' as the red cube"."""
    for one in pointed_at.told:
        yield f"I take {one.words!r} as {listed(tuple(f'the {spoken(name)}' for name in one.names))}."
