"""What was asked, and of whom: each who takes part answers what they were asked, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from embodied.chatting.speaker import Speaker, who_speaks

Answers = Callable[[str], bool]
"""Hears the next line; True if that answered the question."""
YES: Final = ("yes", "y", "yes it is", "yes it does", "yes please", "yeah", "ok", "okay", "right", "sure")
NO: Final = ("no", "n", "nope", "no thanks", "never mind")


@dataclass(frozen=True)
class _Open:
    answers: Answers
    of: Speaker
    others: int
    about: tuple[object, ...]


@dataclass
class Questions:
    """The open questions of a conversation: one of each who takes part, the last that was asked."""

    _open: dict[str, _Open] = field(default_factory=dict)
    _lines: Counter[str] = field(default_factory=Counter)
    _names: dict[str, Speaker] = field(default_factory=dict)

    def heard(self) -> None:
        """Who speaks now takes part."""
        who = who_speaks()
        self._lines[who.uuid] += 1
        self._names[who.uuid] = who

    def ask(self, answers: Answers, about: tuple[object, ...]) -> None:
        """Of who speaks now.

        Args:
            about: what the question is about; once that is something else, and somebody else has spoken,
                it is not answered any more.
        """
        who = who_speaks()
        self._open[who.uuid] = _Open(answers, who, self._others(who), about)

    def answers(self) -> Answers | None:
        """What hears an answer of who speaks now; None if nothing was asked."""
        one = self._open.get(who_speaks().uuid)
        return one.answers if one is not None else None

    def take(self, about: tuple[object, ...]) -> tuple[Answers | None, bool]:
        """As `answers`, and it is asked no more; True beside None if others made it void."""
        who = who_speaks()
        one = self._open.pop(who.uuid, None)
        if one is None:
            return None, False
        same = all(was is now for was, now in zip(one.about, about, strict=True))
        if same or self._others(who) == one.others:
            return one.answers, False
        return None, True

    def drop(self) -> None:
        """What who speaks now was asked."""
        self._open.pop(who_speaks().uuid, None)

    def drop_all(self) -> None:
        self._open.clear()

    def left(self, uuid: str) -> None:
        """Somebody takes part no more: what they were asked is answered by nobody else."""
        for kept in (self._open, self._lines, self._names):
            kept.pop(uuid, None)

    def asked_of_others(self) -> list[str]:
        """Who else was asked something."""
        mine = who_speaks().uuid
        return [one.of.called for uuid, one in tuple(self._open.items()) if uuid != mine]

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who has spoken, and is there."""
        return tuple(self._names.values())

    def taking_part(self) -> list[str]:
        """Who else has spoken, and is there."""
        mine = who_speaks().uuid
        return [who.called for uuid, who in tuple(self._names.items()) if uuid != mine]

    def _others(self, who: Speaker) -> int:
        return sum(count for uuid, count in tuple(self._lines.items()) if uuid != who.uuid)
