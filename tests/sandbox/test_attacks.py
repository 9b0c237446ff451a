"""Each property that the sandbox promises, attacked with a real worker."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from embodied.outcome import PrimitiveResult
from embodied.sandbox import Limits

QUICK = Limits(max_cpu_s=0.2, max_memory=8 * 2**20, max_print_chars=2000, max_recursion=60, max_calls=200)


@pytest.mark.parametrize(
    ("code", "expected", "message"),
    [
        ("while True:\n    pass", "cpu_time", "computed for longer than 0.2 s"),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "cpu_time",
            "without calling anything",
        ),
        ("x = [1]\nwhile True:\n    x = x + x", "memory", "more than 8 MiB"),
        ("return done(x=10**10**8 > 3)", "memory", "more than 8 MiB"),
        ("while True:\n    print('x' * 500)", "print_flood", "more than 2000 characters"),
        ("while True:\n    log('x' * 500)", "print_flood", "more than 2000 characters"),
        ("while True:\n    dig(1, 2, 3)", "too_many_calls", "more than 200 calls"),
        (
            "while True:\n    try:\n        dig(1, 2, 3)\n    except BaseException:\n        pass",
            "too_many_calls",
            "",
        ),
        ("d: dict[Any, int] = {}\nd[[1]] = 2\nreturn done()", "raised", "unhashable"),
        ("assert 1 == 2\nreturn done()", "raised", "AssertionError"),
        ("x: Any = 3\nreturn x", "bad_return", "must return done(...)"),
        ("return done(big='x' * 300000)", "bad_return", "larger than 256 KiB"),
        ("x: Any = []\nfor i in range(40):\n    x = [x]\nreturn done(x=x)", "bad_return", "nested deeper"),
        ("return done(x={1, 2})", "bad_return", "not plain data"),
        ("return done(x={1: 2})", "bad_return", "a key that is not text"),
        ("return done(x=float('inf'))", "bad_return", "holds inf"),
        ("return done(x=2**70)", "bad_return", "64 bits"),
        ("return done(x=print)", "bad_return", ""),
        ("x: Any = '3'\ndig(x, 2, 3)\nreturn done()", "raised", "'3' is not of type 'integer'"),
        ("see_through('x' * 300000)\nreturn done()", "raised", "larger than 256 KiB"),
        ("see_through({1, 2})\nreturn done()", "raised", "not plain data"),
        ("x: Any = 'inventry'\nfact(x)\nreturn done()", "raised", "Did you mean 'inventory'"),
        ("x: Any = 'health'\nfact(x, 'a')\nreturn done()", "raised", "0 keys, 1 given"),
        ("x: Any = 'a'\nrandom_int(x, 3)\nreturn done()", "raised", "two integers"),
    ],
)
def test_what_code_does_wrong_ends_it_with_a_name(bench, code, expected, message):
    began = time.monotonic()
    run = bench.run(code, QUICK)
    assert run.error_code == expected, run
    assert message in run.error
    assert time.monotonic() - began < 5
    assert bench.executor.run("try-it").error_code == expected, "and the executor goes on"


def test_endless_recursion(bench):
    bench.write(
        "deep",
        'def deep() -> SkillResult:\n    """Deep."""\n    return done(x=_down(0))\n\n\n'
        "def _down(n: int) -> int:\n    return _down(n + 1)\n",
    )
    run = bench.start(QUICK).run("deep")
    assert run.error_code == "recursion"
    assert "deeper than 60" in run.error


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("digg(1, 2, 3)\nreturn done()", 3, "`digg` used when not defined. Did you mean 'dig'?"),
        ("dig('a', 2, 3)\nreturn done()", 3, "Expected `int`"),
        ("dig(1, 2)\nreturn done()", 3, "parameter `z`"),
        ("r = dig(1, 2, 3)\nreturn done(x=r.block)", 4, "no attribute `block`"),
        (
            "fact('inventry', 'log')\nreturn done()",
            3,
            "no family of facts 'inventry'. Did you mean 'inventory'",
        ),
        ("return done(x=fact('health') + 1)", 3, "`float | None`"),
        ("pass", 1, "implicitly returns `None`"),
        ("return 3", 3, "expected `SkillResult`"),
        ("return done(x=open('/etc/passwd').read())", 3, "`open` used when not defined"),
        ("_enter('x', (), {})\nreturn done()", 3, "`_enter` used when not defined"),
        ("return done(x=getattr(dig, 'x'))", 3, "`getattr` used when not defined"),
        ("observe()\nreturn done()", 3, "`observe` used when not defined"),
    ],
)
def test_mistakes_are_found_before_anything_runs(bench, code, line, message):
    run = bench.run(code)
    assert run.error_code == "does_not_check", run
    assert f"skill.py:{line}: " in run.error
    assert message in run.error
    assert bench.body.calls == []
    assert bench.events == []


def test_a_called_skill_is_checked_too(bench):
    bench.write("inner", 'def inner() -> SkillResult:\n    """In."""\n    return digg()\n')
    bench.write("outer", 'def outer() -> SkillResult:\n    """Out."""\n    return inner(1)\n', calls="inner")
    error = bench.start().run("outer").error
    assert "inner/skill.py:3" in error
    assert "outer/skill.py:3" in error


@pytest.mark.parametrize(
    "code",
    [
        "x: Any = ()\nreturn done(x=str(x.__class__.__bases__[0].__subclasses__()))",
        "x: Any = dig\nreturn done(x=str(x.__globals__))",
        "x: Any = dig(1, 2, 3)\nreturn done(x=str(x.__class__.__init__.__globals__))",
        "x: Any = dig(1, 2, 3)\nreturn done(x=str(x.__reduce__()))",
    ],
)
def test_dunders_lead_nowhere(bench, code):
    run = bench.run(code)
    assert run.error_code == "raised"
    assert "AttributeError" in run.error


def test_a_constant_may_not_call_the_body(bench):
    bench.write(
        "early", '_X = dig(1, 2, 3)\n\n\ndef early() -> SkillResult:\n    """E."""\n    return done()\n'
    )
    run = bench.start().run("early")
    assert run.error_code == "does_not_check"
    assert "constants call the body" in run.error
    assert bench.body.calls == []


def test_a_cancelled_call_is_never_resumed_and_cannot_be_swallowed(bench):
    def cancel_during(name: str) -> PrimitiveResult:
        bench.cancel.set()
        return PrimitiveResult(False, error="cancelled", message="stopped")

    bench.body.on_call = cancel_during
    run = bench.run("""
        while True:
            try:
                dig(1, 2, 3)
                print("resumed")
            except BaseException:
                dig(4, 5, 6)
    """)
    assert run.error_code == "cancelled"
    assert run.prints == ()
    assert len(bench.body.calls) == 1
    assert bench.told("result"), "what the last call came to is still told"
    assert bench.told("exit")[0].data is None


def test_a_cancel_ends_a_program_that_computes(bench):
    timer = threading.Timer(0.1, bench.cancel.set)
    timer.start()
    run = bench.run("while True:\n    fact('inventory', 'log')")
    timer.join()
    assert run.error_code == "cancelled"
    assert run.seconds < 2


def test_a_deadline_ends_a_program_that_only_calls(bench):
    run = bench.run("while True:\n    fact('inventory', 'log')", deadline_s=0.15)
    assert run.error_code == "deadline"
    assert run.seconds < 2


def test_a_cancel_beforehand_runs_nothing(bench):
    bench.cancel.set()
    assert bench.run("dig(1, 2, 3)\nreturn done()").error_code == "cancelled"
    assert bench.body.calls == []


def test_a_killed_worker_is_an_error_and_the_next_run_has_a_new_one(bench):
    def kill_worker(name: str) -> None:
        children = {child.pid for child in psutil_children()}
        for pid in children - before:
            os.kill(pid, signal.SIGKILL)

    before = {child.pid for child in psutil_children()}
    bench.body.on_call = kill_worker
    run = bench.run("dig(1, 2, 3)\nreturn done()")
    assert run.error_code == "worker_crashed"
    bench.body.on_call = lambda name: None
    assert bench.executor.run("try-it").ok


def test_closing_leaves_no_process(bench):
    before = {child.pid for child in psutil_children()}
    bench.run("return done()")
    bench.close()
    bench.close()
    assert {child.pid for child in psutil_children()} <= before


def psutil_children():
    import psutil

    return psutil.Process().children(recursive=True)
