"""What a line would be taken as, with nothing done: for whoever must know it before, or measures it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

from embodied.errors import BadGoal, EmbodiedError
from embodied.facts import Observation
from embodied.loop.goal import understand
from embodied.methods import Vocabulary, WorldSpec
from embodied.rules import understand_rule
from embodied.rules.wordings import as_rule, ended_about, ended_rule, lists_rules
from embodied.skills import SkillLibrary
from embodied.teaching import conversation as _table  # noqa: F401 - it fills the table of verbs
from embodied.teaching.again import number_of, step_for
from embodied.teaching.as_before import is_told_so
from embodied.teaching.beyond import why_not
from embodied.teaching.conditional import parts_of, state_of, with_thing
from embodied.teaching.correcting import Correction, corrections_of
from embodied.teaching.halting import after_shout
from embodied.teaching.heeded import SAYS, heed
from embodied.teaching.lesson import Part, spoken
from embodied.teaching.mistyped import corrected
from embodied.teaching.questions import question_of
from embodied.teaching.saying import arguments_of, pushed_to, skill_said
from embodied.teaching.selectors import it_stood_for, pointed
from embodied.teaching.two_meanings import refuse_two_meanings
from embodied.teaching.understood import motions_of, plain, thing_of
from embodied.teaching.verbs import Said, Verb, meant, named_goal

What = Literal["verb", "question", "rule", "correction", "motions", "skill", "goal"]


@dataclass(frozen=True)
class Reading:
    """How a line is taken.

    Attributes:
        verb: the row of the table, where it is one.
        canonical: the same for all lines that mean the same.
        anew: a correction that begins what was done anew, with another thing.
    """

    what: What
    canonical: str
    verb: str = ""
    anew: bool = False


@dataclass(frozen=True)
class Ground:
    """What a line is read against.

    Attributes:
        seeds: skills that came with the world.
        showing: a demonstration is being given, where there are no corrections.
        it: the thing that was last named.
        look: the facts of now, for things that are told by where they are.
        spoken_of: a thing was named, or is held, which "it" means, and the hand was moved; which, and how
            far, nobody tells.
        doing: something is being done at this moment.
        before: the motions of the hand before, oldest first.
    """

    spec: WorldSpec
    library: SkillLibrary
    seeds: Container[str] = ()
    showing: bool = False
    it: str = ""
    look: Callable[[], Observation] | None = None
    spoken_of: bool = False
    doing: bool = False
    before: Sequence[Part] = ()


def reading_of(line: str, ground: Ground) -> Reading:
    """How a conversation takes a line.

    Raises:
        BadGoal, BadRule, BadInput: it does not understand it; the message says why.
    """
    try:
        return reading_as_typed(line, ground)
    except EmbodiedError:
        right, slips = corrected(line, ground.spec.vocabulary)
        if slips:
            with suppress(EmbodiedError):
                return reading_as_typed(right, ground)
        raise


def reading_as_typed(line: str, ground: Ground) -> Reading:
    """As `reading_of`, with nothing put right that was mistyped."""
    reading = _read(line, ground)
    _heed(line, reading, ground)
    return reading


def refuse_unheeded(line: str, ground: Ground) -> None:
    """Raises BadGoal for a line that would be read, but with two meanings, or with a word of no use."""
    text = plain(line)
    if skill_said(text, ground.library, ground.seeds) is None:  # what was taught is meant by its name
        refuse_two_meanings(text)
    try:
        reading = _read(line, ground)
    except EmbodiedError:
        return
    _heed(line, reading, ground)


def _heed(line: str, reading: Reading, ground: Ground) -> None:
    if reading.what in SAYS and not reading.verb:
        heed(line, reading.what, reading.canonical, lambda said: _read(said, ground).canonical)


def _read(line: str, ground: Ground) -> Reading:
    rest = after_shout(line)
    if rest is not None:
        return Reading("verb", f"stop{_rest(rest, ground)}", "stop")
    text = plain(line)
    row = meant(text)
    if row is not None:
        return _of_row(*row, ground)
    if ground.showing or skill_said(text, ground.library, ground.seeds) is None:
        refuse_two_meanings(text)
    by_place = pointed(text, ground.spec.vocabulary, ground.look)
    if by_place is not None:
        read = _plainly(by_place.line, by_place.line, ground)
        return replace(read, canonical=by_place.as_said(read.canonical))
    return _plainly(text, line, ground)


def _plainly(text: str, line: str, ground: Ground) -> Reading:
    """How a line is taken that no row of the table matches."""
    found = () if ground.showing else corrections_of(text)
    if found and (ground.doing or not any(one.alone for one in found)):
        return _correction(found, ground)
    if ground.spoken_of and is_told_so(text):  # how far, only the moment tells
        return Reading("motions", f"{text}: as far as the hand went before")
    motions = motions_of(text, ground.spec.vocabulary, ground.it, ground.before)
    if motions is not None:
        return Reading(
            "motions",
            "; ".join(f"{part.words}{' until it touches' * part.until_contact}" for part in motions),
        )
    named = None if ground.showing else skill_said(text, ground.library, ground.seeds)
    if named is not None:
        arguments = arguments_of(ground.spec.vocabulary, *named)
        told = ", ".join(f"{key}={value}" for key, value in arguments.items())
        return Reading("skill", f"{named[0].name}({told})")
    pushed = None if ground.showing else pushed_to(text, ground.library, ground.spec.vocabulary)
    if pushed is not None:
        told = ", ".join(f"{key}={value}" for key, value in pushed[1].items())
        return Reading("skill", f"{pushed[0].name}({told})")
    try:
        return Reading("goal", understand(line.strip(), ground.spec).wished)
    except BadGoal as unclear:
        about_it = it_stood_for(text, ground.spec.vocabulary) if ground.spoken_of else None
        with suppress(BadGoal):  # what "it" is only the moment tells
            if about_it is not None:
                return Reading("goal", about_it.as_said(understand(about_it.line, ground.spec).wished))
        if cannot := why_not(text):
            raise BadGoal(cannot) from unclear
        raise


def _rest(rest: str, ground: Ground) -> str:
    """What is done after stopping; what is not understood of it is told, and nothing is done."""
    if not rest:
        return ""
    try:
        then = reading_of(rest, ground)
    except EmbodiedError:
        return ""
    return f"; then {then.what}: {then.canonical}"


def _of_row(row: Verb, said: Said, ground: Ground) -> Reading:
    if row.name in ("rules", "mend") and (found := corrections_of(said.string)):
        return _correction(found, ground)
    within = _WITHIN.get(row.name)
    if within is not None:
        return within(row, said, ground)
    groups = [value for value in said.groups() if value]
    return Reading("verb", " ".join([row.name, *groups]), row.name)


def _question(row: Verb, said: Said, ground: Ground) -> Reading:
    return Reading("question", question_of(said.string, ground.spec).meaning, row.name)


def _rule(row: Verb, said: Said, ground: Ground) -> Reading:
    line = as_rule(said.string)
    if about := ended_about(line):
        return Reading("verb", f"remove the rule {about!r}", row.name)
    if (number := ended_rule(line)) is not None:
        return Reading("verb", f"remove rule {number}", row.name)
    if lists_rules(line):
        return Reading("verb", "rules", row.name)
    return Reading("rule", str(understand_rule(line, ground.spec).formula), row.name)


def _watching(row: Verb, said: Said, ground: Ground) -> Reading:
    """A demonstration that begins with its first step, or what it will be called."""
    if not said["rest"]:
        return Reading("verb", " ".join(filter(None, (row.name, said["task"] or said["how"]))), row.name)
    first = reading_of(said["rest"], replace(ground, showing=True))
    return Reading("verb", f"{row.name}; then {first.what}: {first.canonical}", row.name)


def _done(row: Verb, said: Said, ground: Ground) -> Reading:
    """The end of a demonstration, and perhaps what it is called."""
    exactly = " exactly" * bool(said["exactly"])
    then = f"; then {reading_of(said['then'], ground).canonical}" if said["then"] else ""
    return Reading("verb", f"{row.name}{exactly}{then}", row.name)


def _so_often(row: Verb, said: Said, ground: Ground) -> Reading:
    step = step_for(said["goal"], ground.spec, ground.library)
    return Reading("skill", f"{step.words}, {number_of(said['often'])} times", row.name)


def _again(row: Verb, said: Said, ground: Ground) -> Reading:
    times = number_of(said["times"] or "once")
    return Reading("verb", row.name + f" {times} times" * (times > 1), row.name)


def _if(row: Verb, said: Said, ground: Ground) -> Reading:
    words, then, other = parts_of(said)
    state = state_of(words, ground.spec)
    so = reading_of(with_thing(then, words), ground).canonical
    otherwise = reading_of(with_thing(other, words), ground).canonical if other else ""
    return Reading("goal", f"if {state}: {so}" + f"; else: {otherwise}" * bool(other), row.name)


def _forgotten(row: Verb, said: Said, ground: Ground) -> Reading:
    """What is said after it is done then."""
    then = reading_of(said["rest"], ground) if said["rest"] else None
    return Reading("verb", row.name + (f"; then {then.what}: {then.canonical}" if then else ""), row.name)


def _paced(row: Verb, said: Said, ground: Ground) -> Reading:
    """A goal, and how fast."""
    within = reading_of(said["goal"], ground)
    return Reading("goal", f"{within.canonical}; at half the pace", row.name)


def _goal_within(row: Verb, said: Said, ground: Ground) -> Reading:
    name, words = named_goal(said)
    goal = understand(words, ground.spec)
    name = f" {name}:" if name else ""
    return Reading("verb", f"{row.name}{name} {goal.wished}", row.name)


_WITHIN: Final[Mapping[str, Callable[[Verb, Said, Ground], Reading]]] = {
    "question": _question,
    "rules": _rule,
    "instruct": _goal_within,
    "define": _goal_within,
    "so that": _goal_within,
    "watch me": _watching,
    "done": _done,
    "so many times": _so_often,
    "again": _again,
    "if": _if,
    "forget it": _forgotten,
    "at a pace": _paced,
    "what if": _goal_within,
}
"""Rows whose words are read on."""


def _correction(found: Sequence[Correction], ground: Ground) -> Reading:
    anew = any(one.what == "other" for one in found)
    return Reading("correction", _corrected(found, ground), anew=anew)


def _corrected(found: Sequence[Correction], ground: Ground) -> str:
    for one in found:
        if one.what == "other" and one.thing:
            _there_is_such(one.thing, ground.spec.vocabulary)
    return "; ".join(map(_told, found))


def _there_is_such(words: str, vocabulary: Vocabulary) -> None:
    """Raises BadGoal: nothing that there is could be meant, whatever was done before."""
    noun = words.rsplit(" ", 1)[-1]
    if words.startswith("the other ") and any(noun in kind.singular for kind in vocabulary.kinds.values()):
        return
    if not words.endswith(" one"):
        thing_of(words, vocabulary)
        return
    said = set(words.split()[1:-1])
    if not any(said <= thing.traits for thing in vocabulary.things if thing.kind != "edge"):
        raise BadGoal(
            f"Cannot tell which thing {words!r} is.", remedy="Name it by its colour: 'the green one'."
        )


def _told(one: Correction) -> str:
    match one.what:
        case "shift":
            moved = ", ".join(f"{value * 100:+.3g} cm" if value else "0" for value in one.offset)
            return f"shift ({moved})"
        case "speed":
            return f"speed x {one.factor:.2g}"
        case "other":
            named = spoken(one.thing) or "the other one"
            return f"with another thing: {named}{', as well, afterwards' * one.as_well}"
        case "check":
            return f"check the grasp: {'yes' if one.on else 'no'}"
    return "from above"
