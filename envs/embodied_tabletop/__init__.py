"""A Franka arm at a table, simulated: scenes, physics in MuJoCo or PyBullet, facts, and the world plug-in."""

from embodied_tabletop.plugin import WORLD

__all__ = ["WORLD"]
