"""A policy of the run as what a training begins with: a person saw it, and says what is to be otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from embodied.learning.artefact import FOLDER, SHORT
from embodied.learning.environment import Environment, Flat
from embodied.learning.errors import NoGuide
from embodied.learning.policy import Policy, load_policy

BEGINNING: Final = f"{FOLDER}/"
"""What the names of such guides begin with."""


class PolicyGuide:
    """Implements `embodied.learning.guides.Guide`. `name` is the policy's file in the run's folder."""

    def __init__(self, policy: Policy) -> None:
        self.name = f"{BEGINNING}{policy.digest[:SHORT]}.onnx"
        self._policy = policy

    def begin(self, environment: Environment) -> None:
        """A policy remembers nothing."""

    def act(self, observation: Flat) -> Flat:
        """See `Guide.act`."""
        return self._policy(observation)


def kept_guide(file: Path, run: Path) -> PolicyGuide:
    """A candidate's policy as a guide. It is copied to where the run keeps policies: by its name there it is
    found by those who train, whatever becomes of the candidate's own.

    Raises:
        BadInput: there is no such file, or it is no policy.
    """
    guide = PolicyGuide(load_policy(file))
    kept = run / guide.name
    kept.parent.mkdir(exist_ok=True)
    part = kept.with_suffix(".part")
    shutil.copyfile(file, part)  # also over one that is there: a lost machine may have left it torn
    part.replace(kept)
    return guide


def guide_of(name: str, run: Path) -> PolicyGuide:
    """The guide of that name. Raises `NoGuide` where the run has none, or it was changed."""
    file = run / name
    if not file.is_file():
        raise NoGuide(
            f"The policy {file} is not there: only a machine that has the run's folder can train with it.",
            remedy="Resume there without --cluster, or begin anew without --resume.",
        )
    return PolicyGuide(load_policy(file, digest=file.stem))
