"""Stored sentences that hold a text, against a plain search of all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.graph.queries import sentences_with
from tailgraph.knowledge_base import KnowledgeBase

TEXT = """\
The cell divides.
A 50% share is left.
The \u00c9cole of Paris binds cells.
A share of 50 units is left_over.
The \u00e9cole binds CELL_A.
"""


@pytest.fixture(scope="module")
def built(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base of five sentences."""
    folder = tmp_path_factory.mktemp("sentences")
    (folder / "notes.txt").write_text(TEXT)
    return KnowledgeBase.build([folder / "notes.txt"], folder / "kb", model=str(tiny_bert))


@pytest.mark.parametrize(
    "text", ["cell", "50%", "_", "t_o", "\u00c9COLE", "\\", "the", "of paris binds", "zebra"]
)
def test_sentences_are_those_of_a_plain_search(built: KnowledgeBase, text: str) -> None:
    """Case is folded beyond ASCII, and no character of the text is a wildcard."""
    expected = [line for line in TEXT.splitlines() if text.lower() in line.lower()]
    assert sentences_with(built.store, text) == expected
