"""Plain questions about the world, answered from facts: "where is the red cube?", "is the drawer open?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import dist
from typing import TYPE_CHECKING, Final

from embodied.condition import evaluate
from embodied.english import listed
from embodied.errors import BadGoal
from embodied.facts import Observation
from embodied.loop.goal import understand
from embodied.methods import WorldSpec
from embodied.teaching.lesson import spoken
from embodied.teaching.rows import Row, first_read
from embodied.teaching.selectors import pointed
from embodied.teaching.understood import plain, thing_of, things_meant
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_BEGINS: Final = (
    r"(?:where|what|which|how (?:many|much|far)|is|are|do you (?:hold|have|see)|does|did|has) .+|"
    r"where (?:has|have|did) .+|where(?:'s|s) .+|"
    r"what(?:'s|s) .+|(?:look around|list (?:the |all )?(?:things|objects)|"
    r"(?:(?:tell|show) me|say|do you know|i want to know) (?:where|what|which|how many) .+)"
)
_PLACED: Final = ("at", "in", "on")
"""Families of facts that say where a thing is; the first that holds is told."""

_SIDES: Final = ("left_of", "right_of", "in_front_of", "behind")
_UNITS: Final = (
    ("mm", "mm", 1000),
    ("mil", "mm", 1000),
    ("cm", "cm", 100),
    ("cen", "cm", 100),
    ("m", "m", 1),
)
"""How a unit's name begins, how it is written, and how many of it are a metre."""
_NEAR_M: Final = 0.25
"""Within this a thing is told by what is next to it [m]."""

_WHERE: Final = re.compile(
    r"where(?:'s|s| is| are|'re) (?P<things>.+?)(?: now| at| located| gone)?|"
    r"where (?:has|have|did) (?P<gone>.+?) (?:gone|go)"
)
_HELD: Final = re.compile(
    r"what(?: do you hold| are you holding| do you have in (?:your|the) hand|(?:'s|s| is) in (?:your|the) "
    r"(?:hand|gripper|fingers)|(?:'s|s| is) held)(?: now)?|"
    r"(?:do you hold|are you holding) (?:anything|something)"
)
_THERE: Final = re.compile(
    r"what (?:do|can) you see(?: there)?|what(?:'s|s| is)(?: there)?(?: on the table)?|look around|"
    r"what (?:things|objects) (?:are there|do you (?:see|know))|list (?:the |all )?(?:things|objects)"
)
_WITHIN: Final = re.compile(
    r"(?:what|which \w+)(?:'s|s| is| are| lies| stands)(?: there)? "
    r"(?P<how>in|inside|on top of|on|at) (?P<place>.+)"
)
_COLOR: Final = re.compile(
    r"(?:what|which) colou?r (?:is|has) the \w+ (?:that is |lying )?(?P<how>in|inside|on|at) (?P<place>.+)"
)
_COUNT: Final = re.compile(
    r"how many (?P<things>.+?)(?: are(?: there)?| do you see| can you see)?"
    r"(?: (?P<how>in|inside|on|at) (?P<place>.+))?"
)
_HAVE: Final = re.compile(
    r"what (?:do you have|have you got|are you carrying)|what(?:'s|s| is) in (?:your|the) inventory"
)
_WHICH: Final = re.compile(
    r"(?:which|what) (?P<noun>\w+) is (?:the )?(?:one )?"
    r"(?P<how>(?:on|at the) (?:top|bottom)(?: of the tower)?|top ?most|left-?most|"
    r"right-?most|(?P<way>nearest|closest|farthest|furthest)(?: (?P<to>(?:to|from) .+))?)"
)
_EMPTY: Final = re.compile(r"(?:is|are) (?P<place>(?:the |your )?\w+(?: \w+)?) (?:empty|free)")
_ANY: Final = re.compile(
    r"(?:is|are) there (?:anything|something|still anything) (?P<how>in|inside|on top of|on|at) (?P<place>.+)"
)
_SOME: Final = re.compile(
    r"(?:is|are) there (?:still )?(?:a|an|any|some) (?P<things>.+?) (?P<how>in|inside|on|at) (?P<place>.+)"
)
_LANDED: Final = re.compile(
    r"(?:did|does|has|have) (?P<thing>.+?) (?:land(?:ed)?|end(?:ed)? up|f[ae]ll(?:en)?|g[eo]t|go|gone|"
    r"come|arrived?|"
    r"make it|made it|lie|stand|sit|stayed?) (?P<how>in|into|inside|on|onto|on top of|at) (?P<place>.+)"
)
_EITHER: Final = re.compile(
    r"(?:is|are) (?P<thing>.+?) (?P<one>open|closed|shut|(?:in|on|at|inside|left of|right of) .+?) or "
    r"(?P<other>open|closed|shut|not|(?:in|on|at|inside|left of|right of) .+)"
)
_FAR: Final = re.compile(
    r"how far (?:apart )?(?:(?:away )?(?:is|are) )?(?P<one>.+?) (?:away )?(?:from|to|and) "
    r"(?P<other>.+?)(?: away| apart)?"
    r"(?:,? in (?P<unit>mm|cm|m|\w*met(?:er|re)s))?"
)
_IS: Final = re.compile(r"(?:is|are) (?P<state>.+)")


