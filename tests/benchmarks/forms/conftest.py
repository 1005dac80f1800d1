"""What the tests of the forms share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a file and returns its path."""

    def write(text: str, name: str = "data.tsv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write
