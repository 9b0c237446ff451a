"""Where models are asked, and with which key. The key lives here and in the line's header, nowhere else.

OPENAI_API_KEY goes to OpenAI itself and to the address in OPENAI_BASE_URL, which the user set alike. An
address that a launch file brings gets a key only if `[model] api_key_env` names the variable that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from embodied.errors import BadInput, NoKey, WrongKey
from embodied.models.settings import Model, mistakes_in

OPENAI = "https://api.openai.com/v1"
KEY = "OPENAI_API_KEY"
BASE = "OPENAI_BASE_URL"
HIDDEN = "[key hidden]"
SHORTEST_SECRET = 8
"""Placeholders such as "ollama" are no secrets; hiding them would eat words of prompts."""


@dataclass(frozen=True)
class Endpoint:
    """Where questions go.

    Attributes:
        base_url: without a key in it.
        key: "" for servers that want none, or are to get none.
        key_name: the variable that it is read from.
        withheld: True if there is a key in OPENAI_API_KEY that nobody said is for this address.
    """

    base_url: str
    key: str = field(default="", repr=False)
    key_name: str = KEY
    withheld: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """True for this machine: no proxy is asked on the way there."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_openai(self) -> bool:
        return self.host == "openai.com" or self.host.endswith(".openai.com")

    def hide(self, value: Any) -> Any:
        """`value` with the key replaced wherever it stands in a text, at any depth."""
        if len(self.key) < SHORTEST_SECRET:
            return value
        if isinstance(value, str):
            return value.replace(self.key, HIDDEN)
        if isinstance(value, Mapping):
            return {self.hide(key): self.hide(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.hide(part) for part in value]
        return value


def is_configured(model: Model, environ: Mapping[str, str] = os.environ) -> bool:
    """True if the user named an endpoint or has a key."""
    return bool(model.base_url or environ.get(BASE) or environ.get(model.api_key_env or KEY))


def find_endpoint(model: Model, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """The launch file's address, else OPENAI_BASE_URL's, else OpenAI's; the key as the module's text says.

    Raises:
        NoKey: OpenAI itself is to be asked, and there is no key; or the one that is named is not set.
        WrongKey: the key cannot be one.
        BadInput: OPENAI_BASE_URL is no address, or holds a password.
    """
    base = (model.base_url or environ.get(BASE, "").strip() or OPENAI).rstrip("/")
    for _, _, hint in mistakes_in(Model(base_url=base)):
        raise BadInput(f"{BASE} is no address, or more than an address.", remedy=hint)
    named = model.api_key_env or KEY
    key = environ.get(named, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise WrongKey(f"{named} holds characters that no key has.", remedy="Copy the key again.")
    bare = Endpoint(base, key_name=named)
    if not (model.api_key_env or _is_the_users(bare, environ)):
        return replace(bare, withheld=bool(key))
    endpoint = replace(bare, key=key)
    if not key and (endpoint.is_openai or (model.api_key_env and not endpoint.is_local)):
        raise no_key(endpoint)
    return endpoint


def _is_the_users(endpoint: Endpoint, environ: Mapping[str, str]) -> bool:
    """True for OpenAI itself, and for the address that the user's own environment names."""
    own = environ.get(BASE, "").strip().rstrip("/")
    return endpoint.base_url == own or (endpoint.is_openai and endpoint.base_url.startswith("https:"))


def no_key(endpoint: Endpoint) -> NoKey:
    if endpoint.withheld:
        return NoKey(
            f"{endpoint.base_url} wants a key, and it got none: the address is the launch file's own, and "
            f"nobody said that the key in {KEY} is for it.",
            remedy=f"If you trust it: --set model.api_key_env={KEY}, or a key of its own: export "
            "MY_SERVER_API_KEY=… and --set model.api_key_env=MY_SERVER_API_KEY.",
        )
    if endpoint.key_name != KEY:
        return NoKey(
            f"{endpoint.base_url} wants a key, and {endpoint.key_name} is not set.",
            remedy=f"export {endpoint.key_name}=…, or name another variable: --set model.api_key_env={KEY}.",
        )
    return NoKey(
        f"{endpoint.base_url} wants a key, and {KEY} is not set.",
        remedy=f"export {KEY}=…, or name a server of your own: export {BASE}=http://127.0.0.1:11434/v1. "
        "The offline planner needs neither: --planner offline.",
    )