@dataclass(frozen=True)
class Question:
    """A question that is understood.

    Attributes:
        meaning: for a reader ("where is red_cube").
        answer: from the facts of now.
    """

    meaning: str
    answer: Callable[[Observation], str]


def question_of(text: str, spec: WorldSpec) -> Question:
    """What a plain line asks. Raises BadGoal: it is no question that facts answer, or names no such thing."""
    said = re.sub(
        r"^(?:(?:tell|show) me|say|do you know|i want to know) ", "", plain(text).rstrip("?").strip()
    )
    said = re.sub(r"^where (?!is |are |has |have |did |'s)(.+) (is|are)$", r"where \2 \1", said)
    question = first_read(_KINDS, said, spec)
    if question is not None:
        return question
    raise BadGoal(
        f"I cannot tell what {text!r} asks.",
        remedy="I tell: where is the red cube, what is in the bowl, is the drawer open, what do you hold.",
    )


def _where(said: Said, spec: WorldSpec) -> Question:
    names = _things(said["things"] or said["gone"], spec)
    return Question(
        f"where is {', '.join(names)}",
        lambda now: ". ".join(_place_of(name, now, spec, around=True) for name in names) + ".",
    )


def _held(said: Said, spec: WorldSpec) -> Question | None:
    if "holding" not in spec.families:
        return None

    def answer(now: Observation) -> str:
        held = [spoken(keys[0]) for keys, value in now.items("holding") if value is True and keys]
        return f"I hold the {listed(tuple(held))}." if held else "I hold nothing."

    return Question("what is held", answer)


def _there(said: Said, spec: WorldSpec) -> Question | None:
    things = spec.vocabulary.things
    if not things:
        return None
    movable = {"holding"} & set(spec.families)

    def answer(now: Observation) -> str:
        placed = [thing.name for thing in things if _where_is(thing.name, now, spec)]
        told = [_place_of(name, now, spec) for name in placed] if movable else []
        rest = tuple(f"the {thing.spoken}" for thing in things if thing.name not in placed)
        return ". ".join([*told, f"There are also {listed(rest)}" if rest else ""]).strip(". ") + "."

    return Question("what is there", answer)


def _within(said: Said, spec: WorldSpec) -> Question | None:
    places = _things(said["place"], spec)
    if len(places) != 1 or not set(_PLACED) & set(spec.families):
        return None

    def answer(now: Observation) -> str:
        inside = tuple(f"the {spoken(name)}" for name in _things_at(places[0], now))
        return (
            f"{said['how'].capitalize()} the {spoken(places[0])}: {listed(inside) if inside else 'nothing'}."
        )

    return Question(f"what is {said['how']} {places[0]}", answer)


def _which(said: Said, spec: WorldSpec) -> Question | None:
    """Which of them is nearest to a thing, leftmost, on top."""
    how = said["how"].replace("-", "")
    end = next((one for one in ("top", "bottom") if one in how), "")
    words = f"the {end or said['way'] or how} {said['noun']}" + (f" {said['to']}" if said["to"] else "")
    if pointed(words, spec.vocabulary, None) is None:
        return None

    def answer(now: Observation) -> str:
        found = pointed(words, spec.vocabulary, lambda: now)
        return f"{found.line[:1].upper()}{found.line[1:]}." if found is not None else "None."

    return Question(f"which is {words}", answer)


