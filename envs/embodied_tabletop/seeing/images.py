"""Where pictures come from: a camera, one picture, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from embodied.errors import BadInput, SetupError
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.pictures import Picture

ENDINGS: Final = (".png", ".jpg", ".jpeg", ".bmp")
SIMULATED: Final = "simulated"
"""A source that is no camera: see `embodied_tabletop.seeing.simulated`."""
FROZEN: Final = 10
"""Pictures of a camera that are the same bit by bit: no sensor does that, something hangs."""


class Images(Protocol):
    """A source of pictures, for one thread."""

    def read(self) -> Picture | None:
        """The newest; None where there is none now."""
        ...

    def close(self) -> None: ...


class CameraImages:
    """A camera by its index. Raises SetupError where none answers."""

    def __init__(self, index: int, width: int = 0, height: int = 0) -> None:
        self._cv = opencv()
        self._index, self._size = index, (width, height)
        self._same = 0
        self._before: Picture | None = None
        self._camera: Any = self._opened()
        if not self._camera.isOpened():
            self._camera.release()
            raise SetupError(
                f"Camera {index} does not answer.",
                remedy="Is it plugged in, and nobody else uses it? `source` in [world.camera] is its number.",
            )

    def read(self) -> Picture | None:
        """The newest picture; waits for it. None where the camera gives none, or hangs on one."""
        worked, picture = self._camera.read()
        if not worked:
            self._camera.release()  # unplugged, perhaps: the next call tries anew
            self._camera = self._opened()
            return None
        same = self._before is not None and np.array_equal(picture, self._before)
        self._same = self._same + 1 if same else 0
        self._before = picture
        return None if self._same >= FROZEN else picture

    def close(self) -> None:
        self._camera.release()

    def _opened(self) -> Any:
        camera = self._cv.VideoCapture(self._index)
        camera.set(self._cv.CAP_PROP_BUFFERSIZE, 1)  # an old picture is worse than none
        for name, size in zip(("CAP_PROP_FRAME_WIDTH", "CAP_PROP_FRAME_HEIGHT"), self._size, strict=True):
            if size:
                camera.set(getattr(self._cv, name), size)
        return camera


class PictureImages:
    """One file, read again when it changes; while it is half written, there is no picture."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0)
        self._picture: Picture | None = None

    def read(self) -> Picture | None:
        try:
            now = self._path.stat()
        except OSError:
            return None
        if (now.st_mtime_ns, now.st_size) != self._stamp:
            self._picture = read_picture(self._path)
            self._stamp = (now.st_mtime_ns, now.st_size)
        return self._picture

    def close(self) -> None:
        """Nothing to end."""


class FolderImages:
    """The pictures of a folder in the order of their names, then the last one again and again."""

    def __init__(self, folder: Path) -> None:
        self._paths = pictures_in(folder)
        self._at = -1

    def read(self) -> Picture | None:
        self._at = min(self._at + 1, len(self._paths) - 1)
        return read_picture(self._paths[self._at])

    def close(self) -> None:
        """Nothing to end."""


def open_images(source: int | str, width: int = 0, height: int = 0) -> Images:
    """The source that [world.camera] names. Raises BadInput, SetupError."""
    if isinstance(source, int):
        return CameraImages(source, width, height)
    path = Path(source)
    if path.is_dir():
        return FolderImages(path)
    if path.suffix.lower() in ENDINGS and path.parent.is_dir():
        return PictureImages(path)
    raise BadInput(
        f"[world.camera] source = {source!r} is no camera, picture or folder.",
        remedy="Give a number (0 is the first camera), a .png or .jpg, or a folder of them.",
    )


def pictures_in(folder: Path) -> list[Path]:
    """Sorted by name. Raises BadInput where there are none."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not paths:
        raise BadInput(f"There are no pictures in {folder}.", remedy=f"It reads {', '.join(ENDINGS)}.")
    return paths


def read_picture(path: Path) -> Picture | None:
    """None for a file that is no picture, or not yet whole."""
    picture: Picture | None = opencv().imread(str(path))
    return picture


def read_all(folder: Path) -> Iterator[tuple[Path, Picture]]:
    """All pictures of a folder that can be read."""
    for path in pictures_in(folder):
        picture = read_picture(path)
        if picture is not None:
            yield path, picture
