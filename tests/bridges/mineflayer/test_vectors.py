"""The JavaScript state machine keeps the same test vectors as the Python one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from embodied_mineflayer.bridge import PACKAGE_DIR

from embodied.node import find_node, prepare

RUNNER = Path(__file__).with_name("vectors.mjs")
VECTORS = Path(__file__).parents[2] / "vectors" / "bridge"


@pytest.mark.node
def test_all_vectors() -> None:
    core = prepare(PACKAGE_DIR) / "protocol" / "core.js"
    done = subprocess.run(
        [find_node(), RUNNER, core, VECTORS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    assert f"# pass {len(list(VECTORS.glob('*.json')))}\n" in done.stdout
