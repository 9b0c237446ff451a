"""What is learned from what happened: achievements nobody asked for, sequences, lessons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from embodied.condition import parse
from embodied.errors import BadInput
from embodied.exploring.composing import compose, keep
from embodied.exploring.lessons import LessonBook, hints_for, lessons_in, plain_reason, render_hints
from embodied.exploring.sequences import Pattern, recurring
from embodied.exploring.steps import StepTaken, pursuits
from embodied.exploring.unasked import count_unasked, unasked
from embodied.facts import Observation
from embodied.journal import read
from embodied.launchfile import LaunchFile
from embodied.library.grades import Grade
from embodied.library.opening import open_library
from embodied.library.proving import make_gate
from embodied.loop import start_run
from embodied.mini.body import MiniBody
from embodied.mini.inprocess import InProcessWorld
from embodied.mini.knowledge import FAMILIES, MiniSpec
from embodied.planning.briefing import Briefing
from embodied.sandbox import SkillExecutor
from embodied.skills import SkillLibrary, seed_folder
from tests.exploring.conftest import pursuit, step

# ------------------------------------------------------------------------------ unasked


def seen(**held: int) -> Observation:
    return Observation(FAMILIES, {"inventory": {(name,): count for name, count in held.items()}})


def test_a_gain_that_no_condition_speaks_of_is_unasked() -> None:
    gains = unasked(seen(), seen(wood=1, ore=2), [parse("inventory[wood] >= 1")])
    assert [(gain.condition, gain.amount) for gain in gains] == [("inventory[ore] >= 1", 2)]


def test_more_of_what_was_held_and_patterns_are_not_unasked() -> None:
    assert unasked(seen(ore=1), seen(ore=5), []) == []
    assert unasked(seen(), seen(oak_log=1), [parse("sum(inventory[*_log]) >= 1")]) == []


def test_a_run_asked_for_one_thing_relabels_nothing_it_planned(mini: LaunchFile, tmp_path: Path) -> None:
    report = start_run(mini, runs_dir=tmp_path)
    assert not count_unasked(read(report.journal))


def test_relabelled_achievements_are_counted_by_what_gave_them() -> None:
    record = {
        "type": "achieved_unasked",
        "skill": "mine-block",
        "arguments": {"block": "oak_leaves", "count": 3},
        "condition": "inventory[apple] >= 1",
    }
    counted = count_unasked([record, {**record, "arguments": {"block": "oak_leaves", "count": 9}}])
    assert counted == {("mine-block", "block=oak_leaves", "inventory[apple] >= 1"): 2}


# ------------------------------------------------------------------------------ sequences


def gather(count: int = 1) -> StepTaken:
    return step("gather-thing", thing="tree", item="wood", count=count)


def craft(item: str, count: int = 4) -> StepTaken:
    return step("craft-item", item=item, count=count)


def found_in(*runs: list[StepTaken], least: int = 3) -> list[Pattern]:
    return recurring([pursuit(f"r{n}", steps) for n, steps in enumerate(runs)], least=least)


def test_a_sequence_that_recurs_is_found_with_what_differs_as_variables() -> None:
    patterns = found_in([gather(1), craft("plank")], [gather(2), craft("plank")], [gather(5), craft("plank")])
    assert [str(pattern) for pattern in patterns] == [
        "gather-thing(count=?1, item=wood, thing=tree); craft-item(count=4, item=plank)"
    ]
    assert patterns[0].pursuits == 3


def test_values_that_go_together_share_a_variable() -> None:
    def pair(ore: str) -> list[StepTaken]:
        return [step("mine", block=ore), step("smelt", item=ore, fuel="coal")]

    patterns = found_in(pair("iron"), pair("gold"), pair("copper"))
    assert [str(pattern) for pattern in patterns] == ["mine(block=?1); smelt(fuel=coal, item=?1)"]


def test_what_recurs_too_seldom_or_was_broken_by_a_failure_is_not_found() -> None:
    assert found_in([gather(), craft("plank")], [gather(), craft("plank")]) == []
    broken = [gather(), step("craft-item", passed=False, item="plank", count=4), craft("plank")]
    assert found_in(broken, broken, broken) == []


def test_steps_that_share_nothing_are_no_pattern() -> None:
    runs = [[step("a", x=f"x{n}"), step("b", y=f"y{n}")] for n in range(4)]
    assert found_in(*runs) == []


def test_a_part_of_a_longer_sequence_is_not_offered_beside_it() -> None:
    whole = [gather(), craft("plank"), craft("stick")]
    assert len(found_in(whole, whole, whole)) == 1


# ------------------------------------------------------------------------------ composed skills


@pytest.fixture
def library() -> SkillLibrary:
    folder = seed_folder("mini")
    assert folder is not None
    return SkillLibrary([folder])


def composed_of(library: SkillLibrary, name: str = "") -> tuple[Pattern, str]:
    pattern = found_in(
        [gather(1), craft("plank"), craft("stick")],
        [gather(2), craft("plank"), craft("stick")],
        [gather(2), craft("plank"), craft("stick")],
    )[0]
    return pattern, compose(pattern, library, MiniSpec(), name).source


def test_a_composed_skill_does_in_the_world_what_its_steps_did(
    library: SkillLibrary, own_library: Path
) -> None:
    pattern, source = composed_of(library)
    store = open_library("mini")
    skill = keep(compose(pattern, library, MiniSpec()), store, "it recurred")
    assert store.grade(skill.name) is Grade.TRIAL
    assert (own_library / "mini" / skill.name / "skill.py").read_text() == source
    assert skill.name == "wood-then-plank-then-stick"
    assert skill.source == source
    assert skill.achieves == ("inventory[stick] >= 4",)
    assert skill.calls == ("craft-item", "gather-thing")
    world = InProcessWorld(MiniBody(7))
    with SkillExecutor(library.with_skill(skill), world) as executor:
        assert executor.check(skill) == ()
        assert executor.run(skill.name, {"count": 1}).ok
    assert world.observe().number("inventory", "stick") == 4


def test_what_differed_is_a_parameter_with_the_usual_amount(library: SkillLibrary) -> None:
    _, source = composed_of(library)
    assert "def wood_then_plank_then_stick(count: int = 2) -> SkillResult:" in source


def test_a_composed_skill_needs_what_it_does_not_bring_about(library: SkillLibrary) -> None:
    def needs(*steps: StepTaken) -> tuple[str, ...]:
        (pattern,) = found_in(steps, steps, steps)[:1]
        made = compose(pattern, library, MiniSpec())
        return tuple(re.findall(r'embodied-needs: "(.*)"', made.markdown)[0].split("; "))

    assert needs(gather(1), craft("plank"), craft("stick")) == ("",)
    assert needs(craft("plank"), craft("stick")) == ("inventory[wood] >= 1",)
    four = ("inventory[plank] >= 14", "inventory[stick] >= 4")  # 12 + 2 planks; 8 sticks, 4 of them made
    assert needs(craft("stick"), craft("pickaxe")) == four


def test_a_composed_skill_passes_the_gate_by_the_needs_that_were_derived(
    library: SkillLibrary, own_library: Path, tmp_path: Path
) -> None:
    steps = [craft("plank"), craft("stick")]
    pattern = found_in(steps, steps, steps)[0]
    store = open_library("mini")
    skill = keep(compose(pattern, library, MiniSpec()), store, "it recurred")
    evidence = make_gate(store, tmp_path / "gate").verify(skill)
    assert evidence.passed
    assert [result.set_up for result in evidence.results if not result.from_nothing] == [
        {"given": {"wood": 1}}
    ] * 2


def test_a_composed_skill_never_replaces_another(library: SkillLibrary, own_library: Path) -> None:
    pattern, _ = composed_of(library)
    with pytest.raises(BadInput, match="already"):
        compose(pattern, library, MiniSpec(), "craft-item")
    store = open_library("mini")
    keep(compose(pattern, library, MiniSpec()), store, "it recurred")
    with pytest.raises(BadInput, match="in the library already"):
        keep(compose(pattern, library, MiniSpec()), store, "it recurred")
    with pytest.raises(BadInput, match="as wood-then-plank-then-stick"):
        keep(compose(pattern, library, MiniSpec(), "another-name"), store, "it recurred")


# ------------------------------------------------------------------------------ lessons

MINE = {"block": "iron_ore", "count": 3}


def learning(place: str = "(1, 62, -5)") -> list[StepTaken]:
    reason = f"the tools held do not harvest iron_ore at {place}"
    return [
        step("mine-block", False, reason, **MINE),
        step("craft-item", expects="inventory[stone_pickaxe] >= 1", item="stone_pickaxe"),
        step("mine-block", **MINE),
    ]


def test_what_failed_and_worked_after_another_step_is_a_lesson() -> None:
    (lesson,) = lessons_in([pursuit("r1", learning())])
    assert lesson.step == "mine-block(block=iron_ore)"
    assert lesson.after == "craft-item(item=stone_pickaxe)"
    assert "harvest iron_ore" in lesson.hint
    assert "inventory[stone_pickaxe]" in lesson.hint


def test_lessons_are_told_once_they_recur(tmp_path: Path) -> None:
    book = LessonBook(tmp_path / "lessons.jsonl")
    book.add(lessons_in([pursuit("r1", learning())]))
    assert book.recurring() == []
    book.add(lessons_in([pursuit("r2", learning("(7, 12, 5)"))]))
    (lesson,) = book.recurring(["mine-block"])
    assert len(lesson.runs) == 2
    assert book.recurring(["smelt-item"]) == []
    assert render_hints([lesson]).endswith("(seen 2 times)")


def test_reading_a_journal_twice_counts_once(tmp_path: Path) -> None:
    book = LessonBook(tmp_path / "lessons.jsonl")
    lessons = lessons_in([pursuit("r1", learning())])
    assert len(book.add(lessons)) == 1
    assert book.add(lessons) == []
    assert book.recurring() == []


def test_deaths_and_plain_retries_teach_nothing() -> None:
    died = [step("mine-block", False, "interrupted: died", **MINE), *learning()[1:]]
    retried = [step("mine-block", False, "slipped", **MINE), step("mine-block", **MINE)]
    assert lessons_in([pursuit("r1", died), pursuit("r2", retried)]) == []


def test_a_damaged_line_costs_only_itself(tmp_path: Path) -> None:
    book = LessonBook(tmp_path / "lessons.jsonl")
    book.add(lessons_in([pursuit("r1", learning()), pursuit("r2", learning())]))
    with book.path.open("a") as file:
        file.write('{"skill": 3}\nnot json\n{"skill": "x", "runs": "abc"}\n')
    assert len(book.read()) == 1


def test_hints_of_the_users_library_are_given_to_prompts(own_library: Path) -> None:
    LessonBook.of("mini").add(lessons_in([pursuit("r1", learning()), pursuit("r2", learning())]))
    assert "stone_pickaxe" in hints_for("mini", ["mine-block"])
    assert hints_for("minecraft") == ""
    assert (own_library / "mini" / "lessons.jsonl").is_file()


def test_a_planner_that_asks_a_model_tells_it_the_hints(library: SkillLibrary, own_library: Path) -> None:
    briefing = Briefing(MiniSpec(), {}, lambda: library)
    before = briefing.skills("get ore")
    failed = [step("gather-thing", False, "a rock needs a pickaxe", thing="rock", item="ore")]
    learnt = [*failed, craft("pickaxe", 1), step("gather-thing", thing="rock", item="ore")]
    LessonBook.of("mini").add(lessons_in([pursuit("r1", learnt), pursuit("r2", learnt)]))
    after = briefing.skills("get ore")
    assert after.startswith(before)
    assert "a rock needs a pickaxe. It worked after craft-item(item=pickaxe)" in after


def test_numbers_and_places_are_left_out_of_reasons() -> None:
    assert plain_reason("no path to (12, 63, -4) after 3.5 s") == "no path to # after # s"


def test_pursuits_are_read_from_a_journal(mini: LaunchFile, tmp_path: Path) -> None:
    report = start_run(mini, runs_dir=tmp_path)
    (one,) = pursuits(read(report.journal))
    assert (one.world, one.goal) == ("mini", "get 1 ore")
    assert one.steps[0].skill == "gather-thing"
    assert all(each.passed for each in one.steps)
