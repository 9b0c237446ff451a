"""What a refinement is made of is imported when a training begins, not before."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "stable_baselines3", "gymnasium", "onnx", "onnxruntime", "safetensors")


def test_nothing_heavy_comes_with_the_search_the_report_or_the_command() -> None:
    program = (
        "import sys, embodied.cli.refine, embodied.learning.refine, embodied.learning.screen, "
        f"embodied.learning.policy; print([n for n in {HEAVY!r} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
