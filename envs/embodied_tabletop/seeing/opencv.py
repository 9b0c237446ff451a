"""OpenCV, imported only where something is to be seen."""

from __future__ import annotations

import importlib
from typing import Any, Final

from embodied.errors import SetupError

INSTALL: Final = "pip install 'embodied-agent[vision]'"


def opencv() -> Any:
    """The module `cv2`. Raises SetupError naming the extra."""
    try:
        cv2 = importlib.import_module("cv2")
        cv2.aruco.ArucoDetector  # noqa: B018  an OpenCV of the time before has other names
    except (ImportError, AttributeError) as missing:
        raise SetupError(
            "Seeing markers needs opencv-python-headless, not installed here, or too old.",
            remedy=f"Install the extra: {INSTALL}.",
        ) from missing
    cv2.setNumThreads(1)  # the arm's loop wants the other cores
    return cv2
