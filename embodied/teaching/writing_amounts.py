"""A lesson of a world of amounts as code: each step only as far as what is held falls short."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from embodied.condition import parse, requirement
from embodied.skills import SkillLibrary
from embodied.teaching.lesson import Lesson, Part, spoken

COUNT: Final = "count"


def source_of_amounts(lesson: Lesson, library: SkillLibrary, functions: Mapping[str, str]) -> str:
    """The text of skill.py.

    Args:
        functions: what the world offers beside the library, by name.
    """
    doc = sentence_of_amounts(lesson)
    doc = doc[:1].upper() + doc[1:]
    parameters = [f'{name}: str = "{kind["default"]}"' for name, kind in lesson.kinds.items()]
    parameters += [f"{COUNT}: int = {lesson.counted}"] if lesson.counted else []
    body = _beginning(lesson)
    for number, part in enumerate(lesson.parts, 1):
        body += _step(lesson, part, number, library)
    used = [name for name in functions if any(f"{name}(" in line for line in body)]
    code = "\n".join(body)
    head = f'"""{doc}. Taught; SKILL.md keeps the lesson."""\n'
    head += "\nimport math\n" if "math." in code else ""
    for name, kind in lesson.kinds.items():
        members = ", ".join(f'"{one}"' for one in kind["members"])
        head += f"\n_{name.upper()} = [{members}]\n"
    name = lesson.name.replace("-", "_")
    function = (
        f'def {name}({", ".join(parameters)}) -> SkillResult:\n    """{doc}."""\n{code}\n    return done()\n'
    )
    return f"{head}\n\n{function}" + "".join(f"\n\n{functions[one]}" for one in used)


def sentence_of_amounts(lesson: Lesson) -> str:
    """What it does, in a sentence over its parameters: "mine 3 LOG, craft 1 crafting table"."""
    shown = {thing: name.upper().replace("_", " ") for thing, name in lesson.names.items()}
    shown |= {thing: f"{spoken(one[0])} of it" for thing, one in lesson.derived.items()}
    said: list[str] = []
    for part in lesson.parts:
        if part.kind == "do":
            things = [value for value in part.arguments.values() if isinstance(value, str)]
            named = " ".join(shown.get(one, spoken(one)) for one in things)
            said.append(f"{part.skill.strip('_')} {named}{' beside that' if part.beside else ''}")
            continue
        verb = part.skill.split("-")
        verb = verb[:-1] if verb[-1] in part.arguments and len(verb) > 1 else verb
        thing = part.gains.partition("[")[2].rstrip("]")
        number = COUNT.upper() if part.counted else str(max(1, int(part.level + part.each)))
        said.append(f"{' '.join(verb)} {number} {shown.get(thing, spoken(thing))}")
    return ", ".join(said)


def template_of_amounts(conditions: tuple[str, ...], lesson: Lesson, *, counted: bool) -> str:
    """Conditions over the parameters; a name of a kind is met by any of the kind."""
    return "; ".join(_template(one, lesson, counted=counted) for one in conditions)


def _template(condition: str, lesson: Lesson, *, counted: bool) -> str:
    wanted = requirement(parse(condition))
    if wanted is None or len(wanted.fact) != 2:
        return _of_any_kind(condition, lesson)
    family, key = wanted.fact
    amount = f"{{{COUNT}}}" if counted and lesson.counted else f"{wanted.amount:g}"
    patterns = {kind["pattern"]: name for name, kind in lesson.kinds.items()}
    if key in lesson.names:
        return f"sum({family}[{{{lesson.names[key]}}}]) >= {amount}"
    if key in patterns:
        return f"sum({family}[{{{patterns[key]}}}]) >= {amount}"
    if key in lesson.derived:
        return f"sum({family}[*{lesson.derived[key][3]}]) >= {amount}"
    return f"sum({family}[{key}]) >= {amount}" if wanted.is_sum else f"{family}[{key}] >= {amount}"


def _of_any_kind(condition: str, lesson: Lesson) -> str:
    """What cannot be summed (distances) is met by any of the kind: "... or ... or ..."."""
    for name in dict.fromkeys(re.findall(r"\w+", condition)):
        members = _members(name, lesson)
        if members:
            condition = " or ".join(re.sub(rf"\b{name}\b", one, condition) for one in members)
    return condition


def _members(name: str, lesson: Lesson) -> list[str]:
    """The names that stand for one; none if nothing else does."""
    if name in lesson.names and lesson.names[name] in lesson.kinds:
        return list(lesson.kinds[lesson.names[name]]["members"])
    if name in lesson.derived:
        _, parameter, old, new = lesson.derived[name]
        return [one.replace(old, new) for one in lesson.kinds[parameter]["members"]]
    return []


def _beginning(lesson: Lesson) -> list[str]:
    lines: list[str] = []
    for name in lesson.kinds:
        lines += [
            f"    {name} = _kind({name}, _{name.upper()})",
            f'    if {name} == "":',
            f'        return failed("no {spoken(name)} was found")',
        ]
    for variable, parameter, old, new in lesson.derived.values():
        lines.append(f'    {variable} = {parameter}.replace("{old}", "{new}")')
    if any(part.each for part in lesson.parts):
        rounds = f"math.ceil({COUNT} / {lesson.counted})" if lesson.counted > 1 else COUNT
        lines.append(f"    times = {rounds}")
    return lines


def _step(lesson: Lesson, part: Part, number: int, library: SkillLibrary) -> list[str]:
    if part.kind == "do":
        given = "".join(f", {key}={_value(value, lesson)}" for key, value in part.arguments.items())
        beside = f"spot{part.beside}" if part.beside and _is_given(lesson, part.beside) else "[]"
        return [
            f"    spot{part.gives} = {part.skill}({beside}{given})",
            f"    if len(spot{part.gives}) == 0:",
            f'        return failed("step {number}, {part.skill.strip("_")}: there was no place for it")',
        ]
    words = {key: _value(value, lesson) for key, value in part.arguments.items()}
    function = library.get(part.skill).python_name
    failing = f'return failed("step {number}, {part.skill.replace("-", " ")}: " + step.reason)'
    family, _, key = part.gains.rstrip("]").partition("[")
    if not part.gains:
        call = ", ".join(f"{name}={value}" for name, value in words.items())
        return [f"    step = {function}({call})", "    if not step.ok:", f"        {failing}"]
    held = f'fact("{family}", {_value(key, lesson)})'
    if part.amount:
        words[part.amount] = "lacking"
    call = ", ".join(f"{name}={value}" for name, value in words.items())
    return [
        f"    lacking = {_level(part)} - {held}",
        "    if lacking > 0:",
        f"        step = {function}({call})",
        "        if not step.ok:",
        f"            {failing}",
    ]


def _level(part: Part) -> str:
    """How much must be held after a step."""
    terms = [COUNT] if part.counted else []
    terms += [f"{part.each} * times" if part.each != 1 else "times"] if part.each else []
    terms += [str(part.level)] if part.level or not terms else []
    return " + ".join(terms)


def _is_given(lesson: Lesson, number: int) -> bool:
    return any(part.gives == number for part in lesson.parts)


def _value(value: object, lesson: Lesson) -> str:
    if isinstance(value, str) and value in lesson.names:
        return lesson.names[value]
    if isinstance(value, str) and value in lesson.derived:
        return lesson.derived[value][0]
    return repr(value).replace("'", '"')
