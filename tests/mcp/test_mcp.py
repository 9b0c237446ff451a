"""The official client drives a whole session over both transports, and those who may not are refused."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp")

import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from embodied.mcp.server import type_of
from tests.mcp import serving
from tests.mcp.serving import home_of

CODE = '''def gather_wood(count: int = 1) -> SkillResult:
    """Gather wood from trees."""
    return gather_thing(thing="tree", item="wood", count=count)
'''
WOOD = {
    "name": "gather-wood",
    "description": "Gathers wood from trees.",
    "code": CODE,
    "achieves": "inventory[wood] >= {count}",
    "example": {"count": 2},
}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return home_of(tmp_path)


async def _session(client: Client) -> None:
    """Look, reach a goal, write a skill, run it, verify it, be told what happened."""
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert {"observe", "pursue_goal", "write_skill", "verify_skill", "history", "stop"} <= names
    assert "skill_gather_thing" in names
    assert "facts" in await _ask(client, "observe")
    assert (await _ask(client, "pursue_goal", goal="get 1 wood"))["verdict"] == "PASSED"
    assert (await _ask(client, "write_skill", **WOOD))["status"] == "new"
    assert "skill_gather_wood" in {tool.name for tool in (await client.list_tools()).tools}
    assert (await _ask(client, "skill_gather_wood", count=3))["verdict"] == "PASSED"
    verified = await _ask(client, "verify_skill", name="gather-wood", seeds=3)
    assert verified["passed"], verified
    assert verified["grade"] == "verified"
    assert any("gather-wood" in line for line in (await _ask(client, "history"))["lines"])
    assert (await _ask(client, "stop"))["stopped"]


async def _ask(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return dict(result.structured_content)


async def _refused(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content)


def _over_stdio(tmp_path: Path, home: dict[str, str], talk: Callable[[Client], Awaitable[None]]) -> None:
    async def main() -> None:
        server = StdioServerParameters(command=sys.executable, args=serving.arguments(tmp_path), env=home)
        with anyio.fail_after(60):
            async with Client(stdio_client(server)) as client:
                await talk(client)

    anyio.run(main)


def test_a_whole_session_over_stdio(tmp_path: Path, home: dict[str, str]) -> None:
    _over_stdio(tmp_path, home, _session)


def test_what_cannot_be_is_refused_and_the_session_goes_on(tmp_path: Path, home: dict[str, str]) -> None:
    async def talk(client: Client) -> None:
        assert "moon" in await _refused(client, "pursue_goal", goal="fly to the moon")
        assert "count" in await _refused(
            client, "skill_gather_thing", thing="tree", item="wood", count="many"
        )
        assert "thing is missing; expected text" in await _refused(client, "skill_gather_thing", count=1)
        code = CODE.replace("gather_thing(", "no_such_thing(")
        assert "no_such_thing" in await _refused(client, "write_skill", **{**WOOD, "code": code})
        escaping = CODE.replace("    return", "    import os\n    return")
        assert "import" in await _refused(client, "write_skill", **{**WOOD, "code": escaping})
        assert "seeds" in await _refused(client, "verify_skill", name="gather-thing", seeds=100_000)
        assert (await _ask(client, "pursue_goal", goal="get 1 wood"))["verdict"] == "PASSED"

    _over_stdio(tmp_path, home, talk)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address and token of a server over HTTP."""
    with serving.served(tmp_path) as told:
        yield told


def test_a_whole_session_over_http(served: tuple[str, str]) -> None:
    address, token = served

    async def main() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        with anyio.fail_after(60):
            async with (
                httpx2.AsyncClient(headers=headers, timeout=60) as http,
                Client(streamable_http_client(address, http_client=http)) as client,
            ):
                await _session(client)

    anyio.run(main)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer guessed"}])
def test_without_the_token_nobody_is_answered(served: tuple[str, str], header: dict[str, str]) -> None:
    address, _ = served
    answer = httpx2.post(address, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=header)
    assert answer.status_code == 401
    assert "token" in answer.text


def test_a_parameters_type_becomes_a_schema() -> None:
    assert type_of("str") is str
    assert type_of("list[int]") == list[int]
    assert type_of("dict[str, float]") == dict[str, float]
    assert type_of("str | None") == (str | None)
