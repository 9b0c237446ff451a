"""Bringing a policy's file from the library to the body that runs it: data, named by its hash.

The body may be in another process. It keeps what was handed to it under the hash of the content; a skill's
code names that hash to `run_policy` and cannot hand anything over itself: `take_policy` is not offered to it.
"""

from __future__ import annotations

import base64
from typing import Final

from embodied.errors import BadSkill
from embodied.sandbox.host import Body
from embodied.skills.policies import policy_bytes
from embodied.skills.skill import Skill

TAKE: Final = "take_policy"
PART_BYTES: Final = 256 * 1024
"""What is sent in one message, before base64."""


def deliver(body: Body, skill: Skill) -> None:
    """Hand over what the body does not have yet of a skill's policy.

    Raises:
        BadSkill: the file is gone, or the body does not take it; the message says why.
        WorldError: the bridge is lost.
    """
    if TAKE not in body.spec.primitives:
        raise BadSkill(
            f"{skill.name} runs a policy, and this body takes none.", remedy="Use it on an arm of embodied's."
        )
    content: bytes | None = None
    at = 0
    part = ""
    while True:
        sent = body.call(TAKE, {"policy": skill.policy, "at": at, "part": part})
        if not sent.ok:
            raise BadSkill(f"{skill.name}: its policy was not taken: {sent.message}")
        if sent.value["complete"]:
            return
        if content is None:
            content = policy_bytes(skill.folder)
        at = int(sent.value["have"])
        piece = content[at : at + PART_BYTES]
        if not piece:
            raise BadSkill(
                f"{skill.folder}: its policy is not the one that it names.",
                remedy="`embodied skills restore`.",
            )
        part = base64.b64encode(piece).decode("ascii")
