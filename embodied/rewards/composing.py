"""The offline designer's grammar: from a success condition to reward code, with no model and no task's name.

    for design in designs(condition, observation, action):
        code = compose(design, observation, action)

A design is a structure (by touch or in the fingers, lifted or not, and how stages are paid) and numbers. A
search goes over `designs` for structure and over `design.parameters` for numbers.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from embodied.condition import Condition
from embodied.errors import did_you_mean
from embodied.rewards.checking import RewardCode, check
from embodied.rewards.errors import BadSpec, CannotCompose
from embodied.rewards.goals import Goal, goals
from embodied.rewards.spec import ActionSpec, ObservationSpec
from embodied.rewards.stages import WAYS, Parameter, Stage, stages

FORMS: Final[Mapping[str, str]] = {
    "level": "each step pays the level of each stage: for episodes that go on after success",
    "cost": "each step costs what is missing from each stage: for episodes that end on success",
    "progress": "each step pays what a stage has gained since the last: however episodes end",
}
EXPLAINED: Final[Mapping[str, str]] = {
    "reach": "only where the hand is matters: nothing is moved by it",
    "touch": "the hand comes to the thing and moves it by touch",
    "push": "the hand comes to the thing and pushes or pulls it; what goes to a place, from behind",
    "grasp": "the fingers close on the thing first",
    "lifted": "the thing is lifted before it is moved",
    "other end": "the condition is read in a less likely way: a mechanism's other end",
    **FORMS,
}
"""What the parts of a design's title say."""
_HEADING: Final = '"""Composed for: '
_GAIN: Final = 10.0
"""Progress of a step is about a tenth of a level."""


@dataclass(frozen=True)
class Design:
    """A reward, before it is text.

    Attributes:
        condition: the success it is for, as text.
        goals: what it brings about.
        way: one of `stages.WAYS`.
        lifted: what is grasped is lifted first.
        form: one of `FORMS`.
        stages: the terms.
        parameters: numbers that may be searched, weights among them.
        manners: how it is done, by name; see `embodied.rewards.manners`.
    """

    condition: str
    goals: tuple[Goal, ...]
    way: str
    lifted: bool
    form: str
    stages: tuple[Stage, ...]
    parameters: tuple[Parameter, ...]
    manners: tuple[str, ...] = ()

    @property
    def guess(self) -> bool:
        """Whether it reads the condition in a less likely way."""
        return any(goal.guess for goal in self.goals)

    @property
    def values(self) -> dict[str, float]:
        """The numbers by name; with `condition`, `name` and these a design is found again."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    @property
    def name(self) -> str:
        """ "grasp, lifted, level": with `condition` and `values` a design is found again by it."""
        extras = (*(("lifted",) if self.lifted else ()), *(("other end",) if self.guess else ()))
        return ", ".join((self.way, *extras, self.form, *self.manners))

    @property
    def title(self) -> str:
        """The name for a person, of what its stages do: "reach, level" where it is about nothing but the
        hand, "touch, level" where nothing can be grasped, which the structure says nothing of."""
        if all(goal.of_the_hand for goal in self.goals):
            return ", ".join(("reach", self.form, *self.manners))
        kinds = {stage.name.partition("_")[0] for stage in self.stages}
        way = "touch" if self.way == "grasp" and not kinds & {"grasp", "held"} else self.way
        extras = (*(("lifted",) if "lift" in kinds else ()), *(("other end",) if self.guess else ()))
        return ", ".join((way, *extras, self.form, *self.manners))

    def with_stages(self, more: tuple[Stage, ...], manner: str) -> Design:
        """With terms more, and the name of the manner that they stand for."""
        new = tuple(stage for stage in more if stage.name not in {one.name for one in self.stages})
        weights = tuple(_weight_of(stage) for stage in new)
        own = {one.name: one for stage in new for one in stage.parameters}
        return replace(
            self,
            stages=(*self.stages, *new),
            parameters=(*self.parameters, *weights, *own.values()),
            manners=(*self.manners, manner),
        )

    def with_values(self, values: Mapping[str, float]) -> Design:
        """The same structure with other numbers, each kept within its bounds.

        Raises:
            BadSpec: there is no such parameter.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                raise BadSpec(
                    f"There is no parameter {name!r}.",
                    remedy=did_you_mean(name, known) or f"There are {', '.join(known)}.",
                )
        changed = tuple(
            replace(one, value=min(max(values.get(one.name, one.value), one.low), one.high))
            for one in self.parameters
        )
        return replace(self, parameters=changed)


def designs(
    condition: Condition,
    observation: ObservationSpec,
    action: ActionSpec,
    *,
    ends_on_success: bool = False,
) -> tuple[Design, ...]:
    """All structures for a condition, the most promising first.

    Raises:
        CannotCompose: a part of the condition has no stage.
        BadSpec: the condition speaks of what no observation tells.
    """
    forms = ("cost", "progress") if ends_on_success else ("level", "progress")
    found: dict[tuple[str, ...], Design] = {}
    for alternative in goals(condition, observation):
        for form in forms:
            for way, lifted in _structures(alternative):
                made = stages(alternative, observation, action, way=way, lifted=lifted)
                if not made:
                    continue
                design = _design(str(condition), alternative, way, lifted, form, made, action)
                same = (form, *(line for stage in made for line in stage.lines))
                found.setdefault(same, design)
    if not found:
        raise CannotCompose(
            f"No stage leads to {condition}.", remedy="Give the hand's position the role 'hand' in the spec."
        )
    return tuple(sorted(found.values(), key=lambda design: design.guess))


