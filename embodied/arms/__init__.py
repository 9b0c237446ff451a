"""What arms, real and simulated, have in common: see `embodied.arms.driver`."""

from embodied.arms.driver import (
    ArmCommand,
    ArmDescription,
    ArmState,
    Driver,
    DriverPlugin,
    Obstacle,
    SceneSource,
)

__all__ = [
    "ArmCommand",
    "ArmDescription",
    "ArmState",
    "Driver",
    "DriverPlugin",
    "Obstacle",
    "SceneSource",
]
