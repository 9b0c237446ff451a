"""What a training that has stalled goes on with."""

from __future__ import annotations

from collections.abc import Callable

from embodied.learning.candidates import Candidate
from embodied.learning.environment import Environment
from embodied.learning.errors import CannotForesee
from embodied.learning.ground import Ground
from embodied.learning.planning_ahead import Foreseeing
from embodied.learning.trainer import DEAF, Choice, trainer_named
from embodied.rewards.critic import SENT_BACK


def switch_for(choice: Choice, ground: Ground) -> Callable[[Candidate], Choice | None]:
    """For `Search.switch`: the same reward goes on with `choice.after`, from nothing or from the same guide.

    None where nothing else is known to fit, or where one trainer was exchanged already; nor does one that
    looks at rewards go on with one that the critic sent back, for who did not look at it.
    """

    def switch(stalled: Candidate) -> Choice | None:
        best = stalled.best
        if not choice.after or stalled.follows or best is None:
            return None
        if choice.trainer.name in DEAF and SENT_BACK in stalled.critique:
            return None
        if choice.after == "mpc" and not _can_be_tried_out(ground.examiner.environment):
            return None
        why = (
            f"{choice.trainer.name} has stalled at {best.successes} of {best.episodes}, reached at step "
            f"{best.step} of {stalled.steps}"
        )
        return Choice(trainer_named(choice.after), None if choice.after == "sac" else choice.guide, why)

    return switch


def _can_be_tried_out(environment: Environment) -> bool:
    if not isinstance(environment, Foreseeing):
        return False
    environment.reset(seed=0)
    try:
        environment.save()
    except CannotForesee:
        return False
    return True
