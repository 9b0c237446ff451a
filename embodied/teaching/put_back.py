"""Put back: where a thing was before it was last taken up, not where it stood when the world began.

"put it back where you took it from" is said of what is held, or was last moved, often while that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from embodied.errors import BadGoal
from embodied.facts import Observation, observation_from_wire
from embodied.teaching.demonstration import Demonstration
from embodied.teaching.lesson import Part
from embodied.teaching.performing import held
from embodied.teaching.understood import thing_of
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

Spot = tuple[float, float, float]
_CARRIED_M: Final = 0.08
"""So high over where it is and where it goes a thing is carried."""
_CLEAR_M: Final = 0.002


@dataclass
class Whence:
    """Where things rested before they were last taken up.

    Attributes:
        taken: the things that were taken up, the last one last, and where each had rested [m, world frame].
    """

    taken: dict[str, Spot] = field(default_factory=dict)
    _rested: dict[str, Spot] = field(default_factory=dict)
    _held: str = ""

    def see(self, now: Observation) -> None:
        """Take note of the facts of a moment."""
        holding = held(now)
        if holding and holding != self._held and holding in self._rested:
            self.taken.pop(holding, None)
            self.taken[holding] = self._rested[holding]
        self._held = holding
        for keys, spot in now.items("pose"):
            if len(keys) == 1 and keys[0] != holding and isinstance(spot, tuple) and len(spot) >= 3:
                x, y, z = (float(one) for one in spot[:3] if isinstance(one, (int, float)))
                self._rested[keys[0]] = (x, y, z)

    def follow(self, families: Mapping[str, Any], record: Mapping[str, Any]) -> None:
        """Take note of a line of the journal."""
        if record["type"] == "observed" and "holding" in families:
            self.see(observation_from_wire(families, {"facts": record["facts"]}))


def way_back(name: str, to: Spot, now: Observation) -> tuple[Part, ...]:
    """The motions that put a thing where it was. Raises BadGoal if nobody knows where it is."""
    at = now.get("pose", name)
    if not isinstance(at, tuple) or len(at) < 3:
        raise BadGoal(
            f"Where the {name.replace('_', ' ')} is no fact tells.", remedy="Say where it is to go."
        )
    x, y, z = (float(one) for one in at[:3] if isinstance(one, (int, float)))
    take = (
        ()
        if held(now) == name
        else (Part("open"), Part("above", name), Part("at", name), Part("close", name))
    )
    over = max(z, to[2]) + _CARRIED_M
    return (
        *take,
        Part("by", name, (0.0, 0.0, round(over - z, 4))),
        Part("by", name, (round(to[0] - x, 4), round(to[1] - y, 4), 0.0)),
        Part("by", name, (0.0, 0.0, round(to[2] + _CLEAR_M - over, 4))),
        Part("open"),
        Part("by", name, (0.0, 0.0, 0.1)),
    )


@verb(
    "put back",
    r"(?:no,? )?(?:put|place|set|bring|take|lay|move) (?P<thing>it|that|this|the [a-z]+(?: (?:cube|"
    r"block|one))?) back"
    r"(?: (?:down|again))?(?: to)?(?: (?:the (?:place|spot) )?(?:where|from where) "
    r"(?:you (?:took|picked|got|grabbed|had) it(?: up)?(?: from)?|it (?:was|came from|stood|lay))(?: "
    r"before)?)?",
    example="put it back where you took it from",
    what="where it was before it was last taken up; what is being done is stopped",
    any_time=True,
)
def put_back(conversation: Conversation, said: Said) -> None:
    from embodied.teaching.showing import jog, show_motions

    if conversation.stop():
        conversation.tell("Stopped.")
        conversation.wait()
        conversation.left = None
    now = conversation.session.observe()
    name = _meant(conversation, said["thing"], now)
    to = conversation.whence.taken.get(name)
    if to is None:
        raise BadGoal(
            f"I have not taken up the {name.replace('_', ' ')}." if name else "I have not taken up anything.",
            remedy="Say where it is to go: 'put the red cube on the table'.",
        )
    conversation.tell(f"The {name.replace('_', ' ')} goes back to {to[0]:.2f}, {to[1]:.2f} m.")
    motions = way_back(name, to, now)
    if isinstance(conversation.demonstration, Demonstration):
        show_motions(conversation, conversation.demonstration, motions, "putting it back")
    else:
        jog(conversation, motions)


def _meant(conversation: Conversation, words: str, now: Observation) -> str:
    """The thing that is named; "it" is what is held, or else was last taken up."""
    if words in ("it", "that", "this"):
        return held(now) or next(reversed(conversation.whence.taken), "")
    vocabulary = conversation.session.spec.vocabulary
    kinds = [thing.kind for thing in vocabulary.things if thing.kind not in ("place", "edge", "target")]
    usual = max(dict.fromkeys(kinds), key=kinds.count, default="thing")
    return thing_of(words.replace(" one", f" {usual}"), vocabulary)
