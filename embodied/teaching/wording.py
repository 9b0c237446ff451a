"""Freely worded sentences in a conversation: a model says them in the grammar, then they are heard.

A question to a model never keeps the conversation from hearing: it is asked beside it, "stop" ends it, and a
script alone waits for it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from embodied.chatting.speaker import carried
from embodied.deploying.fitness import is_there
from embodied.errors import (
    BadInput,
    BudgetSpent,
    EmbodiedError,
    ModelError,
    ModelInterrupted,
    NoKey,
    WrongKey,
)
from embodied.models.usage import Usage
from embodied.teaching.demonstration import told as shown_so_far
from embodied.teaching.lesson import spoken
from embodied.teaching.listening import LONGEST, Listener, Meant, Told
from embodied.teaching.performing import held
from embodied.teaching.reading import Ground, Reading, reading_of
from embodied.teaching.understood import plain
from embodied.teaching.verbs import meant

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

TURNS: Final = 24
"""Lines of the conversation that a model is told."""
WAITING: Final = 3
"""Sentences that may wait for the model at the same time."""
AT_ONCE: Final = frozenset(
    {"stop", "wait", "history", "explain", "help", "show code", "watch me", "done", "replay", "so that"}
    | {"instruct", "call this", "question", "cost"}
)
"""Verbs that are done without asking where a model took a sentence for them; all others are confirmed."""


class Wording:
    """A conversation's ear for sentences that the grammar does not know.

    Args:
        yes: what a model took a sentence for is done without asking, lasting things too. An arm that is
            there is never moved without asking.

    Attributes:
        tell_beside: says what is not worth remembering.
        silent: the model cannot be asked any more.
    """

    def __init__(self, conversation: Conversation, listener: Listener, *, yes: bool = False) -> None:
        self.conversation, self.listener = conversation, listener
        self.yes = yes
        self.tell_beside = conversation.tell
        self.real = is_there(conversation.session.launch)
        self.turns: deque[tuple[str, str]] = deque(maxlen=TURNS)
        self._ears = ThreadPoolExecutor(1, "ears")
        self._waiting: list[Future[None]] = []
        self._rendering = threading.local()
        self._asked = ""
        self._given_up = 0
        self.silent = False
        self._failed = False
        conversation.session.run.journal.subscribe(self._follow)

    # -- what is heard and said ------------------------------------------------------------------------

    def note(self, who: str, line: str) -> None:
        """Keep a line, for a model that must know what was spoken of."""
        if not line.startswith("["):  # what the gate tells, whenever it comes
            self.turns.append((who, line))

    def tell(self, line: str) -> None:
        """Say a line to the person, and keep it."""
        self.note("robot", line)
        self.tell_beside(line)

    @property
    def speaking(self) -> bool:
        """Whether this thread is saying a model's sentences now: they go to no model again."""
        return bool(getattr(self._rendering, "now", False))

    def _follow(self, record: Mapping[str, Any]) -> None:
        if record["type"] == "answered":
            self._failed = record["verdict"] != "PASSED"

    # -- a sentence that the grammar does not know -----------------------------------------------------

    def take(self, line: str, unclear: EmbodiedError) -> bool:
        """Have a sentence said in the grammar, and done; False if that is not to be tried."""
        if self.speaking or self.silent:
            return False
        self._waiting = [one for one in self._waiting if not one.done()]
        if len(self._waiting) >= WAITING:
            self.conversation.tell("I am still thinking about what you said before.")
            return True
        self.tell_beside(f"  (asking {self.listener.name} what that means)")
        if self.conversation.patient:
            self._take(line, unclear)
        else:
            self._beside(lambda: self._take(line, unclear), f"understanding {line!r}")
        return True

    def _beside(self, do: Callable[[], None], doing: str) -> None:
        """In the thread for what a model says, for who speaks now."""

        def guarded() -> None:
            try:
                do()
            except EmbodiedError as wrong:
                self.conversation.tell_wrong(wrong)
            except Exception as bug:  # noqa: BLE001 - it would end there, in silence
                self.conversation.tell_mistake(bug, doing)

        self._waiting.append(self._ears.submit(carried(guarded)))

    def cancel(self) -> bool:
        """Drop what the model is being asked, and what is left to do of what it said; False if nothing is."""
        self._given_up += 1
        busy = any(not one.done() for one in self._waiting)
        self.listener.cancel()
        for one in self._waiting:
            one.cancel()
        return busy

    def settle(self) -> None:
        """Until nothing is being asked."""
        for one in tuple(self._waiting):
            if not one.cancelled():
                one.result()

    def close(self) -> None:
        self.cancel()
        self._ears.shutdown(wait=True, cancel_futures=True)
        self.listener.close()

    def _take(self, line: str, unclear: EmbodiedError) -> None:
        given_up, before = self._given_up, self.listener.used
        try:
            meant_by_it = self.listener.ask(self._told(line, unclear), self._wrong)
        except ModelInterrupted:
            self.conversation.tell("Never mind, then.")
            return
        except (ModelError, BudgetSpent, BadInput) as fault:
            self._unasked(line, unclear, fault)
            return
        except EmbodiedError as useless:
            self.conversation.not_understood(line, unclear, final=True)
            self.conversation.tell(f"  {useless.message}")
            return
        finally:
            self._tell_cost(before)
        if given_up == self._given_up and not self.conversation.finished:
            self._heard(meant_by_it, line)

    def _unasked(self, line: str, unclear: EmbodiedError, fault: EmbodiedError) -> None:
        """The model could not be asked: as without one, and why."""
        self.conversation.not_understood(line, unclear, final=True)
        self.conversation.tell(f"  The model could not be asked: {fault.message}")
        if isinstance(fault, BudgetSpent):
            self.conversation.tell(f"  A later conversation may spend more: {fault.more}.")
        elif fault.remedy:
            self.conversation.tell(f"  {fault.remedy}")
        if isinstance(fault, (BudgetSpent, NoKey, WrongKey)):
            self.conversation.tell("  From now on I go by the patterns alone.")
            self.silent = True

    def _tell_cost(self, before: Usage) -> None:
        now, cap = self.listener.used, self.listener.model
        if now == before:
            return
        price = f", {now.cost - before.cost:.2g} of at most {cap.money:g}" if cap.priced else ""
        calls = f"{now.calls} of at most {cap.calls} calls"
        self.tell_beside(f"  ({now.tokens - before.tokens} tokens{price}; {calls})")

    # -- what it came to -------------------------------------------------------------------------------

    def _heard(self, said: Meant, line: str) -> None:
        talk = self.conversation
        talk.session.run.journal.write(
            "reworded", text=line, sentences=list(said.sentences), question=said.question, cannot=said.cannot
        )
        if said.cannot:
            talk.tell(said.cannot)
            return
        if said.question:
            self._asked = said.question
            with talk.floor:
                talk.ask(said.question, self._answered)
            return
        talk.tell(f"I take that as: {'; '.join(said.sentences)}")
        if all(self._at_once(self._reading(sentence)) for sentence in said.sentences):
            self._say(said.sentences)
            return
        with talk.floor:
            talk.ask_yes(
                "Is it meant so? (yes, no)",
                lambda: self._confirmed(said.sentences),
                "Then say it otherwise.",
            )

    def _answered(self, text: str) -> bool:
        """The answer to a model's question goes to the model, unless it is a line of its own."""
        row = meant(text)
        if row is not None or self.conversation.busy:
            return False
        self.take(text, BadInput(f"It answers your question {self._asked!r}."))
        return True

    def _confirmed(self, sentences: Sequence[str]) -> None:
        if self.conversation.patient:
            self._say(sentences)
        else:
            self._beside(lambda: self._say(sentences), f"doing {'; '.join(sentences)!r}")

    def _at_once(self, reading: Reading) -> bool:
        if reading.what == "correction":
            return not (self.real and reading.anew)
        if reading.verb == "stop":
            return True
        moves = reading.what in ("goal", "motions", "skill") or reading.verb == "instruct"
        if self.real and moves:
            return False
        return self.yes or moves or reading.what == "question" or reading.verb in AT_ONCE

    def _say(self, sentences: Sequence[str]) -> None:
        """Say sentences to the conversation, one after the other has ended; a failure ends the rest."""
        talk, given_up = self.conversation, self._given_up
        self._failed = False
        for number, sentence in enumerate(sentences):
            if number:
                talk.wait()
            if given_up != self._given_up or talk.finished:
                return
            if self._failed:
                talk.tell(f"  I leave out the rest: {'; '.join(sentences[number:])}")
                return
            if plain(sentence) == "wait":
                talk.settle()
                continue
            with self._said_by_the_model():
                talk.take_line(sentence)

    @contextmanager
    def _said_by_the_model(self) -> Iterator[None]:
        self._rendering.now = True
        try:
            yield
        finally:
            self._rendering.now = False

    # -- what a model is told --------------------------------------------------------------------------

    def _told(self, line: str, unclear: EmbodiedError) -> Told:
        talk = self.conversation
        problem = f"{unclear.message} {unclear.remedy}".strip()[:LONGEST]
        seen = talk.look()
        state = "\n".join(self._state(held(seen)))
        return Told(line.strip(), problem, state, list(self.turns)[:-1], talk.session.run.library, seen)

    def _state(self, holding: str) -> Iterator[str]:
        talk = self.conversation
        yield f"The robot is busy: {spoken(talk.busy)}." if talk.busy else "The robot is at rest."
        if holding:
            yield f"It holds the {spoken(holding)}."
        if talk.demonstration is not None:
            steps = shown_so_far(talk.demonstration.steps) or "nothing yet"
            yield f"The person is giving a demonstration (motions and goals, then `done`); shown: {steps}."
        if talk.lesson is not None:
            name = (
                f"the skill {talk.lesson.name}"
                if talk.lesson.name
                else "what was last done or shown, unnamed"
            )
            steps = "; ".join(part.words for part in talk.lesson.parts)
            yield f"Corrections and names are about {name}: {steps}."
        undone = self._undone()
        yield f"`undo` would take back: {undone}." if undone else "There is nothing for `undo` to take back."
        rules = "; ".join(f"{number}. {rule.text}" for number, rule in enumerate(talk.session.rules, 1))
        yield f"Rules in force: {rules}." if rules else "There are no rules in force."

    def _undone(self) -> str:
        """What `undo` would take back now; "" for nothing."""
        talk = self.conversation
        if talk.demonstration is not None:
            steps = talk.demonstration.steps
            return f"the last step shown, {steps[-1].part.words}" if steps else ""
        if not talk.versions:
            return ""
        return talk.lesson.why if talk.lesson is not None and talk.lesson.why else "the last change"

    def _reading(self, sentence: str) -> Reading:
        talk = self.conversation
        store, shown = talk.session.run.store, talk.demonstration
        it = shown.reference if shown is not None else ""
        ground = Ground(talk.session.spec, talk.session.run.library, store.seeds, shown is not None, it)
        return reading_of(sentence, ground)

    def _wrong(self, sentence: str) -> str:
        try:
            self._reading(sentence)
        except EmbodiedError as unclear:
            return f"{unclear.message} {unclear.remedy}".strip()
        return ""
