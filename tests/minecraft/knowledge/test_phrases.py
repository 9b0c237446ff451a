"""What players say, and what is understood by it."""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress

import pytest
from embodied_minecraft.knowledge import DEFAULT_VERSION, load
from embodied_minecraft.spec import MinecraftSpec
from embodied_minecraft.vocabulary import plural

from embodied.condition import parse
from embodied.errors import BadGoal
from embodied.goals import GoalParser

WORLD = MinecraftSpec()
PARSER = GoalParser(WORLD.vocabulary, WORLD.families)

STONE_TOOLS = " and ".join(f"inventory[stone_{t}] >= 1" for t in ("pickaxe", "axe", "shovel", "hoe", "sword"))
IRON_ARMOR = " and ".join(
    f"inventory[iron_{part}] >= 1" for part in ("helmet", "chestplate", "leggings", "boots")
)


def items(**counts: int) -> str:
    return " and ".join(f"inventory[{name}] >= {count}" for name, count in counts.items())


PHRASES = [
    ("craft an iron pickaxe", items(iron_pickaxe=1)),
    ("craft 8 torches", items(torch=8)),
    ("get 12 cobblestone", items(cobblestone=12)),
    ("smelt 3 iron ingots", items(iron_ingot=3)),
    ("make a bucket", items(bucket=1)),
    ("build up a set of stone tools", STONE_TOOLS),
    ("get a diamond", items(diamond=1)),
    ("Craft an Iron Pickaxe.", items(iron_pickaxe=1)),
    ("iron pickaxe", items(iron_pickaxe=1)),
    ("iron_pickaxe", items(iron_pickaxe=1)),
    ("minecraft:iron_pickaxe", items(iron_pickaxe=1)),
    ("iron pick", items(iron_pickaxe=1)),
    ("an iron pick-axe", items(iron_pickaxe=1)),
    ("make an iron pick axe", items(iron_pickaxe=1)),
    ("gold pickaxe", items(golden_pickaxe=1)),
    ("a wood sword", items(wooden_sword=1)),
    ("iron spade", items(iron_shovel=1)),
    ("please can you get me a dozen sticks, thanks!", items(stick=12)),
    ("I need eight torches", items(torch=8)),
    ("I'd like you to build a shield", items(shield=1)),
    ("mine 3 iron", items(raw_iron=3)),
    ("mine 3 iron ore", items(raw_iron=3)),
    ("get iron ore", items(raw_iron=1)),
    ("smelt 2 iron", items(iron_ingot=2)),
    ("get 5 iron", items(iron_ingot=5)),
    ("smelt 2 raw iron", items(iron_ingot=2)),
    ("mine gold", items(raw_gold=1)),
    ("mine a diamond ore", items(diamond=1)),
    ("get 20 coal", items(coal=20)),
    ("mine coal ore", items(coal=1)),
    ("mine 10 redstone ore", items(redstone=10)),
    ("collect lapis", items(lapis_lazuli=1)),
    ("mine 5 stone", items(cobblestone=5)),
    ("get 5 stone", items(stone=5)),
    ("get some cobble", items(cobblestone=1)),
    ("chop 5 wood", "sum(inventory[*_log]) >= 5"),
    ("gather 4 logs", "sum(inventory[*_log]) >= 4"),
    ("collect 10 oak logs", items(oak_log=10)),
    ("get 10 planks", "sum(inventory[*_planks]) >= 10"),
    ("craft 10 birch planks", items(birch_planks=10)),
    ("make a workbench", items(crafting_table=1)),
    ("make an oven", items(furnace=1)),
    ("cook 3 beef", items(cooked_beef=3)),
    ("cook 2 potatoes", items(baked_potato=2)),
    ("smelt 4 sand", items(glass=4)),
    ("smelt 5 logs", items(charcoal=5)),
    ("a stack of dirt", items(dirt=64)),
    ("two stacks of cobblestone", items(cobblestone=128)),
    ("a stack of eggs", items(egg=16)),
    ("twenty-five torches", items(torch=25)),
    ("two hundred dirt", items(dirt=200)),
    ("torches x 8", items(torch=8)),
    ("8x torch", items(torch=8)),
    ("full iron armour", IRON_ARMOR),
    ("a suit of iron armor", IRON_ARMOR),
    ("craft a full set of iron armor", IRON_ARMOR),
    ("grey wool", items(gray_wool=1)),
    ("flint and steel", items(flint_and_steel=1)),
    ("get flint and coal", items(flint=1, coal=1)),
    ("get a wooden sword, a shield and 2 chests", items(wooden_sword=1, shield=1, chest=2)),
    ("craft a furnace then smelt 3 glass", items(furnace=1, glass=3)),
    ("bring me 2 buckets of water", items(water_bucket=2)),
    ("a bucket of lava", items(lava_bucket=1)),
    ("3 blocks of iron", items(iron_block=3)),
    ("an iron block", items(iron_block=1)),
    ("carrot on a stick", items(carrot_on_a_stick=1)),
    ("jack o'lantern", items(jack_o_lantern=1)),
    ("minecart with chest", items(chest_minecart=1)),
    ("get a pickaxe", "sum(inventory[*_pickaxe]) >= 1"),
    ("make a bed", "sum(inventory[*_bed]) >= 1"),
    ("4 glass panes", items(glass_pane=4)),
    ("collect 3 oak leaves", items(oak_leaves=3)),
    ("3 bookshelves", items(bookshelf=3)),
    ("get 2 berries", None),
    ("inventory[torch] >= 8", items(torch=8)),
    ("inventory[torch] >= 8 and is_day", items(torch=8) + " and is_day"),
    ("sum(inventory[*_log]) >= 3", "sum(inventory[*_log]) >= 3"),
]


