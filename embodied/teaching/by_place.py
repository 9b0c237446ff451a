"""A line in which things are told by where they are, and the facts of now that say which those are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Told:
    """Words of a line, and the things that they mean.

    Attributes:
        stands_in: nobody looked; the one thing named stands for whichever it will be.
    """

    words: str
    names: tuple[str, ...]
    stands_in: bool = False


class Reader:
    """Puts names of things in the place of words of a line."""

    def __init__(self, line: str, vocabulary: Vocabulary, look: Callable[[], Observation] | None) -> None:
        self.line = line
        self.told: list[Told] = []
        self.kinds = {thing.name: thing.kind for thing in vocabulary.things}
        self.traits = {thing.name: thing.traits for thing in vocabulary.things}
        self._look = look
        self._now: Observation | None = None
        self._vocabulary = vocabulary
        counts = [thing.kind for thing in vocabulary.things if thing.kind not in ("place", "edge", "target")]
        self.usual = max(dict.fromkeys(counts), key=counts.count, default="")
        self.nouns = {"one": self.usual, "ones": self.usual, "thing": self.usual, "object": self.usual}
        for name, kind in vocabulary.kinds.items():
            self.nouns |= dict.fromkeys((*kind.singular, *kind.plural), name)
        self._things = {
            word.lower(): thing.name for thing in vocabulary.things for word in (thing.spoken, *thing.words)
        }
        for name in self.nouns:
            alone = [thing.name for thing in vocabulary.things if thing.kind == self.nouns[name]]
            if len(alone) == 1:
                self._things.setdefault(name, alone[0])

    # -- words -------------------------------------------------------------------------------------

    def replace(self, pattern: str, put: Callable[[Reader, re.Match[str]], str]) -> None:
        """Put names for all that a pattern finds; NOUN and THING in it are the world's words."""
        noun = "|".join(sorted(map(re.escape, self.nouns), key=len, reverse=True))
        thing = "|".join(sorted(map(re.escape, self._things), key=len, reverse=True))
        whole = pattern.replace("NOUN", f"(?P<noun>{noun})").replace("THING", f"(?:the )?(?P<thing>{thing})")
        self.line = re.sub(whole, lambda found: put(self, found), self.line, flags=re.IGNORECASE)

    def thing(self, found: re.Match[str]) -> str:
        return self._things[found["thing"].lower()]

    def alike(self, found: re.Match[str]) -> list[str]:
        """The things of the kind that is named."""
        kind = self.nouns[found["noun"].lower()]
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

    def free(self, words: str, alike: list[str], *, any_of_them: bool = False) -> str:
        """The one place of a kind at which nothing is, or any of them."""
        if self.now is None:
            return self.stand_in(words, alike)
        found = [name for name in alike if not self.at(name)]
        if found and any_of_them:
            return self.names(words, found[:1])
        if len(found) != 1:
            raise BadGoal(f"{words!r}: {len(found) or 'none'} of them {'are' if found else 'is'} free now.")
        return self.names(words, found)

    def held(self, words: str) -> str:
        if self.now is None:
            return self.stand_in(words)
        found = [keys[0] for keys, value in self.now.items("holding") if value is True and keys]
        if not found:
            raise BadGoal("The hand holds nothing now.")
        return self.names(words, found)

    def stacked(self, words: str, *, top: bool) -> str:
        """The uppermost or lowest thing of the only tower."""
        if self.now is None:
            return self.stand_in(words)
        things = {name for name, kind in self.kinds.items() if kind == self.usual}
        pairs = [k for k, value in self.now.items("on") if value is True and set(k) <= things]
        upper, lower = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
        found = sorted(upper - lower if top else lower - upper)
        if len(found) != 1:
            raise BadGoal(f"{words!r}: there is {'no' if not found else 'more than one'} tower now.")
        return self.names(words, found)

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

    def stand_in(self, words: str, among: Sequence[str] = ()) -> str:
        said = self.line.lower()
        for thing in self._vocabulary.things:
            used = any(thing.name in one.names for one in self.told)
            named = any(re.search(rf"\b{re.escape(trait)}\b", said) for trait in thing.traits)
            fits = thing.name in among if among else thing.kind == self.usual and not named
            if fits and not used:
                self.told.append(Told(words, (thing.name,), stands_in=True))
                return f"the {thing.spoken}"
        raise BadGoal(f"Which is meant by {words!r} cannot be told.", remedy="Name the thing.")
