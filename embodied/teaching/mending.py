"""After a failed proof: film strip, timeline and a question, whose answer acts."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embodied.errors import BadInput, BadLibrary, EmbodiedError
from embodied.library.evidence import SeedResult
from embodied.library.rehearsing import Rehearsal
from embodied.skills import Skill
from embodied.teaching.film import Failure, look_again
from embodied.teaching.lesson import Lesson, lesson_of_skill
from embodied.teaching.variants import Variant, variants
from embodied.teaching.verbs import Said, meant, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

AGAIN = "see it again"
OFFERED = 3


def look_into(conversation: Conversation, skill: Skill, failed: SeedResult, stop: threading.Event) -> None:
    """Look at a failed case once more; tell what happened in it, and ask what to do about it."""
    session = conversation.session
    session.run.store.seen.add(failed.seed, f"the teacher of {skill.name}")
    conversation.tell(f"  Looking at seed {failed.seed} once more ...")
    try:
        gate = conversation.prover.gate(f"{skill.name}-again", stop, kind=Rehearsal)
        assert isinstance(gate, Rehearsal)
        folder = session.run.journal.path.parent / "failures"
        failure = look_again(gate, skill, failed, example_of(conversation, skill), folder)
    except (EmbodiedError, OSError) as none:
        conversation.tell(f"  It could not be looked at: {none}")
        return
    if stop.is_set():
        return
    conversation.last_failure = {"result": failed, "skill": skill, "failure": failure}
    tell = conversation.tell
    for line in failure.lines:
        tell(f"    {line}")
    if not failure.again:
        tell("    (this second run of it came to something else: it does not fail every time)")
    if failure.strip is not None:
        tell(f"  Film strip: {failure.strip}")
    if failure.timeline is not None:
        tell(f"  Timeline:   {failure.timeline}")
    _ask(conversation, skill, failure)


def _ask(conversation: Conversation, skill: Skill, failure: Failure) -> None:
    offered = offers(conversation, skill, failure)
    words = [*(one.words for one in offered), AGAIN]
    listed = ", ".join(f"({number}) {one}" for number, one in enumerate(words, 1))
    question = f"[{skill.name}] On seed {failure.seed} {failure.why}. Shall I {listed}?"
    if conversation.questions.answers() is not None or conversation.demonstration is not None:
        conversation.tell(question)  # what was asked before is answered first; the words do it at any time
        return

    def answered(text: str) -> bool:
        number = next((n for n, one in enumerate(words, 1) if text in (str(n), f"({n})", one)), 0)
        row = meant(text)
        if row is not None and row[0].name == "replay":
            number = len(words)
        if text in ("yes", "y", "yes please", "sure"):
            number = 1
        if text in ("no", "n", "never mind", "nothing"):
            conversation.tell("It stays as it is. A correction, or 'watch me', makes it otherwise.")
            return True
        if not number:
            return False
        if words[number - 1] == AGAIN:
            conversation.ask(question, answered)  # who has seen it still chooses what to do about it
        answer(conversation, words[number - 1])
        return True

    conversation.ask(question, answered)


def offers(conversation: Conversation, skill: Skill, failure: Failure | None = None) -> list[Variant]:
    """What could be done otherwise, the likeliest first: checking the grip only where something fell."""
    found = _ways(conversation, skill)
    if failure is not None and not failure.slipped:
        found.sort(key=lambda one: one.words == "check the grip")  # stable: the others stay in order
    return found[:OFFERED]


def _ways(conversation: Conversation, skill: Skill) -> list[Variant]:
    lesson = lesson_of_skill(skill)
    if lesson is None:
        return []
    found = variants(lesson, conversation.session.run.library)
    spoken_of = conversation.lesson is not None and conversation.lesson.name == lesson.name
    if spoken_of and conversation.versions and conversation.corrections:
        text = conversation.corrections[-1].text
        before = replace(conversation.versions[-1], name=lesson.name, why=f"without {text}")
        found.insert(0, Variant(f"take {text!r} back", before))
    return found


def answer(conversation: Conversation, words: str) -> None:
    """Do what the answer to the question asks for. Raises BadInput if it cannot be done."""
    failed = conversation.last_failure
    skill = failed["skill"]
    if words == AGAIN:
        film(conversation, skill, failed["result"])
        return
    lesson = lesson_of_skill(skill)
    chosen = next((one for one in _ways(conversation, skill) if one.words == words), None)
    if lesson is None or chosen is None:
        raise BadInput(f"{skill.name} cannot be done so: {words}.", remedy="Show it anew: 'watch me'.")
    take(conversation, lesson, chosen)


def take(conversation: Conversation, lesson: Lesson, variant: Variant) -> None:
    """The variant becomes the new version; `undo` takes it back."""
    from embodied.teaching.approving import keep

    conversation.spoken_of(lesson)
    conversation.change(variant.lesson)
    conversation.session.run.journal.write("corrected", text=variant.words, step=0)
    conversation.tell(f"Yes: {variant.words}.")
    keep(conversation, variant.lesson)


@verb(
    "mend",
    r"(?:yes[, ]+)?(?:please )?(?P<what>check the grip|come from above|grip deeper|go slower"
    r"|use [a-z -]+ instead(?: of [a-z -]+)?|use motions of its own|try [a-z -]+ instead)",
    example="check the grip",
    what="after a failed proof: what was offered ('replay' films the case)",
)
def mend(conversation: Conversation, said: Said) -> None:
    from embodied.teaching import changing

    if not conversation.last_failure:
        if not changing.heard(conversation, said["what"]):
            raise BadInput("Nothing has failed that this would mend.", remedy="'help' tells more.")
        return
    words = said["what"]
    if words.startswith("try "):
        wanted = words.removeprefix("try ").removesuffix(" instead")
        skill = conversation.last_failure["skill"]
        known = [one.words for one in offers(conversation, skill) if f" {wanted} " in f" {one.words} "]
        words = known[0] if known else words
    answer(conversation, words)


@verb(
    "replay",
    r"replay(?: it)?|(?:let me )?see it again|(?:show me|let me see) (?:that|the failing|the failed) "
    r"(?:seed|case|one)(?: again)?",
    example="replay",
    what="a film of the case that failed the gate",
    any_time=True,
)
def replay(conversation: Conversation, said: Said) -> None:
    failed = conversation.last_failure
    if not failed:
        conversation.tell("Nothing has failed the gate in this conversation.")
        return
    film(conversation, failed["skill"], failed["result"])


def film(conversation: Conversation, skill: Skill, failed: SeedResult) -> None:
    """Film the case beside the conversation, where this world can be filmed."""
    from embodied.plugins import load_world

    session = conversation.session
    offered = load_world(session.launch.world.kind).settings_schema["properties"]
    if "record" not in offered:
        failure = conversation.last_failure.get("failure")
        where = f" Its timeline: {failure.timeline}" if failure is not None else ""
        conversation.tell(f"This world cannot be filmed.{where}")
        return
    file = session.run.journal.path.parent / "failures" / f"{skill.name}-{failed.seed}.mp4"
    conversation.tell(f"Filming seed {failed.seed}, beside this.")

    def filmed(stop: threading.Event) -> None:
        try:
            gate = conversation.prover.gate(f"{skill.name}-film", stop, kind=Rehearsal, record=str(file))
            assert isinstance(gate, Rehearsal)
            gate.again(skill, failed, example_of(conversation, skill), pictures=False)
        except EmbodiedError as none:
            conversation.tell(f"It could not be filmed: {none}")
            return
        conversation.tell(f"[{skill.name}] The film of seed {failed.seed}: {file}")

    conversation.prover.beside(filmed, f"filming {skill.name}")


def example_of(conversation: Conversation, skill: Skill) -> Mapping[str, Any]:
    """How a version was first used, as the library keeps it; {} if it keeps nothing."""
    try:
        lines: Sequence[Any] = conversation.session.run.store.history(skill.name)
    except BadLibrary:
        return {}
    return next((dict(one.version.example) for one in lines if one.hash == skill.hash), {})
