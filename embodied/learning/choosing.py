"""Which task a sentence means. What is not clear is asked for, never guessed.

A task that the world registers is found by its words. Any other goal of the launch's scene is one too: the
world's own goal parser says when it is done, or a person does (`--success`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from embodied.condition import Comparison, Distance, Literal, check, facts_in, parse
from embodied.errors import BadCondition, BadGoal, did_you_mean
from embodied.learning.environment import TaskSource, TrainingTask
from embodied.learning.errors import NoCondition, UnknownTask
from embodied.learning.goals import SceneTasks, scene_task
from embodied.methods import WorldSpec

_EMPTY: Final = frozenset(
    "a an and at by in into it its of on onto or so that the then to up with".split(" ")  # noqa: SIM905
)
_WITHIN: Final = re.compile(
    r"\s*\b(?:to\s+)?within\s+(\d+(?:\.\d+)?)\s*(mm|cm|m)\b(?:\s+of\s+it)?", re.IGNORECASE
)
_WITHIN_WHAT: Final = re.compile(r"\bwithin\s+(\d+(?:\.\d+)?)\s*([a-z]+)\b", re.IGNORECASE)
_METRES: Final = {"mm": 0.001, "cm": 0.01, "m": 1.0}


def choose_task(
    sentence: str,
    success: str,
    source: TaskSource,
    settings: Mapping[str, Any],
    spec: Callable[[], WorldSpec],
) -> TrainingTask:
    """The task that a sentence means: a registered one, or a goal of the launch's scene.

    Where both would do, the registered one is taken if it asks for the same: "pick up the red cube" has the
    words of PickPlace, and means another thing.

    "Reach the target within 6 mm" is the task that is done within 2 cm, done more exactly.

    Args:
        success: when it is done, as a condition; "" to leave that to the task or to the world's goal parser.
            With one, the sentence may say anything, and the environment is the launch's scene; or that of the
            registered task which the sentence names, if the condition is over the same facts as its own.
        spec: of the world with these settings; asked only where no registered task fits.

    Raises:
        UnknownTask: several registered tasks fit, or none does and the world can make no others.
        NoCondition: nothing can say when it succeeded.
        BadCondition, BadGoal: the condition names what there is not.
    """
    if success.strip():
        if not isinstance(source, SceneTasks):
            raise UnknownTask(
                "This kind of world makes no tasks from conditions.",
                remedy=f"Choose one of its own:{_listed(source.tasks(settings))}",
            )
        try:
            return scene_task(sentence, success, source, settings, spec())
        except BadCondition:
            done = _done_when(success, _registered(sentence, source.tasks(settings))[0], spec)
            if done is None:
                raise
            return done
    tasks = source.tasks(settings)
    words, within = _exactness(sentence, tasks)
    if not isinstance(source, SceneTasks):
        return _exact(choose(words, tasks), within)
    registered, no_task = _registered(words, tasks)
    if registered is not None:
        registered = _exact(registered, within)
        if registered.name.lower() == words.strip().lower():
            return registered
    try:
        meant = scene_task(sentence, "", source, settings, spec())
    except BadGoal as unclear:
        if registered is not None:
            return registered
        if no_task is not None and "may mean" in no_task.message:
            raise no_task from None
        raise NoCondition(
            f"Nothing can say when {sentence!r} is done. {_unclear(unclear)}".strip(),
            remedy=f"{unclear.remedy} Or say when it is done, over the world's facts: "
            '--success "distance(pose[a], pose[b]) < 0.1", or on[a, b], opening[a] > 0.1, joined by and. '
            f"Or name one of these:{_listed(tasks)}".strip(),
        ) from None
    return registered if registered is not None and registered.condition == meant.condition else meant


def _unclear(goal: BadGoal) -> str:
    """What is wrong with a sentence, where that is more than that it is not understood."""
    more = not goal.message.startswith("Cannot understand") or "Did you mean" in goal.remedy
    return goal.message if more else ""


def _exactness(sentence: str, tasks: Sequence[TrainingTask]) -> tuple[str, float | None]:
    """A sentence without how exactly it is to be done, and that [m]; None where it does not say. Raises
    NoCondition where that is no length, and no task says it of itself."""
    said = _WITHIN.search(sentence)
    if said is None:
        wrong = _WITHIN_WHAT.search(sentence)
        if wrong is None or any(wrong[0].lower() in one.sentence.lower() for one in tasks):
            return sentence, None
        unit = "cm" if wrong[2].lower().startswith("c") else "mm"
        raise NoCondition(
            f"{wrong[1]} {wrong[2]} is no distance.",
            remedy=f"How near it shall come is said in mm, cm or m: within {wrong[1]} {unit}.",
        )
    rest = sentence[: said.start()] + sentence[said.end() :]
    return rest, float(said[1]) * _METRES[said[2].lower()]


def _exact(task: TrainingTask, within: float | None) -> TrainingTask:
    """A task that is done within so many metres. Raises NoCondition where it is not about a distance."""
    if within is None:
        return task
    condition = _judged(task).condition
    match condition:
        case Comparison(Distance() as distance, "<", Literal()) if within > 0:
            nearer = Comparison(distance, "<", Literal(round(within, 6)))
            sentence = f"{task.sentence.rstrip('.')}, within {1000 * within:g} mm."
            return replace(task, condition=nearer, sentence=sentence)
    raise NoCondition(
        f"{task.name} is done when {condition}: it cannot be done within {1000 * within:g} mm.",
        remedy="Say it without; or when it is done, with --success.",
    )


def _done_when(success: str, task: TrainingTask | None, spec: Callable[[], WorldSpec]) -> TrainingTask | None:
    """A registered task that is done when a person says; None where that is about something else."""
    if task is None or task.condition is None:
        return None
    condition = parse(success)
    if set(facts_in(condition)) != set(facts_in(task.condition)):
        return None
    check(condition, spec().families)
    return replace(task, condition=condition)


def _registered(
    sentence: str, tasks: Sequence[TrainingTask]
) -> tuple[TrainingTask | None, UnknownTask | None]:
    """The one registered task whose words these are, or why there is none."""
    if set("[]<>=") & set(sentence):  # a condition as it stands is about the launch's scene
        return None, None
    try:
        return choose(sentence, tasks), None
    except UnknownTask as unknown:
        return None, unknown


def choose(sentence: str, tasks: Sequence[TrainingTask]) -> TrainingTask:
    """The one task whose own sentence has these words and no others, or else the one that has all of them in
    its name or its sentence.

    Raises:
        UnknownTask: none has, or several have; the message lists them.
        NoCondition: nothing can say when it succeeded.
    """
    for task in tasks:
        if task.name.lower() == sentence.strip().lower():
            return _judged(task)
    wanted = _words(sentence)
    same = [task for task in tasks if wanted == _words(task.sentence)]
    if len(same) == 1:
        return _judged(same[0])
    fitting = [task for task in tasks if wanted and wanted <= _words(f"{task.name} {task.sentence}")]
    if len(fitting) == 1:
        return _judged(fitting[0])
    listed = _listed(fitting or tasks)
    if fitting:
        raise UnknownTask(
            f"{sentence!r} may mean {len(fitting)} tasks.", remedy=f"Say more, or give the name:{listed}"
        )
    hint = did_you_mean(sentence, [task.name for task in tasks])
    raise UnknownTask(
        f"There is no task {sentence!r}: nothing here could say when it is done.",
        remedy=f"{hint} These can be trained; say it in their words, or give the name:{listed}".strip(),
    )


def _listed(tasks: Sequence[TrainingTask]) -> str:
    return "".join(f"\n    {task.name}: {task.sentence}" for task in tasks)


def _judged(task: TrainingTask) -> TrainingTask:
    if task.condition is None:
        raise NoCondition(
            f"The task {task.name} has no success condition, so no policy of it could be judged.",
            remedy="Give the task a condition over the world's facts, such as "
            "distance(hand, pose[target]) < 0.02.",
        )
    return task


def _words(text: str) -> frozenset[str]:
    """Without small words, endings off: "PickPlace the red cubes" has pick, place, red, cube."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return frozenset(_root(word) for word in re.findall(r"[a-z]+", apart) if word not in _EMPTY)


def _root(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word.removesuffix("e")
