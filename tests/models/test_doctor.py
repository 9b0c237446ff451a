"""The doctor's line about the endpoint."""

from __future__ import annotations

import pytest

from embodied.cli import main as command
from embodied.models.endpoint import is_configured
from embodied.models.reach import check_endpoint
from embodied.models.settings import Model
from tests.models.conftest import KEY, Endpoint


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def test_an_endpoint_that_answers(endpoint: Endpoint) -> None:
    check = check_endpoint(Model(name="small-model", base_url=endpoint.url), needed=True)
    assert check.ok
    assert "2 models" in check.detail


def test_a_model_that_it_has_not(endpoint: Endpoint) -> None:
    check = check_endpoint(Model(name="other", base_url=endpoint.url), needed=True)
    assert not check.ok
    assert "large-model, small-model" in check.remedy


def test_an_endpoint_that_is_not_there(endpoint: Endpoint) -> None:
    check = check_endpoint(Model(base_url="http://127.0.0.1:9/v1"), needed=False)
    assert (check.ok, check.needed) == (False, False)
    assert "OPENAI_BASE_URL" in check.remedy


def test_no_key_for_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    check = check_endpoint(Model(), needed=True)
    assert not check.ok
    assert "OPENAI_API_KEY" in check.detail


def test_nothing_is_said_where_nothing_is_configured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert not is_configured(Model(), {})
    with pytest.raises(SystemExit):
        command.main(["doctor", "--help"])
    assert "model endpoint" not in capsys.readouterr().out
