"""Calibrating, step by step, for a person who holds a board before a camera or has taken pictures before."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from embodied.deploying.camera import CalibrationWish
from embodied.errors import BadInput
from embodied_tabletop.engine import BodyState
from embodied_tabletop.seeing.board import Board
from embodied_tabletop.seeing.calibrating import lens_from, place_from_hand, place_from_table
from embodied_tabletop.seeing.calibration import Calibration, Lens, dumped, load_lens
from embodied_tabletop.seeing.images import CameraImages, Images, read_all, read_picture
from embodied_tabletop.seeing.markers import Marker
from embodied_tabletop.seeing.pictures import Picture
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.transforms import Array, matrix_of

VIEWS: Final = 20
NEW_VIEW: Final = 0.06
"""A view is another one when the board's corners have moved by this share of the picture's width."""
PATIENCE_S: Final = 120.0
STILL_PICTURES: Final = 10
USUAL_FILE: Final = "camera.json"

Say = Callable[[str], None]
HandAt = Callable[[Sequence[float]], BodyState]
"""The grasp point from the joints [rad], in the base frame."""


def calibrate(
    settings: CameraSettings, wish: CalibrationWish, say: Say, hand_at: Callable[[], HandAt]
) -> Path:
    """See `embodied.deploying.camera.SeeingArms`.

    Args:
        hand_at: connects to the arm to learn its shape; asked only where postures are given as joints.
    """
    output = wish.output or Path(settings.calibration or USUAL_FILE)
    live = _Live(wish, settings, say)
    try:
        lens = load_lens(output) if wish.keep_lens else _lens(wish, say, live)
        say(f"lens      {lens.error_px:.2f} pixels over {lens.views} views, {lens.width} x {lens.height}")
        placed = _place(settings, wish, lens, live, hand_at)
    finally:
        live.close()
    if placed is None:
        say(
            "Where the camera stands is not known yet: name markers on the table, [[world.camera.reference]],"
        )
        say("lay them down, and calibrate again with --keep-lens.")
    else:
        x, y, z = placed.camera[:3, 3].tolist()
        say(f"place     {placed.error_px:.2f} pixels, by {placed.told_by}")
        say(f"camera    at {x:.3f}, {y:.3f}, {z:.3f} m from the arm's base: measure whether that is so")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(dumped(lens, placed), encoding="utf-8")
    return output


def _lens(wish: CalibrationWish, say: Say, live: _Live) -> Lens:
    board = Board.of(wish.board)
    if wish.pictures is not None:
        return lens_from(board, (picture for _, picture in read_all(_folder(wish.pictures))))
    say(f"Show the board ({board.words}): near, far, in all corners, slanted to all sides.")
    return lens_from(board, live.views(board))


def _place(
    settings: CameraSettings, wish: CalibrationWish, lens: Lens, live: _Live, hand_at: Callable[[], HandAt]
) -> Calibration | None:
    if wish.postures is not None:
        marker, shown = read_postures(wish.postures, hand_at)
        return place_from_hand(lens, settings.dictionary, marker, shown)
    if not settings.reference:
        return None
    where = wish.table or wish.pictures
    if where is None:
        pictures: Iterator[Picture] = live.table()
    elif where.is_file():
        picture = read_picture(where)
        if picture is None:
            raise BadInput(f"{where} is no picture.", remedy="Give a .png or .jpg, or a folder of them.")
        pictures = iter([picture])
    else:
        pictures = (picture for _, picture in read_all(_folder(where)))
    return place_from_table(lens, settings.dictionary, settings.reference, pictures)


def read_postures(path: Path, hand_at: Callable[[], HandAt]) -> tuple[Marker, list[tuple[Array, Picture]]]:
    """{"marker": {"id": 30, "size": 0.05}, "postures": [{"picture": "1.png", "joints": [...]}, ...]}; instead
    of joints [rad] {"hand": {"position": [m], "quaternion": [w, x, y, z]}}. Raises BadInput."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        marker = Marker(int(data["marker"]["id"]), "", float(data["marker"]["size"]), np.eye(4))
        entries = list(data["postures"])
        at = hand_at() if any("hand" not in entry for entry in entries) else None
        shown = []
        for entry in entries:
            picture = read_picture(path.parent / str(entry["picture"]))
            if picture is None:
                raise ValueError(f"{entry['picture']} is no picture")
            if at is not None and "hand" not in entry:
                shown.append((matrix_of(at([float(joint) for joint in entry["joints"]])), picture))
                continue
            x, y, z = (float(value) for value in entry["hand"]["position"])
            w, i, j, k = (float(value) for value in entry["hand"]["quaternion"])
            shown.append((matrix_of(BodyState((x, y, z), (w, i, j, k))), picture))
    except (OSError, KeyError, TypeError, ValueError) as wrong:
        raise BadInput(
            f"{path} tells no postures: {wrong!r}.",
            remedy="docs/seeing.md shows what such a file looks like.",
        ) from wrong
    return marker, shown


class _Live:
    """Pictures of a camera that is opened when the first is wanted."""

    def __init__(self, wish: CalibrationWish, settings: CameraSettings, say: Say) -> None:
        self._wish, self._settings, self._say = wish, settings, say
        self._images: Images | None = None

    def views(self, board: Board) -> Iterator[Picture]:
        """Pictures in which the board is, each elsewhere than in all before."""
        until, kept = time.monotonic() + PATIENCE_S, list[Array]()
        while len(kept) < VIEWS and time.monotonic() < until:
            picture = self._camera().read()
            view = board.find(picture) if picture is not None else None
            if picture is None or view is None:
                continue
            spot = np.concatenate([view.pixels.mean(axis=0), view.pixels.std(axis=0) * 2])
            if all(np.abs(spot - other).max() > NEW_VIEW * picture.shape[1] for other in kept):
                kept.append(spot)
                self._say(f"view {len(kept)} of {VIEWS}")
                yield picture

    def table(self) -> Iterator[Picture]:
        self._say("Looking for the markers on the table; keep hands and board out of the picture.")
        found = 0
        for _ in range(5 * STILL_PICTURES):
            picture = self._camera().read()
            if picture is not None and found < STILL_PICTURES:
                found += 1
                yield picture

    def close(self) -> None:
        if self._images is not None:
            self._images.close()

    def _camera(self) -> Images:
        if self._images is None:
            source = self._wish.camera if self._wish.camera is not None else self._settings.source
            if not isinstance(source, int):
                raise BadInput(
                    f"[world.camera] source = {source!r} is no live camera.",
                    remedy="Give --camera 0, or --pictures FOLDER.",
                )
            self._images = CameraImages(source)
        return self._images


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise BadInput(f"There is no folder {path}.", remedy="Give one with pictures of the board.")
    return path
