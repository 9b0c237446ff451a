"""The log of an arm loses nothing, and says when it cannot be kept."""

from __future__ import annotations

import errno
import itertools
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embodied.arms import ArmCommand, ArmState
from embodied.arms.log import NAME, ArmLog, read_log
from embodied.errors import BadInput


def _state(time_s: float) -> ArmState:
    return ArmState(time_s, (0.1 + time_s, 1 / 3), (0.0, -1e-17), (5.0, 0.0), 0.08, 0.0)


def _write(folder: Path, ticks: int) -> None:
    log = ArmLog(folder, {"arm": "two joints"})
    for at in range(ticks):
        target = ArmCommand(position=(at / 7, 0.0)) if at % 2 else ArmCommand()
        log.tick(target, target, _state(at / 100), ("velocity",) if at == 3 else ())
    log.close()
    assert not log.failed


def test_what_was_measured_is_read_back_bit_by_bit(tmp_path: Path) -> None:
    _write(tmp_path, 500)
    about, ticks = read_log(tmp_path / NAME)
    kept = list(ticks)
    assert about["arm"] == "two joints"
    assert len(kept) == 500
    assert kept[7].position == _state(0.07).position
    assert kept[7].asked == (1.0, 0.0)
    assert kept[8].asked is None
    assert kept[3].interventions == ("velocity",)
    assert all(one.monotonic_ns <= other.monotonic_ns for one, other in itertools.pairwise(kept))


def test_a_frame_cut_off_at_the_end_is_left_out(tmp_path: Path) -> None:
    _write(tmp_path, 20)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-5])
    assert len(list(read_log(path)[1])) == 19


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    log = ArmLog(tmp_path, {})

    def full(values: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    log._write = full  # type: ignore[method-assign]
    log.tick(ArmCommand(), ArmCommand(), _state(0.0))
    log.close()
    assert "No space left" in log.failed


def test_what_a_driver_measures_in_types_of_its_own_is_told(tmp_path: Path) -> None:
    log = ArmLog(tmp_path, {})
    log.tick(ArmCommand(), ArmCommand(), replace(_state(0.0), position=(np.float64(0.1),)))
    log.close()
    assert "numpy.float64" in log.failed


def test_a_disk_that_is_too_slow_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embodied.arms.log.MOST_WAITING", -1)
    log = ArmLog(tmp_path, {})
    log.tick(ArmCommand(), ArmCommand(), _state(0.0))
    log.close()
    assert "too slow" in log.failed


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("words", b"hello, this is text and no log")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match="no log"):
            read_log(tmp_path / name)
    with pytest.raises(BadInput, match="no log"):
        read_log(tmp_path / "absent")


def test_a_resumed_run_goes_on_in_the_same_log(tmp_path: Path) -> None:
    _write(tmp_path, 3)
    _write(tmp_path, 2)
    assert len(list(read_log(tmp_path / NAME)[1])) == 5


def test_each_who_says_what_follows_is_told_where_that_stands(tmp_path: Path) -> None:
    log = ArmLog(tmp_path, {"arm": "first"})
    told: dict[str, int] = {}

    def begin(name: str) -> None:
        told[name] = log.begin({"arm": name})

    threads = [threading.Thread(target=begin, args=(f"agent {n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20.0)
    log.close()
    whole = (tmp_path / NAME).read_bytes()
    for name, at in told.items():
        (tmp_path / "rest").write_bytes(whole[at:])
        assert read_log(tmp_path / "rest")[0]["arm"] == name
    assert len(told) == len(threads)


def test_a_log_that_failed_says_so_at_once_when_another_is_to_begin(tmp_path: Path) -> None:
    log = ArmLog(tmp_path, {})
    log.failed = "the arm's log cannot be written"
    with pytest.raises(BadInput, match="cannot be written"):
        log.begin({})
    log.close()
