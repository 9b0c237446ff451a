"""Rules in words for a body among blocks: what it digs, places, throws away, hits, and how deep it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from embodied.errors import BadRule
from embodied.rules.places import among_arguments, box_in

if TYPE_CHECKING:
    from embodied.rules.sentences import Reader

_Meaning = Callable[["Reader", re.Match[str]], str | None]
_DIG: Final = (
    r"(?:break|dig up|dig out|dig|mine|destroy|harvest|cut down|cut|chop|gather|damage|remove|tunnel)"
)
_PLACE: Final = r"(?:place|put down|put|set down|set|lay|build with|build|pour|empty|spill|use|light)"
_HIT: Final = r"(?:attack|hit|hurt|kill|harm|fight|shoot|slaughter|murder)"
_DROP: Final = r"(?:drop|throw away|throw out|throw|toss|discard)"
_LEVEL: Final = r"(?:y ?=? ?|height |level |layer |y level )?(-?\d+(?:\.\d+)?)"
LOWEST: Final = -64
HIGHEST: Final = 320
_LOWER: Final = r"(?:below|under|beneath|deeper than|lower than)"
_UPPER: Final = r"(?:above|over|higher than)"


def block_patterns() -> Iterable[tuple[str, _Meaning]]:
    """What may follow "never", and what it means; the narrow ones first."""
    yield rf"{_DIG}(?: .*)? {_LOWER} {_LEVEL}", lambda _, found: f"call(dig, arg[y] < {_level(found[1])})"
    yield rf"{_DIG}(?: .*)? {_UPPER} {_LEVEL}", lambda _, found: f"call(dig, arg[y] > {_level(found[1])})"
    going = r"(?:(?:go|walk|move|be|climb|descend|fall|travel)(?: down| up)?|rise)"
    yield rf"{going} {_LOWER} {_LEVEL}", lambda _, found: f"position.y < {_level(found[1])}"
    yield rf"{going} {_UPPER} {_LEVEL}", lambda _, found: f"position.y >= {_level(found[1]) + 1:g}"
    anything = r"(?: anything| blocks| any blocks| block)?"
    yield rf"{_DIG}{anything} (?:inside|in|within|at|from|under) (.+)", _within("dig")
    yield rf"{_PLACE}{anything} (?:inside|in|within|at|on) (.+)", _within("place")
    yield r"(?:leave|go out of|walk out of|get out of|be outside of|go outside of) (.+)", _leave
    yield rf"{_DIG} (.+)", _break
    yield rf"{_PLACE} (.+?)(?: down)?", _placed
    yield rf"{_HIT} (.+)", _attacked
    yield rf"{_DROP} (.+)", lambda reader, found: _call(reader, "drop", found[1])
    yield r"(?:dig|mine)", lambda reader, found: "call(dig)"


def staying(said: str) -> str | None:
    """ "stay above y 60", as a condition; None for anything else."""
    found = re.fullmatch(rf"(?:stay|keep|remain|be) (?:({_LOWER})|{_UPPER}) {_LEVEL}", said)
    if found is None:
        return None
    level = _level(found[2])
    return f"position.y < {level + 1:g}" if found[1] else f"position.y >= {level:g}"


def _level(said: str) -> float:
    """A height. Raises BadRule for one that no world of blocks has: nothing could keep to it."""
    level = float(said)
    if not LOWEST <= level <= HIGHEST:
        raise BadRule(
            f"Nothing could ever satisfy a rule about y {level:g}: worlds are from y {LOWEST} to {HIGHEST}."
        )
    return int(level) if level.is_integer() else level


def _within(primitive: str) -> _Meaning:
    def meaning(reader: Reader, found: re.Match[str]) -> str | None:
        box = box_in(found[1], reader.families, reader.areas)
        return f"call({primitive}, {among_arguments(box)})" if box else None

    return meaning


def _leave(reader: Reader, found: re.Match[str]) -> str | None:
    box = box_in(found[1], reader.families, reader.areas)
    return f"always {box}" if box else None


def _break(reader: Reader, found: re.Match[str]) -> str | None:
    names: list[str] = []
    for words in _each(reader, found[1]):
        blocks = reader.blocks(words)
        if not blocks:
            raise BadRule(
                f"There is no block called {words!r} here.",
                remedy="Say it as the game does: never break glass.",
            )
        names += blocks
    return reader.either(lambda name: f"broken[{name}]", dict.fromkeys(names))


def _placed(reader: Reader, found: re.Match[str]) -> str | None:
    words = _each(reader, found[1])
    names = ["*" if one in ("anything", "blocks", "any block") else reader.key(one) for one in words]
    return reader.either(lambda name: f"placed[{name}]", names)


def _attacked(reader: Reader, found: re.Match[str]) -> str | None:
    kinds = [_kind(one) for one in _each(reader, found[1])]
    return reader.either(lambda name: f"attacked[{name}]", kinds)


def _each(reader: Reader, words: str) -> list[str]:
    """Several things in one phrase, parted; "flint and steel" is one."""
    if any(words in noun.words for noun in reader.vocabulary.nouns):
        return [words]
    return [one for one in re.split(r"\s*(?:,|\band\b|\bor\b)\s*", words) if one]


def _kind(words: str) -> str:
    """ "cows" is cow, "anybody" everything."""
    if words in ("anything", "anyone", "anybody", "mobs", "entities"):
        return "*"
    special = {"sheep": "sheep", "wolves": "wolf", "people": "player", "endermen": "enderman"}
    name = words.replace(" ", "_")
    return special.get(words, name[:-1] if name.endswith("s") else name)


def _call(reader: Reader, primitive: str, words: str) -> str | None:
    name = reader.key(words)
    return None if "*" in name else f"call({primitive}, arg[item] == '{name}')"


def sentences_of(reader: Any) -> Iterable[tuple[str, _Meaning]]:
    """The patterns, where the world is one of blocks."""
    return block_patterns() if "broken" in reader.families else ()
