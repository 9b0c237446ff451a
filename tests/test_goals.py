"""Reading goals, on a vocabulary that has nothing to do with any real world."""

from __future__ import annotations

import random
import string

import pytest

from embodied.condition import parse
from embodied.errors import BadGoal
from embodied.facts import FactFamily, Observation
from embodied.goals import MAX_LENGTH, GoalParser
from embodied.methods import Group, Noun, Vocabulary

FAMILIES = {
    family.name: family
    for family in (
        FactFamily("held", ("thing",), "int", "held", closed=True, default=0),
        FactFamily("warm", (), "bool", "warm"),
        FactFamily("height", (), "float", "height [m]"),
    )
}


def noun(name: str, *words: str, verbs: str = "get make", stack: int = 0, most: int = 0) -> Noun:
    return Noun(name, words, f"held[{name}] >= {{count}}", frozenset(verbs.split()), stack, most)


VOCABULARY = Vocabulary(
    nouns=(
        noun("tea", "cup of tea", "cups of tea", "tea", stack=6, most=100),
        noun("salt_and_pepper", "salt and pepper"),
        noun("raw_clay", "clay", verbs="dig"),
        noun("pot", "pot", "pots", "clay", verbs="get make"),
        noun("key", "key", "keys"),
        Noun("any cup", ("cup", "cups"), "sum(held[*_cup]) >= {count}", frozenset({"get"})),
    ),
    groups=(Group("breakfast", ("breakfast",), ("tea", "pot")),),
    verbs={"get": ("get", "fetch", "pick up"), "make": ("make", "brew"), "dig": ("dig", "dig up")},
    examples=("make tea", "get 3 keys"),
)
PARSER = GoalParser(VOCABULARY, FAMILIES)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("get a key", "held[key] >= 1"),
        ("key", "held[key] >= 1"),
        ("Fetch three keys!", "held[key] >= 3"),
        ("get twenty-one keys", "held[key] >= 21"),
        ("2 dozen keys", "held[key] >= 24"),
        ("half a dozen keys", "held[key] >= 6"),
        ("a stack of tea", "held[tea] >= 6"),
        ("2 stacks of tea", "held[tea] >= 12"),
        ("half a stack of tea", "held[tea] >= 3"),
        ("keys x 4", "held[key] >= 4"),
        ("4x key", "held[key] >= 4"),
        ("get salt and pepper and a key", "held[salt_and_pepper] >= 1 and held[key] >= 1"),
        ("get 2 keys, then brew tea; make a pot", "held[key] >= 2 and held[tea] >= 1 and held[pot] >= 1"),
        ("make breakfast", "held[tea] >= 1 and held[pot] >= 1"),
        ("make 3 breakfast", "held[tea] >= 3 and held[pot] >= 3"),
        ("dig up clay", "held[raw_clay] >= 1"),
        ("make clay", "held[pot] >= 1"),
        ("clay", "held[pot] >= 1"),
        ("get a couple of cups", "sum(held[*_cup]) >= 2"),
        ("Could you please get me a few keys, thanks", "held[key] >= 3"),
        ("raw_clay_ and", None),
        ("held[key] >= 2 and warm", "held[key] >= 2 and warm"),
        ("warm", "warm"),
        ("height > 2", "height > 2"),
    ],
)
def test_what_is_understood(text: str, condition: str | None) -> None:
    if condition is None:
        with pytest.raises(BadGoal):
            PARSER.parse(text)
    else:
        assert PARSER.parse(text).condition == parse(condition)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("get 3 keyss", "'keyss'"),
        ("get 3 keyz", "Did you mean 'key"),
        ("brw tea", "Did you mean 'brew tea'?"),
        ("get a dragon", "Goals look like: 'make tea'"),
        ("get a key and a dragon", "'dragon'"),
        ("don't get a key", "don't get a key"),
        ("get 0 keys", "asks for 0 keys"),
        ("get -2 keys", "negative"),
        ("get 2.5 keys", "2.5"),
        ("get 101 cups of tea", "no more than 100 can be carried"),
        ("get", "get what?"),
        ("", "names nothing"),
        (" , and then !", "names nothing"),
        ("get a stack of", "names no thing"),
        ("held[kee] >= 1", "Did you mean 'key'?"),
        ("hold[key] >= 1", "Did you mean 'held'?"),
        ("held[key] >=", "Cannot read the condition"),
        ("x" * (MAX_LENGTH + 1), "characters long"),
    ],
)
def test_what_is_refused_is_named(text: str, says: str) -> None:
    with pytest.raises(BadGoal) as error:
        PARSER.parse(text)
    assert says in str(error.value)


def test_more_counts_from_the_start() -> None:
    start = Observation(FAMILIES, {"held": {("key",): 4, ("red_cup",): 2}})
    goal = PARSER.parse("get three more keys, another cup and a pot")
    assert goal.relative
    assert goal.parts == ("3 more keys", "1 more cup", "1 pot")
    assert goal.condition_for(start) == parse("held[key] >= 7 and sum(held[*_cup]) >= 3 and held[pot] >= 1")


def test_without_more_amounts_are_totals() -> None:
    start = Observation(FAMILIES, {"held": {("key",): 4}})
    goal = PARSER.parse("get three keys")
    assert not goal.relative
    assert goal.condition_for(start) == goal.condition == parse("held[key] >= 3")
    assert goal.explanation == "Have 3 keys in total."


def test_any_text_is_understood_or_refused() -> None:
    chance = random.Random(7)
    words = [word for one in VOCABULARY.nouns for word in one.words]
    words += [word for said in VOCABULARY.verbs.values() for word in said]
    words += [
        "a",
        "and",
        "x",
        "more",
        "-",
        "stack",
        "half",
        "dozen",
        "twelve",
        "9" * 12,
        "٣",
        "²",
        "[",
        ">=",
        "or",
    ]
    for _ in range(3000):
        if chance.random() < 0.5:
            text = " ".join(chance.choices(words, k=chance.randint(0, 9)))
        else:
            text = "".join(chance.choices(string.printable + "éßİ“”… 日本", k=chance.randint(0, 60)))
        try:
            goal = PARSER.parse(text)
        except BadGoal:
            continue
        assert goal.parts
        assert goal.explanation


@pytest.mark.parametrize("text", ["any(x in held: held[x] >= 64)", "all(thing in held: not held[thing] > 9)"])
def test_a_goal_may_speak_of_any_or_all_things_of_a_family(text: str) -> None:
    """The name stands for each thing; it is not the name of one."""
    assert PARSER.parse(text).condition == parse(text)


def test_a_thing_that_is_not_there_is_told_inside_any_too() -> None:
    with pytest.raises(BadGoal, match="There is nothing called 'teacup'"):
        PARSER.parse("any(x in held: held[x] > held[teacup])")
