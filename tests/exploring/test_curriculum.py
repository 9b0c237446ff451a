"""Which goal comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from embodied.exploring.curriculum import MOST_ATTEMPTS, WAIT, NoveltyCurriculum, targets
from embodied.exploring.progress import Found, GoalEnded, Progress
from embodied.exploring.room import worth_keeping
from embodied.facts import Observation
from embodied.methods import FactRef, Method
from embodied.mini.knowledge import FAMILIES, MiniSpec


def seen(**held: int) -> Observation:
    return Observation(FAMILIES, {"inventory": {(name,): count for name, count in held.items()}})


def found(*names: str) -> dict[str, Found]:
    return {name: Found(0.0, 1, True) for name in names}


def failed(goal: str, iteration: int) -> GoalEnded:
    return GoalEnded(iteration, goal, "FAILED", "no way", 1.0, 1)


def goal_of(progress: Progress, observation: Observation, world: MiniSpec | None = None) -> str | None:
    proposal = NoveltyCurriculum(world or MiniSpec()).propose(observation, progress)
    return proposal.goal if proposal else None


def test_all_things_of_the_pool_can_be_goals() -> None:
    assert [target.name for target in targets(MiniSpec())] == ["ore", "pickaxe", "plank", "stick", "wood"]


def test_the_cheapest_thing_never_held_comes_first() -> None:
    assert goal_of(Progress(), seen()) == "stock of wood"
    assert goal_of(Progress(found=found("wood")), seen(wood=1)) == "plank"


def test_what_was_held_once_is_no_goal_again_even_if_it_is_gone() -> None:
    assert goal_of(Progress(found=found("wood", "plank", "stick", "pickaxe", "ore")), seen()) is None


def test_a_goal_that_failed_waits_and_others_get_their_turn() -> None:
    progress = Progress(found=found("wood"), ended=[failed("plank", 1)])
    assert goal_of(progress, seen(wood=3)) != "plank"
    passed = GoalEnded(2, "x", "PASSED", "", 1.0, 1)
    progress.ended += [passed] * WAIT
    assert goal_of(progress, seen(wood=3)) == "plank"


def test_when_only_failed_goals_are_left_they_are_tried_before_their_time() -> None:
    progress = Progress(found=found("wood", "plank", "stick", "pickaxe"), ended=[failed("ore", 1)])
    assert goal_of(progress, seen(pickaxe=1)) == "ore"


def test_a_goal_is_given_up_after_its_attempts() -> None:
    attempts = [failed("ore", number + 1) for number in range(MOST_ATTEMPTS)]
    progress = Progress(found=found("wood", "plank", "stick", "pickaxe"), ended=attempts)
    assert goal_of(progress, seen(pickaxe=1)) is None


def test_a_goal_that_passed_meanwhile_has_no_failures() -> None:
    progress = Progress(ended=[failed("ore", 1), GoalEnded(2, "ore", "PASSED", "", 1.0, 1)])
    assert progress.failures("ore") == (0, 0)


class Colours(MiniSpec):
    """A world where ten things are made of one, and three of another kind cost slightly more."""

    made: Mapping[str, float] = {**{f"c{n}_wool": 1.0 for n in range(10)}, "hat": 3.0, "mug": 6.0}

    def goal_pool(self) -> list[str]:
        return sorted(self.made)

    @property
    def vocabulary(self) -> Any:  # type: ignore[override]
        from embodied.methods import Noun, Vocabulary

        return Vocabulary(
            tuple(Noun(n, (n,), f"inventory[{n}] >= {{count}}", frozenset()) for n in [*self.made, "fluff"])
        )

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        name, count = fact[-1], max(1, int(amount))
        if name in self.made:
            uses: dict[FactRef, float] = {("inventory", "fluff"): count} if name.endswith("wool") else {}
            yield Method("make", {"item": name}, consumes=uses, adds={fact: count}, cost=self.made[name])
        elif name == "fluff":
            yield Method("gather-thing", {"item": name, "count": count}, adds={fact: count}, cost=0.5 * count)

    def unreachable(self, fact: FactRef) -> str:
        return ""


def test_kinds_are_spread() -> None:
    done = [GoalEnded(n + 1, f"c{n}_wool", "PASSED", "", 1.0, 1) for n in range(3)]
    progress = Progress(found=found("c0_wool", "c1_wool", "c2_wool"), ended=done)
    assert goal_of(progress, seen(fluff=9), Colours()) == "hat"


def test_what_many_goals_need_is_gathered_in_one_go() -> None:
    proposal = NoveltyCurriculum(Colours()).propose(seen(), Progress())
    assert proposal is not None
    assert proposal.goal == "stock of fluff"
    assert str(proposal.condition) == "inventory[fluff] >= 10"
    assert goal_of(Progress(), seen(fluff=10), Colours()) == "c0_wool"


def test_a_step_that_failed_lately_counts_against_its_goals() -> None:
    progress = Progress(found=found("wood"), step_failures={"craft-item(item=plank)": [1]})
    proposal = NoveltyCurriculum(MiniSpec()).propose(seen(wood=4, plank=2), progress)
    assert proposal is not None
    assert proposal.goal in ("stick", "ore", "pickaxe")


def test_what_goals_ahead_use_is_kept_and_junk_is_not() -> None:
    ahead = [target for target in targets(MiniSpec()) if target.name in ("stick", "ore")]
    keep = worth_keeping(MiniSpec(), ahead, seen(plank=40, wood=9, pickaxe=1, ore=50))
    assert keep == {"pickaxe": 1, "plank": 2}
