"""What a worker is told before its first leg, as JSON: where it stands, and within which limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from embodied.condition import parse
from embodied.launchfile import from_table
from embodied.learning.environment import Environment, TrainingTask, load_tasks
from embodied.learning.ground import Ground, guide_named, lay_ground
from embodied.learning.leg import Leg
from embodied.learning.trainer import Choice, trainer_named
from embodied.learning.wish import Setting


@dataclass(frozen=True)
class Order:
    """In plain data.

    Attributes:
        launch: the launch file's table.
        task: see `TrainingTask`, its condition as text.
        ahead: modules that are imported before there is anything to do.
        memory_mb: what a worker may take beyond what it has once its ground is laid [MiB].
    """

    launch: Mapping[str, Any]
    task: Mapping[str, Any]
    memory_mb: int
    ahead: tuple[str, ...] = ()

    @staticmethod
    def of(setting: Setting, memory_mb: int, ahead: tuple[str, ...] = ()) -> Order:
        """For the workers of a run."""
        plain = {
            one.name: msgspec.to_builtins(getattr(setting.task, one.name))
            for one in fields(TrainingTask)
            if one.name != "condition"
        }
        task = {**plain, "condition": str(setting.task.condition)}
        return Order(msgspec.to_builtins(setting.launch.to_table()), task, memory_mb, ahead)

    def meant(self) -> TrainingTask:
        """The task as it was."""
        hints = get_type_hints(TrainingTask)
        given = {
            name: msgspec.convert(value, hints[name])
            for name, value in self.task.items()
            if name != "condition"
        }
        return TrainingTask(condition=parse(self.task["condition"]), **given)


@contextmanager
def ground_of(order: Order, folder: Path) -> Iterator[Ground]:
    """The ground that the search stands on, laid again in this process.

    Args:
        folder: in that of the run; nothing is found and nothing is left there: successes belong to
            candidates.
    """
    launch, task = from_table(dict(order.launch), "an order"), order.meant()
    source = load_tasks(launch.world.kind)

    def make() -> Environment:
        return source.make(task, launch.world.settings)

    environment = make()
    try:
        yield lay_ground(task, make, environment, folder, launch)
    finally:
        environment.close()


def choice_of(leg: Leg, ground: Ground) -> Choice:
    """The trainer and the guide that a leg names."""
    return Choice(trainer_named(leg.trainer), guide_named(leg.guide, leg.numbers, ground), "")
