"""Which task a sentence means. What is not clear is asked for, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from embodied.errors import did_you_mean
from embodied.learning.environment import TrainingTask
from embodied.learning.errors import NoCondition, UnknownTask

_EMPTY: Final = frozenset(
    "a an and at by in into it its of on onto or so that the then to up with".split(" ")  # noqa: SIM905
)


def choose(sentence: str, tasks: Sequence[TrainingTask]) -> TrainingTask:
    """The one task that has all words of the sentence in its name or its own sentence.

    Raises:
        UnknownTask: none has, or several have; the message lists them.
        NoCondition: nothing can say when it succeeded.
    """
    for task in tasks:
        if task.name.lower() == sentence.strip().lower():
            return _judged(task)
    wanted = _words(sentence)
    fitting = [task for task in tasks if wanted and wanted <= _words(f"{task.name} {task.sentence}")]
    if len(fitting) == 1:
        return _judged(fitting[0])
    listed = "".join(f"\n    {task.name}: {task.sentence}" for task in (fitting or tasks))
    if fitting:
        raise UnknownTask(
            f"{sentence!r} may mean {len(fitting)} tasks.", remedy=f"Say more, or give the name:{listed}"
        )
    hint = did_you_mean(sentence, [task.name for task in tasks])
    raise UnknownTask(
        f"There is no task {sentence!r}: nothing here could say when it is done.",
        remedy=f"{hint} These can be trained; say it in their words, or give the name:{listed}".strip(),
    )


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
