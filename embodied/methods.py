"""Ways to make a condition true, and what a world knows about itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from embodied.condition import Condition
from embodied.facts import FactFamily, Observation
from embodied.phrases import Exclusion, Kind, Phrase, Thing

FactRef = tuple[str, ...]
"""A fact by family and keys: ("inventory", "oak_log")."""


@dataclass(frozen=True)
class Method:
    """One way to raise a fact (or make it true).

    Attributes:
        skill: name of the skill that does it ("mine-block").
        arguments: the skill's arguments.
        needs: conditions that must hold before and are not used up (a tool, a table).
        consumes: amounts of facts that are used up.
        adds: expected amounts of facts that are gained (booleans: 1).
        undoes: facts that become false; "*" stands for any key: ("on", "cup", "*"), but for what is added.
        adds_if: what else becomes true where another fact was true before: {("on", "cup", "book"): ("clear",
            "book")}, taking the cup away clears the book if it lay there.
        undoes_if: likewise what becomes false: {("in", "cup", "box"): ("clear", "cup")}, shutting the box.
        cost: expected effort [s]; only the comparison matters.
        note: why this way, for a reader ("needs a stone pickaxe or better").
    """

    skill: str
    arguments: Mapping[str, Any]
    needs: tuple[Condition, ...] = ()
    consumes: Mapping[FactRef, float] = field(default_factory=dict)
    adds: Mapping[FactRef, float] = field(default_factory=dict)
    cost: float = 1.0
    note: str = ""
    undoes: tuple[FactRef, ...] = ()
    adds_if: Mapping[FactRef, FactRef] = field(default_factory=dict)
    undoes_if: Mapping[FactRef, FactRef] = field(default_factory=dict)


@dataclass(frozen=True)
class Reflex:
    """Something to do before the next step whenever a condition holds, such as eating when hungry.

    Attributes:
        when: the condition; UNKNOWN does not trigger it.
        skill, arguments: what to do.
        why: for a reader.
    """

    when: Condition
    skill: str
    arguments: Mapping[str, Any]
    why: str


@dataclass(frozen=True)
class Noun:
    """A thing of a world's vocabulary.

    Attributes:
        name: identifier ("iron_pickaxe").
        words: the ways to say it, singular and plural, lower case ("iron pickaxe", "iron pickaxes").
        goal: the condition for `count` of it; "{count}" stands for the number.
        verbs: the verbs (keys of `Vocabulary.verbs`) that ask for it; where several nouns share a word,
            the first that has the verb is meant ("mine iron", "smelt iron").
        stack: what "a stack of" it comes to; 0 if it has none.
        most: the most that the body can have; 0 if there is no limit.
    """

    name: str
    words: tuple[str, ...]
    goal: str
    verbs: frozenset[str]
    stack: int = 0
    most: int = 0


@dataclass(frozen=True)
class Group:
    """Several nouns under one name: "stone tools"."""

    name: str
    words: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What the goal parser knows of a world.

    Attributes:
        nouns, groups: what can be had in amounts.
        verbs: a verb to the ways to say it; a goal without a verb means the first of them.
        examples: goals to show to a user.
        things, kinds, phrases: of a world of single things, which sentences speak of.
        exclusions: what cannot both be so in the end.
    """

    nouns: tuple[Noun, ...]
    groups: tuple[Group, ...] = ()
    verbs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


class Methods(Protocol):
    """What a planner asks of a world."""

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        """The ways to gain `amount` more of `fact`, in any order; none if there is no way."""
        ...

    def unreachable(self, fact: FactRef) -> str:
        """Why nothing yields this fact, for a user; empty if something does."""
        ...


class WorldSpec(Methods, Protocol):
    """What a kind of world knows about itself, with no world running.

    Attributes:
        name: the kind of world.
        families: the schema of its facts, by name.
        vocabulary: what the goal parser knows of it.
        reflexes: what to see to before each step.
        interrupts: types of events that end the running step at once, because they make it void ("died").
        ready: what must hold before a step can begin ("alive"); it is waited for. None if nothing.

    A world may also have `disturbances`, those of its interrupts that are no fault of the step that they end
    ("bumped"): it is begun again, a dozen times over, without that counting as a failure. It may have
    `notes`, a text of plain knowledge (its rules, units, pitfalls) for the models that plan and write skills.
    It may have `aside`, families of facts or names of things (`*` stands for anything) that prompts leave out
    unless the goal names them, because they are many and seldom of use; code reads them as all others.
    """

    @property
    def name(self) -> str: ...

    @property
    def families(self) -> Mapping[str, FactFamily]: ...

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def reflexes(self) -> tuple[Reflex, ...]: ...

    @property
    def interrupts(self) -> frozenset[str]: ...

    @property
    def ready(self) -> Condition | None: ...

    def goal_pool(self) -> Sequence[str]:
        """The things that a benchmark draws its goals from: all that the world's rules could give."""
        ...
