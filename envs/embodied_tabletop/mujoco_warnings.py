"""What MuJoCo warns of goes to our log. By itself it writes MUJOCO_LOG.TXT into the current folder."""

from __future__ import annotations

import logging

import mujoco

_log = logging.getLogger(__name__)


def to_the_log() -> None:
    """Unless somebody listens to the warnings already. Once for the whole process."""
    if mujoco.get_mju_user_warning() is None:
        mujoco.set_mju_user_warning(_tell)


def _tell(text: str) -> None:
    _log.info("MuJoCo warns: %s", text)
