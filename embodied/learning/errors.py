"""What can keep a refinement from being done.

EmbodiedError
├── BadInput
│   ├── UnknownTask           no task of the world is what the sentence says
│   ├── NoCondition           a task that nothing can say the success of
│   ├── EnvironmentChanged    a run that goes on in another environment than it began in
│   ├── PolicyMismatch        a policy that sees or does other things than the body
│   └── CannotForesee         planning asked of a world that cannot be tried out and put back
├── SetupError
│   └── NoTrainer             a package of the extra `learn` is not installed
└── EmbodiedError
    ├── NoReward              no candidate was accepted by the critic
    ├── Unwritable            a policy, a state or a report cannot be written: the disk is full
    └── NoGuide               there is no weak skill to begin with, or it hardly ever succeeds
"""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from embodied.errors import BadInput, EmbodiedError, SetupError

_NOT_WRITABLE: Final = (
    None, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
)  # fmt: skip
TORN: Final = (EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)
"""What numpy says of a file that a lost machine left torn, or empty."""
INSTALL: Final = "pip install 'embodied-agent[learn]'"


class UnknownTask(BadInput):
    pass


class NoCondition(BadInput):
    pass


class EnvironmentChanged(BadInput):
    pass


class PolicyMismatch(BadInput):
    pass


class CannotForesee(BadInput):
    pass


class NoTrainer(SetupError):
    pass


class NoReward(EmbodiedError):
    pass


class Unwritable(EmbodiedError):
    pass


class NoGuide(EmbodiedError):
    pass


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """What is done here writes files; raises `Unwritable` where the disk is full, or may not be written."""
    try:
        yield
    except OSError as full:
        if full.errno not in _NOT_WRITABLE:
            raise
        raise Unwritable(
            f"{where} cannot be written: {full.strerror or full}.",
            remedy="Is the disk full? Make room there, then go on with --resume: what was recorded is kept.",
        ) from full


def need(packages: Sequence[str], what: str, *, extra: str = "learn") -> None:
    """Raise `NoTrainer`, naming the extra, if one of these modules is not installed."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise NoTrainer(
            f"{what} needs {', '.join(missing)}, not installed here.",
            remedy=f"Install the extra: {INSTALL.replace('learn', extra)}; in a checkout "
            "`launch/test --version` installs all.",
        )
