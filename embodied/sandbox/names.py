"""Names that several files may share a namespace under.

Every name that a skill's file defines at its top, but for the skill itself, gets the prefix
`_<skill>_`. The text is edited token by token, so that every line stays where it is; the result is
then compared, as a syntax tree, with the renamed tree of the original.
"""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

from embodied.skills.source import bad, top_level_names
from embodied.syntax import module_tree

Spot = tuple[int, int, int]
"""Line from 1, first column, column past the end [characters]."""


def private_names(source: str, python_name: str, file: Path) -> str:
    """`source` with its own top-level names made private; raises `BadSkill` if that cannot be done."""
    tree = module_tree(source)
    own = top_level_names(tree) - {python_name}
    if not own:
        return source
    new = {name: f"_{python_name}_{name}" for name in own}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg in own:
            what = f"the parameter {node.arg!r} has the name of something at the top of the file"
            raise bad(file, node.lineno, what, "Give one of them another name.")
    lines = source.split("\n")
    for line, start, end in sorted(_spots(source, own), reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:start] + new[text[start:end]] + text[end:]
    renamed = "\n".join(lines)
    if not _same(_Renamer(new).visit(tree), renamed):
        what = f"one of the names {', '.join(sorted(own))} is used in a way that cannot be followed"
        raise bad(file, 1, what, "Do not use them in the text of f-strings; choose other local names.")
    return renamed


class _Renamer(ast.NodeTransformer):
    def __init__(self, new: Mapping[str, str]) -> None:
        self.new = new

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.new.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.new.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self.new.get(node.name, node.name) if node.name else None
        return self.generic_visit(node)


def _same(tree: ast.AST, text: str) -> bool:
    try:
        return ast.dump(tree) == ast.dump(module_tree(text))
    except SyntaxError:
        return False


def _spots(source: str, names: frozenset[str]) -> Iterator[Spot]:
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    depth = 0
    for index, token in enumerate(tokens):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        elif token.type == tokenize.NAME and token.string in names:
            after_dot = tokens[index - 1].string == "."
            is_keyword = depth > 0 and tokens[index + 1].string == "="
            if not after_dot and not is_keyword and not keyword.iskeyword(token.string):
                yield (token.start[0], token.start[1], token.end[1])
        elif token.type == tokenize.STRING:  # before Python 3.12 an f-string is one token
            yield from _spots_in_text(token, names)


def _spots_in_text(token: tokenize.TokenInfo, names: frozenset[str]) -> Iterator[Spot]:
    if "f" not in token.string[: token.string.index(token.string[-1])].lower():
        return
    depth, line, line_start = 0, token.start[0], -token.start[1]
    text = token.string
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\n":
            line, line_start = line + 1, index + 1
        elif depth == 0 and text[index : index + 2] in ("{{", "}}"):
            index += 1
        elif char in "{}":
            depth += 1 if char == "{" else -1
        elif depth > 0 and (match := re.match(r"[^\W\d]\w*", text[index:])):
            if match.group() in names and text[index - 1] != ".":
                yield (line, index - line_start, index - line_start + match.end())
            index += match.end() - 1
        index += 1
