"""Read a scene file, and name every mistake with its line.

    title = "Two cubes"

    [[object]]
    kind = "cube"
    color = "red"
    region = [0.40, -0.20, 0.60, 0.20]

    [[place]]
    name = "red_pad"
    color = "red"
    position = [0.36, 0.20]

docs/scenes.md lists all keys.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from embodied.errors import BadInput, did_you_mean
from embodied.launchmistakes import expectation
from embodied.primitives import finite
from embodied_tabletop.colors import COLORS
from embodied_tabletop.scene import KINDS, Place, Region, Scene, SceneObject, Target, Vector3
from embodied_tabletop.scenechecks import mistakes_in_scene
from embodied_tabletop.targets import mistakes_in_targets

FOLDER = Path(__file__).parent / "scenes"
DEFAULT_SCENE = "default"

_FAR = 10
"""No table is that large [m], and no angle is needed beyond it [rad]."""
_NUMBER = {"type": "number", "minimum": -_FAR, "maximum": _FAR}
_LENGTH = {"type": "number", "exclusiveMinimum": 0, "maximum": _FAR}
_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_PAIR = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_POINT = {"type": "array", "items": _NUMBER, "minItems": 3, "maxItems": 3}
_REGION = {"type": "array", "items": _NUMBER, "minItems": 4, "maxItems": 4}
_SIZE = {"anyOf": [_LENGTH, {"type": "array", "items": _LENGTH, "minItems": 2, "maxItems": 3}]}
_YAW = {"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}]}
_COLOR = {"enum": list(COLORS)}

TABLES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "": {
        "title": {"type": "string"},
        "object": {"type": "array"},
        "place": {"type": "array"},
        "target": {"type": "array"},
    },
    "object": {
        "name": _NAME,
        "kind": {"enum": list(KINDS)},
        "color": _COLOR,
        "size": _SIZE,
        "position": _PAIR,
        "region": _REGION,
        "yaw": _YAW,
        "mass": {"type": "number", "exclusiveMinimum": 0, "maximum": 5},
        "on": _NAME,
    },
    "place": {"name": _NAME, "color": _COLOR, "position": _PAIR, "region": _REGION, "size": _SIZE},
    "target": {
        "name": _NAME,
        "position": _POINT,
        "region": _REGION,
        "height": {"anyOf": [_NUMBER, _PAIR]},
        "beside": _NAME,
        "apart": _PAIR,
    },
}

_DEFAULT_SIZE: Mapping[str, Vector3] = {
    "cube": (0.045, 0.045, 0.045),
    "bowl": (0.17, 0.17, 0.05),
    "tray": (0.16, 0.16, 0.03),
    "drawer": (0.18, 0.18, 0.08),
    "button": (0.06, 0.06, 0.04),
}
_DEFAULT_COLOR = {"bowl": "white", "tray": "gray", "drawer": "brown", "button": "orange"}
_DEFAULT_MASS = {"bowl": 0.3, "tray": 0.25}
_WOOD_KG_M3 = 500.0
_PAD_M = 0.09
_HAND_OVER_M = 0.12


@dataclass(frozen=True)
class Mistake:
    """Attributes: where: "object.0.size", looked up among the file's lines; message; remedy."""

    where: str
    message: str
    remedy: str = ""


def scene_names() -> tuple[str, ...]:
    """The packaged scenes."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_scene(name_or_path: str = DEFAULT_SCENE) -> Scene:
    """A packaged scene by name, or a scene file by path (what has a "/" or ends in .toml).

    Raises:
        BadInput: there is no such scene, or it has mistakes; all are named, with their lines.
    """
    is_path = "/" in name_or_path or "\\" in name_or_path or name_or_path.endswith(".toml")
    path = Path(name_or_path).expanduser() if is_path else FOLDER / f"{name_or_path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        known = scene_names()
        hint = did_you_mean(path.stem, known)
        raise BadInput(
            f"There is no scene {name_or_path!r}.",
            remedy=f"{hint} Packaged: {', '.join(known)}; or name a .toml file.".strip(),
        ) from None
    except (OSError, UnicodeDecodeError) as broken:
        raise BadInput(f"{path} cannot be read: {broken}.", remedy="Name a TOML text file.") from broken
    return parse_scene(text, str(path) if is_path else path.name, name=path.stem)


def parse_scene(text: str, origin: str, *, name: str = "scene") -> Scene:
    """Check the text of a scene file; `origin` names it in messages. Raises BadInput."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise BadInput(
            f"{origin} is not TOML: {broken}.", remedy='A setting is written  key = value, text in "quotes".'
        ) from broken
    mistakes = list(_malformed(table))
    if not mistakes:
        scene, mistakes = _build(table, name, origin)
        if not mistakes:
            mistakes = [Mistake(*found) for found in (*mistakes_in_scene(scene), *mistakes_in_targets(scene))]
    if mistakes:
        raise _bad_scene(origin, mistakes, dict(_lines(text)))
    return scene


