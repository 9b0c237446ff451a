"""What a skill of runtime "policy" has besides its code: the policy, its card, and the reward behind it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from embodied.errors import BadSkill

POLICY_FILE: Final = "policy.onnx"
CARD_FILE: Final = "policy.json"
REWARD_FILE: Final = "reward.py"
FILES: Final = (POLICY_FILE, CARD_FILE, REWARD_FILE)

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of a policy: networks that a small computer runs within a few milliseconds are smaller."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")


def checked_policy(folder: Path, wanted: str, source: str) -> str:
    """The hash of a skill's policy.

    Raises:
        BadSkill: the file is missing, too large, or another than SKILL.md and skill.py name.
    """
    found = hashlib.sha256(policy_bytes(folder)).hexdigest()
    file = folder / POLICY_FILE
    if _HASH.fullmatch(wanted) is None:
        raise BadSkill(
            f"{folder / 'SKILL.md'}: embodied-policy is {wanted[:80]!r}, no SHA-256 in hexadecimal digits.",
            remedy=f"Of {POLICY_FILE} it is {found}.",
        )
    if found != wanted:
        raise BadSkill(
            f"{file}: its hash is {found[:16]}, and SKILL.md says {wanted[:16]}: it was changed.",
            remedy="Put the policy back that the skill was proven with, or make a new skill of this one.",
        )
    if wanted not in source:
        raise BadSkill(
            f"{folder / 'skill.py'}: does not run the policy {wanted[:16]} that SKILL.md names.",
            remedy=f'Write run_policy("{wanted}", ...).',
        )
    return found


def policy_bytes(folder: Path) -> bytes:
    """The content of a skill's policy; raises `BadSkill` if there is none, or too much of it."""
    file = folder / POLICY_FILE
    try:
        if file.is_symlink() or not file.is_file():
            raise BadSkill(f"{file}: is missing, or is a link.", remedy="A skill of runtime policy has one.")
        if file.stat().st_size > MOST_BYTES:
            raise BadSkill(f"{file}: is larger than {MOST_BYTES // 1024**2} MiB.", remedy="Distil it.")
        return file.read_bytes()
    except OSError as broken:
        raise BadSkill(f"{file}: cannot be read: {broken.strerror or broken}.") from broken
