"""Say: a goal that is understood is pursued, its plan told first; a skill is done by its name."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embodied.condition import And, Condition, evaluate
from embodied.done import Done
from embodied.errors import BadGoal
from embodied.facts import Observation
from embodied.goals import Goal
from embodied.goals.goal import all_of
from embodied.loop.goal import understand
from embodied.methods import Vocabulary
from embodied.outcome import Verdict
from embodied.planning.search import NoPlan
from embodied.session import Session
from embodied.skills import Skill, SkillLibrary
from embodied.skills.skill import REQUIRED
from embodied.teaching.amounts_said import amounts_said
from embodied.teaching.demonstration import parts_of
from embodied.teaching.generalising import finished, parameter_names
from embodied.teaching.heeded import refuse_unread
from embodied.teaching.in_turn import pursue_in_turn
from embodied.teaching.lesson import Lesson, Part, lesson_of_skill, spoken, used_names
from embodied.teaching.running import Pursuit
from embodied.teaching.understood import thing_of, things_in
from embodied.teaching.verbs import Said, named_goal, verb
from embodied.teaching.watched import lesson_of_goal

if TYPE_CHECKING:
    from embodied.loop.run import Run
    from embodied.teaching.conversation import Conversation

_PUSHED = re.compile(
    r"(?:push|shove|slide|nudge) (?P<what>.+?) (?:over )?(?:to|onto|on to|on) (?P<where>.+?)"
)
_PUSHES = "push-to"
_INSTEAD = re.compile(r"(?:no[,\s]+|rather\s+|instead\s+)?(?P<goal>.+?)(?:\s+instead|\s+rather)?")


def pursue(conversation: Conversation, goal: Goal, name: str = "") -> None:
    """Tell the plan, then pursue it. With a name, what was done is kept under it, corrected or not."""
    conversation.naming = name
    if goal.stages:
        pursue_in_turn(conversation, goal, name)
        return
    session = conversation.session
    before = session.observe()
    condition = goal.condition_for(before)
    if evaluate(condition, before) is True:
        conversation.tell(f"That is so already: {condition}.")
        way = lesson_of_goal(session, goal.text, condition, before) if name else None
        if way is not None:  # the way to it is known, whatever is held now
            keep_done(conversation, way, name)
        return
    steps = outline(conversation, goal, before)
    if steps is None:
        return
    conversation.tell(f"{goal.explanation} I would:")
    for number, part in enumerate(steps, 1):
        conversation.tell(f"  {number}. {part.words}")
    lesson = _taught(conversation, steps) or planned_lesson(steps, condition, before, session)
    pursuit = Pursuit(lesson, goal=goal)
    conversation.doing = pursuit

    def run() -> None:
        done = session.pursue(goal, unless=pursuit.called_off)
        if not pursuit.replaced:
            conversation.doing = None
            _tell_end(conversation, pursuit, done, goal, name, before)

    conversation.work(f"pursuing {goal.text!r}", run)


def _tell_end(
    conversation: Conversation, pursuit: Pursuit, done: Done, goal: Goal, name: str, before: Observation
) -> None:
    """What a pursuit came to, and what can be named or corrected now."""
    pursuit.passed = done.passed
    session = conversation.session
    conversation.tell(f"{'Done' if done.passed else done.verdict.value}: {done.reason}.")
    if not done.passed:
        conversation.left = goal
    if done.verdict is Verdict.FAILED:
        conversation.tell("  Show me how: say 'watch me'.")
    elif pursuit.lesson.name and not name:  # a skill that was taught: what is corrected next is that skill
        conversation.spoken_of(pursuit.lesson)
    elif done.passed and done.attempts:
        learnt = lesson_of_goal(session, goal.text, goal.condition_for(before), before) or finished(
            Lesson(parts_of(done), why=goal.text),
            before,
            session.observe(),
            session.spec,
            session.run.library,
        )
        keep_done(conversation, learnt, name)


def keep_done(conversation: Conversation, lesson: Lesson, name: str) -> None:
    """What was done is what can be named now; with a name it is kept under it."""
    conversation.learn(lesson)
    if name:
        from embodied.teaching.approving import call

        call(conversation, name)


def _taught(conversation: Conversation, steps: tuple[Part, ...]) -> Lesson | None:
    """The lesson that a plan of one step is: a correction of it makes a new version of that skill."""
    library = conversation.session.run.library
    if len(steps) != 1 or steps[0].skill not in library:
        return None
    taught = lesson_of_skill(library.get(steps[0].skill))
    if taught is None or taught.is_of_amounts:
        return taught
    given = steps[0].arguments  # a parameter with a default need not be among them
    about = {thing: str(given[name]) for thing, name in taught.names.items() if name in given}
    return taught.about(about)


def planned_lesson(
    steps: tuple[Part, ...], condition: Condition, before: Observation, session: Session
) -> Lesson:
    """A plan as a lesson that brings about what was asked for."""
    full = finished(Lesson(steps), before, before, session.spec, session.run.library)
    achieves = tuple(map(str, condition.parts if isinstance(condition, And) else (condition,)))
    things = frozenset(thing.name for thing in session.spec.vocabulary.things)
    names = parameter_names(tuple(used_names(steps, things)), achieves, session.spec, session.run.library)
    return replace(full, achieves=achieves, names=names)


def outline(conversation: Conversation, goal: Goal, before: Observation) -> tuple[Part, ...] | None:
    """The plan, as steps; None, after saying what is missing, if there is none."""
    session = conversation.session

    def planned(run: Run) -> tuple[Part, ...]:
        try:
            plan = run.outline(goal.condition_for(before), before)
        except NoPlan as none:  # told to whoever asked; it ends no session
            raise BadGoal(str(none)) from none
        return tuple(
            Part("use", skill=step.method.skill, arguments=dict(step.method.arguments)) for step in plan.steps
        )

    try:
        return session.submit(planned).result()
    except BadGoal as none:
        conversation.tell(f"I understand ({goal.explanation}) but no skill does it: {none.message}.")
        conversation.tell("  Show me: say 'watch me', then for instance 'move above ...', 'close', 'done'.")
        return None


def follow(conversation: Conversation, record: Mapping[str, Any]) -> None:
    """Keep track of which step of the plan is being done."""
    doing = conversation.doing
    if record["type"] != "step_started" or not isinstance(doing, Pursuit):
        return
    wanted = Part("use", skill=str(record["skill"]), arguments=dict(record["arguments"]))
    steps = doing.lesson.parts
    doing.doing = next((n for n, part in enumerate(steps) if part == wanted), doing.doing)


def heard_instead(conversation: Conversation, text: str, line: str) -> bool:
    """A goal that is said while something is done: it is pursued instead."""
    marked = text.endswith((" instead", " rather")) or line.strip().lower().startswith(("no,", "no "))
    if conversation.patient and not marked:
        return False
    found = _INSTEAD.fullmatch(text)
    assert found is not None
    try:
        goal = understand(found["goal"], conversation.session.spec)
    except BadGoal as unclear:
        conversation.not_understood(text, unclear)
        return True
    doing = conversation.doing
    if isinstance(doing, Pursuit):
        doing.replaced = True
    conversation.tell("Instead, then.")
    conversation.stop("another goal")
    conversation.wait()
    pursue(conversation, goal, conversation.naming if marked else "")
    return True


# -- skills by name ------------------------------------------------------------------------------------


def heard_skill(conversation: Conversation, text: str) -> bool:
    """ "tidy up the green cube": the name of a skill, and what to do it with."""
    run = conversation.session.run
    named = skill_said(text, run.library, run.store.seeds)
    vocabulary = conversation.session.spec.vocabulary
    pushed = pushed_to(text, run.library, vocabulary) if named is None else None
    if pushed is not None:
        skill, arguments = pushed
    elif named is not None:
        skill, arguments = named[0], arguments_of(vocabulary, *named)
    else:
        return False
    step = (Part("use", skill=skill.name, arguments=arguments),)
    pursuit = Pursuit(_taught(conversation, step) or Lesson(step), goal=_wanted_of(skill, arguments, text))
    conversation.doing, conversation.naming = pursuit, ""

    def work() -> None:
        before = conversation.session.observe()
        session = conversation.session
        done = session.start_doing(skill.name, arguments, unless=pursuit.called_off).result()
        if pursuit.replaced:
            return
        conversation.doing, pursuit.passed = None, done.passed
        conversation.tell(f"{'Done' if done.passed else done.verdict.value}: {done.reason}.")
        if not done.passed:
            conversation.lesson = pursuit.lesson if pursuit.lesson.name else conversation.lesson
            conversation.left = pursuit.goal
            conversation.tell("  What shall I do otherwise? A correction, or 'watch me'.")
        elif pursuit.lesson.name:
            conversation.spoken_of(pursuit.lesson)
        else:
            spec, library = conversation.session.spec, conversation.session.run.library
            after = conversation.session.observe()
            conversation.learn(finished(Lesson(parts_of(done)), before, after, spec, library))

    said = ", ".join(spoken(str(value)) for value in arguments.values())
    conversation.tell(f"{skill.name}: {said}" if said else f"{skill.name}.")
    conversation.work(skill.name, work)
    return True


def _wanted_of(skill: Skill, arguments: Mapping[str, Any], text: str) -> Goal | None:
    """What a skill that was asked for is to bring about, for "continue"; None if it says nothing of that."""
    wanted = skill.achieved(skill.bind(**arguments))
    return Goal(text, all_of(wanted), (), f"What {skill.name} is for.") if wanted else None


def pushed_to(
    text: str, library: SkillLibrary, vocabulary: Vocabulary
) -> tuple[Skill, dict[str, Any]] | None:
    """ "Push the cube to the pad": the skill that pushes, and what where; a goal would let it be carried."""
    found = _PUSHED.fullmatch(text)
    if found is None or _PUSHES not in library:
        return None
    try:
        what, where = thing_of(found["what"], vocabulary), thing_of(found["where"], vocabulary)
    except BadGoal:
        return None
    kinds = {thing.name: thing.kind for thing in vocabulary.things}
    if kinds[where] not in ("place", "edge"):
        return None
    return library.get(_PUSHES), {"object": what, "place": where}


def skill_said(text: str, library: SkillLibrary, seeds: Container[str]) -> tuple[Skill, str] | None:
    """The skill that a line asks for by its name, and the rest of the line.

    Args:
        seeds: skills that came with the world: "pick up the red cube" is a goal, which plans what comes
            before, and "do pick the red cube" the skill.
    """
    asked = re.sub(r"^(?:do|run|try) ", "", text)
    named = skill_named(library, asked)
    if named is None or not named[0].achieves or (named[0].name in seeds and asked == text):
        return None
    return named


def skill_named(library: SkillLibrary, text: str) -> tuple[Skill, str] | None:
    """The skill whose name a line begins with, and the rest of the line."""
    best: tuple[Skill, str] | None = None
    for skill in library:
        name = skill.name.replace("-", " ")
        plain = text.replace("-", " ")
        if plain == name or plain.startswith(f"{name} "):
            best = (skill, plain[len(name) :].strip()) if _longer(skill, best) else best
    return best


def _longer(skill: Skill, best: tuple[Skill, str] | None) -> bool:
    return best is None or len(skill.name) > len(best[0].name)


def arguments_of(vocabulary: Vocabulary, skill: Skill, rest: str) -> dict[str, Any]:
    """The things of a line for a skill's parameters: by their kind, else in order; the only one of its kind
    need not be named. Raises BadGoal if one is missing, or a word is of no use."""
    if not vocabulary.things:
        return amounts_said(vocabulary, skill, rest)
    refuse_unread(rest, skill.name.replace("-", " "), vocabulary)
    kinds = {thing.name: thing.kind for thing in vocabulary.things}
    left = things_in(rest, vocabulary) if rest else []
    found: dict[str, str] = {}
    for parameter in skill.parameters:
        kind = parameter.name.rsplit("_", 1)[-1]
        fits = [name for name in left if kinds.get(name) == kind] or (
            left if kind not in kinds.values() else []
        )
        only = [name for name, of in kinds.items() if of == kind]
        if fits:
            found[parameter.name] = fits[0]
            left.remove(fits[0])
        elif len(only) == 1:
            found[parameter.name] = only[0]
        elif parameter.default is REQUIRED:
            raise BadGoal(
                f"Which {kind}? {skill.name} takes {', '.join(one.name for one in skill.parameters)}.",
                remedy=f"For instance: {skill.name.replace('-', ' ')} the {spoken((only or [kind])[0])}.",
            )
    return found


@verb(
    "instruct",
    r"to [\"']?(?P<name>[a-z][a-z -]{1,40}?)[\"']?(?: means)?[,:] (?P<goal>(?!i mean ).+)"
    r"|(?:(?:here is a |a )?new (?:trick|skill|task|thing)[,:.]? )?"
    r"(?:i'll call|i will call|let's call|we call|call) (?:it|this|that) "
    r"[\"'](?P<said>[a-z][a-z -]{1,40}?)[\"'][,:.] (?P<meant>.+)",
    example="to tidy up: put the red cube in the bowl",
    what="do it once, and keep it under that name",
)
def instruct(conversation: Conversation, said: Said) -> None:
    name, words = named_goal(said)
    goal = understand(words, conversation.session.spec)
    pursue(conversation, replace(goal, text=words), name)
