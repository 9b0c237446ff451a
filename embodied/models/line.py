"""One request to an endpoint and what came of it: over HTTP, with the `openai` package.

Its own retries are switched off: they know nothing of a run's budget. `embodied.models.patience` decides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2
import openai

from embodied.models.endpoint import Endpoint

POLL_S = 0.05
CONNECT_S = 10.0


@dataclass(frozen=True)
class Exchange:
    """What came of one request.

    Attributes:
        status: of HTTP; 0 if no whole answer came.
        text: the body, or what went wrong.
        seconds: how long it took [s].
        retry_after_s: how long the server asks to wait [s].
        failure: "" , or why no whole answer came: "unreachable", "cut", "late", "stopped".
    """

    status: int
    text: str
    seconds: float = 0.0
    retry_after_s: float | None = None
    failure: str = ""

    @property
    def worked(self) -> bool:
        """True if a model may have worked at it, so that it counts as a call."""
        return self.status == 200 or self.failure in ("cut", "late", "stopped")


class Line(Protocol):
    """Carries requests to a model."""

    def post(self, body: Mapping[str, Any], *, deadline_s: float, stop: threading.Event) -> Exchange:
        """Send a chat completion; comes back at the latest after `deadline_s` [s], or soon after `stop`."""
        ...

    def models(self) -> list[str]:
        """The names of the models that the endpoint lists; empty if it lists none."""
        ...

    def close(self) -> None: ...


class HttpLine:
    """A line to a real endpoint. A request runs in a thread of its own, so that the total time is bounded
    (HTTP time-outs only bound each read) and a stop is heard at once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        http = openai.DefaultHttpxClient(trust_env=not endpoint.is_local)
        self._client = openai.OpenAI(
            api_key=endpoint.key or "none", base_url=endpoint.base_url, max_retries=0, http_client=http
        )

    def post(self, body: Mapping[str, Any], *, deadline_s: float, stop: threading.Event) -> Exchange:
        coming: Future[Exchange] = Future()
        started = time.monotonic()

        def work() -> None:
            try:
                coming.set_result(self._send(dict(body), deadline_s))
            except BaseException as broken:  # noqa: BLE001 - raised again in the asking thread
                coming.set_exception(broken)

        threading.Thread(target=work, name="model-request", daemon=True).start()
        while True:
            seconds = time.monotonic() - started
            try:
                return coming.result(timeout=max(0.0, min(POLL_S, deadline_s - seconds)))
            except NotYet:
                if stop.is_set():
                    return Exchange(0, "stopped by the user", seconds, failure="stopped")
                if seconds >= deadline_s:
                    return Exchange(0, f"no whole answer within {deadline_s:.3g} s", seconds, failure="late")

    def _send(self, body: dict[str, Any], deadline_s: float) -> Exchange:
        started = time.monotonic()
        limits = httpx2.Timeout(deadline_s, connect=min(CONNECT_S, deadline_s))
        try:
            response = self._client.post(
                "/chat/completions", cast_to=httpx2.Response, body=body, options={"timeout": limits}
            )
        except openai.APIStatusError as refused:
            response = refused.response
        except openai.APITimeoutError as late:
            connecting = isinstance(late.__cause__, httpx2.ConnectTimeout)
            failure = "unreachable" if connecting else "late"
            return Exchange(0, "the time was up", time.monotonic() - started, failure=failure)
        except openai.APIConnectionError as broken:
            return _broken(broken.__cause__ or broken, time.monotonic() - started)
        return Exchange(
            response.status_code, response.text, time.monotonic() - started, _wait_asked_for(response.headers)
        )

    def models(self) -> list[str]:
        try:
            response = self._client.get("/models", cast_to=httpx2.Response, options={"timeout": CONNECT_S})
            listed = response.json().get("data")
            return [str(entry["id"]) for entry in listed if isinstance(entry, Mapping) and "id" in entry]
        except (openai.OpenAIError, ValueError, AttributeError, TypeError):
            return []

    def close(self) -> None:
        self._client.close()


def _broken(cause: BaseException, seconds: float) -> Exchange:
    """Never reached, or cut in the middle: the difference decides whether a model may have worked."""
    never = isinstance(cause, (httpx2.ConnectError, httpx2.UnsupportedProtocol, httpx2.ProxyError))
    return Exchange(0, str(cause) or type(cause).__name__, seconds, failure="unreachable" if never else "cut")


def _wait_asked_for(headers: Mapping[str, str]) -> float | None:
    for name, scale in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * scale)
        except (KeyError, ValueError):
            continue
    return None
