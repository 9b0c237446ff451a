"""`embodied bench`: measurements."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Measure. Nothing is registered yet.")


@app.callback()
def _bench() -> None: ...
