"""Wishes said as statements: "the red cube should be in the bowl", "I want the drawer closed".

What is wished for is a state, and a goal is one: "put the red cube in the bowl", "close the drawer".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from embodied.english import without_politeness, written_out
from embodied.goals.changes import Change, part, whole
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
_VERBS: Final = {
    **{"open": "open", "opened": "open", "closed": "close", "shut": "close", "pressed": "press"},
    **{"pushed": "press", "held": "pick up", "picked up": "pick up"},
}


def _brought_about(found: re.Match[str]) -> str:
    return f"{_VERBS[' '.join(found['state'].lower().split())]} {found['thing']}"


_WISHES: Final = (
    whole(
        "the drawer should be open",
        rf"(?:{_WISHED}(?P<wished>))?{_THING}\s+(?:{_BE}|(?(wished){_IS}|(?!)))\s+(?P<state>open(?:ed)?|"
        rf"closed|shut|pressed|pushed|held|picked\s+up)",
        _brought_about,
    ),
    whole(
        "I want the drawer closed",
        rf"{_WISHED}{_THING}\s+(?P<state>open(?:ed)?|closed|shut|pressed|pushed|picked\s+up)",
        _brought_about,
    ),
    whole(
        "the red cube should be in the bowl",
        rf"(?:{_WISHED}(?P<wished>))?{_THING}\s+(?:{_BE}|(?(wished){_IS}|(?!)))\s+(?:both\s+|all\s+|now\s+)?"
        rf"(?P<where>(?:{_SIDE})\s+.+)",
        r"put \g<thing> \g<where>",
    ),
    whole(
        "I would like the red cube in the bowl",
        rf"{_WISHED}{_THING}\s+(?P<where>(?:{_SIDE})\s+.+)",
        r"put \g<thing> \g<where>",
    ),
)


def as_wish(text: str) -> str | None:
    """The sentence that tells to bring about the state that a statement wishes for; None if it is none."""
    return _first_of(_WISHES, _plain(text))


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).rstrip(".! ")


def _first_of(changes: tuple[Change, ...], said: str) -> str | None:
    """The sentence by the first of the changes that apply; None if none does."""
    return next((change(said) for change in changes if change.applies(said)), None)


# -- commands in another order, or with words left out -----------------------------------------------

_LEAVING_OUT: Final = r"(?:except(?: for)?|but not|apart from|other than|excluding|but(?= the| a))"
_ARROW: Final = r"(?P<thing>[\w ]+?) ?(?:->|=>|→) ?(?P<place>[\w ]+)"


def _after_that(found: re.Match[str]) -> str:
    done = found["done"].lower()
    return f"{_VERBS.get(done, done)} {found['first']}, then {found['later']}"


_COMMANDS: Final = (
    whole(
        "before you close the drawer, put the red cube in it",
        r"before (?:you )?(?P<later>[a-z]+ [^,]+),(?: first)? (?P<first>[^,]+)",
        r"\g<first>, then \g<later>",
    ),
    whole(
        "once you have closed the drawer, press the button",
        r"(?:after|once) (?:you(?:'ve| have) |having )(?P<done>put|set|pressed|opened|closed|"
        r"shut) (?P<first>[^,]+), "
        r"(?:then )?(?P<later>[a-z]+ .+?)(?: to confirm)?",
        _after_that,
    ),
    whole(
        "press the button, but first close the drawer",
        r"(?P<later>[a-z]+ [^,]+), but (?:first (?P<first>[^,]+)|(?P<before>[^,]+) first)",
        lambda found: f"{found['first'] or found['before']}, then {found['later']}",
    ),
    *(
        whole(example, words, rf"put a cube {place} \g<place>")
        for place in ("in", "on")
        for example, words in (
            (
                "make sure the bowl is not empty",
                rf"{_WISHED}(?P<place>.{{2,40}}?) (?:is|are|stays?|remains?)(?: not|n't) empty",
            ),
            (
                "the bowl should not be empty",
                r"(?P<place>.{2,40}?) (?:should|must|shall)(?: not|n't) (?:be|stay|remain) empty",
            ),
        )
    ),
    whole("red -> blue", _ARROW, r"put \g<thing> on \g<place>"),
    whole("red -> bowl", _ARROW, r"put \g<thing> in \g<place>"),
    whole(
        "put all cubes in the bowl except the red one",
        r"(?P<verb>[a-z]+ )??(?P<all>(?:all|every|everything)(?: (?:of )?(?:the |my )?(?:\w+ )?(?:cubes?|"
        r"blocks?))?) "
        rf"(?P<where>(?:in|into|on|onto|to|inside)\b[^,]*?),? (?P<but>{_LEAVING_OUT} .+)",
        lambda found: f"{found['verb'] or 'put '}{found['all']} {found['but']} {found['where']}",
    ),
)
_PLACE: Final = re.compile(
    rf"(?:the |a |all |both |every |any )?[^,;?]{{2,60}}? (?:{_SIDE})\s+(?!it\b|not\b)[^?]+", re.IGNORECASE
)
_NO_WISH: Final = re.compile(
    r"\b(?:not|no|never|if|when|unless|is|are|was|were|i|you|why|how)\b|n't\b", re.IGNORECASE
)


def _verbless(said: str) -> Iterator[str]:
    """ "The red cube in the bowl": what is only named there is put there."""
    if _PLACE.fullmatch(said) and not _NO_WISH.search(said):
        yield f"put {said}"


# -- fewer or other words ----------------------------------------------------------------------------


def _both_wishes(found: re.Match[str]) -> str:
    both = [as_wish(f"{found['sure']} {found[which]}") for which in ("one", "other")]
    return found[0] if None in both else " and ".join(filter(None, both))


def _tower_up(found: re.Match[str]) -> str:
    things = re.split(r",? (?:and then|then|and) |, ", found["things"])
    return f"build a tower of {', '.join((found['lowest'], *things))}"


def _each_apart(found: re.Match[str]) -> str:
    """So many towers, each told as one thing on another."""
    counted = _COUNTED[found["many"].lower()]
    told = len(re.findall(r"\bon\b", found["towers"]))
    return found["towers"] if told == counted else found[0]


def _first_of_all(found: re.Match[str]) -> str:
    return f"put {found['first']} {found['where']}, then put {found['things']} {found['where']}"


def _tower_from(found: re.Match[str]) -> str:
    things = re.split(r",? (?:and |then )|, ", found["things"])
    up = things if found["way"].lower() in ("bottom to top", "the bottom up") else things[::-1]
    return f"build a tower of {', '.join(up)}"


def _in_a_row(found: re.Match[str]) -> str:
    """Each left of the next."""
    things = [one for one in re.split(r"[, ]+(?:(?:and|the|cube) ?)*", found["things"]) if one]
    row = things if found["way"].lower() == "left to right" else things[::-1]
    return " and ".join(f"put {one} to the left of {other}" for one, other in pairwise(row))


_COUNTED: Final = {"two": 2, "2": 2, "three": 3, "3": 3}
_MEANT: Final = (
    whole(
        "build a tower, yellow at the bottom, then green, then blue and red on top",
        r"(?:(?:build|make|stack) )?(?:me )?(?:a |the )?(?:tower|stack|pile)"
        r"(?:,? (?:with|of|from|out of) (?:all )?(?:of )?(?:the )?(?:[a-z0-9]+ )?(?:cubes|blocks))?"
        r"[,:]?(?: with| of)? "
        r"(?P<lowest>(?:the )?[a-z]+(?: cube| one)?) (?:at|on) the bottom,? (?:and )?(?:then )?"
        r"(?P<things>(?:the )?[a-z]+(?: cube| one)?(?:(?:,? (?:and then|then|and) |, )(?:the )?[a-z]+"
        r"(?: cube| one)?)+) (?:on|at) (?:the )?top",
        _tower_up,
    ),
    whole(
        "make two towers, red on blue and green on yellow",
        rf"(?:build|make|stack)(?: me)? (?P<many>{'|'.join(_COUNTED)}) (?:towers|stacks|piles)[,:]?(?: of)? "
        r"(?P<towers>.+ on .+)",
        _each_apart,
    ),
    whole(
        "put the cubes in the bowl, red first",
        r"(?:put|place|move) (?P<things>(?:all |all the |the )(?:cubes|blocks)) "
        r"(?P<where>(?:in|into|on|onto) [^,]+), (?:the )?(?P<first>[a-z]+(?: cube| one)?) first",
        _first_of_all,
    ),
    whole(
        "put everything back to how it was at the start",
        r"put (?:everything|all(?: of it| the cubes)?|it all|things) back (?:to )?(?:how|where|the way|as) "
        r"(?:it|they|things|everything) (?:was|were)(?: (?:at|in) the (?:start|beginning)| before)?",
        "put all cubes back where they were",
    ),
    whole(
        "unstack the cubes and spread them out on the table",
        r"unstack (?:(?:all )?(?:of )?(?:the )?(?:cubes|blocks)|them(?: all)?|everything|all of them)"
        r"(?:,? and (?:spread|lay|put) (?:them|everything)(?: all)?(?: out)?(?: (?:on|over|across) the "
        r"table)?)?",
        "take the tower apart",
    ),
    whole(
        "red, green and blue in a line from left to right",
        r"(?:(?:put|arrange|place|set|lay|line up|i want|i'd like) )?(?:the )?(?P<things>[a-z]+(?: cube)?"
        r"(?:(?:,? and |, | )(?:the )?[a-z]+(?: cube)?)+?)(?: cubes| blocks)?,? (?:up )?(?:in a (?:line|"
        r"row),? )?"
        r"from (?P<way>left to right|right to left)(?: in a (?:line|row))?",
        _in_a_row,
    ),
    whole(
        "I'd like the green cube",
        r"(?:i'd like|i would like|i want|i need|(?:can|could|may) i have) (?:to have )?"
        r"(?P<thing>(?:the|a|another) [a-z]+(?: [a-z]+)?)",
        r"give me \g<thing>",
    ),
    whole(
        "make sure the drawer is open and the red cube is in the bowl",
        r"(?P<sure>(?:please )?(?:make sure|be sure|see to it|ensure)(?: that)?) "
        r"(?P<one>[^,;]+? (?:is|are) [^,;]+?) and (?P<other>[^,;]+? (?:is|are) [^,;]+)",
        _both_wishes,
    ),
    whole(
        "build a tower from top to bottom: red, green, blue",
        r"(?:(?:build |make )?(?:a |the )?(?:tower|stack)[,:]? )?from (?P<way>top to bottom|bottom to top|"
        r"the bottom up|the top down)(?: (?:i would|i'd) like| i want)?[:,]? (?P<things>[a-z]+(?: cube)?"
        r"(?:(?:, (?:and |then )?| and | then )(?:the )?[a-z]+(?: cube)?)+)",
        _tower_from,
    ),
    whole(
        "build the tallest tower possible",
        r"(?:build|make) (?:me )?(?:a|the) (?:tallest|highest|biggest)(?: possible)? (?:tower|stack)"
        r"(?: (?:possible|(?:that )?you can))?[? ]*|"
        r"(?:build|make|stack) (?:me )?(?:a|the) (?:tower|stack) as (?:tall|high) as "
        r"(?:you can|possible)[? ]*",
        "stack all cubes",
    ),
)
_OF_COLOR: Final = part(
    "put the cube of colour red in the bowl",
    r"\b(?P<thing>cube|block|brick|box|pad|one) (?:of|with|in)(?: the)? colou?r (?P<color>[a-z]+)|"
    r"\b(?P<what>cube|block|brick|box|pad|one) (?:that|which)(?: is|'s) (?P<colored>[a-z]+)\b"
    r"(?! (?:cube|of|to|in|on))",
    lambda found: f"{found['color'] or found['colored']} {found['thing'] or found['what']}",
)
_OWN_COLOR: Final = part(
    "put every cube on the pad of its own colour",
    r"\b(?P<whose>its|their) own (?=colou?rs?\b)",
    r"\g<whose> ",
)
_LEFT_TO_YOU: Final = whole(
    "put a cube in the bowl, I don't mind which",
    r"(?P<said>.+?)(?:[,;.]? (?:(?:i )?(?:do not|don't|dont) (?:mind|care) which(?: ones?)?|your choice|"
    r"any(?: of them)? will do|doesn't matter which|no matter which(?: ones?)?|"
    r"you choose|whichever you (?:like|want|prefer)|it (?:does not|doesn't) matter which)|"
    r"(?<=[a-z]) and (?:then )?(?:leave|keep) it (?:open|closed|shut|there)|"
    r",? and (?:just )?(?:hold|keep holding) it(?: there| up| still)?)",
    r"\g<said>",
)


def _simpler(said: str) -> Iterator[str]:
    """The same with fewer or other words: without what goes without saying, slang written out."""
    for change in _MEANT:
        if (meant := change(said)) != said:
            yield meant
    plain = without_politeness(_LEFT_TO_YOU(_OWN_COLOR(_OF_COLOR(written_out(said)))))
    if plain != said:
        yield plain
        if (wish := as_wish(plain)) is not None:
            yield wish
        yield from _verbless(plain)


# -- all of it ---------------------------------------------------------------------------------------

MOST_CHANGES: Final = 3
MOST_WORDINGS: Final = 60


def said_again(text: str) -> Iterator[str]:
    """Other words for a sentence, the nearest first: each change may be followed by others."""
    seen, changed = {text}, {text}
    nearest = [_plain(text)]
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
    said = without_politeness(_plain(text))
    if said != text:
        yield said
    for change in _COMMANDS:
        if change.applies(said):
            yield change(said)
    for one in dict.fromkeys((text, said)):
        if (wish := as_wish(one)) is not None:
            yield wish
    yield from _simpler(said)
    yield from _verbless(said)
