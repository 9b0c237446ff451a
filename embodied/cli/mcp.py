"""`embodied mcp`: a world, its skills and the gate, for any client of the Model Context Protocol."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from embodied.cli import options
from embodied.cli.consenting import ask_consent
from embodied.errors import BadInput, SetupError

TOKEN: str = "EMBODIED_MCP_TOKEN"
SHORTEST: int = 16
"""A token that is shorter could be guessed."""


def mcp(
    launch: options.Launch = "",
    http: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="Serve over HTTP on this machine; 0: a free port."
        ),
    ] = None,
    consent: Annotated[
        str, typer.Option(metavar="ARM", help="Where the body is a real arm: let the one of this name move.")
    ] = "",
    seed: options.Seed = None,
    settings: options.Settings = None,
) -> None:
    """Offer a world over the Model Context Protocol: skills as tools, observe, goals, write, verify, stop.

    Without --http it speaks on standard input and output, as clients start it:

      {"command": "embodied", "args": ["mcp", "tabletop"]}

    With --http it prints an address and a token (or takes EMBODIED_MCP_TOKEN), and answers nobody without it.
    """
    try:
        from embodied.mcp.offers import Offers
        from embodied.mcp.server import http_app, make_server, new_token
    except ImportError as missing:
        raise SetupError(
            f"The Model Context Protocol needs the package mcp: {missing}.",
            remedy="Install the extra: pip install 'embodied-agent[mcp]'.",
        ) from missing
    from embodied.session import Session

    token = os.environ.get(TOKEN) or new_token()
    if len(token) < SHORTEST:
        raise BadInput(f"{TOKEN} has {len(token)} characters.", remedy=f"Take at least {SHORTEST}, or none.")
    overrides = options.overrides_of(settings, {"seed": seed})
    chosen = options.launch_named(launch, overrides, "embodied mcp tabletop")
    ask_consent(chosen, consent, what_for="mcp")
    with Session(chosen, mode="mcp") as session:
        offers = Offers(session.start())
        if http is None:
            make_server(offers).run("stdio")
            return
        _serve_http(http_app, offers, http, token)


def _serve_http(app, offers, port: int, token: str) -> None:  # type: ignore[no-untyped-def]
    import socket

    import uvicorn

    listening = socket.socket()
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as taken:
        raise SetupError(f"Port {port} cannot be used: {taken.strerror}.", remedy="Take --http 0.") from taken
    listening.listen()  # who connects from now on waits, and is not refused
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    print(f"address  {address}\ntoken    {token}", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app(offers, token), log_level="warning", lifespan="on", timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=[listening])
