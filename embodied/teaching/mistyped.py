"""One letter wrong: "open teh drawr" is read as "open the drawer", and that is said.

Only a word that nobody knows is put right, only where one known word is near, and only if the line is not
read as it stands. Endings are no slips ("closer" is not "close"), and one letter for another counts in long
words only ("black" is not "block").
"""

from __future__ import annotations

import re
from typing import Final

from embodied.methods import Vocabulary
from embodied.teaching.understood import unknown_words
from embodied.teaching.verbs import words_of_verbs

_COMMON: Final = frozenset(
    re.findall(
        r"[a-z]+",
        """
        the a an and then next to in on of off out up down over under left right above below behind beside
        between into onto from with at it them everything all every each both any other put place move take
        open close press push pull pick stack build make tower drop bring never always stop done turn
        degrees grip gripper hand slower faster higher lower forward back away until after before first last
        front edge middle leftmost rightmost nearest
        """,
    )
)
_OTHERS: Final = frozenset(
    re.findall(
        r"[a-z]+",
        """
        black white purple orange pink brown gray grey violet bow ball bell cup mug plate closer nearer
        opener that this there here them then than when where what which who how not now new old one two
        some same more most less least big small tall short long wide thin fat fast slow soft hard good bad
        nice top side size time tile light dark red green blue yellow is are was were be been being do does
        did done has have had can could will would shall should may might must i you he she we they my your
        his her our their me him us if or but so as by for no yes ok
        """,
    )
)
_ENDINGS: Final = ("s", "es", "er", "r", "est", "st", "ed", "d", "ing", "ly", "y", "n", "en")
_LONG: Final = 6
_NO_UNIT: Final = re.compile(
    r"(?i)\b(?:left|right|up|down|forwards?|back(?:wards)?|higher|lower) \d+(?:\.\d+)?(?=\s*(?:$|"
    r"[,;.!]\s*|(?:and|then)\b))"
)
"""How far, with no unit: on a table it is centimetres, and that is said."""


def corrected(line: str, vocabulary: Vocabulary) -> tuple[str, dict[str, str]]:
    """The line with what was mistyped put right, and which words that were; ({} where nothing was)."""
    if not vocabulary.things:  # the names of what is had in amounts are corrected where they are read
        return line, {}
    known = _known(vocabulary)
    bare = [found[0] for found in _NO_UNIT.finditer(line)]
    line = _NO_UNIT.sub(r"\g<0> cm", line)
    slips = {one: f"{one} cm" for one in bare}
    for word in dict.fromkeys(re.findall(r"[a-z]+", line.lower())):
        if (
            len(word) < 3
            or word in known
            or word in _OTHERS
            or word not in unknown_words(word, vocabulary, known)
        ):
            continue
        near = [one for one in known if _changed_places(word, one)]
        near = near or [one for one in known if _is_slip(word, one)]
        if len(near) == 1:
            slips[word] = near[0]
    for word, meant in slips.items():
        if word in bare:
            continue
        line = re.sub(rf"(?i)\b{word}\b", meant, line)
    return line, slips


def _known(vocabulary: Vocabulary) -> frozenset[str]:
    said: list[str] = []
    for thing in vocabulary.things:
        said += re.findall(r"[a-z]+", " ".join((thing.spoken, *thing.words, *thing.traits)).lower())
    for kind in vocabulary.kinds.values():
        said += re.findall(r"[a-z]+", " ".join((*kind.singular, *kind.plural)).lower())
    for phrase in vocabulary.phrases:
        said += re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", phrase.words).lower())
    return frozenset(one for one in (*said, *_COMMON, *words_of_verbs()) if len(one) > 2)


def _changed_places(word: str, meant: str) -> bool:
    """Whether two letters beside each other changed places."""
    return any(word[:at] + word[at + 1] + word[at] + word[at + 2 :] == meant for at in range(len(word) - 1))


def _is_slip(word: str, meant: str) -> bool:
    """Whether one letter too many, too few, or another one in a long word makes the one of the other."""
    if word[0] != meant[0] or abs(len(word) - len(meant)) > 1 or _only_an_ending(word, meant):
        return False
    if len(word) == len(meant):
        return len(word) >= _LONG and sum(a != b for a, b in zip(word, meant, strict=True)) == 1
    longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
    if len(shorter) == len(word) == 3 and set(word) & set("aeiou"):
        return False  # a short word with a vowel is a word: "bow", "bag", "cub"
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _only_an_ending(word: str, meant: str) -> bool:
    return any(word == meant + end or meant == word + end for end in _ENDINGS)
