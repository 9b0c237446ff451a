"""Watching a player: by the embedded server's book of deeds, which sees all that is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from embodied.deeds import Seen
from embodied.facts import Observation
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
