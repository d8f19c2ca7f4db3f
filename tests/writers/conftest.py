"""Databases and lakes that a test may change."""

from pathlib import Path

import pytest

from tests.support.data.example_data import build_tiny
from tests.support.data.lakes import make_lake


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A database that the test may change."""
    return build_tiny(tmp_path / "tiny.duckdb")


@pytest.fixture
def lake(tiny: Path, tmp_path: Path) -> Path:
    make_lake(tmp_path / "lake", tiny)
    return tmp_path / "lake"
