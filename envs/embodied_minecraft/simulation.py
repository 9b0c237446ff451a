"""A Minecraft world to act in: the embedded server and a bot, or a bot on a server of the user's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from embodied.deeds import Watch
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.node import tell_progress
from embodied.plugins import load_bridge
from embodied.scene import read_scene
from embodied.world import World
from embodied_minecraft.knowledge import load
from embodied_minecraft.server import EmbeddedServer, ServerConfig
from embodied_minecraft.settings import VERSION, Settings
from embodied_minecraft.watches import BodyWatch, ServerWatch, facts_of, same_name

JAVA_PORT = 25565


class MinecraftSimulation:
    """Implements `embodied.world.Simulation`.

    Args:
        settings: the launch file's [world] table.
        run_dir: where logs go, and the world if the settings name no folder for it.
    """

    def __init__(self, settings: Settings, run_dir: Path) -> None:
        self.settings = settings
        self.run_dir = run_dir
        self.server: EmbeddedServer | None = None
        self._world: World | None = None
        self._resets = 0
        self._host, self._port = "", 0
        self._joining: dict[str, Any] = {}

    def launch(self) -> World:
        """Start the server (if it is the embedded one) and let the bot join."""
        self.close()
        return self._start(self.settings, self.world_dir)

    def reset(self, seed: int, scene: Mapping[str, Any] | None = None) -> World:
        """A new world for `seed`, with nothing left of the last one.

        Scene: {"inventory": {item: count}}, put into the bot's hands by the server itself when it first
        joins. For the gate, which records it; a run has no way to ask for one.
        """
        if not self.settings.embedded:
            raise BadInput(
                f"The server at {self.settings.host} cannot be made anew.",
                remedy="Use the embedded server: leave [world] host empty.",
            )
        given = read_scene(scene or {}, load().items)
        self.close()
        self._resets += 1
        world_dir = self.run_dir / f"world-{seed}-{self._resets}"
        return self._start(replace(self.settings, seed=seed), world_dir, given)

    def close(self) -> None:
        """The bot leaves, the server saves and ends. Idempotent."""
        if self._world is not None:
            self._world.close()
            self._world = None
        if self.server is not None:
            self.server.close()
            self.server = None

    @property
    def tells_truth(self) -> bool:
        """Whether `truth` can be asked: of the embedded server only."""
        return self.server is not None

    def truth(self) -> Observation | None:
        """What the embedded server itself knows of the bot; None on another server."""
        if self.server is None:
            return None
        player = self.server.player(self.settings.username)
        return facts_of(player) if player is not None else None

    # -- others who act beside the body: implements `embodied.deeds.Showroom` -----------------------------

    @property
    def address(self) -> str:
        """Where a person's own client joins; "" while nothing runs."""
        return f"{self._host}:{self._port}" if self._world is not None else ""

    def players(self) -> tuple[str, ...]:
        """The names of the others who are in the world."""
        if self.server is None:
            found = self._world.call("watch_player", {"player": ""}) if self._world is not None else None
            return tuple(map(str, found.value["players"])) if found is not None and found.ok else ()
        return tuple(name for name in self.server.players() if name != self.settings.username)

    def watch(self, player: str) -> Watch:
        """Watch a player from now on. Raises BadInput if nobody of the name is there."""
        there = self.players()
        name = same_name(player, there)
        if not name or self._world is None:
            here = f"Here are: {', '.join(there)}." if there else f"Nobody is; join at {self.address}."
            raise BadInput(f"There is no player {player!r} in this world.", remedy=here)
        return ServerWatch(self.server, name) if self.server is not None else BodyWatch(self._world, name)

    def join(self, name: str) -> World:
        """Another bot in the same world, as a player of that name. Whoever asked for it closes it."""
        config = {**self._joining, "username": name, "identity": f"{name} beside the body"}
        return load_bridge("mineflayer").start(config, run_dir=self.run_dir / f"player-{name}")

    @property
    def world_dir(self) -> Path:
        named = self.settings.world_dir
        return Path(named).expanduser() if named else self.run_dir / "world"

    @property
    def identity(self) -> str:
        """Which world `launch` gives, known beforehand: a run resumes only in the one that it began in."""
        return self._identity(self.settings, self.world_dir)

    def _identity(self, settings: Settings, world_dir: Path) -> str:
        if not settings.embedded:
            return f"minecraft {settings.host}:{settings.port or JAVA_PORT}"
        place = hashlib.sha256(str(world_dir.absolute()).encode()).hexdigest()[:8]
        pace = " fast" if settings.fast else ""
        return f"embedded minecraft {VERSION} seed {settings.seed}{pace} in {place}"

    def _start(self, settings: Settings, world_dir: Path, given: Mapping[str, int] | None = None) -> World:
        host, port, version = settings.host, settings.port or JAVA_PORT, settings.version
        if settings.embedded:
            self.server = EmbeddedServer(
                ServerConfig(
                    world_dir=world_dir,
                    log=self.run_dir / "server.log",
                    seed=settings.seed,
                    port=settings.port,
                    fast=settings.fast,
                    view_distance=settings.view_distance,
                    scene={"player": settings.username, "inventory": dict(given)} if given else None,
                ),
                on_progress=tell_progress,
            )
            host, port, version = self.server.host, self.server.port, VERSION
        self._host, self._port = host, port
        self._joining = {
            "host": host,
            "port": port,
            "version": version or False,
            "username": settings.username,
            "auth": settings.auth,
            "fast": settings.fast,
            "allow_hidden_search": settings.allow_hidden_search,
            "identity": self._identity(settings, world_dir),
        }
        self._world = load_bridge("mineflayer").start(self._joining, run_dir=self.run_dir)
        return self._world
