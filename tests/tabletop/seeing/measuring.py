"""How exactly things are seen, on painted pictures: `python -m tests.tabletop.seeing.measuring [pictures]`.

Every picture has three cubes of 45 mm with markers of 30 mm, at places and turns drawn anew, 1 m from the
camera, which is calibrated as the painter's is. Told are single looks, each at one picture; and what is
believed of them once the thing has been rested on the table.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace

import numpy as np
from embodied_tabletop.engine import BodyState, Start
from embodied_tabletop.geometry import yaw_of
from embodied_tabletop.real.believed import BelievedEngine
from embodied_tabletop.scenefile import load_scene
from embodied_tabletop.seeing.calibration import Calibration
from embodied_tabletop.seeing.detecting import Detector
from embodied_tabletop.seeing.settings import CameraSettings
from embodied_tabletop.seeing.solving import Solver
from embodied_tabletop.seeing.transforms import Array, angle_between, matrix_of, state_of

from tests.tabletop.seeing.painting import CAMERA, TABLE, Painter, Weather, lens, standing

WEATHERS = {
    "sharp": Weather(blur=0.0, noise=1.0, light=(1.0, 1.0)),
    "usual (blur 0.6 px, noise 4)": Weather(),
    "blurred (1.2 px, noise 6)": Weather(blur=1.2, noise=6.0),
    "dim (a third of the light, noise 8)": Weather(blur=0.8, noise=8.0, light=(0.3, 0.4)),
}


@dataclass
class Errors:
    """Of every cube in every picture: seen [mm], [deg], and believed in the plane [mm], turned [deg]."""

    seen_mm: list[float]
    seen_deg: list[float]
    rested_mm: list[float]
    rested_deg: list[float]
    missed: int = 0

    def line(self, values: list[float]) -> str:
        return (
            "nothing" if not values else "  ".join(f"{np.percentile(values, p):5.2f}" for p in (50, 95, 100))
        )


def cubes(random: np.random.Generator) -> dict[str, BodyState]:
    """Three cubes that do not hide each other."""
    while True:
        spots = random.uniform((0.36, -0.25), (0.66, 0.25), (3, 2))
        apart = [np.linalg.norm(a - b) for n, a in enumerate(spots) for b in spots[:n]]
        if min(apart) > 0.12:
            break
    names = ("red_cube", "blue_cube", "green_cube")
    turns = random.uniform(-math.pi, math.pi, 3)
    return {
        n: standing(*spot, 0.0225, turn) for n, spot, turn in zip(names, spots.tolist(), turns, strict=True)
    }


def measure(weather: Weather, pictures: int, *, taken: Calibration, believed: Calibration) -> Errors:
    """Look once at every picture."""
    scene = load_scene("arm")
    settings = CameraSettings.of(TABLE, scene)
    painter = Painter(taken, weather)
    detector, solver = Detector(settings.dictionary, range(10)), Solver(believed)
    random = np.random.default_rng(weather.seed)
    errors = Errors([], [], [], [])
    eye = tuple(believed.camera[:3, 3].tolist())
    for _ in range(pictures):
        truth = cubes(random)
        found = detector.find(painter.table(scene, settings.markers[:3], truth))
        engine = BelievedEngine(scene)
        far = {
            name: BodyState((0.0, 5.0 + n, 0.02), (1.0, 0.0, 0.0, 0.0))
            for n, name in enumerate(scene.by_name)
        }
        engine.reset(Start(far, {}))
        for name, state in truth.items():
            own = [marker for marker in settings.markers if marker.object == name]
            solved = solver.solve(own, found)
            if solved is None:
                errors.missed += 1
                continue
            true = matrix_of(state)
            errors.seen_mm.append(1000 * float(np.linalg.norm(solved.pose[:3, 3] - true[:3, 3])))
            errors.seen_deg.append(math.degrees(angle_between(solved.pose[:3, :3], true[:3, :3])))
            engine.see(name, state_of(solved.pose), (eye[0], eye[1], eye[2]))
            rested = engine.body(name)
            errors.rested_mm.append(1000 * math.dist(rested.position, state.position))
            turn = yaw_of(rested.quaternion) - yaw_of(state.quaternion)
            errors.rested_deg.append(abs(math.degrees((turn + math.pi) % (2 * math.pi) - math.pi)))
    return errors


def cameras() -> dict[str, Calibration]:
    return {
        "1280 x 720": Calibration(lens(), CAMERA, 0.3),
        "640 x 480": Calibration(lens(640, 480, 550.0), CAMERA, 0.3),
    }


def off_by(calibration: Calibration, metres: float) -> Calibration:
    """As if the camera stood elsewhere than it was calibrated."""
    moved: Array = calibration.camera.copy()
    moved[:3, 3] += np.array((metres, 0.0, 0.0))
    return replace(calibration, camera=moved)


def main(pictures: int) -> None:
    print("p50, p95, worst of: seen [mm], turned [deg], rested [mm], yaw [deg]")
    for name, camera in cameras().items():
        for sort, weather in WEATHERS.items():
            errors = measure(weather, pictures, taken=camera, believed=camera)
            lists = (errors.seen_mm, errors.seen_deg, errors.rested_mm, errors.rested_deg)
            print(f"{name}, {sort}, missed {errors.missed} of {3 * pictures}")
            print(" " * 27, *(errors.line(values) for values in lists), sep="  ")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 40)
