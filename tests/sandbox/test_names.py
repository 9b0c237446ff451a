"""Two files that define the same private names run in one program."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from embodied.errors import BadSkill
from embodied.sandbox.names import private_names

FILE = Path("skill.py")


def renamed(source: str) -> str:
    return private_names(dedent(source), "dig_it", FILE)


def test_every_use_is_renamed_and_every_line_stays():
    source = '''
    """About _N."""
    _N = 3
    count: int = 4

    def dig_it() -> SkillResult:
        # _N stays in comments
        return go(count=count, b={"_N": _N}, c=obj._N, d=[_f(_N) for _ in _N])

    def _f(v: int) -> str:
        return f"é _N {_N} {{_N}} {_f(_N):>{_N}} {obj._N}" + f"""
            {_N}
        """
    '''
    text = renamed(source)
    assert text.count("\n") == dedent(source).count("\n")
    assert "_dig_it__f(_dig_it__N) for _ in _dig_it__N" in text
    assert 'go(count=_dig_it_count, b={"_N": _dig_it__N}, c=obj._N' in text
    assert 'f"é _N {_dig_it__N} {{_N}} {_dig_it__f(_dig_it__N):>{_dig_it__N}} {obj._N}"' in text
    assert "\n        {_dig_it__N}\n" in text
    assert "# _N stays" in text
    ast.parse(text)


def test_a_parameter_that_hides_a_constant_is_refused():
    with pytest.raises(BadSkill, match=r"skill\.py:4: the parameter 'limit'"):
        renamed("""
        limit = 3

        def _f(limit: int) -> int:
            return limit

        def dig_it() -> SkillResult:
            return done()
        """)
