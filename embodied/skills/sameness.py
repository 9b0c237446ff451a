"""Whether two skills are the same code under other names."""

from __future__ import annotations

import ast
import hashlib

from embodied.skills.skill import Skill
from embodied.skills.source import top_level_names
from embodied.syntax import module_tree


def normal_hash(source: str) -> str:
    """SHA-256 of a skill.py without docstrings, comments, layout and the names that it makes up itself.

    Two sources with one hash do the same; the names of primitives, skills, facts and constants' values count.
    """
    tree = module_tree(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef)) and _has_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    _Renamed(_own_names(tree)).visit(tree)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def outside_names(source: str) -> tuple[str, ...]:
    """The names that a skill.py takes from outside: primitives, skills, functions that all skills have."""
    tree = module_tree(source)
    own = set(_own_names(tree))
    return tuple(
        sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in own})
    )


def same_key(skill: Skill) -> str:
    """Code without names, and what it achieves with the parameters in the places of their names."""
    places = {parameter.name: str(place) for place, parameter in enumerate(skill.parameters)}
    achieves = []
    for template in skill.achieves:
        for name, place in places.items():
            template = template.replace(f"{{{name}}}", f"{{{place}}}")
        achieves.append(template)
    return normal_hash(skill.source)[:32] + ":" + "; ".join(sorted(achieves))


def _has_docstring(node: ast.Module | ast.FunctionDef) -> bool:
    first = node.body[0] if node.body else None
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def _own_names(tree: ast.Module) -> dict[str, str]:
    """Functions, constants, parameters and variables, in the order in which they appear."""
    names = top_level_names(tree)
    ordered: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            ordered[node.name] = None
            ordered.update(dict.fromkeys(argument.arg for argument in node.args.args))
        elif isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or node.id in names):
            ordered[node.id] = None
    return {name: f"n{index}" for index, name in enumerate(ordered)}


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node
