"""Python text is parsed in one place, one at a time: CPython 3.11 counts wrong where two threads parse."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import embodied
from embodied.syntax import expression_tree, module_tree

SOURCE = "def f(a):\n" + "".join(f"    b{n} = [a, ({n}, {{'x': a + {n}}})]\n" for n in range(200))


def test_many_threads_parse_and_all_get_the_same() -> None:
    wanted = ast.dump(module_tree(SOURCE))
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(lambda _: module_tree(SOURCE), range(64)))
        names = list(pool.map(lambda n: expression_tree(f"dict[str, T{n}]"), range(64)))
    assert {ast.dump(tree) for tree in trees} == {wanted}
    assert [ast.unparse(name) for name in names] == [f"dict[str, T{n}]" for n in range(64)]


def test_nothing_else_in_embodied_parses_python() -> None:
    root = Path(embodied.__file__).parent
    found = [
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if "ast.parse(" in file.read_text(encoding="utf-8")
    ]
    assert found == ["syntax.py"]
