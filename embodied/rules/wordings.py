"""Other words for the documented patterns of rules: "hands off the bowl", "the drawer is off limits".

Each wording is said again in a pattern that the rules' grammar reads; what fits none is left as it is.
"""

from __future__ import annotations

import re
from typing import Final

from embodied.english import NUMBERS

_DOING: Final = {
    **{"touching": "touch", "opening": "open", "closing": "close", "pressing": "press", "moving": "move"},
    **{"putting": "put", "placing": "place", "lifting": "lift", "picking up": "pick up", "pushing": "push"},
    **{"grabbing": "pick up", "stacking": "stack", "dropping": "drop", "entering": "enter"},
    **{"going over": "go over", "moving over": "move over", "passing over": "pass over"},
}
BARRED: Final = "|".join(word for word in _DOING if word != "moving")
"""What "stop opening the drawer" makes a rule of; "stop moving ..." is a stop."""
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_HANDS: Final = r"(?:(?:your|the) )?(?:hands?|fingers?|gripper|claws?|paws)"
_ALSO: Final = (
    (rf"(?:keep {_HANDS} (?:off|away from)|{_HANDS} off(?: of)?) (?P<thing>.+)", "never touch {thing}"),
    (
        r"(?:do not|don't|dont|never) (?:lay|put) (?:a|one) (?:hand|finger) on (?P<thing>.+)",
        "never touch {thing}",
    ),
    (r"leave (?P<thing>.+) alone", "never touch {thing}"),
    (
        r"(?:be )?careful (?:with|around) (?P<thing>.+?)[,:;] (?:go|move|drive) (?:a)?round (?:it|them)",
        "never go over {thing}",
    ),
    (
        r"(?:do not|don't|dont) (?:go|move|pass|drive) over (?P<thing>[^,]+), (?:but )?"
        r"(?:go|move|drive) (?:a)?round(?: (?:it|them))?",
        "never go over {thing}",
    ),
    (
        r"(?P<thing>.+) (?:has to|have to|must|should) (?:stay|remain) where (?:it is|they are)"
        r"(?:,? (?:and )?(?:don't|do not|never) (?:bump|touch|move|hit) (?:it|them))?",
        "never touch {thing}",
    ),
    (
        r"(?P<thing>.+) (?:is|are) (?:off[ -]limits|taboo|not to be touched|forbidden|untouchable)",
        "never touch {thing}",
    ),
    (r"(?P<thing>.+) (?:must|should|may|shall) (?:not|never) (?:ever )?be touched", "never touch {thing}"),
    (
        rf"(?:avoid|no|no more|refrain from|stop) (?P<doing>{'|'.join(_DOING)}) (?P<thing>.+)",
        "never {doing} {thing}",
    ),
    (
        r"(?:you(?: are|'re) )?(?:never|not) (?:allowed|permitted|supposed|meant) to (?:ever )?(?P<rest>.+)",
        "never {rest}",
    ),
    (r"you(?: are|'re) (?:never|not) to (?:ever )?(?P<rest>.+)", "never {rest}"),
    (r"(?:it is|it's) (?:forbidden|prohibited|not allowed) to (?P<rest>.+)", "never {rest}"),
    (
        r"(?:make sure|be sure|see to it|take care|watch out)(?: that)?(?: you)? "
        r"(?:never|do not|don't|dont|not to|to never|to not)(?: ever)? (?P<rest>.+)",
        "never {rest}",
    ),
    (r"be careful (?:not to|to not|to never) (?P<rest>.+)", "never {rest}"),
    (r"you (?:must|should|may) (?:not|never) (?:ever )?(?:to )?(?P<rest>.+)", "never {rest}"),
    (
        r"(?:never|do not|don't|dont) (?P<how>put|place|stack|set|lay|drop) (?P<thing>.+?) "
        r"(?:on top of|onto the top of|upon) (?P<under>.+)",
        "never {how} {thing} on {under}",
    ),
    (
        r"nothing (?:(?:is|may|must|should|can|shall) (?:ever |not ever )?)(?:(?:allowed|permitted|"
        r"supposed) to )?"
        r"(?:ever )?be (?:(?:put|placed|stacked|set|laid|dropped) )?(?P<where>on|in|inside)(?: top of)? "
        r"(?P<place>.+)",
        "never put anything {where} {place}",
    ),
    (
        r"(?P<thing>the [a-z]+(?: [a-z]+)?) is [a-z]+(?: hot| wet)?[,.;: ]+(?:so |and )?(?:please )?"
        r"(?:do not|don't|dont|never) (?P<how>touch|move|open|press|lift|pick up|push|close) it",
        "never {how} {thing}",
    ),
    (
        r"(?:at most|(?:no|not|never) more than|(?:a )?max(?:imum)?(?: of)?|up to) "
        rf"(?P<number>\d+|{'|'.join(NUMBERS)}) (?P<thing>[a-z]+) (?:may be |are allowed |can be )?"
        r"(?P<where>in|inside|on) (?P<place>[a-z ]+?)(?: at (?:once|a time|the same time))?",
        "never more than {number} {thing} {where} {place}",
    ),
    (r"under no circumstances (?P<rest>.+)", "never {rest}"),
    (
        r"(?:do not|don't|dont|never) (?:you )?(?:ever|dare(?: to)?) (?P<rest>.+)",
        "never {rest}",
    ),
    (
        r"(?:you |the (?:robot|arm) )?(?:mustn't|shouldn't|can't|cannot|can not|may not|shall not|should not|"
        r"should never|must never|may never) (?:ever )?(?P<rest>.+)",
        "never {rest}",
    ),
)
_PATTERNS: Final = tuple((re.compile(pattern), said) for pattern, said in _ALSO)
_LISTING: Final = re.compile(
    r"rules|(?:list|show|show me|tell me|what are|read)(?: (?:all|the|my|your|current|of))* rules\??|"
    r"(?:which|what) rules (?:are there|do you have|apply|hold|do i have|(?:have|did) i "
    r"(?:given?|told?|tell|teach|taught|made?)(?: you)?)(?: so far| now)?\??"
)
_NUMBER: Final = rf"(?P<number>\d+|{'|'.join(NUMBERS)})"
_ENDING: Final = re.compile(
    rf"(?:remove|forget|delete|drop|cancel|lift|take back)(?: the)? (?:rule(?: number| no\.?)? {_NUMBER}|"
    rf"(?P<ordinal>{'|'.join(_ORDINALS)}) rule)"
)


