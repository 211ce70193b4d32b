"""Bundles as some release wrote them: the verifier's tests need no server."""

import shutil
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors" / "log"


@pytest.fixture
def vectors() -> Path:
    return VECTORS


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A good bundle that a test may spoil."""
    return Path(shutil.copytree(VECTORS / "bundle", tmp_path / "bundle"))


@pytest.fixture
def key(vectors: Path) -> str:
    return (vectors / "bundle" / "key.txt").read_text().strip()
