"""A freely worded sentence, said again in the documented grammar by a model, which does nothing itself."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from embodied.budget import Budget
from embodied.errors import BadInput, EmbodiedError, did_you_mean
from embodied.facts import Observation
from embodied.models import Message, ModelClient
from embodied.models.cassette import cassette_asked_for
from embodied.models.client import connect, role_of
from embodied.models.endpoint import find_endpoint, is_configured
from embodied.models.settings import Model
from embodied.models.usage import Usage
from embodied.plain_text import plain, plain_line
from embodied.planning.briefing import aside_of, notes_of
from embodied.planning.unclear import names_text
from embodied.primitives import JsonSchema
from embodied.prompts import render, render_parts
from embodied.render import render_observation
from embodied.rules import patterns_for
from embodied.session import Session
from embodied.skills import SkillLibrary
from embodied.teaching.performing import NEEDED
from embodied.teaching.shapes import goal_patterns
from embodied.teaching.verbs import VERBS

PART: Final = "listener"
MODES: Final = ("auto", "off")
MOST_SENTENCES: Final = 6
LONGEST: Final = 300
"""Of a sentence, and of what is quoted of a turn [characters]."""
MOST_SKILLS: Final = 40
CORRECTIONS: Final = 1
"""So often is an answer that does not parse sent back, with what is wrong."""

SCHEMA: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "sentences": {"type": "array", "items": {"type": "string"}},
        "question": {"type": "string"},
        "cannot": {"type": "string"},
    },
    "required": ["sentences", "question", "cannot"],
    "additionalProperties": False,
}

_MOTIONS: Final = """Motions of the hand, when the person tells motions (in a demonstration, or alone);
several are joined with "and", "then" and commas:

