"""A second player in a Minecraft world, who plays a script: another bot on the game's own protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from embodied.deeds import Showroom
from embodied.errors import BadInput
from embodied.loop.run import Run
from embodied.sandbox import SkillExecutor
from embodied.session import Session
from embodied.world import World

PLAYER: Final = "Steve"
DEADLINE_S: Final = 300.0
FAR_M: Final = 128

Play = Sequence[Any]
"""A name and its arguments: ["craft-item", {"item": "stick"}]."""


class ScriptedPlayer:
    """Joins the session's world at once; `close` leaves it.

    Raises:
        BadInput: nobody else can play in that world.
    """

    def __init__(self, session: Session, name: str = PLAYER) -> None:
        self._session, self._name = session, name
        self._names: dict[str, str] = {}
        self._last: list[int] = []

        def join(run: Run) -> World:
            if not isinstance(run.simulation, Showroom):
                raise BadInput("Nobody else can play in this world.", remedy="Take minecraft.")
            return run.simulation.join(name)

        self.world: World = session.submit(join).result()

    def play(self, plays: Sequence[Play]) -> None:
        """Play a script. Raises BadInput where a step does not work: then nothing was shown."""
        library = self._session.run.library
        with SkillExecutor(library, self.world) as executor:
            for name, arguments in plays:
                given = {key: self._filled(value) for key, value in arguments.items()}
                why = self._one(executor, str(name), given)
                if why:
                    raise BadInput(
                        f"The scripted player could not play {name}: {why}.", remedy="Take another seed."
                    )

    def _one(self, executor: SkillExecutor, name: str, arguments: dict[str, Any]) -> str:
        """ "" if it was played, else why not."""
        if name == "put":
            return self._put(**arguments)
        if name == "mine-nearest":
            block = self._nearest(executor, arguments.pop("of"))
            if not block:
                return "none is near"
            name, arguments = "mine-block", {"block": block, "item": block, **arguments}
        if name in self.world.spec.primitives:
            result = self.world.call(name, arguments)
            return "" if result.ok else result.message or result.error
        done = executor.run(name, arguments, deadline_s=DEADLINE_S)
        return "" if done.ok else done.reason or done.error

    def _nearest(self, executor: SkillExecutor, blocks: list[str]) -> str:
        near = self.world.call("find_blocks", {"names": blocks, "radius": FAR_M, "count": 1})
        found = near.value.get("blocks") if near.ok else []
        block = str(found[0]["name"]) if found else ""
        if not block:
            seen = executor.run("explore", {"blocks": blocks}, deadline_s=DEADLINE_S)
            block = str(seen.returned.value.get("name", "")) if seen.ok and seen.returned else ""
        self._names["wood"] = block.removesuffix("_log")
        return block

    def _put(self, item: str, off: Sequence[int] = ()) -> str:
        if off:
            cell = [a + b for a, b in zip(self._last, off, strict=True)]
        else:
            spot = self.world.call("find_place", {})
            if not spot.ok:
                return spot.message or spot.error
            cell = [int(spot.value[axis]) for axis in "xyz"]
        put = self.world.call("place", {"item": item, **dict(zip("xyz", cell, strict=True))})
        self._last = cell
        return "" if put.ok else put.message or put.error

    def _filled(self, value: Any) -> Any:
        return value.format(**self._names) if isinstance(value, str) else value

    def close(self) -> None:
        """Leave the world. Idempotent."""
        self.world.close()
