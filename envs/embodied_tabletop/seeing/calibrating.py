"""From pictures of a board to a camera's lens, and from pictures of markers to where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from embodied.errors import BadInput
from embodied_tabletop.seeing.board import Board, BoardView
from embodied_tabletop.seeing.calibration import (
    MOST_LENS_PX,
    MOST_PLACE_PX,
    Calibration,
    Lens,
    refuse_large,
)
from embodied_tabletop.seeing.detecting import Detector
from embodied_tabletop.seeing.markers import Marker
from embodied_tabletop.seeing.opencv import opencv
from embodied_tabletop.seeing.pictures import Picture
from embodied_tabletop.seeing.solving import straightened
from embodied_tabletop.seeing.transforms import Array, inverse, moved, pose_of, turned

LEAST_VIEWS: Final = 8
MOST_DOUBT: Final = 0.01
"""The focal length must be known to this share of it (one standard deviation)."""
SLANT_RAD: Final = 0.26
LEAST_SLANTED: Final = 4
"""Views in which the board must be turned away by `SLANT_RAD`."""
LEAST_MARKERS: Final = 2
LEAST_SPREAD_M: Final = 0.15


def lens_from(board: Board, pictures: Iterable[Picture]) -> Lens:
    """Calibrate by a board that was held at different places and slants (Zhang 2000).

    Raises:
        BadInput: too few pictures show the board, they are not all of one size, the board was never slanted,
            or the reprojection error is too large.
    """
    views, sizes, many = list[BoardView](), set[tuple[int, int]](), 0
    for picture in pictures:
        many += 1
        sizes.add((picture.shape[1], picture.shape[0]))
        view = board.find(picture)
        if view is not None:
            views.append(view)
    if len(sizes) > 1:
        told = ", ".join(f"{width} x {height}" for width, height in sorted(sizes))
        raise BadInput(f"The pictures are not all of one size: {told}.", remedy="Take all with one camera.")
    if len(views) < LEAST_VIEWS:
        raise BadInput(
            f"The board ({board.words}) was found in {len(views)} of {many} pictures, not in {LEAST_VIEWS}.",
            remedy="Show it flat, near and far, in all corners of the picture, slanted to all sides.",
        )
    size = sizes.pop()
    points = [view.points.astype(np.float32) for view in views]
    pixels = [view.pixels.astype(np.float32).reshape(-1, 1, 2) for view in views]
    error, matrix, distortion, turns, _, doubt, _, _ = opencv().calibrateCameraExtended(
        points, pixels, size, None, None
    )
    refuse_large(float(error), MOST_LENS_PX, "The lens")
    unsure = float(np.max(np.asarray(doubt).ravel()[:2] / np.diag(matrix)[:2]))
    slanted = sum(turned(np.asarray(turn).ravel())[2, 2] ** 2 < np.cos(SLANT_RAD) ** 2 for turn in turns)
    if slanted < LEAST_SLANTED:
        raise BadInput(
            f"The board is slanted in {slanted} of {len(views)} pictures; flat views do not tell the "
            "focal length.",
            remedy="Slant it by 30 to 45 degrees in half of them, to different sides.",
        )
    if not unsure <= MOST_DOUBT:
        raise BadInput(
            f"The pictures tell the focal length only to {100 * unsure:.1f} %.",
            remedy="Slant the board by 30 to 45 degrees in half of them, to different sides.",
        )
    return Lens(
        size[0], size[1], np.asarray(matrix), np.asarray(distortion).ravel()[:5], float(error), len(views)
    )


def place_from_table(
    lens: Lens, dictionary: str, reference: Sequence[Marker], pictures: Iterable[Picture]
) -> Calibration:
    """Where the camera stands, from markers that lie at known places on the table.

    Raises:
        BadInput: too few of them are seen, they lie too near to each other, the pictures do not agree, or the
            reprojection error is too large.
    """
    if len(reference) < LEAST_MARKERS:
        raise BadInput(
            f"[[world.camera.reference]] names {len(reference)} markers on the table; {LEAST_MARKERS} are "
            "needed, four are better.",
            remedy="Print some (`embodied arm markers`), lay them down, and measure where their middles are.",
        )
    detector = Detector(dictionary, [marker.id for marker in reference])
    points, pixels, seen = list[Array](), list[Array](), set[int]()
    for picture in pictures:
        _refuse_size(lens, picture)
        found = detector.find(picture)
        for marker in reference:
            if marker.id in found:
                points.append(marker.corners)
                pixels.append(found[marker.id])
                seen.add(marker.id)
    _refuse_few(reference, seen)
    pose, error = camera_pose(lens, np.vstack(points), np.vstack(pixels))
    refuse_large(error, MOST_PLACE_PX, "Where the camera stands")
    if pose[2, 3] <= 0:
        raise BadInput(
            "The camera would be under the table.", remedy="Are the markers' positions and turns as measured?"
        )
    return Calibration(lens, pose, error, f"markers {', '.join(map(str, sorted(seen)))} on the table")


def place_from_hand(
    lens: Lens, dictionary: str, marker: Marker, shown: Sequence[tuple[Array, Picture]]
) -> Calibration:
    """Where the camera stands, from a marker in the hand that was shown to it in several postures.

    Neither where the marker sits in the hand need be known: both poses that make up
    `hand @ held = camera @ seen` are found together, first their turns in closed form (Li, Wang and Wu 2010),
    then all by least squares on the reprojection error.

    Args:
        marker: its id and size.
        shown: for each posture the hand's pose in the base frame, and the picture.

    Raises:
        BadInput: fewer than five postures show it, or the hand was hardly turned, or the error is too large.
    """
    detector = Detector(dictionary, [marker.id])
    half = marker.size / 2
    square = np.array([[-half, half, 0.0], [half, half, 0.0], [half, -half, 0.0], [-half, -half, 0.0]])
    pairs, corners = list[tuple[Array, Array]](), list[Array]()
    for hand, picture in shown:
        _refuse_size(lens, picture)
        found = detector.find(picture)
        if marker.id in found:
            seen, _ = camera_pose(lens, square, found[marker.id])
            pairs.append((hand, inverse(seen)))
            corners.append(straightened(lens, found[marker.id]))
    if len(pairs) < 5:
        raise BadInput(
            f"Marker {marker.id} is seen in {len(pairs)} of {len(shown)} postures; five are needed.",
            remedy="Turn it towards the camera.",
        )
    camera, held = _hand_eye(pairs)
    camera, error = _together(lens, camera, held, [hand for hand, _ in pairs], corners, square)
    refuse_large(error, MOST_PLACE_PX, "Where the camera stands")
    return Calibration(lens, camera, error, f"marker {marker.id} in the hand, {len(pairs)} postures")


def camera_pose(lens: Lens, points: Array, pixels: Array) -> tuple[Array, float]:
    """The camera's pose in the frame of known points (n, 3) [m], and the reprojection error [pixels]."""
    cv = opencv()
    many, turns, ways, _ = cv.solvePnPGeneric(
        points, pixels, lens.matrix, lens.distortion, flags=cv.SOLVEPNP_SQPNP
    )
    best = (np.eye(4), float("inf"))
    for n in range(many):
        turn, way = cv.solvePnPRefineLM(points, pixels, lens.matrix, lens.distortion, turns[n], ways[n])
        pose = pose_of(turned(np.asarray(turn).ravel()), np.asarray(way).ravel())
        expected, _ = cv.projectPoints(points, turn, way, lens.matrix, lens.distortion)
        off = np.asarray(expected).reshape(-1, 2) - pixels
        error = float(np.sqrt((off**2).sum(axis=1).mean()))
        if error < best[1] and (moved(pose, points)[:, 2] > 0).all():
            best = (inverse(pose), error)
    return best


