"""Clients that may not, that ask for nonsense, that flood, and that leave in the middle of a call."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp")

import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from embodied.mcp.offers import WAITING
from tests.mcp.serving import arguments, home_of, served

CLIENT = {"name": "raw", "version": "1"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
DAWDLE = {
    "name": "dawdle-about",
    "description": "Waits for a very long time.",
    "code": '''def dawdle_about() -> SkillResult:
    """Wait."""
    for _ in range(600):
        wait(1.0)
    return done()
''',
    "achieves": "inventory[ore] >= 99",
}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, str]]:
    with served(tmp_path) as told:
        yield told


@asynccontextmanager
async def connected(address: tuple[str, str], **more: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {address[1]}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(address[0], http_client=http), **more) as client,
    ):
        yield client


def stdio(folder: Path, **more: Any) -> Client:
    return Client(
        stdio_client(
            StdioServerParameters(command=sys.executable, args=arguments(folder), env=home_of(folder))
        ),
        **more,
    )


async def ask(client: Client, tool: str, **given: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, given)
    assert not result.is_error, result.content
    return dict(result.structured_content or {})


async def refused(client: Client, tool: str, **given: Any) -> str:
    result = await client.call_tool(tool, given)
    assert result.is_error, result.structured_content
    return str(result.content)


def test_pages_of_other_sites_and_names_that_are_not_this_machine_are_refused(
    address: tuple[str, str],
) -> None:
    where, token = address
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}

    def status(**more: str) -> int:
        return httpx2.post(where, json=LIST, headers={**headers, **more}).status_code

    assert status(Host="embodied.example.com") == 421
    assert status(Host="127.0.0.1.nip.io:80") == 421
    assert status(Origin="https://evil.example.com") == 403
    assert status(Origin="null") == 403
    assert httpx2.post(where, json=LIST, headers={"Origin": "https://evil.example.com"}).status_code == 401
    assert httpx2.get(where).status_code == 401
    assert httpx2.request("DELETE", where).status_code == 401
    assert httpx2.post(where, json=LIST, headers={"Authorization": f"bearer {token}"}).status_code == 401
    plain = {**headers, "Content-Type": "application/json"}
    assert httpx2.post(where, content=b"x" * 2**21, headers=plain).status_code == 413
    assert httpx2.post(where, content=b"{", headers=plain).status_code == 400
    anyio.run(_still_there, address)


async def _still_there(address: tuple[str, str]) -> None:
    with anyio.fail_after(60):
        async with connected(address) as client:
            assert "facts" in await ask(client, "observe")


def test_what_no_tool_takes_is_refused_and_nothing_is_left_out_in_silence(tmp_path: Path) -> None:
    async def main() -> None:
        with anyio.fail_after(60):
            async with stdio(tmp_path) as client:
                wood = {"thing": "tree", "item": "wood"}
                assert "Did you mean 'count'" in await refused(client, "skill_gather_thing", **wood, cuont=3)
                assert "takes: nothing" in await refused(client, "observe", where="here")
                assert "seconds" in await refused(client, "pursue_goal", goal="get 1 wood", seconds=-5)
                assert "at most 500" in await refused(client, "pursue_goal", goal="x" * 100_000)
                assert "Unknown tool" in await refused(client, "no_such_tool")
                code = {"description": "d", "code": "x"}
                assert "cannot be a skill's name" in await refused(client, "write_skill", name="../e", **code)
                assert "characters" in await refused(client, "write_skill", name="a" * 5000, **code)
                big = {"name": "big-one", "description": "d", "code": "#" * 200_000}
                assert "characters" in await refused(client, "write_skill", **big)
                plain = {"name": "a-b", "description": "d", "code": "x"}
                unfit = await refused(client, "write_skill", **plain, example="")
                assert 'example is ""; expected an object' in unfit
                assert "pydantic" not in unfit
                assert "code is missing; expected text" in await refused(client, "write_skill", name="a-b")
                deep = {"name": "deep-one", "description": "d", "code": "(" * 5000}
                assert "deep" in await refused(client, "write_skill", **deep)
                assert (await ask(client, "pursue_goal", goal="get 1 wood"))["verdict"] == "PASSED"
        assert not [path for path in tmp_path.rglob("*") if path.name == "e"]

    anyio.run(main)


def test_the_users_rules_hold_for_clients_and_are_told(tmp_path: Path) -> None:
    async def main() -> None:
        with anyio.fail_after(60):
            async with stdio(tmp_path) as client:
                (rule,) = (await ask(client, "rules"))["rules"]
                assert (rule["rule"], rule["enforced_by"]) == ("never craft sticks", "engine")
                assert (await ask(client, "pursue_goal", goal="get 2 planks"))["verdict"] == "PASSED"
                done = await ask(client, "skill_craft_item", item="stick")
                assert done["verdict"] == "FAILED"
                assert "never craft sticks" in done["reason"]
                assert not (await ask(client, "observe"))["facts"]["inventory"].get("stick")
                await ask(
                    client,
                    "write_skill",
                    name="whittle-sticks",
                    description="Makes sticks.",
                    code='def whittle_sticks() -> SkillResult:\n    """Make."""\n    craft("stick")\n'
                    "    return done()\n",
                    achieves="inventory[stick] >= 4",
                )
                proven = await ask(client, "verify_skill", name="whittle-sticks")
                assert not proven["passed"]
                assert "never craft sticks" in proven["reason"]

    anyio.run(main)


def test_a_flood_is_answered_with_busy_and_the_rest_is_done(tmp_path: Path) -> None:
    async def main() -> None:
        told: list[str] = []
        with anyio.fail_after(100):
            async with stdio(tmp_path) as client:

                async def one(number: int) -> None:
                    result = await client.call_tool("pursue_goal", {"goal": f"get {number % 3 + 1} wood"})
                    told.append(str(result.content) if result.is_error else "done")

                async with anyio.create_task_group() as group:
                    for number in range(80):
                        group.start_soon(one, number)
                assert told.count("done") >= WAITING
                assert all("requests wait already" in answer for answer in told if answer != "done")
                assert "facts" in await ask(client, "observe")

    anyio.run(main)


def test_lines_that_are_no_messages_do_not_end_the_server(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, *arguments(tmp_path)],
        env=home_of(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": CLIENT}
    try:
        for line in ("not json", '{"jsonrpc": "2.0"}', "[]", '{"id": 1}', "x" * 100_000, "\u0000") * 50:
            process.stdin.write(line + "\n")
        process.stdin.write(
            json.dumps({"jsonrpc": "2.0", "id": "me", "method": "initialize", "params": hello}) + "\n"
        )
        process.stdin.flush()
        answered = next(line for line in process.stdout if '"me"' in line)
        assert "serverInfo" in answered
    finally:
        process.stdin.close()  # who leaves ends it
        assert process.wait(timeout=30) == 0
        process.stdout.close()


def test_a_connection_that_breaks_in_the_middle_of_a_call_ends_what_it_began(
    address: tuple[str, str],
) -> None:
    where, token = address
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    call = {"name": "skill_dawdle_about", "arguments": {}}

    async def break_off(other: Client) -> None:
        async with httpx2.AsyncClient(headers=headers, timeout=30) as raw:
            hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": CLIENT}
            begun = await raw.post(where, json={**LIST, "method": "initialize", "params": hello})
            raw.headers["Mcp-Session-Id"] = begun.headers["mcp-session-id"]
            await raw.post(where, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
            async with raw.stream("POST", where, json={**LIST, "method": "tools/call", "params": call}):
                while "dawdle" not in str(await ask(other, "history")):
                    await anyio.sleep(0.05)

    async def main() -> None:
        with anyio.fail_after(60):
            async with connected(address) as other:
                await ask(other, "write_skill", **DAWDLE)
                await break_off(other)
                assert "facts" in await ask(other, "observe")  # waits until the body is free
                assert "the client is gone" in str(await ask(other, "history"))
                assert (await ask(other, "pursue_goal", goal="get 1 wood"))["verdict"] == "PASSED"

    anyio.run(main)


def test_a_client_that_takes_a_call_back_ends_what_it_began(address: tuple[str, str]) -> None:
    async def main() -> None:
        with anyio.fail_after(60):
            async with connected(address) as other, connected(address) as client:
                await ask(other, "write_skill", **DAWDLE)
                async with anyio.create_task_group() as group:
                    group.start_soon(client.call_tool, "skill_dawdle_about", {})
                    while "dawdle" not in str(await ask(other, "history")):
                        await anyio.sleep(0.05)
                    group.cancel_scope.cancel()
                assert "facts" in await ask(other, "observe")
                assert (await ask(other, "pursue_goal", goal="get 1 wood"))["verdict"] == "PASSED"

    anyio.run(main)


def test_a_client_whose_process_dies_in_the_middle_of_a_call_leaves_no_server_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, *arguments(tmp_path)],
        env=home_of(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def send(method: str, id_: int | None, **params: Any) -> None:
        assert process.stdin is not None
        named = {"id": id_} if id_ is not None else {}
        process.stdin.write(
            json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **named}) + "\n"
        )
        process.stdin.flush()

    def answer(id_: int) -> dict[str, Any]:
        assert process.stdout is not None
        return next(one for one in map(json.loads, process.stdout) if one.get("id") == id_)

    send("initialize", 1, protocolVersion="2025-06-18", capabilities={}, clientInfo=CLIENT)
    answer(1)
    send("notifications/initialized", None)
    send("tools/call", 2, name="write_skill", arguments=DAWDLE)
    assert not answer(2)["result"].get("isError")
    send("tools/call", 3, name="skill_dawdle_about", arguments={})
    send("tools/call", 4, name="history", arguments={})
    answer(4)
    process.stdin.close()
    process.stdout.close()
    assert process.wait(timeout=30) is not None


@pytest.mark.parametrize("over", ["stdio", "http"])
def test_other_skills_are_announced_and_shown(over: str, tmp_path: Path, address: tuple[str, str]) -> None:
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(type(message).__name__)

    async def main() -> None:
        more = {"message_handler": hear, "mode": "legacy"}  # as clients do that shake hands by initialize
        with anyio.fail_after(60):
            async with (
                stdio(tmp_path / "own", **more) if over == "stdio" else connected(address, **more) as it
            ):
                before = {tool.name for tool in (await it.list_tools()).tools}
                await ask(it, "write_skill", **DAWDLE)
                while "ToolListChangedNotification" not in heard:
                    await anyio.sleep(0.02)
                after = {tool.name for tool in (await it.list_tools()).tools}
                assert after - before == {"skill_dawdle_about"}

    (tmp_path / "own").mkdir()
    anyio.run(main)


def test_a_client_that_listens_hears_of_skills_that_another_writes(address: tuple[str, str]) -> None:
    async def main() -> None:
        with anyio.fail_after(60):
            async with connected(address) as one, connected(address) as other:
                async with one.listen(tools_list_changed=True) as changes:
                    await ask(other, "write_skill", **DAWDLE)
                    assert "Tools" in type(await anext(aiter(changes))).__name__
                assert "skill_dawdle_about" in {tool.name for tool in (await one.list_tools()).tools}

    anyio.run(main)
