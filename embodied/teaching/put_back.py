"""Put back: where a thing was before it was last taken up, not where it stood when the world began.

"put it back where you took it from" is said of what is held, or was last moved, often while that goes on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from embodied.condition import parse
from embodied.errors import BadGoal
from embodied.facts import Observation, observation_from_wire
from embodied.loop.goal import understand
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
_MOVED_M: Final = 0.05
"""What lies so far from where it last rested was taken there, though nobody saw it held."""
_BACK_M: Final = 0.02
"""So near to where it was it is back."""
_LOWER: Final = "lower-at"
_ROOM: Final = "in"


@dataclass(frozen=True)
class Rest:
    """Where a thing rested [m, world frame], and the container that it lay in, "" for none."""

    spot: Spot
    inside: str = ""


@dataclass
class Whence:
    """Where things rested before they were last taken up.

    Attributes:
        taken: the things that were taken up, the last one last, and where each had rested.
    """

    taken: dict[str, Rest] = field(default_factory=dict)
    _rested: dict[str, Rest] = field(default_factory=dict)
    _held: str = ""

    def see(self, now: Observation) -> None:
        """Take note of the facts of a moment."""
        holding = held(now)
        if holding and holding != self._held:
            self._took(holding)
        self._held = holding
        rooms = now.items(_ROOM) if _ROOM in now.families else ()
        inside = {keys[0]: keys[1] for keys, so in rooms if so is True and len(keys) == 2}
        for keys, spot in now.items("pose"):
            if len(keys) == 1 and keys[0] != holding and isinstance(spot, tuple) and len(spot) >= 3:
                x, y, z = (float(one) for one in spot[:3] if isinstance(one, (int, float)))
                before = self._rested.get(keys[0])
                seen_held = keys[0] in self.taken and self.taken[keys[0]] == before
                if before is not None and not seen_held and math.dist(before.spot, (x, y, z)) > _MOVED_M:
                    self._took(keys[0])  # inside a skill, between two looks
                self._rested[keys[0]] = Rest((x, y, z), inside.get(keys[0], ""))

    def _took(self, name: str) -> None:
        if name in self._rested:
            self.taken.pop(name, None)
            self.taken[name] = self._rested[name]

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
    from embodied.teaching.saying import pursue
    from embodied.teaching.showing import show_motions

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
    said_name, (x, y, _) = name.replace("_", " "), to.spot
    if isinstance(conversation.demonstration, Demonstration):
        conversation.tell(f"The {said_name} goes back to {x:.2f}, {y:.2f} m.")
        motions = way_back(name, to.spot, now)
        show_motions(conversation, conversation.demonstration, motions, "putting it back")
    elif to.inside:
        pursue(conversation, understand(f"put the {said_name} in the {to.inside}", conversation.session.spec))
    else:
        conversation.tell(f"The {said_name} goes back to {x:.2f}, {y:.2f} m.")
        _carry_back(conversation, name, to.spot, now)


def _carry_back(conversation: Conversation, name: str, to: Spot, now: Observation) -> None:
    """With the world's own skills, which see what is in the way; where it has none, by plain motions."""
    from embodied.teaching.showing import jog

    size = now.get("size", name)
    if _LOWER not in conversation.session.run.library.names or not isinstance(size, tuple):
        jog(conversation, way_back(name, to, now))
        return
    spot = {"x": to[0], "y": to[1], "bottom": to[2] - float(str(size[2])) / 2}
    stops, session = conversation.stops, conversation.session

    def stopped() -> str:
        return "stopped by the person" if conversation.stops != stops else ""

    def run() -> None:
        if held(now) != name:
            taken = session.pursue(parse(f"holding[{name}]"), unless=stopped)
            if not taken.passed:
                conversation.tell(f"Not done: {taken.reason}.")
                return
        let_go = session.start_doing(_LOWER, {"object": name, **spot}, unless=stopped).result()
        conversation.tell(_where_it_came(name, to, session.observe(), let_go.reason))

    conversation.work("putting it back", run)


def _where_it_came(name: str, to: Spot, now: Observation, why: str) -> str:
    """By the facts: `lower-at` promises none."""
    at = now.get("pose", name)
    if not isinstance(at, tuple):
        return f"Not done, or nobody can tell: the {name.replace('_', ' ')} is not seen."
    apart = math.dist(to, [float(str(one)) for one in at[:3]])
    if apart < _BACK_M and held(now) != name:
        return f"Done: the {name.replace('_', ' ')} is back."
    return f"Not done: the {name.replace('_', ' ')} is {100 * apart:.0f} cm from there: {why}."


def _meant(conversation: Conversation, words: str, now: Observation) -> str:
    """The thing that is named; "it" is what is held, or else was last taken up."""
    if words in ("it", "that", "this"):
        return held(now) or next(reversed(conversation.whence.taken), "")
    vocabulary = conversation.session.spec.vocabulary
    kinds = [thing.kind for thing in vocabulary.things if thing.kind not in ("place", "edge", "target")]
    usual = max(dict.fromkeys(kinds), key=kinds.count, default="thing")
    return thing_of(words.replace(" one", f" {usual}"), vocabulary)
