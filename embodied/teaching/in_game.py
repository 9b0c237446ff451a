"""A conversation in the game's chat, beside the one in the terminal: the same conversation, two ways in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from embodied.chatting.game_chat import GameChat, can_chat
from embodied.teaching.asides import end_beside
from embodied.teaching.conversation import Conversation
from embodied.teaching.halting import after_shout
from embodied.teaching.understood import plain
from embodied.teaching.verbs import meant


class TwoWays:
    """Where a conversation's lines go: aloud always; in the chat, too, to the player whom they answer."""

    def __init__(self, aloud: Callable[[str], None]) -> None:
        self.chat: GameChat | None = None
        self._aloud = aloud

    def tell(self, line: str) -> None:
        self._aloud(line)
        if self.chat is not None:
            self.chat.tell(line)

    def aloud(self, line: str) -> None:
        """In the terminal alone."""
        self._aloud(line)


@contextmanager
def in_game(conversation: Conversation, ways: TwoWays) -> Iterator[GameChat | None]:
    """While this is entered, the players of `[teach] players` take part; None without any, or a chat."""
    launch, body = conversation.session.launch, conversation.session.run.world.body
    if not launch.teach.players:
        yield None
        return
    if not can_chat(body):
        ways.aloud(f"[teach] players: a world of the kind {launch.world.kind} has no chat.")
        yield None
        return

    chat = GameChat(
        body,
        launch,
        conversation.hear,
        lambda: stopped(conversation),
        ways.aloud,
        is_stop,
        where=lambda: standing(conversation),
        gone=conversation.questions.left,
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
    conversation.questions.drop_all()
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
