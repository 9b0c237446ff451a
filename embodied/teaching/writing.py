"""A lesson as a skill: readable code for the sandbox, its SKILL.md, and a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from embodied.deeds import TellsKin
from embodied.methods import WorldSpec
from embodied.skills import Skill, SkillLibrary
from embodied.teaching.lesson import Lesson, Part, spoken
from embodied.teaching.writing_amounts import sentence_of_amounts, source_of_amounts, template_of_amounts
from embodied.writing.drafts import Draft, make_skill

_MORE: Final[Mapping[str, str]] = {
    "_held": '''
def _held() -> str:
    """What the hand holds; "" if nothing."""
    for name in facts("holding"):
        if fact("holding", name):
            return name
    return ""
''',
    "_carried": '''
def _carried() -> float:
    """How far what is held reaches below the hand [m]."""
    name = _held()
    size = fact("size", name) if name != "" else None
    return size[2] / 2 if size is not None else 0.0
''',
    "_above": '''
def _above(thing: str, dx: float, dy: float, up: float) -> str:
    """The hand over a thing, along its sides where it is empty; "" if it came there, else why not."""
    spot = fact("pose", thing)
    size = fact("size", thing)
    if spot is None or size is None:
        return f"where the {thing} is cannot be told"
    x, y = spot[0] + dx, spot[1] + dy
    z = spot[2] + size[2] / 2 + 0.09 + _carried() + up
    if _held() != "":
        moved = move_to(x, y, z, via="above", speed=_SPEED)
        return "" if moved.ok else moved.message
    along = fact("yaw", thing, default=0.0)
    chosen = along
    for turn in [along + math.pi / 2, along]:
        thought = reach_check(x, y, max(spot[2], 0.014), yaw=turn, via="above", touch=thing)
        if thought.ok and thought.value["reachable"]:
            chosen = turn
    moved = move_to(x, y, z, yaw=chosen, via="above", speed=_SPEED)
    return "" if moved.ok else moved.message
''',
    "_to": '''
def _to(thing: str, dx: float, dy: float, dz: float) -> str:
    """The hand down to a thing, or what it holds down into or onto it; "" if it came there, else why not."""
    spot = fact("pose", thing)
    size = fact("size", thing)
    if spot is None or size is None:
        return f"where the {thing} is cannot be told"
    x, y = spot[0] + dx, spot[1] + dy
    if _held() == "":
        moved = move_to(x, y, max(spot[2] + dz, 0.014), speed=0.5 * _SPEED, touch=thing)
        return "" if moved.ok else moved.message
    z = 0.0
    top = spot[2] + size[2] / 2
    for under in [min(spot[2] - size[2] / 2 + 0.012, top), top]:  # inside it, or else on it
        z = max(under + _carried() + 0.003 + dz, 0.014)
        thought = reach_check(x, y, z, touch=thing)
        if thought.ok and thought.value["reachable"]:
            break
    moved = move_to(x, y, z, speed=0.5 * _SPEED, touch=thing, until_contact=True)
    return "" if moved.ok else moved.message
''',
    "_by": '''
def _by(dx: float, dy: float, dz: float, touch: str) -> str:
    """The hand by so much [m]; upwards also past what the fingers lean on; "" if it came there."""
    moved = move_by(dx=dx, dy=dy, dz=dz, speed=_SPEED, touch=touch)
    if dz > 0.0 and moved.error == "collision":
        moved = move_by(dx=dx, dy=dy, dz=dz, speed=_SPEED, touch=str(moved.value.get("object", touch)))
    return "" if moved.ok else moved.message
''',
    "_until_contact": '''
def _until_contact(most: float, touch: str) -> str:
    """The hand down until it meets something, by `most` [m] at most."""
    hand = fact("hand", default=(0.0, 0.0, 0.0))
    moved = move_by(
        dz=max(-most, 0.014 - hand[2] + _carried()), speed=0.5 * _SPEED, touch=touch, until_contact=True
    )
    return "" if moved.ok else moved.message
''',
    "_turn": '''
def _turn(angle: float, touch: str) -> str:
    """The hand turned about z [rad]."""
    moved = move_by(dyaw=angle, speed=_SPEED, touch=touch)
    return "" if moved.ok else moved.message
''',
    "_grip": '''
def _grip(thing: str) -> str:
    """The fingers closed on a thing; "" if they hold something, else why not."""
    closed = close_gripper(force=40.0)
    return "" if closed.ok else closed.message
''',
    "_fist": '''
def _fist() -> str:
    """The fingers closed on nothing."""
    closed = close_gripper(force=20.0, must_hold=False)
    return "" if closed.ok else closed.message
''',
    "_let_go": '''
def _let_go() -> str:
    """The fingers opened, no wider than needed where they hold something."""
    if _held() != "":
        opened = open_gripper(width=min(0.08, fact("gripper_width", default=0.05) + 0.024))
    else:
        opened = open_gripper()
    wait(0.3)
    return "" if opened.ok else opened.message
''',
    "_home": """
