"""Who may import whom: the engine nobody of ours, worlds and bridges the engine only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "embodied"
PARTS = sorted(path for folder in ("envs", "bridges") for path in (ROOT / folder).iterdir() if path.is_dir())
PART_NAMES = {part.name for part in PARTS if (part / "__init__.py").is_file()}
FOLDERS = {"envs", "bridges", "skills", "launch", "tests"}
HEAVY = ("torch", "mujoco", "pybullet", "gymnasium", "onnxruntime")


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names |= {str(a.value).partition(".")[0] for a in node.args if isinstance(a, ast.Constant)}
    return names


def sources(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.py") if "node_modules" not in path.parts]


def test_the_parts_are_found() -> None:
    assert {"embodied_minecraft", "embodied_mineflayer"} <= PART_NAMES


def test_the_engine_imports_no_world_and_no_bridge() -> None:
    wrong = {
        str(path): found for path in sources(ENGINE) if (found := imported(path) & (PART_NAMES | FOLDERS))
    }
    assert wrong == {}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_world_or_bridge_imports_the_engine_and_no_sibling(part: Path) -> None:
    banned = (PART_NAMES | FOLDERS) - {part.name}
    wrong = {str(path): found for path in sources(part) if (found := imported(path) & banned)}
    assert wrong == {}


def test_the_command_line_starts_without_heavy_packages() -> None:
    program = f"import sys, embodied.cli.main; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
