"""Corrections: what they change of a lesson, and which of them contradict each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from embodied.english import without_politeness
from embodied.skills import SkillLibrary
from embodied.teaching.another import another
from embodied.teaching.lesson import NOWHERE, Lesson, Offset, Part, lesson_of_skill
from embodied.teaching.understood import shift_of

What = Literal["shift", "speed", "above", "check", "other"]
SLOWEST: Final = 0.1
SLOWER: Final = 0.5

_POLITE: Final = re.compile(r"^(?:not like that|no|but|and|then|please|always|from now on|next time)[,:]?\s+")
_LASTING: Final = re.compile(r"(?:always|from now on|next time)\b")
_FROM_ABOVE: Final = re.compile(
    r"(?:go |come |do it |grasp it |take it )?(?:in )?from (?:above|the top)"
    r"(?:,? (?:and )?not from (?:the |a )?(?:side|front|left|right|below))?"
)
_CHECK: Final = re.compile(
    r"(?:check|make sure|see|look)(?: that| whether| if)? (?:the (?:gripper|hand|fingers)|it|you)"
    r"(?: really| still)? (?:holds?|has|have|got)(?: (?:it|the \w+(?: \w+)?))?"
)
_UNCHECK: Final = re.compile(r"(?:do not|don't|never|stop) check(?:ing)?.*")
_MUCH: Final = r"(?:(?P<much>much|a lot|way|far|a (?:little |tiny )?bit|a little|slightly|somewhat) )"
_SPEED: Final = re.compile(
    rf"(?:(?:go|move|do it|do that|work|be|drive) )?{_MUCH}?(?:more )?"
    r"(?P<way>slower|faster|slowly|quicker|quickly)(?: (?P<after>a (?:little |tiny )?bit|a little|slightly))?"
    r"(?: than (?:that|this))?"
)
_TIMES: Final = {
    **{"half as fast": 0.5, "at half (?:the )?speed": 0.5, "half the speed": 0.5, "half speed": 0.5},
    **{"(?:twice|two times) as fast": 2.0, "(?:at )?(?:double|twice) (?:the )?speed": 2.0},
    **{"(?:twice|two times) as slow(?:ly)?": 0.5},
}
_SLOW_DOWN: Final = re.compile(
    r"(?:slow (?:it |that )?down|not (?:so|that|too) (?:fast|quick|quickly)|(?:that(?:'s| is|'s way| "
    r"is way)|it's|"
    r"it is|you(?:'re| are)(?: going| moving)?|way|much|far) ?(?:way |much |far )?too (?:fast|quick)|"
    r"too (?:fast|quick)|"
    r"take your time|easy|gently|(?:don't|do not) (?:rush|hurry|go so fast|move so fast|be so fast)|"
    r"less (?:fast|speed|quickly))(?: (?P<much>a (?:little |tiny )?bit|a little|a lot))?(?: down)?(?: there)?"
)
_SPEED_UP: Final = re.compile(
    r"(?:speed (?:it |that )?up|hurry(?: it)?(?: up)?|not (?:so|that|too) (?:slow|slowly)|"
    r"(?:that(?:'s| is)|it's|it is|you(?:'re| are)(?: going| moving)?) ?(?:way |much |far )?too slow|"
    r"(?:way |much |far )?too slow|more speed|step on it)(?: (?P<much>a (?:little |tiny )?bit|a "
    r"little|a lot))?"
)
_TOO_FAR: Final = re.compile(
    r"(?:(?:that's|that is|it's|it is|you're|you are) )?(?:a (?:little |tiny )?bit |a little |slightly )?"
    r"(?:too|less|not (?:so|that|quite so)) "
    r"(?:far (?:to the )?)?(?P<way>left|right|high|low|deep|far forward|far back|far away)"
)
_BACK_FROM: Final = {
    **{"left": "right", "right": "left", "high": "lower", "low": "higher", "deep": "higher"},
    **{"far forward": "back", "far back": "forward", "far away": "nearer"},
}
_JOINTS: Final = re.compile(r"\s*(?:,\s*(?:and\s+|but\s+)?|[;!]\s*|\.\s+|\s+and\s+|\s+but\s+)")
_TOO_MUCH: Final = re.compile(r"(?:(?:that|it)(?:'s| is| was) |way )?too (?:much|far)")
_REASON: Final = re.compile(
    r"(?:you(?:'re|r|'ll|'ve| are| will| have| would)|it(?:'s|'ll| is| will| would)|that(?:'s| is)|because|"
    r"i (?:haven't|have|do not|don't|can't|cannot|am|need|want)|i'm|we|there(?:'s| is) no|"
    r"or (?:you|it)|otherwise|there(?:'s| is)|(?:this|it|that) (?:takes|is taking))\b.+"
)


@dataclass(frozen=True)
class Correction:
    """One thing to do otherwise.

    Attributes:
        offset: of a shift [m, world frame].
        factor: of a change of speed.
        on: whether from above, or checked.
        thing: "the green one"; "" for just another one.
        as_well: with another thing too, once what is being done is done.
        alone: the words are also a command of their own, where nothing is being done.
        text: as it was said.
    """

    what: What
    text: str
    offset: Offset = NOWHERE
    factor: float = 1.0
    on: bool = True
    thing: str = ""
    as_well: bool = False
    alone: bool = False


def corrections_of(line: str) -> tuple[Correction, ...]:
    """The corrections that a plain line asks for; none if it is something else."""
    whole = _one(line)
    if whole is not None:
        return (whole,)
    found: list[Correction] = []
    clauses = _JOINTS.split(line)
    too_much = False
    for number, clause in enumerate(map(without_politeness, clauses)):
        if clause in ("not like that", "no", "") or (number and clause == clauses[number - 1]):
            continue  # "left. LEFT": said once more, and meant once
        if _TOO_MUCH.fullmatch(clause):
            too_much = True
            continue
        one = _one(clause)
        if one is None:
            reason = bool(found) and _REASON.match(clause) is not None
            if reason and all(each.what in ("shift", "speed") for each in found):
                continue
            return ()
        found.append(one)
    if too_much and not any(one.what == "shift" for one in found):
        return ()
    if _and_back(found):
        return ()
    return _said_once(found)


def _and_back(found: Sequence[Correction]) -> bool:
    """ "Down 1 cm and up again" is where the hand goes, and corrects nothing."""
    shifts = [one.offset for one in found if one.what == "shift"]
    return len(shifts) > 1 and all(abs(sum(each)) < 1e-9 for each in zip(*shifts, strict=True))


def _said_once(found: Sequence[Correction]) -> tuple[Correction, ...]:
    """ "Too high, 3 cm lower" is one shift of 3 cm: what is wrong, and how much. "The other one, the green
    one" is the green one."""
    amounts = [one for one in found if one.what == "shift" and not _TOO_FAR.fullmatch(_bare(one.text))]
    return tuple(
        one
        for one in found
        if not (_TOO_FAR.fullmatch(_bare(one.text)) and any(_alike(one, other) for other in amounts))
        and not (one.what == "other" and not one.thing and any(each.thing for each in found))
    )


