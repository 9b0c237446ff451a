"""Things told by where they are now: "the leftmost cube", "the one in the bowl", "everything in the drawer".

Such words are put into the names of the things that they mean at that moment, which is told, before the line
is read as any other. Where nobody looks (`look` None) a stand-in of the kind is named instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from embodied.english import listed
from embodied.errors import BadGoal
from embodied.facts import Observation
from embodied.goals.nouns import AMOUNTS
from embodied.methods import Vocabulary
from embodied.teaching.by_place import Reader, Told
from embodied.teaching.lesson import spoken

_BOTH_WAYS: Final = re.compile(r"\s*(?:swap|exchange|switch|interchange)\b", re.IGNORECASE)
_ORDINALS: Final = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_NEAREST: Final = r"nearest|closest"
_FARTHEST: Final = r"farthest|furthest"


@dataclass(frozen=True)
class Pointed:
    """A line with the names of the things that were told by where they are."""

    line: str
    told: tuple[Told, ...]

    def as_said(self, canonical: str) -> str:
        """A reading of the line, with the words in the place of what only stands in for them."""
        for one in self.told:
            if one.stands_in:
                name = one.names[0]
                canonical = re.sub(
                    rf"\b(?:{name}|the {spoken(name)})\b|(?<=start_of_){name}\b", one.words, canonical
                )
        return canonical


def pointed(line: str, vocabulary: Vocabulary, look: Callable[[], Observation] | None) -> Pointed | None:
    """The line with names; None where it tells nothing by its place.

    Raises:
        BadGoal: nothing is there, or two are alike.
    """
    if not vocabulary.things or _BOTH_WAYS.match(line):
        return None
    reader = Reader(" ".join(line.split()), vocabulary, look)
    for pattern, put in _PATTERNS:
        reader.replace(pattern, put)
    if any(one.stands_in for one in reader.told):
        reader.replace(r"\b(?:the (?:rest|others)|(?:all|everything) else)\b", _rest)
    changed = reader.told or reader.line != " ".join(line.split())
    return Pointed(reader.line, tuple(reader.told)) if changed else None


def _extreme(reader: Reader, found: re.Match[str]) -> str:
    """Leftmost, rightmost, nearest to the arm, farthest from it."""
    way = found["way"].lower()
    by: dict[str, Callable[[str], float]] = {
        "left": lambda name: -reader.spot(name)[1],
        "right": lambda name: reader.spot(name)[1],
        "near": lambda name: math.hypot(*reader.spot(name)),
        "far": lambda name: -math.hypot(*reader.spot(name)),
    }
    way = re.sub(_FARTHEST, "far", re.sub(_NEAREST, "near", way))
    return reader.ordered(found[0], reader.alike(found), next(by[one] for one in by if one in way))


def _from_a_side(reader: Reader, found: re.Match[str]) -> str:
    """The second from the left."""
    sign = -1.0 if found["side"].lower() == "left" else 1.0
    number = _ORDINALS[found["number"].lower()]
    return reader.ordered(found[0], reader.alike(found), lambda name: sign * reader.spot(name)[1], number)


def _nearest_to(reader: Reader, found: re.Match[str]) -> str:
    """Nearest to a thing, or farthest from it."""
    return _by_distance(reader, found, found[0])


def _by_distance(reader: Reader, found: re.Match[str], words: str) -> str:
    thing = reader.thing(found)
    sign = 1.0 if re.match(_NEAREST, found["way"], re.IGNORECASE) else -1.0
    others = [name for name in reader.alike(found) if name != thing]

    def distance(name: str) -> float:
        return sign * math.dist(reader.spot(name), reader.spot(thing))

    return reader.ordered(words, others, distance)


def _nearest_into(reader: Reader, found: re.Match[str]) -> str:
    """Nearest to a thing, and put in it: "the cube closest to the bowl, and put it in"."""
    words = found[0][: found.start("then") - found.start()]
    return f"{_by_distance(reader, found, words)}{found['then']} the {spoken(reader.thing(found))}"


def _rest(reader: Reader, found: re.Match[str]) -> str:
    return reader.stand_in(found[0])


def _free(reader: Reader, found: re.Match[str]) -> str:
    return reader.free(found[0], reader.alike(found), any_of_them=bool(found.groupdict().get("any")))


def _held(reader: Reader, found: re.Match[str]) -> str:
    return reader.held(found[0])


def _in_a_tower(reader: Reader, found: re.Match[str]) -> str:
    top = found["end"].lower() in ("top", "topmost", "uppermost", "highest")
    return reader.stacked(found[0], top=top)


def _there_of_a_kind(reader: Reader, found: re.Match[str]) -> str:
    """The cubes on the pads; those that are not on one."""
    kind = reader.nouns[found["places"].lower()]
    places = [name for name, of in reader.kinds.items() if of == kind]
    if reader.now is None:
        return reader.stand_in(found[0])
    there = {name for place in places for name in reader.at(place)}
    alike = reader.alike(found)
    names = [name for name in alike if (name in there) != bool(found["not"])]
    if not names:
        raise BadGoal(f"There are none of {found[0]!r} now.")
    return reader.names(found[0], names)


def _off_all_places(reader: Reader, found: re.Match[str]) -> str:
    kind = reader.nouns[found["places"].lower()]
    places = [name for name, of in reader.kinds.items() if of == kind]
    if reader.now is None:
        return _taken_off([reader.stand_in(f"each of the cubes on the {found['places']} in turn")])
    there = [name for place in places for name in reader.at(place) if name in reader.alike(found)]
    if not there:
        raise BadGoal(f"There is nothing on the {found['places']} now.")
    return _taken_off(re.split(r", | and ", reader.names(found[0], list(dict.fromkeys(there)))))


def _taken_off(things: Sequence[str]) -> str:
    """What lies on a pad lies on the table all the same: it is taken up, and put down elsewhere."""
    return ", then ".join(f"pick up {one}, then put {one} on the table" for one in things)


def _other_color(reader: Reader, found: re.Match[str]) -> str:
    """The cube that is not red, green or blue."""
    traits = set(re.findall(r"[a-z]+", found["traits"].lower())) - {"or", "and", "nor", "not"}
    known = {trait for name in reader.alike(found) for trait in reader.traits[name]}
    if not traits <= known:
        return found[0]
    names = [name for name in reader.alike(found) if not traits & reader.traits[name]]
    if not names:
        raise BadGoal(f"There is none of {found[0]!r}.")
    return listed(tuple(f"the {spoken(name)}" for name in names))


def _off_a_place(reader: Reader, found: re.Match[str]) -> str:
    if reader.kinds[reader.thing(found)] not in ("place", "edge"):
        return found[0]
    return _taken_off([found["what"]])


def _one_there(reader: Reader, found: re.Match[str]) -> str:
    return reader.there(found[0], reader.thing(found), one=True)


def _taken_from(reader: Reader, found: re.Match[str]) -> str:
    """ "Take the cube out of the drawer and put it ...": which one, only what is there tells."""
    return reader.there(found[0], reader.thing(found), one=True)


def _all_there(reader: Reader, found: re.Match[str]) -> str:
    return reader.there(found[0], reader.thing(found), one=False)


def _everything(reader: Reader, place: str) -> str:
    how = "on" if reader.kinds[place] in ("tray", "place", "edge", "table") else "in"
    return f"everything {how} the {spoken(place)}"


def _emptied(reader: Reader, found: re.Match[str]) -> str:
    """Taken out thing by thing, onto the table or into what is named."""
    place = reader.thing(found)
    if reader.kinds[place] == "table":
        raise BadGoal(
            "Where what is on the table is to go is not said.", remedy="Say 'put all cubes in ...'."
        )
    things = reader.there(_everything(reader, place), place, one=False)
    if reader.kinds[place] == "place":
        return _taken_off(re.split(r", | and ", things))
    return f"put {things} on the table"


def _some_of_there(reader: Reader, found: re.Match[str]) -> str:
    """So many of those that are there: "take one cube out of the bowl"."""
    place, many = reader.thing(found), AMOUNTS.get(found["many"].lower(), 1)
    if reader.now is None:
        return f"{found['verb']} {reader.stand_in(found['some'])} {found['out']} the {spoken(place)}"
    there = [name for name in reader.at(place) if name in reader.alike(found)]
    if len(there) < many:
        raise BadGoal(f"There are only {len(there)} of them in or on the {spoken(place)} now.")
    return f"{found['verb']} {reader.names(found['some'], there[:many])} {found['out']} the {spoken(place)}"


def _emptied_into(reader: Reader, found: re.Match[str]) -> str:
    place = reader.thing(found)
    return f"put {reader.there(_everything(reader, place), place, one=False)} "


_THAT_IS: Final = r"(?:(?:that(?: is|'s| are)|which (?:is|are)|lying|standing|sitting)\s+)"
_IN: Final = r"(?:in|on|at|inside|on top of)"
_ALL: Final = (
    r"(?:everything|anything|all(?: of)?(?: the)? (?:cubes|blocks|things|objects)|"
    r"the (?:cubes|blocks|things))"
)
_KIND_OF_PLACE: Final = (
    r"(?:a|any|either|both|both the|one of the|the(?= \w+s\b)) (?P<places>pads?|places?|mats?|trays?)"
)
_WHICH_IS: Final = r"(?:that|which)(?: is|'s| are)"
_AMONG: Final = r"(?:of|on|from|in|off) (?:the )?(?:tower|stack|pile)"
_HOLD: Final = r"you(?:'re| are)? (?:now )?(?:hold(?:ing)?|have(?: got)?|carry(?:ing)?)(?: in your hand)?"
_PATTERNS: Final[Sequence[tuple[str, Callable[[Reader, re.Match[str]], str]]]] = (
    (rf"\bthe NOUN {_WHICH_IS} (?:still )?(?:free|empty|unoccupied)\b", _free),
    (r"\b(?:the|(?P<any>an?|any)) (?:free|empty|unoccupied) NOUN\b", _free),
    (
        rf"\b(?:all )?(?:the )?NOUN {_THAT_IS}?(?P<not>not )?(?:in|on|at) {_KIND_OF_PLACE}\b(?=,? \w)",
        _there_of_a_kind,
    ),
    (
        rf"\bthe NOUN {_WHICH_IS} (?:not|neither) (?P<traits>[a-z]+"
        r"(?:(?:, (?:or |and |nor )?| or | and | nor )[a-z]+)*?)(?= (?:in|on|into|onto|to|goes?|should)\b|$)",
        _other_color,
    ),
    (rf"\bthe NOUN (?:that )?{_HOLD}\b", _held),
    (r"\bthe (?:held|grasped) NOUN\b", _held),
    (rf"\bwhat(?:ever)? {_HOLD}\b", _held),
    (
        r"\bthe (?P<end>top(?:most)?|uppermost|highest|bottom(?:most)?|lowest) NOUN"
        rf"(?: {_AMONG})?\b",
        _in_a_tower,
    ),
    (
        r"^(?:take|get|remove|move|lift|clear) (?P<what>(?:the )?[a-z]+(?: [a-z]+)?) "
        r"(?:off(?: of)?|from) THING$",
        _off_a_place,
    ),
    (
        r"^(?:take|get|remove|move|lift|clear) (?:all |the |all the |any )?NOUN "
        r"(?:off(?: of)?|from) (?:all |both )?(?:the )?(?P<places>pads|places|mats)$",
        _off_all_places,
    ),
    (
        rf"^(?P<verb>take|get|remove) (?P<some>(?P<many>an?|any|{'|'.join(AMOUNTS)})(?: of the)? NOUN) "
        r"(?P<out>out of|from) THING$",
        _some_of_there,
    ),
    (r"\bthe THING (?:cubes|blocks)\b", _all_there),
    (
        rf"\b(?:the|which(?:ever)?) NOUN {_THAT_IS}?(?:is )?(?:the )?(?P<way>{_NEAREST}) to THING"
        r"(?P<then>,? and (?:put|place|drop|set) it (?P<how>in|on)(?:side|to)?)(?: it| there)?$",
        _nearest_into,
    ),
    (rf"\b(?:the )?(?:NOUN {_THAT_IS}?(?P<way>{_NEAREST}|{_FARTHEST}) (?:to|from) THING)\b", _nearest_to),
    (rf"\b(?:the )?(?P<way>{_NEAREST}|{_FARTHEST}) NOUN (?:to|from) THING\b", _nearest_to),
    (rf"\bwhich(?:ever)? NOUN is (?P<way>{_NEAREST}|{_FARTHEST}) (?:to|from) THING\b", _nearest_to),
    (
        rf"\bthe (?P<number>{'|'.join(_ORDINALS)}) (?:NOUN )?from the (?P<side>left|right)\b",
        _from_a_side,
    ),
    (
        rf"\bthe (?P<way>left-?most|right-?most|{_NEAREST}|{_FARTHEST}) NOUN\b(?! (?:to|from)\b)",
        _extreme,
    ),
    (
        rf"\bthe (?:NOUN {_THAT_IS}?(?:the )?(?P<way>{_NEAREST}|{_FARTHEST})) (?:to|from) "
        r"(?:you|the robot|the arm)\b",
        _extreme,
    ),
    (
        rf"\bthe NOUN {_THAT_IS}?(?:the )?(?:{_FARTHEST}|most)(?: to the)? (?P<way>left|right)\b",
        _extreme,
    ),
    (rf"\bwhat(?:ever)?(?:'s| is) (?:{_IN}) THING\b", _one_there),
    (rf"\bthe NOUN {_THAT_IS}{_IN} THING\b", _one_there),
    (rf"\bthe one {_IN} THING\b(?=\s+\w)", _one_there),
    (rf"\b{_ALL} (?:{_THAT_IS}{_IN}|from) THING\b(?=\s+\w)", _all_there),
    (r"(?<=\btake )the NOUN (?:out of|from|off) THING(?=,? (?:and|then)\b)", _taken_from),
    (r"^(?:empty|unload|clear)(?: (?:out|off))? THING (?=(?:on|onto|in|into)\b)", _emptied_into),
    (r"^(?:empty|unload)(?: out)? THING(?: out| completely)?$", _emptied),
    (rf"^(?:(?:take|get|remove|clear|move) )?{_ALL} (?:out of|off(?: of)?|from) THING$", _emptied),
    (r"^clear(?: off)? (?:the )?(?P<thing>(?:\w+ )?(?:pad|tray|bowl|drawer))$", _emptied),
)


def it_stood_for(line: str, vocabulary: Vocabulary) -> Pointed | None:
    """The line with a stand-in for its first "it", which is what the hand holds or was named last."""
    reader = Reader(re.sub(r"\s+instead$", "", " ".join(line.split())), vocabulary, None)
    found = re.search(r"\b(?:put|place|drop|set|move|bring|take|lay|lift|hold) (it)\b", reader.line)
    if found is None:
        return None
    reader.line = reader.line[: found.start(1)] + reader.stand_in("it") + reader.line[found.end(1) :]
    return Pointed(reader.line, tuple(reader.told))


def told_lines(pointed_at: Pointed) -> Iterator[str]:
    """What is told to the person: "I take 'the leftmost cube' as the red cube"."""
    for one in pointed_at.told:
        yield f"I take {one.words!r} as {listed(tuple(f'the {spoken(name)}' for name in one.names))}."
