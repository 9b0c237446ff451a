"""The stages by which a goal is come to: reach, align, grasp, lift, move, hold, release, smoothness.

Each stage is a function of the reward language that gives a level from 0 to 1, for each state. A stage stays
full once what it leads to is done, so that going on never costs what was earned. (Text2Reward and Language to
Rewards have a language model write such functions; RoboGen's are of the same kind.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from embodied.rewards.goals import Goal
from embodied.rewards.language import MAX_FUNCTIONS
from embodied.rewards.spec import ActionSpec, ObservationSpec

WAYS = ("grasp", "push")
"""How a thing is moved: held in the fingers, or pushed and pulled by touch."""


MOST_STAGES: Final = MAX_FUNCTIONS - 3
"""Beside them stand `near`, `apart` and `reward`."""
_WORK: Final = 48
"""Stages times things: each stage looks at the moves of all things before its own."""
_NEEDED_LEAST: Final = ("hold", "lift", "release", "grasp", "align", "reach")


@dataclass(frozen=True)
class Parameter:
    """A number of a reward that may be searched.

    Attributes:
        name: of the constant in the source.
        value: now; `low` and `high` are as far as a search may go.
        doc: what it does, with its unit.
    """

    name: str
    value: float
    low: float
    high: float
    doc: str


@dataclass(frozen=True)
class Stage:
    """One term of a composed reward.

    Attributes:
        name: of the term and of its function.
        lines: the body of the function, without its docstring.
        doc: what it pays for.
        weight: to begin with.
        parameters: that the lines name.
        uses_previous: it looks at the previous observation as well, and is never differenced.
        costs: what is missing from it is paid for, in every form, and having it pays nothing.
    """

    name: str
    lines: tuple[str, ...]
    doc: str
    weight: float
    parameters: tuple[Parameter, ...] = ()
    uses_previous: bool = False
    costs: bool = False


@dataclass(frozen=True)
class _Names:
    """What the stages of one thing are called, and what they know.

    Attributes:
        suffix: "" where there is one thing only, "_red_cube" where there are several.
        after: the move stages that must be done before this thing's turn.
        moves: this thing's own.
    """

    suffix: str
    after: tuple[str, ...]
    moves: tuple[str, ...]

    def finished(self, own: str) -> str:
        """A level that stays full when the moves are done, and begins when it is its turn."""
        done = " * ".join(f"{move}(obs)" for move in self.moves)
        level = f"np.maximum({own}, {done})" if done else own
        return " * ".join((*(f"{move}(obs)" for move in self.after), level))


def stages(
    goals: Sequence[Goal], observation: ObservationSpec, action: ActionSpec, *, way: str, lifted: bool
) -> tuple[Stage, ...]:
    """The stages of goals that together are success, things in the order of the condition.

    Args:
        way: one of `WAYS`.
        lifted: a thing that is grasped is lifted before it is moved.
    """
    groups = [(thing, list(same)) for thing, same in groupby(goals, key=lambda goal: goal.thing)]
    made: list[Stage] = []
    after: tuple[str, ...] = ()
    for thing, same in groups:
        suffix = f"_{thing}" if len(groups) > 1 and thing else ""
        moving = [goal for goal in same if goal.kind in ("move", "press")]
        ending = f"move{suffix}"
        moves = tuple(f"{ending}{number or ''}" for number in range(len(moving)))
        names = _Names(suffix, after, moves)
        made += _approach(same, names, observation, way=way, lifted=lifted)
        made += [_move(goal, name, after) for goal, name in zip(moving, moves, strict=True)]
        made += _ending(same, moving, names, observation, way)
        after = moves or after  # whose levels are those of what came before, too
    return tuple(_fitting(made, min(MOST_STAGES, _WORK // max(len(groups), 1))))


def _fitting(made: list[Stage], most: int) -> list[Stage]:
    """As many as the reward language takes; what is needed least is left out where there are many things."""
    for kind in _NEEDED_LEAST:
        if len(made) <= most:
            break
        made = [stage for stage in made if stage.name.partition("_")[0] != kind]
    return made


def _approach(
    same: Sequence[Goal], names: _Names, observation: ObservationSpec, *, way: str, lifted: bool
) -> list[Stage]:
    """What comes before a thing moves."""
    goal = next((goal for goal in same if goal.near and goal.kind != "release"), None)
    hand = _first("hand", observation)
    if goal is None or not hand:
        return []
    made = [_reach(goal.near, hand, names)]
    gripper = _first("gripper", observation)
    held = any(one.kind == "hold" for one in same)
    pressed = all(one.kind == "press" for one in same)
    if gripper and not pressed and (way == "grasp" or held):
        made.append(_grasp(goal.near, hand, gripper, names, observation))
        if lifted and any(one.toward or one.raised for one in same):  # a mechanism stays where it is
            made.append(_lift(goal.near, names, observation))
    elif way == "push" and goal.toward:
        made.append(_align(goal, hand, names))
    return made


def _reach(near: str, hand: str, names: _Names) -> Stage:
    scale = Parameter(f"REACH{names.suffix.upper()}_SCALE", 5.0, 1.0, 20.0, "how steeply, 1/m")
    level = f'near(apart(obs["{hand}"], obs["{near}"]), {scale.name})'
    name = f"reach{names.suffix}"
    return Stage(name, (f"return {names.finished(level)}",), f"The hand comes to the {near}.", 1.0, (scale,))


def _align(goal: Goal, hand: str, names: _Names) -> Stage:
    """The hand stands on the far side, as seen from where the thing shall go."""
    behind = Parameter(f"BEHIND{names.suffix.upper()}", 0.05, 0.0, 0.12, "distance to stand behind it, m")
    lines = (
        f'away = obs["{goal.near}"] - {goal.toward}',
        "length = np.linalg.norm(away, axis=-1, keepdims=True)",
        f'behind = obs["{goal.near}"] + {behind.name} * away / (length + 0.001)',
        f"return {names.finished(f'near(apart(obs[{hand!r}], behind), 10.0)')}",
    )
    doc = f"The hand stands behind the {goal.near}, to push it to where it shall go."
    return Stage(f"align{names.suffix}", tuple(line.replace("'", '"') for line in lines), doc, 1.0, (behind,))


def _grasp(near: str, hand: str, gripper: str, names: _Names, observation: ObservationSpec) -> Stage:
    entry = observation.entry(gripper)
    most = entry.high if isinstance(entry.high, float) else 0.08
    doc = f"opening that holds it, {entry.unit}"
    width = Parameter(f"GRASP{names.suffix.upper()}_WIDTH", 0.6 * most, 0.0, 0.95 * most, doc)
    lines = (
        f'there = near(apart(obs["{hand}"], obs["{near}"]), 20.0)',
        f'closed = np.clip(({most:g} - obs["{gripper}"]) / ({most:g} - {width.name}), 0.0, 1.0)',
        f"return {names.finished('there * closed')}",
    )
    return Stage(f"grasp{names.suffix}", lines, f"The fingers close where the {near} is.", 1.0, (width,))


def _lift(near: str, names: _Names, observation: ObservationSpec) -> Stage:
    low = observation.entry(near).low
    ground = low[2] if isinstance(low, tuple) else 0.0
    suffix = names.suffix.upper()
    rest = Parameter(f"REST{suffix}", ground + 0.02, ground, ground + 0.2, "height of its centre at rest, m")
    height = Parameter(f"LIFT{suffix}", 0.06, 0.02, 0.2, "how far up, m")
    lines = (
        f'height = np.clip((obs["{near}"][:, 2] - {rest.name}) / {height.name}, 0.0, 1.0)',
        f"return {names.finished(f'height * grasp{names.suffix}(obs)')}",
    )
    return Stage(f"lift{names.suffix}", lines, f"The {near} is up, and in the fingers.", 1.0, (rest, height))


def _move(goal: Goal, name: str, after: tuple[str, ...]) -> Stage:
    """1 where nothing is missing, so that the best of all states is success."""
    steep = 1.5 / goal.span
    scale = Parameter(f"{name.upper()}_SCALE", round(steep, 3), 0.2 * steep, 10.0 * steep, f"1/{goal.unit}")
    parameters = [scale]
    if "TOLERANCE" in goal.shortfall:
        parameters.append(Parameter("TOLERANCE", 0.02, 0.0, 0.1, "distance that is none, m"))
    if "OFFSET" in goal.shortfall:
        parameters.append(Parameter("OFFSET", 0.04, 0.0, 0.15, "height of one centre above the other, m"))
    if "PRESS_DEPTH" in goal.shortfall:
        parameters.append(Parameter("PRESS_DEPTH", 0.02, 0.0, 0.05, "how far down it is pressed, m"))
    level = f"near(missing, {scale.name})"
    if goal.flag:
        level = f'np.maximum({level}, obs["{goal.flag}"])'
    gate = "".join(f"{one}(obs) * " for one in after)
    lines = (f"missing = {goal.shortfall}", f"return {gate}{level}")
    return Stage(name, lines, f"{goal.text}.", 3.0, tuple(parameters))


def _ending(
    same: Sequence[Goal], moving: Sequence[Goal], names: _Names, observation: ObservationSpec, way: str
) -> list[Stage]:
    """Let go where that is asked, and stay."""
    made = [
        Stage(f"held{names.suffix}", (f'return obs["{goal.flag}"]',), f"{goal.text}.", 3.0)
        for goal in same
        if goal.kind == "hold" and goal.flag
    ]
    gripper = _first("gripper", observation)
    held = way == "grasp"
    released = next((one for one in same if one.kind == "release" or (one.let_go and held)), None)
    if released is not None and gripper:
        entry = observation.entry(gripper)
        most = entry.high if isinstance(entry.high, float) else 0.08
        done = "".join(f"({move}(obs) > 0.999) * " for move in names.moves)
        level = f'{done}np.clip(obs["{gripper}"] / {most:g}, 0.0, 1.0)'
        made.append(Stage(f"release{names.suffix}", (f"return {level}",), "The fingers let go.", 2.0))
    stays = [goal for goal in moving if goal.near]
    if stays:
        near = stays[0].near
        scale = Parameter(f"HOLD{names.suffix.upper()}_SCALE", 20.0, 1.0, 100.0, "how still, 1/m in a step")
        there = " * ".join(map(_there, moving, names.moves))
        lines = (
            f'moved = apart(obs["{near}"], previous["{near}"])',
            f"return 1.0 * {there} * near(moved, {scale.name})",
        )
        doc = f"The {near} stays where it shall be."
        made.append(Stage(f"hold{names.suffix}", lines, doc, 1.0, (scale,), uses_previous=True))
    return made


def _there(goal: Goal, move: str) -> str:
    """Where a thing may stay. What is to be let go of is there once a fact says so: over a box is not in."""
    if goal.let_go and goal.flag:
        return f'(obs["{goal.flag}"] > 0.5)'
    return f"({move}(obs) > 0.999)"


def _first(role: str, observation: ObservationSpec) -> str:
    return next((entry.name for entry in observation.entries if entry.role == role), "")
