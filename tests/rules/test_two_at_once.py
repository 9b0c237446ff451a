"""Rules that several conversations keep at the same time are all kept."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embodied.plugins import load_world
from embodied.rules import add_rule, kept_rules
from embodied.rules.keeping import keep_area, kept_areas
from embodied.rules.places import Area
from embodied.skills import user_folder

KEEPS = """
import sys
from embodied.plugins import load_world
from embodied.rules import add_rule
for height in range(int(sys.argv[1]), 60, 2):
    add_rule(f"never lift anything above {height} cm", load_world("tabletop").spec({}))
"""


def test_none_of_many_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBODIED_LIBRARY", str(tmp_path))
    spec = load_world("tabletop").spec({})
    others = [subprocess.Popen([sys.executable, "-c", KEEPS, str(begin)]) for begin in (30, 31)]
    with ThreadPoolExecutor(4) as pool:
        for area in [
            pool.submit(keep_area, Area(f"corner {n}", f"from 0 {n} to 1 1"), "tabletop") for n in range(8)
        ]:
            area.result()
        for rule in [pool.submit(add_rule, f"never touch the {one}", spec) for one in ("bowl", "button")]:
            rule.result()
    assert [other.wait(60) for other in others] == [0, 0]
    assert len(kept_rules("tabletop")) == 32
    assert len(kept_areas("tabletop")) == 8


def test_embodied_home_moves_the_library_and_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBODIED_LIBRARY", raising=False)
    monkeypatch.setenv("EMBODIED_HOME", str(tmp_path))
    assert user_folder("mini") == tmp_path / "library" / "mini"
    add_rule("never touch the bowl", load_world("tabletop").spec({}))
    assert (tmp_path / "library" / "tabletop.rules.json").is_file()
