"""The words for Minecraft's things: items and their plurals, nicknames, classes ("any log"), tool sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from embodied.methods import Group, Noun, Vocabulary
from embodied_minecraft.knowledge import Item, Knowledge

SLOTS = 37
"""Stacks that a player can carry: main inventory, hotbar and off hand."""

VERBS: Mapping[str, tuple[str, ...]] = {
    "get": (
        *(
            "get",
            "obtain",
            "find",
            "bring",
            "bring me",
            "fetch",
            "have",
            "acquire",
            "give me",
            "hold",
            "gain",
        ),
        *("get me", "get hold of", "end up with", "come back with", "look for", "search for", "stock up on"),
        *("stockpile", "own", "possess", "carry", "gain", "collect up", "find me", "fetch me", "procure"),
    ),
    "craft": (
        *("craft", "make", "build", "create", "construct", "assemble", "build up", "produce", "put together"),
        *("make me", "craft me", "build me", "forge", "equip yourself with", "prepare", "crafting", "making"),
    ),
    "mine": (
        *("mine", "dig", "dig up", "dig out", "chop", "chop down", "cut", "cut down", "harvest", "collect"),
        *("gather", "pick up", "pick", "pluck", "break", "excavate", "fell", "farm", "mine for", "dig for"),
        *("quarry", "mining", "gathering", "collecting", "gather up", "shear"),
    ),
    "smelt": ("smelt", "cook", "bake", "burn", "fry", "roast", "grill", "fire", "smelting", "melt", "fill"),
}

EXAMPLES = (
    "craft an iron pickaxe",
    "get 12 cobblestone",
    "smelt 3 iron ingots",
    "build up a set of stone tools",
    "collect a stack of oak logs and 8 torches",
    "get a diamond",
)

_UNCOUNTED = frozenset(
    (
        *("cobblestone", "dirt", "sand", "gravel", "coal", "charcoal", "redstone", "lapis lazuli", "wheat"),
        *("glass", "stone", "granite", "diorite", "andesite", "flint", "clay", "bamboo", "kelp", "paper"),
        *("leather", "string", "gunpowder", "sugar", "obsidian", "raw iron", "raw gold", "raw copper"),
        *("snow", "ice", "tuff", "deepslate", "cobbled deepslate", "sandstone", "bread", "quartz"),
        *("glowstone dust", "bone meal", "netherrack", "iron bars", "shears", "leggings", "flint and steel"),
        *("mud", "basalt", "terracotta", "concrete", "powder", "prismarine", "blackstone", "copper", "wool"),
        *("wood", "tnt", "dust", "hyphae", "moss", "grass", "coral", "lightning", "sponge", "purpur"),
    )
)
_IRREGULAR = {"leaf": "leaves", "potato": "potatoes", "knife": "knives", "loaf": "loaves", "staff": "staves"}

_CLASSES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # pattern, words (singular, plural, others), verbs besides "get"
    ("*_log", ("log", "logs", "wood", "wooden log", "wooden logs", "tree", "trees", "lumber"), ("mine",)),
    (
        "*_planks",
        ("plank", "planks", "wooden planks", "wood planks", "wooden plank", "wood plank"),
        ("craft",),
    ),
    ("*_pickaxe", ("pickaxe", "pickaxes", "pick", "picks"), ("craft",)),
    ("*_axe", ("axe", "axes", "ax"), ("craft",)),
    ("*_shovel", ("shovel", "shovels", "spade", "spades"), ("craft",)),
    ("*_hoe", ("hoe", "hoes"), ("craft",)),
    ("*_sword", ("sword", "swords"), ("craft",)),
    ("*_helmet", ("helmet", "helmets"), ("craft",)),
    ("*_chestplate", ("chestplate", "chestplates"), ("craft",)),
    ("*_leggings", ("leggings", "leggings", "pants", "trousers"), ("craft",)),
    ("*_boots", ("boots", "boots", "pair of boots"), ("craft",)),
    ("*_sapling", ("sapling", "saplings"), ("mine",)),
    ("*_leaves", ("leaves", "leaves"), ("mine",)),
    ("*_wool", ("wool", "wool"), ("mine", "craft")),
    ("*_dye", ("dye", "dyes"), ("craft",)),
    ("*_bed", ("bed", "beds"), ("craft",)),
    ("*_boat", ("boat", "boats"), ("craft",)),
    ("*_door", ("door", "doors"), ("craft",)),
    ("*_trapdoor", ("trapdoor", "trapdoors", "trap door"), ("craft",)),
    ("*_fence", ("fence", "fences", "wooden fence", "wooden fences"), ("craft",)),
    ("*_fence_gate", ("fence gate", "fence gates", "gate", "gates"), ("craft",)),
    ("*_slab", ("slab", "slabs"), ("craft",)),
    ("*_stairs", ("stairs", "stairs", "stair", "staircase"), ("craft",)),
    ("*_sign", ("sign", "signs"), ("craft",)),
    ("*_button", ("button", "buttons"), ("craft",)),
    ("*_pressure_plate", ("pressure plate", "pressure plates"), ("craft",)),
    ("*_carpet", ("carpet", "carpets"), ("craft",)),
    ("*_banner", ("banner", "banners"), ("craft",)),
    ("*_tulip", ("tulip", "tulips"), ("mine",)),
)

_NICKNAMES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # item, words, verbs that mean it; before the items themselves, so that the first that has the verb wins
    ("iron_ingot", ("iron",), ("get", "smelt", "craft")),
    ("raw_iron", ("iron", "iron ore", "iron ores"), ("mine",)),
    ("raw_iron", ("iron ore", "iron ores"), ("get", "craft")),
    ("iron_ingot", ("iron ore", "raw iron"), ("smelt",)),
    ("gold_ingot", ("gold",), ("get", "smelt", "craft")),
    ("raw_gold", ("gold", "gold ore", "gold ores"), ("mine",)),
    ("raw_gold", ("gold ore", "gold ores"), ("get", "craft")),
    ("gold_ingot", ("gold ore", "raw gold"), ("smelt",)),
    ("copper_ingot", ("copper",), ("get", "smelt", "craft")),
    ("raw_copper", ("copper", "copper ore", "copper ores"), ("mine",)),
    ("raw_copper", ("copper ore", "copper ores"), ("get", "craft")),
    ("copper_ingot", ("copper ore", "raw copper"), ("smelt",)),
    ("coal", ("coal ore", "coal ores", "lump of coal", "lumps of coal", "piece of coal"), ("get", "mine")),
    ("diamond", ("diamond ore", "diamond ores"), ("get", "mine")),
    ("redstone", ("redstone ore", "redstone ores", "redstone dust"), ("get", "mine")),
    ("lapis_lazuli", ("lapis", "lapis ore", "lapis lazuli ore", "lapis ores"), ("get", "mine")),
    ("emerald", ("emerald ore", "emerald ores"), ("get", "mine")),
    ("cobblestone", ("stone", "stones", "stone block", "stone blocks", "rock", "rocks"), ("mine",)),
    ("cobblestone", ("cobble", "cobbles", "cobble stone"), ("get", "mine")),
    ("cobbled_deepslate", ("deepslate",), ("mine",)),
    ("dirt", ("grass block", "grass blocks", "earth", "soil"), ("mine",)),
    ("charcoal", ("log", "logs", "wood"), ("smelt",)),
    ("clay_ball", ("clay",), ("mine",)),
    ("snowball", ("snow",), ("mine",)),
    (
        "crafting_table",
        ("workbench", "workbenches", "crafting bench", "craft table", "work bench"),
        ("get", "craft"),
    ),
    ("furnace", ("oven", "ovens", "stove"), ("get", "craft")),
    ("wheat_seeds", ("seed", "seeds"), ("get", "mine")),
    ("redstone_torch", ("red stone torch",), ("get", "craft")),
    ("lapis_lazuli", ("lapis lazulis",), ("get", "mine")),
    ("stick", ("wooden stick", "wooden sticks"), ("get", "craft")),
    ("cooked_beef", ("cooked beef", "steaks", "beefsteak"), ("get", "smelt")),
    (
        "lava_bucket",
        ("bucket of lava", "buckets of lava", "bucket with lava", "lava"),
        ("get", "mine", "smelt"),
    ),
    (
        "water_bucket",
        ("bucket of water", "buckets of water", "bucket with water", "water"),
        ("get", "mine", "smelt"),
    ),
    ("chest_minecart", ("chest minecart", "chest minecarts"), ("get", "craft")),
    ("tnt", ("dynamite",), ("get", "craft")),
    ("bookshelf", ("book shelf", "bookcase"), ("get", "craft")),
)

_TOOLS = ("pickaxe", "axe", "shovel", "hoe", "sword")
_ARMOR = ("helmet", "chestplate", "leggings", "boots")
_MATERIALS: Mapping[str, tuple[str, ...]] = {
    "wooden": ("wooden", "wood"),
    "stone": ("stone",),
    "iron": ("iron",),
    "golden": ("golden", "gold"),
    "diamond": ("diamond",),
    "netherite": ("netherite",),
    "leather": ("leather",),
    "chainmail": ("chainmail", "chain mail", "chain"),
}
_SWAPS = (
    ("pickaxe", "pick"),
    ("shovel", "spade"),
    ("golden", "gold"),
    ("wooden", "wood"),
    ("leggings", "pants"),
    ("leggings", "trousers"),
    ("helmet", "cap"),
    ("chestplate", "tunic"),
    ("lapis lazuli", "lapis"),
    ("minecart with chest", "chest minecart"),
)


def vocabulary(knowledge: Knowledge) -> Vocabulary:
    """All items, classes and sets, with the verbs that ask for them."""
    nouns = [*_nicknames(knowledge), *_classes(knowledge), *_items(knowledge), *_smelted(knowledge)]
    return Vocabulary(nouns=tuple(nouns), groups=tuple(_groups(knowledge)), verbs=VERBS, examples=EXAMPLES)


def plural(word: str) -> str:
    """English plural of a thing's name; the head noun is the last word, or the one before "of"."""
    for joint in (" of ", " on ", " with ", " and ", " o'"):
        head, found, rest = word.partition(joint)
        if found:
            return word if joint == " and " else f"{plural(head)}{joint}{rest}"
    if word in _UNCOUNTED or word.split(" ")[-1] in _UNCOUNTED:
        return word
    last = word.split(" ")[-1]
    if last.endswith("shelf"):
        return f"{word[:-1]}ves"
    if last in _IRREGULAR:
        return word[: -len(last)] + _IRREGULAR[last]
    if last.endswith("s") and not last.endswith(("ss", "us", "cactus")):
        return word
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def _words(item: Item, *, shared: bool = False) -> tuple[str, ...]:
    """Singular and plural first, then the nicknames of its parts. A `shared` title names it no better."""
    name = item.name.replace("_", " ")
    title = name if shared else item.title.lower()
    forms = [title, name]
    for form in tuple(forms):
        for usual, other in _SWAPS:
            if usual in form.split(" ") or (" " in usual and usual in form):
                forms.append(form.replace(usual, other))
    words = [word for form in forms for word in (form, plural(form))]
    words += [f"{form}s" for form in forms if plural(form) == form and not form.endswith("s")]
    return tuple(dict.fromkeys(words)) if plural(title) != title else (title, *dict.fromkeys(words))


