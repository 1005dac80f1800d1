"""Scores counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.parser_training.scores import ParserScores, score_parses
from tailgraph.graph.parser_training.treebank_words import TreebankSentence

GOLD = TreebankSentence(
    words=("Cells", "were", "seen", "."),
    spaces=(True, True, False, False),
    upos=("NOUN", "AUX", "VERB", ""),
    xpos=("", "", "", ""),
    lemmas=("cell", "be", "see", "."),
    heads=(2, 2, 2, 2),
    deps=("nsubj:pass", "aux:pass", "root", "punct"),
)
FOUND = replace(
    GOLD,
    upos=("PROPN", "AUX", "VERB", "PUNCT"),
    xpos=("NNP", "VBD", "VBN", "."),
    lemmas=("Cell", "be", "see", "."),
    heads=(1, 2, 2, 2),
    deps=("nsubj", "cop", "root", "punct"),
)


def test_shares_are_of_the_words_that_the_treebank_tells_of() -> None:
    """Labels count without what follows the colon, and only with the right head."""
    assert score_parses([GOLD], [FOUND]) == ParserScores(
        n_sentences=1, n_words=4, upos=2 / 3, xpos=0.0, lemma=3 / 4, uas=3 / 4, las=2 / 4
    )
    passive = replace(GOLD, deps=("nsubj", "aux", "root", "punct"))
    assert score_parses([GOLD, GOLD], [passive, FOUND]).las == 6 / 8


def test_other_words_are_refused() -> None:
    """Scores of other words, or of none, would mean nothing."""
    with pytest.raises(ParameterError, match=r"other words than 'Cells were seen \.'"):
        score_parses([GOLD], [replace(FOUND, words=("Cells", "were", "seen", "!"))])
    with pytest.raises(ParameterError, match="no sentence"):
        score_parses([], [])
