"""Where the program begins. Stopping an arm waits for no import that it does not need: they take seconds on a
busy machine."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process, and exit with its code."""
    words = sys.argv[1:]
    names = [] if words[2:] == ["--all"] else words[2:]
    if words[:2] == ["arm", "stop"] and not any(one.startswith("-") or ".toml" in one for one in names):
        sys.exit(_stop(names))
    from embodied.cli.main import main as whole

    whole()


def _stop(names: list[str]) -> int:
    from embodied.cli.arm_stop import stop_all_of
    from embodied.errors import EmbodiedError

    try:
        stop_all_of(names)
    except EmbodiedError as error:
        from embodied.cli.ending import print_error

        print_error(error)
        return error.exit_code
    return 0
