"""A robot arm with a gripper, simulated or real, behind the bridge protocol."""

from embodied_arm.starting import BRIDGE

__all__ = ["BRIDGE"]
