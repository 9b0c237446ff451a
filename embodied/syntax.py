"""Python text as a syntax tree, from any thread.

CPython 3.11 counts how deep the tree is that it makes in a place that all threads of a process share: two
that parse at once may meet "SystemError: AST constructor recursion depth mismatch" (cpython issue 106905).
"""

from __future__ import annotations

import ast
import threading
from typing import Final

_ONE_AT_A_TIME: Final = threading.Lock()


def module_tree(source: str) -> ast.Module:
    """Raises SyntaxError; ValueError for a null character; RecursionError or MemoryError if too deep."""
    with _ONE_AT_A_TIME:
        return ast.parse(source)


def expression_tree(text: str) -> ast.expr:
    """One expression. Raises as `module_tree`."""
    with _ONE_AT_A_TIME:
        return ast.parse(text, mode="eval").body