def _hand_eye(pairs: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Camera's and marker's pose, from hand @ held = camera @ seen for every posture; `pairs` are hand and
    inverse(seen). Turns by Kronecker products, then positions."""
    rows = []
    for hand, camera_in_marker in pairs:  # hand @ held == camera @ seen
        seen = inverse(camera_in_marker)
        rows.append(np.hstack([np.kron(hand[:3, :3], np.eye(3)), -np.kron(np.eye(3), seen[:3, :3].T)]))
    _, sizes, axes = np.linalg.svd(np.vstack(rows))
    if sizes[-2] < 0.05 * sizes[0]:
        raise BadInput(
            "The hand was hardly turned between the postures.",
            remedy="Turn it by 30 degrees or more, about two axes at least.",
        )
    held_turn, camera_turn = axes[-1][:9].reshape(3, 3), axes[-1][9:].reshape(3, 3)
    held_turn, camera_turn = _as_turn(held_turn), _as_turn(camera_turn)
    left, right = [], []
    for hand, camera_in_marker in pairs:
        seen = inverse(camera_in_marker)
        left.append(np.hstack([hand[:3, :3], -np.eye(3)]))
        right.append(camera_turn @ seen[:3, 3] - hand[:3, 3])
    both = np.linalg.lstsq(np.vstack(left), np.concatenate(right), rcond=None)[0]
    return pose_of(camera_turn, both[3:]), pose_of(held_turn, both[:3])


def _as_turn(matrix: Array) -> Array:
    """The nearest rotation to a multiple of one, of either sign."""
    matrix = matrix * np.sign(np.linalg.det(matrix))
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ right)


def _together(
    lens: Lens, camera: Array, held: Array, hands: Sequence[Array], corners: Sequence[Array], square: Array
) -> tuple[Array, float]:
    """Both poses that fit all pictures best, by damped Gauss-Newton; the camera's, and the error [px]."""
    focal = float(np.sqrt(lens.matrix[0, 0] * lens.matrix[1, 1]))

    def off(change: Array) -> Array:
        eye, tag = inverse(_changed(camera, change[:6])), _changed(held, change[6:])
        seen = np.vstack([moved(eye @ hand @ tag, square) for hand in hands])
        return np.asarray((seen[:, :2] / np.maximum(seen[:, 2:], 1e-3) - np.vstack(corners)).ravel() * focal)

    change, damping = np.zeros(12), 1e-6
    now = off(change)
    for _ in range(40):
        slope = np.column_stack([(off(change + 1e-6 * unit) - now) / 1e-6 for unit in np.eye(12)])
        square_of = slope.T @ slope
        step = np.linalg.solve(square_of + damping * np.diag(np.diag(square_of) + 1e-9), -slope.T @ now)
        after = off(change + step)
        if after @ after < now @ now:
            change, now, damping = change + step, after, damping / 10
        else:
            damping = damping * 100 + 1e-9
    return _changed(camera, change[:6]), float(np.sqrt(now @ now * 2 / now.size))


def _changed(pose: Array, change: Array) -> Array:
    return pose_of(turned(change[3:]) @ pose[:3, :3], pose[:3, 3] + change[:3])


def _refuse_size(lens: Lens, picture: Picture) -> None:
    height, width = picture.shape[:2]
    if (width, height) != (lens.width, lens.height):
        raise BadInput(
            f"A picture is {width} x {height}, and the lens was calibrated at {lens.width} x {lens.height}.",
            remedy="Take all pictures with the same camera at the same size.",
        )


def _refuse_few(reference: Sequence[Marker], seen: set[int]) -> None:
    missing = [str(marker.id) for marker in reference if marker.id not in seen]
    places = [marker.pose[:2, 3] for marker in reference if marker.id in seen]
    if len(places) < LEAST_MARKERS:
        raise BadInput(
            f"Of the markers on the table, {len(places)} are seen; {', '.join(missing)} not.",
            remedy="Light them evenly, and move the camera so that it sees them all.",
        )
    spread = max(float(np.linalg.norm(one - other)) for one in places for other in places)
    if spread < LEAST_SPREAD_M:
        raise BadInput(
            f"The markers on the table that are seen lie within {100 * spread:.0f} cm.",
            remedy=f"Lay them {100 * LEAST_SPREAD_M:.0f} cm apart or more, around where things stand.",
        )
