"""How fast a table is stepped by one core, beside others' environments of the same task.

The same is compared: one step of an agent, of 0.04 s of simulated time (so long is that of FetchPickAndPlace
and of PandaPickAndPlace), with an end-effector displacement of at most 2 cm as its action, that is with the
inverse kinematics where there is any, and the state of hand and cube as what comes of it. All go through the
same script: over the cube, down, close, lift, in 50 steps; resets are not counted. Time is the CPU time of
the one process, so that other work on the machine counts little.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embodied.bench.worldcase import Speed
from embodied_tabletop.engine import CONTROL_PERIOD_S, HOME, JOINTS, Engine
from embodied_tabletop.engines import make_engine
from embodied_tabletop.peers import (
    ABOVE_M,
    CLOSE_FROM,
    DOWN_FROM,
    LIFT_FROM,
    LIFTED_M,
    MARK,
    STEP_M,
    STEPS,
)
from embodied_tabletop.placing import place
from embodied_tabletop.scene import Scene
from embodied_tabletop.scenefile import load_scene, parse_scene
from embodied_tabletop.table import Table

Floats = NDArray[np.float64]

SUBSTEPS = {"mujoco": 10, "pybullet": 5}
"""Of the physics in a control period."""
OPEN_M = 0.06
"""The fingers of a cube of 4 cm close from here in time [m]."""
TITLES = {"mujoco": "MuJoCo", "pybullet": "PyBullet"}
PEERS_WITHIN_S = 60.0
"""How much longer than they measure the others may take to start [s]."""

ONE_CUBE = """
title = "One cube to pick up"
[[object]]
name = "cube"
kind = "cube"
color = "red"
region = [0.42, -0.12, 0.58, 0.12]
"""


def measure(engine: str, simulated_s: float, seconds: float) -> Sequence[Speed]:
    """The task of picking up a cube, by the engine alone; and a whole table as the arm's bridge steps it."""
    periods = round(simulated_s / CONTROL_PERIOD_S)
    versions = f"{engine} {version(engine)}"
    alone = parse_scene(ONE_CUBE, "one cube", name="one-cube")
    made = make_engine(engine, alone)
    try:
        per_s, lifted, episodes = _picking(made, alone, periods, seconds)
    finally:
        made.close()
    title, substeps = TITLES[engine], periods * SUBSTEPS[engine]
    note = f"{versions}; lifted in {lifted} of {episodes}"
    task = Speed(f"{title}, one cube", per_s, simulated_s, substeps, note)
    whole = load_scene()
    made = make_engine(engine, whole)
    try:
        per_s = _with_facts(made, whole, periods, seconds)
    finally:
        made.close()
    note = f"{versions}; four cubes, bowl, drawer, button; events each period, all facts each step"
    return task, Speed(f"{title}, default scene with facts", per_s, simulated_s, substeps, note)


def measure_peers(python: str, seconds: float) -> Sequence[Speed | str]:
    """What `python` gives for Gymnasium-Robotics and panda-gym; a text where one cannot be run."""
    script = Path(__file__).with_name("peers.py")
    try:
        done = subprocess.run(
            [python, str(script), f"{seconds:g}"],
            capture_output=True,
            text=True,
            timeout=PEERS_WITHIN_S + 10 * seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        return [f"Others could not be measured with {python}: {failed}"]
    found: list[Speed | str] = []
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            told = json.loads(line.removeprefix(MARK))
            found.append(Speed(**told) if "name" in told else str(told["missing"]))
    return found or [f"{python} measured nothing: {done.stderr.strip()[-300:]}"]


def _picking(engine: Engine, scene: Scene, periods: int, seconds: float) -> tuple[float, int, int]:
    """Steps per second; in how many episodes of how many the cube was lifted."""
    hand = _Hand()
    spent, steps, lifted, episode = 0.0, 0, 0, 0
    while spent < seconds:
        episode += 1
        start = place(scene, episode)
        engine.reset(start)
        hand.reset()
        seen = engine.snapshot()
        rests = seen.bodies["cube"].position[2]
        began = time.process_time()
        for target, width in _script(seen.bodies["cube"].position):
            joints = hand.towards(target)
            for part in range(periods):
                engine.command(joints[part], width)
                engine.step()
            engine.arm()
            seen = engine.snapshot()
        spent += time.process_time() - began
        steps += STEPS
        lifted += seen.bodies["cube"].position[2] > rests + LIFTED_M
    return steps / spent, lifted, episode


def _script(cube: Sequence[float]) -> Iterator[tuple[Floats, float]]:
    """Where the grasp point is to go and how far the fingers are to open, for each step."""
    spot = np.array(cube)
    over = spot + np.array((0.0, 0.0, ABOVE_M))
    for step in range(STEPS):
        down = DOWN_FROM <= step < LIFT_FROM
        yield spot if down else over, 0.0 if step >= CLOSE_FROM else OPEN_M


def _with_facts(engine: Engine, scene: Scene, periods: int, seconds: float) -> float:
    """Steps per second of a table with its events and facts, the arm moving to and fro."""
    table = Table(scene, engine)
    table.reset(place(scene, 1))
    spent, steps = 0.0, 0
    began = time.process_time()
    while spent < seconds:
        for part in range(periods):
            turn = 0.3 * np.sin(0.04 * (steps * periods + part))
            engine.command((float(turn), *HOME[1:]))
            table.step()
            table.events()
        engine.arm()
        table.facts()
        steps += 1
        spent = time.process_time() - began
    return steps / spent


class _Hand:
    """Joint targets for small displacements of the grasp point, the tool straight down: damped least squares
    on the arm's own model."""

    def __init__(self) -> None:
        import mujoco

        from embodied_tabletop.mujoco_model import GRASP_SITE, arm_xml

        self._mujoco = mujoco
        self._model = mujoco.MjModel.from_xml_string(arm_xml())
        self._data = mujoco.MjData(self._model)
        self._site = int(self._model.site(GRASP_SITE).id)
        self._q = np.array([self._model.joint(name).qposadr[0] for name in JOINTS])
        self._v = np.array([self._model.joint(name).dofadr[0] for name in JOINTS])
        self._jacobian = np.zeros((6, self._model.nv))
        self.reset()

    def reset(self) -> None:
        self._joints = np.array(HOME)
        self._compute()
        self._upright: Floats = self._data.site_xmat[self._site].reshape(3, 3).copy()

    def towards(self, target: Floats) -> Sequence[Sequence[float]]:
        """The targets of two control periods, at most `STEP_M` nearer to `target`."""
        self._compute()
        way = target - self._data.site_xpos[self._site]
        far = float(np.abs(way).max())
        way = way * (STEP_M / far) if far > STEP_M else way
        now = self._data.site_xmat[self._site].reshape(3, 3)
        back = self._upright @ now.T
        turn = (
            0.5 * (back[2, 1] - back[1, 2]),
            0.5 * (back[0, 2] - back[2, 0]),
            0.5 * (back[1, 0] - back[0, 1]),
        )
        jacobian = self._jacobian
        self._mujoco.mj_jacSite(self._model, self._data, jacobian[:3], jacobian[3:], self._site)
        part = jacobian[:, self._v]
        wanted = np.concatenate((way, turn))
        change = part.T @ np.linalg.solve(part @ part.T + 1e-4 * np.eye(6), wanted)
        before = self._joints
        self._joints = before + change
        return (before + change / 2).tolist(), self._joints.tolist()

    def _compute(self) -> None:
        self._data.qpos[self._q] = self._joints
        self._mujoco.mj_kinematics(self._model, self._data)
        self._mujoco.mj_comPos(self._model, self._data)
