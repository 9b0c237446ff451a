"""What must not be: a part of a goal ("..., but not the blue one"), or a rule and no goal ("do not ...")."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from embodied.condition import And, Comparison, Literal, Not
from embodied.errors import BadGoal
from embodied.goals.exclusions import facts_of
from embodied.goals.goal import Goal, all_of
from embodied.goals.parser import GoalParser

_BUT_NOT: Final = re.compile(
    r"(?P<verb>put|place|set|stack|move|bring) (?P<thing>[^,]+?) (?P<where>(?:in|into|inside|on|onto|"
    r"on top of) [^,]+?),? (?:but|and) not (?P<other>(?!in\b|on\b|into\b|onto\b|at\b|to\b)[^,]+)",
    re.IGNORECASE,
)
_BAN: Final = re.compile(
    r"\s*(?:please,? )?(?:do not|don't|dont|never(?! ?mind)|avoid|(?:you )?must(?: not|n't)) .+",
    re.IGNORECASE,
)


def but_not(text: str, parser: GoalParser) -> Goal | None:
    """ "Put the red cube in the bowl but not the blue one": the one is there in the end, the other is not.

    None if the text is no such goal. Raises BadGoal: a part of it is not understood.
    """
    found = _BUT_NOT.fullmatch(text.strip().rstrip(".! "))
    if found is None:
        return None
    wish = parser.parse(f"{found['verb']} {found['thing']} {found['where']}")
    both = parser.parse(f"{found['verb']} {found['thing']} and {found['other']} {found['where']}")
    wished = set(facts_of(wish.condition))
    banned = [fact for fact in facts_of(both.condition) if fact not in wished]
    if wish.stages or not wished or not banned:
        return None
    never = [Not(Comparison(fact, "==", Literal(True))) for fact in banned]
    parts = wish.condition.parts if isinstance(wish.condition, And) else (wish.condition,)
    told = f"{wish.explanation.rstrip('.')}, and not {' or '.join(map(str, banned))}."
    return replace(wish, text=text, condition=all_of([*parts, *never]), explanation=told)


def told_as_rule(text: str, world: str) -> BadGoal | None:
    """For a text that forbids: what is to be done with it. None for another."""
    if _BAN.fullmatch(text) is None:
        return None
    quoted = text.strip().replace('"', "'")
    return BadGoal(
        f"{text!r} says what must not be, and a goal says what shall be.",
        remedy=f'It is a rule, for all goals:  embodied rules add "{quoted}" --world {world}',
    )