def compose(design: Design, observation: ObservationSpec, action: ActionSpec) -> RewardCode:
    """The design as checked reward code; `.source` is the text."""
    return check(source(design, action), observation, action)


def source(design: Design, action: ActionSpec) -> str:
    """The design as text in the reward language."""
    helpers = [_NEAR, _APART]
    functions = [_function(stage) for stage in _callees_first(design.stages)]
    body = "\n\n\n".join(functions)
    constants = "\n".join(f"{one.name} = {one.value:g}  # {one.doc}" for one in design.parameters)
    if "UP" in body:
        constants += "\nUP = np.array([0.0, 0.0, 1.0])"
    way = design.title.partition(",")[0]
    head = f'{_HEADING}{_plain(design.condition)}\n\n{way}; {FORMS[design.form]}.\n"""'
    return "\n\n\n".join([f"{head}\n\n{constants}", *helpers, body, _reward(design, action)]) + "\n"


def is_composed(source: str) -> bool:
    """Whether a reward comes from this grammar."""
    return source.startswith(_HEADING)


def without_heading(source: str) -> str:
    """What a composed reward does, without what its first lines say of it: by this the same is known."""
    return source.partition('"""\n\n')[2] if is_composed(source) else source


# -- structure -------------------------------------------------------------------------------------------


def _structures(alternative: tuple[Goal, ...]) -> Iterator[tuple[str, bool]]:
    """(way, lifted): what must be off the ground is lifted, what may be pushed is also pushed."""
    if all(goal.kind == "hold" for goal in alternative):
        yield ("grasp", False)
    elif any(goal.raised for goal in alternative):
        yield from (("grasp", True), ("grasp", False))
    elif any(goal.toward for goal in alternative):
        yield from (("grasp", True), ("push", False), ("grasp", False))
    else:
        yield from (("push", False), ("grasp", False))


def _design(
    condition: str,
    alternative: tuple[Goal, ...],
    way: str,
    lifted: bool,
    form: str,
    made: tuple[Stage, ...],
    action: ActionSpec,
) -> Design:
    assert way in WAYS
    weights = tuple(map(_weight_of, made))
    effort = Parameter("SMOOTHNESS_WEIGHT", 0.01, 0.0, 0.2, "what large actions cost")
    own: dict[str, Parameter] = {one.name: one for stage in made for one in stage.parameters}
    return Design(condition, alternative, way, lifted, form, made, (*weights, effort, *own.values()))


# -- text ------------------------------------------------------------------------------------------------

_APART: Final = '''def apart(a, b):
    """Distance of two positions, shape (batch,), m."""
    return np.linalg.norm(a - b, axis=-1)'''

_NEAR: Final = '''def near(distance, scale):
    """1 where nothing is missing, 0 far away."""
    return 1.0 - np.tanh(scale * distance)'''


def _weight(stage: Stage) -> str:
    return f"{stage.name.upper()}_WEIGHT"


def _weight_of(stage: Stage) -> Parameter:
    does = "costs, where it is missing" if stage.costs else "pays"
    return Parameter(_weight(stage), stage.weight, 0.0, 10.0, f"what {stage.name} {does}")


def _function(stage: Stage) -> str:
    parameters = "obs, previous" if stage.uses_previous else "obs"
    lines = "\n".join(f"    {line}" for line in stage.lines)
    return f'def {stage.name}({parameters}):\n    """{_plain(stage.doc)}"""\n{lines}'


def _callees_first(made: tuple[Stage, ...]) -> list[Stage]:
    """A function of the reward language stands above the ones that call it."""
    left, ordered = list(made), []
    while left:
        waiting = {f"{stage.name}(" for stage in left}
        ready = next(
            stage
            for stage in left
            if not any(call in line for line in stage.lines for call in waiting - {f"{stage.name}("})
        )
        left.remove(ready)
        ordered.append(ready)
    return ordered


def _reward(design: Design, action: ActionSpec) -> str:
    terms = [f'"{stage.name}": {_paid(stage, design.form)},' for stage in design.stages]
    squares = [
        f'np.square(action["{entry.name}"])'
        if entry.shape == ()
        else f'np.sum(np.square(action["{entry.name}"]), axis={_axes(len(entry.shape))})'
        for entry in action.entries
    ]
    terms.append('"smoothness": -SMOOTHNESS_WEIGHT * effort,')
    body = textwrap.indent("\n".join(terms), " " * 8)
    effort = f"    effort = {' + '.join(squares)}"
    return f"def reward(obs, action, previous):\n{effort}\n    return {{\n{body}\n    }}"


def _axes(count: int) -> str:
    return "-1" if count == 1 else str(tuple(range(1, count + 1)))


def _paid(stage: Stage, form: str) -> str:
    level = f"{stage.name}(obs, previous)" if stage.uses_previous else f"{stage.name}(obs)"
    if form == "level" and not stage.costs:
        return f"{_weight(stage)} * {level}"
    if form == "cost" or stage.uses_previous or stage.costs:
        return f"{_weight(stage)} * ({level} - 1.0)"
    return f"{_GAIN:g} * {_weight(stage)} * ({level} - {stage.name}(previous))"


def _plain(text: str) -> str:
    return text.replace("\\", "").replace('"', "'")
