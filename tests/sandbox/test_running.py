"""What a skill can do, and what the host sees of it."""

from __future__ import annotations

import time

import pytest

from embodied.errors import BadSkill, BridgeLost
from embodied.outcome import PrimitiveResult

MINE = '''
_STEP = 1


def mine_log(count: int = 1, start: int = 0) -> SkillResult:
    """Dig until `count` logs are held."""
    at = start
    while fact("inventory", "log") < count:
        result = dig(at, 64, z=0)
        if not result.ok:
            return failed(f"no way: {result.message}", error=result.error)
        at = _next(at)
    return done(held=facts("inventory")["log"])


def _next(at: int) -> int:
    return at + _STEP
'''

CRAFT = '''
_STEP = 40  # another file has a _STEP too


def craft_all(count: int = 2) -> SkillResult:
    """Mine and craft."""
    mined = mine_log(count=count)
    if not mined.ok:
        return failed(f"could not mine: {mined.reason}")
    return done(total=mined.value["held"] + _next())


def _next() -> int:
    return _STEP
'''


def test_a_skill_calls_primitives_and_reads_facts_until_done(bench):
    bench.write("mine-log", MINE)
    run = bench.start().run("mine-log", {"count": 3})
    assert run.error == ""
    assert run.ok
    assert run.returned.value == {"held": 3}
    assert [dict(args) for _, args, _ in bench.body.calls] == [{"x": n, "y": 64, "z": 0} for n in range(3)]
    assert run.primitive_calls == {"dig": 3}


def test_an_expected_failure_is_a_value_that_the_skill_reports(bench):
    bench.write("mine-log", MINE)
    run = bench.start().run("mine-log", {"start": -1})
    assert not run.ok
    assert run.error_code == ""
    assert run.reason == "no way: nothing leads there"
    assert run.returned.value == {"error": "no_path"}


def test_skills_call_skills_and_the_host_sees_the_tree(bench):
    bench.write("mine-log", MINE)
    bench.write("craft-all", CRAFT, calls="mine-log")
    run = bench.start().run("craft-all")
    assert run.returned.value == {"total": 42}
    tree = [(e.kind, e.depth, e.skill) for e in bench.events if e.kind in ("enter", "exit", "call")]
    assert tree == [
        ("enter", 1, "craft-all"),
        ("enter", 2, "mine-log"),
        ("call", 2, "mine-log"),
        ("call", 2, "mine-log"),
        ("exit", 2, "mine-log"),
        ("exit", 1, "craft-all"),
    ]
    assert bench.told("enter")[1].data == {"count": 2, "start": 0}
    assert bench.told("call")[0].line == 9, "the line of dig() in skill.py"


def test_a_call_is_told_before_it_is_sent(bench):
    order = []
    bench.body.on_call = lambda name: order.append(len(bench.told("call")))
    bench.run("dig(1, 2, 3)\nreturn done()")
    assert order == [1]


def test_an_inner_skill_that_raises_is_left_when_the_outer_one_goes_on(bench):
    bench.write("break-it", 'def break_it() -> SkillResult:\n    """Break."""\n    return done(x=1 // 0)\n')
    source = '''
    def go_on() -> SkillResult:
        """Go on."""
        try:
            break_it()
        except ZeroDivisionError:
            dig(1, 2, 3)
        return done()
    '''
    bench.write("go-on", source, calls="break-it")
    run = bench.start().run("go-on")
    assert run.ok
    assert [(e.kind, e.skill, e.depth) for e in bench.events if e.kind != "result"] == [
        ("enter", "go-on", 1),
        ("enter", "break-it", 2),
        ("exit", "break-it", 2),
        ("call", "go-on", 1),
        ("exit", "go-on", 1),
    ]
    assert bench.told("exit")[0].data is None


def test_an_uncaught_error_names_file_line_and_the_way_there(bench):
    source = '''
    def outer() -> SkillResult:
        """Outer."""
        return done(x=_inner({}))


    def _inner(table: dict[str, Any]) -> int:
        return table["missing"]
    '''
    bench.write("outer", source)
    run = bench.start().run("outer")
    assert run.error_code == "raised"
    assert run.error == f"{bench.folder / 'outer' / 'skill.py'}:8: KeyError: missing"
    assert [(line.line, line.function) for line in run.trace] == [(4, "outer()"), (8, "_inner()")]
    assert run.trace[1].source == 'return table["missing"]'