def _malformed(table: Mapping[str, Any]) -> Iterator[Mistake]:
    yield from _wrong_keys("", table, TABLES[""])
    for kind in ("object", "place", "target"):
        entries = table.get(kind, [])
        if not isinstance(entries, list):
            continue
        for number, entry in enumerate(entries):
            if isinstance(entry, Mapping):
                yield from _wrong_keys(f"{kind}.{number}", entry, TABLES[kind])
            else:
                yield Mistake(kind, f"{kind} {number + 1} is {entry!r}; expected a table [[{kind}]].")
    if not table.get("object") and not table.get("target"):
        yield Mistake("", "The scene has no objects.", "Add at least one [[object]], or a [[target]].")


def _wrong_keys(
    where: str, given: Mapping[str, Any], schema: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mistake]:
    shown = f"[[{where.partition('.')[0]}]]" if where else "A scene"
    for key, value in given.items():
        place = f"{where}.{key}".lstrip(".")
        if key not in schema:
            hint = did_you_mean(key, schema) or f"{shown} has: {', '.join(schema)}."
            yield Mistake(place, f'{shown} has no setting "{key}".', hint)
        elif not Draft202012Validator(schema[key]).is_valid(value) or (where and not finite(value)):
            yield _wrong_value(key, value, schema[key], place)
    if where.startswith("object") and "kind" not in given:
        yield Mistake(where, "kind is missing.", f"One of {', '.join(KINDS)}.")
    if where.startswith("place") and "name" not in given:
        yield Mistake(where, "name is missing.", 'A place needs one, such as name = "red_pad".')
    if where and {"position", "region", "on"}.isdisjoint(given):
        at = "[x, y, z]" if where.startswith("target") else "[x, y]"
        yield Mistake(
            where, "It stands nowhere.", f"Give position = {at} or region = [x_min, y_min, x_max, y_max]."
        )
    if where.startswith("target") and "position" not in given:
        needed, example = ("apart", "[0.08, 0.18]") if "beside" in given else ("height", "[0.05, 0.30]")
        if needed not in given:
            yield Mistake(where, f"{needed} is missing.", f"In metres: {needed} = {example}.")
    standing = [key for key in given if key in ("position", "region", "on")]
    if len(standing) > 1:
        yield Mistake(
            f"{where}.{standing[1]}", f"{' and '.join(standing)} are both given.", "Give one of them."
        )


def _wrong_value(key: str, value: Any, rule: Mapping[str, Any], place: str) -> Mistake:
    if key == "color" and isinstance(value, str):
        hint = f"{did_you_mean(value, COLORS)} There are: {', '.join(COLORS)}.".strip()
        return Mistake(place, f'There is no colour "{value}".', hint)
    message = f"{key} is {_shown(value):.80}; expected {_expected(key, rule)}."
    return Mistake(place, message, did_you_mean(str(value), map(str, rule.get("enum", ()))))


def _build(table: Mapping[str, Any], name: str, origin: str) -> tuple[Scene, list[Mistake]]:
    mistakes: list[Mistake] = []
    entries = table.get("object", ())
    kinds = Counter(entry["kind"] for entry in entries)
    objects = tuple(
        _object(entry, n, mistakes, alone=kinds[entry["kind"]] == 1) for n, entry in enumerate(entries)
    )
    places = tuple(_place(entry, n, mistakes) for n, entry in enumerate(table.get("place", ())))
    targets = tuple(_target(entry, n, mistakes) for n, entry in enumerate(table.get("target", ())))
    return Scene(name, str(table.get("title", name)), objects, places, origin, targets), mistakes


def _object(entry: Mapping[str, Any], number: int, mistakes: list[Mistake], *, alone: bool) -> SceneObject:
    where = f"object.{number}"
    kind = entry["kind"]
    color = entry.get("color", _DEFAULT_COLOR.get(kind, ""))
    if not color:
        mistakes.append(Mistake(where, "color is missing.", f"One of {', '.join(COLORS)}."))
    size = _size(entry.get("size"), kind, where, mistakes)
    yaw = entry.get("yaw", 0.0)
    low, high = (yaw, yaw) if isinstance(yaw, (int, float)) else yaw
    if low > high or max(abs(low), abs(high)) > 2 * pi:
        mistakes.append(
            Mistake(
                f"{where}.yaw", f"yaw is {yaw}; expected radians, lowest first.", "For instance [-0.5, 0.5]."
            )
        )
    default_name = kind if alone and kind != "cube" else f"{color}_{kind}"
    mass = 0.0
    if kind not in ("drawer", "button"):
        mass = float(entry.get("mass", _DEFAULT_MASS.get(kind, size[0] * size[1] * size[2] * _WOOD_KG_M3)))
    return SceneObject(
        name=entry.get("name", default_name),
        kind=kind,
        color=color,
        size=size,
        region=_region(entry, where, mistakes),
        yaw=(float(low), float(high)),
        mass=mass,
        on=entry.get("on", ""),
    )


