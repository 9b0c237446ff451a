"""What a line says for a taught skill of amounts: "lumber 5", "lumber 12 birch logs"."""

from __future__ import annotations

import re
from typing import Any, Final

from embodied.english import NUMBERS
from embodied.errors import BadGoal
from embodied.methods import Vocabulary
from embodied.skills import Skill

_LITTLE: Final = frozenset({"with", "of", "from", "a", "an", "the", "times", "for", "me", "please"})


def amounts_said(vocabulary: Vocabulary, skill: Skill, rest: str) -> dict[str, Any]:
    """The arguments that a line gives: a number, and the name of what there are several kinds of.

    Raises:
        BadGoal: it says something else, too.
    """
    found: dict[str, Any] = {}
    words = [word for word in re.findall(r"[a-z0-9_]+", rest.lower()) if word not in _LITTLE]
    whole = [one.name for one in skill.parameters if one.type == "int"]
    kinds = [one.name for one in skill.parameters if one.type == "str"]
    if words and whole and (number := _number(words[0])) is not None:
        found[whole[0]] = number
        words = words[1:]
    if words and kinds:
        said = " ".join(words)
        name = next((noun.name for noun in vocabulary.nouns if said in noun.words or said == noun.name), "")
        if name and name.endswith(kinds[0].removeprefix("other_")):
            found[kinds[0]] = name
            words = []
    if words:
        raise BadGoal(
            f"What {' '.join(words)!r} means for {skill.name} I cannot tell.",
            remedy=f"It takes {', '.join(one.name for one in skill.parameters) or 'nothing'}.",
        )
    return found


def _number(word: str) -> int | None:
    if word.isdecimal():
        return max(1, min(int(word), 64 * 36))
    return NUMBERS.get(word)
