"""`apriltag`: things are where a camera sees their markers, and go with the hand that holds them.

What has not been seen for a while is UNKNOWN: neither where it is, nor how it stands to others. Only what is
in the hand is known without being seen. Whether a thing is on, in or beside another is told as True or False
where both are known, and not at all where one is not. To the planner of motions an unknown thing is still in
the way where it was seen last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from embodied.arms.driver import ArmCommand, ArmState, Driver
from embodied.errors import BadInput
from embodied.facts import FactFamily
from embodied_tabletop.engine import TABLE, Start
from embodied_tabletop.families import FAMILIES
from embodied_tabletop.real.around import Believed
from embodied_tabletop.scene import Scene, start_of
from embodied_tabletop.seeing.calibration import Calibration, load_calibration
from embodied_tabletop.seeing.eye import Eye, Sight, first_look
from embodied_tabletop.seeing.images import SIMULATED, Images, open_images
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.transforms import state_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATIENCE_S: Final = 4.0
"""How long the first look may take."""
LET_GO_S: Final = 0.15
"""Pictures taken sooner after a thing was let go of may show it in the hand."""
CAMERA: Final = "camera"
PAIRS: Final = ("on", "in", "left_of", "right_of", "in_front_of", "behind")
SINGLE: Final = ("clear", "upright")
UNSURE: Final = frozenset({*PAIRS, *SINGLE, "at", "free"})
"""Families that are not told where something that they speak of is unknown."""

SEEN_FAMILIES: Final[Mapping[str, FactFamily]] = {
    name: replace(family, closed=False, default=None) if name in UNSURE else family
    for name, family in FAMILIES.items()
}


class SeenByCamera(Believed):
    """See the module's docstring.

    Args:
        eye: it has begun to look; closed with this.
        fixed: things that need not be seen.
    """

    def __init__(
        self,
        scene: Scene,
        start: Start,
        inner: Driver,
        eye: Eye,
        calibration: Calibration,
        *,
        fixed: frozenset[str] = frozenset(),
        forget_s: float = 5.0,
    ) -> None:
        self._eye, self._calibration = eye, calibration
        self._from = tuple(calibration.camera[:3, 3].tolist())
        self._fixed, self._forget_s = fixed, forget_s
        self._sight = eye.sight
        self._known_s: dict[str, float] = {}
        self._let_go_s: dict[str, float] = {}
        self._unknown = frozenset(scene.by_name) - fixed
        self._news: list[Mapping[str, Any]] = []
        super().__init__(scene, start, inner)
        self._begin(scene, start)

    # -- what is seen ----------------------------------------------------------------------------------

    def _begin(self, scene: Scene, start: Start) -> None:
        """Things stand where they were seen first; where nothing was seen, nothing is."""
        for name in self._unknown:
            self.engine.doubt(name)
        self._look(self._eye.sight)
        now = self.engine.snapshot().bodies
        self.table.reset(replace(start, poses={**start.poses, **now}))
        self._notice()
        self._never = self._unknown
        self._news.clear()

    def follow(self, state: ArmState, told: ArmCommand) -> ArmState:
        if not self.table.started:
            return super().follow(state, told)
        sight = self._eye.sight
        if sight is not self._sight:
            self._look(sight)
        state = super().follow(state, told)
        now = self._eye.clock()
        for name in self.table.view.held:
            self._known_s[name] = now
            self._let_go_s[name] = now + LET_GO_S
        self._notice()
        return state

    def _look(self, sight: Sight) -> None:
        """Believe what was seen, the lowest first: the others may stand on it."""
        self._sight = sight
        for name, seen in sorted(sight.things.items(), key=lambda one: float(one[1].pose[2, 3])):
            if seen.first_s < self._let_go_s.get(name, seen.first_s):
                continue
            if seen.last_s > self._known_s.get(name, float("-inf")):
                self.engine.see(name, state_of(seen.pose), self._from)
                self._known_s[name] = seen.last_s

    def _notice(self) -> None:
        """Who is known now, and whom that changes for."""
        now, names = self._eye.clock(), self.table.scene.by_name
        before = self._unknown
        for upper, lower in self._stacked():  # which covers its marker, but shows that it is still there
            if lower in self._known_s:
                self._known_s[lower] = max(self._known_s[lower], self._known_s.get(upper, 0.0))
        self._unknown = frozenset(
            name
            for name in names
            if name not in self._fixed and now - self._known_s.get(name, float("-inf")) > self._forget_s
        )
        found = before - self._unknown
        self._news += [{"type": "lost_sight", "object": name} for name in sorted(self._unknown - before)]
        happened = self.table.events()
        self._news += [one for one in happened if one["type"] != "bumped" or one["object"] not in found]
        self._news += [{"type": "found", "object": name} for name in sorted(found)]

    def _stacked(self) -> list[tuple[str, str]]:
        """What stands on or in what, the highest first."""
        now, names = self.table.now, self.table.scene.by_name
        pairs = [pair for pair in now.contacts if pair[0] in names and pair[1] in names]
        by_height = [sorted(pair, key=lambda name: -now.bodies[name].position[2]) for pair in pairs]
        by_height.sort(key=lambda pair: -now.bodies[pair[0]].position[2])
        return [(upper, lower) for upper, lower in by_height]

    # -- what is told ----------------------------------------------------------------------------------

    @property
    def families(self) -> Mapping[str, FactFamily]:
        return SEEN_FAMILIES

    @property
    def details(self) -> Mapping[str, Any]:
        lens = self._calibration.lens
        return {
            "cameras": [CAMERA],
            "camera": {
                "calibration": self._calibration.hash,
                "lens_error_px": lens.error_px,
                "place_error_px": self._calibration.error_px,
                "place_from": self._calibration.told_by,
                "fixed": sorted(self._fixed),
            },
        }

    def events(self) -> Sequence[Mapping[str, Any]]:
        news, self._news = self._news, []
        return news

    def facts(self) -> Mapping[str, Any]:
        return told(self.table.facts(), self.table.scene, self._unknown, self._never)

    def image(self, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        """The last picture, whenever it was taken."""
        picture = self._eye.sight.picture
        if camera != CAMERA or picture is None:
            raise BadInput(f"There is no camera {camera!r} at this arm.", remedy=f'There is "{CAMERA}".')
        cv = opencv()
        colored = cv.cvtColor(picture, cv.COLOR_GRAY2RGB if picture.ndim == 2 else cv.COLOR_BGR2RGB)
        resized: NDArray[np.uint8] = cv.resize(colored, (width, height), interpolation=cv.INTER_AREA)
        return resized

    def close(self) -> None:
        self._eye.close()


def told(
    facts: Mapping[str, Any], scene: Scene, unknown: frozenset[str], never: frozenset[str]
) -> dict[str, Any]:
    """Facts without what nobody knows, and with False where it is known that something is not so.

    Args:
        facts: as on the wire, as if everything were known.
        unknown: things that nobody knows the place of.
        never: things that were unknown when this began, whose `start_of_` is nowhere.
    """
    nowhere = unknown | {start_of(name) for name in never}
    known = [name for name in scene.by_name if name not in unknown]
    places = [name for name in scene.place_names if name not in nowhere]
    made = dict(facts)
    for family in ("pose", "yaw"):
        made[family] = {name: value for name, value in facts[family].items() if name not in nowhere}
    for family in ("size", "kind", "color"):
        made[family] = {
            name: value for name, value in facts[family].items() if name in unknown or name not in nowhere
        }
    for family in PAIRS:
        others = [*known, TABLE] if family == "on" else known
        true = {tuple(pair) for pair, _ in facts[family]}
        made[family] = [[[a, b], (a, b) in true] for a in known for b in others if a != b]
    for family in SINGLE:
        made[family] = {name: name in facts[family] for name in known}
    at = {tuple(pair) for pair, _ in facts["at"]}
    made["at"] = [[[name, place], (name, place) in at] for name in known for place in places]
    taken = {place for name, place in at if name in known}
    made["free"] = {place: place in facts["free"] for place in places if not unknown or place in taken}
    return made


def opened(
    scene: Scene, start: Start, inner: Driver, camera: Mapping[str, Any], run_dir: Path, named: str = ""
) -> SeenByCamera:
    """With the camera of [world.camera], once it has looked.

    Args:
        named: the scene's name or path, for a camera that is simulated.

    Raises:
        BadInput: no marker is on anything, the calibration is missing, bad or of other pictures, the camera
            was moved.
        SetupError: OpenCV is not installed, or the camera does not answer.
    """
    opencv()
    settings = CameraSettings.of(camera, scene)
    if not settings.markers:
        raise BadInput(
            'objects = "apriltag" needs markers, and [world.camera] names none.',
            remedy="Say which sits on what:  [[world.camera.markers]]  id = 0, object = …, size = 0.03.",
        )
    if settings.source == SIMULATED:
        calibration, images = _simulated(settings, inner, named or scene.name, camera, run_dir)
    else:
        calibration, images = _there(settings)
    eye = Eye(settings, scene, calibration, images)
    try:
        first_look(eye, PATIENCE_S)
        fixed = settings.fixed - settings.seen
        return SeenByCamera(scene, start, inner, eye, calibration, fixed=fixed, forget_s=settings.forget_s)
    except BaseException:
        eye.close()
        raise


def _simulated(
    settings: CameraSettings, inner: Driver, scene: str, camera: Mapping[str, Any], run_dir: Path
) -> tuple[Calibration, Images]:
    from embodied_tabletop.seeing.simulated import SimulatedImages, calibration

    watched = getattr(inner, "watched", None)
    if watched is None:
        raise BadInput(
            f'source = "{SIMULATED}" is a simulated camera, and {inner.description.name} is not simulated.',
            remedy='Name a camera by its number, or a picture; or say driver = "tabletop".',
        )
    known = load_calibration(Path(settings.calibration)) if settings.calibration else calibration()
    return known, SimulatedImages(scene, camera, watched(), run_dir)


def _there(settings: CameraSettings) -> tuple[Calibration, Images]:
    if not settings.calibration:
        raise BadInput(
            "[world.camera] names no calibration.",
            remedy='Make one with `embodied arm calibrate FILE`, and say calibration = "camera.json".',
        )
    known = load_calibration(Path(settings.calibration))
    return known, open_images(settings.source, known.lens.width, known.lens.height)
