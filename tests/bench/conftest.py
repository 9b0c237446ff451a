"""Benchmarks as a user starts them, over the mini world and a server that speaks the protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.models.conftest import Endpoint, Reply, said
from tests.scripted import plans, skill, wanted

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
WOOD = ("gather_thing(thing='tree', item='wood', count=1)", "inventory[wood] >= 1")
PLANK = ("craft_item(item='plank', count=2)", "inventory[plank] >= 2")


class Answers:
    """Answers of the right form for the mini world: what they say is fixed, no model's work."""

    def __init__(self) -> None:
        self.written = 0
        self.steps = 0

    def __call__(self, body: dict[str, Any]) -> Reply:
        form = body["response_format"]["json_schema"]["schema"]["properties"]
        if "code" in form:
            return said(json.dumps(self._skill()))
        if "thought" in form:
            return said(json.dumps(self._step()))
        return said(json.dumps(self._plan("\n".join(str(m["content"]) for m in body["messages"]))))

    def _skill(self) -> dict[str, str]:
        """The first version claims what it did not do; the repaired one does it."""
        self.written += 1
        code = GATHER.replace(">= count:", ">= 0:") if self.written == 1 else GATHER
        return skill(code, achieves="inventory[{item}] >= {count}")

    def _step(self) -> dict[str, Any]:
        call, expects = (WOOD, PLANK)[self.steps % 2]
        self.steps += 1
        return {"thought": "next", "new_skill": None, "call": call, "expects": expects, "impossible": ""}

    def _plan(self, prompt: str) -> dict[str, Any]:
        if "inventory[plank] >= 2" in prompt:
            return plans([WOOD, PLANK])
        count = 3 if "inventory[wood] >= 3" in prompt else 2
        step = (f"get_things(thing='tree', item='wood', count={count})", f"inventory[wood] >= {count}")
        return plans([step], new=[] if "`get_things(" in prompt else [ORDER])


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    server.decide = Answers()
    yield server
    server.close()


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with no variables of the user's."""
    monkeypatch.setenv("EMBODIED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path / "users-library"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("OPENAI_BASE_URL", "EMBODIED_CASSETTE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def launch(endpoint: Endpoint, surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A launch file of the mini world; the endpoint is named as a user names theirs."""
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    path = surroundings / "mini.toml"
    path.write_text('[goal]\ntext = "get 2 wood"\n[world]\nkind = "mini"\n[model]\nname = "small-model"\n')
    return str(path)
