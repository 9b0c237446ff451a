"""A real arm moves only when a person has said so, by its name; and who said it stays written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embodied.arms import consent
from embodied.arms.consent import FILE, NoConsent
from embodied.errors import BadJournal, JournalUnwritable


def test_nobody_has_consented_until_somebody_types_the_name(tmp_path: Path) -> None:
    with pytest.raises(NoConsent, match="nobody has consented"):
        consent.required("arm-7")
    with pytest.raises(NoConsent, match="is not the arm's name"):
        consent.give("arm-7", "yes", how="typed", audit=tmp_path)
    with pytest.raises(NoConsent):
        consent.required("arm-7")
    consent.give("arm-7", " arm-7\n", how="typed", audit=tmp_path, skill="pick")
    assert consent.required("arm-7").how == "typed"
    with pytest.raises(NoConsent):
        consent.required("arm-8")
    consent.withdraw("arm-7")
    with pytest.raises(NoConsent):
        consent.required("arm-7")


def test_the_audit_log_tells_refusals_too_and_shows_when_it_was_changed(tmp_path: Path) -> None:
    with pytest.raises(NoConsent):
        consent.give("arm-1", "ok", how="typed", audit=tmp_path)
    consent.give("arm-1", "arm-1", how="--consent", audit=tmp_path, skill="pick", hash="ab12")
    consent.note(tmp_path, "deployed", arm="arm-1", verdict="PASSED")
    consent.withdraw("arm-1")
    records = consent.read_audit(tmp_path)
    assert [record["what"] for record in records] == ["refused", "consent", "deployed"]
    assert records[1]["skill"] == "pick"
    path = tmp_path / FILE
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[2]]) + "\n")  # one was taken out
    with pytest.raises(BadJournal, match="line 2"):
        consent.read_audit(tmp_path)
    changed = json.loads(lines[1]) | {"by": "somebody else"}
    path.write_text("\n".join([lines[0], json.dumps(changed), lines[2]]) + "\n")
    with pytest.raises(BadJournal, match="line 3"):
        consent.read_audit(tmp_path)


def test_without_an_audit_log_nobody_consents(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnwritable):
        consent.give("arm-2", "arm-2", how="typed", audit=tmp_path / "file" / "below")
    with pytest.raises(NoConsent):
        consent.required("arm-2")
