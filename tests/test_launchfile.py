"""A launch file says all its mistakes at once, each with its place and what was expected."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from embodied.errors import BadInput, BadLaunchFile
from embodied.launchfile import (
    LaunchFile,
    Override,
    from_table,
    load_launch_file,
    override_from_text,
    parse_launch,
)
from embodied.launchmistakes import expectation
from embodied.launchtables import ENGINE_TABLES
from embodied.plugins import load_world

ROOT = Path(__file__).resolve().parents[1]

SETTINGS = {
    "type": "object",
    "properties": {
        "seed": {"type": "integer", "default": 1, "description": "Seed."},
        "fast": {"type": "boolean", "default": False, "description": "Fast."},
        "auth": {"enum": ["offline", "microsoft"], "default": "offline", "description": "Login."},
    },
}
GOAL = '[goal]\ntext = "craft an iron pickaxe"\n'


def schema_of(kind: str) -> dict[str, Any]:
    if kind != "minecraft":
        raise BadInput(f"There is no kind of world {kind!r}.", remedy="Installed: minecraft.")
    return SETTINGS


def read(text: str, *overrides: Override) -> LaunchFile:
    return parse_launch(text, "here.toml", overrides, settings_schema=schema_of)


def refusal(text: str, *overrides: Override) -> str:
    with pytest.raises(BadLaunchFile) as caught:
        read(text, *overrides)
    return str(caught.value)


def test_defaults_are_filled_in() -> None:
    launch = read(GOAL)
    assert launch.goal.text == "craft an iron pickaxe"
    assert launch.world.kind == "minecraft"
    assert launch.world.settings == {"seed": 1, "fast": False, "auth": "offline"}
    assert (launch.agent.planner, launch.agent.step_retries) == ("offline", 3)
    assert (launch.limits.minutes, launch.limits.steps, launch.limits.primitive_calls) == (30, 300, 50000)


def test_command_line_lies_over_the_file() -> None:
    launch = read(GOAL + "[world]\nseed = 3\n", Override("world.seed", 7, "--seed 7"))
    assert launch.world.settings["seed"] == 7


def test_a_goal_from_the_command_line_is_enough() -> None:
    assert read("", Override("goal.text", "get a log", "--goal")).goal.text == "get a log"


def test_an_unknown_key_names_its_line_and_the_nearest() -> None:
    message = refusal(GOAL + "[world]\nseed = 3\nfats = true\n")
    assert "here.toml, line 5" in message
    assert '"fats"' in message
    assert "Did you mean 'fast'?" in message


def test_a_wrong_type_says_what_was_expected() -> None:
    message = refusal(GOAL + '[limits]\nminutes = "ten"\n')
    assert "line 4" in message
    assert '[limits] minutes is "ten"; expected a number, above 0.' in message


def test_a_truth_value_is_no_integer() -> None:
    assert "seed is true; expected an integer." in refusal(GOAL + "[world]\nseed = true\n")


def test_a_wrong_choice_lists_the_choices() -> None:
    message = refusal(GOAL + '[world]\nauth = "microsft"\n')
    assert 'expected one of "offline", "microsoft"' in message
    assert "Did you mean 'microsoft'?" in message


def test_all_mistakes_are_told_at_once_in_order_of_lines() -> None:
    message = refusal('[limit]\nminutes = 3\n[world]\nsed = 1\n[limits]\nsteps = 0\n[agent]\nplaner = "x"\n')
    assert "has 5 mistakes" in message
    lines = [int(found) for found in re.findall(r"line (\d+)", message)]
    assert lines == sorted(lines) == [1, 4, 6, 8]
    assert "[goal] text is missing" in message


def test_an_unknown_world_is_one_mistake_whatever_its_settings() -> None:
    message = refusal(GOAL + '[world]\nkind = "minecraf"\nblocks = 3\n')
    assert "There is no kind of world 'minecraf'" in message
    assert "blocks" not in message


def test_broken_toml_says_where() -> None:
    assert "at line 2" in refusal("[goal]\ntext = craft\n")


def test_a_key_outside_every_table_is_sent_to_its_table() -> None:
    assert "It belongs under [limits]." in refusal("minutes = 3\n" + GOAL)


def test_a_mistake_of_the_command_line_names_the_option() -> None:
    message = refusal(GOAL, override_from_text("world.sed=7"))
    assert "--set world.sed=7" in message
    assert "line" not in message


@pytest.mark.parametrize(
    ("text", "value"),
    [("world.seed=7", 7), ("world.fast=true", True), ("world.host=play.example.org", "play.example.org")],
)
def test_set_reads_toml_values_and_bare_text(text: str, value: object) -> None:
    assert override_from_text(text).value == value


@pytest.mark.parametrize("text", ["world.seed", "seed=7", ".=1", "a.b.c=1"])
def test_set_without_a_table_and_key_is_refused(text: str) -> None:
    with pytest.raises(BadLaunchFile, match=r"TABLE\.KEY=VALUE"):
        override_from_text(text)


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "minecraft.toml").write_text(GOAL)
    with pytest.raises(BadLaunchFile, match=r"Did you mean 'minecraft.toml'\?"):
        load_launch_file(tmp_path / "minecraf.toml", settings_schema=schema_of)


def test_a_launch_survives_the_journal() -> None:
    launch = read(GOAL + "[world]\nseed = 9\n[limits]\nminutes = 2.5\n")
    again = from_table(launch.to_table(), launch.origin, settings_schema=schema_of)
    assert again == launch


MODEL = '[model]\nname = "small"\nprice_in = 1\n'


def test_parts_of_the_model_table_lie_over_it() -> None:
    table = MODEL + 'critic = "small"\n[model.writer]\nname = "large"\nprice_in = 5\nprice_out = 9\n'
    model = read(GOAL + table).model
    assert (model.role("writer").name, model.role("writer").price_out) == ("large", 9)
    assert (model.role("critic").name, model.role("planner").price_in) == ("small", 1)
    assert model.role("writer").max_tokens == model.max_tokens == 8192
    launch = read(GOAL + table)
    assert from_table(launch.to_table(), launch.origin, settings_schema=schema_of) == launch


def test_mistakes_within_a_part_are_named_with_their_lines() -> None:
    message = refusal(GOAL + MODEL + "[model.writer]\nnme = 3\ntemperature = 5\n")
    assert "line 7: [model.writer] has no setting \"nme\". Did you mean 'name'?" in message
    assert "line 8: [model.writer] temperature is 5; expected a number, at least 0, at most 2." in message


def test_another_model_without_prices_would_not_be_counted() -> None:
    message = refusal(GOAL + MODEL + 'writer = "large"\n')
    assert "line 6" in message
    assert "its prices are missing" in message
    assert read(GOAL + '[model]\nname = "small"\nwriter = "large"\n').model.role("writer").name == "large"


@pytest.mark.parametrize("line", ['api_key = "sk-secret"', 'base_url = "https://me:sk-secret@host/v1"'])
def test_a_key_never_stands_in_a_file_and_is_not_repeated(line: str) -> None:
    message = refusal(GOAL + MODEL + line + "\n")
    assert "OPENAI_API_KEY" in message
    assert "sk-secret" not in message


def test_shipped_launch_files_are_valid() -> None:
    shipped = sorted((ROOT / "launch").glob("*.toml"))
    assert shipped
    for path in shipped:
        assert load_launch_file(path).goal.text


def row(key: str, rule: Mapping[str, Any]) -> str:
    """A setting as docs/launch-file.md has it."""
    unset = "(not set)" if rule.get("optional") else "(needed)"
    default = f"`{json.dumps(rule['default'])}`" if "default" in rule else unset
    cells = (f"`{key}`", default, expectation(rule), rule["description"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def test_the_docs_have_every_setting_as_it_is() -> None:
    page = (ROOT / "docs" / "launch-file.md").read_text(encoding="utf-8").splitlines()
    worlds = [load_world(kind).settings_schema["properties"] for kind in ("minecraft", "tabletop")]
    wanted = [row(key, rule) for table in (*ENGINE_TABLES.values(), *worlds) for key, rule in table.items()]
    assert [line for line in wanted if line not in page] == []
    assert [line for line in page if line.startswith("| `") and line not in wanted] == []


def test_the_goal_and_the_settings_of_the_world_that_was_meant_are_checked_in_the_same_round() -> None:
    text = '[goal]\ntext = "craft a flying carpet"\n[world]\nkind = "minni"\nsed = 3\n[limits]\nsteps = 0\n'
    with pytest.raises(BadLaunchFile) as refused:
        parse_launch(text, "my.toml")
    message = str(refused.value)
    assert "my.toml has 4 mistakes" in message
    assert "line 2: Cannot understand" in message
    assert "line 4: There is no kind of world 'minni'. Did you mean 'mini'?" in message
    assert "line 5: [world] has no setting \"sed\" in this kind of world. Did you mean 'seed'?" in message
    assert "line 7: [limits] steps is 0" in message


def test_who_may_talk_to_the_bot_is_a_list_of_names_and_nobody_by_default() -> None:
    launch = parse_launch('[goal]\ntext = "x"\n', "my.toml")
    assert (launch.teach.players, launch.teach.public_lines) == ([], "addressed")
    named = parse_launch('[goal]\ntext = "x"\n[teach]\nplayers = ["Steve", ".Alex_99"]\n', "my.toml")
    assert from_table(named.to_table(), "again").teach == named.teach
    for wrong in ('"Steve"', '["Steve Smith"]', '["§cSteve"]', '[""]'):
        with pytest.raises(BadLaunchFile, match=r"\[teach\] players is .*; expected a list, each text"):
            parse_launch(f'[goal]\ntext = "x"\n[teach]\nplayers = {wrong}\n', "my.toml")