def _empty(said: Said, spec: WorldSpec) -> Question | None:
    places = _things(said["place"], spec)
    if len(places) != 1:
        return None

    def answer(now: Observation) -> str:
        inside = tuple(f"the {spoken(name)}" for name in _things_at(places[0], now))
        return f"No: there {'is' if len(inside) == 1 else 'are'} {listed(inside)}." if inside else "Yes."

    return Question(f"is nothing in or on {places[0]}", answer)


def _count(said: Said, spec: WorldSpec) -> Question | None:
    if not spec.vocabulary.things:
        return None
    names = _things(f"all {said['things']}", spec)
    places = _things(said["place"], spec) if said["place"] else []

    def answer(now: Observation) -> str:
        counted = [name for name in names if not places or name in _things_at(places[0], now)]
        told = f": {listed(tuple(f'the {spoken(name)}' for name in counted))}" if counted else ""
        return f"{len(counted)}{told}."

    where = f" {said['how']} {places[0]}" if places else ""
    return Question(f"how many of {', '.join(names)}{where}", answer)


def _have(said: Said, spec: WorldSpec) -> Question | None:
    if "inventory" not in spec.families:
        return None

    def answer(now: Observation) -> str:
        held = tuple(f"{value:g} {spoken(keys[0])}" for keys, value in now.items("inventory") if value)
        return f"I have {listed(held)}." if held else "I have nothing."

    return Question("what is in the inventory", answer)


def _is(said: Said, spec: WorldSpec) -> Question:
    return _state(said["state"], spec)


def _state(state: str, spec: WorldSpec) -> Question:
    """Whether something is so: "the red cube in the bowl"."""
    goal = understand(_with_verb(state), spec)

    def answer(now: Observation) -> str:
        holds = evaluate(goal.condition, now)
        return f"{'Yes' if holds is True else 'No' if holds is False else 'I do not know'}: {goal.condition}."

    return Question(f"is {goal.condition}", answer)


def _landed(said: Said, spec: WorldSpec) -> Question:
    """Whether it is there now, however it came there."""
    how = {"into": "in", "onto": "on"}.get(said["how"], said["how"])
    return _state(f"{said['thing']} {how} {said['place']}", spec)


def _either(said: Said, spec: WorldSpec) -> Question:
    """Which of two states holds."""
    if said["other"] == "not":
        return _state(f"{said['thing']} {said['one']}", spec)
    ways = [
        (said[key], understand(_with_verb(f"{said['thing']} {said[key]}"), spec)) for key in ("one", "other")
    ]

    def answer(now: Observation) -> str:
        holds = [words for words, goal in ways if evaluate(goal.condition, now) is True]
        thing = said["thing"][:1].upper() + said["thing"][1:]
        return f"{thing} is {' and '.join(holds) if holds else 'neither'}."

    return Question(f"is {' or '.join(str(goal.condition) for _, goal in ways)}", answer)


def _far(said: Said, spec: WorldSpec) -> Question | None:
    """From the middle of one thing to that of the other, along the table."""
    if "pose" not in spec.families:
        return None
    kind = said["one"].rsplit(" ", 1)[-1]
    one, other = (
        thing_of(re.sub(r" one$", f" {kind}", said[key]), spec.vocabulary) for key in ("one", "other")
    )
    unit, scale = next(
        (unit, scale) for start, unit, scale in _UNITS if (said["unit"] or "cm").startswith(start)
    )

    def answer(now: Observation) -> str:
        here, there = now.get("pose", one), now.get("pose", other)
        if not isinstance(here, tuple) or not isinstance(there, tuple):
            return "That no fact tells."
        far = dist(here[:2], there[:2]) * scale
        middles = f"from the middle of the {spoken(one)} to that of the {spoken(other)}"
        return f"{far:.{2 if unit == 'm' else 0}f} {unit} {middles}, along the table."

    return Question(f"how far is {one} from {other}", answer)


