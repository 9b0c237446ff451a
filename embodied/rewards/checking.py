"""Reads reward code and holds it to the list: everything that is not named here is refused."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from embodied.rewards.errors import MutatesInput, NotAllowed, Problem
from embodied.rewards.expressions import Scope, check_expression
from embodied.rewards.language import (
    MAX_DEPTH,
    MAX_FUNCTIONS,
    MAX_LOOP,
    MAX_NODES,
    MAX_OPERATIONS,
    MAX_SOURCE,
    MAX_STRING,
    MAX_TERMS,
    PARAMETERS,
)
from embodied.rewards.spec import ActionSpec, ObservationSpec
from embodied.syntax import module_tree

_SHOWN = 8
_SHAPE = "def reward(obs, action, previous): ... return {'term': ...}"


@dataclass(frozen=True)
class RewardCode:
    """Source that has passed the check; `embodied.rewards.compiling` makes a function of it.

    Attributes:
        source: as written.
        terms: names of the terms, in order.
        reads: entries of the observation that it reads, now or one step earlier.
        acts: entries of the action that it reads.
        operations: how many a call takes.
    """

    source: str
    terms: tuple[str, ...]
    reads: frozenset[str]
    acts: frozenset[str]
    operations: int


def check(source: str, observation: ObservationSpec, action: ActionSpec) -> RewardCode:
    """Hold reward code to the language and to the names of the environment.

    Raises:
        NotAllowed: with every problem found, its line, what is allowed and the nearest allowed name.
        MutatesInput: the problem is that it writes into an array.
    """
    return _Check(source, observation, action).whole()


def parse(source: str) -> ast.Module:
    """The syntax tree, if the text is small enough to be looked at. Raises `NotAllowed`."""
    if len(source) > MAX_SOURCE:
        raise _refused([Problem(1, f"The code has {len(source)} characters; at most {MAX_SOURCE} are read.")])
    try:
        tree = module_tree(source)
    except SyntaxError as wrong:
        raise _refused([Problem(wrong.lineno or 1, f"This is not Python: {wrong.msg}.")]) from None
    except (RecursionError, MemoryError, ValueError, OverflowError):
        raise _refused([Problem(1, "The code is nested too deeply to be read.")]) from None
    deep = _too_deep(tree)
    if deep:
        raise _refused([deep])
    return tree


def _too_deep(tree: ast.Module) -> Problem | None:
    """Counted without recursion: the text is a stranger's."""
    count, pending = 0, [(tree, 0, 1)]
    while pending:
        node, depth, line = pending.pop()
        line = getattr(node, "lineno", line)
        count += 1
        if depth > MAX_DEPTH:
            return Problem(line, f"Nested more than {MAX_DEPTH} deep.", "Give parts names of their own.")
        if count > MAX_NODES:
            return Problem(line, f"The code has more than {MAX_NODES} parts.", "Write fewer, simpler terms.")
        pending += [(child, depth + 1, line) for child in ast.iter_child_nodes(node)]  # type: ignore[misc]
    return None


def _refused(problems: list[Problem], kind: type[NotAllowed] = NotAllowed) -> NotAllowed:
    shown = "\n".join(f"    {problem}" for problem in problems[:_SHOWN])
    more = f"\n    and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return kind(
        f"The reward code cannot be used:\n{shown}{more}",
        remedy="It is a small part of Python and numpy; docs/rewards.md lists it.",
        problems=tuple(problems),
    )


