"""From text to a formula, and whether that says something.

    rule  := "never" what ("when" condition)? ("until" condition)?
           | "always" condition ("when" condition)? ("until" condition)?
           | "within" "(" NUMBER "s" "," condition ")" ("after" what)?
    what  := condition | "call" "(" NAME ("," condition)? ")"

Conditions are those of `embodied.condition`. In them `{x}` is a name that stands for every thing there is,
`*` likewise, and `arg[z]` is an argument of the call; an argument that a call leaves out has its default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

from embodied.condition import And, Condition, Fact, Not, Or, always_holds, check, facts_in, parse
from embodied.errors import BadCondition, BadRule
from embodied.facts import FactFamily
from embodied.rules.rule import Call, Formula

EXAMPLES: Final = (
    "never call(open_gripper) when hand.z > 0.3",
    "never in[*, bowl]",
    "always hand.z < 0.3 when holding[{x}]",
    "within(20 s, is_closed[drawer]) after is_open[drawer]",
)
EVERY: Final = "every:"
"""How a name that stands for every thing is kept in a condition's keys."""
ARGUMENT: Final = FactFamily("arg", ("argument",), "float", "An argument of the call.")
_MAX_LENGTH: Final = 2000
_NAMED: Final = re.compile(r"\{\s*([A-Za-z_]\w*)\s*\}")
_STAR: Final = re.compile(r"(?<=[\[,])(\s*)\*(?=\s*[\],])")
_CALL: Final = re.compile(r"call\(\s*([A-Za-z_*?][\w*?]*)\s*(?:,(.*))?\)\s*", re.DOTALL)
_WITHIN: Final = re.compile(r"within\s*\(\s*(\d+(?:\.\d+)?)\s*(?:s|seconds?)\s*,(.*)", re.DOTALL)


def read_formula(text: str, families: Mapping[str, FactFamily] | None = None) -> Formula:
    """Read a formula, and check its facts if `families` are given.

    Raises:
        BadRule: it cannot be read, names unknown facts, or nothing could ever satisfy or break it.
    """
    if len(text) > _MAX_LENGTH:
        _fail(f"it is {len(text)} characters long, at most {_MAX_LENGTH} are read")
    plain = " ".join(text.split()).rstrip(".")
    word, _, rest = plain.partition(" ")
    if word in ("never", "always"):
        rest, until = _split(rest, "until")
        rest, when = _split(rest, "when")
        what = _what(rest) if word == "never" else _condition(rest)
        formula = Formula(
            "never" if word == "never" else "always",
            what,
            plain,
            _condition(when) if when is not None else None,
            _condition(until) if until is not None else None,
        )
    elif plain.startswith("within"):
        formula = _within(plain)
    else:
        _fail("it begins with none of never, always, within")
    if families is not None:
        _check(formula, families)
    return formula


def looks_formal(text: str) -> bool:
    """Whether a text was meant as a formula and not as a sentence."""
    return bool(re.match(r"\s*(never|always|within)\b", text)) and bool(re.search(r"[\[\]<>{}(]|==|!=", text))


def conditions_in(formula: Formula) -> Iterator[Condition]:
    """All conditions of a formula."""
    for part in (formula.what, formula.when, formula.until, formula.after):
        if isinstance(part, Call):
            if part.where is not None:
                yield part.where
        elif part is not None:
            yield part


def variables_in(formula: Formula) -> tuple[str, ...]:
    """The keys that stand for every thing."""
    found = (fact for part in conditions_in(formula) for fact in facts_in(part))
    return tuple(dict.fromkeys(key for fact in found for key in fact.keys if key.startswith(EVERY)))


def facts_of(formula: Formula) -> Iterator[Fact]:
    """Every fact that a formula reads."""
    for part in conditions_in(formula):
        yield from facts_in(part)


def obligation(formula: Formula) -> Condition | None:
    """What must be so at every moment; None where the rule is about calls or time."""
    if formula.kind == "within" or isinstance(formula.what, Call):
        return None
    must = Not(formula.what) if formula.kind == "never" else formula.what
    return must if formula.when is None else Or((Not(formula.when), must))


