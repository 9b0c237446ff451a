"""What happened in a world, call by call: which facts each changed, and a picture after each motion."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embodied.facts import Observation
from embodied.outcome import PrimitiveResult
from embodied.world import World

LOOK: Final = "look"
SIZE: Final = {"width": 320, "height": 240}


@dataclass(frozen=True)
class Moment:
    """One call of a primitive.

    Attributes:
        seconds: since the beginning, painting left out [s, wall clock].
        gained, lost: facts that became true, or ceased to be: "holding[red_cube]".
        picture: a file; None where the body takes none.
    """

    seconds: float
    name: str
    arguments: Mapping[str, Any]
    result: PrimitiveResult
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    picture: Path | None = None

    @property
    def words(self) -> str:
        """For a reader, in a line."""
        shown = ", ".join(f"{key}={_value(value)}" for key, value in self.arguments.items())
        refused = f"refused: {self.result.message or self.result.error}"
        parts = [
            "" if self.result.ok else refused,
            f"now {', '.join(self.gained)}" if self.gained else "",
            f"no longer {', '.join(self.lost)}" if self.lost else "",
        ]
        came = "; ".join(part for part in parts if part)
        return f"{self.seconds:5.1f} s  {self.name}({shown}){'  ' + came if came else ''}"


class Timeline:
    """A `World` that keeps what is done in it.

    Attributes:
        moments: the calls of primitives that move the body or were refused, oldest first.
    """

    def __init__(self, world: World, *, pictures: bool) -> None:
        self._world = world
        self._began = time.monotonic()
        self._pictures = pictures and LOOK in world.spec.primitives
        self._facts = _true_facts(world.observe())
        self.moments: list[Moment] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        """As the world's own."""
        result = self._world.call(name, arguments, timeout_s=timeout_s)
        spec = self._world.spec.primitives.get(name)
        if spec is not None and (spec.moves or not result.ok):
            now = _true_facts(self._world.observe())
            gained, lost = tuple(sorted(now - self._facts)), tuple(sorted(self._facts - now))
            self._facts = now
            seconds = time.monotonic() - self._began
            begun = time.monotonic()
            picture = self._picture()
            self._began += time.monotonic() - begun
            self.moments.append(Moment(seconds, name, dict(arguments), result, gained, lost, picture))
        return result

    def _picture(self) -> Path | None:
        if not self._pictures:
            return None
        taken = self._world.call(LOOK, SIZE)
        self._pictures = taken.ok
        return Path(str(taken.value["path"])) if taken.ok else None


def _true_facts(now: Observation) -> frozenset[str]:
    found = []
    for family in now.families.values():
        if family.kind == "bool":
            for keys, value in now.items(family.name):
                if value is True:
                    found.append(f"{family.name}[{', '.join(keys)}]" if keys else family.name)
    return frozenset(found)


def _value(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
