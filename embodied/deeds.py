"""What somebody else was seen to do in a world, so that it can be learnt from.

A world in which a person can act beside the body offers it: its simulation is a `Showroom`, and what its spec
knows of names that stand for each other it tells as `TellsKin`. Both are looked for, not required.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embodied.facts import Observation
from embodied.methods import Method
from embodied.world import World


@dataclass(frozen=True)
class Deed:
    """One thing that was done.

    Attributes:
        words: for a reader, from the world's own names: "dug oak log".
        way: how the body comes to the same: a skill of the library, or a function that the world offers
            (`TellsKin.functions`). None where it cannot.
        brings: what is so afterwards, besides what the way adds: "nearby_block[torch] <= 8".
        means: it only served another deed: a table that was put up to work at.
        why_not: where there is no way, the reason, for a reader.
        gives, beside: numbers of what it put somewhere, and of what that was put beside (0: nothing).
            Functions of the world take the place of the latter first and give the place of the former.
    """

    words: str
    way: Method | None = None
    brings: tuple[str, ...] = ()
    means: bool = False
    why_not: str = ""
    gives: int = 0
    beside: int = 0


@dataclass(frozen=True)
class Seen:
    """All that a watch has seen until now.

    Attributes:
        deeds: oldest first.
        ended: why nothing more can be seen ("Steve left the world"); "" while it goes on.
        void: why what was seen cannot be learnt from ("Steve died"); "" if it can.
        remarks: what could not be seen or was guessed, for a reader.
        walked: how far the player went [m].
    """

    deeds: tuple[Deed, ...] = ()
    ended: str = ""
    void: str = ""
    remarks: tuple[str, ...] = ()
    walked: float = 0.0


@runtime_checkable
class Watch(Protocol):
    """Somebody is being watched. Called in the thread that owns the world."""

    @property
    def player(self) -> str: ...

    def look(self) -> Seen:
        """What was seen until now."""
        ...

    def facts(self) -> Observation | None:
        """The facts of who is watched, now; None where they cannot be seen."""
        ...

    def close(self) -> None:
        """Watch no more. Idempotent."""
        ...


@runtime_checkable
class Showroom(Protocol):
    """A simulation in which others can act."""

    def players(self) -> Sequence[str]:
        """The names of the others who are there."""
        ...

    def watch(self, player: str) -> Watch:
        """Watch one from now on. Raises BadInput if nobody of the name is there."""
        ...

    def join(self, name: str) -> World:
        """Another body in the same world, as a player of that name, whose `close` is the caller's."""
        ...

    @property
    def address(self) -> str:
        """Where a person joins, "127.0.0.1:25565"; "" while nothing runs."""
        ...


@dataclass(frozen=True)
class Kin:
    """A name as one of several that stand for each other: "oak_log" is the "oak" of "*_log".

    Attributes:
        pattern: all of them, "*_log".
        variant: what "*" is here, "oak". Names of one variant belong together: oak planks come of oak logs.
        word: the name of a parameter for it, "log".
        members: those that there are in the world.
    """

    pattern: str
    variant: str
    word: str
    members: tuple[str, ...]


@runtime_checkable
class TellsKin(Protocol):
    """A spec whose names have kin, and whose taught skills may use functions that the world offers.

    Attributes:
        functions: name of a private function of a skill's code to its text. `_kind(pattern, members) -> str`
            gives the one of a pattern that is at hand, "" if none is; those that a deed's way names take the
            place of what they put beside ([] for none) and give the place that came of it ([] if none did).
    """

    @property
    def functions(self) -> Mapping[str, str]: ...

    def kin(self, name: str) -> Kin | None:
        """What stands for a name; None if nothing else does."""
        ...