def test_facts_are_fresh_after_a_move_and_cached_between(bench):
    run = bench.run("""
        a = [fact("inventory", "log") for _ in range(20)]
        dig(1, 2, 3)
        b = [fact("inventory", "log") for _ in range(20)]
        return done(a=a[-1], b=b[-1], seen=fact("health"), instead=fact("health", default=7.0))
    """)
    assert run.returned.value == {"a": 0, "b": 1, "seen": None, "instead": 7.0}
    assert bench.body.observed <= 3
    assert len(bench.told("observation")) == bench.body.observed


def test_a_vector_fact_unpacks(bench):
    run = bench.run('x, y, z = fact("position", default=(0.0, 0.0, 0.0))\nreturn done(y=y, z=z)')
    assert run.returned.value == {"y": 64.0, "z": -2.0}


def test_print_and_log_are_told_in_order(bench):
    run = bench.run('print("one", 1)\nlog("two")\nprint("three")\nreturn done()')
    assert run.prints == ("one 1", "two", "three")
    assert [event.data for event in bench.told("log")] == ["one 1", "two", "three"]


def test_random_numbers_follow_the_seed(bench):
    code = """
        return done(n=[random_int(1, 10**6), random_int(1, 10**6)], left=seconds_left() > 5)
    """
    first = bench.run(code, deadline_s=10).returned
    assert bench.run(code, deadline_s=10).returned == first
    assert first.value["left"] is True
    assert bench.start(seed=8).run("try-it", deadline_s=10).returned != first


def test_primitives_can_be_passed_about(bench):
    run = bench.run("for act in (dig, dig):\n    act(1, 2, 3)\nreturn done()")
    assert run.error == ""
    assert run.primitive_calls == {"dig": 2}


def test_assistance_is_counted(bench):
    run = bench.run("see_through()\nsee_through()\nreturn done()")
    assert run.assistance == {"seeing through walls": 2}
    bench.body.on_call = lambda name: PrimitiveResult(True, assistance={"creative mode": 3})
    assert bench.executor.run("try-it").assistance == {"creative mode": 6}


def test_a_primitives_timeout_never_outlives_the_deadline(bench):
    bench.run("dig(1, 2, 3)\nreturn done()", deadline_s=2)
    timeout_s = bench.body.calls[0][2]
    assert timeout_s is not None
    assert timeout_s <= 2


def test_arguments_that_do_not_fit_are_named(bench):
    bench.write("mine-log", MINE)
    executor = bench.start()
    wrong = executor.run("mine-log", {"count": "three"})
    assert wrong.error_code == "bad_arguments"
    assert "mine_log() wants count: int, got 'three'" in wrong.error
    misspelt = executor.run("mine-log", {"cuont": 3})
    assert "Did you mean 'count'?" in misspelt.error
    assert "count" in executor.run("mine-log", {"count": True}).error
    assert bench.body.calls == []


def test_an_unknown_skill_names_the_nearest(bench):
    bench.write("mine-log", MINE)
    with pytest.raises(BadSkill, match="Did you mean 'mine-log'"):
        bench.start().run("mine-logs")


def test_a_skill_with_the_name_of_a_primitive_is_refused(bench):
    bench.write("dig", 'def dig() -> SkillResult:\n    """Dig."""\n    return done()\n')
    with pytest.raises(BadSkill, match="has the name of a primitive"):
        bench.start().run("dig")


def test_a_lost_bridge_ends_the_program_and_is_raised(bench):
    bench.body.on_call = bench.body.lose
    code = "try:\n    dig(1, 2, 3)\nexcept BaseException:\n    see_through()\nreturn done()"
    with pytest.raises(BridgeLost):
        bench.run(code)
    assert [name for name, _, _ in bench.body.calls] == ["dig"]
    assert [event.kind for event in bench.events][-1] == "exit"
    bench.body.on_call = lambda name: None
    assert bench.executor.run("try-it").ok, "the executor can be used again"


@pytest.mark.parametrize("code", ["halted", "lease_lost", "lost"])
def test_a_halted_body_ends_the_program(bench, code):
    bench.body.on_call = lambda name: PrimitiveResult(False, error=code, message="it was stopped")
    run = bench.run("while True:\n    dig(1, 2, 3)")
    assert run.error_code == code
    assert len(bench.body.calls) == 1
    assert run.trace[-1].line == 4


def test_a_call_through_the_sandbox_is_cheap(bench):
    bench.write(
        "many",
        'def many(n: int) -> SkillResult:\n    """Many."""\n'
        "    for i in range(n):\n        dig(i, 2, 3)\n    return done()\n",
    )
    executor = bench.start()
    executor.run("many", {"n": 10})
    began = time.perf_counter()
    assert executor.run("many", {"n": 500}).ok
    per_call = (time.perf_counter() - began) / 500
    assert per_call < 0.005, "0.1 ms as measured; a wide margin for a busy machine"
