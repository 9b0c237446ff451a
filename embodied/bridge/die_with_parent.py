"""Linux: become another program that the kernel ends when its parent dies.

Run as `python -I -S die_with_parent.py PARENT_PID program argument…`. A wrapper, because doing this
between fork and exec (`preexec_fn`) is unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent = int(sys.argv[1])
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above took effect
        raise SystemExit(1)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as failed:
        raise SystemExit(f"{sys.argv[2]}: {failed.strerror}") from None


main()
