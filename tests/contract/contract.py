"""What every world keeps: inherit, give `make_simulation` and a few calls, and all of it is tested."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from embodied.condition import evaluate, parse
from embodied.errors import BadInput, BridgeLost
from embodied.facts import UNKNOWN, FactFamily, Observation, Value
from embodied.outcome import PrimitiveResult
from embodied.world import Simulation, World
from tests.contract.arguments import fitting, infinities, misfits

Call = tuple[str, Mapping[str, Any]]
WITHIN_S = 20.0
TREMBLE = 1e-3
SEED = 3
TYPES = {"int": int, "float": (int, float), "bool": bool, "str": str, "vector": tuple}


class WorldContract:
    """A class of tests over one world, which is made anew only where a test has closed it.

    Attributes:
        kind: the name under which its plug-in is registered.
        good, bad_arguments, failing, long: calls that succeed at once, cannot begin, fail as `failing_code`,
            and take long unless they are ended; `failing` and `long` are of primitives that move.
        same_for_seed: families of facts that the seed decides; () for all.
        still: families of facts that do not change while the body rests.
        rest: a condition that holds while it rests.
        truth: families that `Simulation.truth` tells as the body does; () where nothing tells the truth.
    """

    kind: ClassVar[str]
    good: ClassVar[Call]
    bad_arguments: ClassVar[Call]
    failing: ClassVar[Call]
    failing_code: ClassVar[str]
    long: ClassVar[Call]
    same_for_seed: ClassVar[tuple[str, ...]] = ()
    still: ClassVar[tuple[str, ...]]
    rest: ClassVar[str] = "true"
    truth: ClassVar[tuple[str, ...]] = ()
    running: ClassVar[Simulation]
    body: ClassVar[World | None]
    first: ClassVar[Observation]

    @classmethod
    def make_simulation(cls, folder: Path) -> Simulation:
        raise NotImplementedError

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _started(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        cls.running, cls.body = cls.make_simulation(tmp_path_factory.mktemp(cls.__name__)), None
        yield
        cls.running.close()

    @pytest.fixture
    def simulation(self) -> Simulation:
        return self.running

    @pytest.fixture
    def world(self, simulation: Simulation) -> World:
        cls = type(self)
        try:
            if cls.body is not None:
                cls.body.observe()
        except BridgeLost:  # an earlier test has closed it, or made another
            cls.body = None
        if cls.body is None:
            cls.body = simulation.reset(SEED)
            cls.first = cls.body.observe()
        return cls.body

    # -- what it says of itself --------------------------------------------------------------------

    def test_it_keeps_the_protocol(self, world: World) -> None:
        assert isinstance(world, World)
        assert world.spec.identity
        assert world.spec.kind

    def test_every_primitive_is_described_whole(self, world: World) -> None:
        assert "observe" in world.spec.primitives
        for name, spec in world.spec.primitives.items():
            assert spec.name == name
            assert name.isidentifier()
            assert spec.doc.strip(), name
            assert spec.timeout_s > 0, name
            assert all(code.isidentifier() and text.strip() for code, text in spec.errors.items()), name
            for schema in (spec.args, spec.result):
                Draft202012Validator.check_schema(dict(schema))
                assert schema["type"] == "object", name
            assert spec.args["additionalProperties"] is False, name
            assert set(spec.args["required"]) <= set(spec.args["properties"]), name
            spec.check_args(fitting(spec))
            for argument, schema in spec.args["properties"].items():
                if "default" in schema:
                    spec.check_args({**fitting(spec), argument: schema["default"]})

    def test_every_family_is_typed(self, world: World) -> None:
        for name, family in world.spec.families.items():
            assert family.name == name
            assert family.kind in TYPES, name
            assert family.doc.strip(), name
            assert family.closed == (family.default is not None), name
            assert family.default is None or _fits(family, family.default), name

    def test_looking_and_moving_are_told_apart(self, world: World) -> None:
        assert not world.spec.primitives["observe"].moves
        assert all(world.spec.primitives[name].moves for name, _ in (self.failing, self.long))

    # -- what it tells -----------------------------------------------------------------------------

    def test_observes_facts_of_its_families_and_their_types(self, world: World) -> None:
        observation = world.observe()
        families = world.spec.families
        raw = world.call("observe", {})
        assert raw.ok
        assert set(raw.value["facts"]) <= set(families)
        assert observation.facts
        for name, facts in observation.facts.items():
            for keys, value in facts.items():
                assert len(keys) == len(families[name].keys), (name, keys)
                assert _fits(families[name], value), (name, keys, value)

    def test_only_what_is_closed_is_known_without_being_told(self, world: World) -> None:
        observation = world.observe()
        for name, family in world.spec.families.items():
            missing = ("nothing_of_this_name",) * len(family.keys)
            if missing:
                told = observation.get(name, *missing)
                assert told == (family.default if family.closed else UNKNOWN), name

    def test_events_are_numbered_upwards_and_told_once(self, world: World) -> None:
        seen = [world.observe()]
        for call in (self.good, self.failing, self.good):
            world.call(*call)
            seen.append(world.observe())
        world.halt("so that something happens")
        seen += [world.observe(), world.observe()]
        numbers = [event["seq"] for observation in seen for event in observation.events]
        assert numbers == sorted(set(numbers))
        assert [one.seq for one in seen] == sorted(one.seq for one in seen)
        assert all(event["type"] for observation in seen for event in observation.events)
        assert seen[-1].seq >= max(numbers, default=0)

    def test_the_truth_agrees_where_it_is_told(self, world: World, simulation: Simulation) -> None:
        ask: Callable[[], Observation | None] | None = getattr(simulation, "truth", None)
        if not self.truth:
            assert ask is None
            return
        assert ask is not None
        told = _until(ask, lambda truth: truth is not None)
        seen = world.observe()
        for name in self.truth:
            assert told.facts.get(name) == seen.facts.get(name), name

    def test_the_same_seed_gives_the_same_facts(self, world: World, simulation: Simulation) -> None:
        fresh = type(self).body = simulation.reset(SEED)
        again = fresh.observe()
        names = self.same_for_seed or tuple(again.families)
        assert {name: self.first.facts.get(name) for name in names} == {
            name: again.facts.get(name) for name in names
        }
        with pytest.raises(BridgeLost):
            world.observe()

    # -- what it refuses ---------------------------------------------------------------------------

    def test_bad_arguments_are_refused_before_anything_moves(self, world: World) -> None:
        before = self._where(world)
        with pytest.raises(BadInput, match=self.bad_arguments[0]):
            world.call(*self.bad_arguments)
        for name, spec in world.spec.primitives.items():
            for wrong, arguments in misfits(spec):
                with pytest.raises(BadInput, match=name):
                    pytest.fail(f"{name}, {wrong}: {world.call(name, arguments, timeout_s=5.0)}")
        assert self._where(world) == _nearly(before)

    def test_numbers_that_are_none_are_refused_before_anything_moves(self, world: World) -> None:
        before = self._where(world)
        for name, spec in world.spec.primitives.items():
            for where, arguments in infinities(spec):
                with pytest.raises(BadInput, match="finite"):
                    pytest.fail(f"{name}, {where}: {world.call(name, arguments, timeout_s=5.0)}")
        assert self._where(world) == _nearly(before)

    def test_an_unknown_primitive_is_named_with_the_nearest(self, world: World) -> None:
        with pytest.raises(BadInput, match=f"Did you mean .*{self.good[0]}"):
            world.call(self.good[0] + "x", {})

    def test_an_expected_failure_is_a_value(self, world: World) -> None:
        result = world.call(*self.failing)
        assert not result.ok
        assert result.error == self.failing_code
        assert result.error in world.spec.primitives[self.failing[0]].errors
        assert result.message

    def test_a_moving_call_excludes_another_and_lets_look(self, world: World) -> None:
        with _Aside(lambda: world.call(*self.long)) as aside:
            refused = _until(lambda: world.call(*self.good), lambda result: result.error == "busy")
            assert not refused.ok
            assert refused.message
            assert world.observe().facts
            assert not aside.ended
            world.halt("the test has seen it")
        assert aside.result().error == "halted"
        assert world.call(*self.good).ok

    # -- how it ends -------------------------------------------------------------------------------

    def test_a_good_call_succeeds(self, world: World) -> None:
        result = world.call(*self.good)
        assert result.ok, result
        assert result.error == ""

    def test_a_halt_ends_a_long_call_at_rest_and_the_next_one_works(self, world: World) -> None:
        halter = threading.Timer(0.3, world.halt, args=("the test says so",))
        halter.start()
        result = world.call(*self.long, timeout_s=WITHIN_S)
        halter.join(5.0)
        assert (result.ok, result.error) == (False, "halted")
        self._rests(world)
        assert world.call(*self.good).ok

    def test_halts_from_many_threads_are_one_halt(self, world: World) -> None:
        with _Aside(lambda: world.call(*self.long)) as aside:
            _until(lambda: world.call(*self.good), lambda result: result.error == "busy")
            halters = [threading.Thread(target=world.halt, args=(f"{number}",)) for number in range(4)]
            for halter in halters:
                halter.start()
            for halter in halters:
                halter.join(WITHIN_S)
                assert not halter.is_alive()
        assert aside.result().error == "halted"
        self._rests(world)
        assert world.call(*self.good).ok

    def test_a_halt_of_a_resting_body_is_harmless(self, world: World) -> None:
        before = self._where(world)
        world.halt("once")
        world.halt("twice")
        assert world.call(*self.good).ok
        assert self._where(world) == _nearly(before)

    def test_a_call_ends_at_its_deadline_at_rest(self, world: World) -> None:
        result = world.call(*self.long, timeout_s=0.3)
        assert (result.ok, result.error) == (False, "timeout")
        self._rests(world)
        assert world.call(*self.good).ok

    def test_closing_ends_what_runs_and_after_it_every_call_says_so(self, world: World) -> None:
        with _Aside(lambda: world.call(*self.long)) as aside:
            _until(lambda: world.call(*self.good), lambda result: result.error == "busy")
            world.close()
        assert aside.failed_as_lost or not aside.result().ok
        world.close()
        with pytest.raises(BridgeLost):
            world.call(*self.good)
        with pytest.raises(BridgeLost):
            world.observe()
        world.halt("there is nothing left to halt")

    # -- parts -------------------------------------------------------------------------------------

    def _where(self, world: World) -> dict[str, Any]:
        """What is still while it rests, by name."""
        facts = world.observe().facts
        told = {f"{name}{list(keys)}": value for name in self.still for keys, value in facts[name].items()}
        return {
            f"{name}[{at}]": part
            for name, value in told.items()
            for at, part in enumerate(value if isinstance(value, tuple) else (value,))
        }

    def _rests(self, world: World) -> None:
        """Within a moment it rests, and stays where it is."""
        resting = parse(self.rest)
        _until(world.observe, lambda now: evaluate(resting, now) is True)
        assert self._where(world) == _nearly(self._where(world))


class _Aside:
    """A call in a thread of its own, ended with the block. It waits while the body is busy."""

    def __init__(self, call: Callable[[], PrimitiveResult]) -> None:
        self._call = call
        self._results: list[PrimitiveResult] = []
        self.failed_as_lost = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Aside:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive(), "the call goes on"

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def result(self) -> PrimitiveResult:
        return self._results[-1]

    def _run(self) -> None:
        try:
            while not self._results or self._results[-1].error == "busy":
                self._results.append(self._call())
        except BridgeLost:
            self.failed_as_lost = True


def _until(ask: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    ends = time.monotonic() + WITHIN_S
    while not enough(answer := ask()):
        assert time.monotonic() < ends, f"not within {WITHIN_S:.0f} s; the last answer was {answer}"
    return answer


def _nearly(numbers: Mapping[str, Any]) -> Any:
    """The same, within what a servo trembles by [m, rad]."""
    return pytest.approx(numbers, rel=0, abs=TREMBLE)


def _fits(family: FactFamily, value: Value) -> bool:
    kinds = TYPES[family.kind]
    if isinstance(value, bool) and family.kind != "bool":
        return False
    return isinstance(value, kinds)  # type: ignore[arg-type]
