"""Skills that people write into the library: a mistake is named with its line, and nothing is run."""

from __future__ import annotations

import pytest

from embodied.errors import BadLibrary, BadSkill
from embodied.library import Grade
from embodied.library.proving import to_prove
from tests.library.conftest import CHOP, write

MISTAKES = {
    "import": (CHOP, "import os\n\n\ndef chop_wood(", r"skill\.py:1: imports 'os'"),
    "name": (CHOP, "def chop_wod(", r"skill\.py:.*chop_wood"),
    "colon": (CHOP.replace("not trees:", "not trees"), "def chop_wood(", r"skill\.py:\d+"),
}


@pytest.mark.parametrize(("body", "head", "why"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_read_is_told_with_its_line(store, body, head, why):
    home = write(store.folder, "chop-wood").folder
    code = f'{head}count: int = 1) -> SkillResult:\n    """Do it."""\n{body.lstrip(chr(10))}'
    (home / "skill.py").write_text(code)
    with pytest.raises(BadSkill, match=why):
        to_prove(store, "chop-wood")
    with pytest.raises(BadLibrary, match=why):
        store.get("chop-wood")


def test_a_verified_skill_that_was_spoilt_is_not_proven_in_its_old_form(store, gate, tmp_path):
    assert gate().verify(write(tmp_path / "new", "chop-wood")).passed
    spoilt = store.folder / "chop-wood" / "skill.py"
    spoilt.write_text(spoilt.read_text().replace("def chop_wood", "def chop_wod"))
    with pytest.raises(BadSkill, match="chop_wood"):
        to_prove(store, "chop-wood")


def test_code_that_does_not_check_is_refused_before_any_seed_counts(store, gate):
    write(store.folder, "chop-wood", CHOP.replace('gather("tree")', 'gather(tee="tree")'))
    with pytest.raises(BadSkill, match=r"does not check:\n.*skill\.py:\d+: [^/]*\n.*`tee`"):
        gate().verify(to_prove(store, "chop-wood"))
    assert store.grade("chop-wood") is Grade.QUARANTINED
