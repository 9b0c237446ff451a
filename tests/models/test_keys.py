"""Which key goes to which address: a launch file's own address gets none that was not named for it."""

from __future__ import annotations

import pytest

from embodied.errors import BadLaunchFile, NoKey
from embodied.journal import read
from embodied.launchfile import parse_launch
from embodied.models import Message
from embodied.models.endpoint import find_endpoint
from embodied.models.reach import check_endpoint
from embodied.models.settings import Model
from tests.models.conftest import KEY, Endpoint, Open, refused

STRANGER = "https://models.example.org/v1"
OWN = {"OPENAI_API_KEY": KEY}


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        ({}, {}),
        ({"base_url": "https://api.openai.com/v1"}, {}),
        ({"base_url": STRANGER}, {"OPENAI_BASE_URL": f"{STRANGER}/"}),
        ({}, {"OPENAI_BASE_URL": STRANGER}),
        ({"base_url": STRANGER, "api_key_env": "OPENAI_API_KEY"}, {}),
        ({"base_url": STRANGER, "api_key_env": "THEIR_API_KEY"}, {"THEIR_API_KEY": KEY}),
    ],
)
def test_the_key_goes_where_the_user_said(settings: dict[str, str], environ: dict[str, str]) -> None:
    assert find_endpoint(Model(**settings), {**OWN, **environ}).key == KEY  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base_url", "environ"),
    [
        (STRANGER, {}),
        (STRANGER, {"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1"}),
        ("https://api.openai.com.example.org/v1", {}),
        ("http://api.openai.com/v1", {}),  # unencrypted, which nobody asked for
        ("http://127.0.0.1:9/v1", {}),
    ],
)
def test_an_address_of_a_launch_file_gets_no_key(base_url: str, environ: dict[str, str]) -> None:
    endpoint = find_endpoint(Model(base_url=base_url), {**OWN, **environ})
    assert endpoint.key == ""
    assert KEY not in repr(endpoint)


def test_a_server_on_this_machine_is_asked_without_a_key(endpoint: Endpoint, open_desk: Open) -> None:
    open_desk(api_key_env="").client.ask("planner", [Message("user", "hello?")])
    assert KEY not in endpoint.keys[0]


def test_a_server_that_wants_the_withheld_key_says_how_to_give_it(
    endpoint: Endpoint, open_desk: Open
) -> None:
    endpoint.plays(refused(401, "no key"))
    with pytest.raises(NoKey, match="nobody said that the key in OPENAI_API_KEY is for it") as caught:
        open_desk(api_key_env="").client.ask("planner", [Message("user", "hello?")])
    assert "--set model.api_key_env=OPENAI_API_KEY" in caught.value.remedy


def test_a_named_key_that_is_not_set_stops_before_anything_starts() -> None:
    with pytest.raises(NoKey, match="THEIR_API_KEY is not set"):
        find_endpoint(Model(base_url=STRANGER, api_key_env="THEIR_API_KEY"), OWN)


def test_it_is_said_which_key_goes_where(endpoint: Endpoint, open_desk: Open) -> None:
    desk = open_desk()
    notes = [record["text"] for record in read(desk.path) if record["type"] == "note"]
    assert "the key in OPENAI_API_KEY goes to 127.0.0.1" in notes


@pytest.mark.parametrize("value", ["sk-secret-0123456789", "AWS_SECRET_ACCESS_KEY", "PATH"])
def test_a_launch_file_names_no_other_secret(value: str) -> None:
    text = f'[goal]\ntext = "get wood"\n[world]\nkind = "mini"\n[model]\napi_key_env = "{value}"\n'
    with pytest.raises(BadLaunchFile, match=r"line 6.*api_key_env") as caught:
        parse_launch(text, "test")
    assert value not in str(caught.value)


def test_the_doctor_names_the_variable(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THEIR_API_KEY", raising=False)
    check = check_endpoint(Model(base_url=STRANGER, api_key_env="THEIR_API_KEY"), needed=True)
    assert not check.ok
    assert "THEIR_API_KEY" in check.detail
