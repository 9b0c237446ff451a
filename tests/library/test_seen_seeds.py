"""Seeds that were seen are never held out again, whatever happened to the file that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied.errors import BadLibrary
from embodied.library.seeds import HELD_OUT, SeenSeeds


def test_what_was_drawn_and_seen_is_not_drawn_again(tmp_path: Path) -> None:
    seen = SeenSeeds(tmp_path / "seen.jsonl")
    first = seen.draw(5, "reach")
    assert seen.draw(5, "reach") == first
    assert all(seed in HELD_OUT for seed in first)
    seen.add_all(first, "a trial")
    assert not set(seen.draw(5, "reach")) & set(first)


def test_a_byte_that_a_lost_machine_left_takes_away_its_line_alone(tmp_path: Path) -> None:
    seen = SeenSeeds(tmp_path / "seen.jsonl")
    seen.add_all([1_000_000_001, 1_000_000_002], "a trial")
    seen.path.write_bytes(seen.path.read_bytes() + b"\xff\xfe torn\n")
    assert set(seen.all()) == {1_000_000_001, 1_000_000_002}


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "seen.jsonl"
    folder.mkdir()  # whoever is root may read every file, but no folder
    with pytest.raises(BadLibrary, match="cannot be read"):
        SeenSeeds(folder).draw(3, "reach")
