"""Refine: what code cannot do well is learned, by `embodied refine` in a process of its own beside this."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from embodied.chatting.speaker import carried
from embodied.errors import BadInput
from embodied.plain_text import plain_line
from embodied.skills import Skill
from embodied.teaching.lesson import Lesson
from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation

MINUTES: Final = 10.0
POLL_S: Final = 0.5
GRACE_S: Final = 60.0
LEAVING_S: Final = 10.0
"""It may take so long to keep what it has; less where the person leaves, as it can be resumed."""
EVERY_S: Final = 15.0
"""So often it is told, at most, how a candidate does [s]."""
WIDTH: Final = 150
_TIMED: Final = re.compile(r"(?P<at>\d+:\d\d(?::\d\d)?)  (?P<what>.+)")
_CHECKPOINT: Final = re.compile(r"candidate \d+, step \d+:")
_SETTINGS: Final = ("scene", "engine")


@dataclass(frozen=True)
class Refining:
    """What is to be learned.

    Attributes:
        condition: when it is done.
        skill: a call of the skill to begin with: "tidy-up(cube=red_cube, bowl=bowl)".
        words: what a person wants of the manner: "smoother"; "" for nothing.
    """

    condition: str
    skill: str
    words: str

    def command(self, launch: Any, minutes: float) -> list[str]:
        """The arguments of `embodied`."""
        settings = launch.world.settings
        given = [f"world.{key}={settings[key]}" for key in _SETTINGS if settings.get(key)]
        name = launch.origin if str(launch.origin).endswith(".toml") else launch.world.kind
        more = [one for text in given for one in ("--set", text)]
        told = ["--feedback", self.words] if self.words else []
        return [
            "refine", name, *more, "--task", self.condition, "--success", self.condition,
            "--from", self.skill, *told, "--minutes", f"{minutes:g}",
        ]  # fmt: skip


def installed() -> bool:
    """Whether what trains is installed."""
    return find_spec("torch") is not None and find_spec("stable_baselines3") is not None


def offer_learning(conversation: Conversation, skill: Skill, condition: str) -> None:
    """Where code knows nothing more: offer to learn it from here, if what trains is installed."""
    if not installed() or "learn" in skill.name:
        return
    from embodied.teaching.mending import example_of

    arguments = example_of(conversation, skill).get("arguments") or {}
    called = _call(skill.name, arguments)
    wanted = Refining(condition, called, "")
    if conversation.questions.answers() is not None:
        said = " ".join(_quoted(wanted.command(conversation.session.launch, MINUTES)))
        conversation.tell(f"[{skill.name}] It could be learned from here:  embodied {said}")
        return
    _ask_minutes(conversation, wanted, f"[{skill.name}] What is left could be learned, beginning with it.")


@verb(
    "refine",
    r"(?:(?:make|do) (?:it|this|that) (?P<how>(?:much |more |a bit |a little )*"
    r"(?:smooth\w*|steadi\w*|gentl\w*|soft\w*|calm\w*|careful\w*|precise\w*|exact\w*|accurate\w*|better))"
    r"|(?P<fault>it (?:jerks|shakes|trembles|wobbles|overshoots)(?: too much)?)"
    r"|(?:refine|learn) (?:it|this|that))",
    example="make it smoother",
    what="learn it, beginning with what you taught; asks for how many minutes",
    any_time=True,
)
def refine(conversation: Conversation, said: Said) -> None:
    lesson = conversation.known_lesson()
    if not lesson.name or not lesson.achieves:
        raise BadInput(
            "Only what has a name can be learned from, and what tells when it is done.",
            remedy="Name it first: 'call this tidy up'.",
        )
    if not installed():
        raise BadInput(
            "What learns is not installed here.",
            remedy="pip install 'embodied-agent[arm,learn]', then again.",
        )
    how = (said["how"] or said["fault"] or "").strip()
    words = "" if how in ("", "better") else how
    _ask_minutes(conversation, refining_of(lesson, words), f"{lesson.name} can be learned {how or 'so'}.")


def refining_of(lesson: Lesson, words: str) -> Refining:
    """What is to be learned of a lesson."""
    called = _call(lesson.name, {parameter: thing for thing, parameter in lesson.names.items()})
    return Refining(" and ".join(lesson.achieves), called, words)


def _ask_minutes(conversation: Conversation, wanted: Refining, why: str) -> None:
    def answered(text: str) -> bool:
        found = re.fullmatch(r"(?:yes[, ]*)?(?:for |up to )*(\d+(?:\.\d+)?)?(?: ?min(?:utes?)?)?", text)
        if text in ("no", "n", "never mind"):
            conversation.tell("It is not learned, then.")
            return True
        if found is None or not (found[1] or text.startswith("yes")):
            return False
        begin(conversation, wanted, float(found[1] or MINUTES))
        return True

    conversation.ask(
        f"{why} It takes both time and this computer: for how many minutes at most? "
        f"(a number; 'yes' for {MINUTES:g}; 'no')",
        answered,
    )


def begin(conversation: Conversation, wanted: Refining, minutes: float) -> None:
    """Learn, in a process of its own; what it came to is told. One at a time: it takes the whole computer."""
    if conversation.learning is not None:
        conversation.tell("Something is being learned already; 'stop learning' ends it.")
        return
    arguments = wanted.command(conversation.session.launch, minutes)
    conversation.session.run.journal.write("refinement_started", condition=wanted.condition, minutes=minutes)
    conversation.tell(f"Learning beside this, for up to {minutes:g} minutes; 'stop learning' ends it.")
    conversation.tell(f"  embodied {' '.join(_quoted(arguments))}")
    stop = threading.Event()
    conversation.learning = stop
    threading.Thread(target=carried(_learn), args=(conversation, arguments, stop), name="refine").start()


def _learn(conversation: Conversation, arguments: list[str], stop: threading.Event) -> None:
    folder = conversation.session.run.journal.path.parent
    try:
        said = _learned(arguments, folder, stop, conversation)
    except OSError as none:
        said = ""
        conversation.tell(f"[learning] `embodied refine` could not be begun: {none}.")
    except Exception as bug:  # noqa: BLE001 - it would end with this thread, in silence
        said = ""
        conversation.tell_mistake(bug, "learning")
    finally:
        if conversation.learning is stop:
            conversation.learning = None
    if not conversation.finished:
        conversation.tell(f"[learning] {_came_to(said, folder)}")


def _learned(arguments: list[str], folder: Path, stop: threading.Event, conversation: Conversation) -> str:
    """What `embodied refine` printed in the end; what it tells on its way is told as it comes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "embodied", *arguments, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
        start_new_session=True,  # Ctrl-C at the conversation is not meant for it
    )
    result, told = process.stdout, process.stderr
    assert result is not None
    assert told is not None
    said: list[bytes] = []
    tell, log = carried(Progress(conversation.tell)), folder / "refine.log"
    readers = [
        threading.Thread(target=_follow, args=(told, log, tell), name="told", daemon=True),
        threading.Thread(target=lambda: said.append(result.read()), name="result", daemon=True),
    ]
    for reader in readers:
        reader.start()
    while process.poll() is None:
        if stop.wait(POLL_S):
            _end(process, LEAVING_S if conversation.finished else GRACE_S)
            break
    for reader, pipe in zip(readers, (told, result), strict=True):
        reader.join(LEAVING_S)
        if not reader.is_alive():  # what it began may hold the pipe still
            pipe.close()
    return b"".join(said).decode(errors="replace")