def _alike(one: Correction, other: Correction) -> bool:
    return sum(a * b for a, b in zip(one.offset, other.offset, strict=True)) > 0


def _bare(text: str) -> str:
    while (shorter := _POLITE.sub("", text)) != text:
        text = shorter
    return text


def contradiction(new: Sequence[Correction], earlier: Sequence[Correction]) -> str:
    """A question, where corrections of a line exclude each other or one takes back the last; else ""."""
    for number, one in enumerate(new):
        for other in new[number + 1 :]:
            if _opposed(one, other):
                return f"{one.text!r} and {other.text!r} exclude each other. Which of them?"
    for one in new:
        last = next((each for each in reversed(earlier) if each.what == one.what), None)
        if last is not None and _opposed(one, last) and _undoes(one, last):
            return f"Before, you said {last.text!r}; {one.text!r} takes that back. Is it meant so? (yes, no)"
    return ""


def corrected(lesson: Lesson, one: Correction, at: int, *, holding: bool) -> Lesson:
    """The lesson with a correction.

    Args:
        at: the step that was being done, or was to come.
        holding: whether the hand held something then: a shift changes where things are taken before, and
            where they are put after.
    """
    match one.what:
        case "speed":
            return replace(lesson, speed=min(1.0, max(SLOWEST, round(lesson.speed * one.factor, 3))))
        case "above":
            return replace(lesson, via_above=one.on)
        case "check":
            return replace(lesson, checks=one.on)
        case "shift":
            return replace(lesson, parts=_shifted(lesson.parts, one.offset, at))
    return lesson


def can_shift(lesson: Lesson, at: int) -> bool:
    """Whether the step has a place that a shift can change."""
    return bool(_phase(lesson.parts, at))


def own_motions(lesson: Lesson, library: SkillLibrary) -> Lesson:
    """The lesson with motions of its own in the place of skills that take and put: those can be changed."""
    parts: list[Part] = []
    for part in lesson.parts:
        parts += _motions_of(part, library) or [part]
    return replace(lesson, parts=tuple(parts))