def as_rule(text: str) -> str:
    """A plain line in the words of the documented patterns; the line itself where it needs none."""
    for pattern, said in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            words = {key: _DOING.get(value, value) for key, value in found.groupdict().items()}
            return said.format(**words)
    return text


def lists_rules(text: str) -> bool:
    """Whether a plain line asks for the rules there are."""
    return _LISTING.fullmatch(text) is not None


def ended_about(text: str) -> str:
    """The words of the rule that a plain line ends: "button"; "" for none."""
    found = _ABOUT.fullmatch(text)
    return "" if found is None else found["about"]


def ended_rule(text: str) -> int | None:
    """The number of the rule that a plain line ends; None if it ends none."""
    found = _ENDING.fullmatch(text)
    if found is None:
        return None
    if found["ordinal"]:
        return _ORDINALS[found["ordinal"]]
    return int(found["number"]) if found["number"].isdigit() else NUMBERS[found["number"]]


_ABOUT: Final = re.compile(
    r"(?:remove|forget|delete|drop|cancel|lift|take back) (?:the|that|my) rules? "
    r"(?:about|on|for|with|concerning) (?:the )?(?P<about>[a-z]+(?: [a-z]+)?)"
)
WORDS: Final = "|".join(
    re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern)
    for pattern in (*(one for one, _ in _PATTERNS), _LISTING, _ENDING, _ABOUT)
)
"""All of these as one pattern, for the table of verbs."""
