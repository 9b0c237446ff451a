"""Show by playing: somebody acts in the world while the body watches, where the world lets others in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embodied.chatting.speaker import who_speaks
from embodied.condition import And, Condition
from embodied.deeds import Seen, Showroom, Watch
from embodied.errors import BadInput
from embodied.facts import Observation
from embodied.loop.run import Run
from embodied.planning.search import NoPlan
from embodied.session import Session
from embodied.teaching.amounts import lesson_of_deeds, lesson_of_ways
from embodied.teaching.demonstration import Demonstration
from embodied.teaching.lesson import Lesson
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_HELD = ("inventory", "uses", "equipment", "free_slots")
_TOLD = 12


@dataclass
class PlayedDemonstration(Demonstration):
    """A demonstration that somebody plays. What is said meanwhile shows nothing."""

    watch: Watch | None = None


@verb(
    "watch somebody",
    r"watch (?!(?:me|us|how|what|this|that|it|closely|carefully|do|out)\b)"
    r"(?P<player>[a-z0-9_.@-]{1,64})(?: play(?:ing)?)?",
    example="watch steve",
    what="learn from what a player in the same world does, until 'done'",
)
def watch_somebody(conversation: Conversation, said: Said) -> None:
    if conversation.demonstration is not None:
        conversation.tell("I am watching already. 'done' ends it, 'forget it' drops it.")
    elif not begin(conversation, said["player"]):
        raise BadInput(
            f"Nobody called {said['player']} can play in this world.", remedy="Say 'watch me' and show it."
        )


def begin(conversation: Conversation, player: str = "") -> bool:
    """Begin to watch somebody play; False, after saying why, if nobody is there to watch.

    Args:
        player: by name; without, who speaks or the first of the launch's `[teach] players` who is there, or
            the only other in the world.

    Raises:
        BadInput: nobody of that name is there.
    """
    session = conversation.session
    if not isinstance(session.run.simulation, Showroom):
        return False

    def found(run: Run) -> tuple[str, Sequence[str], str]:
        room = run.simulation
        assert isinstance(room, Showroom)
        there = tuple(room.players())
        return player or _wanted(conversation, there), there, room.address

    name, there, address = session.submit(found).result()
    if not name and there:
        conversation.tell(f"Whom do I watch: {', '.join(map(shown_name, there))}? Say 'watch NAME'.")
        return True
    if not name:
        conversation.tell(
            f"Nobody else is in this world. To play it for me, join at {address or 'its server'}."
        )
        return False

    def watch(run: Run) -> Watch:
        assert isinstance(run.simulation, Showroom)
        return run.simulation.watch(name)

    watched = session.submit(watch).result()
    conversation.demonstration = PlayedDemonstration(session, watch=watched)
    conversation.tell(f"I am watching {shown_name(watched.player)} play. Say 'done' when it is done.")
    for remark in session.submit(lambda run: watched.look().remarks).result():
        conversation.tell(f"  {remark}.")
    return True


def heard(conversation: Conversation, text: str) -> None:
    """A line while somebody plays."""
    conversation.tell("I am watching you play. 'done' ends it, 'forget it' drops it.")


def end(conversation: Conversation, shown: PlayedDemonstration, *, exactly: bool) -> Lesson | None:
    """What was played, as a lesson; None, after saying why, if there is none yet."""
    watch = shown.watch
    assert watch is not None
    seen = conversation.session.submit(lambda run: watch.look()).result()
    who = shown_name(watch.player)
    if seen.void:
        drop(conversation, shown)
        conversation.tell(
            f"{seen.void.replace(watch.player, who)} in the midst of it: I learn nothing from that."
        )
        conversation.tell("  Show it again: 'watch me'.")
        return None
    if not seen.deeds:
        conversation.tell(f"I have seen {who} do nothing yet that could be learnt{_walked(seen)}.")
        for remark in seen.remarks:
            conversation.tell(f"  {remark}.")
        if seen.ended:
            drop(conversation, shown)
            conversation.tell(f"  {seen.ended.replace(watch.player, who)}, so it ends here.")
        else:
            conversation.tell("  Go on, then 'done'; or 'forget it'.")
        return None
    if seen.ended and not shown.asked:
        shown.asked = True
        conversation.ask_yes(
            f"{seen.ended.replace(watch.player, who)} before you said 'done'. I saw: {words_of(seen)}. "
            "Is that the whole of it? (yes, no)",
            lambda: conversation.hear("done, exactly as shown" if exactly else "done"),
            "Then show it again: 'watch me'.",
        )
        return None
    drop(conversation, shown)
    session = conversation.session
    lesson = lesson_of_deeds(seen.deeds, session.spec, session.run.library, exactly=exactly)
    conversation.tell(f"I saw: {words_of(seen)}.")
    for remark in dict.fromkeys((*_left_out(seen, lesson, exactly=exactly), *seen.remarks)):
        conversation.tell(f"  {remark}.")
    return lesson


def drop(conversation: Conversation, shown: PlayedDemonstration) -> None:
    """The demonstration is over."""
    conversation.demonstration = None
    watch = shown.watch
    if watch is not None:
        conversation.session.submit(lambda run: watch.close()).result()


def words_of(seen: Seen) -> str:
    """What was seen, one after the other, for a reader; the same again is counted."""
    counted: dict[str, int] = {}
    for one in seen.deeds:
        counted[one.words] = counted.get(one.words, 0) + 1
    said = [words if times == 1 else f"{words} ({times} times)" for words, times in counted.items()]
    more = f"; and {len(said) - _TOLD} more" if len(said) > _TOLD else ""
    return "; ".join(f"{number}. {one}" for number, one in enumerate(said[:_TOLD], 1)) + more


def shown_name(name: str) -> str:
    """A player's name as it is told: letters, digits and little else."""
    return "".join(letter for letter in name[:64] if letter.isalnum() or letter in "_.-") or "somebody"


