"""What every world keeps: inherit, give `make_simulation` and a few calls, and all of it is tested."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from embodied.errors import BadInput
from embodied.world import Simulation, World

Call = tuple[str, Mapping[str, Any]]


class WorldContract:
    """Attributes: calls that succeed, cannot begin, fail as expected, and take a minute unless halted."""

    good: ClassVar[Call]
    bad_arguments: ClassVar[Call]
    failing: ClassVar[Call]
    failing_code: ClassVar[str]
    long: ClassVar[Call]
    same_for_seed: ClassVar[tuple[str, ...]]

    def make_simulation(self, folder: Any) -> Simulation:
        raise NotImplementedError

    @pytest.fixture
    def simulation(self, tmp_path: Any) -> Iterator[Simulation]:
        simulation = self.make_simulation(tmp_path)
        yield simulation
        simulation.close()

    @pytest.fixture
    def world(self, simulation: Simulation) -> World:
        return simulation.reset(3)

    def test_it_keeps_the_protocol(self, world: World) -> None:
        assert isinstance(world, World)
        assert world.spec.identity
        assert all(name == spec.name for name, spec in world.spec.primitives.items())

    def test_observes_facts_of_its_families(self, world: World) -> None:
        observation = world.observe()
        assert set(observation.facts) <= set(world.spec.families)
        assert observation.facts

    def test_a_good_call_succeeds(self, world: World) -> None:
        result = world.call(*self.good)
        assert result.ok, result
        assert result.error == ""

    def test_bad_arguments_are_refused_before_anything_happens(self, world: World) -> None:
        before = world.observe()
        with pytest.raises(BadInput, match=self.bad_arguments[0]):
            world.call(*self.bad_arguments)
        assert world.observe().facts.keys() == before.facts.keys()

    def test_an_unknown_primitive_is_named_with_the_nearest(self, world: World) -> None:
        with pytest.raises(BadInput, match=f"Did you mean .*{self.good[0]}"):
            world.call(self.good[0] + "x", {})

    def test_an_expected_failure_is_a_value(self, world: World) -> None:
        result = world.call(*self.failing)
        assert not result.ok
        assert result.error == self.failing_code
        assert result.message

    def test_a_halt_ends_a_long_call_and_the_next_one_works(self, world: World) -> None:
        halter = threading.Timer(0.3, world.halt, args=("the test says so",))
        halter.start()
        result = world.call(*self.long, timeout_s=20.0)
        halter.join(5.0)
        assert (result.ok, result.error) == (False, "halted")
        assert world.call(*self.good).ok

    def test_a_halt_of_a_resting_body_is_harmless(self, world: World) -> None:
        world.halt("once")
        world.halt("twice")
        assert world.call(*self.good).ok

    def test_a_call_ends_at_its_deadline(self, world: World) -> None:
        result = world.call(*self.long, timeout_s=0.3)
        assert (result.ok, result.error) == (False, "timeout")

    def test_close_is_idempotent(self, world: World) -> None:
        world.close()
        world.close()

    def test_the_same_seed_gives_the_same_facts(self, simulation: Simulation) -> None:
        first = simulation.reset(5).observe()
        again = simulation.reset(5).observe()
        assert {name: first.facts.get(name) for name in self.same_for_seed} == {
            name: again.facts.get(name) for name in self.same_for_seed
        }
