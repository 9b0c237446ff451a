"""Prompts: one Markdown file each, rendered by one function.

A file may hold several messages, parted by lines `=== system` and `=== user`. `{{name}}` is replaced by
a value, once: what stands in a value is never read as a placeholder.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{\{(\w+)\}\}")
_PART: Final = re.compile(r"^=== (system|user|assistant)\n", re.MULTILINE)


class BadPrompt(ValueError):
    """A prompt was rendered with values missing or left over: a mistake in this program."""


def render(name: str, /, **values: str) -> str:
    """The text of prompt `name` with its placeholders filled.

    Raises:
        BadPrompt: no such prompt, a placeholder without a value, or a value without a placeholder.
    """
    template = _template(name)
    wanted = set(_PLACEHOLDER.findall(template))
    if wanted != set(values):
        missing, extra = sorted(wanted - set(values)), sorted(set(values) - wanted)
        raise BadPrompt(f"prompt {name!r}: missing {missing}, not used {extra}")
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)].strip("\n"), template)


def render_parts(name: str, /, **values: str) -> list[tuple[str, str]]:
    """The prompt as (role, text) pairs; a value that holds a line `=== user` stays in its part."""
    wanted = placeholders(name)
    if wanted != set(values):
        render(name, **values)
    pieces = _PART.split(_template(name))
    pairs = list(zip(pieces[1::2], pieces[2::2], strict=True)) or [("user", pieces[0])]
    fill = _PLACEHOLDER.sub
    return [
        (role, fill(lambda match: values[match.group(1)].strip("\n"), text).strip()) for role, text in pairs
    ]


def placeholders(name: str) -> frozenset[str]:
    """The names of a prompt's placeholders."""
    return frozenset(_PLACEHOLDER.findall(_template(name)))


def names() -> list[str]:
    """All prompts."""
    return sorted(
        file.name.removesuffix(".md")
        for file in resources.files(__name__).iterdir()
        if file.name.endswith(".md")
    )


@cache
def _template(name: str) -> str:
    file = resources.files(__name__) / f"{name}.md"
    if not file.is_file():
        raise BadPrompt(f"there is no prompt {name!r}; there are {', '.join(names())}")
    return file.read_text(encoding="utf-8")
