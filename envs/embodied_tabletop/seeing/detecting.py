"""From a picture to the corners of the markers in it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from embodied_tabletop.seeing.edges import refined
from embodied_tabletop.seeing.markers import dictionary
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.pictures import Picture, gray
from embodied_tabletop.seeing.transforms import Array

SMALL: Final = 1000
"""In pictures narrower than this, markers are looked for at twice the size [pixels]: cells of a marker there
are hardly larger than pixels."""
SCALE: Final = 2

_log = logging.getLogger(__name__)


class Detector:
    """Finds the markers of one dictionary whose numbers are known.

    Args:
        ids: the markers that the launch file names. Others are told once in the log, and left out.
    """

    def __init__(self, name: str, ids: Iterable[int]) -> None:
        self._cv = opencv()
        aruco = self._cv.aruco
        parameters = aruco.DetectorParameters()
        parameters.minMarkerPerimeterRate = 0.02
        parameters.errorCorrectionRate = 0.4
        self._detector: Any = aruco.ArucoDetector(dictionary(name), parameters)
        self._ids = frozenset(ids)
        self._told: set[int] = set()

    def find(self, picture: Picture) -> Mapping[int, Array]:
        """Corners by the marker's number: from its own top left clockwise, (4, 2) [pixels].

        A number that is in the picture twice is left out: nobody can tell which is which.
        """
        flat = gray(picture)
        large = SCALE if flat.shape[1] < SMALL else 1
        corners, ids, _ = self._detector.detectMarkers(_enlarged(flat, large))
        numbers = [] if ids is None else [int(number) for number in ids.ravel()]
        times = Counter(numbers)
        found = {}
        for number, four in zip(numbers, corners, strict=True):
            if number not in self._ids:
                self._tell(number, "is in no launch file; it is not looked at")
            elif times[number] > 1:
                self._tell(number, "is in the picture more than once; neither is believed")
            else:
                found[number] = refined(
                    flat, (np.asarray(four, dtype=float).reshape(4, 2) + 0.5) / large - 0.5
                )
        return found

    def _tell(self, number: int, what: str) -> None:
        if number not in self._told:
            self._told.add(number)
            _log.warning("marker %d %s", number, what)


def _enlarged(flat: Picture, times: int) -> Picture:
    if times == 1:
        return flat
    made: Picture = opencv().resize(flat, None, fx=times, fy=times, interpolation=opencv().INTER_CUBIC)
    return made
