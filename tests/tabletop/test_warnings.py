"""A simulation that goes wrong leaves no file where the user happens to be."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

mujoco = pytest.importorskip("mujoco")
pytest.importorskip("embodied_tabletop.mujoco_engine")

FALLING = "<mujoco><worldbody><body><freejoint/><geom size='.1'/></body></worldbody></mujoco>"


def test_warnings_go_to_the_log_and_into_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.INFO)
    model = mujoco.MjModel.from_xml_string(FALLING)
    data = mujoco.MjData(model)
    data.qvel[0] = float("nan")
    mujoco.mj_step(model, data)
    assert "unstable" in caplog.text
    assert list(tmp_path.iterdir()) == []