def _with_verb(state: str) -> str:
    """ "the red cube in the bowl" as a wish: "the red cube should be in the bowl"."""
    return re.sub(
        r" (?=(?:in|on|at|inside|open|closed|shut|pressed|left of|right of|next to|behind|beside|"
        r"in front of)\b)",
        " should be ",
        state,
        count=1,
    )


_KINDS: Final[Sequence[Row[WorldSpec, Question]]] = (
    (_WHERE, _where),
    (_HELD, _held),
    (_HAVE, _have),
    (_THERE, _there),
    (_WHICH, _which),
    (_WITHIN, _within),
    (_COLOR, _within),
    (_COUNT, _count),
    (_EMPTY, _empty),
    (_ANY, _within),
    (_SOME, _count),
    (_LANDED, _landed),
    (_FAR, _far),
    (_EITHER, _either),
    (_IS, _is),
)


def _things(words: str, spec: WorldSpec) -> list[str]:
    if not spec.vocabulary.things:
        raise BadGoal(f"I cannot tell where {words!r} is.")
    return list(things_meant(words, spec.vocabulary))


def _where_is(name: str, now: Observation, spec: WorldSpec) -> str:
    """ "in the bowl"; "" if no fact tells. A place that only facts know, as where it began, tells nobody."""
    known = {thing.name for thing in spec.vocabulary.things}
    if now.get("holding", name) is True:
        return "in my hand"
    for family in _PLACED:
        for keys, value in now.items(family):
            if value is True and len(keys) == 2 and keys[0] == name and keys[1] in known:
                return f"{family} the {spoken(keys[1])}"
    return ""


def _place_of(name: str, now: Observation, spec: WorldSpec, *, around: bool = False) -> str:
    where, spot = _where_is(name, now, spec), now.get("pose", name)
    near = _beside(name, now, spec) if around and not where.startswith("in ") else ""
    where = ", ".join(filter(None, (where, near)))
    told = f"The {spoken(name)} is {where}" if where else f"The {spoken(name)}"
    if isinstance(spot, tuple) and len(spot) >= 3:
        told += f"{',' if where else ' is'} at {spot[0]:.2f}, {spot[1]:.2f}, {spot[2]:.2f} m"
    elif not where:
        told += " is somewhere that no fact tells"
    return told


def _beside(name: str, now: Observation, spec: WorldSpec) -> str:
    """The thing next to it, from middle to middle: "10 cm right of the green cube"; "" if none is near."""
    mine, known = now.get("pose", name), {thing.name for thing in spec.vocabulary.things}
    poses = {keys[0]: value for keys, value in now.items("pose") if len(keys) == 1 and keys[0] in known}
    apart = {name, *(keys[1] for keys, value in now.items("on") if value is True and keys[0] == name)}
    others = {one: spot for one, spot in poses.items() if one not in apart and isinstance(spot, tuple)}
    if not isinstance(mine, tuple) or len(mine) < 3 or not others:
        return ""
    other = min(others, key=lambda one: dist(mine[:3], others[one][:3]))
    far = dist(mine[:3], others[other][:3])
    side = next((one for one in _SIDES if now.get(one, name, other) is True), "from")
    return f"{100 * far:.0f} cm {side.replace('_', ' ')} the {spoken(other)}" if far <= _NEAR_M else ""


def _things_at(place: str, now: Observation) -> list[str]:
    found = (
        keys[0]
        for family in _PLACED
        for keys, value in now.items(family)
        if value is True and len(keys) == 2 and keys[1] == place
    )
    return sorted(set(found))


@verb(
    "question",
    _BEGINS,
    example="where is the red cube?",
    what="told from the facts; what is in the bowl? is the drawer open? what do you hold?",
    any_time=True,
    last=True,
)
def question(conversation: Conversation, said: Said) -> None:
    asked = question_of(said.string, conversation.session.spec)
    conversation.tell(asked.answer(conversation.look()))


@verb(
    "cost",
    r"(?:what|how much) (?:did|has|does) (?:it|that|this|all that|the model) cost(?: so far)?\??|costs?",
    example="what did that cost?",
    what="what asking a model has cost in this conversation",
    any_time=True,
)
def cost(conversation: Conversation, said: Said) -> None:
    used = conversation.session.run.budget.used
    conversation.tell(f"{used.words}." if used.calls or used.cached else "Nothing: no model was asked.")
