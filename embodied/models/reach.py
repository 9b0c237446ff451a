"""Does the configured endpoint answer? For `embodied doctor`; costs nothing."""

from __future__ import annotations

import httpx2
import openai

from embodied.errors import EmbodiedError
from embodied.models.endpoint import Endpoint, find_endpoint, no_key
from embodied.models.messages import PARTS
from embodied.models.settings import Model
from embodied.world import Check

NAME = "model endpoint"
TIMEOUT_S = 5.0


def check_endpoint(model: Model, *, needed: bool) -> Check:
    """One line of the doctor; `needed` is True if the launch cannot do without a model."""
    try:
        endpoint = find_endpoint(model)
    except EmbodiedError as wrong:
        return Check(NAME, False, wrong.message, wrong.remedy, needed=needed)
    http = openai.DefaultHttpxClient(trust_env=not endpoint.is_local)
    with openai.OpenAI(
        api_key=endpoint.key or "none", base_url=endpoint.base_url, max_retries=0, http_client=http
    ) as client:
        try:
            response = client.get("/models", cast_to=httpx2.Response, options={"timeout": TIMEOUT_S})
            return _listed(endpoint, model, response, needed=needed)
        except openai.APIStatusError as refused:
            return _refused(endpoint, refused.status_code, needed=needed)
        except openai.APIConnectionError as broken:
            cause = endpoint.hide(str(broken.__cause__ or broken))
            mend = "Start the server, or correct [model] base_url or OPENAI_BASE_URL (mostly it ends in /v1)."
            return Check(NAME, False, f"{endpoint.base_url}: {cause}", mend, needed=needed)


def _listed(endpoint: Endpoint, model: Model, response: httpx2.Response, *, needed: bool) -> Check:
    try:
        names = {str(entry["id"]) for entry in response.json()["data"]}
    except (ValueError, KeyError, TypeError):
        detail = f"{endpoint.base_url} answers, but not as an OpenAI-compatible endpoint"
        return Check(NAME, False, detail, "Most servers want /v1 at the end of the address.", needed=needed)
    missing = {model.role(part).name for part in PARTS} - names - {""}
    if missing and names:
        mend = f"Set [model] name to one of: {', '.join(sorted(names)[:8])}."
        detail = f"{endpoint.base_url} has no {' and no '.join(sorted(missing))}"
        return Check(NAME, False, detail, mend, needed=False)
    without = (
        "; it gets no key (no [model] api_key_env)" if endpoint.withheld and not endpoint.is_local else ""
    )
    return Check(NAME, True, f"{endpoint.base_url} answers, {len(names)} models{without}")


def _refused(endpoint: Endpoint, status: int, *, needed: bool) -> Check:
    if status in (401, 403) and not endpoint.key:
        missing = no_key(endpoint)
        return Check(NAME, False, missing.message, missing.remedy, needed=needed)
    if status in (401, 403):
        detail = f"{endpoint.base_url} does not take the key in {endpoint.key_name} ({status})"
        return Check(NAME, False, detail, "Is it a key of this endpoint, and whole?", needed=needed)
    if status == 404:
        return Check(NAME, True, f"{endpoint.base_url} answers; it lists no models")
    return Check(NAME, False, f"{endpoint.base_url} fails ({status})", "Try later.", needed=needed)
