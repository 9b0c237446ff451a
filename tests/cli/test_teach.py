"""`embodied teach` on a terminal and from a pipe."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from embodied.cli import teach
from embodied.cli.attention import Attention
from embodied.cli.main import main
from embodied.teaching.asked import Questions

LAUNCH = '[goal]\ntext = "get 1 ore"\n[world]\nkind = "mini"\nseed = 7\n'


class Listener:
    """A conversation that notes what it was told."""

    def __init__(self, busy: bool) -> None:
        self.finished, self.busy = False, busy
        self.heard: list[str] = []
        self.stops = 0
        self.demonstration = self.wording = None
        self.questions = Questions()

    def hear(self, line: str) -> None:
        self.heard.append(line)

    def stop(self, why: str) -> bool:
        self.stops += 1
        was, self.busy = self.busy, False
        return was

    def settle(self) -> None: ...


class Voice:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line.strip())

    def heard(self, line: str, *, shown: bool) -> None: ...

    def ask(self, prompt: str) -> str:
        raise NotImplementedError


def typed(monkeypatch: pytest.MonkeyPatch, *keys: str | type[BaseException]) -> None:
    """A terminal at which these lines and signals come."""
    waiting = list(keys)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def read(prompt: str) -> str:
        key = waiting.pop(0)
        if isinstance(key, str):
            return key
        raise key

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(Voice, "ask", staticmethod(read))


def test_ctrl_c_stops_the_body_and_a_second_one_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "put it there", KeyboardInterrupt, KeyboardInterrupt)
    listener, voice = Listener(busy=True), Voice()
    teach._talk(listener, voice, Attention(lambda: None))  # type: ignore[arg-type]
    assert (listener.heard, listener.stops) == (["put it there"], 1)
    assert voice.lines == ["Stopped. Ctrl-C again leaves."]


def test_a_line_between_two_ctrl_c_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, KeyboardInterrupt, "help", KeyboardInterrupt, EOFError)
    listener, voice = Listener(busy=False), Voice()
    teach._talk(listener, voice, Attention(lambda: None))  # type: ignore[arg-type]
    assert listener.heard == ["help"]
    assert len(voice.lines) == 2


def test_a_script_from_a_pipe_is_done_line_by_line_and_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    (tmp_path / "mini.toml").write_text(LAUNCH)
    monkeypatch.setattr("sys.stdin", io.StringIO("get 1 wood\nwhy did you do this?\nquit\nget 9 ore\n"))
    with pytest.raises(SystemExit) as left:
        main(["teach", str(tmp_path / "mini.toml"), "--record", str(tmp_path / "talk.txt")])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert "you> get 1 wood" in said
    assert "Done: inventory[wood] >= 1" in said
    assert "get 9 ore" not in said
    assert (tmp_path / "talk.txt").read_text().startswith("starting mini ...\n")
