"""An arm's bridge goes before ordinary programs, where that is allowed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOOK = """
import os, threading
from embodied_arm.priority import go_first, lead
held, led = threading.Event(), threading.Event()
pacer = threading.Thread(target=held.wait, name="pacer"); pacer.start()
early = threading.Thread(target=held.wait, name="operator"); early.start()
first = go_first()
late = threading.Thread(target=held.wait, name="log"); late.start()
moving = threading.Thread(target=lambda: (lead(), led.set(), held.wait()), name="body"); moving.start()
led.wait()
tasks = [one.native_id for one in (pacer, moving, early, late)]
how = [(os.sched_getscheduler(id) == os.SCHED_FIFO, os.sched_getparam(id).sched_priority) for id in tasks]
print(first, how)
held.set()
"""


def allowed() -> bool:
    """Whether this user may: tried by a process that ends at once."""
    ask = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    return subprocess.run([sys.executable, "-c", ask], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="this system has no such priorities")
def test_all_threads_go_first_and_the_loops_before_the_others_or_it_is_said_that_none_does() -> None:
    ran = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60, check=True)
    if allowed() and len(os.sched_getaffinity(0)) > 1:
        assert ran.stdout.strip() == "True [(True, 2), (True, 2), (True, 1), (True, 1)]"
    else:
        assert ran.stdout.strip() == "False [(False, 0), (False, 0), (False, 0), (False, 0)]"
