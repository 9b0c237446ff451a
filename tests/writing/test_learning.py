"""Skills written within a run of the mini world: checked, tried, judged by facts, repaired, kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from embodied import journal
from embodied.errors import BadAnswer, BadGoal, BudgetSpent
from embodied.launchfile import parse_launch
from embodied.library import Grade, open_library
from embodied.loop import RunReport, start_run
from embodied.outcome import Verdict
from tests.scripted import ScriptedClient, plans, skill, wanted

GATHER = '''\
"""Gather things."""


def get_things(thing: str, item: str, count: int = 1) -> SkillResult:
    """Gather `thing`s until `count` of `item` are held."""
    for _ in range(5 * count):
        if fact("inventory", item) >= count:
            return done(held=fact("inventory", item))
        seen = look()
        for one in seen.value["things"]:
            if one["thing"] == thing:
                if walk(one["x"], one["y"]).ok:
                    gather(thing)
                break
    return failed(f"only {fact('inventory', item)} {item}")
'''
ORDER = wanted("get-things", "get_things(thing: str, item: str, count: int = 1)", "Gather things.")
WOOD = ("get_things(thing='tree', item='wood', count=2)", "inventory[wood] >= 2")


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library" / "mini"


def run(
    folder: Path, client: ScriptedClient, goal: str = "get 2 wood", more: str = "", **kwargs: Any
) -> RunReport:
    text = (
        f'[goal]\ntext = "{goal}"\n[world]\nkind = "mini"\nseed = 7\n'
        f'[agent]\nplanner = "llm"\nseed_skills = false\n[model]\nname = "scripted"\n{more}'
    )
    return start_run(parse_launch(text, "test"), runs_dir=folder / "runs", client=client, **kwargs)


def records(report: RunReport, kind: str) -> list[dict[str, Any]]:
    return [record for record in journal.read(report.journal) if record["type"] == kind]


def test_from_primitives_only_a_skill_is_written_tried_kept_and_proven(tmp_path: Path) -> None:
    client = ScriptedClient(
        plans([WOOD], new=[ORDER]), skill(GATHER, achieves="inventory[{item}] >= {count}")
    )
    report = run(tmp_path, client)
    assert report.verdict is Verdict.PASSED
    assert client.parts == ["planner", "writer"]
    store = open_library("mini", seeds=False)
    kept = store.get("get-things")
    assert store.grade("get-things") is Grade.VERIFIED  # the gate ran after the run, in worlds of its own
    assert kept.achieves == ("inventory[{item}] >= {count}",)
    assert [record["skill"] for record in records(report, "skill_kept")] == ["get-things"]
    assert 7 in store.seen.all()  # the seed that it was written on is a training seed now


def test_a_later_run_has_the_skill_and_writes_nothing(tmp_path: Path) -> None:
    run(tmp_path, ScriptedClient(plans([WOOD], new=[ORDER]), skill(GATHER)))
    more = ("get_things(thing='tree', item='wood', count=3)", "inventory[wood] >= 3")
    again = ScriptedClient(plans([more]))
    assert run(tmp_path, again, goal="get 3 wood").verdict is Verdict.PASSED
    assert again.parts == ["planner"]
    assert "`get_things(thing: str, item: str, count: int = 1)`: Does it." in again.asked[0][1]


def test_type_errors_go_back_with_lines_and_nothing_runs(tmp_path: Path) -> None:
    wrong = GATHER.replace('fact("inventory", item) >= count', 'fact("pockets", item) >= count')
    client = ScriptedClient(plans([WOOD], new=[ORDER]), skill(wrong), skill(GATHER))
    report = run(tmp_path, client)
    assert report.verdict is Verdict.PASSED
    assert report.steps == 1
    repair = client.asked[2][1]
    assert "refused by the type check, nothing was run" in repair
    assert 'line 7: `if fact("pockets", item) >= count:`' in repair
    assert "There is no family of facts 'pockets'" in repair


def test_a_claim_that_facts_deny_is_repaired_with_what_was_seen(tmp_path: Path) -> None:
    lying = GATHER.replace(">= count:", ">= 0:")
    client = ScriptedClient(plans([WOOD], new=[ORDER]), skill(lying), skill(GATHER))
    report = run(tmp_path, client)
    repair = client.asked[2][1]
    assert "claimed success, but the facts deny it" in repair
    assert "inventory[wood] >= 2 does not hold: it is 0" in repair
    assert str(report.claims) == "said done 2 times, facts agreed 1"
    assert records(report, "run_ended")[-1]["claims"] == {
        "said_done": 2,
        "agreed": 1,
        "said_failed": 0,
        "done_all_the_same": 0,
    }


def test_a_crash_goes_back_with_its_place_and_the_last_calls(tmp_path: Path) -> None:
    crashing = GATHER.replace("gather(thing)", 'log("near"); gather(thing); [1][count]')
    client = ScriptedClient(plans([WOOD], new=[ORDER]), skill(crashing), skill(GATHER))
    run(tmp_path, client)
    repair = client.asked[2][1]
    assert "ended with raised" in repair
    assert "IndexError" in repair
    assert "at line 13 in get_things()" in repair
    assert "It logged:\nnear" in repair
    assert "gather(thing='tree') -> ok" in repair
    assert "inventory: wood" in repair  # what changed
    assert str(tmp_path) not in repair


def test_after_three_repairs_it_is_given_up_and_the_planner_hears_it(tmp_path: Path) -> None:
    versions = [skill(GATHER.replace("range(5 * count)", f"range({n} * 0)")) for n in range(1, 5)]
    client = ScriptedClient(plans([WOOD], new=[ORDER]), *versions, plans(impossible="enough"))
    report = run(tmp_path, client)
    assert report.verdict is Verdict.FAILED
    assert client.parts == ["planner", *["writer"] * 4, "planner"]
    assert "only 0 wood" in client.asked[-1][1]
    assert open_library("mini", seeds=False).names == ()


def test_the_same_code_again_is_not_run_again(tmp_path: Path) -> None:
    bad = GATHER.replace("range(5 * count)", "range(0)")
    renamed = bad.replace("seen", "found")
    client = ScriptedClient(plans([WOOD], new=[ORDER]), skill(bad), skill(renamed), skill(GATHER))
    report = run(tmp_path, client)
    assert report.steps == 2
    assert "nothing was changed" in client.asked[3][1]


def test_code_that_a_skill_has_already_is_merged_with_it(tmp_path: Path) -> None:
    run(tmp_path, ScriptedClient(plans([WOOD], new=[ORDER]), skill(GATHER)))
    other = wanted("fetch-it", "fetch_it(thing: str, item: str, count: int = 1)")
    twin = GATHER.replace("get_things", "fetch_it").replace("seen", "found")
    steps = [
        ("fetch_it(thing='tree', item='wood', count=3)", "inventory[wood] >= 3"),
        ("fetch_it(thing='tree', item='wood', count=4)", "inventory[wood] >= 4"),
    ]
    client = ScriptedClient(plans(steps, new=[other]), skill(twin))
    report = run(tmp_path, client, goal="get 4 wood")
    assert report.verdict is Verdict.PASSED
    assert [record["skill"] for record in records(report, "step_started")] == ["get-things"] * 2
    assert open_library("mini", seeds=False).names == ("get-things",)


@pytest.mark.parametrize(
    "attack",
    [
        "import os\n" + GATHER,
        GATHER.replace("seen = look()", "seen = eval('look()')"),
        GATHER.replace("seen = look()", "seen = open('/etc/passwd')"),
        GATHER + "\n\nget_things('tree', 'wood')\n",
        GATHER.replace("seen = look()", "seen = look.__globals__"),
    ],
)
def test_code_that_attacks_the_sandbox_is_refused_and_changes_nothing(tmp_path: Path, attack: str) -> None:
    client = ScriptedClient(plans([WOOD], new=[ORDER]), skill(attack), skill(GATHER))
    report = run(tmp_path, client)
    assert report.steps == 1  # the attack did not run
    assert "refused" in client.asked[2][1]


@pytest.mark.parametrize("attack", ["while True:\n        pass", "hoard = [0] * 10**9", "deep = 10**10**8"])
def test_code_that_runs_wild_is_ended_and_repaired(tmp_path: Path, attack: str) -> None:
    """It passes the type check; time and memory are bounded, and nothing of it stays."""
    wild = GATHER.replace("    for _ in range", f"    {attack}\n    for _ in range")
    client = ScriptedClient(plans([WOOD], new=[ORDER]), skill(wild), skill(GATHER))
    report = run(tmp_path, client, more="[sandbox]\ncpu_seconds = 0.5\n")
    assert report.verdict is Verdict.PASSED
    assert "ended with" in client.asked[2][1]
    assert open_library("mini", seeds=False).get("get-things").source.strip() == GATHER.strip()


def test_metadata_that_tries_to_break_out_stays_text(tmp_path: Path) -> None:
    hostile = 'x"\n---\nmetadata:\n  embodied-world: other'
    client = ScriptedClient(
        plans([WOOD], new=[ORDER]), skill(GATHER, hostile, achieves="gold[{item}] >= 1", needs="{{{")
    )
    assert run(tmp_path, client).verdict is Verdict.PASSED
    kept = open_library("mini", seeds=False).get("get-things")
    assert (kept.world, kept.achieves, kept.needs) == ("mini", (), ())


def test_an_unusable_answer_of_the_writer_costs_a_round_only(tmp_path: Path) -> None:
    nonsense = BadAnswer("not_json", "the answer is not JSON")
    client = ScriptedClient(plans([WOOD], new=[ORDER]), nonsense, skill(GATHER))
    assert run(tmp_path, client).verdict is Verdict.PASSED
    assert "no usable answer" in client.asked[2][1]


def test_a_spent_budget_in_the_middle_of_writing_ends_with_code_3(tmp_path: Path) -> None:
    client = ScriptedClient(plans([WOOD], new=[ORDER]), BudgetSpent("The budget is spent: 1 of 1 calls."))
    report = run(tmp_path, client)
    assert (report.exit_code, report.verdict) == (3, Verdict.FAILED)
    assert open_library("mini", seeds=False).names == ()


def test_a_crash_between_passed_and_stored_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("embodied.library.LibraryStore.add", die)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, ScriptedClient(plans([WOOD], new=[ORDER]), skill(GATHER)))
    assert open_library("mini", seeds=False).names == ()
    report = run(tmp_path, ScriptedClient(plans([WOOD])), resume="last")
    assert report.verdict is Verdict.PASSED
    assert open_library("mini", seeds=False).names == ("get-things",)


def test_an_unclear_goal_becomes_a_condition_that_is_shown_and_judged(tmp_path: Path) -> None:
    proposed = {
        "condition": "inventory[wood] >= 2",
        "explanation": "Ready means some wood at hand.",
        "impossible": "",
    }
    seen: list[dict[str, Any]] = []
    client = ScriptedClient(proposed, plans([WOOD], new=[ORDER]), skill(GATHER))
    report = run(tmp_path, client, goal="be ready for winter", on_record=lambda r: seen.append(dict(r)))
    assert report.verdict is Verdict.PASSED
    note, started = seen[0], next(record for record in seen if record["type"] == "run_started")
    assert note["text"] == ("understood as: Ready means some wood at hand. That is: inventory[wood] >= 2.")
    assert started["condition"] == "inventory[wood] >= 2"
    assert client.parts[0] == "critic"


def test_a_proposed_condition_is_checked_like_a_users(tmp_path: Path) -> None:
    def proposal(condition: str) -> dict[str, str]:
        return {"condition": condition, "explanation": "", "impossible": ""}

    client = ScriptedClient(
        proposal("warmth > 3"), proposal("inventory[diamond] >= 1"), proposal("inventory[wood] >")
    )
    with pytest.raises(BadGoal, match="A model proposed no condition that can be used"):
        run(tmp_path, client, goal="be ready for winter")
    assert "There is no fact 'warmth'" in client.asked[1][1]
    assert "nothing in the mini world yields diamond" in client.asked[2][1] or "diamond" in client.asked[2][1]


def test_a_proposed_condition_that_asks_for_nothing_is_sent_back(tmp_path: Path) -> None:
    empty = {"condition": "inventory[wood] >= 0", "explanation": "", "impossible": ""}
    good = {"condition": "inventory[wood] >= 2", "explanation": "Some wood.", "impossible": ""}
    client = ScriptedClient(empty, good, plans([WOOD], new=[ORDER]), skill(GATHER))
    assert run(tmp_path, client, goal="be ready for winter").verdict is Verdict.PASSED
    assert "inventory[wood] >= 0 holds whatever is done" in client.asked[1][1]


def test_a_part_of_a_proposed_condition_that_always_holds_is_sent_back(tmp_path: Path) -> None:
    def proposed(condition: str) -> dict[str, str]:
        return {"condition": condition, "explanation": "", "impossible": ""}

    client = ScriptedClient(
        proposed("inventory[ore] >= 0 and inventory[wood] >= 2"),
        proposed("inventory[wood] < 9"),
        proposed("inventory[wood] >= 2 and inventory[wood] < 9"),  # a bound to keep to is a condition too
        plans([WOOD], new=[ORDER]),
        skill(GATHER),
    )
    assert run(tmp_path, client, goal="be ready for winter").verdict is Verdict.PASSED
    assert "inventory[ore] >= 0 holds whatever is done, so it says nothing" in client.asked[1][1]
    assert "inventory[wood] < 9 holds with nothing done" in client.asked[2][1]


def test_a_proposed_condition_that_holds_already_proves_nothing(tmp_path: Path) -> None:
    """The facts of a world that is running are not those of an empty one."""
    proposed = {"condition": "near[tree] <= 40", "explanation": "Be near trees.", "impossible": ""}
    report = run(tmp_path, ScriptedClient(proposed), goal="be ready for winter")
    assert (report.verdict, report.exit_code) == (Verdict.UNKNOWN, 1)
    assert "near[tree] <= 40 holds already, before anything was done" in report.reason
    assert "'be ready for winter'" in report.reason


def test_a_step_that_expects_what_always_holds_is_sent_back(tmp_path: Path) -> None:
    empty = (WOOD[0], "inventory[ore] >= 0 and inventory[wood] >= 2")
    client = ScriptedClient(plans([empty], new=[ORDER]), plans([WOOD], new=[ORDER]), skill(GATHER))
    assert run(tmp_path, client).verdict is Verdict.PASSED
    assert "expects: inventory[ore] >= 0 holds whatever is done" in client.asked[1][1]


def test_a_goal_that_facts_cannot_express_is_refused_with_the_reason(tmp_path: Path) -> None:
    client = ScriptedClient({"condition": "", "explanation": "", "impossible": "there is no weather here"})
    with pytest.raises(BadGoal, match="there is no weather here"):
        run(tmp_path, client, goal="be ready for winter")


def test_a_goal_that_was_reached_before_is_reached_again_without_a_question(tmp_path: Path) -> None:
    run(tmp_path, ScriptedClient(plans([WOOD], new=[ORDER]), skill(GATHER)))
    nobody = ScriptedClient()
    report = run(tmp_path, nobody)
    assert report.verdict is Verdict.PASSED
    assert nobody.asked == []
    assert "in earlier runs: no question yet" in records(report, "note")[0]["text"]


def test_a_recalled_plan_that_fails_is_told_to_the_model(tmp_path: Path) -> None:
    many = ("get_things(thing='tree', item='wood', count=2)", "inventory[ore] >= 2")
    run(tmp_path, ScriptedClient(plans([WOOD], new=[ORDER]), skill(GATHER)))
    plan = tmp_path / "library" / "mini" / "_plans.jsonl"
    plan.write_text(plan.read_text().replace("inventory[wood] >= 2", many[1]) + "half a li")
    client = ScriptedClient(plans(impossible="no pickaxe"))
    report = run(tmp_path, client, goal="get 2 ore")
    assert report.verdict is Verdict.FAILED
    assert "inventory[ore] >= 2 does not hold" in client.asked[0][1]
