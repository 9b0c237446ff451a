"""What to throw away when hardly anything more can be carried."""

from __future__ import annotations

from collections.abc import Iterable

from embodied.condition import facts_in
from embodied.exploring.curriculum import Target
from embodied.facts import Observation
from embodied.methods import WorldSpec

SKILL = "make-room"
"""A world whose body can be full has a skill of this name, with a parameter `keep` (thing to amount)."""
FREE = "free_slots"
FEW = 8
"""With fewer free slots than this, room is made before the next goal."""
KINDS_KEPT = 20
MOST_KEPT = 64
METHODS = 3


def is_tight(observation: Observation) -> bool:
    return observation.number(FREE, default=FEW) < FEW


def worth_keeping(world: WorldSpec, wanted: Iterable[Target], observation: Observation) -> dict[str, int]:
    """The held things that goals still ahead would use, and how many of each: those with most uses first.

    Tools and stations that a method needs are kept before what is used up.
    """
    uses: dict[str, int] = {}
    amounts: dict[str, int] = {}
    needed: set[str] = set()
    for target in wanted:
        for method in list(world.methods(target.fact, 1, observation))[:METHODS]:
            for fact, amount in method.consumes.items():
                uses[fact[-1]] = uses.get(fact[-1], 0) + 1
                amounts[fact[-1]] = amounts.get(fact[-1], 0) + max(1, int(amount))
                if fact[0] == "uses":
                    needed.add(fact[-1])
            for need in method.needs:
                needed.update(fact.keys[-1] for fact in facts_in(need) if fact.keys)
    held = {keys[0]: int(count) for keys, count in observation.items("inventory") if isinstance(count, int)}
    ranked = sorted(held, key=lambda name: (name not in needed, -uses.get(name, 0), name))
    kept = [name for name in ranked if name in needed or name in uses][:KINDS_KEPT]
    return {name: _amount(name, held[name], amounts, needed) for name in kept}


def _amount(name: str, held: int, amounts: dict[str, int], needed: set[str]) -> int:
    """At most what is held: two of a tool or a station, of other things what the goals add up to."""
    most = 2 if name in needed else MOST_KEPT
    return min(held, most, max(amounts.get(name, 0), 2))