def _place(entry: Mapping[str, Any], number: int, mistakes: list[Mistake]) -> Place:
    where = f"place.{number}"
    color = entry.get("color", "")
    name = entry["name"]
    if "region" in entry:
        return Place(name, _region(entry, where, mistakes), color, marked=True)
    size = entry.get("size", _HAND_OVER_M if name == "hand_over" else _PAD_M)
    wide, deep = (size, size) if isinstance(size, (int, float)) else size[:2]
    x, y = entry["position"]
    return Place(name, Region(x - wide / 2, y - deep / 2, x + wide / 2, y + deep / 2), color, marked=True)


def _target(entry: Mapping[str, Any], number: int, mistakes: list[Mistake]) -> Target:
    name = entry.get("name", "target")
    if "position" in entry:
        x, y, z = map(float, entry["position"])
        return Target(name, Region(x, y, x, y), (z, z))
    height, apart = entry.get("height"), entry.get("apart", (0.0, 0.0))
    if height is not None:
        height = (height, height) if isinstance(height, (int, float)) else tuple(height)
    region = _region(entry, f"target.{number}", mistakes)
    return Target(name, region, height, entry.get("beside", ""), (apart[0], apart[1]))


def _size(given: Any, kind: str, where: str, mistakes: list[Mistake]) -> Vector3:
    if given is None:
        return _DEFAULT_SIZE[kind]
    size = _extents(given, kind)
    if size is None:
        wanted = "[diameter, height]" if kind in ("bowl", "button") else "[x, y, z]"
        mistakes.append(Mistake(f"{where}.size", f"size is {_shown(given)}; expected {wanted} [m]."))
        return _DEFAULT_SIZE[kind]
    return size


def _extents(given: Any, kind: str) -> Vector3 | None:
    if isinstance(given, (int, float)):
        return (float(given),) * 3 if kind == "cube" else None
    if kind in ("bowl", "button"):
        return (float(given[0]), float(given[0]), float(given[1])) if len(given) == 2 else None
    return (float(given[0]), float(given[1]), float(given[2])) if len(given) == 3 else None


def _region(entry: Mapping[str, Any], where: str, mistakes: list[Mistake]) -> Region:
    if "region" in entry:
        x_min, y_min, x_max, y_max = map(float, entry["region"])
        if x_min > x_max or y_min > y_max:
            mistakes.append(
                Mistake(f"{where}.region", "region is empty.", "It is [x_min, y_min, x_max, y_max].")
            )
        return Region(x_min, y_min, x_max, y_max)
    x, y = map(float, entry.get("position", (0.5, 0.0)))
    return Region(x, y, x, y)


def _expected(key: str, rule: Mapping[str, Any]) -> str:
    at = "[x, y, z]" if rule is _POINT else "[x, y]"
    lists = {"position": f"{at} in metres", "region": "[x_min, y_min, x_max, y_max] in metres"}
    if key == "size":
        return "lengths above 0 [m]"
    if key == "yaw":
        return "an angle [rad], or [lowest, highest]"
    if key in ("name", "on"):
        return "a name in quotes: lower case letters, digits and underscores"
    return lists.get(key) or expectation(rule)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _bad_scene(origin: str, mistakes: Sequence[Mistake], lines: Mapping[str, int]) -> BadInput:
    def line_of(mistake: Mistake) -> int:
        owner = mistake.where
        while owner and owner not in lines:
            owner = owner.rpartition(".")[0]
        return lines.get(owner, 0)

    placed = sorted(((line_of(mistake), mistake) for mistake in mistakes), key=lambda pair: pair[0])
    if len(placed) == 1:
        line, only = placed[0]
        return BadInput(f"{origin}{f', line {line}' if line else ''}: {only.message}", remedy=only.remedy)
    shown = [f"{f'line {line}: ' if line else ''}{m.message} {m.remedy}".rstrip() for line, m in placed]
    return BadInput(f"{origin} has {len(shown)} mistakes:\n    " + "\n    ".join(shown))


_HEADER = re.compile(r"\s*\[\[\s*([a-z]+)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-\"']+)\s*=")


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Where each table ("object.0") and key ("object.0.size") stands; tomllib does not tell."""
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = header[1]
            table = f"{name}.{counts.get(name, 0)}"
            counts[name] = counts.get(name, 0) + 1
            yield table, number
        elif key := _KEY.match(line):
            name = key[1].strip("\"'")
            yield (f"{table}.{name}" if table else name), number
