"""Every word that says something must change what a line is taken as; one that does not is named and refused.

Left out for a trial, a word that was used leaves another reading, or none; one that was only passed over
leaves the same. So it is told whatever grammar read the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from embodied.errors import BadGoal, EmbodiedError
from embodied.goals.selecting import Mentions, NounPhrases
from embodied.methods import Vocabulary
from embodied.phrases import Slot

_HOW: Final = "slowly|gently|carefully|softly|lightly|tightly|firmly|halfway|half|partly|almost"
_WHEN: Final = r"until|till|while|unless|except|only(?! (?:after|if|when|once))|without|twice"
_AFTER: Final = "before|after|when|once|yet"
_NOT: Final = r"(?<!but )not|never(?! mind)|don't|dont|cannot|can't|isn't"
_ALIKE: Final = "too|also|as well"
_WHERE: Final = "around|under|below|between|behind|beside"

SAYS: Final[Mapping[str, re.Pattern[str]]] = {
    "goal": re.compile(rf"\b(?:{_HOW}|{_WHEN}|{_AFTER}|{_NOT}|around|under|between)\b"),
    "motions": re.compile(rf"\b(?:{_HOW}|{_WHEN}|{_AFTER}|{_NOT}|{_ALIKE}|{_WHERE})\b"),
    "correction": re.compile(rf"\b(?:{_HOW}|{_WHEN})\b"),
    "skill": re.compile(rf"\b(?:{_HOW}|{_WHEN}|{_AFTER}|{_NOT}|{_ALIKE}|{_WHERE})\b"),
}
"""By what a line is taken as, the words that say something about it. A goal is how things are in the end:
"too", "again" say nothing of that. A correction may begin with "not", and end with a reason."""


_BETWEEN: Final = frozenset(
    [
        *("in", "into", "on", "onto", "to", "at", "of", "for", "by", "with", "using", "from", "and", "or"),
        *("but", "the", "a", "an", "it", "them", "please", "now", "then", "here", ",", ".", "!"),
    ]
)
"""Words between the things that a skill is done with."""


def heed(line: str, what: str, canonical: str, read: Callable[[str], str]) -> None:
    """Raises BadGoal, naming them, if words of the line made no difference.

    Args:
        what, canonical: what the line was taken as.
        read: what another line would be; raises an `EmbodiedError` if it is not understood.
    """
    says = SAYS.get(what)
    unused = list(_unused(line, says, canonical, read)) if says is not None else []
    if unused:
        words = " and ".join(map(repr, unused))
        raise BadGoal(
            f"I have no use for {words} in {line.strip()!r}, so I do nothing rather than something else.",
            remedy=f"Without {'it' if len(unused) == 1 else 'them'} I would take it as {what}: {canonical}.",
        )


def refuse_unread(rest: str, skill: str, vocabulary: Vocabulary) -> None:
    """Raises BadGoal, naming them, if words after a skill's name are neither things nor between things."""
    phrases = NounPhrases(vocabulary, rest)
    kinds = frozenset(thing.kind for thing in vocabulary.things)
    unread, at = [], 0
    while at < len(phrases.words):
        read = next(phrases.read(at, Slot("thing", kinds, most=9), Mentions()), None)
        if read is None and phrases.words[at] not in _BETWEEN:
            unread.append(phrases.words[at])
        at = at + 1 if read is None else read[1]
    if unread and not phrases.complaints:
        raise BadGoal(
            f"{skill}: I have no use for {' '.join(unread)!r}.",
            remedy="After its name only things are said, in their order; then a correction: 'slower'.",
        )


def _unused(line: str, says: re.Pattern[str], canonical: str, read: Callable[[str], str]) -> Iterator[str]:
    for found in says.finditer(line.lower()):
        left = " ".join((line[: found.start()] + line[found.end() :]).split())
        try:
            same = read(left) == canonical
        except EmbodiedError:
            continue
        if same:
            yield found[0]
