"""[world.camera] of an arm's launch file: the camera, its calibration, and which marker sits where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from embodied.errors import BadInput, did_you_mean
from embodied_tabletop.scene import Scene
from embodied_tabletop.seeing.markers import DICTIONARIES, FACES, Marker, on_table, on_thing

_NUMBER: Final = {"type": "number"}
_LENGTH: Final = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
_ID: Final = {
    "type": "integer",
    "minimum": 0,
    "maximum": 1000,
    "description": "Its number in the dictionary.",
}
_SIZE: Final = {**_LENGTH, "description": "Side of its black square [m]."}
_TURN: Final = {**_NUMBER, "default": 0.0, "description": "How it is turned, seen from outside [rad]."}

MARKER: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "object", "size"],
    "properties": {
        "id": _ID,
        "object": {"type": "string", "description": "As the scene names it."},
        "size": _SIZE,
        "face": {
            "enum": list(FACES),
            "description": "top, of a bowl or tray its floor, unless said.",
        },
        "offset": {
            "type": "array",
            "items": _NUMBER,
            "minItems": 2,
            "maxItems": 2,
            "default": [0.0, 0.0],
            "description": "From the middle of the face, to its right and up [m].",
        },
        "turn": _TURN,
    },
}
"""Of one entry of `markers`."""
REFERENCE: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "size", "position"],
    "properties": {
        "id": _ID,
        "size": _SIZE,
        "position": {
            "type": "array",
            "items": _NUMBER,
            "minItems": 2,
            "maxItems": 3,
            "description": "Of its middle, from the arm's base [m].",
        },
        "turn": _TURN,
    },
}
"""Of one entry of `reference`."""

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "default": {},
    "description": '[world.camera]: where objects = "apriltag" looks; see docs/seeing.md.',
    "properties": {
        "source": {
            "type": ["integer", "string"],
            "minimum": 0,
            "default": 0,
            "description": "The camera's index; or a picture, read when it changes; or a folder of them; or "
            '"simulated": of a simulated arm.',
        },
        "calibration": {
            "type": "string",
            "default": "",
            "description": "The file that `embodied arm calibrate` wrote.",
        },
        "dictionary": {
            "enum": list(DICTIONARIES),
            "default": "apriltag_36h11",
            "description": "Of the markers.",
        },
        "rate": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 120,
            "default": 10.0,
            "description": "How often it looks [1/s].",
        },
        "forget": {
            "type": "number",
            "minimum": 0.5,
            "maximum": 600,
            "default": 5.0,
            "description": "After how long out of sight nobody knows where a thing is [s].",
        },
        "fixed": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Things without a marker that stand where the scene says.",
        },
        "markers": {
            "type": "array",
            "default": [],
            "description": "[[world.camera.markers]]: which marker sits on which object.",
            "items": {"type": "object"},
        },
        "reference": {
            "type": "array",
            "default": [],
            "description": "[[world.camera.reference]]: markers on the table: where the camera is.",
            "items": {"type": "object"},
        },
    },
}
KNOWN: Final = tuple(SCHEMA["properties"])


@dataclass(frozen=True)
class CameraSettings:
    """The checked table; see `SCHEMA`.

    Attributes:
        markers: on things; reference: on the table.
    """

    source: int | str
    calibration: str
    dictionary: str
    rate: float
    forget_s: float
    fixed: frozenset[str]
    markers: tuple[Marker, ...]
    reference: tuple[Marker, ...]

    @classmethod
    def of(cls, table: Mapping[str, Any], scene: Scene) -> CameraSettings:
        """Raises BadInput for what the scene has not, and for an id that is used twice."""
        for name in table:
            if name not in KNOWN:
                hint = did_you_mean(name, KNOWN)
                raise BadInput(f"A camera has no {name!r}.", remedy=f"{hint} It has: {', '.join(KNOWN)}.")
        for name, schema in (("markers", MARKER), ("reference", REFERENCE)):
            for number, entry in enumerate(table.get(name, ()), start=1):
                _refuse_wrong(f"[[world.camera.{name}]], number {number}", entry, schema)
        markers = tuple(_marker(entry, scene) for entry in table.get("markers", ()))
        reference = tuple(
            Marker(
                int(entry["id"]),
                "",
                float(entry["size"]),
                on_table(tuple(map(float, entry["position"])), float(entry.get("turn", 0.0))),
            )
            for entry in table.get("reference", ())
        )
        name = str(table.get("dictionary", "apriltag_36h11"))
        _refuse_unknown("dictionary", name, DICTIONARIES)
        _refuse_twice(chain(markers, reference))
        fixed = frozenset(str(one) for one in table.get("fixed", ()))
        for one in fixed:
            _refuse_unknown("object of the scene", one, scene.by_name)
        return cls(
            table.get("source", 0),
            str(table.get("calibration", "")),
            name,
            float(table.get("rate", 10.0)),
            float(table.get("forget", 5.0)),
            fixed,
            markers,
            reference,
        )

    @property
    def seen(self) -> frozenset[str]:
        """The things that have markers."""
        return frozenset(marker.object for marker in self.markers)


def _marker(entry: Mapping[str, Any], scene: Scene) -> Marker:
    name = str(entry["object"])
    _refuse_unknown("object of the scene", name, scene.by_name)
    thing = scene.by_name[name]
    face = str(entry.get("face") or ("floor" if thing.contains_things else "top"))
    _refuse_unknown("face", face, FACES)
    size = float(entry["size"])
    u, v = (float(value) for value in entry.get("offset", (0.0, 0.0)))
    return Marker(int(entry["id"]), name, size, on_thing(thing, face, (u, v), float(entry.get("turn", 0.0))))


def _refuse_wrong(what: str, entry: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    wrong = best_match(Draft202012Validator(schema).iter_errors(entry))
    if wrong is not None:
        where = f": {wrong.absolute_path[0]}" if wrong.absolute_path else ""
        raise BadInput(
            f"{what}{where}: {wrong.message}.", remedy=f"It has: {', '.join(schema['properties'])}."
        )


def _refuse_unknown(what: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        hint = did_you_mean(name, names)
        raise BadInput(
            f"[world.camera] names {name!r}, which is no {what}.",
            remedy=f"{hint} There are: {', '.join(names)}.",
        )


def _refuse_twice(markers: Iterable[Marker]) -> None:
    where: dict[int, str] = {}
    for marker in markers:
        place = marker.object or "the table"
        if marker.id in where:
            raise BadInput(
                f"[world.camera] has marker {marker.id} twice: on {where[marker.id]} and on {place}.",
                remedy="Each marker needs a number of its own; print another.",
            )
        where[marker.id] = place
