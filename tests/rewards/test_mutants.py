"""Reward code with parts exchanged at random: refused, or computed as Python would; never anything else."""

from __future__ import annotations

import ast
import copy
import random

from embodied.rewards.calling import in_process
from embodied.rewards.checking import check
from embodied.rewards.errors import NotAllowed, RewardError
from embodied.rewards.probing import random_batch
from tests.rewards.test_attacks import ATTACKS
from tests.rewards.test_language import LONG
from tests.rewards.toys import ACTION, OBSERVATION

MUTANTS = 120


class Exchange(ast.NodeTransformer):
    """Puts other expressions in the place of some."""

    def __init__(self, seed: int, parts: list[ast.expr]) -> None:
        self.random = random.Random(seed)
        self.parts = parts

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.expr) and self.random.random() < 0.005:
            return copy.deepcopy(self.random.choice(self.parts))
        return node


def parts() -> list[ast.expr]:
    found = []
    for source in (LONG, *ATTACKS):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found += [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    return found


def test_what_passes_the_check_runs_and_raises_reward_errors_only() -> None:
    batch = random_batch(OBSERVATION, ACTION)
    kept, pool = copy.deepcopy(batch), parts()
    computed = refused = 0
    for seed in range(MUTANTS):
        tree = Exchange(seed, pool).visit(ast.parse(LONG))
        try:
            code = check(ast.unparse(ast.fix_missing_locations(tree)), OBSERVATION, ACTION)
        except NotAllowed:
            refused += 1
            continue
        try:
            in_process(code)(*batch)
        except NotAllowed:
            raise
        except RewardError:
            pass
        computed += 1
    assert computed > 20
    assert refused > 20
    for values, before in zip(batch, kept, strict=True):
        assert all((values[name] == before[name]).all() for name in values)
