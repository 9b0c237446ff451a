"""Pictures, as OpenCV reads them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embodied_tabletop.seeing.opencv import opencv

Picture = NDArray[np.uint8]
"""Shape (height, width) or (height, width, 3), blue first."""


def gray(picture: Picture) -> Picture:
    """One channel, shape (height, width)."""
    if picture.ndim == 2:
        return picture
    cv = opencv()
    made: Picture = cv.cvtColor(picture, cv.COLOR_BGR2GRAY)
    return made