def steps_before(lesson: Lesson, at: int, library: SkillLibrary) -> int:
    """Where step `at` of a lesson comes to be once it has its own motions."""
    return sum(len(_motions_of(part, library) or [part]) for part in lesson.parts[:at])


def _motions_of(part: Part, library: SkillLibrary) -> list[Part]:
    if part.kind != "use" or part.skill not in library:
        return []
    taught = lesson_of_skill(library.get(part.skill))
    if taught is not None:
        about = {thing: str(part.arguments[name]) for thing, name in taught.names.items()}
        return list(own_motions(taught.about(about), library).parts)
    achieved = [str(one) for one in library.get(part.skill).achieved(part.arguments)]
    needed = [str(one) for one in library.get(part.skill).needed(part.arguments)]
    if len(achieved) != 1:
        return []
    family, _, keys = achieved[0].rstrip("]").partition("[")
    names = [key.strip() for key in keys.split(",")]
    take = [
        Part("open"),
        Part("above", names[0]),
        Part("at", names[0]),
        Part("close", names[0]),
        Part("by", names[0], (0.0, 0.0, 0.12)),
    ]
    if family == "holding":
        return take
    if family in ("in", "on", "at") and len(names) == 2 and len(part.arguments) == 2:
        put = [
            Part("above", names[1]),
            Part("at", names[1]),
            Part("open"),
            Part("by", names[0], (0.0, 0.0, 0.12)),
        ]
        if f"holding[{names[0]}]" in needed:
            return put
        return [*take, *put] if "hand_empty" in needed and part.skill != "push-to" else []
    return []


def _one(text: str) -> Correction | None:
    said = text
    for words in dict.fromkeys((text, _bare(text))) if not _LASTING.match(text) else ():
        if (other := another(words)) is not None:
            return Correction("other", said, thing=other.thing, as_well=other.as_well, alone=other.alone)
    text = _bare(text)
    if _FROM_ABOVE.fullmatch(text):
        return Correction("above", said)
    if _UNCHECK.fullmatch(text):
        return Correction("check", said, on=False)
    if _CHECK.fullmatch(text):
        return Correction("check", said)
    speed = _speed(text)
    if speed is not None:
        return Correction("speed", said, factor=speed)
    found = _TOO_FAR.fullmatch(text)
    shift = shift_of(f"a bit {_BACK_FROM[found['way']]}" if found else text)
    return Correction("shift", said, offset=shift) if shift else None


def _speed(text: str) -> float | None:
    """How many times as fast; None if the line is not about that."""
    for pattern, factor in _TIMES.items():
        if re.fullmatch(rf"(?:(?:go|move|do it|work) )?{pattern}", text):
            return factor
    found = _SPEED.fullmatch(text)
    slow = found is not None and found["way"].startswith("slow")
    much = (found["much"] or found["after"] or "") if found is not None else ""
    if found is None:
        down, up = _SLOW_DOWN.fullmatch(text), _SPEED_UP.fullmatch(text)
        one = down or up
        if one is None:
            return None
        slow, much = down is not None, one["much"] or ""
    factor = 0.25 if much in ("much", "a lot", "way", "far") else 0.8 if much else SLOWER
    return factor if slow else 1 / factor


def _opposed(one: Correction, other: Correction) -> bool:
    if one.what != other.what:
        return False
    if one.what == "speed":
        return (one.factor < 1) != (other.factor < 1)
    if one.what == "shift":
        return sum(a * b for a, b in zip(one.offset, other.offset, strict=True)) < 0
    if one.what == "other":
        return one.thing != other.thing
    return one.on != other.on


def _undoes(one: Correction, last: Correction) -> bool:
    if one.what == "speed":
        return abs(one.factor * last.factor - 1) < 1e-6
    if one.what == "shift":
        return all(abs(a + b) < 1e-6 for a, b in zip(one.offset, last.offset, strict=True))
    return one.what != "other"


def _phase(parts: Sequence[Part], at: int) -> list[int]:
    """The places of the phase that step `at` is in: from one grip of the hand to the next."""
    begin = at
    while begin > 0 and parts[begin - 1].kind not in ("close", "open", "use"):
        begin -= 1
    end = at
    while end < len(parts) and parts[end].kind not in ("close", "open", "use"):
        end += 1
    return [n for n in range(begin, end) if parts[n].kind in ("above", "at")]


def _shifted(parts: tuple[Part, ...], offset: Offset, at: int) -> tuple[Part, ...]:
    found = list(parts)
    for number in _phase(parts, min(at, len(parts) - 1)):
        part = found[number]
        x, y, z = (round(a + b, 4) for a, b in zip(part.offset, offset, strict=True))
        found[number] = replace(part, offset=(x, y, z))
    return tuple(found)
