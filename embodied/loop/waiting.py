"""While a model thinks, the run is alive: the body's lease is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from embodied.models import Answer, Message, ModelClient
from embodied.primitives import JsonSchema
from embodied.world import World

BEAT_S: Final = 1.0
"""How often the body hears that the run waits [s]: well within a bridge client's patience."""


@dataclass
class WaitingClient:
    """A `ModelClient` that calls `beat` while another client waits for its answer, as for a body's lease.

    A question ends by its own deadline, so a run that hangs elsewhere still lets the lease lapse.
    """

    client: ModelClient
    beat: Callable[[], None]

    @property
    def model(self) -> object:
        """The settings of who answers, where they are known."""
        return getattr(self.client, "model", None)

    def ask(
        self, part: str, messages: Sequence[Message], *, schema: JsonSchema | None = None, samples: int = 1
    ) -> list[Answer]:
        """See `embodied.models.messages.ModelClient`."""
        with beating(self.beat):
            return self.client.ask(part, messages, schema=schema, samples=samples)


def keep_lease(world: World | None) -> None:
    """Tell the body that whoever has it is alive, where it has a lease; None is not there yet."""
    beat = getattr(world, "beat", None)
    if beat is not None:
        beat()


@contextmanager
def beating(beat: Callable[[], None]) -> Iterator[None]:
    """`beat` is called at once and every `BEAT_S` until the block is left."""
    left = threading.Event()

    def go_on() -> None:
        beat()
        while not left.wait(BEAT_S):
            beat()

    thread = threading.Thread(target=go_on, name="waiting for a model", daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()
