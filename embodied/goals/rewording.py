"""Simpler words for a sentence, one change at a time: without what goes without saying, in the order that it
tells, the list taken apart. Every word that says something is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from embodied.english import without_politeness

_WHERE: Final = r"(?:in|into|inside|on|onto|on top of|to|at)"
_MANNER: Final = re.compile(
    r"(?:,? ?\b(?:neatly|nicely|simply|directly|tidily|safely|properly|basically|"
    r"actually|really|damn(?:ed)?|bloody|freaking|you know|one by one|one at a time|one after (?:the other|"
    r"another)|(?:cube|block|piece) by (?:cube|block|piece)|one (?:cube|block) at a time)\b(?:,(?= ))?)",
    re.IGNORECASE,
)
_BEGUN: Final = re.compile(
    r"(?:i think|i guess|i suppose|i believe|h+m+|ugh|argh|sir|madam|listen|forgive me|sorry|now then|and so|"
    r"i(?: wanna| want to|'d (?:like|love) to)(?: see)? you(?: to)?|"
    r"i (?:wanna|want to|would like to) see|i'd like to see|i wanna|"
    r"leave (?:that|it)(?: be)?(?:,| and)|i have here|"
    r"how about you|why don't you|your turn|(?:the |your )?(?:plan|task|goal|order|todo|job)(?: is)?(?=:)|"
    r"what about|it is time to|time to|be sure to|make sure to|make sure you|don't forget to|remember to|"
    r"see that you|you(?: can| may)? now|(?:children|kids|boys|people)|i mean robot|kindly|quick|quickly)"
    r"[,:;]? (?=\w)",
    re.IGNORECASE,
)
_ENDED: Final = re.compile(
    r"(?:[,;.:] ?(?:yes|right|ok(?:ay)?|(?:don't|dont|do) you(?: think)?|won't you|will you|do that|go|"
    r"got it|understood|your choice)|"
    r"[,;.:]? (?:where it belongs|as seen from (?:you|the robot|the arm)|seen from you|please do|sweetheart|"
    r"honey|pal|if possible|now|quick(?:ly)?|that's (?:all|it)|"
    r"i (?:do not|don't|dont) (?:care|mind) (?:about )?(?:the (?:rest|others)|which(?: one)?)|"
    r"when you(?: get| have)? (?:a (?:chance|moment)|time)))[.!? ]*$",
    re.IGNORECASE,
)
_BASE: Final = {
    **{"putting": "put", "placing": "place", "setting": "set", "moving": "move", "opening": "open"},
    **{"closing": "close", "shutting": "shut", "pressing": "press", "stacking": "stack", "taking": "take"},
    **{"picking": "pick", "building": "build", "making": "make", "pushing": "push", "pulling": "pull"},
    **{"bringing": "bring", "dropping": "drop", "lifting": "lift", "swapping": "swap", "sorting": "sort"},
    **{"laying": "lay", "clearing": "clear", "emptying": "empty", "pressing down": "press"},
}
_DOING: Final = re.compile(
    rf"^(?:(?:let us |let's |you )?(?:begin|start|continue|go on|carry on|proceed)(?: by| with)?|how about|"
    rf"what about|(?:would you )?mind|i (?:suggest|propose)|do some)[, ]+(?P<doing>{'|'.join(_BASE)})\b",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(
    r"\b(?:what(?:ever)?(?:'s| is) left(?: over)?|(?:everything|anything|all) else|all the (?:others|rest)|"
    r"all of the (?:others|rest)|the (?:remaining|other) (?:cubes|blocks|ones|things))\b",
    re.IGNORECASE,
)
_DISLOCATED: Final = re.compile(
    r"^(?P<thing>[^,]+), (?:it|they|that one|this one|those|these) (?=(?:must|should|shall|goes?|belongs?|"
    r"has to|have to|needs? to)\b)",
    re.IGNORECASE,
)
_SO_DOES: Final = re.compile(
    rf"^(?P<thing>.+?) (?P<goes>(?:should |must )?(?:goes?|belongs?|comes?)) (?P<where>{_WHERE} [^,]+?),? "
    r"and so (?:does|do|should|must|will) (?P<other>.+)$",
    re.IGNORECASE,
)
_ALSO: Final = re.compile(
    rf"^(?P<verb>put|place|set|move|bring|stack) (?P<thing>.+?) (?P<where>{_WHERE} [^,]+?),? and "
    r"(?P<other>the \w+(?: one| cube| block)?|\w+)(?:,)? (?:too|as well|also)$",
    re.IGNORECASE,
)
_ITEM: Final = r"(?:the )?(?!(?:and|then|in|on|to|put|the|each|all|both|one)\b)[a-z]+(?: (?:cube|block|one))?"
_LIST: Final = rf"{_ITEM}(?:(?:,? (?:and )?(?:then|finally|next)|,(?: and)?| and) {_ITEM})+"
_ORDERED: Final = re.compile(
    r"^(?:(?:put|place|move|drop|do|first put|bring|start with|begin with) )?(?:first )?"
    rf"(?P<things>{_LIST})(?P<then>)?,? (?:(?:each|all)(?: one| of them)?,? )?"
    rf"(?:(?:should |must )?go(?:es)? |come |comes )?(?P<where>{_WHERE} (?!of\b)[a-z ]+?)"
    r"(?P<order>,? in (?:that|this|exactly that|the given) order)?(?P<more>,? (?:and )?then .+)?$",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r",? (?:and )?(?:then|finally|next) |, (?:and )?| and ", re.IGNORECASE)
_TOWER: Final = re.compile(r"\b(?:tower|stack|pile|column)\b", re.IGNORECASE)
_THEN: Final = re.compile(r",? (?:and )?(?:then|finally|lastly)(?: the)? ", re.IGNORECASE)
_NOT_BUT: Final = re.compile(
    r"(?<=\w),? not (?:in|on|into|onto|inside|at) [a-z ]+?,? but (?:rather |instead )?"
    r"(?P<place>in|on|into|onto|next to|beside|behind|in front of|to)\b ",
    re.IGNORECASE,
)
_NOT_THERE: Final = re.compile(
    r", (?:and |but )?not (?:in|on|into|onto|inside|at|behind|under)"
    r"(?: (?:it|the [a-z]+(?: [a-z]+)?))?[.! ]*$",
    re.IGNORECASE,
)
_ONLY_AFTER: Final = re.compile(
    r"^(?P<later>.+?),? (?:but )?(?:only )?(?:after|once) (?P<thing>[^,]+?) is "
    r"(?P<state>open|closed|shut|pressed)$",
    re.IGNORECASE,
)
_NOT_UNTIL: Final = re.compile(
    r"^(?:do not|don't|dont) (?P<later>(?:put|open|close|press|move|place|take) .+?) (?:until|before) "
    r"(?P<thing>.+?) is (?P<where>(?:in|on|at|open|closed|shut|pressed)\b.*)$",
    re.IGNORECASE,
)
_FIRST_BEFORE: Final = re.compile(
    r"^(?P<first>[a-z]+ .+?) before (?:you )?(?P<doing>[a-z]+) (?P<what>.+)$", re.IGNORECASE
)
_STATE_VERB: Final = {"open": "open", "closed": "close", "shut": "close", "pressed": "press"}


def simpler(said: str) -> Iterator[str]:
    """The same with one change: fewer words, or the order that it tells as "..., then ..."."""
    for change in _CHANGES:
        for one in change(said):
            plain = " ".join(one.split()).strip(" ,;:")
            if plain and plain != said:
                yield plain


def _shorter(said: str) -> Iterator[str]:
    yield _shortest(said)
    yield without_politeness(said)
    yield _BEGUN.sub("", said, count=1) if _BEGUN.match(said) else said
    yield _ENDED.sub("", said)
    yield _MANNER.sub("", said)
    yield _LEFT.sub("the rest", said)


def _shortest(said: str) -> str:
    while True:
        shorter = _ENDED.sub("", without_politeness(said))
        shorter = _BEGUN.sub("", shorter, count=1) if _BEGUN.match(shorter) else shorter
        if not shorter or shorter == said:
            return said
        said = shorter


def _done(said: str) -> Iterator[str]:
    """ "Let us begin by placing ..." as "place ..."."""
    found = _DOING.match(said)
    if found is not None:
        yield _BASE[found["doing"].lower()] + said[found.end() :]


def _whole(said: str) -> Iterator[str]:
    """A sentence that names its thing first, or says of another that it goes there, too."""
    yield _DISLOCATED.sub(r"\g<thing> ", said)
    for pattern in (_SO_DOES, _ALSO):
        found = pattern.match(said)
        if found is not None:
            yield f"put {found['thing']} and {found['other']} {found['where']}"


def _in_order(said: str) -> Iterator[str]:
    """A list that is put somewhere one after the other."""
    found = _ORDERED.match(said)
    if found is None or _TOWER.search(said):
        return
    things = [one for one in _BETWEEN.split(found["things"]) if one]
    told = found["order"] or re.search(r"\b(?:then|finally|first|next)\b", said[: found.end("things")])
    if told and len(things) > 1:
        steps = [f"put {one} {found['where']}" for one in things]
        yield ", then ".join(steps) + (found["more"] or "")


def _contrast(said: str) -> Iterator[str]:
    """ "Not in the bowl but on the tray": what is at the one place is not at the other."""
    yield _NOT_BUT.sub(r" \g<place> ", said, count=1)
    yield _NOT_THERE.sub("", said)


def _towers(said: str) -> Iterator[str]:
    if _TOWER.search(said):
        yield _THEN.sub(", ", said)


def _after(said: str) -> Iterator[str]:
    """What is to be done after something else, which is told last."""
    found = _ONLY_AFTER.match(said)
    if found is not None:
        yield f"{_STATE_VERB[found['state'].lower()]} {found['thing']}, then {_put(found['later'])}"
    found = _NOT_UNTIL.match(said)
    if found is not None:
        where = found["where"].lower()
        first = f"{_STATE_VERB[where]} {found['thing']}" if where in _STATE_VERB else ""
        yield f"{first or 'put ' + found['thing'] + ' ' + where}, then {found['later']}"
    found = _FIRST_BEFORE.match(said)
    if found is not None:
        doing = found["doing"].lower()
        if doing in _BASE or doing in _BASE.values():
            yield f"{found['first']}, then {_BASE.get(doing, doing)} {found['what']}"


def _put(said: str) -> str:
    return said if re.match(r"(?:put|place|open|close|press|take|move|stack|pick)\b", said) else f"put {said}"


_CHANGES: Final[tuple[Callable[[str], Iterator[str]], ...]] = (
    _shorter,
    _done,
    _whole,
    _in_order,
    _contrast,
    _towers,
    _after,
)
