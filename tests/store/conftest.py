"""A database that is open for writing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from langdock_usage.store.writing.store import Store
from tests.support.data.databases import DatabaseBuilder


@pytest.fixture
def builder(database: Path) -> Iterator[DatabaseBuilder]:
    with DatabaseBuilder(database) as builder:
        yield builder


@pytest.fixture
def store(builder: DatabaseBuilder) -> Store:
    return builder.store
