"""From checked reward code to a function.

Each part of the syntax tree becomes one small Python function that calls the next ones; no bytecode of the
reward's author ever runs, and there is nothing in reach of it but the arrays and the functions that
`embodied.rewards.language` names. What the check refuses, this does not know either.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embodied.rewards.checking import RewardCode, parse
from embodied.rewards.errors import Failed, NotAllowed, OutOfScale, RewardError, TooLarge
from embodied.rewards.expressions import dotted
from embodied.rewards.language import (
    CONSTANTS,
    DTYPES,
    MAX_ELEMENTS,
    METHODS,
    NUMPY,
    NUMPY_DTYPES,
    PARAMETERS,
    Function,
)
from embodied.rewards.spec import Arrays

Frame = list[Any]
Compute = Callable[[Frame], Any]
RewardFunction = Callable[[Arrays, Arrays, Arrays], Mapping[str, Any]]

COMPUTED_WRONG: Final = (ValueError, TypeError, IndexError, ArithmeticError, AttributeError)
_EXACT: Final = 2.0**53

_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}


def compiled(code: RewardCode) -> RewardFunction:
    """The function that the code says, without any check of what it gives (`embodied.rewards.calling`).

    It raises `Failed` with the line when numpy cannot compute something, `TooLarge` when an array has more
    than `MAX_ELEMENTS`.
    """
    constants: dict[str, Any] = {}
    functions: dict[str, Callable[[Frame], Any]] = {}
    for node in parse(code.source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                compute = _Body(constants, functions, ()).expression(value)
                constants[name] = _located(node.lineno, compute)([{}])
            case ast.FunctionDef():
                parameters = tuple(argument.arg for argument in node.args.args)
                functions[node.name] = _function(node, _Body(constants, functions, parameters))
    return _reward(functions["reward"])


def _reward(run: Callable[[Frame], Any]) -> RewardFunction:
    def reward(obs: Arrays, action: Arrays, previous: Arrays) -> Mapping[str, Any]:
        terms: Mapping[str, Any] = run([{}, obs, action, previous])
        return terms

    return reward


def _function(node: ast.FunctionDef, body: _Body) -> Callable[[Frame], Any]:
    steps = [step for statement in node.body for step in body.statement(statement)]
    lines = [line for line, _ in steps]
    run = [compute for _, compute in steps]
    room = [None] * (len(body.slots) - len(body.names))

    def called(arguments: Frame) -> Any:
        frame = arguments + room
        value = None
        done = 0
        try:
            for done, step in enumerate(run):  # noqa: B007 - read where it failed
                value = step(frame)
        except RewardError as known:
            raise known
        except MemoryError:
            raise _too_large(f"What line {lines[done]} computes") from None
        except COMPUTED_WRONG as wrong:
            raise _failed(lines[done], wrong) from None
        return value

    return called


def _located(line: int, compute: Compute) -> Compute:
    def located(frame: Frame) -> Any:
        try:
            return compute(frame)
        except COMPUTED_WRONG as wrong:
            raise _failed(line, wrong) from None

    return located


def _failed(line: int, wrong: Exception) -> Failed:
    return Failed(
        f"line {line}: numpy could not compute this: {str(wrong)[:300]}.",
        remedy="obs[name] has shape (batch, *shape): mind the axes, and write axis=-1 where one is summed.",
    )


def _too_large(where: str) -> TooLarge:
    return TooLarge(
        f"{where} would have more than {MAX_ELEMENTS} elements.",
        remedy="Terms have shape (batch,); no array needs more than a few numbers for each state.",
    )


@dataclass
class _Body:
    """One function's names, and how its parts become functions.

    Attributes:
        names: of its parameters.
        slots: where in the frame each local name stands. In slot 0 stands what functions of whole
            observations gave during this call of the reward: they are pure, and need no second look.
    """

    constants: Mapping[str, Any]
    functions: Mapping[str, Callable[[Frame], Any]]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        self.slots = {name: number for number, name in enumerate(self.names, start=1)}
        self.whole = set(PARAMETERS) & set(self.names)

    # -- statements --------------------------------------------------------------------------------

    def statement(self, node: ast.stmt) -> list[tuple[int, Compute]]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return [(node.lineno, self.stored(name, self.expression(value)))]
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=args), body=body):
                bounds = [part.value for part in args if isinstance(part, ast.Constant)]
                slot = self.slots.setdefault(name, len(self.slots) + 1)
                steps = [step for statement in body for step in self.statement(statement)]
                rounds = range(*bounds)  # type: ignore[arg-type]
                return [step for i in rounds for step in [(node.lineno, _set(slot, i)), *steps]]
            case ast.Return(value=ast.Dict(keys=keys, values=values)):
                names = [key.value for key in keys if isinstance(key, ast.Constant)]
                return [(node.lineno, _dict(names, [self.expression(value) for value in values]))]
            case ast.Return(value=ast.expr() as value):
                return [(node.lineno, self.expression(value))]
            case ast.Expr(value=ast.Constant(value=str())):
                return []
        raise _unknown(node)

    def stored(self, name: str, compute: Compute) -> Compute:
        slot = self.slots.setdefault(name, len(self.slots) + 1)

        def store(frame: Frame) -> None:
            frame[slot] = compute(frame)

        return store

    # -- expressions -------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Compute:
        match node:
            case ast.Constant(value=value):
                return lambda frame: value
            case ast.Name(id=name) if name in self.slots:
                return operator.itemgetter(self.slots[name])
            case ast.Name(id=name) if name in self.constants:
                constant = self.constants[name]
                return lambda frame: constant
            case ast.BinOp(op=op) if type(op) in _BINARY:
                return _binary(_BINARY[type(op)], self.expression(node.left), self.expression(node.right))
            case ast.Compare(ops=[op]) if type(op) in _COMPARE:
                right = self.expression(node.comparators[0])
                return _binary(_COMPARE[type(op)], self.expression(node.left), right)
            case ast.UnaryOp(op=op) if type(op) in _UNARY:
                operand, sign = self.expression(node.operand), _UNARY[type(op)]
                return lambda frame: sign(operand(frame))
            case ast.Subscript():
                return self.subscript(node)
            case ast.Attribute() if dotted(node) in CONSTANTS:
                known = CONSTANTS[dotted(node)]
                return lambda frame: known
            case ast.Call():
                return self.call(node)
        raise _unknown(node)

    def subscript(self, node: ast.Subscript) -> Compute:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            array, at = self.expression(node.value.value), self.index(node.slice)
            return lambda frame: np.shape(array(frame))[at(frame)]
        base = self.expression(node.value)
        match node.slice:
            case ast.Constant(value=str() as name):
                return lambda frame: base(frame)[name]
            case ast.Tuple(elts=parts):
                indices = [self.index(part) for part in parts]
                return lambda frame: base(frame)[tuple([index(frame) for index in indices])]
        index = self.index(node.slice)
        return lambda frame: base(frame)[index(frame)]

    def index(self, node: ast.expr | None) -> Compute:
        if isinstance(node, ast.Slice):
            low, high, step = self.index(node.lower), self.index(node.upper), self.index(node.step)
            return lambda frame: slice(low(frame), high(frame), step(frame))
        return self.expression(node) if node is not None else lambda frame: None

    def call(self, node: ast.Call) -> Compute:
        func, name = node.func, dotted(node.func)
        if name in NUMPY:
            return self.numpy(NUMPY[name], list(node.args), node.keywords)
        if isinstance(func, ast.Attribute) and not name and func.attr in METHODS:
            return self.numpy(METHODS[func.attr], [func.value, *node.args], _method_keywords(node))
        if isinstance(func, ast.Name) and func.id in self.functions:
            return self.own(func.id, node.args)
        if isinstance(func, ast.Name) and func.id == "abs":
            return self.numpy(NUMPY["abs"], list(node.args), [])
        raise _unknown(node)

    def own(self, name: str, given: list[ast.expr]) -> Compute:
        function, arguments = self.functions[name], [self.argument(part) for part in given]
        if not all(isinstance(part, ast.Name) and part.id in self.whole for part in given):
            return lambda frame: function([frame[0], *[argument(frame) for argument in arguments]])

        def once(frame: Frame) -> Any:
            whole = [argument(frame) for argument in arguments]
            key = (name, *map(id, whole))
            known = frame[0]
            if key not in known:
                known[key] = function([known, *whole])
            return known[key]

        return once

    def argument(self, node: ast.expr) -> Compute:
        match node:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                computes = [self.argument(part) for part in parts]
                return lambda frame: [compute(frame) for compute in computes]
            case ast.Attribute(attr="shape") if not dotted(node):
                array = self.expression(node.value)
                return lambda frame: np.shape(array(frame))
            case ast.Name(id=name) if name in DTYPES and name not in self.slots:
                kind = DTYPES[name]
                return lambda frame: kind
            case ast.Attribute() if dotted(node) in NUMPY_DTYPES:
                known = NUMPY_DTYPES[dotted(node)]
                return lambda frame: known
        return self.expression(node)

    def numpy(self, rule: Function, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Compute:
        computes = [self.argument(part) for part in arguments]
        words = {str(word.arg): self.axis(word.value) for word in keywords}
        if len(computes) == 2 and "axis" in rule.keywords:
            computes[1] = self.axis(arguments[1])
        return _guarded(rule, computes, words)

    def axis(self, node: ast.expr) -> Compute:
        """numpy takes a tuple of axes, and no list."""
        compute = self.argument(node)
        if isinstance(node, ast.Tuple):
            return lambda frame: tuple(compute(frame))
        return compute


def _method_keywords(node: ast.Call) -> list[ast.keyword]:
    """An array's own clip calls its bounds min and max."""
    names = {"min": "a_min", "max": "a_max"}
    return [ast.keyword(arg=names.get(str(word.arg), word.arg), value=word.value) for word in node.keywords]


