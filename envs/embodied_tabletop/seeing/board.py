"""The board that a lens is calibrated with: ChArUco, or a plain checkerboard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from embodied.errors import BadInput
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.pictures import Picture, gray
from embodied_tabletop.seeing.transforms import Array

CHARUCO, CHECKERBOARD = "charuco", "checkerboard"
USUAL: Final = {CHARUCO: (7, 5, 35.0), CHECKERBOARD: (9, 6, 25.0)}
MARKER_SHARE: Final = 0.72
DICTIONARY: Final = "DICT_5X5_50"
"""Not that of the things' markers: a board that is left on the table is no thing."""
LEAST_CORNERS: Final = 10


@dataclass(frozen=True)
class BoardView:
    """A board in one picture: its corners in its own plane (n, 3) [m], and in the picture (n, 2) [pixels]."""

    points: Array
    pixels: Array


@dataclass(frozen=True)
class Board:
    """columns, rows: squares of a ChArUco board, inner corners of a checkerboard; square: side [m]."""

    kind: str
    columns: int
    rows: int
    square: float

    @classmethod
    def of(cls, text: str) -> Board:
        """From "charuco", "charuco:7x5:35" or "checkerboard:9x6:25", the last the square's side [mm]."""
        kind, *more = text.split(":")
        try:
            columns, rows, square = USUAL[kind]
            if more:
                columns, rows = (int(number) for number in more[0].split("x"))
            if more[1:]:
                square = float(more[1])
            if min(columns, rows) < 3 or max(columns, rows) > 25 or not 5 <= square <= 200 or len(more) > 2:
                raise ValueError
        except (KeyError, ValueError) as wrong:
            raise BadInput(
                f"{text!r} is no board.",
                remedy="Say charuco:7x5:35 (squares; side in mm) or checkerboard:9x6:25 (inner corners).",
            ) from wrong
        return cls(kind, columns, rows, square / 1000)

    @property
    def words(self) -> str:
        what = "squares" if self.kind == CHARUCO else "inner corners"
        return f"{self.kind}, {self.columns} x {self.rows} {what} of {1000 * self.square:g} mm"

    def find(self, picture: Picture) -> BoardView | None:
        """None where it is not, or too little of it."""
        flat = gray(picture)
        if self.kind == CHARUCO:
            corners, ids, _, _ = self._detector.detectBoard(flat)
            if ids is None or len(ids) < LEAST_CORNERS:
                return None
            points = self._charuco.getChessboardCorners()[ids.ravel()]
            return BoardView(np.asarray(points, dtype=float), np.asarray(corners, dtype=float).reshape(-1, 2))
        found, corners = opencv().findChessboardCornersSB(flat, (self.columns, self.rows))
        if not found:
            return None
        grid = np.zeros((self.columns * self.rows, 3))
        grid[:, :2] = np.mgrid[0 : self.columns, 0 : self.rows].T.reshape(-1, 2) * self.square
        return BoardView(grid, np.asarray(corners, dtype=float).reshape(-1, 2))

    def drawn(self, dots_per_metre: float) -> Picture:
        """To be printed."""
        side = round(self.square * dots_per_metre)
        if self.kind == CHARUCO:
            image: Picture = self._charuco.generateImage((self.columns * side, self.rows * side))
            return image
        rows, columns = np.indices((self.rows + 1, self.columns + 1))
        squares = np.where((rows + columns) % 2 == 0, 0, 255).astype(np.uint8)
        return np.kron(squares, np.ones((side, side), np.uint8))

    @cached_property
    def _charuco(self) -> Any:
        aruco = opencv().aruco
        names = aruco.getPredefinedDictionary(getattr(aruco, DICTIONARY))
        return aruco.CharucoBoard((self.columns, self.rows), self.square, MARKER_SHARE * self.square, names)

    @cached_property
    def _detector(self) -> Any:
        return opencv().aruco.CharucoDetector(self._charuco)