def contradiction(one: Formula, other: Formula, families: Mapping[str, FactFamily]) -> bool:
    """Whether no world could keep to both, in any situation that both speak of."""
    known = {**families, ARGUMENT.name: ARGUMENT}
    parts = [obligation(one), obligation(other)]
    for number, formula in enumerate((one, other)):
        if formula.kind == "within" and not isinstance(formula.what, Call):
            parts[number] = formula.what
    if parts[0] is None or parts[1] is None or one.until is not None or other.until is not None:
        return False
    situations = tuple(part for part in (one.when, other.when) if part is not None)
    together = And((parts[0], parts[1], *situations))
    if situations and always_holds(
        Not(And(situations)) if len(situations) > 1 else Not(situations[0]), known
    ):
        return False
    return all(fact.family in known for fact in facts_in(together)) and always_holds(Not(together), known)


def _within(text: str) -> Formula:
    found = _WITHIN.match(text)
    if found is None:
        _fail("within is written: within(20 s, CONDITION) after CONDITION")
    inside, rest = _closed(found.group(2))
    if rest and not rest.startswith("after "):
        _fail(f"unexpected {rest!r} behind within(...)")
    seconds = float(found.group(1))
    if not 0 < seconds <= 86400:
        _fail("the time is not from 0 to 86400 s")
    after = _what(rest.removeprefix("after ")) if rest else None
    return Formula("within", _condition(inside), text, after=after, seconds=seconds)


def _closed(text: str) -> tuple[str, str]:
    """The text up to the bracket that closes, and what follows it."""
    depth = 1
    for at, mark in enumerate(text):
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if depth == 0:
            return text[:at].strip(), text[at + 1 :].strip()
    _fail("a bracket is not closed")


def _split(text: str, word: str) -> tuple[str, str | None]:
    """What stands before and behind a word; None where it is missing."""
    parts = re.split(rf"\b{word}\b", text)
    if len(parts) > 2:
        _fail(f"{word} is said twice")
    return parts[0].strip(), parts[1].strip() if len(parts) == 2 else None


def _what(text: str) -> Condition | Call:
    text = text.strip()
    if not text.startswith("call"):
        return _condition(text)
    found = _CALL.fullmatch(text)
    if found is None:
        _fail("a call is written: call(NAME) or call(NAME, CONDITION)")
    where = found.group(2)
    return Call(found.group(1), _condition(where) if where is not None else None)


def _condition(text: str) -> Condition:
    numbered = iter(range(1, 1000))
    named = _NAMED.sub(lambda found: f"{EVERY}{found.group(1)}", text)
    if "sum(" not in named:
        named = _STAR.sub(lambda found: f"{found.group(1)}{EVERY}_{next(numbered)}", named)
    try:
        return parse(named.strip())
    except BadCondition as wrong:
        raise BadRule(wrong.message.replace("the condition", "the rule"), remedy=_remedy()) from None


def _check(formula: Formula, families: Mapping[str, FactFamily]) -> None:
    known = {**families, ARGUMENT.name: ARGUMENT}
    for part in conditions_in(formula):
        try:
            check(part, known)
        except BadCondition as wrong:
            words = f"The rule {formula} names what is not known: {wrong.message}"
            raise BadRule(words, remedy=wrong.remedy) from None
        for fact in facts_in(part):
            if fact.family == ARGUMENT.name and not isinstance(formula.what, Call):
                raise BadRule(
                    f"The rule {formula} speaks of an argument and of no call.",
                    remedy="Write call(NAME, ...).",
                )
    must = obligation(formula)
    if formula.kind == "within" and not isinstance(formula.what, Call):
        must = formula.what
    if must is None:
        return
    if always_holds(Not(must), known):
        raise BadRule(f"Nothing could ever satisfy the rule {formula}.", remedy="It is not kept.")
    if formula.kind != "within" and always_holds(must, known):
        raise BadRule(f"The rule {formula} forbids nothing: it always holds.", remedy="It is not kept.")
    if formula.when is not None and always_holds(Not(formula.when), known):
        raise BadRule(
            f"The rule {formula} forbids nothing: its `when` never holds.", remedy="It is not kept."
        )


def _fail(what: str) -> NoReturn:
    raise BadRule(f"Cannot read the rule: {what}.", remedy=_remedy())


def _remedy() -> str:
    return f"Expected something like: {'; '.join(EXAMPLES)}"
