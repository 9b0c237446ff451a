"""The conversation: one line in, lines out. Long work goes on beside it, and can be corrected meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from embodied.chatting.speaker import who_speaks
from embodied.errors import BadGoal, BadInput, BadRule, EmbodiedError
from embodied.facts import Observation, observation_from_wire
from embodied.goals import Goal
from embodied.loop.goal import understand
from embodied.session import Session
from embodied.teaching import (  # noqa: F401 - they fill the table
    approving,
    asides,
    changing,
    completing,
    courtesy,
    driving,
    kept,
    paced,
    practising,
    put_back,
    questions,
    saying,
    showing,
)
from embodied.teaching.asked import NO, YES, Answers, Questions
from embodied.teaching.beyond import why_not
from embodied.teaching.correcting import Correction, corrections_of
from embodied.teaching.demonstration import Demonstration
from embodied.teaching.halting import after_shout
from embodied.teaching.hands import Hands
from embodied.teaching.lesson import Lesson, Part
from embodied.teaching.mistakes import told_mistake
from embodied.teaching.proving import Prover
from embodied.teaching.put_back import Whence
from embodied.teaching.put_right import as_meant, readable, wholly_used
from embodied.teaching.running import LessonRun, Pursuit
from embodied.teaching.spoken_of import SpokenOf
from embodied.teaching.understood import motions_of, plain, unknown_words
from embodied.teaching.verbs import meant, words_of_verbs

if TYPE_CHECKING:
    from embodied.teaching.listening import Listener
    from embodied.teaching.wording import Wording

GREETING: Final = "Say what you want, or 'watch me' to show it. 'help' tells what is understood."
SEEDS: Final = 3
PATIENCE_S: Final = 0.2


@dataclass
class Conversation(SpokenOf):
    """What was said and is meant now.

    Attributes:
        tell: gets every line that is said to who asked for it (`who_speaks`); from any thread.
        seeds: of the gate, when a skill is named.
        patient: lines that cannot be said meanwhile wait for what is going on (a script), rather than being
            refused (a person).
        whence: where things were before they were last taken up.
        questions: that are open, and of whom each was asked.
        listener: says freely worded sentences in the grammar; None: the documented patterns alone.
        yes: what the listener took a sentence for is done without asking.
        keyboard: the person's single keys, as long as it is open; None where only lines are heard.
        driven: keys move the hand now.
        left: what was stopped or failed, and "continue" takes up again.
        kept: the names of skills that were taught or changed, oldest first.
        naming: what is being done, or was left, is kept under this name once it is done; "" for none.
        learning: ends what is learned beside the conversation.
        on_end: is called when somebody has ended the conversation, in the thread that heard it.
        moved: the motions of the hand outside demonstrations, oldest first.
        stops: how often "stop" was said: what was said before one is not begun after it.
    """

    session: Session
    tell: Callable[[str], None]
    seeds: int = SEEDS
    patient: bool = False
    demonstration: Demonstration | None = None
    lesson: Lesson | None = None
    versions: list[Lesson] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    questions: Questions = field(default_factory=Questions)
    keyboard: Callable[[], AbstractContextManager[Iterator[str]]] | None = None
    listener: Listener | None = None
    yes: bool = False
    wording: Wording | None = None
    doing: LessonRun | Pursuit | None = None
    left: LessonRun | Goal | None = None
    finished: bool = False
    naming: str = ""
    kept: list[str] = field(default_factory=list)
    driven: bool = False
    on_end: Callable[[], None] = lambda: None
    learning: threading.Event | None = None
    turns: int = 0
    stops: int = 0
    moved: list[Part] = field(default_factory=list)
    whence: Whence = field(default_factory=Whence)
    last_failure: Mapping[str, Any] = field(default_factory=dict)
    _hands: Hands = field(default_factory=Hands)
    floor: threading.RLock = field(default_factory=threading.RLock)
    _speaker: int = 0
    _called_off: bool = False
    _facts: Mapping[str, Any] = field(default_factory=dict)
    _hurry: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.prover = Prover(self.session, self.tell)
        self.session.run.journal.subscribe(self._follow)
        if self.listener is not None:
            from embodied.teaching.wording import Wording

            self.wording = Wording(self, self.listener, yes=self.yes)
            self.tell = self.wording.tell

    def _follow(self, record: Mapping[str, Any]) -> None:
        if record["type"] == "observed":
            self._facts = record["facts"]
            self.whence.follow(self.session.spec.families, record)
        saying.follow(self, record)

    def look(self) -> Observation:
        """The facts of now; while the body is busy those that were last seen, so that nobody waits for it."""
        if self.busy and self._facts:
            return observation_from_wire(self.session.spec.families, {"facts": self._facts})
        return self.session.observe()

    # -- one line in ---------------------------------------------------------------------------------

    def hear(self, line: str) -> None:
        """Understand a line and do, or begin, what it asks for. Nothing that it says is raised."""
        text = plain(line)
        if not text or text.startswith("#"):
            return
        self.turns += 1
        self.questions.heard()
        who = {"who": who_speaks().name} if who_speaks().name else {}
        self.session.run.journal.write("heard", text=line.strip(), **who)
        if self.wording is not None:
            self.wording.note("person", line.strip())
        try:
            self.take_line(line)
        except EmbodiedError:
            raise
        except Exception as bug:  # noqa: BLE001 - the next line must be heard
            self.tell_mistake(bug, f"doing what {line.strip()!r} asks for")

    def take_line(self, line: str) -> None:
        """Do what a line asks for, whoever said it; one line at a time."""
        text = plain(line)
        row = meant(text)
        rest = after_shout(line)
        if rest is not None or (row is not None and row[0].name == "stop"):
            self.questions.drop_all()  # none waits for another line, of whoever that is
            doing = self.doing
            asides.halt(self)
            if doing is not None and self.left is not None:
                self.tell("  'continue' goes on with it.")
            if rest:
                self._after_stop(rest, doing)
            return
        self._take(text, line)

    def _after_stop(self, rest: str, doing: LessonRun | Pursuit | None) -> None:
        """What a line says after "stop": a correction is about what was being done."""
        self.wait()
        text = plain(rest)
        if not readable(self, rest):
            self.tell(f"  I do not understand the rest: {rest!r}.")
            return
        if doing is not None and corrections_of(text):
            self.spoken_of(doing.lesson)
        self._take(text, rest)

    def _take(self, text: str, line: str) -> None:
        with self.floor:
            before, self._speaker = self._speaker, threading.get_ident()
            self._called_off = bool(before) and self._called_off
            try:
                if not self._answered(text):
                    self._hear(*as_meant(self, text, line))
            except (BadGoal, BadRule) as unclear:
                if self.wording is None or not self.wording.take(text, unclear):
                    self.tell_wrong(unclear)
            except EmbodiedError as wrong:
                self.tell_wrong(wrong)
            finally:
                self._speaker = before

    def _hear(self, text: str, line: str) -> None:
        row = meant(text)
        if row is not None:
            if self.patient and row[0].name != "stop":  # a script's lines come one after the other
                self.wait()
            if row[0].any_time or self.free(text):
                row[0].do(self, row[1])
            return
        wholly_used(self, line)
        if self.busy and self.demonstration is not None and not self.patient:
            showing.heard_ahead(self, text)
            return
        if self.busy and (changing.heard(self, text) or saying.heard_instead(self, text, line)):
            return
        if not self.free(text):
            return
        if self.demonstration is not None:
            showing.heard(self, text)
        elif not (changing.heard(self, text) or self._jogged(text) or saying.heard_skill(self, text)):
            self._heard_goal(text, line)

    def _answered(self, text: str) -> bool:
        """Whether the line answers what its speaker was asked; a bare answer to what others were is none."""
        asked, void = self.questions.take((self.lesson, self.demonstration))
        if asked is not None:
            return asked(text)
        if text not in (*YES, *NO):
            return False
        others = self.questions.asked_of_others()
        if void:
            self.tell("What I asked you is changed by what was said since. Say anew what you want.")
        elif others:
            self.tell(f"I asked {' and '.join(others)}, not you.")
        return void or bool(others)

    def _jogged(self, text: str) -> bool:
        motions = motions_of(text, self.session.spec.vocabulary, before=self.moved)
        if motions is None:
            return False
        showing.jog(self, motions)
        return True

    def _heard_goal(self, text: str, line: str) -> None:
        try:
            meant = showing.without_it(text, self) if " it" in text else line.strip()
            goal = understand(meant, self.session.spec)
        except BadGoal as unclear:
            if corrections_of(text):
                raise BadInput(
                    "There is nothing yet that this would change.", remedy="First say or show what."
                ) from None
            self.not_understood(text, unclear)
            return
        saying.pursue(self, goal)

    def not_understood(self, text: str, unclear: EmbodiedError, *, final: bool = False) -> None:
        """Ask the listener; without one, or if that is final, say which words are strange, and what would
        be understood."""
        if not final and self.wording is not None and self.wording.take(text, unclear):
            return
        strange = unknown_words(text, self.session.spec.vocabulary, words_of_verbs())
        cannot = why_not(text)
        self.tell(f"I do not understand that: {cannot or unclear.message}")
        if strange:
            self.tell(f"  I have no use for: {', '.join(dict.fromkeys(strange))}.")
        if unclear.remedy and not cannot:
            self.tell(f"  {unclear.remedy}")
        self.tell("  'help' tells the patterns; 'watch me' lets you show it.")

    # -- long work -------------------------------------------------------------------------------------

    @property
    def busy(self) -> str:
        """What is being done with the body; "" if nothing."""
        return self._hands.busy

    def free(self, text: str) -> bool:
        """Whether the body can be given something to do; a script waits until it can."""
        if not self.busy:
            return True
        if self.patient:
            self.wait()
            return True
        self.tell(f"I am still busy: {self.busy}. Say 'stop' first, or a correction; or wait.")
        return False

    def work(self, what: str, do: Callable[[], None]) -> None:
        """Do something with the body, beside the conversation."""
        if self._is_open():
            self._hands.do(what, self._guarded(what, do))

    def after(self, said: str, do: Callable[[], None]) -> None:
        """Do what was said while the body was busy as soon as it is not; `drop_ahead` prevents it."""
        if self._is_open():
            self._hands.do_after(said, self._guarded(said, do))

    def _is_open(self) -> bool:
        """Whether what its speaker says may be begun: a stop that came while it was understood is told."""
        if self._called_off and self._speaker == threading.get_ident():
            self.doing = None
            self.tell("Not begun: it was stopped while I understood it.")
            return False
        return True

    def drop_ahead(self) -> None:
        """What was said ahead is not done: what it was to come after failed, or was stopped."""
        if dropped := self._hands.drop_ahead():
            self.tell(f"  Not done then: {', '.join(repr(said) for said in dropped)}.")

    def _guarded(self, what: str, do: Callable[[], None]) -> Callable[[], None]:
        doing = self.doing

        def guarded() -> None:
            try:
                do()
                return
            except EmbodiedError as wrong:
                self.tell_wrong(wrong)
            except Exception as bug:  # noqa: BLE001 - it would die with this thread, in silence
                self.tell_mistake(bug, what)
            self.drop_ahead()
            if self.doing is doing:
                self.doing = None

        return guarded

    def wait(self) -> None:
        """Until the body has nothing more to do."""
        self._hands.wait()

    def settle(self) -> None:
        """Until the body has nothing more to do and nothing is being proven, or it is said to stop."""
        self._hurry.clear()
        self.wait()
        while not self._hurry.is_set() and self.prover.busy:
            self.prover.wait(PATIENCE_S)

    def stop(self, why: str = "stopped by the person") -> bool:
        """Bring the body to rest; False if it was."""
        self.stops += 1
        self._hurry.set()
        self.drop_ahead()
        busy, doing = self.busy, self.doing
        elsewhere = self._speaker not in (0, threading.get_ident())
        self._called_off |= elsewhere  # what a line that is being understood would begin is not begun
        wording = self.wording
        dropped = wording is not None and not wording.speaking and wording.cancel()
        if isinstance(doing, Pursuit):
            doing.stopped = True
            self.left = doing.goal if busy else self.left
        if isinstance(doing, LessonRun):
            self.left = doing
            doing.stop(why)
        elif busy or self.driven:
            self.session.interrupt(why)
        return bool(busy) or dropped or elsewhere

    def end(self) -> None:
        """Nothing more is heard; the world ends with `close`."""
        self.finished = True
        self.on_end()

    def close(self) -> None:
        """End what is going on; the session stays the caller's to close."""
        self.finished = True
        self.stop("the conversation ends")
        if self.learning is not None:
            self.learning.set()
        self.prover.close()
        if self.wording is not None:
            self.wording.close()
        self._hands.close()

    # -- saying ------------------------------------------------------------------------------------------

    def tell_wrong(self, wrong: EmbodiedError) -> None:
        self.tell(wrong.message)
        if wrong.remedy:
            self.tell(f"  {wrong.remedy}")

    def tell_mistake(self, bug: Exception, doing: str) -> None:
        told_mistake(self.session, self.tell, bug, doing)

    def ask(self, question: str, answers: Answers) -> None:
        """Ask who speaks; `answers` hears their next line and says whether that was an answer."""
        self.questions.ask(answers, (self.lesson, self.demonstration))
        self.tell(question)

    def ask_yes(self, question: str, then: Callable[[], None], otherwise: str) -> None:
        """A question to be answered with yes or no; another line is taken as what it says."""

        def answered(text: str) -> bool:
            if text in YES:
                then()
            elif text in NO:
                self.tell(otherwise)
            else:
                return False
            return True

        self.ask(question, answered)
