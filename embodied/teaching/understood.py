"""What a line of a conversation means: motions, places of things, corrections. A small typed grammar.

motions := motion (("," | "and" | "then") motion)*
motion  := "move"? ("above" | "over") THING | "down" "to" THING | DIRECTION amount? | "close" | "open"
         | "turn" NUMBER "degrees" ("left" | "right")? | "go home"
amount  := NUMBER ("mm" | "cm" | "m") | "a bit" | "a little"

Which things there are the world's vocabulary says; goals are the goal parser's business.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from embodied.english import NUMBERS, NUMERAL, numeral, tokens, without_politeness, written_out
from embodied.errors import BadGoal
from embodied.goals.selecting import Mentions, NounPhrases
from embodied.methods import Vocabulary
from embodied.phrases import Slot
from embodied.teaching.as_before import as_before
from embodied.teaching.lesson import NOWHERE, Offset, Part, spoken
from embodied.teaching.rows import Row, first_read
from embodied.teaching.shifted import shifted, turned
from embodied.teaching.verbs import Said

BIT_M: Final = 0.01
"""A bit [m]."""

DIRECTIONS: Final = {
    "left": (0.0, 1.0, 0.0),
    "right": (0.0, -1.0, 0.0),
    "forward": (1.0, 0.0, 0.0),
    "forwards": (1.0, 0.0, 0.0),
    "away": (1.0, 0.0, 0.0),
    "back": (-1.0, 0.0, 0.0),
    "backward": (-1.0, 0.0, 0.0),
    "backwards": (-1.0, 0.0, 0.0),
    "nearer": (-1.0, 0.0, 0.0),
    "closer": (-1.0, 0.0, 0.0),
    "up": (0.0, 0.0, 1.0),
    "higher": (0.0, 0.0, 1.0),
    "down": (0.0, 0.0, -1.0),
    "lower": (0.0, 0.0, -1.0),
}
"""Words to directions in the world's frame: left is +y, forward is +x, away from the arm's base."""

_UNITS: Final = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254}
_SPELLED: Final = {"mill": "mm", "cent": "cm", "inch": "in"}
_NUMBER: Final = rf"(?P<number>{NUMERAL}|half a|a couple of|a few|one and a half|[a-z]+)"
_UNIT: Final = r"(?P<unit>mm|millimet(?:er|re)s?|cm|centimet(?:er|re)s?|m|met(?:er|re)s?|inch(?:es)?)"
_BIT: Final = r"(?:a )?(?:tiny |little |wee )?bit|a (?:tiny )?little|slightly|a touch|a hair|a smidge|a "
r"tad|just a (?:bit|little)"
_WAY: Final = "|".join(DIRECTIONS)
_MOVED: Final = (
    r"(?:(?:(?:move|go|shift|come|step|bring|pull|push|retreat|back off|withdraw)"
    r"(?: (?:the|your) (?:hand|arm|gripper))?|(?:move|shift|bring) it)\s+)?"
    r"(?:(?:straight|further|more|back(?=.* (?:a|by|\d)))\s+(?!(?:by\s+)?[\da]))?"
    r"(?:to(?:wards)? (?:the|your)\s+)?"
)
_MORE: Final = r"(?:\s+(?:more|further|towards (?:you|yourself)|side))?"
_ENDING: Final = r"(?:\s+(?:again|more|further|towards (?:you|yourself)|side))?"
_BY: Final = (
    re.compile(rf"(?:(?:bring it|lower it|raise it|lift it)\s+|{_MOVED})(?P<way>{_WAY}){_MORE}"),
    re.compile(
        rf"{_MOVED}(?P<way>{_WAY})\s+(?:(?:by|for|another|about)\s+)?(?:{_NUMBER}\s*{_UNIT}|{_BIT}){_ENDING}"
    ),
    re.compile(
        rf"{_MOVED}(?:(?:by|another|about)\s+)?(?:{_NUMBER}\s*{_UNIT}|{_BIT})\s+(?:(?:more|further|"
        rf"straight)\s+)?"
        rf"(?:to(?:wards)? (?:the|your)\s+)?(?P<way>{_WAY}){_ENDING}"
    ),
)
_AMOUNT: Final = re.compile(rf"{_NUMBER}\s*{_UNIT}|{_BIT}")
_LIFT: Final = re.compile(
    rf"(?P<verb>lift|raise|lower)(?: it| (?:the|your) (?:hand|arm|gripper))?(?: (?:up|"
    rf"down))?(?:\s+(?:by\s+)?(?:{_NUMBER}\s*{_UNIT}|(?P<bit>{_BIT})))?"
)
_ABOVE: Final = re.compile(
    r"(?:(?:move|go|hover|come|bring|position|start)(?: (?:the|your) (?:hand|gripper|arm))?\s+)?(?:to\s+)?"
    r"(?:right\s+|straight\s+|directly\s+)?(?:above|over(?! to\b))\s+(?P<thing>.+)"
)
_DOWN_TO: Final = re.compile(r"(?:(?:move|go)\s+)?down\s+(?:on)?to\s+(?P<thing>.+)")
_TOUCH: Final = re.compile(
    r"(?:(?:(?:move|go|come)\s+)?(?:straight )?down|lower (?:the|your) (?:hand|arm|gripper))\s+"
    r"(?:until|till) (?:it touches(?: the table)?|(?:there is |you have )?contact|it stops|"
    r"you (?:touch|feel|hit|reach)\b.*)"
)
_TURN: Final = re.compile(
    r"(?:turn|rotate|twist)(?:(?: the| your)? (?:hand|gripper|wrist)| it)?(?: "
    rf"by)?\s+(?:(?P<number>\d+(?:\.\d+)?|[a-z]+)\s*(?:degrees?|°)|(?P<bit>{_BIT})|(?P<part>a quarter turn|"
    r"half a turn|a half turn|a quarter|halfway round))"
    r"(?:\s+(?:to the )?(?P<way>left|right|(?:counter|anti)-?\s?clockwise|clockwise))?"
)
_HAND: Final = r"(?: (?:the|your))?(?: (?:gripper|hand|fingers|claws?|grippers|jaws))?"
_FULLY: Final = r"(?: (?:all the way|fully|completely|as far as (?:it goes|possible)|again|wide))?"
_CLOSE: Final = re.compile(rf"(?:(?:close|shut){_HAND}|(?:grasp|grab|grip|squeeze)(?:{_HAND}| it)){_FULLY}")
_WHATEVER: Final = r"the (?:cube|block|thing|object)"
_OPEN: Final = re.compile(
    rf"(?:open(?: up)?{_HAND}{_FULLY}|fully open{_HAND}|release(?: (?:it|{_WHATEVER}))?|let (?:(?:it|"
    rf"{_WHATEVER}) )?go(?: of (?:it|{_WHATEVER}))?|drop it)"
)
_OVER_TO: Final = re.compile(
    r"(?:(?:go|hover|come|swing)|(?:move|bring|swing) (?:the|your) (?:hand|gripper|arm))"
    r"(?: (?:over|back|straight|round|around|across))* to "
    r"(?P<thing>(?:the|your) (?!(?:left|right|front|back)\b).+)"
)
_STAYING: Final = re.compile(
    r"(?:wait|stay|remain|stop) (?:there|here)|hold (?:there|still)|(?:ok(?:ay)? |right |good,? )?there|"
    r"good|like that|like so"
)
_CARRIED: Final = re.compile(r"(?:carry|bring|move) it(?: over| across)* (?:to|above|over) (?P<thing>.+)")
_WITH_HAND: Final = re.compile(
    r"(?P<motion>.+?),? (?:with (?:the |your )?(?:hand|gripper|fingers) (?P<state>open|closed|shut)|with "
    r"(?P<before>open|closed|shut) (?:hand|gripper|fingers))"
)
_FIRST: Final = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|next|finally|lastly|then|now|after that|and)[,:]? "
)
_LEAST_OVER_M: Final = 0.04
_BIT_RAD: Final = math.radians(10)
"""A bit, of a turn [rad]."""
_HOME: Final = re.compile(
    r"(?:go|move|return|drive|bring)(?: (?:the|your) (?:hand|gripper|arm))?(?: back)? (?:home|to (?:the "
    r"|your |its )?"
    r"(?:home|start(?:ing)?|rest(?:ing)?|initial|original|parking)(?: (?:pose|position|posture|place))?)|home"
)
_OVER_BY: Final = re.compile(
    rf"(?:(?:move|go|hover|come|stay|stop)(?: (?:the|your) (?:hand|gripper|"
    rf"arm))?\s+)?(?:to\s+)?{_NUMBER}\s*{_UNIT}"
    r"\s+(?:above|over)\s+(?P<thing>.+)"
)
_POINT: Final = re.compile(r"point (?:at|to) (?P<thing>.+)")
_STEP: Final = re.compile(r"^step (?:\d+|one|two|three|four|five)[:,]?\s+")
_JOINTS: Final = re.compile(
    r"\s*(?:\.\s+|,(?!\d)\s*(?:and\s+)?(?:then\s+)?|;\s*|\s+and(?:\s+then)?\s+|\s+then\s+)"
)


def plain(line: str) -> str:
    """The line in lower case, without politeness and full stops."""
    text = " ".join(line.casefold().replace("’", "'").split()).rstrip(".!")
    return without_politeness(written_out(text))


def thing_of(text: str, vocabulary: Vocabulary) -> str:
    """The one thing that words name; raises `BadGoal` that says what there is."""
    phrases = NounPhrases(vocabulary, text)
    kinds = frozenset(thing.kind for thing in vocabulary.things)
    for selection, end in phrases.read(0, Slot("thing", kinds), Mentions()):
        if end == len(phrases.words) and len(selection.names) == 1:
            return selection.names[0]
    if phrases.complaints:
        raise max(phrases.complaints, key=lambda one: (one.end, one.weight)).error
    known = ", ".join(thing.spoken for thing in vocabulary.things)
    raise BadGoal(f"Cannot tell which thing {text!r} is.", remedy=f"There are: {known}.")


def things_meant(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """All the things that words name, "the red and the blue cube"; raises `BadGoal` as `thing_of` does."""
    phrases = NounPhrases(vocabulary, text)
    kinds = frozenset(thing.kind for thing in vocabulary.things)
    for selection, end in phrases.read(0, Slot("thing", kinds, most=0), Mentions()):
        if end == len(phrases.words) and selection.count is None:
            return selection.names
    return (thing_of(text, vocabulary),)


def things_in(text: str, vocabulary: Vocabulary) -> list[str]:
    """All single things that a line names, in order; none for words that name none.

    Raises:
        BadGoal: words that begin to name a thing name several, or none that there is.
    """
    phrases = NounPhrases(vocabulary, text)
    kinds = frozenset(thing.kind for thing in vocabulary.things)
    found: list[str] = []
    at = 0
    while at < len(phrases.words):
        read = next(phrases.read(at, Slot("thing", kinds, most=9), Mentions()), None)
        if read is None:
            at += 1
            continue
        found += [name for name in read[0].names if name not in found]
        at = read[1]
    if not found and phrases.complaints:
        raise max(phrases.complaints, key=lambda one: (one.end, one.weight)).error
    return found


def motions_of(
    text: str, vocabulary: Vocabulary, it: str = "", before: Sequence[Part] = ()
) -> tuple[Part, ...] | None:
    """The motions that a line asks for; None if it is no line of motions.

    "at" parts with no offset are "down to" a thing.

    Args:
        it: the thing that was last named.
        before: the motions before this line, oldest first, for "up again".

    Raises:
        BadGoal: a motion is about no thing of the world, or told by one before that there was not.
    """
    moved = shifted(
        plain(text),
        lambda words: _movable(words, vocabulary),
        _metres,
        lambda name: any(one.name == name and one.kind == _usual(vocabulary) for one in vocabulary.things),
    )
    moved = moved or turned(plain(text), lambda words: _movable(words, vocabulary))
    if moved is not None:
        return moved
    found: list[Part] = []
    for clause in _JOINTS.split(text):
        said = plain(_FIRST.sub("", _STEP.sub("", plain(clause))))
        said = re.sub(r"^you (?=go|move|come|open|close|turn|release|let go)", "", said)
        if found and _STAYING.fullmatch(said):  # the hand stays where it is
            continue
        if it:
            said = re.sub(r"(above|over|down to|onto) it$", rf"\1 the {spoken(it)}", said)
        holding = _WITH_HAND.fullmatch(said)
        if holding is not None:
            found.append(Part("open" if "open" in (holding["state"], holding["before"]) else "close"))
            said = holding["motion"]
        carried = _CARRIED.fullmatch(said) if found else None
        said = f"above {carried['thing']}" if carried else said
        part = first_read(_MOTIONS, said, vocabulary) or as_before(said, [*before, *found])
        if part is None:
            return None
        it = part.thing or it
        found.append(part)
    return tuple(found)


def shift_of(text: str) -> Offset | None:
    """The motion that "a bit to the left", "2 cm higher" ask for [m]; None if it is none."""
    found = next((one for pattern in _BY if (one := pattern.fullmatch(text))), None)
    return None if found is None else _offset(found)


def _offset(found: Said) -> Offset | None:
    amount = _amount(found)
    if amount is None:
        return None
    x, y, z = DIRECTIONS[found["way"]]
    return (x * amount, y * amount, z * amount)


def _lifted(found: Said, vocabulary: Vocabulary) -> Part | None:
    amount = _amount(found, otherwise=BIT_M if found["bit"] else 0.1)
    sign = -1.0 if found["verb"] == "lower" else 1.0
    return None if amount is None else Part("by", offset=(0.0, 0.0, sign * amount))


def _shift(found: Said, vocabulary: Vocabulary) -> Part | None:
    offset = _offset(found)
    return None if offset is None else Part("by", offset=offset)


def _over_to(found: Said, vocabulary: Vocabulary) -> Part | None:
    with suppress(BadGoal):  # "go to sleep" is no motion; what it is said to be is told as of any goal
        return Part("above", thing_of(found["thing"], vocabulary))
    return None


def _over_by(found: Said, vocabulary: Vocabulary) -> Part | None:
    """So far over the middle of a thing."""
    amount = _amount(found)
    if amount is None or amount < _LEAST_OVER_M:  # nearer the hand would touch it
        return None
    return Part("at", thing_of(found["thing"], vocabulary), (0.0, 0.0, amount))


def _turned(found: Said, vocabulary: Vocabulary) -> Part | None:
    sign = -1 if found["way"] in ("right", "clockwise") else 1
    if found["bit"]:
        if not found["way"]:
            return None
        return Part("turn", turn=sign * _BIT_RAD)
    if found["part"]:
        return Part("turn", turn=sign * math.pi / (2 if "quarter" in found["part"] else 1))
    degrees = _number(found["number"])
    return None if degrees is None else Part("turn", turn=sign * math.radians(degrees))


_MOTIONS: Final[Sequence[Row[Vocabulary, Part]]] = (
    (_CLOSE, lambda found, vocabulary: Part("close")),
    (_OPEN, lambda found, vocabulary: Part("open")),
    (_OVER_BY, _over_by),
    (_POINT, lambda found, vocabulary: Part("above", thing_of(found["thing"], vocabulary))),
    (_HOME, lambda found, vocabulary: Part("home")),
    (_TOUCH, lambda found, vocabulary: Part("by", offset=(0.0, 0.0, -0.3), until_contact=True)),
    (_DOWN_TO, lambda found, vocabulary: Part("at", thing_of(found["thing"], vocabulary))),
    (_ABOVE, lambda found, vocabulary: Part("above", thing_of(found["thing"], vocabulary))),
    (_TURN, _turned),
    (_LIFT, _lifted),
    *((pattern, _shift) for pattern in _BY),
    (_OVER_TO, _over_to),
)


def _amount(found: Said, otherwise: float = BIT_M) -> float | None:
    groups = found.groupdict()
    if not groups.get("number"):
        return otherwise
    number = _number(groups["number"])
    unit = groups["unit"]
    scale = _UNITS[
        unit
        if unit in _UNITS
        else next((short for word, short in _SPELLED.items() if unit.startswith(word)), "m")
    ]
    return None if number is None else number * scale


def _movable(words: str, vocabulary: Vocabulary) -> str:
    """The one thing that words name; a colour alone is that of the kind that there is most of."""
    try:
        return thing_of(words, vocabulary)
    except BadGoal:
        with suppress(BadGoal):
            return thing_of(f"{words} {_usual(vocabulary)}", vocabulary)
        raise


def _usual(vocabulary: Vocabulary) -> str:
    """The kind of things that there is most of."""
    kinds = [thing.kind for thing in vocabulary.things if thing.kind not in ("place", "edge", "target")]
    return max(dict.fromkeys(kinds), key=kinds.count, default="")


def _metres(words: str) -> float | None:
    """What "5 cm", "a bit" is [m]; None for what is no amount."""
    found = _AMOUNT.fullmatch(words)
    return None if found is None else _amount(found)


_PARTS: Final = {"half a": 0.5, "a couple of": 2.0, "a few": 3.0, "one and a half": 1.5}


def _number(text: str) -> float | None:
    if text[0].isdecimal():
        return numeral(text)
    if text in ("a", "an"):
        return 1.0
    return float(NUMBERS[text]) if text in NUMBERS else _PARTS.get(text)


def unknown_words(text: str, vocabulary: Vocabulary, more: Iterable[str]) -> list[str]:
    """Words of a line that neither the world nor the conversation has any use for."""
    known = set(more) | set(NUMBERS)
    for thing in vocabulary.things:
        known |= set(tokens(" ".join((thing.spoken, *thing.words)))) | thing.traits
    for kind in vocabulary.kinds.values():
        known |= set(tokens(" ".join((*kind.singular, *kind.plural))))
    for phrase in vocabulary.phrases:
        known |= set(re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", phrase.words)))
    return [word for word in tokens(text) if word.isalpha() and word not in known]


__all__ = [
    "BIT_M",
    "NOWHERE",
    "motions_of",
    "plain",
    "shift_of",
    "thing_of",
    "things_in",
    "things_meant",
    "unknown_words",
]