def _home() -> str:
    moved = home(speed=_SPEED)
    return "" if moved.ok else moved.message
""",
}
"""What the code of motions is made of; only what is used is written."""

TRIES: Final = 3
_JOINING: Final = frozenset({"in", "into", "on", "onto", "at", "to", "beside", "by", "under", "over"})


def source_of(lesson: Lesson, library: SkillLibrary, functions: Mapping[str, str] = {}) -> str:
    """The text of skill.py.

    Args:
        functions: what the world offers beside the library, by name.
    """
    if lesson.is_of_amounts:
        return source_of_amounts(lesson, library, functions)
    name = lesson.name.replace("-", "_")
    parameters = ", ".join(f"{parameter}: str" for parameter in lesson.names.values())
    sentence = sentence_of(lesson)
    doc = sentence[:1].upper() + sentence[1:]
    body: list[str] = []
    for number, group in enumerate(_groups(lesson), 1):
        body += _written(lesson, group, number, library)
    code = "\n".join(body)
    more = _needed(code)
    head = f'"""{doc}. Taught by showing; SKILL.md keeps the lesson."""\n'
    head += "\nimport math\n" if "math." in more else ""
    head += f"\n_SPEED = {lesson.speed:g}\n" if "_SPEED" in more + code else ""
    head += "_TRIES = 3\n" if "_TRIES" in code else ""
    function = f'def {name}({parameters}) -> SkillResult:\n    """{doc}."""\n{code}\n    return done()\n'
    return f"{head}\n\n{function}{more}"


def sentence_of(lesson: Lesson) -> str:
    """What it does, in a sentence over its parameters: "pick CUBE, put it in BOWL"."""
    if lesson.is_of_amounts:
        return sentence_of_amounts(lesson)
    shown = {thing: name.upper().replace("_", " ") for thing, name in lesson.names.items()}
    said: list[str] = []
    last = ""
    for part in lesson.parts:
        if part.kind != "use":
            said.append(part.about(shown).words.replace("the ", "", 1) if part.thing in shown else part.words)
            last = part.thing or last
            continue
        values = [str(value) for value in part.arguments.values()]
        words = [shown.get(value, spoken(value)) for value in values]
        if words and values[0] == last:
            words[0] = "it"
        said.append(_said(part, words, [lesson.names.get(value, "") for value in values]))
        last = values[0] if values else last
    return ", ".join(said)


def _said(part: Part, words: list[str], kinds: list[str]) -> str:
    verb, *rest = part.skill.split("-")
    if rest and rest[0] not in _JOINING and len(words) > 1:
        return f"{part.skill.replace('-', ' ')} {words[0]} with {', '.join(words[1:])}"
    rest = [word for word in rest if word not in kinds]
    keys = list(part.arguments)
    joint = rest or (["at"] if "at" in keys[1:] else ["on"] if "support" in keys[1:] else [])
    first, others = words[:1], words[1:]
    return " ".join([verb, *first, *(joint if others or part.skill == "put-down" else rest), *others])


def make(lesson: Lesson, home: Path, spec: WorldSpec, library: SkillLibrary, world: str) -> Skill:
    """Write the lesson's folder into `home` and read it as the skill that it is.

    Raises:
        BadSkill: it cannot be a skill.
    """
    draft = Draft(
        name=lesson.name,
        description=f"{sentence_of(lesson)}. Taught by showing.",
        achieves=_template(lesson.achieves, lesson),
        needs=_template(lesson.needs, lesson, counted=False),
        code=source_of(lesson, library, spec.functions if isinstance(spec, TellsKin) else {}),
    )
    arguments = {parameter: thing for thing, parameter in lesson.names.items()}
    skill = make_skill(draft, home, world, library, spec.families, arguments)
    file = skill.folder / "SKILL.md"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{lesson.kept()}\n", encoding="utf-8")
    return skill


def _template(conditions: tuple[str, ...], lesson: Lesson, *, counted: bool = True) -> str:
    if lesson.is_of_amounts:
        return template_of_amounts(conditions, lesson, counted=counted)
    names = lesson.names

    def put(found: re.Match[str]) -> str:
        word = found.group()
        return f"{{{names[word]}}}" if word in names else word

    return "; ".join(re.sub(r"\w+", put, one) for one in conditions)


def _groups(lesson: Lesson) -> list[tuple[Part, ...]]:
    """Parts one by one; where grasps are checked, the motions to a grasp with it, to be tried again."""
    parts = _from_above(lesson)
    groups: list[tuple[Part, ...]] = []
    at = 0
    while at < len(parts):
        end = next(
            (n for n in range(at, len(parts)) if parts[n].kind in ("close", "open", "use", "home")), at
        )
        grasp = lesson.checks and parts[at].kind in ("above", "at") and parts[end].kind == "close"
        size = end - at + 1 if grasp and parts[end].thing else 1
        groups.append(parts[at : at + size])
        at += size
    return groups


def _from_above(lesson: Lesson) -> tuple[Part, ...]:
    """With a way over each thing before it is gone down to, where that was asked for."""
    if not lesson.via_above:
        return lesson.parts
    found: list[Part] = []
    for part in lesson.parts:
        before = found[-1] if found else None
        if part.kind == "at" and not (before is not None and before.kind == "above"):
            found.append(Part("above", part.thing, (part.offset[0], part.offset[1], 0.0)))
        found.append(part)
    return tuple(found)


def _written(lesson: Lesson, group: tuple[Part, ...], number: int, library: SkillLibrary) -> list[str]:
    if len(group) > 1:
        return _tried_again(lesson, group, number)
    part = group[0]
    if part.kind != "use":
        words = part.about(lesson.names).words.replace('"', "'")
        return [
            f"    why = {_motion(lesson, part)}",
            '    if why != "":',
            f'        return failed("step {number}, {words}: " + why)',
        ]
    skill = library.get(part.skill)
    given = ", ".join(f"{key}={_value(value, lesson.names)}" for key, value in part.arguments.items())
    call = f"{skill.python_name}({given})"
    lines = [f"    step = {call}"]
    holds = next((one for one in skill.achieves if one.startswith("holding[")), "") if lesson.checks else ""
    if holds and part.arguments:
        thing = _value(next(iter(part.arguments.values())), lesson.names)
        lines += [
            f'    if not fact("holding", {thing}):',
            f"        step = {call}  # once more",
            f'    if step.ok and not fact("holding", {thing}):',
            f'        return failed("step {number}, {part.skill}: the gripper does not hold it")',
        ]
    return [
        *lines,
        "    if not step.ok:",
        f'        return failed("step {number}, {part.skill}: " + step.reason)',
    ]


def _tried_again(lesson: Lesson, group: tuple[Part, ...], number: int) -> list[str]:
    """The way to a grasp and the grasp, until the fingers hold what they closed on."""
    thing = _value(group[-1].thing, lesson.names)
    lines = ['    why = ""', "    for _ in range(_TRIES):", f"        why = {_motion(lesson, group[0])}"]
    for part in group[1:]:
        lines += ['        if why == "":', f"            why = {_motion(lesson, part)}"]
    return [
        *lines,
        f'        if why == "" and fact("holding", {thing}):',
        "            break",
        "        open_gripper()",
        f"        move_by(dz=0.1, speed=_SPEED, touch={thing})",
        f'    if not fact("holding", {thing}):',
        f'        return failed("step {number}, grasp: " + (why or "the gripper does not hold it"))',
    ]


def _motion(lesson: Lesson, part: Part) -> str:
    thing = _value(part.thing, lesson.names)
    x, y, z = (f"{round(value, 4):g}" if value else "0.0" for value in part.offset)
    x, y, z = (value if "." in value or "e" in value else f"{value}.0" for value in (x, y, z))
    match part.kind:
        case "above":
            return f"_above({thing}, {x}, {y}, {z})"
        case "at":
            return f"_to({thing}, {x}, {y}, {z})"
        case "by" if part.until_contact:
            return f"_until_contact({-part.offset[2]:g}, {thing})"
        case "by":
            return f"_by({x}, {y}, {z}, {thing})"
        case "turn":
            return f"_turn({part.turn:.4f}, {thing})"
        case "close":
            return f"_grip({thing})" if part.thing else "_fist()"
        case "open":
            return "_let_go()"
    return "_home()"


def _value(value: object, names: Mapping[str, str]) -> str:
    return names[value] if isinstance(value, str) and value in names else repr(value).replace("'", '"')


def _needed(code: str) -> str:
    """The private functions that the code uses, and those that they use."""
    chosen: dict[str, None] = {}
    waiting = code
    while True:
        found = [name for name in _MORE if f"{name}(" in waiting and name not in chosen]
        if not found:
            return "".join(f"\n{_MORE[name]}" for name in _MORE if name in chosen)
        chosen.update(dict.fromkeys(found))
        waiting = "".join(_MORE[name] for name in found)
