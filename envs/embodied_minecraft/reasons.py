"""Why an item cannot be had, in words for a user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from embodied.errors import did_you_mean
from embodied.methods import FactRef
from embodied_minecraft.knowledge import Knowledge, Recipe
from embodied_minecraft.reachability import Reach
from embodied_minecraft.terrain import Presence

_NETHER = re.compile(
    r"nether|^soul_|basalt|crimson|warped|blackstone|glowstone|quartz|shroomlight|weeping_vines|twisting_vines"
    r"|ancient_debris|magma_cream|blaze|ghast|wither|crying_obsidian|respawn_anchor|lodestone"
)
_END = re.compile(r"^end_|chorus|purpur|elytra|dragon|shulker")
_CREATIVE = re.compile(
    r"_spawn_egg$|^infested_|command_block|^structure_|^(barrier|light|jigsaw|debug_stick|knowledge_book|bedrock"
    r"|spawner|trial_spawner|petrified_oak_slab|reinforced_deepslate|end_portal_frame|farmland|dirt_path"
    r"|budding_amethyst|player_head|frogspawn|chorus_plant)$"
)
_FROM_MOBS: Mapping[str, tuple[str, ...]] = {
    # what mobs give without being killed, so that no loot table has it
    "milk_bucket": ("cow",),
    "egg": ("chicken",),
    "honeycomb": ("bee",),
    "honey_bottle": ("bee",),
    "scute": ("turtle",),
    "leather": ("cow",),
}
_MAX_DEPTH = 8


class Reasons:
    """Explains what is out of reach in a world, comparing with what vanilla's overworld would give."""

    def __init__(
        self, knowledge: Knowledge, blocks: Mapping[str, Presence], here: Reach, overworld: Reach
    ) -> None:
        self.knowledge = knowledge
        self.blocks = blocks
        self.here = here
        self.overworld = overworld
        self._known: dict[FactRef, str] = {}

    def unreachable(self, fact: FactRef) -> str:
        """Why nothing yields `fact`; empty if something does, or if it is no matter of items."""
        if fact not in self._known:
            self._known[fact] = self._explain(fact)
        return self._known[fact]

    def _explain(self, fact: FactRef) -> str:
        if len(fact) != 2 or fact[0] not in ("inventory", "uses"):
            return ""
        family, name = fact
        if "*" in name or "?" in name:
            kinds = [item for item in self.knowledge.items if fnmatchcase(item, name)]
            if not kinds:
                return f"No item is called {name}."
            if any(kind in self.here for kind in kinds):
                return ""
            return self.item(min(kinds, key=lambda kind: (self.overworld.of(kind), kind)))
        if name not in self.knowledge.items:
            return f"No item is called {name}. {did_you_mean(name, self.knowledge.items)}".strip()
        if family == "uses" and not self.knowledge.uses_per_tool(name):
            return f"{_title(name)} does not wear, so it has no uses to count."
        return self.item(name)

    def item(self, name: str) -> str:
        """A sentence; empty if the item can be had."""
        if name in self.here:
            return ""
        return f"{_title(name)} cannot be had: it {self._because(name, frozenset())}."

    def _because(self, name: str, above: frozenset[str]) -> str:
        """A clause that goes on from "it ..."."""
        if _CREATIVE.search(name):
            return "does not come up in survival"
        if name in above or len(above) >= _MAX_DEPTH:
            return "comes from nothing else"
        within = above | {name}
        if name in self.overworld:
            return self._missing_here(name, within)
        if name in self.knowledge.mobs or name in _FROM_MOBS:
            kinds = self.knowledge.mobs.get(name, _FROM_MOBS.get(name, ()))
            return f"comes from mobs ({', '.join(map(_said, kinds[:3]))}), and this world has none"
        if self._recipes(name):
            return self._missing_part(name, within)
        if name in self.knowledge.smelting:
            source = self.knowledge.smelting[name][0]
            return f"is smelted from {_said(source)}, and {_said(source)} {self._because(source, within)}"
        if _NETHER.search(name):
            return "is found in the Nether, which this world does not have"
        if _END.search(name):
            return "is found in the End, which this world does not have"
        if name in self.knowledge.silk_touch:
            return "is taken up only with Silk Touch, and this world has no enchanting"
        if name in self.knowledge.sources:
            return "grows or stands only where someone planted or built it"
        return "comes only from structures, trading, fishing, brewing or mobs, which this world does not have"

    def _missing_here(self, name: str, within: frozenset[str]) -> str:
        """Vanilla's overworld gives it, this world does not: name the blocks that are missing."""
        mined = dict.fromkeys(source.block for source in self.knowledge.sources.get(name, ()))
        natural = [block for block in mined if block in self.overworld.blocks and block not in self.blocks]
        if natural:
            return f"comes from {' or '.join(map(_said, natural[:3]))}, which this world does not have"
        for source in self.knowledge.smelting.get(name, ()):
            if source in self.overworld:
                return f"is smelted from {_said(source)}, and {_said(source)} {self._because(source, within)}"
        if self._recipes(name):
            return self._missing_part(name, within)
        return "is made of what this world does not have"

    def _missing_part(self, name: str, within: frozenset[str]) -> str:
        """The recipe with the fewest parts out of reach, and why the first of them is."""
        lacking = [
            [part for part, _ in recipe.ingredients if part not in self.here]
            for recipe in self._recipes(name)
        ]
        lacking = [parts for parts in lacking if not set(parts) & within] or lacking
        best = min(lacking, key=lambda parts: (sum(part not in self.overworld for part in parts), len(parts)))
        if not best:
            return "is made of what this world does not have"
        part = _said(best[0])
        if best[0] in self.overworld.blocks and best[0] not in self.blocks:
            return f"is crafted from {part}, which this world does not have"
        return f"is crafted from {part}, and {part} {self._because(best[0], within)}"

    def _recipes(self, name: str) -> list[Recipe]:
        """Recipes, without those that only unpack what was packed of the same item (hay to wheat)."""
        recipes = self.knowledge.recipes.get(name, ())
        return [recipe for recipe in recipes if not self.knowledge.unpacks(recipe)]


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _said(name: str) -> str:
    return name.replace("_", " ")
