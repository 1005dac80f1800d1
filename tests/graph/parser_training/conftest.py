"""A treebank file for all tests of the training of parsers."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tiny_treebank import conllu


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the sentences sixty times, in documents of five."""
    path = tmp_path_factory.mktemp("bank") / "tiny.conllu"
    path.write_text(60 * f"# newdoc\n{conllu()}")
    return path