@pytest.mark.parametrize(("text", "condition"), PHRASES)
def test_phrases(text: str, condition: str | None) -> None:
    if condition is None:
        with pytest.raises(BadGoal):
            PARSER.parse(text)
    else:
        assert PARSER.parse(text).condition == parse(condition)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("craft a irn pickaxe", "'iron pickaxe'"),
        ("craft 8 torchs", "'torches'"),
        ("crfat 8 torches", "'craft 8 torches'"),
        ("get a dimond", "'diamond'"),
        ("get 3 coblestone", "'cobblestone'"),
        ("kill a zombie", "Goals look like"),
        ("inventory[torchh] >= 8", "'torch'"),
        ("inventry[torch] >= 8", "'inventory'"),
        ("get 99999 sticks", "at most 2368"),
    ],
)
def test_the_nearest_thing_is_named(text: str, hint: str) -> None:
    with pytest.raises(BadGoal) as error:
        PARSER.parse(text)
    assert hint in str(error.value)


@pytest.mark.parametrize("text", ["get a dimond", "craft a dimond cap", "craft dinamite"])
def test_only_what_there_is_in_the_game_is_suggested(text: str) -> None:
    titles = [item.title.lower() for item in load(DEFAULT_VERSION).items.values()]
    with pytest.raises(BadGoal, match="Did you mean") as error:
        PARSER.parse(text)
    assert set(re.findall(r"'([a-z ]+)'", error.value.remedy)) <= {*titles, *map(plural, titles)}


def test_every_item_is_understood_by_each_of_its_names() -> None:
    said_as_verbs = {word for words in WORLD.vocabulary.verbs.values() for word in words}
    for noun in WORLD.vocabulary.nouns:
        if noun.goal.startswith("inventory[") and not noun.name.endswith("_ore"):  # an ore means its drop
            assert PARSER.parse(f"get 1 {noun.name}").condition == parse(items(**{noun.name: 1})), noun.name
        for word in set(noun.words) - said_as_verbs:
            assert PARSER.parse(word).wants, word


def test_parsing_is_quick() -> None:
    begun = time.perf_counter()
    for text, condition in PHRASES:
        if condition is not None:
            PARSER.parse(text)
    assert (time.perf_counter() - begun) / len(PHRASES) < 0.010


def test_shuffled_words_never_crash_the_parser() -> None:
    chance = random.Random(3)
    words = [word for text, _ in PHRASES for word in text.split()]
    for _ in range(1500):
        text = " ".join(chance.choices(words, k=chance.randint(1, 8)))
        if chance.random() < 0.3:
            text = text[: chance.randint(0, len(text))] + chance.choice("[]()<>=,.;-é'\"\0")
        with suppress(BadGoal):
            assert PARSER.parse(text).parts
