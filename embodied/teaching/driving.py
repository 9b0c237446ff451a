"""Keys: a person drives the hand, in a demonstration or beside one, by the keys of `embodied arm jog`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from embodied import jogging
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.jogging import HELP, Push
from embodied.teaching.lesson import Part
from embodied.teaching.performing import NEEDED, held, perform
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_AXES: Final = {"dx": 0, "dy": 1, "dz": 2}
_KINDS: Final = {"open_gripper": "open", "close_gripper": "close", "home": "home"}


@verb(
    "jog",
    r"jog(?: it| the hand| the arm)?|(?:let me|i(?:'ll| will| want to)) (?:drive|jog|steer)(?: it)?"
    r"|(?:by|with|use) (?:the )?keys|keys",
    example="jog",
    what="move the hand with single keys, until 'x'; they are part of what is shown",
)
def drive(conversation: Conversation, said: Said) -> None:
    if conversation.keyboard is None:
        raise BadInput(
            "Single keys need a terminal, and I hear lines here.", remedy="Say motions: 'left 2 cm', 'close'."
        )
    if NEEDED - set(conversation.session.run.world.spec.primitives):
        raise BadInput("This body has no hand that keys could move.", remedy="Say goals.")
    shown = conversation.demonstration
    how = "The keys are off."
    try:
        with conversation.keyboard() as keys:
            conversation.tell(f"The keys move the hand{', and I watch' if shown is not None else ''}:")
            conversation.tell(f"  {HELP}")
            conversation.driven = True
            jogging.jog(keys, lambda push: _pushed(conversation, push), conversation.tell)
    except KeyboardInterrupt:
        conversation.session.interrupt("stopped with Ctrl-C")
        how = "Stopped; the keys are off."
    finally:
        conversation.driven = False
    more = " Go on showing, or say 'done'." if shown is not None else ""
    conversation.tell(f"{how}{more}")


def part_of(push: Push) -> Part:
    """A push as a step of a lesson."""
    if push.axis == "dyaw":
        return Part("turn", turn=push.amount)
    if push.axis:
        x, y, z = (push.amount if _AXES[push.axis] == axis else 0.0 for axis in range(3))
        return Part("by", offset=(x, y, z))
    return Part(_KINDS[push.primitive])  # type: ignore[arg-type]


def _pushed(conversation: Conversation, push: Push) -> str:
    session, shown = conversation.session, conversation.demonstration
    part, near = part_of(push), nearest(session.observe())
    result = shown.drive(part, near) if shown is not None else perform(session, part, near)
    if part.kind == "close":
        holds = held(session.observe())
        return f"holds the {holds.replace('_', ' ')}" if holds else "closed, on nothing (a fist)"
    return jogging.told(result, session)


def nearest(now: Observation) -> str:
    """The thing under, or next to, the hand, which a person means to touch; "" where nothing is seen."""
    hand, holds = now.get("hand"), held(now)
    poses = {keys[0]: value for keys, value in now.items("pose") if isinstance(value, tuple)}
    poses.pop(holds, None)
    if not isinstance(hand, tuple) or not poses:
        return ""
    return min(poses, key=lambda name: math.dist(poses[name][:2], hand[:2]))
