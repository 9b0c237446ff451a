"""Commands that no sane program sends, from rest and of any size.

They are wilder than those of `embodied bench deploy`, which begin in a good motion
(`embodied_arm.measuring.streams`); the same judge looks at what came of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from embodied_arm.model import Array

from embodied.arms import ArmCommand, ArmDescription

Stream = Sequence[ArmCommand]
Chance = np.random.Generator


def command(target: Array | None) -> ArmCommand:
    return ArmCommand() if target is None else ArmCommand(position=tuple(target.tolist()))


def not_finite(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    """Good targets, and among them some with a NaN or an infinity in them."""
    for target in wandering(arm, chance, n):
        assert target is not None
        if chance.random() < 0.3:
            target[chance.integers(len(target))] = chance.choice([math.nan, math.inf, -math.inf])
        yield target


def jump(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    far = np.array(arm.home) + chance.normal(0, 3, len(arm.home))
    yield from [far] * n


def oscillation(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    """At the Nyquist frequency, with any amplitude."""
    swing = chance.normal(0, 10 ** chance.uniform(-3, 1), len(arm.home))
    yield from (np.array(arm.home) + (-1) ** k * swing for k in range(n))


def noise(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    width = 10 ** chance.uniform(-2, 1)
    yield from (np.array(arm.home) + chance.normal(0, width, len(arm.home)) for _ in range(n))


def swapped_joints(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    order = chance.permutation(len(arm.home))
    for target in sines(arm, chance, n):
        assert target is not None
        yield target[order]


def degrees(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    yield from (np.degrees(target) for target in sines(arm, chance, n) if target is not None)


def frozen(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    """Moves, then says the same for ever, or nothing."""
    moving = list(sines(arm, chance, n))
    at = n // 3
    yield from moving[:at]
    yield from [moving[at] if chance.random() < 0.5 else None] * (n - at)


def ends(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    lasts = int(chance.integers(5, 60))
    lower, upper = 2 * np.array(arm.lower), 2 * np.array(arm.upper)
    yield from ([lower, upper][k // lasts % 2] for k in range(n))


def wandering(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    q, width = np.array(arm.home), 10 ** chance.uniform(-3, -1)
    for _ in range(n):
        q = q + chance.normal(0, width, len(q))
        yield q.copy()


def sines(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    """Smooth, often too fast, often out of range."""
    joints = len(arm.home)
    often, phase = chance.uniform(0.2, 5, joints), chance.uniform(0, 6, joints)
    swing = chance.uniform(0, 1.5, joints)
    for k in range(n):
        angle = 2 * math.pi * often * k * arm.control_period_s
        yield np.array(arm.home) + swing * (np.sin(angle + phase) - np.sin(phase))


def targets(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    """Postures anywhere in range: into the table, through the arm itself, wherever that leads."""
    lower, upper = np.maximum(arm.lower, -3.1), np.minimum(arm.upper, 3.1)
    lasts = int(chance.integers(5, 60))
    chosen = [chance.uniform(lower, upper) for _ in range(n // lasts + 1)]
    yield from (chosen[k // lasts] for k in range(n))


def mixed(arm: ArmDescription, chance: Chance, n: int) -> Iterator[Array | None]:
    for target in targets(arm, chance, n):
        told = chance.random()
        yield target if told < 0.8 else None if told < 0.9 else chance.normal(0, 5, len(arm.home))


Kind = Callable[[ArmDescription, Chance, int], Iterator[Array | None]]
KINDS: tuple[Kind, ...] = (
    not_finite,
    jump,
    oscillation,
    noise,
    swapped_joints,
    degrees,
    frozen,
    ends,
    wandering,
    sines,
    targets,
    mixed,
)


def settings(chance: Chance) -> dict[str, object]:
    """[limits] of a launch file, drawn."""
    said: dict[str, object] = {}
    for name, low, high in (
        ("hand_speed", 0.05, 0.8),
        ("velocity_share", 0.1, 0.95),
        ("acceleration_share", 0.2, 1.0),
        ("jerk_share", 0.05, 1.0),
        ("joint_margin", 0.02, 0.2),
    ):
        if chance.random() < 0.5:
            said[name] = float(chance.uniform(low, high))
    if chance.random() < 0.5:
        said["workspace_low"], said["workspace_high"] = [0.1, -0.5, 0.05], [0.7, 0.5, 0.8]
    if chance.random() < 0.5:
        said["keep_out"] = [
            {"name": "screen", "shape": "box", "position": [0.55, 0.35, 0.3], "size": [0.3, 0.05, 0.6]},
            {"name": "lamp", "shape": "sphere", "position": [0.3, -0.4, 0.7], "radius": 0.12},
            {
                "name": "post",
                "shape": "cylinder",
                "position": [0.7, -0.3, 0.3],
                "radius": 0.05,
                "height": 0.6,
            },
        ]
    return said
