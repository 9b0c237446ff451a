"""Markers to print and cut out, each with its number, its size and what it belongs on; and the board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from embodied.errors import BadInput, SetupError
from embodied_tabletop.seeing.board import Board
from embodied_tabletop.seeing.markers import Marker, dictionary
from embodied_tabletop.seeing.opencv import INSTALL, opencv
from embodied_tabletop.seeing.pictures import Picture
from embodied_tabletop.seeing.settings import CameraSettings

DOTS_PER_METRE: Final = 300 / 0.0254
PAGE_M: Final = (0.210, 0.297)
"""A4, upright: width, height [m]."""
MARGIN_M: Final = 0.012
LABEL_M: Final = 0.007
GAP_M: Final = 0.006
RULER_M: Final = 0.10


def print_markers(settings: CameraSettings, output: Path, board: Board | None = None) -> list[Path]:
    """Write what [world.camera] names, true to size at 100 %, and a board if one is given.

    Args:
        output: a .pdf, or a .png: of several pages the others get numbers.

    Returns:
        The files written.

    Raises:
        BadInput: nothing to print, something is larger than a page, an ending that is neither.
        SetupError: Pillow is not installed.
    """
    if output.suffix.lower() not in (".pdf", ".png"):
        raise BadInput(f"{output} is neither a .pdf nor a .png.", remedy="Say -o markers.pdf.")
    cells = [_cell(settings.dictionary, marker) for marker in (*settings.markers, *settings.reference)]
    if not cells and board is None:
        raise BadInput(
            "[world.camera] names no markers.", remedy="Name them in the launch file first: docs/seeing.md."
        )
    pages = list(_pages(cells))
    if board is not None:
        pages.append(_board_page(board))
    return _written(pages, output)


def marker_picture(name: str, number: int, side: int) -> Picture:
    """A marker with its white rim, one cell wide; `side` of its black square [dots]."""
    names = dictionary(name)
    cells = int(names.markerSize) + 2
    black: Picture = opencv().aruco.generateImageMarker(names, number, max(side, cells))
    return np.pad(black, round(side / cells), constant_values=255)


def _dots(metres: float) -> int:
    return round(metres * DOTS_PER_METRE)


def _cell(name: str, marker: Marker) -> tuple[Picture, str]:
    count = len(dictionary(name).bytesList)
    if marker.id >= count:
        raise BadInput(f"{name} has no marker {marker.id}.", remedy=f"Its numbers go from 0 to {count - 1}.")
    where = marker.object or f"table, at {marker.pose[0, 3]:g}, {marker.pose[1, 3]:g} m"
    return marker_picture(
        name, marker.id, _dots(marker.size)
    ), f"{marker.id}: {where}, {1000 * marker.size:g} mm"


def _pages(cells: Sequence[tuple[Picture, str]]) -> Iterator[Any]:
    """Rows from the top; a new page where one is full."""
    image_of, draw_of = _pillow()
    right, bottom = _dots(PAGE_M[0] - MARGIN_M), _dots(PAGE_M[1] - MARGIN_M)
    page = image_of(PAGE_M)
    _ruler(page, draw_of)
    x = left = _dots(MARGIN_M)
    y, row = _dots(2.5 * MARGIN_M), 0
    for picture, label in cells:
        side = picture.shape[0]
        wide = max(side, round(draw_of(page).textlength(label, font_size=_dots(0.003)))) + _dots(GAP_M)
        tall = side + _dots(LABEL_M)
        if x + wide > right and x > left:
            x, y, row = left, y + row, 0
        if y + tall > bottom:
            yield page
            page = image_of(PAGE_M)
            x, y, row = left, _dots(MARGIN_M), 0
        if x + side > right or y + tall > bottom:
            raise BadInput(f"Marker {label} does not fit on a page.", remedy="Make it smaller than 150 mm.")
        _paste(page, picture, (x, y))
        draw = draw_of(page)
        draw.rectangle((x - 1, y - 1, x + side, y + side), outline=170)  # where to cut
        draw.text((x, y + side + _dots(0.001)), label, fill=0, font_size=_dots(0.003))
        x, row = x + wide, max(row, tall + _dots(GAP_M))
    if cells:
        yield page


def _board_page(board: Board) -> Any:
    image_of, draw_of = _pillow()
    picture = board.drawn(DOTS_PER_METRE)
    upright = picture.shape[0] >= picture.shape[1]
    page = image_of(PAGE_M if upright else (PAGE_M[1], PAGE_M[0]))
    width, height = page.size
    if picture.shape[1] > width - _dots(0.01) or picture.shape[0] > height - 2 * _dots(MARGIN_M):
        raise BadInput(
            f"The board ({board.words}) is larger than A4.",
            remedy="Say fewer or smaller squares: charuco:7x5:35.",
        )
    _paste(page, picture, ((width - picture.shape[1]) // 2, (height - picture.shape[0]) // 2))
    text = f"{board.words}; print at 100 %, measure a square, glue it to something flat"
    draw_of(page).text((_dots(MARGIN_M), height - _dots(0.009)), text, fill=0, font_size=_dots(0.003))
    return page


def _ruler(page: Any, draw_of: Any) -> None:
    draw, x, y = draw_of(page), _dots(MARGIN_M), _dots(MARGIN_M)
    draw.line((x, y, x + _dots(RULER_M), y), fill=0, width=3)
    for end in (x, x + _dots(RULER_M)):
        draw.line((end, y - 30, end, y + 30), fill=0, width=3)
    text = "100 mm: print at 100 %, and measure. The launch file wants the size of the black square."
    draw.text((x, y + _dots(0.004)), text, fill=0, font_size=_dots(0.003))


def _paste(page: Any, picture: Picture, at: tuple[int, int]) -> None:
    from PIL import Image

    page.paste(Image.fromarray(picture), at)


def _pillow() -> tuple[Any, Any]:
    try:
        from PIL import Image, ImageDraw
    except ImportError as missing:
        raise SetupError("Printing needs Pillow, not installed here.", remedy=f"{INSTALL}.") from missing
    return lambda size: Image.new("L", (_dots(size[0]), _dots(size[1])), 255), ImageDraw.Draw


def _written(pages: Sequence[Any], output: Path) -> list[Path]:
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix.lower() == ".pdf":
        pages[0].save(output, resolution=300.0, save_all=True, append_images=pages[1:])
        return [output]
    paths = [output, *(output.with_stem(f"{output.stem}-{n}") for n in range(2, len(pages) + 1))]
    for page, path in zip(pages, paths, strict=True):
        page.save(path, dpi=(300, 300))
    return paths
