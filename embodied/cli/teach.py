"""`embodied teach`: a conversation beside a running world."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.text import Text

from embodied.cli import folders, options
from embodied.cli.attention import Attention
from embodied.cli.keyboard import pressed_keys
from embodied.cli.prompt_line import PromptLine
from embodied.errors import BadInput
from embodied.launchfile import LaunchFile, load_launch_file

if TYPE_CHECKING:
    from embodied.chatting.game_chat import GameChat
    from embodied.teaching.conversation import Conversation

PROMPT = "you> "
POLL_S = 0.2
CTRL_C = "stopped with Ctrl-C"


def teach(
    launch: options.Launch = "tabletop",
    seed: options.Seed = None,
    engine: options.Engine = None,
    seeds: Annotated[
        int, typer.Option(min=1, max=100, help="Fresh seeds that a new skill is proven on.")
    ] = 3,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Write the conversation down.")
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="[cyan]auto[/cyan]: what no pattern reads goes to a model, if one is configured; "
            "or [cyan]off[/cyan]."
        ),
    ] = "auto",
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Do what a model took a sentence for without asking, lasting things too."),
    ] = False,
    chat_only: Annotated[
        bool,
        typer.Option("--chat-only", help="Read no terminal: listen to [teach] players in the game's chat."),
    ] = False,
    view: options.View = False,
    settings: options.Settings = None,
) -> None:
    """Teach skills by saying, showing and correcting; freely worded where a model is configured.

    [bold]Examples[/bold]

      embodied teach tabletop
      embodied teach launch/tabletop.toml --seeds 20 < lesson.txt
      embodied teach tabletop --view
      embodied teach minecraft --set 'teach.players=["Steve"]' --set world.port=25565

    Ctrl-C stops the body; a second one leaves. What is understood: [cyan]help[/cyan], and docs/teaching.md.
    """
    overrides = options.overrides_of(settings, {"seed": seed, "engine": engine, "view": view})
    chosen = load_launch_file(folders.find_launch_file(launch), overrides)
    with ExitStack() as held:
        written = held.enter_context(record.open("a", encoding="utf-8")) if record is not None else None
        voice = _Voice(Console(highlight=False, soft_wrap=True), written)
        _converse(chosen, voice, seeds=seeds, model=model, yes=yes, chat_only=chat_only)


def _converse(
    chosen: LaunchFile, voice: _Voice, *, seeds: int, model: str, yes: bool, chat_only: bool
) -> None:
    """Start the world, talk beside it, and end it."""
    from embodied.session import Session
    from embodied.teaching.conversation import GREETING, Conversation
    from embodied.teaching.in_game import TwoWays, in_game
    from embodied.teaching.listening import Listener, can_listen, place_of

    asks = can_listen(chosen.model, model)
    terminal = sys.stdin.isatty()
    ways = TwoWays(voice.say)
    voice.say(f"starting {chosen.world.kind} ...")
    with Session(chosen).start() as session:
        conversation = Conversation(
            session,
            ways.tell,
            seeds=seeds,
            patient=not (terminal or chat_only),
            listener=Listener(session) if asks else None,
            yes=yes,
            on_end=_wake,
        )
        voice.say(GREETING)
        if asks:
            voice.say(f"Other words go to {place_of(chosen.model)}; --model off keeps to the patterns.")
        with (
            closing(conversation),
            Attention(lambda: conversation.stop(CTRL_C)) as attention,
            in_game(conversation, ways) as chat,
        ):
            if chat_only:
                _listen(conversation, chat, attention)
                return
            if terminal:
                conversation.keyboard = partial(pressed_keys, attention.listening)
            _talk(conversation, voice, attention)


class _Voice:
    """Says lines, one at a time, and writes them down."""

    def __init__(self, console: Console, written: TextIO | None) -> None:
        self._console, self._written = console, written
        self._guard = threading.Lock()
        self._typed = PromptLine()

    def ask(self, prompt: str) -> str:
        """A line of the terminal; what is said meanwhile stands above it. Raises EOFError at its end."""
        return self._typed.read(prompt)

    def say(self, line: str) -> None:
        with self._guard, self._typed.above():
            self._console.print(Text(line))
            self._note(line)

    def heard(self, line: str, *, shown: bool) -> None:
        """Note what the person said; show it where no terminal did."""
        with self._guard:
            if not shown:
                self._console.print(Text(f"{PROMPT}{line}", "bold"))
            self._note(f"{PROMPT}{line}")

    def _note(self, line: str) -> None:
        if self._written is not None:
            self._written.write(line + "\n")
            self._written.flush()


def _wake() -> None:
    """The main thread waits for a line that nobody has to type: the conversation was ended elsewhere."""
    if hasattr(signal, "pthread_kill") and threading.current_thread() is not threading.main_thread():
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _listen(conversation: Conversation, chat: GameChat | None, attention: Attention) -> None:
    """Until somebody in the chat ends it, the world is lost, or Ctrl-C."""
    if chat is None:
        raise BadInput(
            "There is nobody to listen to.", remedy='Say who in the launch file: [teach] players = ["Steve"].'
        )
    with suppress(KeyboardInterrupt):
        while not (conversation.finished or conversation.session.closed):
            with attention.listening():
                time.sleep(POLL_S)


def _talk(conversation: Conversation, voice: _Voice, attention: Attention) -> None:
    """Until the person leaves, or there is nothing more to read; then what is going on is waited for."""
    terminal = sys.stdin.isatty()
    interrupted = False
    while not conversation.finished:
        try:
            with attention.listening():
                line = voice.ask(PROMPT) if terminal else sys.stdin.readline()
            if not terminal:
                if not line:
                    break
                line = line.rstrip("\n")
            interrupted = False
            voice.heard(line, shown=terminal)
            conversation.hear(line)
        except EOFError:
            break
        except KeyboardInterrupt:
            if interrupted or conversation.finished:
                return
            interrupted = True
            stopped = conversation.stop(CTRL_C)
            voice.say(f"\n{'Stopped' if stopped else 'Nothing is lost'}. Ctrl-C again leaves.")
            if conversation.questions.answers() is not None:
                voice.say("  I still wait for an answer; another line is taken as what it says.")
            elif conversation.demonstration is not None:
                voice.say("  I am still watching: go on showing, or say 'done'.")
    if not conversation.finished:
        if conversation.wording is not None:
            conversation.wording.settle()
        conversation.settle()
