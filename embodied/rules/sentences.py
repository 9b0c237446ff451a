"""Rules in plain words: "never touch the bowl", "do not lift anything above 30 cm".

A few documented patterns over a world's own words; what fits none is said, with the patterns. Nothing is
guessed: a name that could mean two things is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb
from types import MappingProxyType
from typing import Final

from embodied.errors import BadRule
from embodied.methods import WorldSpec
from embodied.rules.block_sentences import sentences_of, staying
from embodied.rules.foresight import families_of, foresight_of
from embodied.rules.language import looks_formal, read_formula
from embodied.rules.naming import (
    ANYTHING,
    PATTERNS,
    Naming,
    remedy,
)
from embodied.rules.places import Area, box_in, is_of_blocks
from embodied.rules.rule import Formula, Rule
from embodied.rules.words import LENGTH, NUMBER, amount_of, length, plain, written

MOST_WAYS: Final = 20
"""More ways than this to have too many are not written down."""
DOWN: Final = (
    "never call(dig, arg[y] < position.y and position.x >= arg[x] and position.x < arg[x] + 1 "
    "and position.z >= arg[z] and position.z < arg[z] + 1)"
)
"""The block under the feet, or one further down in the same column."""
OPEN_M: Final = 0.035
"""From this distance of the fingers on, a hand counts as open [m]."""
_NEVER: Final = re.compile(
    r"^(?:please\s+)?(?:(?:you|it|the robot|the arm|the bot)\s+)?"
    r"(?:never|do not|dont|don t|must not|must never|should not|should never|may not|cannot|no)\b\s*"
    r"(?:ever\s+)?"
)
_ALWAYS: Final = re.compile(r"^(?:please\s+)?(?:always|make sure that|make sure|you must)\b\s*(?:always\s+)?")


def understand_rule(
    text: str,
    spec: WorldSpec,
    *,
    who: str = "you",
    when: str = "",
    areas: Mapping[str, Area] = MappingProxyType({}),
) -> Rule:
    """A rule in plain words, or written as a formula.

    Args:
        areas: places that a person named, by name.

    Raises:
        BadRule: it is not understood, means several things, or nothing could ever satisfy or break it.
    """
    if len(text) > 500:
        raise BadRule(f"The rule is {len(text)} characters long; at most 500 are read.")
    families = families_of(spec)
    if looks_formal(text):
        return Rule(text, read_formula(text, families), spec.name, who, when)
    formula = Reader(text, spec.vocabulary, families, areas, foresight_of(spec)).formula()
    return Rule(text, read_formula(formula, families), spec.name, who, when)


def patterns_for(spec: WorldSpec) -> tuple[str, ...]:
    """The documented patterns that mean something in a world."""
    fitting = []
    for pattern in PATTERNS:
        try:
            understand_rule(pattern, spec)
        except BadRule:
            continue
        fitting.append(pattern)
    return tuple(fitting)


@dataclass
class Reader(Naming):
    """Reads one sentence."""

    _pending: str = ""

    def formula(self) -> str:
        said = plain(self.text)
        body = self._tail(said)
        found = self._avoiding(body) or self._never(body) or self._always(body)
        if found is None:
            self.lost()
        return found

    def _tail(self, said: str) -> str:
        """What stands before "until", "when", "while", "before"; the rest is kept as the end of a formula."""
        found = re.search(r"\b(until|before|unless|when|while|if|as long as)\b(.*)$", said)
        if found is None or "within" in said:
            return said
        word, rest = found.group(1), found.group(2).strip()
        if word in ("when", "while", "if") and re.match(
            r"(?:moving|going|it is|you are)?\s*(?:over|above)\b", rest
        ):
            thing = re.sub(r"^(?:moving|going|it is|you are)?\s*(?:over|above)\s*", "", rest)
            self._pending = " when " + self.either(lambda name: f"over[{name}]", self.things(thing))
            return said[: found.start()].strip()
        before = said[: found.start()].strip()
        self.note(before)
        negated = "not " if word == "unless" else ""
        state = self.state(rest)
        self._pending = f" {'until' if word in ('until', 'before') else 'when'} {negated}({state})"
        return before

    # -- patterns ----------------------------------------------------------------------------------

    def _avoiding(self, said: str) -> str | None:
        found = re.match(r"(?:always )?(?:stay|keep) (?:out of|away from|off|clear of) (.+)$", said)
        no = _NEVER.match(said)
        if no is not None:
            found = re.match(
                r"(?:enter|go into|go to|walk into|move into|move over|go over|pass over|walk through|"
                r"step on|"
                r"be over|hover over) (.+)$",
                said[no.end() :],
            )
        if found is not None:
            inside = no is None or said[no.end() :].startswith(("enter", "go into", "move into", "walk into"))
            return f"never {self._region(found.group(1), 'entered' if inside else 'over')}{self._pending}"
        within = re.match(r"(?:always )?(?:stay|keep|remain) (?:inside|in|within) (?:of )?(.+)$", said)
        box = box_in(within.group(1), self.families, self.areas) if within else None
        return f"always {box}{self._pending}" if box else None

    def _region(self, words: str, family: str) -> str:
        box = box_in(words, self.families, self.areas)
        if box is not None:
            return box
        if family not in self.families:
            raise BadRule(
                f"Where {words!r} is cannot be told in this world.",
                remedy=f"Say first where it is: the {words} is from 10 20 to 30 40 (x z to x z). Or give two "
                "corners: stay out of 10 60 10 to 20 80 20.",
            )
        return self.either(lambda name: f"{family}[{name}]", self.things(words))

    def _never(self, said: str) -> str | None:
        found = _NEVER.match(said)
        if found is None:
            return None
        rest = said[found.end() :].strip()
        for pattern, meaning in self._forbidden():
            match = re.fullmatch(pattern, rest)
            if match:
                meant = meaning(self, match)
                if meant is not None:
                    whole = meant if meant.startswith(("never ", "always ")) else f"never {meant}"
                    return whole + self._joined(meant)
        return None

    def _joined(self, meant: str) -> str:
        if " when " in meant and self._pending.startswith(" when"):
            raise BadRule(f"Cannot read {self.text!r}: it has two conditions.", remedy=remedy(self.families))
        return self._pending

    def _forbidden(self) -> Iterable[tuple[str, Callable[[Reader, re.Match[str]], str | None]]]:
        yield r"dig (?:straight )?down(?:wards?)?(?: under (?:feet|self|yourself))?", Reader._dig_down
        yield from sentences_of(self)
        yield r"(?:lift|raise|carry|hold|move) (.+?) (?:above|higher than|over) " + LENGTH, Reader._too_high
        yield r"(?:go|move|be|rise)(?: hand| arm)? (?:above|higher than) " + LENGTH, Reader._hand_high
        yield r"(?:move|go)(?: hand| arm)? faster than (\d+) ?(?:%|percent)(?: .*)?", Reader._too_fast
        yield r"(?:hold|carry|lift|grasp)(?: more than one|.*\btwo\b).*things?.*", Reader._two_things
        yield rf"(?:have|hold|carry|own|get|keep) more than {NUMBER} (.+)", Reader._too_many
        yield rf"(?:have|hold|own|keep) (?:less|fewer) than {NUMBER} (.+)", Reader._too_few
        yield rf"more than {NUMBER} (.+?) (inside|in|on) (.+)", Reader._too_many_there
        yield r"(?:touch|hit|bump|bump into|disturb) (.+)", Reader._touch
        yield r"(?:put|place|drop|lay|stack|set|leave) (.+?) (inside|into|in|onto|on|at) (.+)", Reader._put
        yield r"(?:pick up|hold|grasp|grab|lift|carry|take) (.+)", Reader._hold
        yield r"(?:open) (.+)", Reader._open
        yield r"(?:close|shut) (.+)", Reader._close
        yield r"(?:press|push) (.+)", Reader._press
        yield r"(?:craft|make|build|create) (.+)", Reader._craft
        yield r"(?:gather|mine|chop|cut|collect|break|dig|take|get) (.+)", Reader._gather
        yield r"(?:call|use) ([a-z_* ?]+?)(?: primitive)?", Reader._call

    def _dig_down(self, match: re.Match[str]) -> str | None:
        return DOWN if "position" in self.families and "health" in self.families else None

    def _too_high(self, match: re.Match[str]) -> str | None:
        if not {"pose", "holding"} <= set(self.families):
            return None
        most = written(length(match.group(2), match.group(3)))
        if match.group(1) in ("hand", "arm", "gripper"):
            return f"hand.z > {most}"
        if match.group(1) in ANYTHING:
            return f"pose[{{x}}].z > {most} when holding[{{x}}]"
        names = self.things(match.group(1))
        if len(names) == 1:
            return f"pose[{names[0]}].z > {most} when holding[{names[0]}]"
        return " or ".join(f"(holding[{name}] and pose[{name}].z > {most})" for name in names)

    def _hand_high(self, match: re.Match[str]) -> str | None:
        if "hand" in self.families:
            return f"hand.z > {written(length(match.group(1), match.group(2)))}"
        return None

    def _too_fast(self, match: re.Match[str]) -> str | None:
        if "hand" not in self.families:
            return None
        return f"call(*, arg[speed] > {written(int(match.group(1)) / 100)})"

    def _two_things(self, match: re.Match[str]) -> str | None:
        return "holding[{x}] and holding[{y}]" if "holding" in self.families else None

    def _too_many(self, match: re.Match[str]) -> str | None:
        return self._count(match.group(2), ">", match.group(1))

    def _too_few(self, match: re.Match[str]) -> str | None:
        return self._count(match.group(2), "<", match.group(1))

    def _too_many_there(self, match: re.Match[str]) -> str | None:
        """More than so many of them in or on a thing: any of the ways to have one more."""
        things, places = self.things(match.group(2)), self.things(match.group(4))
        many = int(amount_of(match.group(1))) + 1
        if len(places) != 1 or not 1 < many <= len(things) or comb(len(things), many) > MOST_WAYS:
            return None
        ways = (
            " and ".join(self.resting(match.group(3), one, places[0]) for one in way)
            for way in combinations(things, many)
        )
        return " or ".join(f"({way})" for way in ways)

    def _count(self, words: str, operator: str, number: str) -> str | None:
        if "inventory" not in self.families:
            return None
        most, least = self.noun(words).most, amount_of(number) + (operator == ">")
        if operator != ">" and most and least > most:
            raise BadRule(f"Nothing could ever satisfy {self.text!r}: of {words} at most {most} can be held.")
        return f"{self.amount(words)} {operator} {written(amount_of(number))}"

    def _touch(self, match: re.Match[str]) -> str | None:
        if "touched" not in self.families:
            return None
        return self.either(lambda name: f"touched[{name}]", self.things(match.group(1)))

    def _put(self, match: re.Match[str]) -> str | None:
        first, second = self.things(match.group(1)), self.things(match.group(3))
        if "in" not in self.families or not first:
            return None
        facts = [self.resting(match.group(2), a, b) for b in second for a in first if a != b]
        return " or ".join(dict.fromkeys(facts))

    def _hold(self, match: re.Match[str]) -> str | None:
        if "holding" not in self.families:
            return None
        return self.either(lambda name: f"holding[{name}]", self.things(match.group(1)))

    def _open(self, match: re.Match[str]) -> str | None:
        if match.group(1) in ("gripper", "hand", "fingers"):
            return "call(open_gripper)" if "gripper_width" in self.families else None
        return self._of("is_open", match.group(1))

    def _close(self, match: re.Match[str]) -> str | None:
        if match.group(1) in ("gripper", "hand", "fingers"):
            return "call(close_gripper)" if "gripper_width" in self.families else None
        return self._of("is_closed", match.group(1))

    def _press(self, match: re.Match[str]) -> str | None:
        return self._of("pressed", match.group(1))

    def _of(self, family: str, words: str) -> str | None:
        if family not in self.families:
            return None
        kind = "button" if family == "pressed" else "drawer"
        names = self.things(words)
        kinds = {thing.name: thing.kind for thing in self.vocabulary.things}
        wrong = [name for name in names if kinds.get(name) != kind]
        if wrong:
            raise BadRule(f"The {wrong[0].replace('_', ' ')} is no {kind}.", remedy=remedy(self.families))
        return self.either(lambda name: f"{family}[{name}]", names)

    def _craft(self, match: re.Match[str]) -> str | None:
        if "inventory" not in self.families:
            return None
        return f"call(craft, arg[item] == '{self.noun(match.group(1)).name}')"

    def _gather(self, match: re.Match[str]) -> str | None:
        if "near" not in self.families:  # of the mini world
            return None
        things = {"tree": "tree", "wood": "tree", "log": "tree", "rock": "rock", "ore": "rock"}
        thing = things.get(re.sub(r"s$", "", match.group(1)))
        return f"call(gather, arg[thing] == '{thing}')" if thing else None

    def _call(self, match: re.Match[str]) -> str | None:
        name = match.group(1).strip().replace(" ", "_")
        if any(name == thing.name for thing in self.vocabulary.things) or name in ("hand", "arm", "gripper"):
            return None  # a thing is no call: such a rule would forbid nothing
        return f"call({name})"

    def _always(self, said: str) -> str | None:
        said = _ALWAYS.sub("", said).strip()
        height = staying(said) if is_of_blocks(self.families) else None
        if height is not None:
            return f"always {height}{self._pending}"
        found = re.fullmatch(rf"(?:keep|stay|remain|be)(?: (.+?))? (?:below|under|lower than) {LENGTH}", said)
        if found and "hand" in self.families:
            most = written(length(found.group(2), found.group(3)))
            if found.group(1) in (None, "hand", "arm", "gripper"):
                return f"always hand.z <= {most}{self._pending}"
            names = self.things(found.group(1))
            return f"always {' and '.join(f'pose[{name}].z <= {most}' for name in names)}{self._pending}"
        found = re.fullmatch(
            rf"(?:keep|stay|remain|be)(?: (?:hand|arm|gripper))? (?:at least|above|higher than) {LENGTH}"
            r"(?: (?:above|over) (?:table|tabletop))?(?: high)?",
            said,
        )
        if found and "hand" in self.families:
            return f"always hand.z >= {written(length(found.group(1), found.group(2)))}{self._pending}"
        if re.fullmatch(r"(?:keep|leave|have|hold) (?:gripper|hand|fingers) open", said):
            return (
                f"always gripper_width >= {OPEN_M}{self._pending}"
                if "gripper_width" in self.families
                else None
            )
        found = re.fullmatch(
            rf"(?:keep|have|hold|carry|own) (?:at least )?{NUMBER} (.+?)(?: with you| in inventory| on you)?",
            said,
        )
        if found and "inventory" in self.families:
            return f"always {self._count(found.group(2), '>=', found.group(1))}{self._pending}"
        found = re.fullmatch(
            rf"(.+?) within {NUMBER} ?(s|sec|seconds?|minutes?)(?: (?:after|of|when) (.+))?", said
        )
        if found:
            return self._within(found)
        found = re.fullmatch(r"(?:keep|leave) (.+) (open|closed|shut|upright|empty)", said)
        state = f"{found.group(1)} is {found.group(2)}" if found else said
        state = re.sub(r"\b(?:must|should|has to|have to)(?: always)? (?:be|stay|remain)\b", "is", state)
        never = re.sub(r"\b(?:must|should)(?: never| not) (?:be|become)\b", "is", said)
        if never != said:
            return f"never {self.state(never)}{self._pending}"
        if state == said and not re.search(r"\bis\b", said):
            return None
        return f"always {self.state(state)}{self._pending}"

    def _within(self, found: re.Match[str]) -> str:
        seconds = amount_of(found.group(2)) * (60 if found.group(3).startswith("min") else 1)
        said = re.sub(r"\b(?:must|should|has to|have to)(?: always)? (?:be|stay)\b", "is", found.group(1))
        what = self.state(re.sub(r"^(close|shut) (.+)$", r"\2 is closed", said))
        after = found.group(4)
        if after is None:
            return f"within({written(seconds)} s, {what})"
        if after in ("opening", "opening it", "it was opened", "it is opened"):
            after = "it is open"
        return f"within({written(seconds)} s, {what}) after {self.state(after, began=True)}"


def is_dig_down(formula: Formula) -> bool:
    """Whether a formula is that of "never dig straight down"."""
    return formula.text == DOWN