- `move above the red cube`, `down to the red cube`, `down 5 cm`, `left 20 mm`, `a bit forward`, `up 10 cm`
- `down until it touches`, `turn 45 degrees right`, `close`, `open`, `go home`"""


@dataclass(frozen=True)
class Meant:
    """What a model took a sentence for: sentences of the grammar, a question back, or why not."""

    sentences: tuple[str, ...] = ()
    question: str = ""
    cannot: str = ""


@dataclass(frozen=True)
class Told:
    """What a sentence is told with.

    Attributes:
        problem: what the parser said of it.
        state: what goes on, in sentences.
        turns: (who, line), oldest first.
        library: whose skills can be named.
        seen: the facts of now.
    """

    sentence: str
    problem: str
    state: str
    turns: Sequence[tuple[str, str]]
    library: SkillLibrary
    seen: Observation


class NotRendered(EmbodiedError):
    """A model gave nothing that the grammar reads."""


class Listener:
    """Asks the model of a session's launch, within one budget with all else that the run asks.

    One question at a time; `cancel`, from any thread, ends the one that is being asked.
    """

    def __init__(self, session: Session, client: ModelClient | None = None) -> None:
        self.session = session
        self.model: Model = session.launch.model
        self.name = self.model.role(PART).name
        self._given = client
        self._client: ModelClient | None = client
        self._stop = threading.Event()

    @property
    def used(self) -> Usage:
        """What the run has asked for so far."""
        return self.session.run.budget.used

    def ask(self, told: Told, wrong: Callable[[str], str]) -> Meant:
        """Say a sentence in the grammar.

        Args:
            wrong: why the parser does not read a sentence; "" if it does.

        Raises:
            NotRendered: asked twice, it gave nothing that can be read.
            BudgetSpent, ModelError: as `ModelClient.ask`.
        """
        messages = listener_messages(told, self.session)
        talk, problems = list(messages), ""
        for _ in range(CORRECTIONS + 1):
            answer = self._connected().ask(PART, talk, schema=SCHEMA)[0]
            meant = _read(answer.data)
            problems = _problems(meant, wrong)
            if not problems:
                return meant
            talk = [
                *messages,
                Message("assistant", answer.text),
                Message("user", render("correction", problems=problems)),
            ]
        raise NotRendered("The model's sentences are none that I read either.", remedy=problems)

    def cancel(self) -> None:
        """End the question that is being asked: it raises ModelInterrupted."""
        self._stop.set()

    def close(self) -> None:
        self.cancel()
        self._dropped()

    def _connected(self) -> ModelClient:
        if self._given is not None:
            return self._given
        if self._client is None or self._stop.is_set():
            self._dropped()
            self._stop = threading.Event()
            endless = replace(self.session.launch.limits, minutes=float("inf"))
            self._budget = Budget(endless, model=self.model)
            self._client = connect(self.model, self._budget, self._write, stop=self._stop)
        self._budget.used = self.session.run.budget.used
        return self._client

    def _write(self, kind: str, /, **fields: Any) -> Any:
        """Into the run's journal, and on the run's account: one cap for all that it asks."""
        if kind in ("model_call", "model_tried"):
            self.session.run.budget.count(fields)
        return self.session.run.journal.write(kind, **fields)

    def _dropped(self) -> None:
        close = getattr(self._client, "close", None)
        if close is not None and self._given is None:
            close()
            self._client = None


def can_listen(model: Model, mode: str = "auto") -> bool:
    """Whether a model takes freely worded sentences; asks nobody. False with "off", or with none configured.

    Raises:
        BadInput: there is no such mode, or the model's address is none.
        ModelError: a model is configured, and cannot be asked (no usable key).
    """
    if mode not in MODES:
        hint = did_you_mean(mode, MODES)
        raise BadInput(
            f"There is no --model {mode!r}.", remedy=f"{hint} There are: {', '.join(MODES)}.".strip()
        )
    if mode == "off" or not model.role(PART).name or not (_played() or is_configured(model)):
        return False
    place_of(model)
    return True


def place_of(model: Model) -> str:
    """Where sentences go, for a person. Raises BadInput, ModelError: they cannot."""
    name = role_of(model, PART).name
    return f"{name}, from a cassette" if _played() else f"{name} at {find_endpoint(model).base_url}"


def listener_of(session: Session, mode: str = "auto") -> Listener | None:
    """Whoever says freely worded sentences in the grammar; None as `can_listen` says, and raises likewise."""
    return Listener(session) if can_listen(session.launch.model, mode) else None


def _played() -> bool:
    cassette = cassette_asked_for()
    return cassette is not None and cassette[0] == "replay"


# -- the prompt -----------------------------------------------------------------------------------------


def listener_messages(told: Told, session: Session) -> list[Message]:
    """Everything that is needed to say a sentence in the grammar."""
    spec = session.spec
    has_hand = set(session.run.world.spec.primitives) >= NEEDED
    parts = render_parts(
        "listener",
        most=str(MOST_SENTENCES),
        goals=goal_patterns(spec.vocabulary),
        examples=", ".join(f"`{one}`" for one in spec.vocabulary.examples),
        skills=_skills_text(told.library),
        verbs="\n".join(f"- `{row.example}`: {row.what}" for row in VERBS),
        motions=_MOTIONS if has_hand else "This body has no hand that could be moved: there are no motions.",
        rules="\n".join(f"- `{one}`" for one in patterns_for(spec)) or "(none in this world)",
        kind=spec.name,
        notes=notes_of(spec) or "(no notes)",
        state=_data(told.state),
        things=plain_line(names_text(told.sentence, spec.vocabulary), 8000).replace(" - ", "\n- "),
        facts=_data(render_observation(told.seen, aside=aside_of(spec))),
        turns="\n".join(f"- {who}: {quoted(line)}" for who, line in told.turns) or "(none)",
        sentence=quoted(told.sentence),
        problem=quoted(told.problem),
    )
    return [Message(role, text) for role, text in parts]


def quoted(text: str) -> str:
    """One line of text as a JSON string, so that nothing in it looks like a part of the prompt."""
    return json.dumps(plain_line(text, LONGEST), ensure_ascii=False)


def _data(text: str) -> str:
    """Lines of data, none of which can begin a part of the prompt."""
    return "\n".join(f"| {plain_line(line, 4000)}" for line in text.splitlines())


def _skills_text(library: SkillLibrary) -> str:
    lines = []
    for skill in list(library)[:MOST_SKILLS]:
        if skill.achieves:
            named = " ".join(f"the {one.name.upper()}" for one in skill.parameters)
            does = quoted(" ".join(skill.description.split()))
            lines.append(f"- `do {skill.name.replace('-', ' ')} {named}`: {does}")
    return "\n".join(lines) or "(none)"


# -- the answer -----------------------------------------------------------------------------------------


def _read(data: Mapping[str, Any]) -> Meant:
    said = plain(data)
    sentences = tuple(text for one in said["sentences"] if (text := re.sub(r"^[-`\s]+|[`\s]+$", "", one)))
    return Meant(sentences, said["question"].strip(), said["cannot"].strip())


def _problems(meant: Meant, wrong: Callable[[str], str]) -> str:
    """What keeps an answer from being used, a line each; "" if nothing."""
    filled = [bool(meant.sentences), bool(meant.question), bool(meant.cannot)]
    if sum(filled) != 1:
        return "- fill exactly one of `sentences`, `question` and `cannot`"
    if len(meant.sentences) > MOST_SENTENCES:
        return f"- at most {MOST_SENTENCES} sentences are taken"
    found = []
    for sentence in meant.sentences:
        why = f"it is longer than {LONGEST} characters" if len(sentence) > LONGEST else wrong(sentence)
        if why:
            found.append(f"- the parser does not read {quoted(sentence)}: {plain_line(why, 600)}")
    return "\n".join(found)
