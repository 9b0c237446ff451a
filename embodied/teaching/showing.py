"""Show: "watch me", short commands, "done"; and single motions outside a demonstration."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from embodied.errors import BadGoal, BadInput
from embodied.goals import Goal
from embodied.loop.goal import understand
from embodied.outcome import PrimitiveResult
from embodied.teaching import watched
from embodied.teaching.as_before import went
from embodied.teaching.demonstration import Demonstration, told
from embodied.teaching.generalising import lesson_of
from embodied.teaching.lesson import Lesson, Part, spoken
from embodied.teaching.performing import NEEDED, held, perform
from embodied.teaching.understood import motions_of
from embodied.teaching.verbs import Said, verb
from embodied.teaching.writing import sentence_of, source_of

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation


@verb(
    "watch me",
    r"watch(?: me)?(?: closely| carefully| how i do it| do it| this)?|look(?: at me| how| here)?|"
    r"(?:let me |i(?:'ll| will| am going to|'m going to)? )?show you(?: how(?: it(?:'s| is) done| to "
    r"do it)?)?|"
    r"learn from me|"
    r"(?:watch me|watch|(?:let me |i(?:'ll| will) )?show you)(?: now)?[:.,] (?P<rest>.+)|"
    r"this is how (?:you|to|i|we|one) (?P<task>[a-z ]+)|"
    r"(?:let me |i(?:'ll| will| am going to|'m going to) )show you how (?:you|to|i|we|one) (?P<how>[a-z ]+)",
    example="watch me",
    what="begin to show something, in motions or goals",
)
def watch_me(conversation: Conversation, said: Said) -> None:
    if conversation.demonstration is not None:
        conversation.tell("I am watching already. 'done' ends it, 'forget it' drops it.")
        return
    if not _watch(conversation):
        return
    if task := said["task"] or said["how"]:
        conversation.tell(f"  After 'done', name it: 'call this {task}'.")
    if said["rest"]:
        conversation.take_line(said["rest"])


def _watch(conversation: Conversation) -> bool:
    """Begin to watch; False where a player in the world is watched, or nobody."""
    conversation.naming = ""
    if watched.begin(conversation):
        return False
    lacking = NEEDED - set(conversation.session.run.world.spec.primitives)
    conversation.demonstration = Demonstration(conversation.session)
    if lacking:
        conversation.tell("I am watching. This body has no hand that I could move for you: say goals.")
    else:
        conversation.tell(
            "I am watching: 'move above the ...', 'down 5 cm', 'close', a goal, ... then 'done'."
        )
    return True


@verb(
    "done",
    r"(?:that's it[,. ]+)?(?:done|finished)|done(?P<exactly>[, ]+exactly (?:so|as shown|like that))?|"
    r"that(?:'s| is| was) (?:it|all)|finished"
    r"|(?:i(?:'m| am) )(?:done|finished)|(?:that(?:'s| is) (?:it|all)[,. ]+)?"
    r"(?:the )?end(?: of (?:the |my )?(?:demonstration|demo|lesson))?|done showing|"
    r"done[,.;:]? (?:and )?(?:then )?(?P<then>(?:call|name|save|keep) (?:it|this|that) .+)",
    example="done",
    what="end the demonstration ('done, exactly as shown' keeps the very motions)",
)
def done(conversation: Conversation, said: Said) -> None:
    shown = conversation.demonstration
    if shown is None:
        conversation.tell("I was not watching. Say 'watch me' first.")
        return
    if isinstance(shown, watched.PlayedDemonstration):
        _end_played(conversation, shown, exactly=bool(said["exactly"]))
        return
    held = shown.ends_holding
    if held and not shown.asked:
        shown.asked = True
        exactly = bool(said["exactly"])
        then = said["then"]
        conversation.ask_yes(
            f"You end with the {spoken(held)} in the hand. Is the skill to end so? (yes; or go on showing)",
            lambda: _end(conversation, exactly=exactly, then=then),
            "Go on showing, then.",
        )
        return
    _end(conversation, exactly=bool(said["exactly"]), then=said["then"])


def _end_played(conversation: Conversation, shown: watched.PlayedDemonstration, *, exactly: bool) -> None:
    lesson = watched.end(conversation, shown, exactly=exactly)
    if lesson is None:
        return
    steps = [part.words for part in lesson.parts]
    conversation.session.run.journal.write("shown", steps=steps, achieves=list(lesson.achieves))
    conversation.learn(lesson)
    _told_back(conversation, lesson)


def _end(conversation: Conversation, *, exactly: bool, then: str | None = None) -> None:
    """The demonstration as a lesson, told back; what was said after "done" is heard then."""
    shown = conversation.demonstration
    assert shown is not None
    if not shown.steps:
        conversation.demonstration = None
        raise BadInput("Nothing was shown, so nothing was learned.", remedy="Begin again with 'watch me'.")
    session = conversation.session
    lesson = lesson_of(shown.steps, session.spec, session.run.library, exactly=exactly)
    conversation.demonstration = None
    session.run.journal.write("shown", steps=told(shown.steps), achieves=list(lesson.achieves))
    conversation.learn(lesson)
    conversation.tell(f"I saw: {told(shown.steps)}.")
    _told_back(conversation, lesson)
    if then:
        conversation.take_line(then)


def _told_back(conversation: Conversation, lesson: Lesson) -> None:
    """The lesson as a sentence, what it brings about and needs, what names stand for, and its code."""
    conversation.tell(f"I understand: {sentence_of(lesson)}.")
    if not lesson.achieves:
        conversation.tell(
            "No fact about what you touched became true, so nobody could tell whether it worked."
        )
        conversation.tell("  Say what is so afterwards: 'so that the red cube is left of the blue cube'.")
        return
    conversation.tell(
        f"  It brings about {'; '.join(lesson.achieves)}; it needs {'; '.join(lesson.needs) or 'nothing'}."
    )
    if lesson.counted:
        conversation.tell(f"  COUNT stands for how many; {lesson.counted} unless said.")
    if lesson.names:
        stands = ", ".join(f"{name.upper()} for {spoken(thing)}" for thing, name in lesson.names.items())
        conversation.tell(f"  Names stand for any of their kind: {stands}.")
    show_code(conversation)
    conversation.tell("Name it to keep it: 'call this tidy up'.")


def show_code(conversation: Conversation) -> None:
    """The code of the lesson, without the private functions that its motions are made of."""
    lesson = conversation.known_lesson()
    source = source_of(replace(lesson, name=lesson.name or "taught"), conversation.session.run.library)
    main = source[source.index("def ") :].split("\n\n\ndef ")[0]
    for line in main.rstrip().splitlines():
        conversation.tell(f"    {line}")


@verb(
    "forget it",
    r"forget (?:it|that|all)|never ?mind|cancel|"
    r"(?:no,? )?(?:scrap|discard|forget) (?:it|that|this|all|all that)"
    r"(?:,? (?:and )?(?:don't|do not) (?:save|keep) (?:it|that))?|"
    r"(?:don't|do not) (?:save|keep) (?:it|that|this)|"
    r"(?:forget (?:it|that|all)|cancel(?: (?:it|that))?)[,.;:!]+ (?:and |just )?(?P<rest>[a-z].+)",
    example="forget it",
    what="drop the demonstration, or what is being done; what is said after it is done then",
    any_time=True,
)
def forget_it(conversation: Conversation, said: Said) -> None:
    stopped = conversation.stop()
    conversation.wait()
    conversation.left = None
    dropped = _dropped(conversation)
    conversation.tell("Forgotten." if dropped or stopped else "There is nothing to forget.")
    if said["rest"]:
        conversation.take_line(said["rest"])


def _dropped(conversation: Conversation) -> bool:
    """Whether there was a demonstration; there is none now."""
    shown, conversation.demonstration = conversation.demonstration, None
    if isinstance(shown, watched.PlayedDemonstration):
        watched.drop(conversation, shown)
    return shown is not None


@verb(
    "steps shown",
    r"how many (?:steps|things|motions|moves) (?:have i|did i|i(?:'ve| have)) (?:shown?|taught|teach|"
    r"done|made)"
    r"(?: (?:to )?you)?(?: (?:so far|until now|by now|yet|already|now))?\??|"
    r"(?:what|which steps) (?:have i|did i) shown?(?: (?:to )?you)?(?: (?:so far|until now|by now|yet))?\??",
    example="how many steps have I shown you so far?",
    what="the steps of the demonstration so far",
    any_time=True,
)
def steps_shown(conversation: Conversation, said: Said) -> None:
    shown = conversation.demonstration
    if not isinstance(shown, Demonstration):
        conversation.tell("You show nothing step by step now. 'watch me' begins.")
        return
    steps = f": {told(shown.steps)}" if shown.steps else ""
    conversation.tell(f"{len(shown.steps)} so far{steps}.")


@verb(
    "start over",
    r"(?:(?:let's |let me |i(?:'ll| will) )?(?:start|begin) (?:it |this )?(?:over|again|anew|afresh)"
    r"(?: (?:again|anew))?(?: from (?:the (?:beginning|start|top)|scratch))?|"
    r"(?:back to|again from) the (?:beginning|start)(?: again)?)",
    example="start over",
    what="drop what was shown so far and watch anew",
)
def start_over(conversation: Conversation, said: Said) -> None:
    if not _dropped(conversation):
        raise BadInput(
            "Nothing is being shown.", remedy="'again' does what was done last; 'watch me' begins."
        )
    conversation.tell("Forgotten; the hand and the things stay where they are.")
    _watch(conversation)


@verb(
    "show code",
    r"(?:show(?: me)?(?: the)?|what is the) (?:code|skill|lesson)",
    example="show the code",
    what="the code of what is taught",
)
def code(conversation: Conversation, said: Said) -> None:
    show_code(conversation)


def heard(conversation: Conversation, text: str) -> None:
    """A line of a demonstration: motions, or a goal that is reached as in any run."""
    shown = conversation.demonstration
    assert shown is not None
    if isinstance(shown, watched.PlayedDemonstration):
        watched.heard(conversation, text)
        return
    does = _meant(conversation, shown, text, conversation.stops)
    if does is not None:
        conversation.work(text, does)


def heard_ahead(conversation: Conversation, text: str) -> None:
    """A line of a demonstration that is said while the one before it is done: it is read when that has come
    to its end, for "it" may be what is grasped then, and is dropped if that fails."""
    shown = conversation.demonstration
    assert shown is not None
    if isinstance(shown, watched.PlayedDemonstration):
        watched.heard(conversation, text)
        return

    stops = conversation.stops

    def in_turn() -> None:
        does = _meant(conversation, shown, text, stops) if conversation.demonstration is shown else None
        if does is None:
            conversation.drop_ahead()
        else:
            does()

    conversation.after(text, in_turn)


def _meant(
    conversation: Conversation, shown: Demonstration, text: str, stops: int
) -> Callable[[], None] | None:
    """What a line of a demonstration, said after so many stops, has the body do; None if it was not
    understood, and that was told."""
    motions = motions_of(text, conversation.session.spec.vocabulary, shown.reference, shown.went)
    if motions is not None:
        return lambda: _show(conversation, shown, motions, stops)
    try:
        goal = understand(without_it(text, conversation, shown.reference), conversation.session.spec)
    except BadGoal as unclear:
        conversation.not_understood(text, unclear)
        return None
    return lambda: _reach(conversation, shown, goal, stops)


def _reach(conversation: Conversation, shown: Demonstration, goal: Goal, stops: int) -> None:
    def called_off() -> str:
        return "stopped by the person" if conversation.stops != stops else ""

    for condition in [stage.condition for stage in goal.stages] or [goal.condition]:
        before = conversation.session.observe()
        done = conversation.session.pursue(condition, unless=called_off)
        if not done.passed:
            conversation.tell(f"  That did not work: {done.reason}. It is not part of what you show.")
            conversation.drop_ahead()
            return
        shown.add_done(done, before)
        conversation.tell(
            f"  done: {', '.join(part.part.words for part in shown.steps[-len(done.attempts) :])}"
        )


def without_it(text: str, conversation: Conversation, reference: str = "") -> str:
    """The line with what is held, or was last named, in the place of its first word "it"."""
    if not re.search(r"\bit\b", text):
        return text
    meant = held(conversation.session.observe()) or reference or _last_moved(conversation)
    before = text.split(" it")[0]
    named = re.search(r"\bthe \w+", before)
    return text if named or not meant else re.sub(r"\bit\b", f"the {spoken(meant)}", text, count=1)


def _last_moved(conversation: Conversation) -> str:
    """The thing that was last taken or put, "" if none was."""
    if conversation.lesson is None:
        return ""
    things = conversation.session.spec.vocabulary.things
    usual = {thing.name for thing in things if thing.kind not in ("place", "edge", "target", "table")}
    return next((name for part in conversation.lesson.parts for name in part.names if name in usual), "")


def show_again(conversation: Conversation, shown: Demonstration, part: Part, times: int) -> None:
    """Do a step that was shown, so many times more. Raises BadInput for one that a skill did."""
    if part.kind == "use":
        raise BadInput(
            f"{part.words} is a skill's; it is not repeated while you show.",
            remedy="Say the goal that it is to come to.",
        )
    show_motions(conversation, shown, (part,) * times, f"{part.words} again")


def show_motions(
    conversation: Conversation, shown: Demonstration, motions: tuple[Part, ...], what: str
) -> None:
    """Do motions that were said otherwise than one by one; each is recorded."""
    stops = conversation.stops
    conversation.work(what, lambda: _show(conversation, shown, motions, stops))


def _show(conversation: Conversation, shown: Demonstration, motions: tuple[Part, ...], stops: int) -> None:
    for part in motions:
        if conversation.stops != stops:  # a stop while what was said was read
            return
        result = shown.show(part)
        if part.kind == "close" and result.error == "no_grasp":
            conversation.tell("  closed, on nothing (a fist)")
        elif not _told(conversation, part, result):
            conversation.tell("  It is not part of what you show.")
            conversation.drop_ahead()
            return


def jog(conversation: Conversation, motions: tuple[Part, ...]) -> None:
    """Motions that are not shown: done, and remembered only for "up again"."""

    stops = conversation.stops

    def run() -> None:
        reference = ""
        for part in motions:
            if conversation.stops != stops:
                return
            reference = part.thing or reference
            before = conversation.session.observe()
            if not _told(conversation, part, perform(conversation.session, part, reference)):
                return
            moved = went(part, before, conversation.session.observe())
            conversation.moved += [moved] if moved is not None else []

    conversation.work("moving", run)


def _told(conversation: Conversation, part: Part, result: PrimitiveResult) -> bool:
    if result.ok:
        conversation.tell(f"  done: {part.words}")
        return True
    conversation.tell(f"  That did not work ({part.words}): {result.message or result.error}")
    return False
