"""What keeps an arm from being moved before anything begins: it is stopped, or somebody has it."""

from __future__ import annotations

import shlex

from embodied.arms.running import find_running
from embodied.arms.stopped import find_stopped
from embodied.cli.folders import command
from embodied.errors import BadInput
from embodied.facts import Observation


def refuse_stopped(name: str, seen: Observation) -> None:
    """Raise BadInput if a protective stop holds the arm."""
    reason = seen.notes.get("protective_stop")
    if reason:
        raise BadInput(
            f"{name} is stopped: {reason}. It stays so until a person resets it.",
            remedy=f"When it is safe to move, beside the arm:  {command()} arm reset {shlex.quote(name)}",
        )


def refuse_running(name: str) -> None:
    """Raise BadInput if an arm of this name runs here: a second simulator would be taken for it."""
    for arm in find_running():
        if arm.name == name:
            raise BadInput(
                f"{name} runs already: process {arm.pid}, {arm.run_dir}.",
                remedy=f"One agent per arm: end that one first. To stop what moves:  {command()} arm stop",
            )


def refuse_kept(name: str) -> None:
    """Raise BadInput if a stop of an arm of this name is kept, before anybody is asked to let it move."""
    for one in find_stopped(name):
        refuse_stopped(name, Observation({}, {}, notes={"protective_stop": one.reason}))