# -- an instruction about amounts, as a plan from nothing ------------------------------------------------


def lesson_of_goal(session: Session, text: str, condition: Condition, before: Observation) -> Lesson | None:
    """What an instruction teaches in a world of amounts: the way to it from nothing, whatever is held now.

    None where it is not about amounts, or there is no way from nothing.
    """
    achieves = tuple(map(str, condition.parts if isinstance(condition, And) else (condition,)))
    bare = Observation(
        before.families, {name: values for name, values in before.facts.items() if name not in _HELD}
    )

    def planned(run: Run) -> Lesson | None:
        try:
            steps = run.outline(condition, bare).steps
        except NoPlan:
            return None
        return lesson_of_ways([step.method for step in steps], achieves, session.spec, run.library)

    lesson = session.submit(planned).result()
    return None if lesson is None or not lesson.is_of_amounts else _because(lesson, text)


def _because(lesson: Lesson, why: str) -> Lesson:
    from dataclasses import replace

    return replace(lesson, why=why)


# -- small parts -----------------------------------------------------------------------------------------


def _wanted(conversation: Conversation, there: Sequence[str]) -> str:
    """Who is meant by "me"; "" if that cannot be told."""
    if who_speaks().name:
        return who_speaks().name
    listed = conversation.session.launch.teach.players  # exactly: another in other letters is somebody else
    known = [name for name in there if name in listed]
    return known[0] if known else there[0] if len(there) == 1 else ""


def _left_out(seen: Seen, lesson: Lesson, *, exactly: bool) -> list[str]:
    """What was seen and is no part of the lesson, and why."""
    said = [f"Not part of it: {one.words}; {one.why_not}" for one in seen.deeds if one.why_not]
    means = [one.words for one in seen.deeds if one.means]
    if means and not exactly and not any(part.kind == "do" for part in lesson.parts):
        listed = ", ".join(dict.fromkeys(means))
        said.append(f"Taken as a means, and left out: {listed} ('done, exactly as shown' keeps that)")
    skills = {(part.skill, part.gains) for part in lesson.parts}
    spare = [
        one.words
        for one in seen.deeds
        if one.way is not None
        and one.way.adds
        and not any((one.way.skill, f"{fact[0]}[{', '.join(fact[1:])}]") in skills for fact in one.way.adds)
    ]
    if spare:
        said.append(f"Nothing later needed: {', '.join(dict.fromkeys(spare))}")
    if seen.walked > 1:
        said.append(f"Ways are no part of it ({seen.walked:.0f} m walked): each step finds its own")
    return said


def _walked(seen: Seen) -> str:
    return f", only walk {seen.walked:.0f} m" if seen.walked > 1 else ""
