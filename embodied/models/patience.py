"""When a request that failed is worth sending again, and after how long a wait."""

from __future__ import annotations

import random
from dataclasses import dataclass

from embodied.models.completion import error_in
from embodied.models.line import Exchange

PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Status codes that may be otherwise the next time."""
NO_CREDIT = ("insufficient_quota", "billing", "credit")


@dataclass(frozen=True)
class Patience:
    """How often to try, and how long to wait between.

    Attributes:
        tries: requests in all, the first one included.
        late_tries: the same for answers that come too late or are cut: the model has worked at each.
        first_wait_s: the first wait, doubled each time [s].
        longest_wait_s: no wait is longer; a server that asks for more is not waited for [s].
    """

    tries: int = 6
    late_tries: int = 2
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0

    def wait(self, exchange: Exchange, tried: int) -> float | None:
        """Seconds to wait before the next request, or None if another one is not worth it."""
        if not may_pass(exchange) or tried >= (self.late_tries if exchange.worked else self.tries):
            return None
        asked = exchange.retry_after_s
        if asked is not None:
            return asked if asked <= self.longest_wait_s else None
        doubled = min(self.first_wait_s * 2.0 ** (tried - 1), self.longest_wait_s)
        return doubled * random.uniform(0.75, 1.0)


def may_pass(exchange: Exchange) -> bool:
    """True if the same request may succeed later."""
    if exchange.failure:
        return exchange.failure != "stopped"
    if exchange.status == 200:
        return False
    if exchange.status == 429 and is_out_of_credit(exchange):
        return False
    return exchange.status in PASSING


def is_out_of_credit(exchange: Exchange) -> bool:
    said = error_in(exchange.text)
    return any(word in said.lower() for word in NO_CREDIT)
