"""A shout stops, whatever else the line says; what only begins so does not."""

from __future__ import annotations

import pytest

from embodied.bench.sentences import ground, taken
from embodied.teaching.halting import after_shout


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
