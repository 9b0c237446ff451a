"""A skill of the library as a weak guide: its code runs in the sandbox, in lockstep with the training.

Where the skill calls a primitive, that becomes the environment's actions, step by step (`skill_hand`); while
the skill waits for a step to be done, the training does it, and may do something else: each observation tells
what came of it. An episode begins the skill anew.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol, runtime_checkable

from embodied.errors import EmbodiedError, WorldError
from embodied.facts import UNKNOWN, FactFamily, FactSource, Key, Observation, Value
from embodied.learning.environment import Environment, Flat
from embodied.learning.skill_hand import Hand
from embodied.learning.skill_numbers import numbers_of, with_numbers
from embodied.learning.skill_use import SkillUse
from embodied.outcome import PrimitiveResult
from embodied.primitives import PrimitiveSpec
from embodied.rewards.spec import ObservationSpec
from embodied.sandbox import Limits, SkillExecutor
from embodied.skills import SkillLibrary
from embodied.world import BodySpec

PATIENCE_S: Final = 20.0
"""A skill that gives no action for so long hangs [s]; its computing between calls is limited to less."""

TRIES: Final = 6
"""So often a skill that failed is begun in an episode; one that fails at once would fail at every step."""
_OVER: Final = None


@runtime_checkable
class TellsFacts(Protocol):
    """An environment whose facts can be read, beside what is observed."""

    @property
    def facts(self) -> FactSource: ...


class SkillGuide:
    """Implements `embodied.learning.guides.Guide`.

    Args:
        uses: the skills, one after the other. Where one says that it failed, as when the training went
            another way, they are begun anew from what is so then; where all are done, the hand stays.
        library: where they, and what they call, are found.
        primitives: what an arm of this kind can be asked to do.
        families: of the world's facts.
        kind: of world.
    """

    remembers = True
    """Where it is in its code."""

    def __init__(
        self,
        uses: Sequence[SkillUse],
        library: SkillLibrary,
        hand: Hand,
        primitives: Mapping[str, PrimitiveSpec],
        families: Mapping[str, FactFamily],
        kind: str,
    ) -> None:
        self.uses = tuple(uses)
        self.parameters = numbers_of(self.uses, library)
        self.code = " ".join(part.hash for use in self.uses for part in library.closure(use.skill))
        self._made_of = library, hand, primitives, families, kind
        self._body = LockstepBody(hand, BodySpec(kind, "training", primitives, families, {}))
        self._executor = SkillExecutor(library, self._body, Limits())
        self._thread: threading.Thread | None = None
        self._cancel = threading.Event()
        self._close = weakref.finalize(self, _end, self._body, self._executor)

    @property
    def name(self) -> str:
        """ "pick(object=red_cube); put-in(object=red_cube, container=bowl)"."""
        return "; ".join(map(str, self.uses))

    def with_values(self, values: Mapping[str, float]) -> SkillGuide:
        """See `Tunable.with_values`: the skills are called with these numbers."""
        uses = with_numbers(self.uses, self.parameters, values)
        return SkillGuide(uses, *self._made_of)

    def begin(self, environment: Environment) -> None:
        """See `Guide.begin`."""
        self._leave()
        self._cancel = threading.Event()
        self._body.begin(environment)
        run = (self._executor, self._body, self.uses, self._cancel)
        self._thread = threading.Thread(target=_run, args=run, name="a skill as guide", daemon=True)
        self._thread.start()

    def act(self, observation: Flat) -> Flat:
        """See `Guide.act`.

        Raises:
            EmbodiedError: the skill cannot run: it does not check, or it hangs.
        """
        return self._body.act(observation)

    @property
    def over(self) -> bool:
        """See `Remembering.over`."""
        return self._body.is_over

    @property
    def begun(self) -> int:
        """See `Remembering.begun`."""
        return self._body.begun

    def close(self) -> None:
        """End the sandbox. Idempotent; done for a guide that is forgotten."""
        self._leave()
        self._close()

    def _leave(self) -> None:
        """The running episode's skill is over, wherever it is."""
        if self._thread is not None:
            self._cancel.set()
            self._body.cancel()
            self._thread.join(timeout=PATIENCE_S)
            self._thread = None


