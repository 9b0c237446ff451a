"""The gymnasium environment: one task on one table, in either engine.

Everything is built on `embodied_tabletop.engine.Engine`: no bridge, no other process, no clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from embodied.arms.observation import Observer
from embodied.condition import evaluate
from embodied.errors import BadInput, EmbodiedError, did_you_mean
from embodied.learning.planning_ahead import foreseen_by_stepping
from embodied.outcome import Judgement
from embodied.referee import judge
from embodied.rewards.spec import Arrays, ObservationSpec
from embodied_tabletop.engine import CONTROL_PERIOD_S, GRIPPER_WIDTH_MAX_M, Start
from embodied_tabletop.engines import make_engine
from embodied_tabletop.gym.control import READY, action_spec, make_control, within
from embodied_tabletop.gym.facts import InstantFacts
from embodied_tabletop.gym.randomization import Drawn, draw, read_ranges, varied
from embodied_tabletop.gym.starting import DRAWS, drawn_start
from embodied_tabletop.gym.tasks import TARGET, TASKS, Task, hand_entries
from embodied_tabletop.pictures import Moment, Studio, check_picture
from embodied_tabletop.scene import Vector3
from embodied_tabletop.settings import ENGINES
from embodied_tabletop.targets import drawn_targets

Flat = NDArray[np.float32]
Floats = NDArray[np.float64]
Action = NDArray[np.floating[Any]]
Reward = Callable[[Arrays, Arrays, Arrays], Mapping[str, Any] | float]
"""(observation, action, previous observation) by name, each of shape (1, *shape), to named terms."""

PERIODS = 2
STEP_S = PERIODS * CONTROL_PERIOD_S
"""One step of an agent lasts 0.04 s: 20 substeps in MuJoCo, 10 in PyBullet."""

SETTLE_PERIODS = 3
_LEAST, _MOST = np.array(-1.0), np.array(1.0)
RESET_OPTIONS = ("randomize", "target")


class BlownUp(EmbodiedError):
    """The episode ended because the physics became unsteady; only `reset` helps."""


class TabletopEnv(gymnasium.Env[Flat, Action]):
    """See docs/tabletop-rl.md.

    Args:
        task: one of `embodied_tabletop.gym.TASKS`, or a `Task` (`goal_task` makes one of a scene's goal).
        engine: "mujoco" or "pybullet".
        control: "end_effector_delta" or "joint_delta".
        turns: whether the hand's yaw is the policy's too (end_effector_delta).
        reward: None for 1 where the task is done and 0 elsewhere, or a function of named observations;
            success is judged before it is asked, from facts that it never sees.
        randomize: what differs between episodes: see `embodied_tabletop.gym.randomization`.
        terminates: whether an episode ends with success; else it goes on until its steps are up.
        camera, width, height: of `render`.

    Raises:
        BadInput: a setting cannot be used.
        SetupError: the engine is not installed.
    """

    metadata = {  # noqa: RUF012 (as gymnasium declares it)
        "render_modes": ["rgb_array"],
        "render_fps": round(1 / STEP_S),
    }

    def __init__(
        self,
        task: str | Task = "PickPlace",
        *,
        engine: str = "mujoco",
        control: str = "end_effector_delta",
        turns: bool = False,
        reward: Reward | None = None,
        randomize: bool | Mapping[str, Any] = False,
        terminates: bool = False,
        render_mode: str | None = None,
        camera: str = "corner",
        width: int = 320,
        height: int = 240,
    ) -> None:
        if isinstance(task, str):
            _known("task", task, tuple(TASKS))
        _known("engine", engine, ENGINES)
        if render_mode is not None:
            _known("render mode", render_mode, tuple(self.metadata["render_modes"]))
        check_picture(camera, width, height)
        self.task = TASKS[task] if isinstance(task, str) else task
        self.condition = self.task.condition
        self.render_mode = render_mode
        self._picture = (camera, width, height)
        self._ranges = read_ranges(randomize)
        self._reward = reward
        self._terminates = terminates
        self._nominal = self._scene = self.task.built_scene
        self._engine = make_engine(engine, self._nominal)
        self._control = make_control(control, self._engine, STEP_S, turns=turns)
        gripper = self.task.gripper
        self.action_spec = action_spec(self._control, gripper=gripper)
        arm = hand_entries(gripper=gripper, turns=turns, joints=control == "joint_delta")
        self.observation_spec = ObservationSpec((*arm, *self.task.entries))
        self._observer = Observer(self.observation_spec, STEP_S)
        self._noisy = _noise_mask(self._observer)
        self.observation_space = gymnasium.spaces.Box(self._observer.low, self._observer.high)
        self.action_space: gymnasium.Space[Action] = gymnasium.spaces.Box(
            -1.0, 1.0, (self.action_spec.size,), np.float32
        )
        self._facts = InstantFacts(self._engine)
        self._studio: Studio | None = None
        self._varied = False
        self._drawn = Drawn()
        self._over = "The episode has not begun."
        self._aimed: Floats | None = None

    @property
    def action_scale(self) -> Mapping[str, Floats]:
        """What an action of 1 is in a step: {"move": m or rad, "turn": rad}; the gripper's is absolute."""
        scale, start, told = np.array(self._control.scale), 0, {}
        for entry in self._control.entries:
            told[entry.name] = scale[start : start + entry.size].reshape(entry.shape)
            start += entry.size
        return told

    @property
    def facts(self) -> InstantFacts:
        """What is so now. Read only."""
        return self._facts

    def named(self, observation: Flat) -> dict[str, Floats]:
        """A flat observation by name."""
        return self._observer.named(observation)

    def verdict(self) -> Judgement:
        """Whether the task is done, and why not, as the referee says it."""
        return judge(self.condition, self._facts)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Flat, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: of this and all later episodes.
            options: "randomize": in place of the environment's own, for this episode; "target": where the
                target is to be, [x, y, z] m, world frame.
        """
        super().reset(seed=seed)
        asked = dict(options or {})
        for name in asked:
            _known("reset option", name, RESET_OPTIONS)
        ranges = read_ranges(asked["randomize"]) if "randomize" in asked else self._ranges
        self._drawn = draw(ranges, self._nominal, self.np_random)
        self._vary()
        start = self._arranged(asked.get("target"))
        self._width = start.gripper_width
        self._observer.begin()
        self._control.begin(np.array(READY))
        self._late = deque([_idle(self.action_spec.size, gripper=self.task.gripper)] * self._drawn.delay)
        if self._studio is not None:
            self._studio.arrange(self._scene, start)
        self._start = start
        self._told = self._observe()
        self._over, self._aimed = "", None
        return self._told.copy(), {"is_success": self._done(), **self._about()}

    def step(self, action: Action) -> tuple[Flat, float, bool, bool, dict[str, Any]]:
        """One step of 0.04 s.

        Raises:
            BadInput: the action is of another shape, or not a number; nothing has moved.
            BlownUp: the episode has not begun, or ended in a blow-up.
        """
        if self._aimed is None:
            self.aim(action)
            self.move()
        acted, self._aimed = self._aimed, None
        assert acted is not None
        if not self._engine.finite():
            self._over = "The physics became unsteady, and the episode is over."
            return self._told.copy(), 0.0, False, True, {"is_success": False, "blew_up": True}
        before, self._told = self._told, self._observe()
        done = self._done()
        info: dict[str, Any] = {"is_success": done}
        reward = float(done) if self._reward is None else self._rewarded(acted, before, info)
        return self._told.copy(), reward, done and self._terminates, False, info

    def aim(self, action: Action) -> None:
        """The first part of `step`: where the arm is to go. What it raises is what `step` raises."""
        acted = self.check(action)
        self._late.append(acted)
        late = self._late.popleft()
        self._targets = self._control.targets(late)
        if self.task.gripper:
            self._width = float(late[-1] + 1) / 2 * GRIPPER_WIDTH_MAX_M
        self._aimed = acted

    def move(self) -> None:
        """The second part of `step`, the physics; after `aim`, in any thread. `step` does the rest."""
        targets = self._targets
        for _ in range(PERIODS):
            self._engine.command(self._control.towards(targets).tolist(), self._width)
            self._engine.step()
            self._facts.tick()

    def save(self) -> _Moment:
        """This moment of the episode, for `restore`; good until the next `reset`.

        Raises:
            CannotForesee: the engine is PyBullet.
        """
        return _Moment(
            self._engine.save(), dict(vars(self._control)), self._facts.stays, self._observer.memory(),
            self._width, tuple(self._late), self._told.copy(), self._over,
            self.np_random.bit_generator.state,
        )  # fmt: skip

    def restore(self, moment: _Moment) -> None:
        """Be where `save` was called: steps from here are the same, bit by bit."""
        self._engine.restore(moment.engine)
        vars(self._control).update(moment.control)
        self._facts.go_back(moment.stays)
        self._observer.remember(moment.read)
        self._width, self._late = moment.width, deque(moment.late)
        self._told, self._over, self._aimed = moment.told.copy(), moment.over, None
        self.np_random.bit_generator.state = moment.draws

    def foresee(self, plans: Flat) -> Flat:
        """See `embodied.learning.planning_ahead.Foreseeing`."""
        return foreseen_by_stepping(self, plans)

    def render(self) -> NDArray[np.uint8] | None:
        """What the camera sees, shape (height, width, 3); the target is a green ball."""
        if self.render_mode is None:
            gymnasium.logger.warn("render() without a render_mode: make(..., render_mode='rgb_array').")
            return None
        if self._over and not hasattr(self, "_start"):
            raise BlownUp(self._over, remedy="Call reset.")
        if self._studio is None:
            self._studio = Studio(self._scene, self._start)
        marks = tuple(self._start.targets.values())
        moment = Moment(self._engine.joints(), self._engine.snapshot(), marks)
        return self._studio.image(moment, *self._picture)

    def close(self) -> None:
        """Let the engine go. Idempotent."""
        if self._studio is not None:
            self._studio.close()
            self._studio = None
        self._engine.close()

    # -- one step ----------------------------------------------------------------------------------

    def _observe(self) -> Flat:
        told = self._observer.read(self._facts)
        if self._drawn.noise:
            told += self._noisy * self.np_random.normal(0.0, self._drawn.noise, told.size).astype(np.float32)
            np.clip(told, self._observer.low, self._observer.high, out=told)
        return told

    def _done(self) -> bool:
        return evaluate(self.condition, self._facts) is True

    def _rewarded(self, acted: Floats, before: Flat, info: dict[str, Any]) -> float:
        """Ask the reward function. It is given copies."""
        assert self._reward is not None
        now, last = (self.observation_spec.split(flat[None].astype(float)) for flat in (self._told, before))
        terms = self._reward(now, self.action_spec.split(acted[None].copy()), last)
        if not isinstance(terms, Mapping):
            terms = {"reward": terms}
        values = {name: float(np.asarray(value, dtype=float).reshape(-1)[0]) for name, value in terms.items()}
        info["reward_terms"] = values
        return sum(values.values())

    def check(self, action: Any) -> Floats:
        """The action as it is carried out, within [-1, 1]; raises what `step` raises."""
        if self._over:
            raise BlownUp(self._over, remedy="Call reset.")
        acted = np.asarray(action, dtype=np.float64)
        if acted.shape != self.action_space.shape:
            raise BadInput(
                f"The action has shape {acted.shape}.",
                remedy=f"Expected {self.action_space.shape}: {', '.join(self.action_spec.names)}.",
            )
        if not np.isfinite(acted).all():
            raise BadInput(
                f"The action is {acted.tolist()}, which is not finite.", remedy="Give numbers from -1 to 1."
            )
        return within(acted, _LEAST, _MOST)

    # -- one episode -------------------------------------------------------------------------------

    def _vary(self) -> None:
        drawn = self._drawn
        if drawn.size or drawn.mass or drawn.colors or drawn.friction != 1.0 or self._varied:
            self._scene = varied(self._nominal, drawn)
            self._engine.vary(self._scene, drawn.friction)
            self._varied = drawn != Drawn()

    def _arranged(self, target: Any) -> Start:
        """Everything stands where this episode begins; a scene's goal is not done there."""
        for _ in range(DRAWS):
            start = drawn_start(self.task, self._scene, self.np_random)
            start = replace(start, targets=self._targets_of(target, start))
            self._engine.reset(start)
            for _ in range(SETTLE_PERIODS):
                self._engine.step()
            self._facts.begin(self._scene, start)
            if self.task.given is None or not self._done():
                return start
        raise BadInput(
            f"{self.condition} is so wherever an episode begins in {self._scene.name!r}.",
            remedy="Ask for something that is to be changed, or change the scene.",
        )

    def _targets_of(self, wanted: Any, start: Start) -> dict[str, Vector3]:
        drawn = drawn_targets(self._scene, start.poses, self.np_random.uniform)
        if wanted is None:
            return drawn
        if TARGET not in drawn:
            raise BadInput(f"{self.task.name} has no target.", remedy="Leave it out.")
        point = np.asarray(wanted, dtype=float)
        entry = self.observation_spec.entry(TARGET)
        if point.shape != (3,) or not np.all((point >= entry.lower) & (point <= entry.upper)):
            raise BadInput(
                f"The target {wanted!r} cannot be.",
                remedy=f"Give [x, y, z] within {entry.low} and {entry.high} m.",
            )
        x, y, z = point.tolist()
        return {**drawn, TARGET: (x, y, z)}

    def _about(self) -> dict[str, Any]:
        return {"randomized": self._drawn.told()} if self._drawn != Drawn() else {}


@dataclass(frozen=True, eq=False)
class _Moment:
    """What changes in an episode: of the engine, the control, the facts, the observer and the environment."""

    engine: Any
    control: dict[str, Any]
    stays: frozenset[str]
    read: Floats | None
    width: float
    late: tuple[Floats, ...]
    told: Flat
    over: str
    draws: Mapping[str, Any]


def _idle(size: int, *, gripper: bool) -> Floats:
    action = np.zeros(size)
    if gripper:
        action[-1] = 1.0
    return action


def _noise_mask(observer: Observer) -> Flat:
    """1 for observed positions of the hand and of things, 0 elsewhere."""
    mask = np.zeros(observer.spec.size, np.float32)
    for entry in observer.spec.entries:
        if entry.role in ("hand", "object", "handle"):
            mask[observer.places(entry.name)] = 1.0
    return mask


def _known(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        hint = did_you_mean(str(given), known)
        raise BadInput(
            f"There is no {what} {given!r}.", remedy=f"{hint} There are: {', '.join(known)}.".strip()
        )
