"""A Minecraft body: mineflayer in a Node process of its own, behind the bridge protocol."""

from embodied_mineflayer.bridge import BRIDGE

__all__ = ["BRIDGE"]
