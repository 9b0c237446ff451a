"""The skills that retrieval is measured on: the seed skills, and one skill a family of obtainable items.

A world has few seed skills, so the rest of the corpus is made by rule from what the world's own methods
say, with no eye on any query: items whose names end in the same word make a family if there are at least
three ("oak_stairs", "stone_stairs", ... are "stairs"), every other item is a family of its own; its skill
is called obtain-<family>, and its description lists members, the skills that yield them, and what of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from embodied.facts import Observation
from embodied.methods import Method, WorldSpec
from embodied.skills.skill import Parameter, Skill

FAMILY = 3
"""So many items with the same last word make a family."""
_MEMBERS = 6
_PARTS = 4


def families(items: Iterable[str]) -> dict[str, list[str]]:
    """Family name to its members, both in order."""
    by_word: dict[str, list[str]] = {}
    for item in sorted(items):
        by_word.setdefault(item.rsplit("_", 1)[-1], []).append(item)
    found: dict[str, list[str]] = {}
    for word, members in by_word.items():
        if len(members) >= FAMILY:
            found[word] = members
        else:
            found.update({member: [member] for member in members})
    return dict(sorted(found.items()))


def goal_skills(spec: WorldSpec) -> list[Skill]:
    """One skill a family of the items that the world's methods yield."""
    nothing = Observation(spec.families, {})
    skills = []
    for family, members in families(spec.goal_pool()).items():
        methods = [m for item in members[:_MEMBERS] for m in spec.methods(("inventory", item), 1, nothing)]
        if methods:
            skills.append(_goal_skill(spec.name, family, members, methods))
    return skills


def _goal_skill(world: str, family: str, members: Sequence[str], methods: Sequence[Method]) -> Skill:
    name = f"obtain-{family.replace('_', '-')}"
    python_name = name.replace("-", "_")
    listed = ", ".join(_said(item) for item in members[:_MEMBERS])
    how = " or ".join(dict.fromkeys(_said(method.skill) for method in methods))
    parts = list(
        dict.fromkeys(_said(fact[-1]) for m in methods for fact in m.consumes if fact[0] == "inventory")
    )
    of = f" from {', '.join(parts[:_PARTS])}" if parts else ""
    among = f": {listed}" if len(members) > 1 else ""
    parameters = (Parameter("item", "str", members[0]), Parameter("count", "int", 1))
    return Skill(
        name=name,
        python_name=python_name,
        description=f"Obtain {_said(family)}{among}. Uses {how}{of}.",
        world=world,
        parameters=parameters,
        achieves=("inventory[{item}] >= {count}",),
        needs=(),
        calls=(),
        runtime="python",
        source=f'def {python_name}(item: str = "{members[0]}", count: int = 1) -> SkillResult:\n    ...\n',
    )


def copies(skills: Sequence[Skill], count: int) -> list[Skill]:
    """`count` skills of different text: each is one of `skills` with a number to its name and description."""
    return [
        replace(
            skill := skills[number % len(skills)],
            name=f"{skill.name}-{number}",
            description=f"{skill.description} Variant {number}.",
        )
        for number in range(count)
    ]


def _said(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
