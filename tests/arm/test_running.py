"""How arms that run are found from another terminal: one that is missed could not be stopped."""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from embodied.arms.running import RunningArm, announce, find_running


def test_what_a_dead_bridge_left_on_a_disk_that_takes_no_changes_hides_no_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = RunningArm("alive", "FR3", "", os.getpid(), "tcp://127.0.0.1:1", "t", "", time.time())
    announce(here, tmp_path)
    dead = announce(replace(here, name="dead"), tmp_path)
    dead.write_text(json.dumps({**json.loads(dead.read_text()), "pid": 2**22 + 1}))

    def refused(self: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refused)
    assert [arm.name for arm in find_running(tmp_path)] == ["alive"]


@pytest.mark.parametrize("told", [{"began": 0.0}, {"began": -5000.0}, {"since": 0.0}])
def test_one_telling_of_when_its_process_began_is_enough_to_find_an_arm(
    tmp_path: Path, told: dict[str, float]
) -> None:
    here = RunningArm("alive", "FR3", "", os.getpid(), "tcp://127.0.0.1:1", "t", "", time.time())
    path = announce(here, tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **told}))
    assert [arm.name for arm in find_running(tmp_path)] == ["alive"]


def test_what_a_later_version_says_of_an_arm_hides_it_not(tmp_path: Path) -> None:
    here = RunningArm("alive", "FR3", "", os.getpid(), "tcp://127.0.0.1:1", "t", "", time.time())
    path = announce(here, tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "white"}))
    assert [arm.name for arm in find_running(tmp_path)] == ["alive"]
    path.write_text("[]")
    assert not find_running(tmp_path)
