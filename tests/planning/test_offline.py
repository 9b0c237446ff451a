"""The offline planner, on a little world of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from embodied.condition import parse
from embodied.facts import FactFamily, Observation
from embodied.methods import FactRef, Method, Vocabulary
from embodied.outcome import Judgement, Verdict
from embodied.planning import Attempt, OfflinePlanner, Step, Stop
from embodied.planning.skilled import SkilledMethods
from embodied.skills import SkillLibrary

FAMILIES = {
    "inventory": FactFamily("inventory", ("item",), "int", "held", closed=True, default=0),
    "uses": FactFamily("uses", ("tool",), "int", "left", closed=True, default=0),
    "near": FactFamily("near", ("thing",), "float", "distance [m]"),
}


def held(item: str) -> FactRef:
    return ("inventory", item)


@dataclass
class Toy:
    """Wood, planks from wood, sticks from planks, an axe that wears, ore with the axe or by luck."""

    name: str = "toy"
    families: dict[str, FactFamily] = field(default_factory=lambda: FAMILIES)
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary(()))
    reflexes: tuple[()] = ()
    interrupts: frozenset[str] = frozenset()
    ready: None = None

    def methods(self, fact: FactRef, amount: float, observation: Observation) -> Iterable[Method]:
        n = int(amount)
        match fact[-1]:
            case "wood":
                yield Method("chop", {"count": n}, adds={held("wood"): n}, cost=2 * n)
            case "plank":
                times = -(-n // 4)
                yield Method(
                    "saw",
                    {"count": 4 * times},
                    consumes={held("wood"): times},
                    adds={held("plank"): 4 * times},
                )
            case "stick":
                times = -(-n // 4)
                yield Method(
                    "whittle",
                    {"count": 4 * times},
                    consumes={held("plank"): 2 * times},
                    adds={held("stick"): 4 * times},
                )
            case "axe":
                yield Method(
                    "make-axe",
                    {"count": n},
                    needs=(parse("inventory[bench] >= 1 or near[bench] < 4"),),
                    consumes={held("plank"): 3 * n, held("stick"): 2 * n},
                    adds={held("axe"): n, ("uses", "axe"): 10 * n},
                )
            case "bench":
                yield Method("make-bench", {"count": 1}, consumes={held("plank"): 4}, adds={held("bench"): 1})
            case "ore":
                yield Method(
                    "mine",
                    {"count": n},
                    needs=(parse("inventory[axe] >= 1"),),
                    consumes={("uses", "axe"): n},
                    adds={held("ore"): n},
                    cost=n,
                )
                yield Method("search", {"count": n}, adds={held("ore"): n}, cost=500 * n)
            case "gold":
                yield Method("melt", {}, consumes={held("gold_block"): 1}, adds={held("gold"): 9})
            case "gold_block":
                yield Method("press", {}, consumes={held("gold"): 9}, adds={held("gold_block"): 1})

    def goal_pool(self) -> list[str]:
        return []

    def unreachable(self, fact: FactRef) -> str:
        return "" if fact[-1] != "moon" else "the moon is too far"


def facts(
    near: dict[str, float] | None = None, uses: dict[str, int] | None = None, **inventory: int
) -> Observation:
    return Observation(
        FAMILIES,
        {
            "inventory": {(item,): count for item, count in inventory.items()},
            "uses": {(tool,): count for tool, count in (uses or {}).items()},
            "near": {(thing,): distance for thing, distance in (near or {}).items()},
        },
    )


def plan(goal: str, observation: Observation) -> list[Step]:
    decision = OfflinePlanner(Toy()).next(parse(goal), observation, [])
    assert isinstance(decision, Step), decision
    return [decision, *decision.upcoming]


def shown(steps: list[Step]) -> list[str]:
    return [f"{step.skill} {step.arguments.get('count', '')}".strip() for step in steps]


def simulate(steps: list[Step]) -> dict[str, int]:
    """Carry the plan out on paper; fails if an ingredient is missing."""
    bag: dict[str, int] = {}
    for step in steps:
        item = step.expects.left.keys[0]  # type: ignore[union-attr]
        method = next(
            m
            for m in Toy().methods(held(item), step.arguments.get("count", 1), facts())
            if m.skill == step.skill
        )
        for fact, amount in method.consumes.items():
            if fact[0] == "inventory":
                bag[fact[1]] = bag.get(fact[1], 0) - int(amount)
                assert bag[fact[1]] >= 0, f"{step.skill} lacks {fact[1]}"
        for fact, amount in method.adds.items():
            bag[fact[1]] = (
                bag.get(fact[1], 0) + int(amount) if fact[0] == "inventory" else bag.get(fact[1], 0)
            )
    return bag


def test_a_plan_from_nothing_can_be_carried_out() -> None:
    steps = plan("inventory[ore] >= 3", facts())
    assert simulate(steps)["ore"] == 3
    assert shown(steps)[0] == "chop 3", "one trip for all the wood that is needed"


def test_what_is_there_is_used() -> None:
    assert shown(plan("inventory[ore] >= 3", facts(axe=1, uses={"axe": 10}))) == ["mine 3"]
    assert "make-bench" not in shown(plan("inventory[axe] >= 1", facts(near={"bench": 2.0})))


def test_a_worn_tool_is_replaced() -> None:
    assert "make-axe 1" in shown(plan("inventory[ore] >= 3", facts(axe=1, uses={"axe": 2}, bench=1)))


def test_two_goals_do_not_share_one_ingredient() -> None:
    steps = plan("inventory[plank] >= 4 and inventory[stick] >= 4", facts())
    bag = simulate(steps)
    assert bag["plank"] >= 4
    assert bag["stick"] >= 4


def test_a_circle_is_no_way() -> None:
    decision = OfflinePlanner(Toy()).next(parse("inventory[gold] >= 1"), facts(), [])
    assert isinstance(decision, Stop)


def test_unreachable_says_why() -> None:
    decision = OfflinePlanner(Toy()).next(parse("inventory[moon] >= 1"), facts(), [])
    assert isinstance(decision, Stop)
    assert "too far" in decision.reason


def failed(step: Step, *, progress: bool = False) -> Attempt:
    return Attempt(step, Judgement(Verdict.FAILED, "no"), "stuck", progress)


def test_three_failures_turn_to_another_way_and_then_stop() -> None:
    here = facts(axe=1, uses={"axe": 10})
    goal = parse("inventory[ore] >= 1")
    planner = OfflinePlanner(Toy())
    history: list[Attempt] = []
    tried = []
    while True:
        decision = planner.next(goal, here, history)
        if isinstance(decision, Stop):
            break
        assert isinstance(decision, Step)
        tried.append(decision.skill)
        history.append(failed(decision))
        assert len(tried) < 20
    assert tried.count("mine") == 3
    assert tried.count("search") == 3
    assert "failed 3 times" in decision.reason


def test_progress_forgives_earlier_failures() -> None:
    here = facts(axe=1, uses={"axe": 10})
    goal = parse("inventory[ore] >= 1")
    planner = OfflinePlanner(Toy())
    step = planner.next(goal, here, [])
    assert isinstance(step, Step)
    history = [failed(step), failed(step), failed(step, progress=True)]
    again = planner.next(goal, here, history)
    assert isinstance(again, Step)
    assert again.skill == "mine"


def test_a_skill_of_the_library_is_a_way_and_its_needs_come_first(tmp_path: Path) -> None:
    toy_skill(tmp_path, "chop")
    toy_skill(tmp_path, "saw")
    toy_skill(tmp_path, "carve-totem", achieves="inventory[totem] >= {count}", needs="inventory[plank] >= 4")
    library = SkillLibrary([tmp_path])
    planner = OfflinePlanner(SkilledMethods(Toy(), lambda: library))
    decision = planner.next(parse("inventory[totem] >= 2"), facts(totem=1), [])
    assert isinstance(decision, Step)
    steps = [decision, *decision.upcoming]
    assert [step.skill for step in steps] == ["chop", "saw", "carve-totem"]
    assert steps[-1].arguments == {"count": 2}
    assert str(steps[-1].expects) == "inventory[totem] >= 2"


def toy_skill(home: Path, name: str, achieves: str = "", needs: str = "", takes: str = "count") -> None:
    folder = home / name
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        f"---\nname: {name}\ndescription: Do {name}.\nmetadata:\n  embodied-world: toy\n"
        f'  embodied-achieves: "{achieves}"\n  embodied-needs: "{needs}"\n---\n'
    )
    (folder / "skill.py").write_text(
        f"def {name.replace('-', '_')}({takes}: int = 1) -> SkillResult:\n"
        f'    """Do it."""\n    return done()\n'
    )


def test_what_the_library_cannot_do_is_no_way(tmp_path: Path) -> None:
    toy_skill(tmp_path, "saw")
    toy_skill(tmp_path, "chop", takes="strokes")  # of the name, and not callable as the world calls it
    library = SkillLibrary([tmp_path])
    planner = OfflinePlanner(SkilledMethods(Toy(), lambda: library))
    assert isinstance(planner.next(parse("inventory[plank] >= 2"), facts(), []), Stop)
    decision = planner.next(parse("inventory[plank] >= 2"), facts(wood=1), [])
    assert isinstance(decision, Step)
    assert decision.skill == "saw"


def test_failures_count_together_when_they_are_of_one_kind(tmp_path: Path) -> None:
    here = facts(axe=1, uses={"axe": 10})
    goal = parse("inventory[ore] >= 1")
    step = OfflinePlanner(Toy()).next(goal, here, [])
    assert isinstance(step, Step)

    def tried(*errors: str) -> str:
        history = [Attempt(step, Judgement(Verdict.FAILED, "no ore"), error) for error in errors]
        decision = OfflinePlanner(Toy()).next(goal, here, history)
        return decision.skill if isinstance(decision, Step) else "stop"

    assert step.skill == "mine"
    assert tried("no way to 3 5", "no way to 4 5", "no way to 9 1") != "mine"
    assert tried("no way to 3 5", "lost", "no way to 9 1") == "mine"
    assert tried(*["no way", "lost"] * 3) != "mine"  # and not for ever


def test_a_launch_says_how_often_a_step_is_tried() -> None:
    here = facts(axe=1, uses={"axe": 10})
    goal = parse("inventory[ore] >= 1")
    step = OfflinePlanner(Toy(), 1).next(goal, here, [])
    assert isinstance(step, Step)
    assert step.skill == "mine"
    again = OfflinePlanner(Toy(), 1).next(goal, here, [failed(step)])
    assert isinstance(again, Step)
    assert again.skill == "search"


def test_progress_that_never_arrives_is_not_forgiven_for_ever() -> None:
    here = facts(axe=1, uses={"axe": 10})
    goal = parse("inventory[ore] >= 1")
    planner = OfflinePlanner(Toy())
    history: list[Attempt] = []
    while isinstance(step := planner.next(goal, here, history), Step):
        assert len(history) < 60
        history.append(failed(step, progress=True))
    assert isinstance(step, Stop)
    assert "failed 3 times" in step.reason
