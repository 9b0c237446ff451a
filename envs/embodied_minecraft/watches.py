"""Watching a player: by the embedded server's book of deeds; elsewhere by what the body sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from embodied.deeds import Seen
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.world import World
from embodied_minecraft.facts import FAMILIES
from embodied_minecraft.knowledge import load
from embodied_minecraft.onlooking import Account
from embodied_minecraft.server import EmbeddedServer


class ServerWatch:
    """Implements `embodied.deeds.Watch` with what the server knows."""

    def __init__(self, server: EmbeddedServer, player: str) -> None:
        self._server, self._name = server, player
        self._last = int(server.deeds(player, 1 << 52).get("last", 0))
        self._account = Account(player, load())
        self._missed = 0

    @property
    def player(self) -> str:
        return self._name

    def look(self) -> Seen:
        """What was seen until now. Raises WorldError if the server does not answer."""
        while True:
            told = self._server.deeds(self._name, self._last)
            deeds = [one for one in told.get("deeds", ()) if isinstance(one, dict)]
            self._missed += int(told.get("missed", 0))
            self._account.take(deeds)
            if not deeds:
                break
            self._last = int(deeds[-1]["number"])
        gone = [f"{self._missed} of the first deeds are no longer known"] if self._missed else []
        return self._account.seen(gone)

    def facts(self) -> Observation | None:
        player = self._server.player(self._name)
        return facts_of(player) if player is not None else None

    def close(self) -> None:
        """Nothing is held open."""


class BodyWatch:
    """Implements `embodied.deeds.Watch` with what the body sees, on a server that tells nothing more."""

    def __init__(self, world: World, player: str) -> None:
        self._world, self._name = world, player
        found = world.call("watch_player", {"player": player})
        if not found.ok:
            raise BadInput(f"{player} cannot be watched: {found.message}.", remedy="Say 'watch NAME'.")
        self._last = self._missed = 0
        self._in_sight = bool(found.value["seen"])
        self._account = Account(player, load(), menus_seen=False)

    @property
    def player(self) -> str:
        return self._name

    def look(self) -> Seen:
        """What was seen until now. Raises WorldError if the body is lost."""
        while True:
            told = self._world.call("watched", {"after": self._last})
            deeds = list(told.value.get("deeds", ())) if told.ok else []
            self._in_sight = bool(told.value.get("seen", False)) if told.ok else False
            self._missed += int(told.value.get("missed", 0)) if told.ok else 0
            self._account.take(deeds)
            if not deeds:
                break
            self._last = int(deeds[-1]["number"])
        return self._account.seen(self._remarks())

    def _remarks(self) -> list[str]:
        said = [
            "I see what you dig, put up and pick up, not what you do in menus: hold what you craft in your "
            "hand once; of furnaces and chests I see nothing"
        ]
        if self._account.guessed:
            made = ", ".join(dict.fromkeys(self._account.guessed))
            said.append(f"I did not see it, but take it that these were crafted: {made}")
        if not self._in_sight:
            said.append(f"I cannot see {self._name} now: stay near me")
        if self._missed:
            said.append(f"{self._missed} of the first deeds are no longer known")
        return said

    def facts(self) -> Observation | None:
        return None

    def close(self) -> None:
        self._world.call("watch_player", {"player": ""})


def facts_of(player: Mapping[str, Any]) -> Observation:
    """What the server itself tells of a player."""
    return Observation(
        families={name: FAMILIES[name] for name in ("inventory", "health", "food", "position", "alive")},
        facts={
            "inventory": {(item,): count for item, count in player["inventory"].items()},
            "health": {(): float(player["health"])},
            "food": {(): float(player["food"])},
            "alive": {(): bool(player["alive"])},
        },
    )


def same_name(player: str, names: Iterable[str]) -> str:
    """The one of several names that is meant, however it is capitalised; "" if none is."""
    known = list(names)
    if player in known:
        return player
    alike = [name for name in known if name.casefold() == player.casefold()]
    return alike[0] if len(alike) == 1 else ""