def _noun(item: Item, words: tuple[str, ...], verbs: Iterable[str]) -> Noun:
    goal = f"inventory[{item.name}] >= {{count}}"
    return Noun(item.name, words, goal, frozenset(verbs), item.stack, item.stack * SLOTS)


def _items(knowledge: Knowledge) -> Iterator[Noun]:
    titles = Counter(item.title for item in knowledge.items.values())
    for item in knowledge.items.values():
        verbs = {"get"}
        if item.name in knowledge.recipes:
            verbs.add("craft")
        if item.name in knowledge.sources:
            verbs.add("mine")
        if item.name in knowledge.smelting:
            verbs.add("smelt")
        named = item.title.lower().replace(" ", "_")
        shared = titles[item.title] > 1 or (named != item.name and named in knowledge.items)
        yield _noun(item, _words(item, shared=shared), verbs)


def _nicknames(knowledge: Knowledge) -> Iterator[Noun]:
    for name, words, verbs in _NICKNAMES:
        item = knowledge.items[name]
        own = _words(item)[:2]
        # The item's own words come first, because a goal is told back with them; they are this item's anyway.
        yield _noun(item, (*own, *words), verbs) if _owns(words, own) else _noun(item, words, verbs)


def _owns(words: tuple[str, ...], own: tuple[str, ...]) -> bool:
    return not set(words) & set(own)


