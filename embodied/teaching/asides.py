"""What is said beside the teaching: stop, wait, undo, history, explain, rules, help, quit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embodied.chatting.speaker import who_speaks
from embodied.english import NUMBERS
from embodied.errors import BadInput
from embodied.journal import read
from embodied.loop.goal import understand
from embodied.rules import forget_rule, keep_rule
from embodied.rules.keeping import keep_area
from embodied.rules.places import read_area
from embodied.rules.wordings import BARRED, WORDS, as_rule, ended_about, ended_rule, lists_rules
from embodied.session import Session
from embodied.teaching.correcting import corrections_of
from embodied.teaching.helping import tell_help
from embodied.teaching.kept import where_it_is_kept
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

_BESIDE = r"(?:practi[cs]ing|(?:the )?practice|proving|(?:the )?proof|learning|filming)"


@verb(
    "stop",
    r"(?:(?:no|oh|wait|i said|bot|robot)[,.! ]+)*"
    # Whoever begins with "stop" means it, whatever else is said in haste: "stop the arm", "stop! you hit it".
    rf"(?:(?:stop|halt|freeze)(?! (?:(?:{_BESIDE}|check(?:ing)?)\b|(?:{BARRED}) \w))\b.*|"
    r"(?:pause|hold on|hold it(?: (?:right )?there)?|whoa|(?:that(?:'s| is) )?far enough|"
    r"(?:stay|stop) (?:right )?(?:there|here|where you are)|"
    r"enough|abort(?: it| that)?|stand still|(?:don't|do not) move|emergency stop|"
    r"(?:wait|hold on|just) a (?:second|sec|moment|minute))(?:[,! ]+(?:stop|halt|wait))*)",
    example="stop",
    what="bring the body to rest; 'continue' goes on",
    any_time=True,
)
def stop(conversation: Conversation, said: Said) -> None:
    halt(conversation)


def halt(conversation: Conversation) -> None:
    """Bring the body to rest; if it is, end what goes on beside the conversation."""
    if conversation.stop():
        conversation.tell("Stopped.")
    else:
        _end_beside(conversation)


@verb(
    "stop practising",
    rf"(?:stop|end) {_BESIDE}",
    example="stop practising",
    what="end the proving, practising or learning beside this; the body goes on",
    any_time=True,
)
def stop_beside(conversation: Conversation, said: Said) -> None:
    _end_beside(conversation)


def _end_beside(conversation: Conversation) -> None:
    going = end_beside(conversation)
    conversation.tell("What goes on beside this is stopped." if going else "Nothing is going on.")


def end_beside(conversation: Conversation) -> bool:
    """End what is proven, practised or learned beside the conversation; False if nothing was."""
    beside = conversation.prover.stop()
    learning, conversation.learning = conversation.learning, None
    if learning is not None:
        learning.set()
    return beside or learning is not None


@verb(
    "wait",
    r"wait(?:[,.! ]+wait)*(?P<rest> (?:until|till) (?:it is|it's|you are|you're|that is|all is) (?:done|"
    r"ready|finished)|"
    r" for (?:it|that))?",
    example="wait",
    what="pause what moves; else until the proving has ended ('wait until it is done': both)",
    any_time=True,
)
def wait(conversation: Conversation, said: Said) -> None:
    """Who says so while the body moves wants it to pause; a script's next line is to come afterwards."""
    if conversation.busy and not conversation.patient and not said["rest"]:
        halt(conversation)
        conversation.tell("'continue' goes on.")
        return
    conversation.settle()


@verb(
    "continue",
    r"(?:(?:ok(?:ay)?|yes|yeah|good|fine|great|perfect|exactly|that's (?:it|right|good|better)|"
    r"(?:just |exactly )?like (?:that|this))[,.;:! ]+)*"
    r"(?:continue|go on|carry on|keep going|resume|proceed)(?: with (?:it|that))?|"
    r"(?:you(?:'ve| have)? (?:dropped|lost|missed) it[,.;:! ]+)"
    r"(?:(?:pick|grab|take|get) it(?: up)?|try(?: it| that)?)(?: again| once more)?|"
    r"try (?:it |that )?(?:again|once more)",
    example="continue",
    what="go on with what was stopped, or did not succeed",
    any_time=True,
)
def continue_(conversation: Conversation, said: Said) -> None:
    from embodied.teaching import changing, saying
    from embodied.teaching.running import LessonRun

    left = conversation.left
    if conversation.busy:
        conversation.tell(f"I am at it: {conversation.busy}.")
    elif isinstance(left, LessonRun):
        conversation.left = None
        changing.run_lesson(conversation, left.lesson, left.at)
    elif left is not None:
        conversation.left = None
        saying.pursue(conversation, left, conversation.naming)
    else:
        conversation.tell("Nothing was stopped that I could go on with. Say what I shall do.")


