"""Conditions over facts: parsed, never `eval`ed, and three-valued.

Grammar (case-sensitive):

    condition  := and ("or" and)*
    and        := not ("and" not)*
    not        := "not" not | quantifier | "(" condition ")" | comparison
    quantifier := ("all" | "any") "(" NAME "in" FAMILY ":" condition ")"
    comparison := sum (OP sum)?                      OP: >= <= == != > <
    sum        := term (("+" | "-") term)*
    term       := NUMBER | "true" | "false" | STRING | call | fact | fact "." AXIS | "(" sum ")"
                                                     AXIS: x y z, one number of a vector
    call       := "distance" "(" fact "," fact ")" | "sum" "(" FAMILY "[" PATTERN "]" ")"
    fact       := FAMILY ("[" KEY ("," KEY)* "]")?   a lone fact is true when it is

`distance` is Euclidean, in the unit of the two vectors (metres for positions). `sum(inventory[*_log])`
adds the facts whose key matches the pattern (`*` and `?`). Inside a quantifier, the name stands for
each key of the family's present facts.

Comparisons with an UNKNOWN fact are UNKNOWN; `and`, `or`, `not` follow Kleene's strong logic.
"""

from embodied.condition.evaluating import Bindings, Truth, evaluate
from embodied.condition.expanding import alternatives, expanded, named
from embodied.condition.inspecting import Requirement, check, facts_in, requirement, unknowable
from embodied.condition.nodes import (
    And,
    Arithmetic,
    Comparison,
    Component,
    Condition,
    Distance,
    Fact,
    Literal,
    Not,
    Or,
    Quantifier,
    Sum,
    Term,
)
from embodied.condition.parsing import parse
from embodied.condition.saying import always_holds, empty_parts

__all__ = [
    "And",
    "Arithmetic",
    "Bindings",
    "Comparison",
    "Component",
    "Condition",
    "Distance",
    "Fact",
    "Literal",
    "Not",
    "Or",
    "Quantifier",
    "Requirement",
    "Sum",
    "Term",
    "Truth",
    "alternatives",
    "always_holds",
    "check",
    "empty_parts",
    "evaluate",
    "expanded",
    "facts_in",
    "named",
    "parse",
    "requirement",
    "unknowable",
]
