"""What a world is set up with before the body acts. For the gate, never for a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from embodied.errors import BadInput, did_you_mean


def read_scene(scene: Mapping[str, Any], items: Collection[str]) -> dict[str, int]:
    """The items of a scene {"inventory": {item: count}}; raises `BadInput` for anything else."""
    for key in scene:
        if key != "inventory":
            raise BadInput(f"A scene has no {key!r}.", remedy='Known: {"inventory": {item: count}}.')
    given: dict[str, int] = {}
    for item, count in scene.get("inventory", {}).items():
        if item not in items:
            raise BadInput(
                f"A scene cannot hold {item!r}.", remedy=did_you_mean(item, items) or "There is no such item."
            )
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise BadInput(f"A scene holds {item!r} {count!r} times.", remedy="Give a whole number from 1.")
        given[item] = count
    return given
