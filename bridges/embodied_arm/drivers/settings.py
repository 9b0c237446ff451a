"""The settings of a driver, from the bridge's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied.errors import BadInput, did_you_mean


class Settings:
    """A table whose every key is known and whose every value has its type.

    Raises:
        BadInput: a setting that the driver does not have.
    """

    def __init__(self, driver: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self._driver = driver
        self._table = table
        for name in table:
            if name not in known:
                raise BadInput(
                    f"The driver {driver!r} has no setting {name!r}.",
                    remedy=f"{did_you_mean(name, known)} It has: {', '.join(known)}.".strip(),
                )

    def words(self, name: str, default: str | None = None, *, example: str) -> str:
        """A text that is not empty. Raises BadInput."""
        value = self._table.get(name, default)
        if not isinstance(value, str) or not value:
            raise BadInput(
                f"The driver {self._driver!r} needs {name}, and has {value!r}.",
                remedy=f'Say {name} = "{example}".',
            )
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number from `low` to `high`. Raises BadInput."""
        value = self._table.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise BadInput(
                f"{name} = {value!r} of the driver {self._driver!r} is not a number from {low:g} to {high:g}."
            )
        return float(value)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`. Raises BadInput."""
        value = self._table.get(name, default)
        if value not in allowed:
            raise BadInput(
                f"{name} = {value!r} of the driver {self._driver!r} is none of {', '.join(allowed)}."
            )
        return str(value)
