"""The importance of a text's words, against biases looked up one by one."""

from __future__ import annotations

import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.labels.seeds import SeedLabels
from tailgraph.graph.word_counts import WordCount
from tailgraph.reading.importance import extreme_terms
from tailgraph.reading.reader import Reader

from ..conftest import TINY_TERMS

TEXT = "The cellsed, ☃ drug"


def test_each_word_has_its_place_and_the_biases_of_its_pieces(tiny_reader: Reader) -> None:
    """Importance is the sum of how far the biases lie below the highest one."""
    vocabulary = tiny_reader.encoder.vocabulary
    found = tiny_reader.weigh(TEXT)
    assert [word.word for word in found] == ["The", "cellsed", "drug"]
    assert [TEXT[word.start : word.end] for word in found] == [word.word for word in found]
    assert found[1].pieces == ("cells", "##ed")
    most = vocabulary.biases[~vocabulary.is_special].max()
    own = [float(most - b) for b in vocabulary.biases[~vocabulary.is_special]]
    for word in found:
        biases = [float(vocabulary.biases[TINY_TERMS.index(piece)]) for piece in word.pieces]
        assert word.biases == tuple(biases)
        assert word.importance == pytest.approx(sum(most - bias for bias in biases), abs=1e-5)
        n_less = sum(value < word.importance - 1e-6 for value in own)
        assert word.rank == pytest.approx(n_less / len(own))
        assert word.counts is None


def test_a_word_that_cannot_be_spelled_is_flagged(tiny_reader: Reader) -> None:
    """Nothing is known of it."""
    cell, unknown = tiny_reader.weigh("cell 漢字")
    assert (cell.has_unknown, unknown.has_unknown) == (False, True)


def test_counts_come_from_the_knowledge_base(tiny_reader: Reader) -> None:
    """Words are counted in lower case, and each word gets its own counts."""
    counts = {"cell": WordCount(3, 5, 0.5, 0.7), "the": WordCount(9, 9, 0.0, 0.0)}
    reader = Reader(tiny_reader.encoder, SeedLabels({}, "none"), count_words=lambda words: counts)
    the, cell = reader.weigh("The Cell")
    assert (the.counts, cell.counts) == (counts["the"], counts["cell"])


def test_extremes_are_the_ends_of_the_biases(tiny_reader: Reader) -> None:
    """Whole terms alone, sorted by bias from either end."""
    vocabulary = tiny_reader.encoder.vocabulary
    rows = [
        r for r in range(len(TINY_TERMS)) if not (vocabulary.is_piece | vocabulary.is_special)[r]
    ]
    rows.sort(key=lambda row: -vocabulary.biases[row])
    found = extreme_terms(vocabulary, 4)
    assert [t.term for t in found.commonest] == [TINY_TERMS[row] for row in rows[:4]]
    assert [t.term for t in found.rarest] == [TINY_TERMS[row] for row in rows[::-1][:4]]
    assert found.rarest[0].bias == pytest.approx(float(vocabulary.biases[rows[-1]]))


@pytest.mark.parametrize(
    ("text", "message"), [("", "is empty"), (" \n", "is empty"), ("?! _", "holds no word")]
)
def test_a_text_without_words_is_refused(text: str, message: str, tiny_reader: Reader) -> None:
    """There is nothing to weigh."""
    with pytest.raises(ParameterError, match=message):
        tiny_reader.weigh(text)


def test_a_long_text_is_weighed_to_its_end(tiny_reader: Reader) -> None:
    """No word is cut off by the model's length, since the model is not run."""
    found = tiny_reader.weigh("cell drugs " * 5_000)
    assert len(found) == 10_000
    assert found[-1].word == "drugs"


def test_no_terms_cannot_be_asked_for(tiny_reader: Reader) -> None:
    """At least one of either end."""
    with pytest.raises(ParameterError, match="0 terms"):
        extreme_terms(tiny_reader.encoder.vocabulary, 0)
