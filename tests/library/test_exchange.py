"""Skills that leave a library and come into one: plain files out, quarantine in, nothing leads astray."""

from __future__ import annotations

import stat
import zipfile

import pytest

from embodied.errors import BadLibrary
from embodied.library import Grade, LibraryStore
from embodied.library.exchange import export_skills, import_skills
from embodied.library.proving import to_prove
from tests.library.conftest import write


@pytest.fixture
def other(tmp_path, seeds) -> LibraryStore:
    return LibraryStore(tmp_path / "other", "mini", seeds=seeds)


@pytest.mark.parametrize("name", ["folder", "skills.zip"])
def test_what_was_exported_comes_in_quarantined_and_is_used_once_verified(store, gate, other, tmp_path, name):
    skill = write(tmp_path / "one", "chop-wood")
    assert gate().verify(skill).passed
    target = tmp_path / name
    assert export_skills([store.get("chop-wood")], target) == 1
    with pytest.raises(BadLibrary, match="exists already"):
        export_skills([skill], target)
    (incoming,) = import_skills(target, other)
    assert incoming.added is not None
    assert incoming.added.status == "new"
    assert incoming.skill.source == skill.source
    assert other.grade("chop-wood") is Grade.QUARANTINED
    assert "chop-wood" not in other.skills()
    assert gate(other).verify(to_prove(other, "chop-wood")).passed
    assert other.get("chop-wood").hash == skill.hash


def test_an_import_never_takes_the_place_of_what_is_verified(store, gate, tmp_path):
    skill = write(tmp_path / "one", "chop-wood")
    assert gate().verify(skill).passed
    stranger = write(tmp_path / "two", "chop-wood", '    log("gotcha")\n    return done()\n')
    import_skills(stranger.folder.parent, store)
    assert store.get("chop-wood").hash == skill.hash
    assert store.grade("chop-wood", stranger.hash) is Grade.QUARANTINED
    assert not gate().verify(stranger).passed
    assert store.get("chop-wood").hash == skill.hash


def test_a_skill_that_cannot_be_read_is_refused_and_the_others_come_in(other, tmp_path):
    write(tmp_path / "bundle", "chop-wood")
    bad = write(tmp_path / "bundle", "steal-files")
    (bad.folder / "skill.py").write_text("import os\n")
    found = {one.name: one for one in import_skills(tmp_path / "bundle", other)}
    assert found["chop-wood"].added is not None
    assert "imports 'os', which skills may not" in found["steal-files"].problem
    assert "steal-files" not in other.names


def packed(tmp_path, *members: tuple[str, bytes, int]):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "why"),
    [
        ("../chop-wood/skill.py", 0o644, "leads out of the file"),
        ("/etc/skill.py", 0o644, "leads out of the file"),
        ("a/../../b/SKILL.md", 0o644, "leads out of the file"),
        ("..\\chop\\skill.py", 0o644, "leads out of the file"),
        ("chop-wood/skill.py", stat.S_IFLNK | 0o777, "is a link"),
    ],
)
def test_a_zip_file_that_leads_astray_is_refused_as_a_whole(other, tmp_path, name, mode, why):
    good = write(tmp_path / "one", "good-one")
    files = [
        (f"good-one/{file}", (good.folder / file).read_bytes(), 0o644) for file in ("SKILL.md", "skill.py")
    ]
    with pytest.raises(BadLibrary, match=why):
        import_skills(packed(tmp_path, *files, (name, b"/etc/passwd", mode)), other)
    assert "good-one" not in other.names
    assert not (tmp_path / "chop-wood").exists()


def test_a_zip_bomb_is_refused(other, tmp_path):
    bomb = packed(tmp_path, ("chop-wood/skill.py", b"#" * 50_000_000, 0o644))
    with pytest.raises(BadLibrary, match="larger than 256 KiB"):
        import_skills(bomb, other)


def test_links_in_a_folder_are_not_followed(other, tmp_path):
    skill = write(tmp_path / "bundle", "chop-wood")
    secret = tmp_path / "secret.py"
    secret.write_text((skill.folder / "skill.py").read_text())
    (skill.folder / "skill.py").unlink()
    (skill.folder / "skill.py").symlink_to(secret)
    (one,) = import_skills(tmp_path / "bundle", other)
    assert "is a link" in one.problem
    assert "chop-wood" not in other.names


def test_what_is_no_zip_file_is_named(other, tmp_path):
    path = tmp_path / "skills.zip"
    path.write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(BadLibrary, match="cannot be read as a zip file"):
        import_skills(path, other)
    with pytest.raises(BadLibrary, match="no such folder or file"):
        import_skills(tmp_path / "nowhere", other)
