"""Whatever is sent, in whatever order: by the driver's own record no limit is violated."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")

from embodied_arm.control import Controller
from embodied_arm.drivers.so101 import SO101
from embodied_arm.drivers.ur5e import UR5E
from embodied_arm.gate import Gate
from embodied_arm.guard import Guard
from embodied_arm.limits import Limits
from embodied_arm.measuring.judge import Judge
from embodied_arm.model import Array

from embodied.arms import ArmCommand, ArmDescription, Driver
from embodied.bridge.body import PrimitiveFailed
from tests.arm.adversary import KINDS, command, settings
from tests.arm.kinematic import FR3, KinematicDriver

SLOW_JERK = replace(FR3, name="FR3 of little jerk", jerk=(200.0,) * 7)
ARMS = (FR3, SLOW_JERK, UR5E, SO101)
MODELS: dict[str, ArmDescription] = {arm.name: replace(arm, capabilities=FR3.capabilities) for arm in ARMS}
LASTS = 80
"""Commands of a stream."""


def attack(driver: KinematicDriver, seed: int, lag: float) -> tuple[list[str], Judge, Counter[str]]:
    """One stream through a controller; what the record of the driver shows to be violated."""
    chance = np.random.default_rng(seed)
    arm = driver.description
    kind = KINDS[seed % len(KINDS)]
    limits = Limits.of(arm, settings(chance))
    first = np.clip(np.array(arm.home), limits.lower, limits.upper)
    driver.lags(lag, first)
    controller = Controller(
        driver, Gate(limits, arm.control_period_s, Guard(arm, limits), first), paced=False
    )
    streamed = bool(chance.integers(2))
    for target in kind(arm, chance, LASTS):
        controller.tick(command(target), streamed=streamed)
    for _ in range(40):
        controller.tick()
    judge = Judge(arm, limits)
    sent = np.array([first, *(each.position for each in driver.sent)])
    return judge.targets(sent), judge, controller.gate.interventions


def campaign(seeds: range) -> tuple[dict[str, list[str]], dict[str, float], Counter[str]]:
    """Violations by case, the most that was used of each limit, and all interventions."""
    violations: dict[str, list[str]] = {}
    worst: dict[str, float] = {}
    total: Counter[str] = Counter()
    for seed in seeds:
        name = list(MODELS)[seed // len(KINDS) % len(MODELS)]
        wrong, judge, interventions = attack(
            KinematicDriver(description=MODELS[name]), seed, (1.0, 0.5, 0.2)[seed % 3]
        )
        if wrong:
            violations[f"{name}, {KINDS[seed % len(KINDS)].__name__}, seed {seed}"] = wrong
        worst = {key: max(value, worst.get(key, value)) for key, value in judge.worst.items()}
        total.update(interventions)
    return violations, worst, total


def test_hundreds_of_streams_violate_nothing() -> None:
    violations, worst, interventions = campaign(range(6_000, 6_000 + 6 * len(KINDS) * len(MODELS)))
    assert violations == {}
    assert worst["acceleration"] > 0.99  # they were at the limits
    assert worst["jerk"] > 0.99
    assert worst["hand speed"] > 0.9
    for name in ("joint position", "joint velocity", "hand speed", "workspace", "table", "not finite"):
        assert interventions[name], name


@pytest.mark.slow
def test_thousands_of_streams_violate_nothing() -> None:
    violations, worst, _ = campaign(range(10_000, 10_000 + 50 * len(KINDS) * len(MODELS)))
    print(worst)
    assert violations == {}


@pytest.fixture
def table(tmp_path: Any) -> Any:
    pytest.importorskip("embodied_tabletop.driver")
    from embodied_tabletop.driver import DRIVER

    opened: list[Driver] = []

    def open_table(seed: int) -> Driver:
        opened.append(DRIVER.open({"engine": "mujoco", "seed": seed}, tmp_path))
        return opened[-1]

    yield open_table
    for driver in opened:
        driver.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_arm_with_physics_is_sent_nothing_beyond_its_limits(table: Any, kind: Any) -> None:
    """The same at the table: what its engine was given is recorded on the way in; and its own joints, which
    it moves by forces, keep to the maker's range and speed."""
    driver = table(7)
    arm, chance = driver.description, np.random.default_rng(11)
    limits = Limits.of(arm, {})
    first = np.array(driver.read().position)
    sent, measured = [first], []

    class Recorder:
        def __getattr__(self, name: str) -> Any:
            return getattr(driver, name)

        def command(self, given: ArmCommand) -> ArmCommand:
            sent.append(np.array(given.position))
            return driver.command(given)  # type: ignore[no-any-return]

    controller = Controller(
        Recorder(), Gate(limits, arm.control_period_s, Guard(arm, limits), first), paced=False
    )
    for target in kind(arm, chance, LASTS):
        state = tick(controller, target)
        measured.append((state.position, state.velocity))
    assert Judge(arm, limits).targets(np.array(sent)) == []
    position, velocity = (np.array(each) for each in zip(*measured, strict=True))
    assert (position >= np.array(arm.lower)).all()
    assert (position <= np.array(arm.upper)).all()
    assert (np.abs(velocity) <= np.array(arm.velocity)).all()


def tick(controller: Controller, target: Array | None) -> Any:
    try:
        return controller.tick(command(target))
    except PrimitiveFailed as failed:
        raise AssertionError(failed.message) from failed
