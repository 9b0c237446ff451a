"""The doctor's line about the endpoint."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from embodied.cli import main as command
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


def doctor_says(tmp_path: Path, capsys: pytest.CaptureFixture[str], planner: str = "offline") -> str:
    path = tmp_path / "mini.toml"
    path.write_text(f'[goal]\ntext = "get wood"\n[world]\nkind = "mini"\n[agent]\nplanner = "{planner}"\n')
    with suppress(SystemExit):
        command.main(["doctor", str(path)])
    return capsys.readouterr().out


def test_the_doctor_speaks_of_models_only_where_one_is_configured_or_needed(
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "model endpoint" not in doctor_says(tmp_path, capsys)
    assert "✗ model endpoint: https://api.openai.com/v1 wants a key" in doctor_says(tmp_path, capsys, "llm")
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    assert f"✓ model endpoint: {endpoint.url} answers" in doctor_says(tmp_path, capsys)