def _classes(knowledge: Knowledge) -> Iterator[Noun]:
    for pattern, words, verbs in _CLASSES:
        if words[0] in (item.title.lower() for item in knowledge.items.values()):
            continue
        yield Noun(
            name=pattern,
            words=words,
            goal=f"sum(inventory[{pattern}]) >= {{count}}",
            verbs=frozenset(("get", *verbs)),
            stack=1 if pattern[2:] in (*_TOOLS, *_ARMOR) else 64,
            most=SLOTS * (1 if pattern[2:] in (*_TOOLS, *_ARMOR) else 64),
        )


def _smelted(knowledge: Knowledge) -> Iterator[Noun]:
    """ "cook 3 beef" and "smelt sand" ask for what comes out."""
    for output, inputs in knowledge.smelting.items():
        made = _words(knowledge.items[output])[:2]
        for name in inputs:
            words = tuple(word for word in _words(knowledge.items[name]) if word not in made)
            yield _noun(knowledge.items[output], (*made, *words), ("smelt",))


def _groups(knowledge: Knowledge) -> Iterator[Group]:
    for material, spoken in _MATERIALS.items():
        tools = tuple(f"{material}_{tool}" for tool in _TOOLS if f"{material}_{tool}" in knowledge.items)
        armor = tuple(f"{material}_{part}" for part in _ARMOR if f"{material}_{part}" in knowledge.items)
        for members, kinds in (
            (tools, ("tools", "tool", "tool set", "toolset", "tool kit", "toolkit", "tool sets")),
            (armor, ("armor", "armors", "armor set", "suit of armor", "armor sets")),
            (tools + armor if tools and armor else (), ("gear", "equipment", "tools and armor")),
        ):
            if members:
                words = tuple(f"{word} {kind}" for word in spoken for kind in kinds)
                yield Group(f"{material}_{kinds[0].replace(' ', '_')}", words, members)
