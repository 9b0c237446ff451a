"""Who is heard, and which of their lines; a flood fills nothing, and a stop waits for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from embodied.chatting.ears import WAITING, Ears, Spoken

STEVE = "11111111-1111-4111-8111-111111111111"
DEADLINE_S = 10


class Heard:
    """Ears, and what they let through."""

    def __init__(self, players: tuple[str, ...] = ("Steve",), hears_all: bool = False) -> None:
        self.changed = threading.Condition()
        self.lines: list[Spoken] = []
        self.stops: list[Spoken] = []
        self.people: list[tuple[str, bool]] = []
        self.strangers: list[str] = []
        self.busy = threading.Event()
        self.hold = threading.Event()
        self.hold.set()
        self.ears = Ears(
            players,
            ("embodied",),
            hears_all,
            lambda line: line == "stop",
            self._line,
            self._note(self.stops),
            lambda player, uuid, here: self._note(self.people)((player, here)),
            self._note(self.strangers),
        )

    def say(self, text: Any, *, player: Any = "Steve", uuid: Any = STEVE, **more: Any) -> None:
        data = {"player": player, "uuid": uuid, "text": text, "whisper": False, "listed": True, **more}
        self.ears.hear({"seq": 1, "type": "chat", "data": data})

    def until(self, true: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(true, DEADLINE_S), (self.lines, self.stops)

    def texts(self) -> list[str]:
        return [one.text for one in self.lines]

    def _line(self, spoken: Spoken) -> None:
        self.busy.set()
        assert self.hold.wait(DEADLINE_S)
        self._note(self.lines)(spoken)

    def _note(self, kept: list[Any]) -> Callable[[Any], None]:
        def note(value: Any) -> None:
            with self.changed:
                kept.append(value)
                self.changed.notify_all()

        return note


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    yield heard
    heard.hold.set()
    heard.ears.close()


def test_lines_of_the_listed_are_heard_in_order(heard: Heard) -> None:
    heard.say("embodied, get a log")
    heard.say("that was not for it")
    heard.say("whispered", whisper=True)
    heard.until(lambda: len(heard.lines) == 2)
    assert heard.texts() == ["get a log", "whispered"]
    assert [one.whisper for one in heard.lines] == [False, True]


def test_all_lines_are_meant_where_the_launch_says_so() -> None:
    heard = Heard(hears_all=True)
    heard.say("get a log")
    heard.say("bot, come")
    heard.until(lambda: len(heard.lines) == 2)
    assert heard.texts() == ["get a log", "come"]
    heard.ears.close()


@pytest.mark.parametrize("listed", [STEVE, STEVE.upper(), STEVE.replace("-", "")])
def test_who_is_listed_by_a_uuid_is_heard_however_it_is_written(listed: str) -> None:
    heard = Heard((listed,))
    heard.say("bot, get a log", player="Anybody")
    heard.until(lambda: len(heard.lines) == 1)
    heard.ears.close()


@pytest.mark.parametrize(
    "imitation",
    [
        {"listed": False},
        {"listed": "true"},
        {"player": "Mallory", "uuid": "22222222-2222-4222-8222-222222222222"},
        {"player": "\u00a7rSteve"},
        {"player": "steve"},
        {"player": "Steve\u200e"},
        {"player": "\u0405teve"},
        {"player": ""},
        {"uuid": ""},
        {"player": ["Steve"]},
    ],
)
def test_whoever_is_not_on_the_list_is_not_heard_whatever_the_bridge_says(
    heard: Heard, imitation: dict[str, Any]
) -> None:
    heard.say("bot, stop", **imitation)
    heard.say("stop", whisper=True, **imitation)
    heard.say("embodied, the last")
    heard.until(lambda: len(heard.lines) == 1)
    assert heard.texts() == ["the last"]
    assert heard.stops == []


def test_a_uuid_on_the_list_is_that_player_under_any_name() -> None:
    heard = Heard(players=(STEVE.upper(),))
    heard.say("bot, come", player="Re\x1b[2Jnamed\u00a7k")
    heard.until(lambda: len(heard.lines) == 1)
    assert heard.lines[0].player == "Re[2Jnamed"
    heard.ears.close()


def test_events_that_are_malformed_are_nothing(heard: Heard) -> None:
    for event in ({}, {"type": "chat"}, {"type": "chat", "data": None}, {"type": "chat", "data": []}):
        heard.ears.hear(event)
    heard.say(None, whisper=True)
    heard.say({"a": 1}, missed="many")
    heard.say("", whisper=True)
    heard.say("\u0007\u202e\u00a7a", whisper=True)
    heard.say("bot, the last", missed="many")
    heard.until(lambda: "the last" in heard.texts())
    assert heard.texts() == ["the last"]


def test_a_stop_is_heard_while_a_line_is_and_drops_what_waits(heard: Heard) -> None:
    heard.hold.clear()
    heard.say("bot, get a log")
    assert heard.busy.wait(DEADLINE_S)
    heard.say("bot, get another")
    heard.say("stop")  # with no address
    heard.until(lambda: len(heard.stops) == 1)
    assert heard.lines == []
    heard.hold.set()
    heard.say("bot, the last")
    heard.until(lambda: "the last" in heard.texts())
    assert heard.texts() == ["get a log", "the last"]


def test_a_flood_fills_nothing_and_is_told(heard: Heard) -> None:
    heard.hold.clear()
    for number in range(5000):
        heard.say(f"bot, line {number}")
    assert heard.ears._lines.qsize() <= WAITING
    heard.say("stop")
    heard.until(lambda: len(heard.stops) == 1)
    heard.hold.set()
    heard.until(lambda: len(heard.lines) >= 1)
    heard.say("bot, again")
    heard.until(lambda: "again" in heard.texts())
    assert heard.lines[-1].missed > 4000


def test_who_comes_and_goes_is_told_of_the_listed_only(heard: Heard) -> None:
    for player, uuid in (("Steve", STEVE), ("Mallory", "22222222-2222-4222-8222-222222222222")):
        for kind in ("player_joined", "player_left"):
            heard.ears.hear({"type": kind, "data": {"player": player, "uuid": uuid}})
    heard.until(lambda: len(heard.people) == 2)
    assert heard.people == [("Steve", True), ("Steve", False)]


def test_a_name_in_other_letters_is_told_not_heard(heard: Heard) -> None:
    heard.say("bot, stop", player="steve", listed=False)
    heard.until(lambda: heard.strangers == ["steve"])


def test_after_the_end_nothing_is_heard(heard: Heard) -> None:
    heard.ears.close()
    heard.say("bot, stop")
    heard.say("bot, come")
    assert (heard.stops, heard.lines) == ([], [])


def test_who_leaves_is_told_though_too_many_lines_wait_or_a_stop_drops_them(heard: Heard) -> None:
    heard.hold.clear()
    heard.say("bot first")
    heard.until(heard.busy.is_set)
    for number in range(WAITING + 5):
        heard.say(f"bot line {number}")
    heard.ears.hear({"type": "player_left", "data": {"player": "Steve", "uuid": STEVE}})
    heard.hold.set()
    heard.until(lambda: heard.people == [("Steve", False)])
    heard.hold.clear()
    heard.busy.clear()
    heard.say("bot another")
    heard.until(heard.busy.is_set)
    heard.ears.hear({"type": "player_joined", "data": {"player": "Steve", "uuid": STEVE}})
    heard.say("stop")
    heard.hold.set()
    heard.until(lambda: heard.people[1:] == [("Steve", True)])
