"""A conversation in the game's chat, beside the one in the terminal: the same conversation, two ways in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from embodied.chatting.game_chat import GameChat, can_chat
from embodied.teaching.asides import end_beside
from embodied.teaching.conversation import Conversation
from embodied.teaching.halting import after_shout
from embodied.teaching.understood import plain
from embodied.teaching.verbs import meant


class TwoWays:
    """Where a conversation's lines go: aloud always; in the chat, too, but for answers to who types here.

    Made in the thread that hears the terminal.
    """

    def __init__(self, aloud: Callable[[str], None]) -> None:
        self.chat: GameChat | None = None
        self._aloud, self._here = aloud, threading.current_thread()

    def tell(self, line: str) -> None:
        self._aloud(line)
        if self.chat is not None and threading.current_thread() is not self._here:
            self.chat.tell(line)

    def aloud(self, line: str) -> None:
        """In the terminal alone."""
        self._aloud(line)


@contextmanager
def in_game(
    conversation: Conversation, ways: TwoWays, *, finished: Callable[[], None] = lambda: None
) -> Iterator[GameChat | None]:
    """While this is entered, the players of `[teach] players` take part; None if there are none, or no chat.

    `finished` is called, in another thread, when one of them has ended the conversation.
    """
    launch, body = conversation.session.launch, conversation.session.run.world.body
    if not launch.teach.players:
        yield None
        return
    if not can_chat(body):
        ways.aloud(f"[teach] players: a world of the kind {launch.world.kind} has no chat.")
        yield None
        return

    def hear(line: str) -> None:
        conversation.speaker = chat.partner.player if chat.partner is not None else ""
        try:
            conversation.hear(line)
        finally:
            conversation.speaker = ""
        if conversation.finished:
            finished()

    def gone() -> None:
        conversation.question = None  # what was asked of somebody who left is answered by nobody else

    chat = GameChat(
        body,
        launch,
        hear,
        lambda: stopped(conversation),
        ways.aloud,
        is_stop,
        where=lambda: standing(conversation),
        gone=gone,
    )
    ways.chat = chat
    try:
        chat.open()
        yield chat
    finally:
        ways.chat = None
        chat.close()


def stopped(conversation: Conversation) -> bool:
    """A "stop" in the chat: as at the terminal it ends what is done, else what goes on beside; and a "yes"
    that comes after it answers nothing that was asked before. False if nothing was going on."""
    conversation.question = None
    return conversation.stop("stopped in the chat") or end_beside(conversation)


def is_stop(line: str) -> bool:
    row = meant(plain(line))
    return after_shout(line) is not None or (row is not None and row[0].name == "stop")


def standing(conversation: Conversation) -> str:
    """How things stand, in a sentence, for somebody who comes in; "" if nothing is going on."""
    if conversation.busy:
        return f"I am busy: {conversation.busy}."
    if conversation.demonstration is not None:
        return "You were showing me something: go on, or say 'done'."
    return ""
