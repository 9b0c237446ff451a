"""Simpler words for a sentence, one change at a time: without what goes without saying, in the order that it
tells, the list taken apart. Every word that says something is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from embodied.english import without_politeness
from embodied.goals.changes import part, whole

_WHERE: Final = r"(?:in|into|inside|on|onto|on top of|to|at)"
_BASE: Final = {
    **{"putting": "put", "placing": "place", "setting": "set", "moving": "move", "opening": "open"},
    **{"closing": "close", "shutting": "shut", "pressing": "press", "stacking": "stack", "taking": "take"},
    **{"picking": "pick", "building": "build", "making": "make", "pushing": "push", "pulling": "pull"},
    **{"bringing": "bring", "dropping": "drop", "lifting": "lift", "swapping": "swap", "sorting": "sort"},
    **{"laying": "lay", "clearing": "clear", "emptying": "empty", "pressing down": "press"},
}
_STATE_VERB: Final = {"open": "open", "closed": "close", "shut": "close", "pressed": "press"}
_TOWER: Final = re.compile(r"\b(?:tower|stack|pile|column)\b", re.IGNORECASE)
_COMMAND: Final = re.compile(r"(?:put|place|open|close|press|take|move|stack|pick)\b")


def simpler(said: str) -> Iterator[str]:
    """The same with one change: fewer words, or the order that it tells as "..., then ..."."""
    for change in CHANGES:
        plain = " ".join(change(said).split()).strip(" ,;:")
        if plain and plain != said:
            yield plain


# -- fewer words -------------------------------------------------------------------------------------

_BEGUN: Final = part(
    "make sure to open the drawer",
    r"\A(?:i think|i guess|i suppose|i believe|h+m+|ugh|argh|sir|madam|listen|forgive me|sorry|"
    r"now then|and so|"
    r"i(?: wanna| want to|'d (?:like|love) to)(?: see)? you(?: to)?|"
    r"i (?:wanna|want to|would like to) see|i'd like to see|i wanna|"
    r"leave (?:that|it)(?: be)?(?:,| and)|i have here|"
    r"tidy up(?: please)?(?=[,:] (?:put )?(?:all|every|the)\b)|"
    r"sort (?:all )?(?:of )?(?:the )?(?:cubes|blocks)(?=: )|"
    r"how about you|why don't you|your turn|(?:the |your )?(?:plan|task|goal|order|todo|job)(?: is)?(?=:)|"
    r"what about|it is time to|time to|be sure to|make sure to|make sure you|don't forget to|remember to|"
    r"see that you|you(?: can| may)? now|(?:children|kids|boys|people)|i mean robot|kindly|quick|quickly)"
    r"[,:;]? (?=\w)",
)
_ENDED: Final = part(
    "open the drawer, won't you?",
    r"(?:[,;.:] ?(?:yes|right|ok(?:ay)?|(?:don't|dont|do) you(?: think)?|won't you|will you|do that|go|"
    r"got it|understood|your choice)|"
    r"[,;.:]? (?:where it belongs|as seen from (?:you|the robot|the arm)|seen from you|please do|sweetheart|"
    r"honey|pal|if possible|now|quick(?:ly)?|that's (?:all|it)|"
    r"i (?:do not|don't|dont) (?:care|mind) (?:about )?(?:the (?:rest|others)|which(?: one)?)|"
    r"when you(?: get| have)? (?:a (?:chance|moment)|time)))[.!? ]*$",
)
_MANNER: Final = part(
    "put the cubes neatly in the bowl",
    r"(?:,? ?\b(?:neatly|nicely|simply|directly|tidily|safely|properly|basically|"
    r"actually|really|damn(?:ed)?|bloody|freaking|you know|one by one|one at a time|one after (?:the other|"
    r"another)|(?:cube|block|piece) by (?:cube|block|piece)|one (?:cube|block) at a time)\b(?:,(?= ))?)",
)
_LEFT: Final = part(
    "put everything else in the bowl",
    r"\b(?:what(?:ever)?(?:'s| is) left(?: over)?|(?:everything|anything|all) else|all the (?:others|rest)|"
    r"all of the (?:others|rest)|the (?:remaining|other) (?:cubes|blocks|ones|things))\b",
    "the rest",
)


def _shortest(said: str) -> str:
    while True:
        shorter = _BEGUN(_ENDED(without_politeness(said)))
        if not shorter or shorter == said:
            return said
        said = shorter


# -- a command in the place of what is said of things ------------------------------------------------

_DOING: Final = part(
    "let us begin by placing the red cube in the bowl",
    r"\A(?:(?:let us |let's |you )?(?:begin|start|continue|go on|carry on|proceed)(?: by| with)?|how about|"
    rf"what about|(?:would you )?mind|i (?:suggest|propose)|do some)[, ]+(?P<doing>{'|'.join(_BASE)})\b",
    lambda found: _BASE[found["doing"].lower()],
)
_NAMED_FIRST: Final = part(
    "the red cube, it goes in the bowl",
    r"\A(?P<thing>[^,]+), (?:it|they|that one|this one|those|these) (?=(?:must|should|shall|goes?|belongs?|"
    r"has to|have to|needs? to)\b)",
    r"\g<thing> ",
)
_SO_DOES: Final = whole(
    "the red cube goes in the bowl, and so does the blue one",
    rf"(?P<thing>.+?) (?P<goes>(?:should |must )?(?:goes?|belongs?|comes?)) (?P<where>{_WHERE} [^,]+?),? "
    r"and so (?:does|do|should|must|will) (?P<other>.+)",
    r"put \g<thing> and \g<other> \g<where>",
)
_TOO: Final = whole(
    "put the red cube in the bowl, and the blue one too",
    rf"(?P<verb>put|place|set|move|bring|stack) (?P<thing>.+?) (?P<where>{_WHERE} [^,]+?),? and "
    r"(?P<other>the \w+(?: one| cube| block)?|\w+)(?:,)? (?:too|as well|also)",
    r"put \g<thing> and \g<other> \g<where>",
)
_NOT_SUCH: Final = part(
    "put the cubes that are not blue in the bowl",
    r"\b(?:all )?(?:of )?(?:the )?(?P<kind>cubes|blocks|bricks|boxes|pads) (?:that|which) "
    r"(?:are not|aren't|arent) "
    r"(?P<color>[a-z]+)(?: (?:or|and|nor) (?P<other>[a-z]+))?\b",
    lambda found: (
        f"all {found['kind']} except "
        + " and ".join(f"the {color} one" for color in found.group("color", "other") if color)
    ),
)
_NOT_BUT: Final = part(
    "put it not in the bowl but on the tray",
    r"(?<=\w),? not (?:in|on|into|onto|inside|at) [a-z ]+?,? but (?:rather |instead )?"
    r"(?P<place>in|on|into|onto|next to|beside|behind|in front of|to)\b ",
    r" \g<place> ",
    once=True,
)
_NOT_THERE: Final = part(
    "put the red cube on the tray, not in the bowl",
    r", (?:and |but )?not (?:in|on|into|onto|inside|at|behind|under)"
    r"(?: (?:it|the [a-z]+(?: [a-z]+)?))?[.! ]*$",
)


# -- in the order that is told -----------------------------------------------------------------------

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
_THEN: Final = re.compile(r",? (?:and )?(?:then|finally|lastly)(?: the)? ", re.IGNORECASE)


def _in_order(said: str) -> str:
    """A list that is put somewhere one after the other."""
    found = _ORDERED.match(said)
    if found is None or _TOWER.search(said):
        return said
    things = [one for one in _BETWEEN.split(found["things"]) if one]
    told = found["order"] or re.search(r"\b(?:then|finally|first|next)\b", said[: found.end("things")])
    if not told or len(things) < 2:
        return said
    return ", then ".join(f"put {one} {found['where']}" for one in things) + (found["more"] or "")


def _tower(said: str) -> str:
    """ "a tower of red, then blue": its cubes are listed, not done in turn."""
    return _THEN.sub(", ", said) if _TOWER.search(said) else said


def _first_so(found: re.Match[str]) -> str:
    """What is to be done after something else, which is told last."""
    later = found["later"] if _COMMAND.match(found["later"]) else f"put {found['later']}"
    return f"{_STATE_VERB[found['state'].lower()]} {found['thing']}, then {later}"


def _first_there(found: re.Match[str]) -> str:
    where = found["where"].lower()
    first = f"{_STATE_VERB[where]} {found['thing']}" if where in _STATE_VERB else ""
    return f"{first or 'put ' + found['thing'] + ' ' + where}, then {found['later']}"


def _first_done(found: re.Match[str]) -> str:
    doing = found["doing"].lower()
    if doing not in _BASE and doing not in _BASE.values():
        return found[0]
    return f"{found['first']}, then {_BASE.get(doing, doing)} {found['what']}"


_ONLY_AFTER: Final = whole(
    "put the red cube in it only after the drawer is open",
    r"(?P<later>.+?),? (?:but )?(?:only )?(?:after|once) (?P<thing>[^,]+?) is "
    r"(?P<state>open|closed|shut|pressed)",
    _first_so,
)
_NOT_UNTIL: Final = whole(
    "don't close the drawer until the red cube is in the bowl",
    r"(?:do not|don't|dont) (?P<later>(?:put|open|close|press|move|place|take) .+?) (?:until|before) "
    r"(?P<thing>.+?) is (?P<where>(?:in|on|at|open|closed|shut|pressed)\b.*)",
    _first_there,
)
_FIRST_BEFORE: Final = whole(
    "open the drawer before pressing the button",
    r"(?P<first>[a-z]+ .+?) before (?:you )?(?P<doing>[a-z]+) (?P<what>.+)",
    _first_done,
)

CHANGES: Final[tuple[Callable[[str], str], ...]] = (
    *(_shortest, without_politeness, _BEGUN, _ENDED, _MANNER, _LEFT),
    *(_DOING, _NAMED_FIRST, _SO_DOES, _TOO, _NOT_SUCH),
    *(_in_order, _NOT_BUT, _NOT_THERE, _tower),
    *(_ONLY_AFTER, _NOT_UNTIL, _FIRST_BEFORE),
)
"""Tried in this order, each by itself; one that does not apply gives the sentence as it is."""
