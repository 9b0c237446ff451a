"""One of Meta-World's tasks as an environment with named entries, for `embodied refine` and the benchmark."""

from __future__ import annotations

import copy
import importlib
import logging
import os
import sys
import warnings
from dataclasses import dataclass
from typing import Any, Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from embodied.arms.observation import Observer
from embodied.condition import evaluate
from embodied.errors import BadInput, EmbodiedError, SetupError, did_you_mean
from embodied.learning.planning_ahead import foreseen_by_stepping
from embodied.outcome import Judgement
from embodied.referee import judge
from embodied_metaworld.facts import InstantFacts
from embodied_metaworld.tasks import ACTION, REPEAT, STEP_S, TASKS

Flat = NDArray[np.float32]
CAMERA: Final = "corner2"
PIXELS: Final = 320
_UNSTEADY: Final = (
    mujoco.mjtWarning.mjWARN_BADQPOS,
    mujoco.mjtWarning.mjWARN_BADQVEL,
    mujoco.mjtWarning.mjWARN_BADQACC,
)
_log = logging.getLogger(__name__)


class BlownUp(EmbodiedError):
    """The episode ended because the physics became unsteady; only `reset` helps."""


@dataclass(frozen=True, eq=False)
class _Moment:
    """What decides how an episode goes on: the simulator's state, and what was last seen."""

    physics: Any
    before: Any
    read: Any
    told: Flat
    over: str