class LockstepBody:
    """Implements `embodied.sandbox.host.Body` for the skill's thread, and `act` for the training's.

    Only one of the two runs at any time: the skill between an observation and its action, the training else.
    """

    def __init__(self, hand: Hand, spec: BodySpec) -> None:
        self.spec = spec
        self.hand = hand
        self._observations: queue.SimpleQueue[Flat | None] = queue.SimpleQueue()
        self._actions: queue.SimpleQueue[Flat | EmbodiedError | None] = queue.SimpleQueue()
        self._environment: Environment | None = None
        self._seen: Flat | None = None
        self.is_over = False
        self._step = -1
        self.begun = 0

    # -- the training's thread ---------------------------------------------------------------------

    def begin(self, environment: Environment) -> None:
        self._observations, self._actions = queue.SimpleQueue(), queue.SimpleQueue()
        self._environment, self._seen, self.is_over = environment, None, False
        self._step, self.begun = -1, 0

    def act(self, observation: Flat) -> Flat:
        """The action of this step; once the skill is over, to stay."""
        self._step += 1
        if self.is_over:
            self.hand.observed(observation)
            return self.hand.hold()
        self._observations.put(observation)
        try:
            action = self._actions.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise WorldError("A skill that guides a training hangs.", remedy="Look at its code.") from None
        if isinstance(action, EmbodiedError):
            raise action
        if action is _OVER:
            self.is_over = True
            return self.hand.hold()
        return action

    def cancel(self) -> None:
        self._observations.put(None)

    # -- the skill's thread ------------------------------------------------------------------------

    def wait(self) -> str:
        """For the first observation, by which this episode draws; "" if it is over before that."""
        first = self._observations.get()
        if first is None:
            return ""
        self._seen = first
        self.hand.begin(first, self.observe)
        return first.tobytes().hex()

    def pause(self) -> bool:
        """Stay for one step; False if the episode is over."""
        self._actions.put(self.hand.hold())
        observation = self._observations.get()
        if observation is None:
            return False
        self._seen = observation
        self.hand.observed(observation)
        return True

    def begun_anew(self) -> None:
        self.begun = self._step

    def over(self, error: EmbodiedError | None = None) -> None:
        self._actions.put(error if error is not None else _OVER)

    def observe(self) -> Observation:
        """Facts now."""
        assert self._environment is not None
        assert self._seen is not None
        return facts_told(self._environment, self._seen, self.spec.families)

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        """A primitive, from its first step to its last."""
        spec = self.spec.primitives[name]
        defaults = {
            key: value["default"] for key, value in spec.args["properties"].items() if "default" in value
        }
        spec.check_args(arguments)
        steps = self.hand.steps(name, {**defaults, **arguments})
        while True:
            try:
                action = next(steps)
            except StopIteration as done:
                result: PrimitiveResult = done.value
                return result
            self._actions.put(action)
            observation = self._observations.get()
            if observation is None:
                return PrimitiveResult(False, {}, "cancelled", "the episode is over")
            self._seen = observation
            self.hand.observed(observation)


def _run(
    executor: SkillExecutor, body: LockstepBody, uses: Sequence[SkillUse], cancel: threading.Event
) -> None:
    """The skills of an episode, in a thread of their own. What failed is begun anew, as a run would."""
    draws = body.wait()
    if not draws:
        return
    try:
        for number in range(TRIES):
            if _all_went_well(executor, body, uses, cancel, f"{draws} {number}"):
                break
            if cancel.is_set() or not body.pause():
                return
            body.begun_anew()
        body.over()
    except EmbodiedError as error:
        body.over(error)


def _all_went_well(
    executor: SkillExecutor, body: LockstepBody, uses: Sequence[SkillUse], cancel: threading.Event, draws: str
) -> bool:
    """Whether each skill says that it succeeded. Raises EmbodiedError for one that cannot run at all."""
    for use in uses:
        run = executor.run(use.skill, use.arguments, cancel=cancel, draws=f"{use} {draws}")
        if run.error_code in ("does_not_check", "bad_arguments"):
            raise EmbodiedError(f"The skill {use.skill} cannot be begun with.", remedy=run.error)
        if not run.ok:
            return False
    return True


def _end(body: LockstepBody, executor: SkillExecutor) -> None:
    body.cancel()
    executor.close()


def facts_told(
    environment: Environment, observation: Flat, families: Mapping[str, FactFamily]
) -> Observation:
    """The environment's facts if it tells them, else those that the observation's entries name."""
    if isinstance(environment, TellsFacts):
        return _read(environment.facts, families)
    return _told(environment.observation_spec, observation, families)


def _read(facts: FactSource, families: Mapping[str, FactFamily]) -> Observation:
    """All facts of an instant."""
    found: dict[str, dict[Key, Value]] = {}
    for name, family in families.items():
        if name not in facts.families:
            continue
        if family.keys:
            found[name] = dict(facts.items(name))
        else:
            value = facts.get(name)
            found[name] = {} if value is UNKNOWN else {(): value}
    return Observation(families, found)


def _told(spec: ObservationSpec, observation: Flat, families: Mapping[str, FactFamily]) -> Observation:
    """The facts that an observation's entries name."""
    found: dict[str, dict[Key, Value]] = {}
    named = spec.split(observation[None].astype(float))
    for entry in spec.entries:
        family, _, keys = entry.fact.rstrip("]").partition("[")
        if family in families:
            value = named[entry.name][0]
            key = tuple(one.strip() for one in keys.split(",") if one)
            plain: Value = tuple(value.tolist()) if value.ndim else float(value)
            with suppress(TypeError, ValueError):
                plain = bool(plain) if families[family].kind == "bool" else plain
            found.setdefault(family, {})[key] = plain
    return Observation(families, found)
