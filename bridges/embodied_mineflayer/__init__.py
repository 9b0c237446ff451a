"""A Minecraft body: mineflayer behind the bridge protocol."""

from embodied_mineflayer.bridge import BRIDGE

__all__ = ["BRIDGE"]
