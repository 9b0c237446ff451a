"""A body with two primitives, and a way to write skills for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from embodied.errors import BridgeLost
from embodied.facts import FactFamily, Observation
from embodied.outcome import PrimitiveResult
from embodied.primitives import PrimitiveSpec
from embodied.sandbox import Limits, SandboxEvent, SkillExecutor
from embodied.skills import SkillLibrary
from embodied.world import BodySpec

_INT = {"type": "integer"}
DIG = PrimitiveSpec(
    name="dig",
    doc='Dig the block at a cell [blocks]. "Slow".',
    args={
        "type": "object",
        "properties": {"x": _INT, "y": _INT, "z": _INT, "force": {"type": "boolean", "default": False}},
        "required": ["x", "y", "z"],
        "additionalProperties": False,
    },
    result={"type": "object"},
    errors={"no_path": "nothing leads there"},
)
SEE = PrimitiveSpec(
    name="see_through",
    doc="Look through stone.",
    args={"type": "object", "properties": {"what": {}}, "additionalProperties": False},
    result={"type": "object"},
    moves=False,
    assistance="seeing through walls",
)
FAMILIES = {
    family.name: family
    for family in (
        FactFamily("inventory", ("item",), "int", "held", closed=True, default=0),
        FactFamily("health", (), "float", "0 to 20"),
        FactFamily("position", (), "vector", "feet [m], world frame"),
    )
}


class FakeBody:
    """Digging at (n, ...) gives one log, but for negative n: those have no path."""

    def __init__(self) -> None:
        self.spec = BodySpec("test", "test-1", {"dig": DIG, "see_through": SEE}, FAMILIES, {})
        self.logs = 0
        self.calls: list[tuple[str, Mapping[str, Any], float | None]] = []
        self.observed = 0
        self.on_call: Callable[[str], PrimitiveResult | None] = lambda name: None

    def observe(self) -> Observation:
        self.observed += 1
        return Observation(
            FAMILIES, {"inventory": {("log",): self.logs}, "position": {(): (1.0, 64.0, -2.0)}}
        )

    def call(
        self, name: str, arguments: Mapping[str, Any], *, timeout_s: float | None = None
    ) -> PrimitiveResult:
        self.spec.primitives[name].check_args(arguments)
        self.calls.append((name, arguments, timeout_s))
        answer = self.on_call(name)
        if answer is not None:
            return answer
        if arguments.get("x", 0) < 0:
            return PrimitiveResult(False, error="no_path", message="nothing leads there")
        self.logs += 1
        return PrimitiveResult(True, {"block": "log"})

    def lose(self, name: str) -> PrimitiveResult:
        raise BridgeLost("the bridge is gone")


class Bench:
    """One executor over skills that a test writes."""

    def __init__(self, folder: Path, body: FakeBody) -> None:
        self.folder = folder
        self.body = body
        self.events: list[SandboxEvent] = []
        self.cancel = threading.Event()
        self.executor: SkillExecutor | None = None

    def write(self, name: str, source: str, *, calls: str = "", **metadata: str) -> None:
        write_skill(self.folder, name, source, calls=calls, **metadata)

    def start(self, limits: Limits | None = None, seed: int = 0) -> SkillExecutor:
        self.close()
        library = SkillLibrary([self.folder])
        self.executor = SkillExecutor(library, self.body, limits, self.events.append, seed=seed)
        return self.executor

    def run(self, body_of_function: str, limits: Limits | None = None, **kwargs: Any) -> Any:
        """Run a skill `try-it` whose function has this body."""
        indented = dedent(body_of_function).strip().replace("\n", "\n    ")
        self.write("try-it", f'def try_it() -> SkillResult:\n    """Try."""\n    {indented}\n')
        return self.start(limits).run("try-it", cancel=self.cancel, **kwargs)

    def told(self, kind: str) -> list[SandboxEvent]:
        return [event for event in self.events if event.kind == kind]

    def close(self) -> None:
        if self.executor is not None:
            self.executor.close()


def write_skill(folder: Path, name: str, source: str, *, calls: str = "", **metadata: str) -> Path:
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    keys = {"embodied-world": "test", "embodied-calls": calls}
    keys |= {f"embodied-{key}": value for key, value in metadata.items()}
    lines = "".join(f'  {key}: "{value}"\n' for key, value in keys.items())
    front = f"---\nname: {name}\ndescription: Does {name} when asked.\nmetadata:\n{lines}---\n\n# {name}\n"
    (home / "SKILL.md").write_text(front)
    (home / "skill.py").write_text(dedent(source))
    return home


@pytest.fixture
def body() -> FakeBody:
    return FakeBody()


@pytest.fixture
def bench(tmp_path: Path, body: FakeBody) -> Iterator[Bench]:
    made = Bench(tmp_path / "skills", body)
    yield made
    made.close()
