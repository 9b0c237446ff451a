"""Who watches a simulated table: single pictures, a film, a live page. All share one studio."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from embodied_tabletop.film import Film, check_path
from embodied_tabletop.pictures import Image, Moment, Studio
from embodied_tabletop.table import Table
from embodied_tabletop.viewer import Viewer


class Onlookers:
    """See `show`; what nobody asked for costs nothing.

    Args:
        film: where to film the run to; None for no film.
        view: whether to serve a live page.

    Raises:
        BadInput: the film cannot be written there.
        SetupError: ffmpeg or OpenGL is missing.
    """

    def __init__(self, table: Table, *, film: Path | None, view: bool) -> None:
        self._table = table
        self._studio = Studio(table.scene, table.start)
        self._film: Film | None = None
        self._viewer: Viewer | None = None
        try:
            self._begin(film, view)
        except BaseException:
            self.close()
            raise
        self.show()

    @property
    def address(self) -> str:
        """Of the live page; "" without one."""
        return self._viewer.address if self._viewer is not None else ""

    def show(self) -> None:
        """A control period has passed."""
        if self._film is None and self._viewer is None:
            return
        moment = self.moment()
        if self._film is not None:
            self._film.shoot(moment)
        if self._viewer is not None:
            self._viewer.show(moment)

    def image(self, camera: str, width: int, height: int) -> Image:
        """What a camera sees now, shape (height, width, 3), RGB."""
        return self._studio.image(self.moment(), camera, width, height)

    def moment(self) -> Moment:
        """What a picture would show now."""
        marks = tuple(self._table.start.targets.values())
        return Moment(self._table.engine.arm().position, self._table.now, marks)

    def close(self) -> None:
        """Finish the film, end the page. Idempotent; all is let go even if the film's end raises."""
        film, self._film = self._film, None
        with ExitStack() as last:
            last.callback(self._studio.close)
            if film is not None:
                last.callback(film.close)
            if self._viewer is not None:
                last.callback(self._viewer.close)

    def _begin(self, film: Path | None, view: bool) -> None:
        if film is not None:
            check_path(film)
        if film is not None or view:
            self.image("corner", 16, 16)  # whether there is an OpenGL at all is told at once
        if film is not None:
            self._film = Film(film, self._studio)
        if view:
            self._viewer = Viewer(self._studio, self._describe)

    def _describe(self) -> dict[str, Any]:
        view = self._table.view
        held = ", ".join(sorted(view.held)).replace("_", " ") or "nothing"
        return {"text": f"{view.now.time_s:.1f} s in the world; the hand holds {held}"}
