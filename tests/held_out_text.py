"""Documents of random words that the tiny model knows, for tests of what is measured on text."""

from __future__ import annotations

import numpy as np

from tailgraph.engine.corpus import Document

WORDS = (
    *("the", "of", "in", "is", "cell", "cells", "kinase", "gene", "drug", "mouse", "binds", "braf"),
    *("kinases", "tumored", "receptoral", "genexyz", "unactive", "aspirin", "paris", "queen"),
    "\N{CJK UNIFIED IDEOGRAPH-4E00}",
)
"""Whole terms, words of several pieces, and one that is unknown."""


def document(*sentences: str) -> Document:
    """Make a document of sentences."""
    spans, start = [], 0
    for sentence in sentences:
        spans.append((start, start + len(sentence)))
        start += len(sentence) + 1
    return Document("\n".join(sentences)[:20], "\n".join(sentences), tuple(spans))


def random_documents(n_documents: int = 6, *, seed: int = 5) -> list[Document]:
    """Make documents of 6 to 14 sentences of 2 to 9 words, the frequent words first."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, len(WORDS) + 1)
    return [
        document(
            *(
                " ".join(rng.choice(WORDS, size=rng.integers(2, 10), p=shares / shares.sum()))
                for _ in range(rng.integers(6, 15))
            )
        )
        for _ in range(n_documents)
    ]
