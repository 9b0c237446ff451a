"""What tests of learning share: a user's library of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whose file of seen seeds is not the checkout's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBODIED_LIBRARY", str(tmp_path_factory.mktemp("library")))
        yield
