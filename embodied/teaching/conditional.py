"""What is done only if something is so at this moment: "if the drawer is open, close it"."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from embodied.condition import Condition, Not, Or, evaluate
from embodied.errors import BadGoal
from embodied.loop.goal import understand
from embodied.methods import WorldSpec
from embodied.teaching.understood import thing_of
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_STATE: Final = re.compile(
    r"(?P<thing>(?:the |a |any )?[a-z ]+?) (?:is|are) (?P<not>not )?(?:still )?"
    r"(?P<state>(?:in|on|at|inside|open|opened|closed|shut|pressed|left of|right of|next to|behind|beside|"
    r"in front of)\b.*)"
)
_EMPTY: Final = re.compile(
    r"(?:there(?: is|'s) nothing (?P<how>in|on|at) (?P<on>.+)|(?P<place>.+) is (?:empty|free))"
)
_SOMETHING: Final = re.compile(
    r"there(?: is|'s) (?:something|anything|a cube|a block) (?P<how>in|on|at) (?P<place>.+)"
)
_VERBS: Final = {"open": "open", "opened": "open", "closed": "close", "shut": "close", "pressed": "press"}


_DOING: Final = "put|place|move|take|open|close|press|stack|bring|get|drop|pick"


@verb(
    "if",
    r"(?:(?:check|see|look) (?:whether|if)|if) (?P<state>[a-z' ]+?)"
    rf"(?:,? then |, (?:and )?(?:if so,? (?:then )?)?|(?= (?:{_DOING}) ) )"
    r"(?P<so>(?!you |i |stop\b)[a-z]+ [^,;.]+?)(?:[,;.] ?(?:otherwise|else|if not),? (?P<other>[^,;.]+))?|"
    rf"(?P<do>(?:{_DOING}) [^,;.]+?),? (?:but )?(?:only )?if (?P<when>[a-z' ]+)",
    example="if the drawer is open, close it",
    what="done if it is so now, and not otherwise",
)
def if_(conversation: Conversation, said: Said) -> None:
    words, then, other = parts_of(said)
    state = state_of(words, conversation.session.spec)
    so = evaluate(state, conversation.look()) is True
    todo = then if so else other
    conversation.tell(f"{'So it is' if so else 'It is not so'}: {state}.{'' if todo else ' I do nothing.'}")
    if todo:
        conversation.take_line(with_thing(todo, words))


def parts_of(said: Said) -> tuple[str, str, str]:
    """The condition, what is done if it is so, and what if not ("" for nothing)."""
    then = said["so"] or said["do"]
    return said["state"] or said["when"], then, otherwise(then, said["other"] or "")


def state_of(words: str, spec: WorldSpec) -> Condition:
    """The condition that "the drawer is open" tells. Raises BadGoal if facts do not tell that."""
    said = words.strip()
    nothing, something = _EMPTY.fullmatch(said), _SOMETHING.fullmatch(said)
    if nothing is not None:
        return Not(_any_at(nothing["on"] or nothing["place"], spec))
    if something is not None:
        return _any_at(something["place"], spec)
    found = _STATE.fullmatch(said)
    if found is None or found["not"]:
        raise BadGoal(
            f"Whether {words!r} I cannot tell.",
            remedy="I can tell: if the drawer is open, ...; if the red cube is in the bowl, ...",
        )
    if found["thing"] in ("it", "that", "this"):  # "close it" would be about the fingers
        raise BadGoal(
            f"Which thing {words!r} is about is not said.", remedy="Name it: if the drawer is open, close it."
        )
    asked = _VERBS.get(found["state"])
    said = f"{asked} {found['thing']}" if asked else f"put {found['thing']} {found['state']}"
    return understand(said, spec).condition


def _any_at(words: str, spec: WorldSpec) -> Condition:
    """Whether anything that can be there is in, on or at a thing."""
    place = thing_of(words, spec.vocabulary)
    families = [one for one in ("at", "in", "on") if one in spec.families]
    ways: list[Condition] = []
    for thing in spec.vocabulary.things:
        for family in families:
            with suppress(BadGoal):
                goal = understand(f"{family}[{thing.name}, {place}]", spec)
                ways.append(goal.condition)
    if not ways:
        raise BadGoal(f"Whether anything is at {words!r} no fact tells.")
    return Or(tuple(ways))


_PUT: Final = re.compile(r"(?:put|place|move|drop|set|bring) (?P<thing>(?:the |an? )?[a-z]+(?: [a-z]+)?) ")


def otherwise(then: str, other: str) -> str:
    """ "It" of what is done if not is what would have been put somewhere if so."""
    put = _PUT.match(then)
    if put is None or put["thing"] in ("it", "them"):
        return other
    return re.sub(r"^(put|place|move|drop|set|bring) it\b", rf"\1 {put['thing']}", other)


def with_thing(todo: str, state: str) -> str:
    """ "It" of what is to be done is the thing that the condition is about, and "in" where that is."""
    something = _SOMETHING.fullmatch(state.strip())
    if something is not None:
        whatever = f"whatever is {something['how']} {something['place']}"
        return re.sub(r"\bit\b", whatever, todo, count=1)
    nothing = _EMPTY.fullmatch(state.strip())
    if nothing is not None:
        place = nothing["on"] or nothing["place"]
        todo = re.sub(r"\bthere\b", f"{nothing['how'] or 'on'} {place}", todo, count=1)
        return re.sub(r"(?<!\bput )(?<!\bplace )(?<!\bmove )(?<!\bdrop )\bit\b", place, todo, count=1)
    found = _STATE.fullmatch(state.strip())
    if found is None:
        return todo
    todo = f"{todo} {found['state'].split(' ', 1)[1]}" if re.search(r" (?:in|on)$", todo) else todo
    return re.sub(r"\bit\b", found["thing"], todo, count=1)
