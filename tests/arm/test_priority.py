"""An arm's bridge goes before ordinary programs, where that is allowed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOOK = """
import os, threading
from embodied_arm.priority import go_first
held = threading.Event()
early = threading.Thread(target=held.wait); early.start()
first = go_first()
late = threading.Thread(target=held.wait); late.start()
print(first, [os.sched_getscheduler(one.native_id) == os.SCHED_FIFO for one in (early, late)])
held.set()
"""


def allowed() -> bool:
    """Whether this user may: tried by a process that ends at once."""
    ask = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    return subprocess.run([sys.executable, "-c", ask], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="this system has no such priorities")
def test_all_threads_go_first_or_it_is_said_that_none_does() -> None:
    ran = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60, check=True)
    if allowed() and len(os.sched_getaffinity(0)) > 1:
        assert ran.stdout.strip() == "True [True, True]"
    else:
        assert ran.stdout.strip() == "False [False, False]"