@verb(
    "status",
    r"(?:and )?what are you (?:doing|up to)(?: there)?(?: now| right now| at the moment)?\??|are you busy\??|"
    r"where (?:are )?you (?:going|go|heading|moving)(?: to)?(?: now)?\??",
    example="what are you doing?",
    what="what is being done at this moment",
    any_time=True,
)
def status(conversation: Conversation, said: Said) -> None:
    showing = conversation.demonstration is not None
    resting = "I watch what you show. 'done' ends it." if showing else "Nothing at the moment."
    beside = [*conversation.prover.doing, *(["learning"] if conversation.learning is not None else [])]
    if conversation.busy:
        conversation.tell(f"I am {conversation.busy}.")
    elif showing or not beside:
        conversation.tell(resting)
    if beside:
        conversation.tell(
            f"Beside this I am {beside[0]}" + (f"; then {'; '.join(beside[1:])}." if beside[1:] else ".")
        )


@verb(
    "undo",
    r"(?:undo|revert|take back)(?: that| it| this)?(?:,? ?(?:the )?last (?:one|thing|step|change|move|"
    r"correction))?|"
    r"take (?:that|it) back|(?:undo|revert|take back)(?: the)? last (?P<many>two|three|four|five|[2-5]) "
    r"(?:ones|things|steps|changes|moves|corrections)|"
    r"(?:no,? )?(?:leave|take) (?:that|this|the last)(?: last)? (?:step|bit|part|motion) out|"
    r"(?:no,? )?(?:scrap|forget|drop|skip|delete|remove) (?:that|the last)(?: last)? (?:step|bit|motion)",
    example="undo",
    what="take the last step shown, or the last change, back",
)
def undo(conversation: Conversation, said: Said) -> None:
    for _ in range(_many(said["many"] or "1")):
        _undo_once(conversation)


def _many(words: str) -> int:
    return int(words) if words.isdigit() else NUMBERS[words]


def _undo_once(conversation: Conversation) -> None:
    if conversation.demonstration is not None:
        step = conversation.demonstration.forget_last()
        gone = (
            f"Forgotten: {step.part.words}; the hand stays where it is." if step else "Nothing was shown yet."
        )
        conversation.tell(gone)
        return
    if not conversation.versions:
        conversation.tell("There is nothing to take back: of a step shown, or a correction, 'undo' is said.")
        conversation.tell("  'put it back' takes a thing where it was.")
        return
    lesson = conversation.versions.pop()
    now = conversation.lesson
    if conversation.corrections:
        conversation.corrections.pop()
    conversation.lesson = lesson
    conversation.tell(f"Taken back: {now.why if now is not None and now.why else 'the last change'}.")
    if lesson.name:
        from embodied.teaching.approving import restore

        restore(conversation, lesson)


@verb(
    "explain",
    r"explain(?: that| yourself| what you did| why| why you did (?:that|this))?|"
    r"why(?: did you (?:just )?do (?:this|that|it)| that| this| did you stop| have you stopped)?\??|"
    r"what (?:did you (?:just )?do|have you (?:just )?done)(?: last| just now| there)?\??",
    example="why did you do this?",
    what="from the journal: the last step, and what it was for",
    any_time=True,
)
def explain(conversation: Conversation, said: Said) -> None:
    records = read(conversation.session.run.journal.path)
    begun = [number for number, one in enumerate(records) if one["type"] == "step_started"]
    if not begun:
        conversation.tell("I have not done a step of a plan yet.")
        return
    step = records[begun[-1]]
    asked = next((one for one in reversed(records[: begun[-1]]) if one["type"] == "asked"), None)
    named = ", ".join(str(value).replace("_", " ") for value in step["arguments"].values())
    conversation.tell(
        f"I did {step['skill']}{f' ({named})' if named else ''} so that {step['expects']}: "
        f"{step['why'] or 'it was next'}."
    )
    if asked is not None:
        conversation.tell(
            f"  It was a step towards {asked['text']}"
            + (f" ({asked['condition']})." if asked.get("condition", asked["text"]) != asked["text"] else ".")
        )
    ended = next((one for one in records[begun[-1] :] if one["type"] == "step_ended"), None)
    if ended is not None:
        conversation.tell(f"  It came to {ended['verdict']}: {ended['reason']}.")


