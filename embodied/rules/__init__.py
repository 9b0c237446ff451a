"""Rules that hold whatever is done: said in words, checked on facts and calls, enforced before each call.

See docs/rules.md.
"""

from embodied.rules.enforcing import RuledWorld
from embodied.rules.keeping import (
    add_rule,
    forget_rule,
    keep_rule,
    keep_rules,
    kept_rules,
    remove_rule,
    rules_file,
    rules_for,
)
from embodied.rules.language import contradiction, read_formula
from embodied.rules.monitor import Monitor, Violation
from embodied.rules.naming import PATTERNS
from embodied.rules.rule import Call, Formula, Rule
from embodied.rules.sentences import patterns_for, understand_rule

__all__ = [
    "PATTERNS",
    "Call",
    "Formula",
    "Monitor",
    "Rule",
    "RuledWorld",
    "Violation",
    "add_rule",
    "contradiction",
    "forget_rule",
    "keep_rule",
    "keep_rules",
    "kept_rules",
    "patterns_for",
    "read_formula",
    "remove_rule",
    "rules_file",
    "rules_for",
    "understand_rule",
]
