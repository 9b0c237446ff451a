"""What can be wrong with a reward.

EmbodiedError
├── BadInput
│   └── BadSpec            an observation or action that does not fit together, or is not there
└── RewardError            the reward itself; `code` is its name on the wire and in records
    ├── NotAllowed         the source uses what the reward language does not have; `problems` says where
    │   └── MutatesInput   it writes into what it was given
    ├── Failed             numpy could not compute it
    ├── NotFinite          NaN or infinity
    ├── WrongShape         a term is not one number for each state
    ├── WrongTerms         not a dict of terms, or other terms than before
    ├── MixesStates        a state's reward depends on the other states of the batch
    ├── Constant           it is the same everywhere
    ├── OutOfScale         1e12
    ├── TooSlow            a call used more time than it may
    ├── TooLarge           a call wanted more memory than it may
    ├── WorkerLost         the process that computed it ended, and ended again
    └── CannotCompose      the offline designer has no stage for this condition
"""

from __future__ import annotations

from dataclasses import dataclass

from embodied.errors import BadInput, EmbodiedError


class BadSpec(BadInput):
    pass


class RewardError(EmbodiedError):
    code = "reward_error"


@dataclass(frozen=True)
class Problem:
    """One thing that is not allowed.

    Attributes:
        line: in the source, from 1.
        what: what stands there and why it may not.
        remedy: what to write instead.
    """

    line: int
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


class NotAllowed(RewardError):
    code = "not_allowed"

    def __init__(self, message: str, *, remedy: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.problems = problems


class MutatesInput(NotAllowed):
    code = "mutates_input"


class Failed(RewardError):
    code = "failed"


class NotFinite(RewardError):
    code = "not_finite"


class WrongShape(RewardError):
    code = "wrong_shape"


class WrongTerms(RewardError):
    code = "wrong_terms"


class MixesStates(RewardError):
    code = "mixes_states"


class Constant(RewardError):
    code = "constant"


class OutOfScale(RewardError):
    code = "out_of_scale"


class TooSlow(RewardError):
    code = "too_slow"


class TooLarge(RewardError):
    code = "too_large"


class WorkerLost(RewardError):
    code = "worker_lost"


class CannotCompose(RewardError):
    code = "cannot_compose"


_ERRORS: tuple[type[RewardError], ...] = (
    *(NotAllowed, MutatesInput, Failed, NotFinite, WrongShape, WrongTerms, MixesStates, Constant),
    *(OutOfScale, TooSlow, TooLarge, WorkerLost, CannotCompose),
)
BY_CODE = {error.code: error for error in _ERRORS}
