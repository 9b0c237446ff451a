"""The stubs are valid for any body, and say what names collide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embodied.errors import BadSkill
from embodied.facts import FactFamily
from embodied.sandbox import stub_text
from embodied.world import BodySpec


def test_a_family_may_have_the_same_key_twice(bench):
    on = FactFamily("on", ("object", "object"), "bool", "one lies on the other", closed=True, default=False)
    spec = bench.body.spec
    bench.body.spec = BodySpec(spec.kind, spec.identity, spec.primitives, {**spec.families, "on": on}, {})
    run = bench.run('return failed("not on it") if not fact("on", "cup", "table") else done()')
    assert run.reason == "not on it"
    assert 'fact(family: Literal["on"], key1: str, key2: str, /) -> bool' in stub_text({}, {"on": on})


def test_a_body_without_facts_or_primitives_can_be_checked_against(bench):
    spec = bench.body.spec
    bench.body.spec = BodySpec(spec.kind, spec.identity, {}, {}, {})
    assert bench.run("return done()").ok
    assert bench.run('x = fact("inventory", "log")\nreturn done(x=x)').error_code == "does_not_check"


def test_primitives_appear_with_their_docs_and_errors_but_not_observe(bench):
    dig = bench.body.spec.primitives["dig"]
    text = stub_text({"dig": dig, "observe": replace(dig, name="observe")}, {})
    assert "def dig(x: int, y: int, z: int, force: bool = False) -> Result:" in text
    assert "error 'no_path': nothing leads there" in text
    assert "observe" not in text


def test_a_primitive_may_not_have_the_name_of_a_sandbox_function(bench):
    dig = bench.body.spec.primitives["dig"]
    with pytest.raises(BadSkill, match="'log' has the name of a function that all skills have"):
        stub_text({"log": replace(dig, name="log")}, {})
