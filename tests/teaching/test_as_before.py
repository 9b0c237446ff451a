"""Motions told by those before them: as far up again as it went down, turned back, half of it."""

from __future__ import annotations

import pytest

from embodied.errors import BadGoal
from embodied.plugins import load_world
from embodied.teaching.lesson import Part
from embodied.teaching.understood import motions_of
from tests.teaching.conftest import Talk

WORDS = load_world("tabletop").spec({}).vocabulary
DOWN = Part("by", offset=(0.0, 0.0, -0.05))
LEFT = Part("by", offset=(0.0, 0.03, 0.0))
TURNED = Part("turn", turn=0.5)


@pytest.mark.parametrize(
    ("said", "before", "meant"),
    [
        ("up again", [DOWN], Part("by", offset=(0.0, 0.0, 0.05))),
        ("and back up", [DOWN, LEFT], Part("by", offset=(0.0, 0.0, 0.05))),
        ("down again", [DOWN], DOWN),
        ("go straight up again", [DOWN, TURNED], Part("by", offset=(0.0, 0.0, 0.05))),
        ("to the right again", [LEFT, DOWN], Part("by", offset=(0.0, -0.03, 0.0))),
        ("turn back the other way", [TURNED, DOWN], Part("turn", turn=-0.5)),
        ("and half of that back again", [DOWN, LEFT], Part("by", offset=(0.0, -0.015, 0.0))),
        ("do that last bit once more", [DOWN, LEFT], LEFT),
        ("down 3 cm and up again", [], Part("by", offset=(0.0, 0.0, 0.03))),
    ],
)
def test_as_far_as_before(said: str, before: list[Part], meant: Part) -> None:
    found = motions_of(said, WORDS, before=before)
    assert found is not None
    assert found[-1].kind == meant.kind
    assert found[-1].offset == pytest.approx(meant.offset)
    assert found[-1].turn == pytest.approx(meant.turn)


def test_where_nothing_was_before_it_is_said() -> None:
    with pytest.raises(BadGoal, match="How far 'up again' is cannot be told"):
        motions_of("up again", WORDS)


def test_in_a_demonstration_it_goes_up_as_far_as_it_went_down(talk: Talk) -> None:
    talk.say("watch me", "move above the red cube")
    began = talk.session.observe().get("hand")
    assert "done: move" in talk.say("down to the red cube")
    assert "done: move" in talk.say("up again")
    ended = talk.session.observe().get("hand")
    assert isinstance(began, tuple)
    assert isinstance(ended, tuple)
    assert ended[2] == pytest.approx(began[2], abs=0.005)


def test_outside_a_demonstration_too(talk: Talk) -> None:
    talk.say("move above the red cube", "down 3 cm")
    assert "done: move 3 cm up" in talk.say("up again")