@verb(
    "what if",
    r"(?:what|how) would you (?:do(?: it)? )?if i (?:asked|told|wanted) you to (?P<goal>.+?)\??|"
    r"how would you (?P<meant>(?:put|place|stack|open|close|press|sort|build|move|get|clear) .+?)\??",
    example="what would you do if I asked you to put the red cube in the drawer?",
    what="the plan is told; nothing is done",
)
def what_if(conversation: Conversation, said: Said) -> None:
    from embodied.teaching.saying import outline

    session, words = conversation.session, said["goal"] or said["meant"]
    goal, now = understand(words, session.spec), conversation.look()
    for condition in [stage.condition for stage in goal.stages] or [goal.condition_for(now)]:
        steps = outline(conversation, replace(goal, condition=condition, stages=()), now)
        if steps is None:
            return
        does = "; ".join(part.words for part in steps) or "nothing: that is so already"
        conversation.tell(f"For {condition} I would, as things are now: {does}.")


@verb(
    "rules",
    WORDS + r"|(?:never(?! ?mind)|always|do not|don't|dont|you must not) .+"
    r"|stay (?:out|in|inside|within|above|below|away) .+"
    r"|keep (?:out|away|off|clear|at least|the hand|hand|the gripper) .+|.+ must (?:be|stay|not|never) .+"
    r"|[a-z][a-z ]* (?:is|are|goes|spans) (?:from|between) [-\d].+",
    example="never lift anything above 30 cm",
    what="a rule, from now on; 'rules' lists them, 'remove rule 1' ends one",
    any_time=True,
)
def rules(conversation: Conversation, said: Said) -> None:
    line = as_rule(said.string)
    if corrections_of(said.string):
        from embodied.teaching import changing

        if not changing.heard(conversation, said.string):
            raise BadInput(
                "There is nothing yet that this would change.", remedy="Show or say something first."
            )
        return
    if said.string.startswith("stop ") and conversation.stop():  # it is said of what is being done, too
        conversation.tell("Stopped.")
    session = conversation.session
    number = ended_rule(line)
    if about := ended_about(line):
        number = _number_of(about, session)
    if number is not None:
        gone = session.remove_rule(number)
        forget_rule(gone)
        conversation.tell(f"No longer a rule: {gone.text}")
    elif (area := read_area(line)) is not None:
        keep_area(area, session.spec.name)
        conversation.tell(
            f"The {area.name} is {area.corners}, kept. You can say: stay out of the {area.name}."
        )
    elif not lists_rules(line):
        rule = session.add_rule(line)
        keep_rule(rule)
        conversation.tell(f"From now on, and kept: {rule.text}")
        conversation.tell(f"  Understood as: {rule.formula} ({session.run.world.enforced_by(rule)})")
    else:
        for number, (rule, by, verdict) in enumerate(session.run.world.status(), 1):
            conversation.tell(f"{number}. {rule.text}  ({by}; {verdict.value})")
        if not session.rules:
            conversation.tell("There are no rules. Say one: never lift anything above 30 cm.")


def _number_of(about: str, session: Session) -> int:
    """The number of the only rule that is about this. Raises BadInput where there is none, or several."""
    found = [number for number, rule in enumerate(session.rules, 1) if about in rule.text.lower()]
    if len(found) != 1:
        raise BadInput(
            f"{len(found) or 'No'} rule{'s are' if len(found) > 1 else ' is'} about {about!r}.",
            remedy="'rules' tells their numbers; 'remove rule 1' ends one.",
        )
    return found[0]


@verb(
    "help",
    r"help(?: me)?(?:(?: with| on| about)? (?P<topic>(?!me\b)[a-z]+))?|\?|"
    r"(?:show me |tell me )?what (?:can (?:i (?:say|ask|do)|you do)|i can (?:say|ask)|"
    r"you can do|"
    r"do you (?:understand|know))(?: here)?\??|how does this work\??|(?:show )?(?:me )?(?:the )?help",
    example="help",
    what="this",
    any_time=True,
)
def help_(conversation: Conversation, said: Said) -> None:
    tell_help(conversation, said["topic"] or "")


@verb(
    "quit",
    r"(?:(?:ok(?:ay)?[, ]+)?(?:that(?:'s| is)|that will be) (?:it|all|enough) for (?:today|tonight)[,.! ]*)?"
    r"(?:quit|exit|(?:good ?)?bye|see you(?: later| tomorrow)?|leave)"
    r"(?:[,.! ]+(?:i'm|i am|we're|we are) (?:done|finished|off)(?: for (?:today|tonight|now))?)?|"
    r"(?:that(?:'s| is)|that will be) (?:it|all|enough) for (?:today|tonight)",
    example="quit",
    what="end the conversation; the world ends with it",
    any_time=True,
)
def quit_(conversation: Conversation, said: Said) -> None:
    who, others = who_speaks(), conversation.questions.taking_part()
    if not who.addressed:
        return  # a farewell of players among themselves
    if who.name and others and said.string not in ("quit", "exit"):
        conversation.tell(f"Goodbye. {' and '.join(others)} may go on; 'quit' ends it for all.")
        return
    where_it_is_kept(conversation)
    conversation.end()
