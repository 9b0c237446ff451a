"""A Franka arm at a table, simulated: scenes, physics in MuJoCo or PyBullet, facts, and the world plug-in."""
