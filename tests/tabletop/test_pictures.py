"""Cameras, the film and the live page; these need an OpenGL, a screen they do not."""

from __future__ import annotations

import http.client
import io
import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import imageio_ffmpeg
import numpy as np
import pytest
from embodied_tabletop import film, pictures
from embodied_tabletop.engine import JOINTS
from embodied_tabletop.film import AHEAD, EVERY, SIZE, Film
from embodied_tabletop.onlookers import Onlookers
from embodied_tabletop.table import Table
from PIL import Image

from embodied.errors import BadInput, SetupError
from tests.tabletop.building import ENGINES, table, two_cubes

pytestmark = pytest.mark.skipif(not pictures._present_backend(), reason="no OpenGL on this machine")


@pytest.fixture(scope="module", params=ENGINES)
def watched(request: pytest.FixtureRequest) -> Iterator[tuple[Table, Onlookers]]:
    on = table(request.param, two_cubes())
    onlookers = Onlookers(on, film=None, view=True)
    yield on, onlookers
    onlookers.close()
    onlookers.close()
    on.engine.close()


def reddest(picture: np.ndarray) -> tuple[float, float]:
    """The middle of what is red, as shares of the picture's height and width."""
    red = (picture[..., 0] > 90) & (picture[..., 1] < 60) & (picture[..., 2] < 60)
    rows, columns = np.nonzero(red)
    assert len(rows) > 20
    return float(rows.mean() / picture.shape[0]), float(columns.mean() / picture.shape[1])


def test_the_camera_above_sees_the_red_things_on_the_left(watched: tuple[Table, Onlookers]) -> None:
    picture = watched[1].image("top", 320, 240)
    assert picture.shape == (240, 320, 3)
    assert picture.dtype == np.uint8
    assert reddest(picture)[1] < 0.5


def test_every_camera_sees_something(watched: tuple[Table, Onlookers]) -> None:
    for camera in pictures.CAMERA_NAMES:
        assert watched[1].image(camera, 64, 48).std() > 10, camera


def test_the_picture_follows_the_arm(watched: tuple[Table, Onlookers]) -> None:
    on, onlookers = watched
    before = onlookers.image("front", 160, 120).astype(int)
    home = on.engine.arm().position
    for step in range(25):
        on.engine.command((home[0] + 0.02 * step, *home[1:]))
        on.step()
    after = onlookers.image("front", 160, 120).astype(int)
    assert (abs(after - before).max(axis=2) > 40).sum() > 100
    on.engine.command(home)
    assert len(home) == len(JOINTS)


def test_an_unknown_camera_and_a_huge_picture_are_refused(watched: tuple[Table, Onlookers]) -> None:
    with pytest.raises(BadInput, match="Did you mean 'front'"):
        watched[1].image("fron", 64, 48)
    with pytest.raises(BadInput, match="At most 1280 x 960"):
        watched[1].image("front", 5000, 48)


def test_the_page_shows_pictures_as_they_come(watched: tuple[Table, Onlookers]) -> None:
    on, onlookers = watched
    assert onlookers.address.startswith("http://127.0.0.1:")
    with urlopen(onlookers.address, timeout=10) as page:
        assert b"/stream?camera=" in page.read()
    with urlopen(f"{onlookers.address}picture.jpg?camera=top", timeout=10) as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (640, 480)
    with urlopen(f"{onlookers.address}now", timeout=10) as answer:
        assert "holds nothing" in json.load(answer)["text"]
    with urlopen(f"{onlookers.address}stream", timeout=10) as stream:
        for _ in range(2):
            assert stream.readline() == b"--picture\r\n"
            assert stream.readline() == b"Content-Type: image/jpeg\r\n"
            length = int(re.findall(rb"\d+", stream.readline())[0])
            stream.readline()
            assert Image.open(io.BytesIO(stream.read(length))).size == (640, 480)
            stream.readline()
            on.step()
            onlookers.show()


def test_another_sites_page_gets_nothing(watched: tuple[Table, Onlookers]) -> None:
    address = urlsplit(watched[1].address)
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=10)
    connection.request("GET", "/now", headers={"Host": f"evil.example:{address.port}"})
    assert connection.getresponse().status == 403
    connection.close()


def test_a_film_is_as_long_as_the_run(tmp_path: Path) -> None:
    on = table("mujoco", two_cubes())
    path = tmp_path / "films" / "run.mp4"
    onlookers = Onlookers(on, film=path, view=False)
    for _ in range(10 * EVERY - 1):
        on.step()
        onlookers.show()
    onlookers.close()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "640x480" in done.stderr
    assert re.findall(r"frame=\s*(\d+)", done.stderr)[-1] == "10"


def test_a_film_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    on = table("mujoco", two_cubes())
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be written"):
        Onlookers(on, film=tmp_path / "file" / "run.mp4", view=False)
    with pytest.raises(BadInput, match=r"ends in \.mp4"):
        Onlookers(on, film=tmp_path / "run.gif", view=False)


def test_without_opengl_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on = table("mujoco", two_cubes())
    monkeypatch.setenv("MUJOCO_GL", "disable")
    with pytest.raises(SetupError, match="apt install libegl1"):
        Onlookers(on, film=tmp_path / "run.mp4", view=False)
    monkeypatch.delenv("MUJOCO_GL")
    monkeypatch.setattr(pictures, "_LIBRARIES", {})
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(SetupError, match="neither libEGL nor libOSMesa"):
        Onlookers(on, film=None, view=True)


def test_the_world_goes_on_between_frames_that_take_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine may need seconds for a frame; the bridge must be able to say meanwhile that it lives."""
    on = table("mujoco", two_cubes())
    onlookers = Onlookers(on, film=None, view=False)
    asked: list[Future[pictures.Image]] = []

    def never_done(*_: object) -> Future[pictures.Image]:
        asked.append(Future())
        return asked[-1]

    monkeypatch.setattr(onlookers._studio, "ask", never_done)
    monkeypatch.setattr(film, "BREATH_S", 0.001)
    slow = Film(tmp_path / "slow.mp4", onlookers._studio)
    for _ in range(EVERY * (AHEAD + 3)):
        slow.shoot(onlookers.moment())
    assert len(asked) == AHEAD + 3
    for frame in asked:
        frame.set_result(np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
    slow.close()
    assert (tmp_path / "slow.mp4").stat().st_size > 500
    onlookers.close()
    on.engine.close()
