"""What a world's sentences are made of: the things there are, and the wishes that can be said of them.

A phrase is a pattern with slots, "put|lay {object} in|into {container}", and a goal over the same slots,
"in[{object}, {container}]". What fills a slot may be one thing ("the red cube"), several ("all cubes"), or
any so many of several ("two cubes"); `embodied.goals` reads that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from embodied.condition import Condition


@dataclass(frozen=True)
class Thing:
    """One thing that goals can speak of by its name, or by its kind and traits.

    Attributes:
        name: identifier, the key of its facts ("red_cube").
        kind: a key of `Vocabulary.kinds`.
        traits: words that tell it from others of its kind ("red").
        words: other names of it ("left side").
    """

    name: str
    kind: str
    traits: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class Kind:
    """The words for things of one kind: "cube", "block"; "cubes", "blocks"."""

    singular: tuple[str, ...]
    plural: tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """What fills a slot.

    Attributes:
        names: of the things, in the order in which they were named, or the world's.
        count: any so many of them; None for all.
        open: True if they were not named one by one: what another slot of the sentence names is not meant.
        ref: which words they were counted by; what is chosen for them is chosen for all that refer to them.
        rest: of what others of the sentence leave, so many; None for all of that.
    """

    names: tuple[str, ...]
    count: int | None = None
    open: bool = False
    ref: int = field(default=-1, compare=False)
    rest: bool = False

    def ways(self) -> tuple[tuple[str, ...], ...]:
        """The choices that will do, each a set of names."""
        if self.count is None:
            return (self.names,)
        return tuple(combinations(self.names, self.count))


Filled = Mapping[str, Selection | int]
"""What the slots of a phrase came to."""


@dataclass(frozen=True)
class Slot:
    """A place in a phrase.

    Attributes:
        name: as in the pattern, "object".
        kinds: of the things that fit.
        least, most: so many must be named; `most` 0 means any number.
        implied: True if the pattern leaves it out: what was last spoken of, or the only one there is.
        number: True if a number is wanted, and no things.
        why: why no more than `most`, for a reader: "the hand holds one thing at a time".
    """

    name: str
    kinds: frozenset[str] = frozenset()
    least: int = 1
    most: int = 1
    implied: bool = False
    number: bool = False
    why: str = ""


@dataclass(frozen=True)
class Phrase:
    """One way to say a wish.

    Attributes:
        words: the pattern. `a|b` is either word, `_` joins words (`on_top_of`), `(a|b)` may be left out.
        slots: the places in it.
        goal: a condition with the slots' names in braces, said for every thing; or a function of what the
            slots came to, which may raise `BadGoal`.
        said: for a reader, with the slots' names in braces: "{object} in {container}"; "" for what
            is read only to be refused with a reason.
    """

    words: str
    slots: tuple[Slot, ...]
    goal: str | Callable[[Filled], Condition]
    said: str


@dataclass(frozen=True)
class Exclusion:
    """Two facts that cannot both hold at the end, as patterns in which single letters stand for any name,
    and other names for themselves.

    Attributes:
        first, second: "on[x, a]" and "on[x, b]".
        stage: True if one may be a stage on the way to the other, so that the later wish stands.
        but: names that do not count ("table").
        why: why not, for a reader: "the hand holds one thing at a time".
    """

    first: str
    second: str
    stage: bool = False
    but: tuple[str, ...] = ()
    why: str = ""
