"""Counts of words in a knowledge base, against a loop over its texts."""

from __future__ import annotations

import math
import re
from pathlib import Path

from tailgraph.graph.word_counts import count_words
from tailgraph.knowledge_base import KnowledgeBase


def test_counts_are_those_of_the_stored_texts(sample_kb: KnowledgeBase) -> None:
    """Documents and sentences that hold a word in any case, as whole words."""
    store = sample_kb.store
    documents = [str(row[0]) for row in store.database.rows("SELECT text FROM document")]
    sentences = [
        str(row[0])
        for row in store.database.rows(
            "SELECT n.text FROM sentence s JOIN node n ON n.id = s.node_id"
        )
    ]
    found = count_words(store, ["The", "insulin", "heart", "zebra", "insulin"])
    assert sorted(found) == ["heart", "insulin", "the", "zebra"]
    for word, counts in found.items():
        holding = re.compile(rf"(?<![^\W_]){word}(?![^\W_])", re.IGNORECASE)
        n_documents = sum(holding.search(text) is not None for text in documents)
        n_sentences = sum(holding.search(text) is not None for text in sentences)
        assert (counts.n_documents, counts.n_sentences) == (n_documents, n_sentences)
        assert counts.document_idf == math.log((1 + len(documents)) / (1 + n_documents))
        assert counts.sentence_idf == math.log((1 + len(sentences)) / (1 + n_sentences))
    assert found["zebra"].n_documents == 0
    assert found["the"].sentence_idf < found["insulin"].sentence_idf


def test_a_document_counts_once_however_often_it_says_a_word(tmp_path: Path) -> None:
    """By hand: two documents, three sentences."""
    text = "The cell has a wall. The wall of the cell is thin.\n\nA cell moves."
    (tmp_path / "cells.txt").write_text(text)
    (tmp_path / "other.txt").write_text("The sun is a star.")
    with KnowledgeBase.build([tmp_path], tmp_path / "kb") as built:
        found = count_words(built.store, ["cell", "star"])
    assert (found["cell"].n_documents, found["cell"].n_sentences) == (1, 3)
    assert found["star"].document_idf == math.log(3 / 2)
