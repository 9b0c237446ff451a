"""The journal: what survives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from embodied import journal
from embodied.errors import BadJournal, JournalUnwritable
from embodied.journal import Journal
from embodied.runs import find_run, new_run, read_run


def test_a_cut_line_is_left_out_and_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Journal(path)
    first.write("call_started", call=1, name="dig", args={})
    first.write("call_ended", call=1, ok=True)
    first.write("call_started", call=2, name="dig", args={})
    first.close()
    path.write_bytes(path.read_bytes() + b'{"v":1,"seq":4,"ty')
    assert journal.is_torn(path)
    assert [record["seq"] for record in journal.read(path)] == [1, 2, 3]
    assert [record["call"] for record in journal.in_doubt(journal.read(path))] == [2]
    again = Journal(path)
    assert again.write("note", text="on we go") == 4
    again.close()
    assert [record["seq"] for record in journal.read(path)] == [1, 2, 3, 4]


def test_kill_nine_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    code = (
        "import sys, time; from pathlib import Path; from embodied.journal import Journal\n"
        "j = Journal(Path(sys.argv[1]))\n"
        "j.write('call_started', call=1, name='dig', args={}); print('sent', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    assert [record["type"] for record in journal.read(path)] == ["call_started"]


def test_a_changed_line_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"v":1,"seq":1,"type":"note","t":1}\nnonsense\n{"v":1,"seq":3,"type":"note","t":1}\n')
    with pytest.raises(BadJournal, match="2: not a JSON record"):
        journal.read(path)


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(json.dumps({"v": 2, "seq": 1, "type": "note", "t": 1}) + "\n")
    with pytest.raises(BadJournal, match="version 2"):
        journal.read(path)


def test_runs_are_found_by_part_of_their_name(tmp_path: Path) -> None:
    first = new_run(tmp_path, "craft an iron pickaxe")
    second = new_run(tmp_path, "craft an iron pickaxe")
    assert first != second
    for folder in (first, second):
        book = Journal(folder / "journal.jsonl")
        book.write("run_started", goal="craft an iron pickaxe", launch={})
        book.close()
    assert find_run(tmp_path, second.name) == second
    assert find_run(tmp_path, str(first)) == first
    assert find_run(tmp_path, "last") in (first, second)
    assert read_run(first).ended is None


class Narrow:
    """A file that takes a few bytes at a time, and none once `room` bytes were written."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data: memoryview) -> int:
        if self.room == 0:
            raise OSError(28, "No space left on device")
        taken = data[: min(7, self.room)]
        self.room -= len(taken)
        return self.file.write(taken)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_a_record_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    book = Journal(path)
    narrow = Narrow(book._file, 200)  # type: ignore[arg-type]
    book._file = narrow  # type: ignore[assignment]
    assert book.write("note", text="in many pieces") == 1
    with pytest.raises(JournalUnwritable, match=r"journal\.jsonl: .*No space left.*\n.*disk full") as full:
        book.write("note", text="x" * 200)
    assert full.value.exit_code == 1
    assert not journal.is_torn(path)
    narrow.room = 1000
    assert book.write("note", text="there is room again") == 2
    book.close()
    assert [record["text"] for record in journal.read(path)] == ["in many pieces", "there is room again"]


@pytest.mark.parametrize("error", [BrokenPipeError("gone"), SystemExit(1)])
def test_who_looks_on_and_fails_ends_nothing(tmp_path: Path, error: BaseException) -> None:
    book = Journal(tmp_path / "journal.jsonl")
    asked: list[int] = []
    heard: list[str] = []

    def failing(record: journal.Record) -> None:
        asked.append(record["seq"])
        raise error

    book.subscribe(failing)
    book.subscribe(lambda record: heard.append(record["type"]))
    book.write("run_started")
    book.write("run_ended")
    book.close()
    assert asked == [1]
    assert heard == ["run_started", "note", "run_ended"]
    assert "told no more" in journal.read(book.path)[1]["text"]
