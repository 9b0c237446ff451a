"""A whole run in the mini world: goal, plan, skills in the sandbox, verdict from facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.launchfile import parse_launch
from embodied.loop import start_run
from embodied.outcome import Verdict


@pytest.mark.parametrize("bridge", ["false", "true"])
def test_from_nothing_to_ore(tmp_path: Path, bridge: str) -> None:
    text = f'[goal]\ntext = "get 2 ore"\n[world]\nkind = "mini"\nseed = 7\nbridge = {bridge}\n'
    report = start_run(parse_launch(text, "test"), runs_dir=tmp_path)
    assert report.verdict is Verdict.PASSED
