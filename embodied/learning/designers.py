"""Who designs rewards: composed offline, written by a model, or a model as long as it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from embodied.budget import Budget
from embodied.condition import facts_in
from embodied.errors import BadInput, BudgetSpent, ModelError, ModelInterrupted, did_you_mean
from embodied.launchfile import Limits
from embodied.learning.budget import Clock
from embodied.learning.candidates import Candidate, Designer, Feedback, OfflineDesigner, Proposal
from embodied.learning.designing import Teller
from embodied.learning.ground import DISCOUNT, Ground
from embodied.learning.model_designer import PART, Brief, ModelDesigner
from embodied.learning.wish import Wish
from embodied.models.cassette import cassette_asked_for
from embodied.models.client import connect, refuse_unusable
from embodied.models.endpoint import is_configured
from embodied.models.settings import Model
from embodied.models.usage import Usage
from embodied.plugins import load_world
from embodied.rewards.errors import RewardError

OFFLINE: Final = "offline"
DESIGNERS: Final = (OFFLINE, "llm", "auto")


def check_designer(name: str, model: Model) -> None:
    """Find what would stop it before anything is started.

    Raises:
        BadInput: there is no designer of that name.
        BadLaunchFile, NoKey, WrongKey: "llm", and no model can be asked.
    """
    if name not in DESIGNERS:
        hint = did_you_mean(name, DESIGNERS)
        raise BadInput(
            f"There is no designer {name!r}.", remedy=f"{hint} There are: {', '.join(DESIGNERS)}.".strip()
        )
    if name == "llm":
        try:
            refuse_unusable(model, PART)
        except ModelError as wrong:
            remedy = wrong.remedy.replace(
                "The offline planner needs neither: --planner offline.",
                "The offline designer needs neither: --designer offline.",
            )
            raise type(wrong)(wrong.message, remedy=remedy) from None


class Fallback:
    """Asks a model, and goes on without once that fails; a later part of a run asks it again."""

    name = "auto"

    def __init__(self, model: Designer, offline: Callable[[], Designer], note: Callable[[str], Any]) -> None:
        self._now, self._offline, self._note = model, offline, note
        self._failed = False

    def propose(
        self, earlier: Sequence[Candidate], count: int, feedback: Sequence[Feedback] = ()
    ) -> tuple[Proposal, ...]:
        """See `Designer.propose`."""
        try:
            return self._now.propose(earlier, count, feedback)
        except ModelInterrupted:
            raise
        except (ModelError, BudgetSpent) as fault:
            if self._failed:
                raise
            self._failed = True
            self._note(f"the model designs no rewards, the offline designer does: {fault.message}")
            self._now = self._offline()
            return self._now.propose(earlier, count, feedback)


@contextmanager
def designer_of(
    wish: Wish, model: Model, ground: Ground, clock: Clock, journal: Teller, used: Usage
) -> Iterator[Designer]:
    """The designer that is wished for, for one part of a run.

    Args:
        used: what asking models has cost in earlier parts.

    Raises:
        CannotCompose, BadSpec: the offline designer has nothing to say here.
        NoKey, WrongKey, BadInput: the model cannot be asked.
    """

    def offline() -> Designer:
        return _offline(wish, ground)

    def note(text: str) -> None:
        journal.write("note", text=text)

    if wish.designer == OFFLINE:
        yield offline()
        return
    if wish.designer == "auto" and not _can_be_asked(model):
        note("no model is configured: the offline designer composes rewards")
        yield offline()
        return
    budget = Budget(Limits(wish.schedule.minutes, 1, 1), clock.elapsed, model=model, used=used)
    with connect(model, budget, journal.write, stop=clock.stop) as client:
        examiner = ground.examiner
        brief = Brief(
            ground.task, examiner.observation, examiner.action, examiner.experience,
            DISCOUNT, meanings(ground), wish.schedule.reflection,
        )  # fmt: skip
        asks = ModelDesigner(client, brief)
        yield asks if wish.designer == "llm" else Fallback(asks, offline, note)


def meanings(ground: Ground) -> dict[str, str]:
    """What the facts of the success condition mean, as the kind of world says it; empty if it does not."""
    if ground.launch is None or ground.task.condition is None:
        return {}
    world = ground.launch.world
    try:
        families = load_world(world.kind).spec(world.settings).families
    except BadInput:  # tasks of a kind that no run can be in: observations tell all there is
        return {}
    named = {fact.family: fact for fact in facts_in(ground.task.condition)}
    return {str(fact): families[name].doc for name, fact in named.items() if name in families}


def _offline(wish: Wish, ground: Ground) -> OfflineDesigner:
    condition, examiner = ground.task.condition, ground.examiner
    if condition is None:  # choosing a task has refused it
        raise RewardError("There is no success condition.", remedy="Give the task one.")
    return OfflineDesigner(
        condition, examiner.observation, examiner.action, wish.seed, reflection=wish.schedule.reflection
    )


def _can_be_asked(model: Model) -> bool:
    cassette = cassette_asked_for()
    played = cassette is not None and cassette[0] == "replay"
    return bool(model.role(PART).name) and (played or is_configured(model))
