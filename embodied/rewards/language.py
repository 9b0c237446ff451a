"""What reward code may be made of: a small part of Python and numpy.

    def reward(obs, action, previous):
        distance = np.linalg.norm(obs["hand"] - obs["cube"], axis=-1)
        effort = np.sum(np.square(action["move"]), axis=-1)
        return {"reach": 1.0 - np.tanh(8.0 * distance), "effort": -0.01 * effort}

`obs`, `action` and `previous` (the observation one step earlier) hold arrays of shape (batch, *shape); each
term is one number for each state of the batch, shape (batch,), or a plain number. The reward is the sum of
the terms. Names are assigned once or anew, never changed in place; there may be constants and functions of
one's own above `reward` (a parameter called `obs` of such a function takes a whole observation, so that
`reach(obs) - reach(previous)` can be written), and `for i in range(3)`. What the code says means the same
as in Python with numpy. There is no `if`: `np.where` chooses for each state by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

MAX_SOURCE: Final = 20_000
"""Characters."""
MAX_NODES: Final = 4_000
"""Parts of the syntax tree."""
MAX_DEPTH: Final = 40
"""Of parts within parts."""
MAX_OPERATIONS: Final = 4_000
"""Computed for one call, with loops and functions counted as often as they run."""
MAX_LOOP: Final = 64
"""Rounds of one loop."""
MAX_NUMBER: Final = 1e9
"""A number in the source."""
MAX_EXPONENT: Final = 8
"""The right side of `**`."""
MAX_ELEMENTS: Final = 1 << 22
"""Of any array that is computed: 32 MiB."""
MAX_TERMS: Final = 24
MAX_FUNCTIONS: Final = 24
MAX_STRING: Final = 80

OBSERVATIONS: Final = ("obs", "previous")
PARAMETERS: Final = ("obs", "action", "previous")


@dataclass(frozen=True)
class Function:
    """A function that reward code may call.

    Attributes:
        call: what it does.
        arguments: the least and the most positional arguments.
        keywords: that it takes.
        kind: "each" computes element by element, and its arguments are broadcast; "along" reduces an axis,
            which must be given; "make" makes an array of a shape; "join" takes a tuple or list of arrays;
            "turn" gives the same elements in another shape.
    """

    call: Callable[..., Any]
    arguments: tuple[int, int]
    keywords: frozenset[str] = frozenset()
    kind: str = "each"


def _each(count: int, *names: str) -> dict[str, Function]:
    return {name: Function(getattr(np, name), (count, count)) for name in names}


def _along(**calls: Callable[..., Any]) -> dict[str, Function]:
    keywords = frozenset({"axis", "keepdims"})
    return {name: Function(call, (1, 2), keywords, "along") for name, call in calls.items()}


def _reduce(ufunc: Any) -> Callable[..., Any]:
    """What np.sum and the like end in: half of their time, for small arrays."""

    def reduced(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims)

    return reduced


_sum = _reduce(np.add)


def _norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The Euclidean norm, in a third of the time that np.linalg.norm takes for small arrays."""
    return np.sqrt(_sum(np.square(x), axis=axis, keepdims=keepdims))


def _array(values: Any, dtype: Any = float) -> Any:
    return np.array(values, dtype=dtype)


def _clip(x: Any, a_min: Any = None, a_max: Any = None) -> Any:
    if a_min is not None:
        x = np.maximum(x, a_min)
    return x if a_max is None else np.minimum(x, a_max)


_DTYPE = frozenset({"dtype"})
_AXIS = frozenset({"axis"})

