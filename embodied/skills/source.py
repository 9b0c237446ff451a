"""What may stand in a skill.py, read from its syntax tree without running anything.

The docstring, imports of a few harmless modules, constants, private functions `_x`, and exactly one
public function, named after the skill. Everything else at the top of the file is refused here, with
its line; what happens inside functions is the type check's and the sandbox's business.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embodied.errors import BadSkill, did_you_mean
from embodied.skills.skill import REQUIRED, Parameter
from embodied.skills.types import is_parameter_type
from embodied.syntax import module_tree

MODULES: Final = frozenset(
    {"collections", "functools", "itertools", "json", "math", "random", "re", "typing"}
)

_UNCHECKED: Final = frozenset({"eval", "exec", "compile", "__import__"})

_MISSING: Final[dict[type[ast.AST], str]] = {
    ast.ClassDef: "classes",
    ast.AsyncFunctionDef: "async functions",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Delete: "del",
    ast.Global: "global",
}

_IGNORE: Final = re.compile(r"#.*\b(type|ty)\s*:\s*ignore")


@dataclass(frozen=True)
class Interface:
    """What a skill.py says of itself."""

    parameters: tuple[Parameter, ...]
    doc: str
    calls: frozenset[str]


def read_interface(source: str, python_name: str, file: Path) -> Interface:
    """The interface of a skill.py; raises `BadSkill` naming file and line.

    `calls` are the names that the code calls and does not define; which of them are skills only a
    library can tell.
    """
    tree = _parsed(source, file)
    for number, text in enumerate(source.split("\n"), 1):
        if _IGNORE.search(text):
            what = "tells the type check to look away"
            raise bad(file, number, what, "Take the comment out and mend what it hides.")
    for node in tree.body:
        _check_statement(node, file)
    _check_inside(tree, file)
    function = _the_function(tree, python_name, file)
    return Interface(_parameters(function, file), _doc(function, file), called_names(tree))


def _parsed(source: str, file: Path) -> ast.Module:
    try:
        return module_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise bad(file, line, f"is not Python: {getattr(error, 'msg', error)}", "Mend the syntax.") from error


def _the_function(tree: ast.Module, python_name: str, file: Path) -> ast.FunctionDef:
    """The one public function, which has the skill's name and does not use itself."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    public = [function for function in functions if not function.name.startswith("_")]
    wanted = next((function for function in public if function.name == python_name), None)
    if wanted is None:
        line = public[0].lineno if public else 1
        hint = did_you_mean(python_name, [function.name for function in public])
        raise bad(file, line, f"has no function {python_name}()", hint or f"Define `def {python_name}(...)`.")
    for function in public:
        if function is not wanted:
            what = f"has a second public function, {function.name}()"
            remedy = f"Rename it to _{function.name}, or make it a skill of its own."
            raise bad(file, function.lineno, what, remedy)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == python_name:
            what = f"{python_name}() uses itself"
            raise bad(file, node.lineno, what, "Use a loop, or a private function.")
    return wanted


def called_names(tree: ast.Module) -> frozenset[str]:
    """The plain names that are called and not defined at the top of the file."""
    defined = top_level_names(tree)
    return frozenset(
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in defined
    )


def top_level_names(tree: ast.Module) -> frozenset[str]:
    """The functions and constants that a file defines."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                names.update(part.id for part in ast.walk(target) if isinstance(part, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return frozenset(names)


def bad(file: Path, line: int, what: str, remedy: str) -> BadSkill:
    return BadSkill(f"{file}:{line}: {what}", remedy=remedy)


def _check_statement(node: ast.stmt, file: Path) -> None:
    match node:
        case ast.FunctionDef() | ast.Assign() | ast.AnnAssign():
            return
        case ast.Expr(value=ast.Constant(value=str())):
            return
        case ast.Import(names=names):
            for alias in names:
                _check_module(alias.name, node.lineno, file)
        case ast.ImportFrom(module=module, level=level):
            _check_module(module or "", node.lineno, file, relative=level > 0)
        case _:
            what = f"has a statement at the top of the file ({type(node).__name__})"
            raise bad(file, node.lineno, what, "Only constants and functions may stand there.")


def _check_module(name: str, line: int, file: Path, *, relative: bool = False) -> None:
    if name in MODULES and not relative:
        return
    known = ", ".join(sorted(MODULES))
    what = f"imports {name!r}, which skills may not"
    raise bad(file, line, what, f"Only {known} can be imported; primitives and skills need no import.")


def _check_inside(tree: ast.Module, file: Path) -> None:
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        if type(node) in _MISSING:
            raise bad(
                file, line, f"uses {_MISSING[type(node)]}, which the sandbox lacks", "Write it without."
            )
        if isinstance(node, ast.Name) and node.id in _UNCHECKED:
            what = f"uses {node.id}, whose code no check can see"
            raise bad(file, line, what, "Write the code out.")
        if isinstance(node, (ast.Import, ast.ImportFrom)) and id(node) not in top:
            raise bad(file, line, "imports inside a function", "Import at the top of the file.")


def _parameters(function: ast.FunctionDef, file: Path) -> tuple[Parameter, ...]:
    arguments = function.args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs or arguments.kwonlyargs:
        raise bad(
            file, function.lineno, f"{function.name}() has *, ** or / parameters", "Name each parameter."
        )
    returns = ast.unparse(function.returns) if function.returns else ""
    if returns.strip("'\"") != "SkillResult":
        what = f"{function.name}() must be annotated `-> SkillResult`"
        raise bad(
            file, function.lineno, what, 'Return done(...) or failed("reason"), and annotate the result.'
        )
    first_default = len(arguments.args) - len(arguments.defaults)
    found = []
    for index, argument in enumerate(arguments.args):
        if argument.annotation is None or not is_parameter_type(argument.annotation):
            what = f"parameter {argument.arg!r} of {function.name}() has no usable type"
            remedy = "Annotate it with str, int, float, bool, None, list[T], dict[str, T] or a union of them."
            raise bad(file, argument.lineno, what, remedy)
        default: object = REQUIRED
        if index >= first_default:
            default = _default(arguments.defaults[index - first_default], argument, file)
        found.append(Parameter(argument.arg, ast.unparse(argument.annotation), default))
    return tuple(found)


def _default(node: ast.expr, argument: ast.arg, file: Path) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        what = f"the default of {argument.arg!r} is not a literal"
        raise bad(file, node.lineno, what, "Write a number, a text, a list or None.") from error


def _doc(function: ast.FunctionDef, file: Path) -> str:
    doc = ast.get_docstring(function)
    if not doc:
        what = f"{function.name}() has no docstring"
        raise bad(file, function.lineno, what, "Say in it what the skill does and what its arguments mean.")
    return doc
