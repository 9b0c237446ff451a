"""run_policy on an arm without physics."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embodied.rewards.spec import Entry
from tests.arm.conftest import Bench, Make, cube
from tests.arm.kinematic import FR3, Trouble
from tests.policies.making import HAND, MOVE, constant, digest_of, linear, towards

THING = Entry("thing", (3,), "m", "world", -1.0, 1.0, "A thing.", "object", "", "pose[thing]")


def hand_over(bench: Bench, content: bytes, part: int = 1000) -> str:
    """Bring a policy in parts, as the library does; its hash."""
    digest, at, text = digest_of(content), 0, ""
    while True:
        taken = bench.call("take_policy", policy=digest, at=at, part=text)
        assert taken.ok, taken
        if taken.value["complete"]:
            return digest
        at = taken.value["have"]
        text = base64.b64encode(content[at : at + part]).decode()


def run(bench: Bench, content: bytes, **arguments: Any) -> Any:
    return bench.call("run_policy", policy=hand_over(bench, content), **arguments)


def test_a_policy_moves_the_hand_until_its_condition_has_held(make: Make) -> None:
    bench = make(cube("goal", 0.50, 0.10, 0.40))
    ran = run(bench, towards(0.50, 0.10, 0.40), until="distance(hand, pose[goal]) < 0.01", seconds=8.0)
    assert ran.ok, ran
    assert ran.value["ended"] == "reached"
    assert ran.value["steps"] < 150
    assert bench.hand() == pytest.approx((0.50, 0.10, 0.40), abs=0.01)


def test_what_slides_on_while_the_arm_comes_to_rest_is_gone_after(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = cube("goal", 0.50, 0.10, 0.40)
    bench = make(goal)
    settle = bench.body.controller.settle
    away = [0.05, 0.05]

    def slides(*arguments: Any, **more: Any) -> None:
        settle(*arguments, **more)
        if away:  # it comes back only when somebody has looked again
            goal.position[0] += away.pop()

    monkeypatch.setattr(bench.body.controller, "settle", slides)
    told = {"until": "distance(hand, pose[goal]) < 0.01", "seconds": 8.0}
    ran = run(bench, towards(0.50, 0.10, 0.40), **told)
    assert ran.value["ended"] == "time"
    assert ran.value["steps"] == 200
    away.append(0.0)
    goal.position[0] = 0.50
    assert run(bench, towards(0.50, 0.10, 0.40), **told).value["ended"] == "reached"


def test_it_ends_when_its_time_is_up(make: Make) -> None:
    bench = make()
    ran = run(bench, constant(0.0, 0.0, 0.0), seconds=0.4)
    assert ran.value["ended"] == "time"
    assert ran.value["steps"] == 10


def test_every_command_of_a_policy_keeps_to_the_limits(make: Make) -> None:
    bench = make()
    before = len(bench.driver.sent)
    assert run(bench, constant(1.0, 1.0, 1.0), seconds=1.0).ok
    sent = bench.sent()[before:]
    speed = np.diff(sent, axis=0) / FR3.control_period_s
    gain = np.diff(speed, axis=0) / FR3.control_period_s
    assert (np.abs(speed).max(axis=0) <= 0.801 * np.array(FR3.velocity)).all()
    assert np.abs(gain).max() <= 10.05
    path = np.diff(bench.hand_path()[before:], axis=0)
    assert np.linalg.norm(path, axis=1).max() / FR3.control_period_s <= 0.55


def test_a_policy_may_decide_for_several_steps_at_once(make: Make) -> None:
    one, many = make(), make()
    assert run(one, constant(0.0, 0.5, 0.0), seconds=0.4).ok
    assert run(many, constant(0.0, 0.5, 0.0, chunk=5), seconds=0.4).ok
    assert many.hand() == pytest.approx(one.hand(), abs=1e-9)


def test_joints_may_be_what_a_policy_moves(make: Make) -> None:
    move = Entry(
        "move", (7,), "1", "", -1.0, 1.0,
        "Change of the joints' targets, base to hand: 1 is 0.04 rad in a step of 0.04 s.",
    )  # fmt: skip
    bench = make()
    first = np.array(bench.driver.read().position)
    ran = run(bench, constant(1.0, 0, 0, 0, 0, 0, 0, action=(move,)), seconds=0.4)
    assert ran.ok, ran
    turned = np.array(bench.driver.read().position) - first
    assert turned[0] > 0.15
    assert np.abs(turned[1:]).max() < 1e-6


@pytest.mark.parametrize(
    ("content", "arguments", "error", "said"),
    [
        (constant(0.0, 0.0, 0.0, observation=(HAND, THING)), {}, "no_source", "thing (pose[thing])"),
        (constant(0.0, 0.0, 0.0, step_seconds=0.05), {}, "wrong_policy", "0.05 s"),
        (constant(0.0, 0.0, action=(replace(MOVE, shape=(2,)),)), {}, "wrong_policy", "move"),
        (constant(0.0, 0.0, 0.0, action=(replace(MOVE, doc="1 is 1 m."),)), {}, "wrong_policy", "1 is 1 m"),
        (constant(0.0, 0.0, 0.0), {"until": "is_opne[drawer]"}, "wrong_policy", "is_opne"),
        (linear(np.full((3, 3), np.nan), np.zeros(3)), {}, "wrong_policy", "not finite"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_moves(
    make: Make, content: bytes, arguments: dict[str, Any], error: str, said: str
) -> None:
    bench = make()
    first = bench.driver.read().position
    ran = run(bench, content, **arguments)
    assert (ran.ok, ran.error) == (False, error)
    assert said in ran.message
    assert bench.driver.read().position == pytest.approx(first, abs=1e-9)


def test_only_what_has_the_promised_hash_and_is_a_policy_is_kept(make: Make) -> None:
    bench = make()
    good, other = constant(0.0, 0.0, 0.0), constant(0.0, 0.0, 1.0)
    text = base64.b64encode(other).decode()
    taken = bench.call("take_policy", policy=digest_of(good), at=0, part=text)
    assert not taken.value["complete"]
    assert bench.call("run_policy", policy=digest_of(good)).error == "no_policy"
    assert bench.call("run_policy", policy=digest_of(other)).error == "no_policy"
    junk = b"no network"
    taken = bench.call("take_policy", policy=digest_of(junk), at=0, part=base64.b64encode(junk).decode())
    assert taken.error == "bad_policy"


def test_what_is_hit_ends_it_unless_it_was_to_be_touched(make: Make) -> None:
    hit = Trouble(event_at=5, event={"type": "bumped", "object": "thing", "moved_m": 0.05})
    bench = make(cube("thing", 0.6, 0.3), trouble=hit)
    ran = run(bench, constant(0.0, 0.1, 0.0), seconds=0.8)
    assert (ran.error, ran.value["object"]) == ("bumped", "thing")
    meant = make(cube("thing", 0.6, 0.3), trouble=hit)
    assert run(meant, constant(0.0, 0.1, 0.0), seconds=0.8, touch=["thing"]).ok


def test_a_halt_ends_it_at_rest(make: Make) -> None:
    bench = make()
    digest = hand_over(bench, constant(0.0, 0.3, 0.0))
    moving = threading.Event()
    tick = bench.driver.tick

    def watched() -> None:
        tick()
        if max(abs(speed) for speed in bench.driver.read().velocity) > 0.05:
            moving.set()

    bench.driver.tick = watched  # type: ignore[method-assign]
    results: list[Any] = []
    thread = threading.Thread(
        target=lambda: results.append(bench.call("run_policy", policy=digest, seconds=600.0))
    )
    thread.start()
    assert moving.wait(20.0)
    bench.world.halt("enough")
    thread.join(20.0)
    assert results[0].error == "halted"
    end = bench.sent()[-2:]
    assert np.abs(end[1] - end[0]).max() < 1e-6


def test_a_loop_that_keeps_missing_its_deadlines_is_ended() -> None:
    from embodied_arm.pulse import Pulse

    from embodied.bridge.body import PrimitiveFailed

    def beats(*periods: float) -> Pulse:
        times = iter(np.cumsum([0.0, *periods]).tolist())
        pulse = Pulse(0.02, real=True, now=lambda: next(times))
        for _ in range(len(periods) + 1):
            pulse.beat()
        return pulse

    steady = beats(*[0.02] * 50, 0.04, *[0.02] * 10)
    assert steady.missed == 1
    assert steady.told()["worst_ms"] == pytest.approx(40.0)
    with pytest.raises(PrimitiveFailed, match="too late"):
        beats(*[0.02, 0.04] * 20)
    with pytest.raises(PrimitiveFailed, match="stood still for 150 ms"):
        beats(0.02, 0.15)
    Pulse(0.02, real=False, now=lambda: 0.0).beat()
