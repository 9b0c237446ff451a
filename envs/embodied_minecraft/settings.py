"""The [world] table of a Minecraft launch file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "1.20.4"

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "seed": {
            "type": "integer",
            "minimum": -2147483648,
            "maximum": 2147483647,
            "default": 1,
            "description": "Seed of the embedded world: the same seed gives the same land and spawn point.",
        },
        "fast": {
            "type": "boolean",
            "default": False,
            "description": "Shortened digging and smelting, for trying out; named as such in the report.",
        },
        "allow_hidden_search": {
            "type": "boolean",
            "default": False,
            "description": "Allow looking for blocks through stone. Counted as assistance when used.",
        },
        "world_dir": {
            "type": "string",
            "default": "",
            "description": "Folder of the embedded world; empty: a new world in the run's own folder.",
        },
        "view_distance": {
            "type": "integer",
            "minimum": 3,
            "maximum": 10,
            "default": 8,
            "description": "How far the embedded server sends the land [chunks].",
        },
        "port": {
            "type": "integer",
            "minimum": 0,
            "maximum": 65535,
            "default": 0,
            "description": "Port of the server; 0: any free one for the embedded server, 25565 for another.",
        },
        "host": {
            "type": "string",
            "default": "",
            "description": "Address of a Java server of your own; empty: the embedded one.",
        },
        "version": {
            "type": "string",
            "default": "",
            "description": f"Version of your own server; empty: ask it. The embedded one is {VERSION}.",
        },
        "auth": {
            "enum": ["offline", "microsoft"],
            "default": "offline",
            "description": "How to log in to a server of your own.",
        },
        "username": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.@-]{1,64}$",
            "default": "embodied",
            "description": "Name of the bot, or the account with auth = microsoft.",
        },
    },
}


@dataclass(frozen=True)
class Settings:
    """The checked [world] table."""

    seed: int = 1
    fast: bool = False
    allow_hidden_search: bool = False
    world_dir: str = ""
    view_distance: int = 8
    port: int = 0
    host: str = ""
    version: str = ""
    auth: str = "offline"
    username: str = "embodied"

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Settings:
        return cls(**{name: table[name] for name in cls.__dataclass_fields__ if name in table})

    @property
    def embedded(self) -> bool:
        return not self.host
