"""The parameter types that a skill may have, and whether a value is of one.

`str`, `int`, `float`, `bool`, `None`, `list[T]`, `dict[str, T]` and unions `T | U` of them.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any, Final

from embodied.syntax import expression_tree

_PLAIN: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
}


def is_parameter_type(annotation: ast.expr) -> bool:
    """Whether an annotation is one of the types above."""
    match annotation:
        case ast.Name(id=name):
            return name in _PLAIN
        case ast.Constant(value=None):
            return True
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return is_parameter_type(left) and is_parameter_type(right)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return is_parameter_type(item)
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[ast.Name(id="str"), item])):
            return is_parameter_type(item)
    return False


def fits(value: Any, annotation: str) -> bool:
    """Whether `value` is of the type that `annotation` names; an int fits float, a bool fits neither."""
    return _fits(value, _parsed(annotation))


@lru_cache(maxsize=512)
def _parsed(annotation: str) -> ast.expr:
    return expression_tree(annotation)


def _fits(value: Any, annotation: ast.expr) -> bool:
    match annotation:
        case ast.Name(id=name):
            return isinstance(value, _PLAIN[name]) and (name == "bool" or not isinstance(value, bool))
        case ast.Constant():
            return value is None
        case ast.BinOp(left=left, right=right):
            return _fits(value, left) or _fits(value, right)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return isinstance(value, list) and all(_fits(each, item) for each in value)
        case ast.Subscript(slice=ast.Tuple(elts=[_, item])):
            return isinstance(value, dict) and all(
                isinstance(key, str) and _fits(each, item) for key, each in value.items()
            )
    return False
