"""Where the program begins. Stopping an arm waits for no import that it does not need: they take seconds on a
busy machine."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process, and exit with its code."""
    words = sys.argv[1:]
    name = "all" if words[2:] == ["--all"] else "".join(words[2:])
    if words[:2] == ["arm", "stop"] and len(words) <= 3 and not name.startswith("-") and ".toml" not in name:
        sys.exit(_stop(name))
    from embodied.cli.main import main as whole

    whole()


def _stop(name: str) -> int:
    from embodied.cli.arm_stop import stop_named
    from embodied.errors import EmbodiedError

    try:
        stop_named(name)
    except EmbodiedError as error:
        from embodied.cli.ending import print_error

        print_error(error)
        return error.exit_code
    return 0
