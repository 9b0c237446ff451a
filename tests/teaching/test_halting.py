"""A shout stops, whatever else the line says; what only begins so does not."""

from __future__ import annotations

from typing import Any

import pytest

from embodied.bench.sentences import ground, taken
from embodied.teaching import asides  # registers the verbs
from embodied.teaching.halting import after_shout
from embodied.teaching.verbs import meant


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("Stop!", ""),
        ("halt halt HALT", ""),
        ("no, stop, that is the tray", "that is the tray"),
        ("wait, the green one", "the green one"),
        ("hold on, not that one", "not that one"),
        ("whoa! lower it 2 cm", "lower it 2 cm"),
        ("careful, stop", ""),
        ("oh no STOP please", ""),
        ("stop you're on the wrong side", "you're on the wrong side"),
    ],
)
def test_a_shout_stops_and_the_rest_is_read(said: str, rest: str) -> None:
    assert after_shout(said) == rest


@pytest.mark.parametrize(
    "said",
    ["stop practising", "stop pressing the button", "wait", "wait for two seconds", "don't stop",
     "hold it up", "press the button until I say stop", "never stop above the bowl",
     "put red in the bowl, then stop"],
)  # fmt: skip
def test_what_only_begins_so_is_no_shout(said: str) -> None:
    assert after_shout(said) is None


def test_the_reading_tells_what_comes_after() -> None:
    table = ground()
    assert taken("STOP, the blue one", table).startswith("verb: stop; then correction: with another thing:")
    assert taken("stop, wobbly bananas", table).startswith("verb: stop [")


class Moving:
    """What `wait` needs of a conversation."""

    def __init__(self, busy: str, *, patient: bool = False) -> None:
        self.busy, self.patient, self.did = busy, patient, list[str]()
        self.tell = self.did.append

    def stop(self) -> bool:
        self.did.append("stop")
        return True

    def settle(self) -> None:
        self.did.append("settle")


@pytest.mark.parametrize(
    ("line", "conversation", "does"),
    [
        ("wait", Moving("put the red cube in the bowl"), "stop"),
        ("wait until it is done", Moving("put the red cube in the bowl"), "settle"),
        ("wait", Moving("put the red cube in the bowl", patient=True), "settle"),
        ("wait", Moving(""), "settle"),
    ],
)
def test_wait_pauses_what_moves(line: str, conversation: Any, does: str) -> None:
    found = meant(line)
    assert found is not None
    row, said = found
    assert row.do is asides.wait
    row.do(conversation, said)
    assert conversation.did[0] == does


@pytest.mark.parametrize("said", ["stop pushing", "stop opening", "stop picking up", "stop lifting it"])
def test_whoever_only_says_what_is_to_stop_is_heard(said: str) -> None:
    found = meant(said)
    assert found is not None
    assert found[0].name == ("rules" if said.endswith(" it") else "stop")
