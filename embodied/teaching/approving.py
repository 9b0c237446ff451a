"""Approve: a lesson gets a name, is kept as a version of a skill, and proven on fresh seeds meanwhile."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embodied.errors import BadGoal, BadInput, BadLibrary, BadSkill
from embodied.goals import Goal
from embodied.library import Evidence
from embodied.library.grades import VERIFIED, Grade, more_seeds
from embodied.library.scenes import examples_of
from embodied.loop.goal import understand
from embodied.loop.run import Run
from embodied.methods import WorldSpec
from embodied.skills import Skill
from embodied.teaching.amounts import aimed_at
from embodied.teaching.demonstration import Demonstration
from embodied.teaching.generalising import parameter_names
from embodied.teaching.lesson import Lesson, lesson_of_skill, used_names
from embodied.teaching.mending import look_into
from embodied.teaching.verbs import Said, verb
from embodied.teaching.writing import make, sentence_of
from embodied.writing.keeping import draft_folder

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

NAME = r"(?P<name>['\"]?[a-z][a-z0-9' \"-]{0,60})"

_WHAT_WAS_TAUGHT = (
    r"(?:(?:this|it|that)(?: (?:skill|one|motion|trick))?|what (?:you(?:'ve| have)? (?:just )?learned|"
    r"i (?:just )?"
    r"(?:showed|taught)(?: you)?))"
)


@verb(
    "call this",
    rf"(?:(?:let's )?call|name) (?:this|it|that)(?: (?:skill|one|motion|trick))? {NAME}"
    rf"|(?:keep|remember|save|store|learn) {_WHAT_WAS_TAUGHT} (?:as|under the name(?: of)?) "
    rf"{NAME.replace('name', 'other')}"
    rf"|(?:(?:this|that) (?:is|was) called|(?:we|i|i'll|i will|let us|let's) (?:call|name) (?:this|that|it)|"
    rf"give (?:this|that|it) the name(?: of)?|(?:its|the) name (?:is|shall be|should be)) "
    rf"{NAME.replace('name', 'third')}",
    example="call this tidy up",
    what="keep it under a name; it is proven on fresh seeds meanwhile",
)
def call_this(conversation: Conversation, said: Said) -> None:
    name = said["name"] or said["other"] or said["third"]
    if isinstance(conversation.demonstration, Demonstration):  # whoever names it has shown it
        conversation.take_line(f"done, call this {name}")
    else:
        call(conversation, name)


def call(conversation: Conversation, words: str, *, replacing: bool = False) -> None:
    """Name the lesson, keep it and have it proven."""
    if conversation.demonstration is not None:
        conversation.tell("You are still showing. Say 'done' first.")
        return
    lesson = conversation.known_lesson()
    name = slug(words)
    if not lesson.achieves:
        raise BadInput(
            "Nothing tells yet when it has worked, so it could not be proven.",
            remedy="Say it: 'so that the red cube is in the bowl'.",
        )
    exists = name in conversation.session.run.store.names
    if exists and name != lesson.name and not replacing:
        own = name not in conversation.session.run.store.seeds
        also = " Say 'yes' to make this its new version, or give another name." if own else ""
        text = f"There is a skill {name} already.{also or ' Give another name.'}"
        if own:
            again = lambda: call(conversation, name, replacing=True)  # noqa: E731
            conversation.ask_yes(text, again, "Then give another name: 'call this ...'.")
        else:
            conversation.tell(text)
        return
    before = _as_it_was(conversation, lesson) if lesson.name and lesson.name != name else None
    keep(conversation, replace(lesson, name=name))
    if before is not None:
        conversation.versions, conversation.corrections = [], []
        conversation.tell(f"  {before.name} stays as it was before that; it is another skill.")
        restore(conversation, before)


def _as_it_was(conversation: Conversation, lesson: Lesson) -> Lesson | None:
    """A skill before it was corrected in this talk; None if it was not. What came of it gets another name."""
    return next((one for one in conversation.versions if one.name == lesson.name), None)


def keep(conversation: Conversation, lesson: Lesson) -> None:
    """A version of the skill: written, type-checked, stored on trial, and given to the gate."""
    session = conversation.session
    skill = made(conversation, lesson)
    problems = session.submit(lambda run: _checked(run, skill)).result()
    if problems:
        raise BadSkill(f"The code that came of it is not sound: {problems}", remedy="Show it in other words.")
    example = example_for(skill, lesson, session.spec)
    added = session.run.store.add(
        skill, origin="taught", why=lesson.why or sentence_of(lesson), example=example, alike=True
    )
    if added.status == "known":
        _prefer_again(conversation, skill)
    seed = session.launch.world.settings.get("seed")
    if isinstance(seed, int):
        session.run.store.seen.add(seed, f"the teacher of {skill.name}")
    conversation.naming = ""
    session.run.journal.write("skill_taught", skill=skill.name, hash=skill.hash, status=added.status)
    conversation.lesson = lesson
    stands = ", ".join(lesson.names.values())
    conversation.tell(f"Kept: {skill.name}({stands}), version {skill.hash[:8]}: {sentence_of(lesson)}.")
    if added.twin:
        conversation.tell(f"  {added.twin} does, or did, the same; both names are known.")
    conversation.kept.append(skill.name)
    conversation.tell(f"  Proving it on {_counted(conversation.seeds)}; you can go on meanwhile.")
    prove(conversation, skill, conversation.seeds)


def _counted(seeds: int) -> str:
    return f"{seeds} fresh seed{'' if seeds == 1 else 's'}"


def _prefer_again(conversation: Conversation, skill: Skill) -> None:
    """A version that was taken back, and is taught once more, is in use again once it is proven."""
    store = conversation.session.run.store
    if any(one.in_use and one.hash != skill.hash for one in store.history(skill.name)):
        store.restore(skill.name, skill.hash)


def example_for(skill: Skill, lesson: Lesson, spec: WorldSpec) -> dict[str, Any]:
    """How a lesson was first used: what the gate tries it with."""
    example: dict[str, Any] = {
        "arguments": {parameter: thing for thing, parameter in lesson.names.items()},
        "expects": " and ".join(lesson.achieves),
    }
    with suppress(BadLibrary):  # nothing tells of other things to try it with
        if examples_of(skill, spec):
            example["derived"] = True  # the gate tries it with those, too
    return example


def made(conversation: Conversation, lesson: Lesson) -> Skill:
    session = conversation.session
    home = draft_folder(session.run.journal) / f"taught-{time.time_ns()}"
    return make(lesson, home, session.spec, session.run.library, session.run.store.world)


def restore(conversation: Conversation, lesson: Lesson) -> None:
    """Prefer the version that a lesson was kept as, if it was."""
    store = conversation.session.run.store
    before = made(conversation, lesson)
    if before.name not in store.names or all(one.hash != before.hash for one in store.history(before.name)):
        return
    grade = store.restore(before.name, before.hash)
    skill = store.get(before.name, before.hash)
    conversation.session.submit(lambda run: run.use(run.library.with_skill(skill))).result()
    conversation.tell(f"  {before.name} is version {before.hash[:8]} again, {grade.value}.")


def _checked(run: Run, skill: Skill) -> str:
    """Use the skill from now on in this session; what the type check finds."""
    before = run.library
    run.use(before.with_skill(skill))
    problems = run.executor.check(skill)
    if problems:
        run.use(before)
    return "; ".join(map(str, problems))


def prove(conversation: Conversation, skill: Skill, seeds: int) -> None:
    """Have a skill proven beside the conversation; a failure is looked into."""
    conversation.prover.prove(skill, seeds, lambda evidence, why: told(conversation, skill, evidence, why))


def told(conversation: Conversation, skill: Skill, evidence: Evidence | None, why: str) -> None:
    """What the gate came to; a failure is looked at once more, and asked about."""
    if evidence is None:
        conversation.tell(f"[{skill.name}] could not be proven: {why}")
        return
    grade = conversation.session.run.store.grade(skill.name, skill.hash).value
    current = _is_current(conversation, skill)
    about = skill.name if current else f"{skill.name}, version {skill.hash[:8]}, since changed or taken back"
    if evidence.stopped:
        more = f" 'practice {skill.name}' goes on." if current else ""
        conversation.tell(f"[{about}] stopped; {evidence.reason}.{more}")
        return
    conversation.tell(f"[{about}] {grade}: {evidence.reason}.")
    few = more_seeds(evidence.planned) if evidence.passed and grade == Grade.TRIAL.value else ""
    if few and current:
        spoken_name = skill.name.replace("-", " ")
        conversation.tell(f"  It is {few}: 'practice {spoken_name} {VERIFIED}' proves it.")
    if evidence.passed or not current:
        return
    failed = next((one for one in evidence.results if one.ran and not one.passed), None)
    if failed is not None:
        said = ", ".join(f"{key}={value}" for key, value in failed.arguments.items())
        conversation.tell(f"  Seed {failed.seed}, with {said}: {failed.reason}.")
        conversation.last_failure = {"result": failed, "skill": skill}
        conversation.prover.beside(
            lambda stop: look_into(conversation, skill, failed, stop),
            f"looking at seed {failed.seed} of {skill.name}",
        )


def _is_current(conversation: Conversation, skill: Skill) -> bool:
    """Whether the conversation uses a skill in this version, not in one that it has by now instead."""
    library = conversation.session.run.library
    return skill.name not in library or library.get(skill.name).hash == skill.hash


@verb(
    "so that",
    r"(?:so that|it achieves|afterwards|in the end) (?P<goal>.+)",
    example="so that the red cube is in the bowl",
    what="what must be so afterwards, where the facts did not tell",
)
def so_that(conversation: Conversation, said: Said) -> None:
    lesson = conversation.known_lesson()
    spec, library = conversation.session.spec, conversation.session.run.library
    goal = said_as_goal(said["goal"], conversation)
    achieves = tuple(part.strip() for part in str(goal.condition).split(" and "))
    if lesson.is_of_amounts:
        conversation.change(aimed_at(lesson, achieves, spec, library))
        conversation.tell(f"  Then: {sentence_of(conversation.known_lesson())}; {'; '.join(achieves)}.")
        conversation.tell("  Name it to keep it: 'call this tidy up'.")
        return
    things = frozenset(thing.name for thing in spec.vocabulary.things)
    names = parameter_names(tuple(used_names(lesson.parts, things)), achieves, spec, library)
    conversation.change(replace(lesson, achieves=achieves, names=names))
    conversation.tell(f"  Then: {'; '.join(achieves)}. Name it to keep it: 'call this tidy up'.")


def said_as_goal(text: str, conversation: Conversation) -> Goal:
    """ "the red cube is in the bowl" as the goal "put the red cube in the bowl"."""
    spec = conversation.session.spec
    tries = [
        text,
        re.sub(r"^(.*?) (?:is|are|lies?|stands?) ", r"put \1 ", text),
        re.sub(r"^(.*?) (?:is|are) (open|closed|pressed)$", _as_verb, text),
    ]
    unclear: BadGoal | None = None
    for one in reversed(tries):
        try:
            return understand(one, spec)
        except BadGoal as error:
            unclear = error
    assert unclear is not None
    raise unclear


def _as_verb(found: re.Match[str]) -> str:
    return f"{ {'open': 'open', 'closed': 'close', 'pressed': 'press'}[found[2]] } {found[1]}"


@verb(
    "correct",
    rf"(?:change|edit|improve|take up) {NAME}",
    example="change tidy up",
    what="speak of a skill that was taught before, to correct it",
)
def take_up(conversation: Conversation, said: Said) -> None:
    skill = conversation.session.run.library.get(slug(said["name"]))
    lesson = lesson_of_skill(skill)
    if lesson is None:
        raise BadInput(
            f"{skill.name} was not taught by showing, so I cannot edit it.", remedy="Show it anew."
        )
    conversation.learn(lesson)
    conversation.tell(f"{skill.name}: {sentence_of(lesson)}. What shall be otherwise?")


def slug(words: str) -> str:
    """ "tidy up" as a skill's name: "tidy-up". Raises BadInput."""
    name = re.sub(r"[^a-z0-9]+", "-", words.lower().strip("'\" ")).strip("-")[:64]
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise BadInput(
            f"{words!r} cannot be a skill's name.", remedy="Take plain words: 'call this tidy up'."
        )
    return name
