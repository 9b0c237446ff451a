"""A library and a home of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("mujoco")
pytest.importorskip("franky_sim")


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EMBODIED_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("embodied.library.grades._same_ground", lambda *_: True)  # tests/library has that