def _end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """It keeps what it has; what takes too long over that is ended with all that it began."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _follow(lines: IO[bytes], kept: Path, tell: Callable[[str], None]) -> None:
    """Keep what comes, and tell it."""
    with kept.open("ab") as log:
        for line in lines:
            log.write(line)
            log.flush()
            tell(line.decode(errors="replace"))


class Progress:
    """Tells what learning says on its way: each thing that begins or ends, and now and then how it goes."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._told = tell, -EVERY_S

    def __call__(self, line: str) -> None:
        found = _TIMED.fullmatch(line.strip())
        if found is None:
            return
        now = time.monotonic()
        if _CHECKPOINT.match(found["what"]):
            if now - self._told < EVERY_S:
                return
            self._told = now
        self._tell(f"[learning] {found['at']} {plain_line(found['what'], WIDTH)}")


def _came_to(said: str, folder: Any) -> str:
    try:
        told = json.loads(said[said.index("{") :])
    except ValueError:
        return f"It ended without a word; {folder / 'refine.log'} may tell why."
    skill = (told.get("skill") or {}).get("skill", "")
    kept = f" The skill {skill} is in the library." if skill and (told.get("skill") or {}).get("kept") else ""
    again = f"Go on: embodied refine --resume {told.get('run')}"
    return f"{told.get('verdict', '?')}: {told.get('reason', '')}{kept} {again}"


def _call(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value}' for key, value in arguments.items())})"


def _quoted(arguments: list[str]) -> list[str]:
    return [f'"{one}"' if re.search(r"[ \[\](),]", one) else one for one in arguments]
