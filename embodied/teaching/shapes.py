"""The goals that a world's grammar reads, as patterns a page long: one a meaning, not one a wording."""

from __future__ import annotations

import re
from typing import Final

from embodied.english import listed
from embodied.methods import Vocabulary
from embodied.phrases import Phrase, Slot

_ELEMENT: Final = re.compile(r"\{(\w+)\}|\([^)]*\)|(\S+)")
MOST_WORDS: Final = 10


def goal_patterns(vocabulary: Vocabulary) -> str:
    """A line a pattern; of a world of amounts, the verbs and how amounts are said."""
    asking = [phrase for phrase in vocabulary.phrases if phrase.said and _begins_with_a_verb(phrase)]
    lines = dict.fromkeys(f"- {pattern_of(phrase)}" for phrase in asking)
    for verb, words in vocabulary.verbs.items():
        shown = ", ".join(f"`{word}`" for word in words[:MOST_WORDS])
        lines[
            f"- `{verb} NUMBER THING` (also {shown}); several with `and`; `more` for on top of what is held"
        ] = None
    return "\n".join(lines) or "(no goals)"


def _begins_with_a_verb(phrase: Phrase) -> bool:
    """Whether it asks for something; what only says how things are to be means the same as one that asks."""
    return not re.match(r"\{|\((?!,)|(?:in|on|left|right|from_left_to_right)(?:\||_| )", phrase.words)


def pattern_of(phrase: Phrase) -> str:
    """ "`put OBJECT in CONTAINER` (OBJECT: cubes; CONTAINER: a bowl, drawer or tray)"."""
    slots = {slot.name: slot for slot in phrase.slots}
    words = []
    for name, said in _ELEMENT.findall(phrase.words):
        if name:
            words.append(name.upper())
        elif said:
            words.append(said.split("|")[0].replace("_", " "))
    used = [slots[name] for name, _ in _ELEMENT.findall(phrase.words) if name]
    told = "; ".join(f"{slot.name.upper()}: {_fits(slot)}" for slot in used)
    return f"`{' '.join(words)}`" + (f" ({told})" if told else "")


def _fits(slot: Slot) -> str:
    if slot.number:
        return "a number"
    kinds = tuple(sorted(slot.kinds))
    if slot.most == 1:
        return f"one {' or '.join(kinds)}"
    least = f"at least {slot.least} of " if slot.least > 1 else "any number of "
    return least + listed(tuple(f"{kind}s" for kind in kinds))
