"""The check of expressions; `embodied.rewards.checking` does statements."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Final

from embodied.errors import did_you_mean
from embodied.rewards.errors import Problem
from embodied.rewards.language import (
    CONSTANTS,
    DTYPES,
    INSTEAD,
    MAX_EXPONENT,
    MAX_NUMBER,
    METHODS,
    NUMPY,
    NUMPY_DTYPES,
    OBSERVATIONS,
    Function,
)
from embodied.rewards.spec import ActionSpec, ObservationSpec

BINARY: Final = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.Mod,
    ast.FloorDiv,
    ast.BitAnd,
    ast.BitOr,
    ast.BitXor,
)
UNARY: Final = (ast.USub, ast.UAdd, ast.Invert)
COMPARE: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


@dataclass(frozen=True)
class OwnFunction:
    """A function that the reward code defines: its parameters, and what one call computes."""

    parameters: tuple[str, ...]
    operations: int


@dataclass
class Scope:
    """What is known at one place of the source.

    Attributes:
        local: the kind of each local name: "value", "index" (a loop's number), "obs" or "action".
        operations: computed so far by the function that is being read.
    """

    observation: ObservationSpec
    action: ActionSpec
    problems: list[Problem] = field(default_factory=list)
    constants: set[str] = field(default_factory=set)
    functions: dict[str, OwnFunction] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    terms: list[str] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)
    operations: int = 0

    def fail(self, node: ast.AST, what: str, remedy: str = "") -> None:
        self.problems.append(Problem(getattr(node, "lineno", 1), what, remedy))

    def enter(self, parameters: list[str]) -> None:
        """Begin a function."""
        kinds = {**dict.fromkeys(OBSERVATIONS, "obs"), "action": "action"}
        self.local = {name: kinds.get(name, "value") for name in parameters}
        self.operations = 0

    def leave(self, name: str, parameters: tuple[str, ...]) -> None:
        """End it; it may be called from here on, and so never by itself."""
        self.functions[name] = OwnFunction(parameters, self.operations)
        self.local = {}


def check_expression(scope: Scope, node: ast.expr, *, argument: bool = False) -> None:
    """Note every problem of an expression in the scope, and count what it computes.

    Args:
        argument: it is an argument of a numpy function, where None may stand.
    """
    scope.operations += 1
    match node:
        case ast.Constant(value=value):
            _constant(scope, node, value, argument)
        case ast.Name(id=name):
            _name(scope, node, name)
        case ast.BinOp(op=ast.Pow()):
            check_expression(scope, node.left)
            _exponent(scope, node.right)
        case ast.BinOp(op=op) if isinstance(op, BINARY):
            check_expression(scope, node.left)
            check_expression(scope, node.right)
        case ast.UnaryOp(op=op) if isinstance(op, UNARY):
            check_expression(scope, node.operand)
        case ast.Compare(ops=[op]) if isinstance(op, COMPARE):
            check_expression(scope, node.left)
            check_expression(scope, node.comparators[0])
        case ast.Subscript():
            _subscript(scope, node)
        case ast.Attribute():
            _attribute(scope, node)
        case ast.Call():
            _call(scope, node)
        case _:
            _refuse(scope, node)


def dotted(node: ast.expr) -> str:
    """ "linalg.norm" for `np.linalg.norm`, "" for what does not begin with np."""
    match node:
        case ast.Attribute(value=ast.Name(id="np"), attr=name):
            return name
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"), attr=first), attr=second):
            return f"{first}.{second}"
    return ""


def _constant(scope: Scope, node: ast.expr, value: object, argument: bool) -> None:
    if isinstance(value, str):
        scope.fail(node, "Strings only name entries and terms.", 'Write obs["..."] or return {"...": ...}.')
    elif value is None and argument:
        pass
    elif not isinstance(value, (int, float)):
        scope.fail(node, f"{ast.unparse(node)[:40]} is no number.")
    elif abs(value) > MAX_NUMBER:
        scope.fail(node, f"A number above {MAX_NUMBER:g} stands here.", "Scale terms to about 1.")


def _name(scope: Scope, node: ast.Name, name: str) -> None:
    kind = scope.local.get(name)
    if kind in ("obs", "action"):
        values = ", ".join((scope.observation if kind == "obs" else scope.action).names)
        scope.fail(node, f"{name} holds named arrays.", f'Write {name}["..."] with one of: {values}.')
    elif kind is None and name not in scope.constants:
        known = {*scope.local, *scope.constants, *scope.functions, "np", "abs"}
        remedy = INSTEAD.get(name) or did_you_mean(name, known) or f"There are {', '.join(sorted(known))}."
        what = "is a function" if name in scope.functions else "is not known here"
        scope.fail(node, f"{name} {what}.", remedy)


def _exponent(scope: Scope, node: ast.expr) -> None:
    scope.operations += 1
    value = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    number = value.value if isinstance(value, ast.Constant) else None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or abs(number) > MAX_EXPONENT:
        scope.fail(
            node,
            f"An exponent is a number from -{MAX_EXPONENT} to {MAX_EXPONENT}.",
            "Write x ** 2, or np.power(x, y) and np.exp(x).",
        )


def _subscript(scope: Scope, node: ast.Subscript) -> None:
    base = node.value
    if isinstance(base, ast.Name) and scope.local.get(base.id) in ("obs", "action"):
        _entry(scope, node, scope.local[base.id])
        return
    if isinstance(base, ast.Attribute) and base.attr == "shape" and not dotted(base):
        check_expression(scope, base.value)
        if not _index(scope, node.slice, number=True):
            scope.fail(node, "One number of a shape is taken.", "Write x.shape[0].")
        return
    check_expression(scope, base)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part in parts:
        if not _index(scope, part):
            scope.fail(
                part,
                "An index is made of numbers, :, None and the names of loops.",
                "Write x[:, 2]; np.where(condition, a, b) instead of x[condition].",
            )


def _entry(scope: Scope, node: ast.Subscript, kind: str) -> None:
    spec: ObservationSpec | ActionSpec = scope.observation if kind == "obs" else scope.action
    name = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if not isinstance(name, str):
        scope.fail(node, "Entries are taken by their name.", f"There are {', '.join(spec.names)}.")
    elif name not in spec:
        remedy = did_you_mean(name, spec.names) or f"There are {', '.join(spec.names)}."
        scope.fail(node, f"There is no {spec.kind} {name!r}.", remedy)
    else:
        (scope.reads if kind == "obs" else scope.acts).add(name)


def _index(scope: Scope, node: ast.expr, *, number: bool = False) -> bool:
    match node:
        case ast.Constant(value=value) if type(value) is int:
            return abs(value) <= MAX_NUMBER
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return _index(scope, node.operand, number=True)
        case ast.Name(id=name):
            return scope.local.get(name) == "index"
        case ast.Constant(value=value) if not number:
            return value is None or value is ...
        case ast.Slice(lower=lower, upper=upper, step=step) if not number:
            return all(part is None or _index(scope, part, number=True) for part in (lower, upper, step))
        case ast.Attribute() if not number:
            return dotted(node) == "newaxis"
    return False


def _attribute(scope: Scope, node: ast.Attribute) -> None:
    name = dotted(node)
    if name in CONSTANTS or name in NUMPY_DTYPES:
        return
    if name:
        what = "is called: np." + name + "(...)" if name in NUMPY else "is not allowed"
        scope.fail(node, f"np.{name} {what}.", "" if name in NUMPY else _numpy_remedy(name))
        return
    hint = f"Write .{node.attr}(...)." if node.attr in METHODS else "Of attributes there is x.shape[0] alone."
    scope.fail(node, f"The attribute {node.attr[:60]} is not allowed.", hint)
    if not isinstance(node.value, ast.Name):
        check_expression(scope, node.value)


def _call(scope: Scope, node: ast.Call) -> None:
    func = node.func
    name = dotted(func)
    if name in NUMPY:
        _checked_call(scope, node, f"np.{name}", NUMPY[name], list(node.args))
    elif name:
        scope.fail(node, f"np.{name} is not allowed.", _numpy_remedy(name))
    elif isinstance(func, ast.Attribute) and func.attr in METHODS:
        _checked_call(scope, node, f".{func.attr}", METHODS[func.attr], [func.value, *node.args])
    elif isinstance(func, ast.Attribute):
        remedy = INSTEAD.get(func.attr) or did_you_mean(func.attr, METHODS)
        remedy = remedy or f"Methods of arrays: {', '.join(sorted(METHODS))}."
        scope.fail(node, f"The method {func.attr[:60]} is not allowed.", remedy)
        check_expression(scope, func.value)
    elif isinstance(func, ast.Name) and func.id == "abs":
        _checked_call(scope, node, "abs", NUMPY["abs"], list(node.args))
    elif isinstance(func, ast.Name) and func.id in scope.functions:
        _own_call(scope, node, func.id)
    elif isinstance(func, ast.Name):
        known = [*scope.functions, "abs"]
        remedy = INSTEAD.get(func.id) or did_you_mean(func.id, known)
        remedy = remedy or "Functions of one's own stand above the one that calls them; others begin with np."
        scope.fail(node, f"The function {func.id[:60]} is not allowed.", remedy)
    else:
        _refuse(scope, func)


def _numpy_remedy(name: str) -> str:
    instead = INSTEAD.get(name.split(".")[0]) or INSTEAD.get(name.rpartition(".")[2])
    near = did_you_mean(f"np.{name}", [f"np.{known}" for known in (*NUMPY, *CONSTANTS)])
    return instead or near or "Allowed are np." + ", ".join(sorted(NUMPY)) + "."


def _checked_call(scope: Scope, node: ast.Call, name: str, rule: Function, arguments: list[ast.expr]) -> None:
    least, most = rule.arguments
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    wrong = [str(word) for word in given if word not in rule.keywords]
    if any(isinstance(part, ast.Starred) for part in arguments) or None in given:
        scope.fail(node, f"{name} with * is not allowed.", "Write the arguments one by one.")
        return
    if wrong:
        allowed = ", ".join(sorted(rule.keywords)) or "no keywords"
        scope.fail(node, f"{name} does not take {wrong[0]}= here.", f"It takes {allowed}.")
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        scope.fail(node, f"{name} has {len(arguments)} arguments.", f"It takes {wanted}.")
        return
    if rule.kind == "along" and "axis" not in given and len(arguments) < 2:
        scope.fail(node, f"{name} without axis mixes all states of the batch.", "Write axis=-1.")
    if name == ".astype":
        _dtype(scope, arguments.pop())
    for position, argument in enumerate(arguments):
        if position == 0 and rule.kind in ("join", "make"):
            _sequence(scope, argument, name, rule.kind)
        elif (position == 1 and rule.kind in ("along", "join")) or (
            position == 1 and "axis" in rule.keywords
        ):
            _axis(scope, argument)
        else:
            check_expression(scope, argument, argument=True)
    for word, value in given.items():
        if word == "dtype":
            _dtype(scope, value)
        elif word == "axis":
            _axis(scope, value)
        elif word == "keepdims":
            if not (isinstance(value, ast.Constant) and isinstance(value.value, bool)):
                scope.fail(value, "keepdims is True or False.")
        else:
            check_expression(scope, value, argument=True)
    scope.operations += 1


def _sequence(scope: Scope, node: ast.expr, name: str, kind: str) -> None:
    """The parts that are joined, or the numbers of a shape; lists may stand in lists."""
    if isinstance(node, (ast.Tuple, ast.List)):
        for part in node.elts:
            if isinstance(part, ast.Starred):
                scope.fail(part, f"* in {name} is not allowed.", "Write the parts one by one.")
            else:
                _sequence(scope, part, name, kind)
    elif kind == "make" and isinstance(node, ast.Attribute) and node.attr == "shape" and not dotted(node):
        check_expression(scope, node.value)
    else:
        check_expression(scope, node)


def _axis(scope: Scope, node: ast.expr) -> None:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    if any(not _index(scope, part, number=True) for part in parts):
        scope.fail(node, "An axis is a number.", "Write axis=-1.")


def _dtype(scope: Scope, node: ast.expr) -> None:
    if not (isinstance(node, ast.Name) and node.id in DTYPES) and dotted(node) not in NUMPY_DTYPES:
        scope.fail(node, "A type of numbers is float or bool.", "Write x.astype(float).")


def _own_call(scope: Scope, node: ast.Call, name: str) -> None:
    own = scope.functions[name]
    if node.keywords or len(node.args) != len(own.parameters):
        scope.fail(
            node,
            f"{name} is called with {len(node.args)} arguments"
            + (" and keywords." if node.keywords else "."),
            f"Write {name}({', '.join(own.parameters)}).",
        )
        return
    for parameter, argument in zip(own.parameters, node.args, strict=True):
        wanted = "action" if parameter == "action" else "obs" if parameter in OBSERVATIONS else ""
        given = scope.local.get(argument.id) if isinstance(argument, ast.Name) else None
        if not wanted:
            check_expression(scope, argument)
        elif given != wanted:
            scope.fail(
                argument, f"{name} takes a whole observation or action as {parameter}.", f"Give {wanted}."
            )
    scope.operations += own.operations


def _refuse(scope: Scope, node: ast.expr) -> None:
    what, remedy = _EXPRESSIONS.get(type(node), ("This", ""))
    match node:
        case ast.Compare():
            if len(node.ops) > 1:
                what, remedy = "A chain of comparisons", "Write (a < x) & (x < b)."
        case ast.BinOp(op=ast.MatMult()):
            what, remedy = "@", "Write np.sum(a * b, axis=-1)."
        case ast.UnaryOp(op=ast.Not()):
            what, remedy = "not", "Write ~condition, which works for each state of the batch."
    scope.fail(node, f"{what} is not allowed.", remedy)


_LOOPS = "Use whole arrays, or for i in range(3)."
_EXPRESSIONS: Final[dict[type[ast.expr], tuple[str, str]]] = {
    ast.IfExp: ("a if condition else b", "Write np.where(condition, a, b)."),
    ast.BoolOp: ("and, or", "Write (a) & (b), (a) | (b), which work for each state of the batch."),
    ast.Lambda: ("lambda", "Write a function above reward."),
    ast.ListComp: ("A comprehension", _LOOPS),
    ast.SetComp: ("A comprehension", _LOOPS),
    ast.DictComp: ("A comprehension", _LOOPS),
    ast.GeneratorExp: ("A comprehension", _LOOPS),
    ast.NamedExpr: (":=", "Assign in a line of its own."),
    ast.JoinedStr: ("An f-string", "Strings only name entries and terms."),
    ast.Await: ("await", ""),
    ast.Yield: ("yield", "A reward returns its terms."),
    ast.YieldFrom: ("yield", "A reward returns its terms."),
    ast.Starred: ("*", ""),
    ast.Dict: ("A dict", "It is what reward returns, and nothing else."),
    ast.Set: ("A set", ""),
    ast.Tuple: ("A tuple", "One may stand in np.stack((a, b), axis=-1)."),
    ast.List: ("A list", "Write np.array([0.0, 0.0, 0.1])."),
    ast.BinOp: ("This operator", "There are + - * / // % ** & | ^."),
    ast.Compare: ("This comparison", "There are < <= > >= == !=."),
}
