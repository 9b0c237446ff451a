"""What a watched player did, from the server's book of deeds or from what a bot sees, as deeds to learn from.

Names of players and items are data: only names that the game's tables know go on into a deed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from embodied.condition import Condition, parse
from embodied.deeds import Deed, Seen
from embodied.methods import FactRef, Method
from embodied_minecraft.knowledge import Knowledge
from embodied_minecraft.methods import FURNACE_NEEDED, TABLE_NEEDED, default_methods, kind_of

Cell = tuple[int, int, int]
Record = Mapping[str, Any]

NEAR_M: Final = 8
"""What was put stands within so far of the body afterwards [m]."""

BESIDE: Final = 4
"""A block that is put so near to one that was put before is put beside that one [blocks]."""

_RECENT: Final = 40


@dataclass
class Account:
    """The deeds of one player, told in order by `take`.

    Attributes:
        player: for words to a reader.
        deeds: until now; None in the place of one that was taken back.
        void: why nothing can be learnt from them; "" if something can.
        ended: why nothing more will come.
        walked: how far the player went [m].
        menus_seen: False where what is made in menus cannot be seen: it is inferred from what is held or put.
        guessed: what was inferred, for a reader.
    """

    player: str
    knowledge: Knowledge
    menus_seen: bool = True
    deeds: list[Deed | None] = field(default_factory=list)
    void: str = ""
    ended: str = ""
    walked: float = 0.0
    guessed: list[str] = field(default_factory=list)
    _stock: dict[str, int] = field(default_factory=dict)
    _puts: dict[Cell, int] = field(default_factory=dict)
    _last_put: Cell | None = None
    _returned: dict[str, int] = field(default_factory=dict)
    _dug: list[tuple[str, str]] = field(default_factory=list)
    _place: tuple[float, ...] | None = None

    def take(self, records: Iterable[Record]) -> None:
        """More of what was done, oldest first."""
        kinds: Mapping[str, Callable[[Record], None]] = {
            "dug": self._was_dug,
            "got": self._was_got,
            "made": self._was_made,
            "smelted": self._was_smelted,
            "put": self._was_put,
            "ate": self._was_eaten,
            "filled": self._was_filled,
        }
        for one in records:
            self._walk(one.get("from"))
            what = str(one.get("what", ""))
            if what == "died":
                self.void = f"{self.player} died"
            elif what == "left":
                self.ended = f"{self.player} left the world"
            elif what == "joined":
                self.ended = ""
            elif what in kinds and not self.void:
                if not self.menus_seen:
                    self._infer(one)
                kinds[what](one)
            elif what == "held" and not self.void and not self.menus_seen:
                self._infer(one)

    def seen(self, remarks: Sequence[str] = ()) -> Seen:
        kept = tuple(one for one in self.deeds if one is not None)
        return Seen(kept, self.ended, self.void, tuple(remarks), round(self.walked, 1))

    # -- one kind of record each ---------------------------------------------------------------------

    def _was_dug(self, one: Record) -> None:
        block, tool = _known(one, "block", self.knowledge.blocks), _known(one, "tool", self.knowledge.items)
        number = self._puts.pop(_cell(one) or (0, -1000, 0), None)
        if number is not None:  # taken back: what was put only to work at, or by mistake
            put = self.deeds[number]
            self.deeds[number] = None
            item = str(put.way.arguments["item"]) if put is not None and put.way is not None else ""
            self._returned[item] = self._returned.get(item, 0) + 1
        elif block:
            self._dug = [*self._dug[1 - _RECENT :], (block, tool)]

    def _was_got(self, one: Record) -> None:
        item, count = _known(one, "item", self.knowledge.items), _count(one)
        back = min(count, self._returned.get(item, 0))
        self._returned[item] = self._returned.get(item, 0) - back
        count -= back
        if not item or not count:
            return
        sources = {source.block: source for source in self.knowledge.sources.get(item, ())}
        block, tool = next(((b, t) for b, t in reversed(self._dug) if b in sources), ("", ""))
        if not block:
            why = f"I did not see where the {_said(item)} came from"
            self.deeds.append(Deed(f"picked up {count} {_said(item)}", why_not=why))
            return
        self._add(f"got {count} {_said(item)} from {_said(block)}", self._mining(block, tool, item, count))

    def _mining(self, block: str, tool: str, item: str, count: int) -> Method:
        """The way to so many of what a block gives, with the tool that was used where one is needed."""
        harvest = self.knowledge.blocks[block].harvest
        needs: list[Condition] = [parse(f"inventory[{tool}] >= 1")] if harvest and tool else []
        presence = default_methods().blocks.get(block)
        arguments: dict[str, Any] = {"block": block, "item": item, "count": count}
        skill = "mine-block"
        if presence is not None and presence.search_s is None and presence.dig_y is not None:
            skill, arguments = "branch-mine", {**arguments, "y": presence.dig_y}
        return Method(skill, arguments, tuple(needs), adds={("inventory", item): count})

    def _was_made(self, one: Record) -> None:
        item, count = _known(one, "item", self.knowledge.items), _count(one)
        told = one.get("used")
        used = {
            name: int(number)
            for name, number in (told if isinstance(told, Mapping) else {}).items()
            if name in self.knowledge.items
        }
        if not item or not used:
            return
        at = _cell(one)
        if at is not None:
            self._served(at)
        main = max(used, key=lambda part: (kind_of(part) != "", used[part]))
        way = Method(
            "craft-item",
            {"item": item, "count": count, "using": main},
            needs=(TABLE_NEEDED,) if at is not None or one.get("table") is True else (),
            consumes={("inventory", part): number for part, number in used.items()},
            adds={("inventory", item): count},
        )
        self._add(f"crafted {count} {_said(item)}", way)

    def _was_smelted(self, one: Record) -> None:
        names = [_known(one, key, self.knowledge.items) for key in ("item", "output", "fuel")]
        item, output, fuel = names
        at = _cell(one)
        if at is not None:
            self._served(at)
        if not all(names):
            return
        if one.get("station", "furnace") != "furnace":
            why = f"I only know how to smelt in a furnace, not in a {_said(str(one['station']))}"
            self.deeds.append(Deed(f"smelted {_said(output)}", why_not=why))
            return
        consumes: dict[FactRef, float] = {("inventory", item): 1.0}
        per_piece = max(self.knowledge.smelts_per_piece(fuel), 0.1)
        consumes[("inventory", fuel)] = consumes.get(("inventory", fuel), 0.0) + 1.0 / per_piece
        way = Method(
            "smelt-item",
            {"item": item, "output": output, "count": 1, "fuel": fuel},
            needs=(FURNACE_NEEDED,),
            consumes=consumes,
            adds={("inventory", output): 1},
        )
        self._add(f"smelted 1 {_said(output)} with {_said(fuel)}", way)

    def _was_put(self, one: Record) -> None:
        item, block = _known(one, "item", self.knowledge.items), _known(one, "block", self.knowledge.blocks)
        at = _cell(one)
        if not item or not block or at is None:
            return
        near = self._last_put if self._last_put in self._puts else None
        near = near if near is not None and math.dist(near, at) <= BESIDE else None
        offset = tuple(a - b for a, b in zip(at, near, strict=True)) if near is not None else (0, 0, 0)
        way = Method(
            "_put",
            {"item": item, "dx": offset[0], "dy": offset[1], "dz": offset[2]},
            consumes={("inventory", item): 1},
        )
        deed = Deed(
            f"put {_said(item)}" + (" beside what was put before" if near is not None else ""),
            way,
            brings=(f"nearby_block[{block}] <= {NEAR_M}",),
            gives=len(self.deeds) + 1,
            beside=self._puts[near] + 1 if near is not None else 0,
        )
        self._puts[at] = len(self.deeds)
        self._last_put = at
        self.deeds.append(deed)

    def _was_eaten(self, one: Record) -> None:
        item = _known(one, "item", self.knowledge.items)
        self.deeds.append(Deed(f"ate {_said(item)}", why_not="the body eats by itself when it is hungry"))

    def _was_filled(self, one: Record) -> None:
        item = _known(one, "item", self.knowledge.items)
        if item:
            gains: dict[FactRef, float] = {("inventory", item): 1}
            way = Method("fill-bucket", {"item": item}, consumes={("inventory", "bucket"): 1}, adds=gains)
            self._add(f"filled a {_said(item)}", way)

    # -- what cannot be seen ---------------------------------------------------------------------------

    def _infer(self, one: Record) -> None:
        """Keep count of what the player must have; what was never got was made, if it could be."""
        what, item = str(one.get("what")), _known(one, "item", self.knowledge.items)
        if what == "got" and item:
            self._stock[item] = self._stock.get(item, 0) + _count(one)
        elif what in ("put", "held") and item:
            if self._stock.get(item, 0) < 1:
                for made in recipes_to(item, self._stock, self.knowledge):
                    self.guessed.append(_said(str(made["item"])))
                    self._was_made(made)
            if what == "put":
                self._stock[item] = self._stock.get(item, 0) - 1

    # -- small parts -----------------------------------------------------------------------------------

    def _add(self, words: str, way: Method) -> None:
        self.deeds.append(Deed(words, way))

    def _served(self, at: Cell) -> None:
        """What stands at a cell was worked at; where the player put it up, that was what for."""
        number = self._puts.get(at)
        put = self.deeds[number] if number is not None else None
        if number is not None and put is not None:
            self.deeds[number] = replace(put, means=True)

    def _walk(self, place: object) -> None:
        if not isinstance(place, (list, tuple)) or len(place) != 3:
            return
        now = tuple(float(value) for value in place)
        if self._place is not None:
            self.walked += math.dist(self._place, now)
        self._place = now


def recipes_to(item: str, stock: dict[str, int], knowledge: Knowledge, deep: int = 4) -> list[Record]:
    """How an item can have been made of what was got; the stock is then what is left. [] if it cannot."""
    for recipe in knowledge.recipes.get(item, ()) if deep else ():
        left, made = dict(stock), []
        for part, count in recipe.ingredients:
            while left.get(part, 0) < count:
                more = recipes_to(part, left, knowledge, deep - 1)
                if not more:
                    break
                made += more
            if left.get(part, 0) < count:
                break
            left[part] -= count
        else:
            left[item] = left.get(item, 0) + recipe.count
            stock.clear()
            stock.update(left)
            used = dict(recipe.ingredients)
            return [*made, {"what": "made", "item": item, "count": recipe.count, "used": used,
                            "table": recipe.needs_table}]  # fmt: skip
    return []


def _known(one: Record, key: str, table: Mapping[str, object]) -> str:
    value = one.get(key)
    return value if isinstance(value, str) and value in table else ""


def _count(one: Record) -> int:
    value = one.get("count", 1)
    return value if isinstance(value, int) and 0 < value <= 64 * 40 else 1


def _cell(one: Record) -> Cell | None:
    at = one.get("at")
    if not isinstance(at, (list, tuple)) or len(at) != 3:
        return None
    x, y, z = (math.floor(value) for value in at)
    return (x, y, z)


def _said(name: str) -> str:
    return name.replace("_", " ")
