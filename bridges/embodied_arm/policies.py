"""The policies that were handed over to this bridge: data, under the hash of their content.

Who hands one over sends its parts in order. Only what has the promised hash, and is a policy, is kept;
nothing is read from or written to the disk.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from embodied.bridge.body import PrimitiveFailed
from embodied.errors import EmbodiedError
from embodied.learning.policy import Policy

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of one policy."""
MOST_KEPT: Final = 16
"""The one that was used longest ago makes room for the seventeenth."""


class Policies:
    """See the module's docstring."""

    def __init__(self) -> None:
        self._kept: dict[str, Policy] = {}
        self._coming: tuple[str, bytearray] = ("", bytearray())

    def take(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """One part of a policy: `at` is where it begins [bytes]. Parts of one policy come in order; another
        policy's first part forgets what is incomplete."""
        digest, at = str(args["policy"]), int(args["at"])
        if digest in self._kept:
            return {"have": at, "complete": True}
        if self._coming[0] != digest:
            self._coming = (digest, bytearray())
        coming = self._coming[1]
        if at != len(coming):
            return {"have": len(coming), "complete": False}
        try:
            coming += base64.b64decode(args["part"], validate=True)
        except binascii.Error as wrong:
            raise PrimitiveFailed("bad_policy", f"a part is not base64: {wrong}") from wrong
        if len(coming) > MOST_BYTES:
            self._coming = ("", bytearray())
            raise PrimitiveFailed("bad_policy", f"a policy has at most {MOST_BYTES // 1024**2} MiB")
        complete = bool(coming) and hashlib.sha256(coming).hexdigest() == digest
        if complete:
            self._coming = ("", bytearray())
            self._keep(digest, bytes(coming))
        return {"have": len(coming), "complete": complete}

    def get(self, digest: str) -> Policy:
        """Raises `PrimitiveFailed` ("no_policy") for one that was not handed over."""
        policy = self._kept.pop(digest, None)
        if policy is None:
            raise PrimitiveFailed(
                "no_policy",
                f"no policy {digest[:16]} was handed over to this arm: policies come from the library, with "
                "the skill that runs them",
            )
        self._kept[digest] = policy  # used last
        return policy

    def _keep(self, digest: str, content: bytes) -> None:
        try:
            policy = Policy(content, f"the policy {digest[:16]}")
        except EmbodiedError as wrong:
            raise PrimitiveFailed("bad_policy", f"{wrong.message} {wrong.remedy}".strip()) from wrong
        self._kept[digest] = policy
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