class MetaworldEnv:
    """Implements `embodied.learning.planning_ahead.Foreseeing`: an environment that can be tried out.

    The scene, its random places and the way actions move the hand are Meta-World's; four of its steps are one
    here. The seed of `reset` alone decides where things are, whatever was before.

    Args:
        task: one of `embodied_metaworld.tasks.TASKS`.
        expert: `step` gives the mean of the four dense rewards that Meta-World's authors wrote for the task
            (0 to 10), to be measured against; else 1 where the task is done, and 0 elsewhere.
        pictures: `render` gives some.

    Raises:
        BadInput: there is no such task.
        SetupError: metaworld is not installed.
    """

    def __init__(self, task: str, *, expert: bool = False, pictures: bool = False) -> None:
        if task not in TASKS:
            hint = did_you_mean(task, TASKS)
            raise BadInput(
                f"There is no task {task!r}.", remedy=f"{hint} There are: {', '.join(TASKS)}.".strip()
            )
        self.task = TASKS[task]
        self.observation_spec, self.action_spec = self.task.observation, ACTION
        self._expert, self._pictures = expert, pictures
        self._renderer: Any = None
        self._scene = _scene(task)
        self._places = self._scene.model.body_pos.copy()
        self._facts = InstantFacts(self._scene, self.task)
        self._observer = Observer(self.observation_spec, STEP_S)
        self._draws = np.random.default_rng()
        self._over = "The episode has not begun."

    @property
    def facts(self) -> InstantFacts:
        """What is so now. Read only."""
        return self._facts

    @property
    def scene(self) -> Any:
        """Meta-World's own environment, for its scripted policies and for looking at."""
        return self._scene

    def verdict(self) -> Judgement:
        """Whether the task is done, and why not, as the referee says it."""
        return judge(self.task.condition, self._facts)

    def reset(self, *, seed: int | None = None) -> tuple[Flat, dict[str, Any]]:
        """Begin an episode; `seed` is of this and all later ones."""
        if seed is not None:
            self._draws = np.random.default_rng(seed)
        scene = self._scene
        scene.seed(int(self._draws.integers(2**31)))
        scene.model.body_pos[:] = self._places
        scene._freeze_rand_vec = False
        for _ in range(2):  # the first time it remembers where things were before they were put in place
            mujoco.mj_resetData(scene.model, scene.data)
            scene.reset_model()
            scene._freeze_rand_vec = True
        mujoco.mj_forward(scene.model, scene.data)
        scene.curr_path_length = 0
        self._facts.begin()
        self._observer.begin()
        self._told = self._observer.read(self._facts)
        self._over = ""
        return self._told.copy(), {"is_success": self._done()}

    def step(self, action: Any) -> tuple[Flat, float, bool, bool, dict[str, Any]]:
        """One step of 0.05 s; what is beyond [-1, 1] counts as the bound.

        Raises:
            BadInput: the action is of another shape, or not a number; nothing has moved.
            BlownUp: the episode has not begun, or ended in a blow-up.
        """
        asked = self._checked(action)
        paid = []
        for _ in range(REPEAT):
            self._scene.curr_path_length = 0  # whoever runs an episode ends it
            _, reward, _, _, about = self._scene.step(asked)
            paid.append(float(reward))
        info: dict[str, Any] = {"is_success": False, "metaworld_success": bool(about["success"])}
        if any(self._scene.data.warning[kind].number for kind in _UNSTEADY):  # it began anew by itself
            self._over = "The physics became unsteady, and the episode is over."
            return self._told.copy(), 0.0, False, True, {**info, "blew_up": True}
        self._told = self._observer.read(self._facts)
        info["is_success"] = self._done()
        told = float(np.mean(paid)) if self._expert else float(info["is_success"])
        return self._told.copy(), told, False, False, info

    def save(self) -> _Moment:
        """This moment of the episode, for `restore`; good until the next `reset`."""
        scene = self._scene
        return _Moment(
            copy.copy(scene.data), scene._prev_obs, self._observer.memory(), self._told.copy(), self._over
        )

    def restore(self, moment: _Moment) -> None:
        """Be where `save` was called: steps from here are the same, bit by bit."""
        self._scene.data = copy.copy(moment.physics)
        self._scene._prev_obs = moment.before
        self._observer.remember(moment.read)
        self._told, self._over = moment.told.copy(), moment.over

    def foresee(self, plans: Flat) -> Flat:
        """See `embodied.learning.planning_ahead.Foreseeing`."""
        return foreseen_by_stepping(self, plans)

    def render(self) -> NDArray[np.uint8] | None:
        """What the camera sees, shape (320, 320, 3); None without pictures. Raises SetupError: no OpenGL."""
        if not self._pictures:
            return None
        if self._renderer is None:
            self._renderer = _renderer(self._scene.model)
        self._renderer.update_scene(self._scene.data, CAMERA)
        seen: NDArray[np.uint8] = self._renderer.render()
        return seen[::-1].copy()  # this camera is mounted upside down

    def close(self) -> None:
        """Let the simulator go. Idempotent."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
        self._scene.close()

    def _done(self) -> bool:
        return evaluate(self.task.condition, self._facts) is True

    def _checked(self, action: Any) -> Flat:
        """As Meta-World takes it: its fingers are driven the other way round."""
        if self._over:
            raise BlownUp(self._over, remedy="Call reset.")
        acted = np.asarray(action, dtype=np.float32)
        if acted.shape != (ACTION.size,):
            raise BadInput(
                f"The action has shape {acted.shape}.",
                remedy=f"Expected ({ACTION.size},): {', '.join(ACTION.names)}.",
            )
        if not np.isfinite(acted).all():
            raise BadInput(
                f"The action is {acted.tolist()}, which is not finite.", remedy="Give numbers from -1 to 1."
            )
        theirs: Flat = np.clip(acted, -1.0, 1.0) * np.array([1.0, 1.0, 1.0, -1.0], np.float32)
        return theirs


def _scene(task: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its dependencies' deprecations
            from metaworld.env_dict import ALL_V3_ENVIRONMENTS
    except ImportError as missing:
        raise SetupError(
            "Meta-World is not installed.",
            remedy="Install the extras: pip install 'embodied-agent[metaworld,learn]'.",
        ) from missing
    if mujoco.get_mju_user_warning() is None:  # by itself it writes MUJOCO_LOG.TXT into the current folder
        mujoco.set_mju_user_warning(lambda text: _log.info("MuJoCo warns: %s", text))
    scene: Any = ALL_V3_ENVIRONMENTS[f"{task}-v3"]()
    scene._partially_observable = False  # its goal is part of what its own policies see
    vars(scene).pop("sawyer_observation_space", None)  # which was made for a goal that is hidden
    scene._set_task_called = scene.seeded_rand_vec = True
    return scene


def _renderer(model: Any) -> Any:
    try:
        if sys.platform == "linux" and not os.environ.get("MUJOCO_GL"):
            gl = importlib.import_module("mujoco.egl")  # which needs no screen
            importlib.import_module("mujoco.gl_context").__dict__["GLContext"] = gl.GLContext
        return mujoco.Renderer(model, PIXELS, PIXELS)
    except (ImportError, AttributeError, RuntimeError, mujoco.FatalError) as broken:
        raise SetupError(
            f"No picture can be made: {broken}.", remedy="Install OpenGL: apt install libegl1 libgl1-mesa-dri"
        ) from broken
