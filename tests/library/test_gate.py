"""The gate: held-out seeds, fresh worlds, set-up that is recorded, and a verification that goes on."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from embodied.condition import parse
from embodied.errors import BadInput, BadLibrary
from embodied.library import Grade
from embodied.library.proving import make_gate
from embodied.library.scenes import scene_of
from embodied.library.seeds import HELD_OUT
from embodied.methods import Noun
from embodied.mini.knowledge import VOCABULARY, MiniSpec
from embodied.mini.world import WORLD
from embodied.outcome import Verdict
from embodied.primitives import PrimitiveSpec
from embodied.rules import add_rule, understand_rule
from tests.library.conftest import CHOP, STICKS, write


def test_a_new_skill_is_on_trial_until_three_held_out_seeds_passed(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    assert store.add(skill).status == "new"
    assert store.grade("chop-wood") is Grade.TRIAL
    lines = []
    evidence = gate(on_progress=lines.append).verify(skill)
    assert evidence.passed
    assert evidence.reason == "passed on 3 of 3 held-out seeds"
    assert store.grade("chop-wood") is Grade.VERIFIED
    assert all(result.seed in HELD_OUT for result in evidence.results)
    assert len({result.seed for result in evidence.results}) == 3
    assert evidence.interval[0] == pytest.approx(0.438, abs=0.001)
    assert any("seed" in line and "(2 of 3)" in line for line in lines)


def test_needs_are_given_and_once_reached_from_nothing(gate, tmp_path):
    skill = write(
        tmp_path / "new",
        "make-sticks",
        STICKS,
        achieves="inventory[stick] >= {count}",
        needs="inventory[plank] >= 2",
        description="Sticks of planks.",
    )
    evidence = gate().verify(skill, arguments={"count": 4})
    assert evidence.passed
    given = [result.set_up for result in evidence.results if not result.from_nothing]
    assert given == [{"given": {"plank": 2}}] * 2
    (bare,) = [result for result in evidence.results if result.from_nothing]
    assert bare.set_up == {"reached": ["gather-thing(item=wood, thing=tree)", "craft-item(item=plank)"]}


def test_a_skill_that_fails_does_not_pass_and_says_why(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood", '    return done(wood="a lot")\n')
    evidence = gate().verify(skill)
    assert not evidence.passed
    assert evidence.results[0].verdict is Verdict.FAILED
    assert "inventory[wood] >= 1 does not hold: it is 0" in evidence.reason
    assert store.grade("chop-wood") is Grade.SUSPECT  # no planner relies on what failed its proof
    assert len(evidence.results) == 1  # with one failure of three there is nothing left to prove


def test_a_seed_skill_may_be_used_and_is_verified_when_asked(store, gate, seeds):
    assert store.grade("gather-thing") is Grade.SEED
    evidence = gate().verify(
        seeds.get("gather-thing"), arguments={"thing": "rock", "item": "ore", "count": 2}
    )
    assert evidence.passed
    assert evidence.results[0].set_up == {"given": {"pickaxe": 1}}
    assert store.grade("gather-thing") is Grade.VERIFIED


def test_more_uses_than_one_tool_has_bring_more_tools(gate, seeds):
    case = {"thing": "rock", "item": "ore", "count": 5}
    evidence = gate().verify(seeds.get("gather-thing"), arguments=case)
    assert evidence.results[0].set_up == {"given": {"pickaxe": 2}}
    assert evidence.passed


def test_a_verified_skill_that_no_longer_passes_is_suspect_and_not_chosen(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    assert gate().verify(skill).passed
    assert "chop-wood" in store.skills()
    assert not gate(world={"fail_nth": 2}).verify(store.get("chop-wood"), arguments={"count": 14}).passed
    assert store.grade("chop-wood") is Grade.SUSPECT
    assert "chop-wood" not in store.skills()
    with pytest.raises(BadLibrary, match="chop-wood is suspect"):
        store.get("chop-wood")
    assert gate().verify(store.get("chop-wood", skill.hash[:8])).passed
    assert store.grade("chop-wood") is Grade.VERIFIED


def test_when_a_called_skill_changes_the_caller_is_suspect_until_verified_again(store, gate, tmp_path):
    base = write(tmp_path / "new", "chop-wood")
    assert gate().verify(base).passed
    caller = write(tmp_path / "new", "get-wood", "    return chop_wood(count)\n", calls="chop-wood")
    assert gate().verify(caller).passed
    changed = write(tmp_path / "other", "chop-wood", '    log("chopping")\n' + CHOP)
    store.add(changed)
    assert store.grade("get-wood") is Grade.VERIFIED  # the changed one is on trial: not used yet
    assert gate().verify(changed).passed
    assert store.get("chop-wood").hash == changed.hash
    assert store.grade("get-wood") is Grade.SUSPECT
    assert gate().verify(caller).passed
    assert store.grade("get-wood") is Grade.VERIFIED


def test_evidence_from_another_body_does_not_count(store, gate, tmp_path):
    assert gate().verify(write(tmp_path / "new", "chop-wood")).passed
    world = gate()._make(tmp_path).launch()
    spec = world.spec
    store.body = spec
    assert store.grade("chop-wood") is Grade.VERIFIED
    old = spec.primitives["gather"]
    changed = PrimitiveSpec("gather", old.doc, {**old.args, "required": []}, old.result, old.errors)
    store.body = type(spec)(
        spec.kind, spec.identity, {**spec.primitives, "gather": changed}, spec.families, {}
    )
    assert store.grade("chop-wood") is Grade.SUSPECT
    world.close()


def stopped_after_the_first() -> dict[str, Any]:
    """How a gate is asked that a person ends at the second seed."""
    stop = threading.Event()

    def after_the_first(line: str) -> None:
        if "(2 of 3)" in line:
            stop.set()

    return {"on_progress": after_the_first, "stop": stop}


def test_a_stopped_verification_goes_on_where_it_was(store, gate, again, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    first = gate(**stopped_after_the_first()).verify(skill)
    assert first.stopped
    assert len(first.results) == 1
    assert store.grade("chop-wood") is Grade.TRIAL
    lines = []
    second = gate(again(), on_progress=lines.append).verify(skill)
    assert second.passed
    assert second.verification == first.verification
    assert second.results[0] == first.results[0]
    assert sum("PASSED" in line for line in lines) == 2
    assert again().grade("chop-wood") is Grade.VERIFIED


def test_what_was_begun_in_one_scene_goes_on_in_that_one_alone(gate, again, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    first = gate(scene="forest", **stopped_after_the_first()).verify(skill)
    usual = gate(again()).verify(skill)
    assert usual.verification != first.verification
    assert {one.seed for one in usual.results}.isdisjoint(one.seed for one in first.results)


def test_a_stopped_verification_of_a_scene_goes_on_in_it(gate, again, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    first = gate(scene="forest", **stopped_after_the_first()).verify(skill)
    assert gate(again(), scene="forest").verify(skill).verification == first.verification


def test_a_scene_is_known_by_what_its_file_says_wherever_it_lies(store, tmp_path):
    def scene(folder: str, text: str) -> str:
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "table.toml"
        file.write_text(text)
        return make_gate(store, tmp_path / "gate", settings={"scene": str(file)})._scene

    one, same, other = scene("a", "x = 1"), scene("b", "x = 1"), scene("c", "x = 2")
    assert one == same != other
    assert make_gate(store, tmp_path / "gate")._scene == ""


def test_a_seed_that_someone_saw_is_not_held_out(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    used = [result.seed for result in gate().verify(skill).results]
    assert set(used) <= set(store.seen.all())
    second = gate().verify(skill)
    assert not set(used) & {result.seed for result in second.results}
    with pytest.raises(BadInput, match=f"Seed {used[0]} is not held out: verification"):
        gate().verify(skill, [used[0], 1, 2])
    store.seen.add(5, "run 20261121")
    with pytest.raises(BadInput, match="run 20261121 has seen it"):
        gate().verify(skill, [5])


def test_a_skill_that_nothing_can_judge_is_refused(gate, tmp_path):
    skill = write(tmp_path / "new", "wander", "    walk(1, 1)\n    return done()\n", achieves="")
    with pytest.raises(BadLibrary, match="does not say what it achieves"):
        gate().verify(skill)
    evidence = gate().verify(skill, expects=parse("alive"))
    assert not evidence.passed  # it holds before: nothing was proven
    assert all(not result.ran for result in evidence.results)
    assert "holds before it ran" in evidence.reason


@pytest.mark.parametrize(("many", "tried"), [(3, 3), (40, 5)])
def test_of_many_seeds_a_tenth_may_be_replaced_by_others(gate, tmp_path, many, tried):
    skill = write(tmp_path / "new", "wander", "    walk(1, 1)\n    return done()\n", achieves="")
    evidence = gate().verify(skill, many, expects=parse("alive"))
    assert len({result.seed for result in evidence.results}) == tried
    assert "holds before it ran" in evidence.reason


def test_twenty_seeds_make_it_trusted_with_two_failures_allowed(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    evidence = gate().verify(skill, 20)
    assert evidence.passed
    assert store.grade("chop-wood") is Grade.TRUSTED


def test_a_need_over_any_of_a_kind_is_met_by_what_was_held_or_by_one_that_there_is():
    class Grouped(MiniSpec):
        vocabulary = replace(
            VOCABULARY, nouns=(Noun("*stick", ("any stick",), "", frozenset()), *VOCABULARY.nouns)
        )

    need = (parse("sum(inventory[*stick]) >= 2"),)
    assert scene_of(need, Grouped()) == {"inventory": {"stick": 2}}
    assert scene_of(need, Grouped(), held={"stick": 3}) == {"inventory": {"stick": 3}}
    assert scene_of(need, Grouped(), held={"wood": 1}) == {"inventory": {"wood": 1, "stick": 2}}


def test_of_two_ways_to_meet_a_need_the_one_that_is_the_skills_own_end_is_not_given():
    need = (parse("inventory[stick] >= 4 or inventory[plank] >= 2"),)
    end = parse("inventory[stick] >= 4")
    assert scene_of(need, MiniSpec(), expects=end) == {"inventory": {"plank": 2}}
    assert scene_of(need[:1], MiniSpec()) == {"inventory": {"stick": 4}}


def test_a_skill_is_proven_under_the_rules_in_force(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    rule = understand_rule("never craft sticks", WORLD.spec())
    evidence = gate(rules=[rule]).verify(skill)
    assert evidence.passed
    assert evidence.results[0].set_up["rules"] == ["never craft sticks"]


def test_what_a_rule_stands_against_is_not_proven_told_so_and_keeps_its_grade(store, gate, tmp_path):
    skill = write(tmp_path / "new", "chop-wood")
    assert gate().verify(skill).passed
    rule = understand_rule("never cut wood", WORLD.spec())
    evidence = gate(rules=[rule]).verify(skill, 3)
    assert not evidence.passed
    assert "against a rule" in evidence.reason
    assert "never cut wood" in evidence.reason
    assert not evidence.ran
    assert store.grade("chop-wood") is Grade.VERIFIED


def test_a_rule_against_the_way_to_a_skills_needs_is_named(gate, tmp_path):
    skill = write(
        tmp_path / "new",
        "make-sticks",
        STICKS,
        achieves="inventory[stick] >= {count}",
        needs="inventory[plank] >= 2",
        description="Sticks of planks.",
    )
    lines = []
    rule = understand_rule("never cut wood", WORLD.spec())
    evidence = gate(rules=[rule], on_progress=lines.append).verify(skill, arguments={"count": 4})
    assert not evidence.passed
    assert "never cut wood" in evidence.reason


def test_the_gate_of_a_library_has_the_rules_that_are_kept(store, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "kept"))
    add_rule("never cut wood", WORLD.spec())
    gives_up = CHOP.replace(
        'gather("tree")',
        'cut = gather("tree")\n        if not cut.ok:\n            return failed(cut.message)',
    )
    skill = write(tmp_path / "new", "chop-wood", gives_up)
    evidence = make_gate(store, tmp_path / "gate", rules=["never craft sticks"]).verify(skill)
    assert "never cut wood" in evidence.reason
    assert evidence.results[0].set_up["rules"] == ["never cut wood", "never craft sticks"]
