"""A camera that looks by itself: a thread of its own, whose findings are there at once for whoever asks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from embodied.errors import BadInput
from embodied_tabletop.scene import Scene
from embodied_tabletop.seeing.calibration import Calibration
from embodied_tabletop.seeing.detecting import Detector
from embodied_tabletop.seeing.images import Images
from embodied_tabletop.seeing.pictures import Picture
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.solving import Solver
from embodied_tabletop.seeing.tracking import KEPT, LEAST, Seen, Track

_log = logging.getLogger(__name__)

MOVED_PX: Final = 6.0
"""Markers on the table that are seen this far from where they should be: the camera was moved."""
CLOSE_S: Final = 5.0


@dataclass(frozen=True)
class Sight:
    """What the eye knows at an instant; a new one after every picture.

    Attributes:
        things: by name; what has not been seen lately is still here, with its times.
        time_s: when the last picture was taken [s]; of the eye's clock.
        wrong: why nothing that is seen now is believed, "" where all is well.
        picture: the last one.
    """

    things: Mapping[str, Seen] = field(default_factory=dict)
    time_s: float = 0.0
    wrong: str = "there has been no picture yet"
    picture: Picture | None = None


class Eye:
    """Looks `rate` times a second until it is closed. `sight` can be read from any thread, and never waits;
    `news` is told of every new one.

    Args:
        images: it closes them.
        clock: seconds; that of the `Sight`s.
    """

    def __init__(
        self,
        settings: CameraSettings,
        scene: Scene,
        calibration: Calibration,
        images: Images,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sight = Sight()
        self.clock = clock
        self.settings = settings
        self._lens = calibration.lens
        self._images = images
        ids = [marker.id for marker in (*settings.markers, *settings.reference)]
        self._detector = Detector(settings.dictionary, ids)
        self._solver = Solver(calibration)
        self._tracks = {
            name: Track(scene.by_name[name], KEPT / settings.rate) for name in sorted(settings.seen)
        }
        self._refused: dict[str, str] = {}
        self.news = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="eye", daemon=True)
        self._thread.start()

    def wait_for(self, names: frozenset[str], timeout_s: float) -> bool:
        """Until all of these things have been seen; False where some have not been in time."""
        with self.news:
            return self.news.wait_for(lambda: names <= set(self.sight.things), timeout_s)

    def close(self) -> None:
        """Idempotent."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(CLOSE_S)
        self._images.close()

    def look(self) -> Sight:
        """Take one picture in. For the thread of this eye, or where it was not started."""
        taken = self.clock()
        picture = self._images.read()
        if picture is None:
            return self._tell(Sight(self.sight.things, self.sight.time_s, "the camera gives no picture"))
        wrong = self._take_in(picture, taken)
        things = {name: seen for name, track in self._tracks.items() if (seen := track.seen()) is not None}
        return self._tell(Sight(things, taken, wrong, picture))

    # -- parts ---------------------------------------------------------------------------------------

    def _take_in(self, picture: Picture, taken: float) -> str:
        """Find and follow what is there; returns why nothing of it is believed, "" if it is."""
        height, width = picture.shape[:2]
        if (width, height) != (self._lens.width, self._lens.height):
            return (
                f"pictures are {width} x {height}, and the camera was calibrated at "
                f"{self._lens.width} x {self._lens.height}"
            )
        found = self._detector.find(picture)
        off = [
            self._solver.error(marker, found[marker.id])
            for marker in self.settings.reference
            if marker.id in found
        ]
        if off and sorted(off)[len(off) // 2] > MOVED_PX:
            return (
                f"the camera was moved, or what its markers on the table say is wrong: they are "
                f"{sorted(off)[len(off) // 2]:.0f} pixels from where they should be"
            )
        for name, track in self._tracks.items():
            own = [marker for marker in self.settings.markers if marker.object == name and marker.id in found]
            solved = self._solver.solve(own, found)
            if solved is not None:
                self._refuse(name, track.look(taken, solved))
            elif own:
                self._refuse(
                    name, "its markers fit no pose: are their sizes and places those of the launch file?"
                )
        return ""

    def _refuse(self, name: str, why: str) -> None:
        """Tell in the log what is not believed, when that changes."""
        if why and self._refused.get(name) != why:
            _log.warning("what was seen of %s is not believed: %s", name, why)
        self._refused[name] = why

    def _tell(self, sight: Sight) -> Sight:
        if sight.wrong and sight.wrong != self.sight.wrong:
            _log.warning("nothing is believed of what is seen: %s", sight.wrong)
        with self.news:
            self.sight = sight
            self.news.notify_all()
        return sight

    def _run(self) -> None:
        period = 1.0 / self.settings.rate
        while not self._closing.is_set():
            due = self.clock() + period
            try:
                self.look()
            except Exception as broken:  # noqa: BLE001  it sees nothing then; the arm goes on
                self._tell(Sight(self.sight.things, self.sight.time_s, f"looking failed: {broken}"))
            self._closing.wait(max(0.0, due - self.clock()))


def first_look(eye: Eye, patience_s: float) -> None:
    """Start an eye, and give it the time to find all that has markers. Raises BadInput if it cannot see."""
    eye.start()
    eye.wait_for(eye.settings.seen, max(patience_s, 2 * LEAST / eye.settings.rate))
    if eye.sight.wrong:
        raise BadInput(
            f"The camera tells nothing: {eye.sight.wrong}.",
            remedy="Look at [world.camera], or calibrate again.",
        )
