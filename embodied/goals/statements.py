"""Wishes said as statements: "the red cube should be in the bowl", "I want the drawer closed".

What is wished for is a state, and a goal is one: "put the red cube in the bowl", "close the drawer".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from embodied.english import without_politeness
from embodied.goals.rewording import simpler

_WISHED: Final = (
    r"(?:(?:please|ok|okay|so|well|and|then|now|finally),?\s+)*"
    r"(?:(?:i|we)(?:(?:'d|\s+would)\s+(?:like|love|prefer)|\s+(?:want|need|wish))\s+(?:to\s+(?:have|"
    r"see)\s+)?|"
    r"(?:please\s+)?(?:(?:make|be)\s+sure|see\s+to\s+it|ensure|check)\s+(?:that\s+)?|"
    r"(?:it\s+is\s+time\s+to\s+)?(?:have|let|get)\s+)"
)
_BE: Final = (
    r"(?:(?:should|shall|has\s+to|have\s+to|needs?\s+to|ought\s+to|to|is\s+to|are\s+to)\s+"
    r"(?:be|end\s+up|go|sit|stand|lie|rest|come)(?:\s+(?:placed|put|moved|stacked|located))?|"
    r"be|belongs?|goes|go)"
)
_IS: Final = rf"(?:{_BE}|is|are|sits?|stands?|lies?)"
_SIDE: Final = (
    r"(?:(?:to|on)\s+the\s+)?(?:left|right)\s+(?:side\s+)?of|in\s+front\s+of|behind|next\s+to|beside|"
    r"on\s+top\s+of|on|onto|upon|in|into|inside|inside\s+of|within|at"
)
_THING: Final = r"(?P<thing>(?:(?!\b(?:and|then)\b)[^,;]){2,80}?)"
_PLACED: Final = re.compile(
    rf"(?:{_WISHED}(?P<wished>))?{_THING}\s+(?:{_BE}|(?(wished){_IS}|(?!)))\s+(?:both\s+|all\s+|now\s+)?"
    rf"(?P<where>(?:{_SIDE})\s+.+)",
    re.IGNORECASE,
)
_WANTED: Final = re.compile(rf"{_WISHED}{_THING}\s+(?P<where>(?:{_SIDE})\s+.+)", re.IGNORECASE)
_STATE: Final = re.compile(
    rf"(?:{_WISHED}(?P<wished>))?{_THING}\s+(?:{_BE}|(?(wished){_IS}|(?!)))\s+(?P<state>open(?:ed)?|"
    rf"closed|shut|pressed|pushed|held|picked\s+up)",
    re.IGNORECASE,
)
_WANTED_STATE: Final = re.compile(
    rf"{_WISHED}{_THING}\s+(?P<state>open(?:ed)?|closed|shut|pressed|pushed|picked\s+up)", re.IGNORECASE
)
_VERBS: Final = {
    **{"open": "open", "opened": "open", "closed": "close", "shut": "close", "pressed": "press"},
    **{"pushed": "press", "held": "pick up", "picked up": "pick up"},
}


def as_wish(text: str) -> str | None:
    """The sentence that tells to bring about the state that a statement wishes for; None if it is none."""
    said = " ".join(text.replace("’", "'").split()).rstrip(".! ")
    for pattern in (_STATE, _WANTED_STATE):
        found = pattern.fullmatch(said)
        if found is not None:
            return f"{_VERBS[' '.join(found['state'].lower().split())]} {found['thing']}"
    for pattern in (_PLACED, _WANTED):
        found = pattern.fullmatch(said)
        if found is not None:
            return f"put {found['thing']} {found['where']}"
    return None


_LEAVING_OUT: Final = r"(?:except(?: for)?|but not|apart from|other than|excluding|but(?= the| a))"
_LEFT_OUT: Final = re.compile(
    r"(?P<verb>[a-z]+ )??(?P<all>(?:all|every|everything)(?: (?:of )?(?:the |my )?(?:\w+ )?(?:cubes?|"
    r"blocks?))?) "
    rf"(?P<where>(?:in|into|on|onto|to|inside)\b[^,]*?),? (?P<but>{_LEAVING_OUT} .+)",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"before (?:you )?(?P<later>[a-z]+ [^,]+),(?: first)? (?P<first>[^,]+)", re.IGNORECASE
)
_AFTER: Final = re.compile(
    r"(?:after|once) (?:you(?:'ve| have) |having )(?P<done>put|set|pressed|opened|closed|"
    r"shut) (?P<first>[^,]+), "
    r"(?:then )?(?P<later>[a-z]+ .+?)(?: to confirm)?",
    re.IGNORECASE,
)
_BUT_FIRST: Final = re.compile(
    r"(?P<later>[a-z]+ [^,]+), but (?:first (?P<first>[^,]+)|(?P<before>[^,]+) first)", re.IGNORECASE
)
_ARROW: Final = re.compile(r"(?P<thing>[\w ]+?) ?(?:->|=>|→) ?(?P<place>[\w ]+)")
_PLACE: Final = re.compile(
    rf"(?:the |a |all |both |every |any )?[^,;?]{{2,60}}? (?:{_SIDE})\s+(?!it\b|not\b)[^?]+", re.IGNORECASE
)
_NO_WISH: Final = re.compile(
    r"\b(?:not|no|never|if|when|unless|is|are|was|were|i|you|why|how)\b|n't\b", re.IGNORECASE
)


_ENDINGS: Final = re.compile(
    r"(?P<said>.+?)(?:[,;.]? (?:i (?:do not|don't|dont) (?:mind|care) which(?: ones?)?|your choice|"
    r"you choose|whichever you (?:like|want|prefer)|it (?:does not|doesn't) matter which)|"
    r"(?<=[a-z]) and (?:then )?(?:leave|keep) it (?:open|closed|shut|there)|"
    r",? and (?:just )?(?:hold|keep holding) it(?: there| up| still)?)",
    re.IGNORECASE,
)
_OF_COLOR: Final = re.compile(
    r"\b(?P<thing>cube|block|brick|box|pad|one) (?:of|with|in)(?: the)? colou?r (?P<color>[a-z]+)|"
    r"\b(?P<what>cube|block|brick|box|pad|one) (?:that|which)(?: is|'s) (?P<colored>[a-z]+)\b"
    r"(?! (?:cube|of|to|in|on))",
    re.IGNORECASE,
)
_SHORT: Final = {
    "u": "you",
    "wanna": "want to",
    "gonna": "going to",
    "gimme": "give me",
    "w/": "with",
}
_FROM_TO: Final = re.compile(
    r"(?:(?:build |make )?(?:a |the )?(?:tower|stack)[,:]? )?from (?P<way>top to bottom|bottom to top|"
    r"the bottom up|the top down)(?: (?:i would|i'd) like| i want)?[:,]? (?P<things>[a-z]+(?: cube)?"
    r"(?:(?:, (?:and |then )?| and | then )(?:the )?[a-z]+(?: cube)?)+)",
    re.IGNORECASE,
)
_HIGHEST: Final = re.compile(
    r"(?:build|make) (?:me )?(?:a|the) (?:tallest|highest|biggest)(?: possible)? (?:tower|stack)"
    r"(?: (?:possible|(?:that )?you can))?[? ]*|"
    r"(?:build|make|stack) (?:me )?(?:a|the) (?:tower|stack) as (?:tall|high) as (?:you can|possible)[? ]*",
    re.IGNORECASE,
)
_BOTH_SURE: Final = re.compile(
    r"(?P<sure>(?:please )?(?:make sure|be sure|see to it|ensure)(?: that)?) "
    r"(?P<one>[^,;]+? (?:is|are) [^,;]+?) and (?P<other>[^,;]+? (?:is|are) [^,;]+)",
    re.IGNORECASE,
)


def _simpler(said: str) -> Iterator[str]:
    """The same with fewer or other words: without what goes without saying, slang written out."""
    found = _BOTH_SURE.fullmatch(said)
    if found is not None:
        both = [as_wish(f"{found['sure']} {found[which]}") for which in ("one", "other")]
        if None not in both:
            yield " and ".join(filter(None, both))
    found = _FROM_TO.fullmatch(said)
    if found is not None:
        things = re.split(r",? (?:and |then )|, ", found["things"])
        up = things if found["way"].lower() in ("bottom to top", "the bottom up") else things[::-1]
        yield f"build a tower of {', '.join(up)}"
    if _HIGHEST.fullmatch(said):
        yield "stack all cubes"
    plain = _OF_COLOR.sub(
        lambda one: f"{one['color'] or one['colored']} {one['thing'] or one['what']}",
        " ".join(_SHORT.get(word.lower(), word) for word in said.split()),
    )
    ended = _ENDINGS.fullmatch(plain)
    plain = without_politeness(ended["said"] if ended is not None else plain)
    if plain != said:
        yield plain
        wish = as_wish(plain)
        if wish is not None:
            yield wish
        if _PLACE.fullmatch(plain) and not _NO_WISH.search(plain):
            yield f"put {plain}"


MOST_CHANGES: Final = 3
MOST_WORDINGS: Final = 60


def said_again(text: str) -> Iterator[str]:
    """Other words for a sentence, the nearest first: each change may be followed by others."""
    seen, changed = {text}, {text}
    nearest = [" ".join(text.replace("’", "'").split()).rstrip(".! ")]
    for _ in range(MOST_CHANGES):
        further: list[str] = []
        for said in nearest:
            for one in (said, *_otherwise(said)):
                if one not in seen and len(seen) < MOST_WORDINGS:
                    seen.add(one)
                    yield one
            further += [one for one in simpler(said) if one not in changed]
        nearest = list(dict.fromkeys(further))
        changed.update(nearest)
    yield from (said for said in nearest if said not in seen)


def _otherwise(text: str) -> Iterator[str]:
    """The same in the words of a command: its order, what it leaves out, what it wishes for."""
    said = without_politeness(" ".join(text.replace("’", "'").split()).rstrip(".! "))
    if said != text:
        yield said
    found = _BEFORE.fullmatch(said)
    if found is not None:
        yield f"{found['first']}, then {found['later']}"
    found = _AFTER.fullmatch(said)
    if found is not None:
        done = found["done"].lower()
        yield f"{_VERBS.get(done, done)} {found['first']}, then {found['later']}"
    found = _BUT_FIRST.fullmatch(said)
    if found is not None:
        yield f"{found['first'] or found['before']}, then {found['later']}"
    found = _ARROW.fullmatch(said)
    if found is not None:
        yield f"put {found['thing']} on {found['place']}"
        yield f"put {found['thing']} in {found['place']}"
    found = _LEFT_OUT.fullmatch(said)
    if found is not None:
        yield f"{found['verb'] or 'put '}{found['all']} {found['but']} {found['where']}"
    for one in dict.fromkeys((text, said)):
        wish = as_wish(one)
        if wish is not None:
            yield wish
    yield from _simpler(said)
    if _PLACE.fullmatch(said) and not _NO_WISH.search(said):
        yield f"put {said}"