def _set(slot: int, value: int) -> Compute:
    def store(frame: Frame) -> None:
        frame[slot] = value

    return store


def _dict(names: list[Any], computes: list[Compute]) -> Compute:
    pairs = list(zip(names, computes, strict=True))
    return lambda frame: {name: compute(frame) for name, compute in pairs}


def _unknown(node: ast.AST) -> NotAllowed:
    return NotAllowed(f"line {getattr(node, 'lineno', 1)}: {type(node).__name__} was not checked.")


# -- arrays that would grow too large ------------------------------------------------------------------


def _binary(apply: Callable[[Any, Any], Any], left: Compute, right: Compute) -> Compute:
    def binary(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        if isinstance(a, np.ndarray):
            if isinstance(b, np.ndarray) and a.shape != b.shape:
                _check_size((a, b))
        elif not isinstance(b, np.ndarray):
            return _numbers(apply, a, b)
        return apply(a, b)

    return binary


def _numbers(apply: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Python's whole numbers have no size; these do."""
    if apply is operator.pow:
        a = float(a)
    value = apply(a, b)
    if isinstance(value, complex) or abs(value) > _EXACT:
        raise OutOfScale(f"A number reaches {value:.3g}.", remedy="Scale terms to about 1.")
    return value


def _check_size(arrays: tuple[Any, ...]) -> None:
    if np.broadcast(*arrays).size > MAX_ELEMENTS:
        raise _too_large("A combination of two arrays")


def _guarded(rule: Function, computes: list[Compute], words: Mapping[str, Compute]) -> Compute:
    apply, kind = rule.call, rule.kind
    if len(computes) == 1 and kind == "each" and not words:
        only = computes[0]
        return lambda frame: apply(only(frame))

    def call(frame: Frame) -> Any:
        arguments = [compute(frame) for compute in computes]
        given = {word: compute(frame) for word, compute in words.items()}
        if kind == "each" and len(arguments) > 1:
            _check_size(tuple(part for part in arguments if part is not None))
        elif kind == "make":
            _check_shape(arguments[0])
        elif kind == "join":
            _check_parts(arguments[0])
        return apply(*arguments, **given)

    return call


def _check_shape(shape: Any) -> None:
    size = 1
    for part in shape if isinstance(shape, (tuple, list)) else (shape,):
        size *= max(int(part), 0)
        if size > MAX_ELEMENTS:
            raise _too_large("A new array")


def _check_parts(parts: Any) -> None:
    if isinstance(parts, list) and sum(np.size(part) for part in parts) > MAX_ELEMENTS:
        raise _too_large("A joined array")
