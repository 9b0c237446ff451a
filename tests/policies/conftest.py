"""The arm without physics of tests/arm."""

from tests.arm.conftest import make

__all__ = ["make"]
