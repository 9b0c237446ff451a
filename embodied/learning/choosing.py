"""Which task a sentence means. What is not clear is asked for, never guessed.

A task that the world registers is found by its words. Any other goal of the launch's scene is one too: the
world's own goal parser says when it is done, or a person does (`--success`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from embodied.errors import BadGoal, did_you_mean
from embodied.learning.environment import TaskSource, TrainingTask
from embodied.learning.errors import NoCondition, UnknownTask
from embodied.learning.goals import SceneTasks, scene_task
from embodied.methods import WorldSpec

_EMPTY: Final = frozenset(
    "a an and at by in into it its of on onto or so that the then to up with".split(" ")  # noqa: SIM905
)


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

    Args:
        success: when it is done, as a condition; "" to leave that to the task or to the world's goal parser.
            With one, the sentence may say anything, and the environment is the launch's scene.
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
        return scene_task(sentence, success, source, settings, spec())
    tasks = source.tasks(settings)
    if not isinstance(source, SceneTasks):
        return choose(sentence, tasks)
    registered, no_task = _registered(sentence, tasks)
    if registered is not None and registered.name.lower() == sentence.strip().lower():
        return registered
    try:
        meant = scene_task(sentence, "", source, settings, spec())
    except BadGoal as unclear:
        if registered is not None:
            return registered
        if no_task is not None and "may mean" in no_task.message:
            raise no_task from None
        raise NoCondition(
            f"Nothing can say when {sentence!r} is done. {unclear.message}",
            remedy=f"{unclear.remedy} Or say when it is done, over the world's facts: "
            '--success "distance(pose[a], pose[b]) < 0.1", or on[a, b], opening[a] > 0.1, joined by and. '
            f"Or name one of these:{_listed(tasks)}".strip(),
        ) from None
    return registered if registered is not None and registered.condition == meant.condition else meant


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
