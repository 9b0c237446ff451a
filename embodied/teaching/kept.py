"""What is kept: what was taught, in this conversation and in those before, and the skills there are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from embodied.errors import BadInput, BadLibrary, BadSkill, did_you_mean
from embodied.library.records import Check
from embodied.library.store import LibraryStore, VersionLine
from embodied.teaching.approving import slug
from embodied.teaching.lesson import lesson_of_skill
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.loop.run import Run
    from embodied.teaching.conversation import Conversation

TOLD: Final = 12
"""So many skills are told of; of more, how many there are."""


@verb(
    "history",
    r"history(?: of (?P<name>.+))?|(?:show (?:me )?)?(?:the|your) history|"
    r"what (?:have you learned|did you learn|did i teach you|have i taught you)(?: so far)?\??",
    example="history",
    what="what was taught and changed, with grades",
    any_time=True,
)
def history(conversation: Conversation, said: Said) -> None:
    name = slug(said["name"]) if said["name"] else conversation.lesson.name if conversation.lesson else ""
    if name:
        for line in conversation.session.run.store.history(name):
            when = time.strftime("%H:%M:%S", time.localtime(line.time)) if line.time else "-"
            mark = "*" if line.in_use else " "
            busy = conversation.prover.busy
            checks = ", ".join(_said_of(one, busy) for one in line.version.checks)
            conversation.tell(f" {mark} {line.hash[:8]} {when} {line.grade.value} {checks}  {line.why}")
        return
    if not conversation.lesson:
        conversation.tell("Nothing was taught yet in this conversation.")
    for number, lesson in enumerate([*conversation.versions, *filter(None, [conversation.lesson])], 1):
        conversation.tell(f"  {number}. {lesson.why or 'shown'}: {len(lesson.parts)} steps")
    if earlier := _taught(conversation):
        conversation.tell("Kept, and known from now on:")
        _tell_some(conversation, [_described(name, line) for name, line in earlier])
        conversation.tell(f"  'history of {_spoken(earlier[0][0])}' tells its versions.")


@verb(
    "skills",
    r"(?:(?:list|show|tell)(?: me)? )?(?:all )?(?:of )?(?:the |your |my )?skills(?: (?:you know|there are))?|"
    r"(?:what|which) (?:other )?skills (?:do you (?:have|know)|are there|can you do|have you(?: got| "
    r"learned)?|"
    r"(?:have i|did i|i(?:'ve| have)?) (?:taught|teach|shown?|given?)(?: you)?)(?: so far| now| "
    r"already)?[?.!]*"
    r"(?: (?:list|show|tell me|name) (?:them|all)(?: all| of them)?)?",
    example="list skills",
    what="the skills that there are, those that were taught first",
    any_time=True,
)
def skills(conversation: Conversation, said: Said) -> None:
    taught = _taught(conversation)
    names = {name for name, _ in taught}
    conversation.tell("Taught:" if taught else "Nothing was taught yet for this world.")
    _tell_some(conversation, [_described(name, line) for name, line in taught])
    others = [skill.name for skill in conversation.session.run.library if skill.name not in names]
    if others:
        conversation.tell(f"And those that came along, or were learned: {', '.join(sorted(others))}.")


@verb(
    "tell skill",
    r"(?:do you know )?what (?:does )?(?:[\"'](?P<quoted>[a-z][a-z0-9 -]{0,60})[\"']|"
    r"(?P<name>[a-z][a-z0-9 -]{0,60}?)) "
    r"(?:means?|does|is doing)\??|"
    r"(?:tell|explain)(?: (?:to )?me)? (?:about )?(?:the skill )?"
    r"(?P<shown>(?!(?:me|where|what|which|how|why|who|when|all|that|this|it|you|your|about|the|"
    r"to)\b)[a-z][a-z0-9-]{0,30})",
    example="what does tap mean?",
    what="the steps of a skill, or that there is none of that name",
    any_time=True,
    last=True,
)
def tell_skill(conversation: Conversation, said: Said) -> None:
    library = conversation.session.run.library
    name = slug(said["quoted"] or said["name"] or said["shown"])
    if name not in library:
        known = [skill.name for skill in library]
        raise BadInput(
            f"There is no skill {name!r}.", remedy=did_you_mean(name, known) or "'list skills' tells which."
        )
    skill = library.get(name)
    lesson = lesson_of_skill(skill)
    steps = [part.words for part in lesson.parts] if lesson is not None else []
    conversation.tell(f"{name}: {skill.description if not steps else '; '.join(steps)}.")
    conversation.tell(
        f"  It brings about {'; '.join(skill.achieves) or 'nothing that facts tell'}. '{_spoken(name)}' "
        f"does it."
    )


@verb(
    "save",
    r"save(?: (?:everything|all(?: of (?:it|that))?|it all|the session|my work))?|keep everything",
    example="save everything",
    what="says what is kept already, and what is not as long as it has no name",
    any_time=True,
)
def save(conversation: Conversation, said: Said) -> None:
    conversation.tell("Skills are kept when they are named, rules and places when they are said.")
    if conversation.demonstration is not None:
        conversation.tell("  What you show now is not: 'done' ends it, 'call this tidy up' keeps it.")
    elif conversation.lesson is not None and not conversation.lesson.name:
        conversation.tell("  What was done last has no name yet: 'call this tidy up' keeps it.")
    where_it_is_kept(conversation)


@verb(
    "delete",
    r"(?:delete|unlearn|retire|forget(?: about)?|(?:remove|drop)(?= the skill ))(?: the skill)? "
    r"(?P<name>(?!(?:it|that|all|this|about|what|you|everything|the last)\b|.*\brules?\b)"
    r"['\"]?[a-z][a-z0-9' \"-]{0,60})",
    example="delete tidy up",
    what="use a skill that was taught no more; its versions stay, and can be restored",
    any_time=True,
    last=True,
)
def delete(conversation: Conversation, said: Said) -> None:
    store, name = conversation.session.run.store, slug(said["name"])
    if name not in store.names or name in store.seeds:
        taught = [one for one, _ in _taught(conversation)]
        why = "came with the world" if name in store.seeds else "is no skill"
        hint = did_you_mean(name, taught) or f"Taught: {', '.join(taught) or 'nothing yet'}."
        raise BadInput(f"{name} {why}, so I cannot forget it.", remedy=hint)
    conversation.ask_yes(
        f"Shall I use {name} no more? Its versions stay. (yes, no)",
        lambda: _retired(conversation, name),
        f"{name} stays.",
    )


def _retired(conversation: Conversation, name: str) -> None:
    session = conversation.session
    if not conversation.free(name):  # the library changes between two things that are done: none waits for it
        return

    def dropped(run: Run) -> None:
        run.use(run.library.without(name))

    try:
        session.submit(dropped).result()
    except BadSkill as needed:
        raise BadInput(
            f"Another skill calls {name}: {needed.message}.", remedy="Delete that one first."
        ) from None
    session.run.store.retire(name, "a person wants it no more")
    if conversation.lesson is not None and conversation.lesson.name == name:
        conversation.lesson, conversation.versions = None, []
    again = f"embodied skills restore {name} --world {session.run.store.world}"
    conversation.tell(f"{name} is used no more. It can be had back:  {again}")


def where_it_is_kept(conversation: Conversation) -> None:
    """Where what was taught is, and how it is used again; nothing where nothing was taught."""
    store = conversation.session.run.store
    names = [one for one in dict.fromkeys(conversation.kept) if store.grade(one).value != "retired"]
    if not names:
        return
    kind = conversation.session.launch.world.kind
    conversation.tell(f"Kept in {store.folder}: {', '.join(names)}.")
    conversation.tell(
        f"  Again: `embodied teach {kind}`, then '{_spoken(names[-1])} ...'; goals of `embodied run` use it,"
        f" too. `embodied skills show {names[-1]} --world {store.world}` shows it."
    )


def _taught(conversation: Conversation) -> list[tuple[str, VersionLine]]:
    """Skills that were taught, in whatever conversation, newest first, in the version that is in use."""
    store = conversation.session.run.store
    found = []
    for name in store.names:
        if name in store.seeds:
            continue
        lines = [line for line in store.history(name) if _was_taught(store, name, line)]
        if lines:
            found.append((name, next((line for line in lines if line.in_use), lines[-1])))
    return sorted(found, key=lambda one: -one[1].time)


def _was_taught(store: LibraryStore, name: str, line: VersionLine) -> bool:
    """Here, or where it was exported from: its lesson came along."""
    if line.origin != "imported":
        return line.origin == "taught"
    try:
        return lesson_of_skill(store.get(name, line.hash)) is not None
    except (BadLibrary, BadSkill):  # its files were changed
        return False


def _described(name: str, line: VersionLine) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(line.time)) if line.time else "-"
    return f"{name}, {line.grade.value}, of {when}: {line.why}"


def _tell_some(conversation: Conversation, lines: list[str]) -> None:
    for line in lines[:TOLD]:
        conversation.tell(f"  {line}")
    if len(lines) > TOLD:
        conversation.tell(f"  and {len(lines) - TOLD} more")


def _spoken(name: str) -> str:
    return name.replace("-", " ")


def _said_of(check: Check, proving: bool) -> str:
    """ "3 of 3"; of a proof that has not come to its end, not what reads as failures."""
    if check.complete or check.failed:
        return f"{check.passed} of {len(check.seeds)}"
    state = "being proven" if proving else "proof was stopped"
    return f"({state}: {check.passed} of {len(check.seeds)} passed so far)" if check.passed else f"({state})"