class _Check:
    def __init__(self, source: str, observation: ObservationSpec, action: ActionSpec) -> None:
        self.source = source
        self.scope = Scope(observation, action)
        self.mutates = False

    def whole(self) -> RewardCode:
        tree = parse(self.source)
        for statement in _without_docstring(tree.body):
            self.top(statement)
        if "reward" not in self.scope.functions and not self.scope.problems:
            self.fail(tree, "There is no function reward.", f"Write {_SHAPE}.")
        scope = self.scope
        operations = scope.functions["reward"].operations if "reward" in scope.functions else 0
        if operations > MAX_OPERATIONS:
            self.fail(
                tree,
                f"A call computes {operations} operations, loops and functions counted as often as they "
                f"run; at most {MAX_OPERATIONS} are allowed.",
                "Use whole arrays instead of loops.",
            )
        if scope.problems:
            problems = sorted(scope.problems, key=lambda problem: problem.line)
            raise _refused(problems, MutatesInput if self.mutates else NotAllowed)
        return RewardCode(
            self.source, tuple(scope.terms), frozenset(scope.reads), frozenset(scope.acts), operations
        )

    def fail(self, node: ast.AST, what: str, remedy: str = "") -> None:
        self.scope.fail(node, what, remedy)

    # -- statements --------------------------------------------------------------------------------

    def top(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import(names=[ast.alias(name="numpy", asname="np")]):
                pass  # np is there anyway; people write it
            case ast.Assign(targets=[ast.Name(id=name)]):
                check_expression(self.scope, statement.value)
                if self.name(statement, name):
                    self.scope.constants.add(name)
            case ast.FunctionDef():
                self.function(statement)
            case _:
                self.refuse(statement, "constants and functions")

    def function(self, node: ast.FunctionDef) -> None:
        main = node.name == "reward"
        arguments = node.args
        names = [argument.arg for argument in arguments.args]
        plain = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs)
        if node.decorator_list or not plain or arguments.defaults:
            self.fail(
                node, f"{node.name} may only have plain parameters.", "Write def near(distance, scale):"
            )
        if main and tuple(names) != PARAMETERS:
            self.fail(node, f"reward has the parameters ({', '.join(names)}).", f"Write {_SHAPE}.")
        if not main and not self.name(node, node.name):
            return
        if len(self.scope.functions) >= MAX_FUNCTIONS:
            self.fail(node, f"There are more than {MAX_FUNCTIONS} functions.", "Write fewer.")
        if main and "reward" in self.scope.functions:
            self.fail(node, "There are two functions reward.", "Keep one.")
        self.scope.enter(names)
        for name in names:
            if name not in PARAMETERS:
                self.name(node, name)
        body = _without_docstring(node.body)
        self.block(body[:-1])
        last = body[-1] if body else node
        if not isinstance(last, ast.Return) or last.value is None:
            self.fail(last, f"{node.name} must end with return.", _SHAPE if main else "")
        elif main:
            self.returned(last.value)
        else:
            check_expression(self.scope, last.value)
        self.scope.leave(node.name, tuple(names))

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    check_expression(self.scope, value)
                    if self.name(statement, name):
                        self.scope.local[name] = "value"
                case ast.Assign(targets=targets):
                    self.assigned(statement, targets)
                case ast.AugAssign(target=ast.Name(id=name)):
                    self.writes(statement, f"{name} {_SIGN.get(type(statement.op), '?')}= ...")
                case ast.AugAssign():
                    self.writes(statement, ast.unparse(statement.target)[:40])
                case ast.For():
                    self.loop(statement)
                case ast.Return():
                    self.fail(statement, "return may only stand at the end.", "Choose with np.where.")
                case _:
                    self.refuse(statement, "assignments and for loops")

    def assigned(self, statement: ast.stmt, targets: list[ast.expr]) -> None:
        if any(isinstance(target, (ast.Subscript, ast.Attribute)) for target in targets):
            self.writes(statement, ast.unparse(targets[0])[:40] + " = ...")
        else:
            self.fail(statement, "One name is assigned at a time.", "Write a = ... and b = ... in two lines.")

    def writes(self, node: ast.AST, what: str) -> None:
        self.mutates = True
        self.fail(
            node,
            f"{what} writes into an array, perhaps one of the inputs.",
            "Write x = x + y, and np.where(condition, a, b) for parts of an array.",
        )

    def loop(self, node: ast.For) -> None:
        bounds: list[int] = []
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if 1 <= len(args) <= 2:
                bounds = [part.value for part in args if _is_whole(part)]  # type: ignore[attr-defined]
        count = bounds[-1] - (bounds[0] if len(bounds) == 2 else 0) if bounds else 0
        iterated = node.iter.args if isinstance(node.iter, ast.Call) else []
        if len(bounds) != len(iterated) or not 1 <= count <= MAX_LOOP or node.orelse:
            self.fail(
                node, f"A loop goes over range(n) with a number n from 1 to {MAX_LOOP}.", "for i in range(3):"
            )
            count = 1
        if not isinstance(node.target, ast.Name):
            self.fail(node, "A loop has one name.", "for i in range(3):")
            return
        if not self.name(node, node.target.id):
            return
        self.scope.local[node.target.id] = "index"
        before = self.scope.operations
        self.block(node.body)
        self.scope.operations = before + (self.scope.operations - before) * count
        self.scope.local[node.target.id] = "value"

    def returned(self, value: ast.expr) -> None:
        if not isinstance(value, ast.Dict) or not value.keys:
            self.fail(value, "reward must return a dict of named terms.", 'Write return {"reach": reach}.')
            return
        if len(value.keys) > MAX_TERMS:
            self.fail(value, f"{len(value.keys)} terms; at most {MAX_TERMS} are allowed.")
        for key, part in zip(value.keys, value.values, strict=True):
            check_expression(self.scope, part)
            name = key.value if isinstance(key, ast.Constant) else None
            if not isinstance(name, str) or not name.isidentifier() or len(name) > MAX_STRING:
                self.fail(key or value, "A term needs a name.", 'Write return {"reach": reach}.')
            elif name in self.scope.terms:
                self.fail(key or value, f"Two terms are called {name!r}.")
            else:
                self.scope.terms.append(name)

    def name(self, node: ast.AST, name: str) -> bool:
        """Whether a name may be given."""
        wrong = ""
        if name.startswith("__") or len(name) > MAX_STRING:
            wrong = f"{name[:MAX_STRING]} cannot be a name here."
        elif name in (*PARAMETERS, "np", "reward", "range", "abs", "float", "bool"):
            wrong = f"{name} has a meaning already and keeps it."
        elif name in self.scope.constants:
            wrong = f"{name} is a constant already."
        elif name in self.scope.functions:
            wrong = f"{name} is a function already."
        if wrong:
            self.fail(node, wrong, "Take another name.")
        return not wrong

    def refuse(self, statement: ast.stmt, allowed: str) -> None:
        kind = _STATEMENTS.get(type(statement), "This")
        remedy = _REMEDIES.get(type(statement), f"Here stand {allowed} only.")
        self.fail(statement, f"{kind} is not allowed.", remedy)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def _is_whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) <= 10 * MAX_LOOP


_SIGN: Final = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_STATEMENTS: Final[dict[type[ast.stmt], str]] = {
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.If: "if",
    ast.While: "while",
    ast.For: "A loop outside of a function",
    ast.ClassDef: "class",
    ast.With: "with",
    ast.Try: "try",
    ast.Delete: "del",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.Raise: "raise",
    ast.Assert: "assert",
    ast.Expr: "An expression whose value is dropped",
    ast.FunctionDef: "A function within a function",
    ast.AsyncFunctionDef: "async",
    ast.AnnAssign: "A type on an assignment",
}
_REMEDIES: Final[dict[type[ast.stmt], str]] = {
    ast.If: "Write np.where(condition, a, b), which chooses for each state of the batch.",
    ast.While: "Use whole arrays, or for i in range(3).",
    ast.Import: "np is there; nothing else can be had.",
    ast.ImportFrom: "np is there; nothing else can be had.",
    ast.FunctionDef: "Write it above reward.",
}
