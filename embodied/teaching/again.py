"""The same again: "once more", "do that three more times", "press the button twice"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from embodied.english import NUMBERS
from embodied.errors import BadGoal, BadInput
from embodied.goals import Goal
from embodied.goals.exclusions import facts_of
from embodied.loop.goal import understand
from embodied.methods import WorldSpec
from embodied.skills import SkillLibrary
from embodied.teaching.demonstration import Demonstration
from embodied.teaching.lesson import Lesson, Part
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

MOST: Final = 10
_COUNTED: Final = rf"\d+|{'|'.join(NUMBERS)}"
_TIMES: Final = (
    rf"(?P<times>once|twice|thrice|(?:{_COUNTED}|a couple of|a few)(?: more)? times?|another time)(?: more)?"
)
_IT: Final = r"(?:it|that|this|the same(?: thing)?)"


@verb(
    "again",
    rf"(?:now )?(?:again|once again|and again|same again|encore|repeat(?: {_IT})?|(?:do|try) {_IT} again|"
    rf"(?:(?:do|repeat) {_IT}|again)(?: again)?,? {_TIMES})",
    example="do that again",
    what="once more what was done last; 'do that two more times'; of a step that is shown, 'do that three "
    "times' is three times in all",
)
def again(conversation: Conversation, said: Said) -> None:
    from embodied.teaching.changing import run_lesson

    times = number_of(said["times"] or "once")
    if isinstance(conversation.demonstration, Demonstration):
        more = said["times"] is None or re.search(r"\b(?:more|again|repeat|another)\b", said.string)
        _shown_again(conversation, conversation.demonstration, times if more else times - 1)
        return
    lesson = conversation.known_lesson()
    if times > 1:  # so often it is another thing than the skill of that name
        lesson = replace(lesson, parts=lesson.parts * times, name="")
    conversation.naming = ""
    run_lesson(conversation, lesson, keeps=False)


def _shown_again(conversation: Conversation, shown: Demonstration, more: int) -> None:
    """The last step that was shown, so many times more; each is recorded."""
    from embodied.teaching.showing import show_again

    if not shown.steps:
        raise BadInput("Nothing was shown yet that could be done again.")
    part = shown.steps[-1].part
    conversation.tell(f"{part.words}: {more} more.")
    show_again(conversation, shown, part, more)


@verb(
    "so many times",
    r"(?P<goal>(?:press|push|tap|hit|click|poke) [a-z ]+?) " + _TIMES.replace("(?P<times>", "(?P<often>"),
    example="press the button twice",
    what="so many times, one after the other",
)
def so_many_times(conversation: Conversation, said: Said) -> None:
    from embodied.teaching.changing import run_lesson

    run = conversation.session.run
    step = step_for(said["goal"], conversation.session.spec, run.library)
    parts = (step,) * number_of(said["often"])
    conversation.naming = ""
    run_lesson(conversation, Lesson(parts, why=said.string), first="hand_empty")


def number_of(words: str) -> int:
    """ "three times" as 3. Raises BadInput for too many."""
    first = words.split()[0]
    known = {"once": 1, "another": 1, "twice": 2, "thrice": 3, "a": 3 if "few" in words else 2}
    number = int(first) if first.isdigit() else known.get(first, NUMBERS.get(first, 0))
    if not 0 < number <= MOST:
        raise BadInput(f"{words!r} is more often than I do at a word.", remedy=f"At most {MOST} times.")
    return number


def step_for(words: str, spec: WorldSpec, library: SkillLibrary) -> Part:
    """The one skill that brings a goal about by itself. Raises BadGoal if there is none."""
    goal: Goal = understand(words, spec)
    facts = list(facts_of(goal.condition))
    for skill in library:
        pattern = re.fullmatch(r"(\w+)\[\{(\w+)\}\]", ";".join(skill.achieves))
        if len(facts) == 1 and pattern is not None and pattern[1] == facts[0].family:
            return Part("use", skill=skill.name, arguments={pattern[2]: facts[0].keys[0]})
    raise BadGoal(f"Only what one skill does can be said to be done so often, and {words!r} is none.")