NUMPY: Final[Mapping[str, Function]] = {
    **_each(1, "abs", "absolute", "fabs", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt"),
    **_each(1, "square", "tanh", "sinh", "cosh", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sign"),
    **_each(1, "floor", "ceil", "negative", "reciprocal", "deg2rad", "rad2deg", "logical_not"),
    **_each(2, "maximum", "minimum", "power", "arctan2", "hypot", "mod", "add", "subtract", "multiply"),
    **_each(2, "divide", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal"),
    **_each(2, "logical_and", "logical_or", "logical_xor"),
    "where": Function(np.where, (3, 3)),
    "clip": Function(_clip, (1, 3), frozenset({"a_min", "a_max"})),
    "cross": Function(np.cross, (2, 2)),
    **_along(sum=_sum, prod=_reduce(np.multiply), mean=np.mean, std=np.std, var=np.var),
    **_along(min=_reduce(np.minimum), max=_reduce(np.maximum)),
    **_along(amin=_reduce(np.minimum), amax=_reduce(np.maximum)),
    **_along(any=_reduce(np.logical_or), all=_reduce(np.logical_and)),
    "linalg.norm": Function(_norm, (1, 1), frozenset({"axis", "keepdims"}), "along"),
    "zeros": Function(np.zeros, (1, 1), _DTYPE, "make"),
    "ones": Function(np.ones, (1, 1), _DTYPE, "make"),
    "full": Function(np.full, (2, 2), _DTYPE, "make"),
    "zeros_like": Function(np.zeros_like, (1, 1), _DTYPE, "turn"),
    "ones_like": Function(np.ones_like, (1, 1), _DTYPE, "turn"),
    "full_like": Function(np.full_like, (2, 2), _DTYPE, "turn"),
    "array": Function(_array, (1, 1), _DTYPE, "join"),
    "asarray": Function(_array, (1, 1), _DTYPE, "join"),
    "stack": Function(np.stack, (1, 2), _AXIS, "join"),
    "concatenate": Function(np.concatenate, (1, 2), _AXIS, "join"),
    "expand_dims": Function(np.expand_dims, (1, 2), _AXIS, "turn"),
    "squeeze": Function(np.squeeze, (1, 2), _AXIS, "turn"),
}
"""`np.<name>`."""

METHODS: Final[Mapping[str, Function]] = {
    **{name: NUMPY[name] for name in ("sum", "mean", "prod", "min", "max", "std", "var", "any", "all")},
    "clip": Function(_clip, (1, 3), frozenset({"min", "max"})),
    "squeeze": NUMPY["squeeze"],
    "astype": Function(lambda x, dtype: np.asarray(x, dtype=dtype), (2, 2), kind="turn"),
    "copy": Function(np.copy, (1, 1), kind="turn"),
}
"""`array.<name>(...)`; the array is the first argument."""

CONSTANTS: Final[Mapping[str, Any]] = {"pi": np.pi, "e": np.e, "newaxis": None}
"""`np.<name>` that is a value."""

DTYPES: Final[Mapping[str, type]] = {"float": float, "bool": bool}
NUMPY_DTYPES: Final[Mapping[str, type]] = {"float64": float, "float32": float, "bool_": bool}
"""What `astype` and `dtype=` take. All numbers are float64."""


def reference() -> str:
    """The language in a dozen lines, for prompts and screens; what is listed is what is checked."""
    kinds = {
        "each": "element by element",
        "along": "along an axis, which must be given: axis=-1",
        "make": "new arrays of a shape",
        "join": "of a tuple or list of arrays",
        "turn": "the same elements in another form",
    }
    lines = [
        f"np. {text}: {', '.join(sorted(name for name, one in NUMPY.items() if one.kind == kind))}"
        for kind, text in kinds.items()
    ]
    return "\n".join(
        (
            "def reward(obs, action, previous) returns a dict of named terms, each of shape (batch,).",
            'obs["name"], previous["name"] (one step earlier) and action["name"] have shape (batch, *shape).',
            *lines,
            f"methods of arrays: {', '.join(sorted(METHODS))}; also abs(x), x.shape[0], np.pi",
            "operators: + - * / // % **, & | ^ ~ for conditions, < <= > >= == !=",
            "parts: x[:, 2], x[:, :2], x[:, None]",
            "constants and functions above reward, each above those that call it; for i in range(3)",
            "names assigned anew, never in place",
            "not there: if (write np.where), and/or/not (write & | ~), while, comprehensions, +=, imports",
            f"at most {MAX_TERMS} terms, {MAX_OPERATIONS} operations a call, exponents up to {MAX_EXPONENT}",
        )
    )


INSTEAD: Final[Mapping[str, str]] = {
    "min": "Write np.minimum(a, b), or np.min(x, axis=-1).",
    "max": "Write np.maximum(a, b), or np.max(x, axis=-1).",
    "sum": "Write np.sum(x, axis=-1).",
    "len": "Write x.shape[0] for the size of the batch.",
    "float": "Write x.astype(float).",
    "int": "Write np.floor(x).",
    "bool": "Write x.astype(bool).",
    "round": "Write np.floor(x + 0.5).",
    "print": "Return what you want to see as a term of its own, times 0.",
    "math": "Write np.exp, np.sqrt, np.pi and so on, which work for a whole batch.",
    "dot": "Write np.sum(a * b, axis=-1).",
    "matmul": "Write np.sum(a * b, axis=-1).",
    "einsum": "Write np.sum(a * b, axis=-1).",
    "random": "A reward gives the same for the same state every time.",
}
"""What to write for things that people reach for and that are not here."""
