"""Graded pairs and word pairs, wherever their columns stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError
from tailgraph.benchmarks.forms.pairs import read_graded_pairs, read_word_pairs


@pytest.mark.parametrize(
    "text",
    [
        "score\tsentence1\tsentence2\n2.5\tA dog.\tA cat.\n0\tOne.\tTwo.\n",
        "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tjudgment\n"
        "4\tA dog.\tA cat.\t2.5\tNEUTRAL\n9\tOne.\tTwo.\t0\tNEUTRAL\n",
        "2.500\tA dog.\tA cat.\n0\tOne.\tTwo.\n",
        "A dog.\tA cat.\t2.5\nOne.\tTwo.\t0\n",
        "1\tA dog.\tA cat.\t2.5\n1\tOne.\tTwo.\t0\n",
        "2.5\tA dog.\tA cat.\n\tnot graded\tat all\n0\tOne.\tTwo.\n",
    ],
    ids=["header", "header and id", "score first", "score last", "id first", "without a score"],
)
def test_graded_pairs_are_found_in_any_columns(file: Callable[..., Path], text: str) -> None:
    """The texts are the first two columns of text, the score the named or last one of numbers."""
    found = [astuple(pair) for pair in read_graded_pairs(file(text))]
    assert found == [("A dog.", "A cat.", 2.5), ("One.", "Two.", 0.0)]


def test_graded_words_may_stand_between_blanks(file: Callable[..., Path]) -> None:
    """Rows of unequal length are read by the named column."""
    text = "WORD1 WORD2 POS AVG_SCORE STD SCORES..\nsausage food N 5.80 0.40 6 5\ncurb side N 3 1\n"
    found = [astuple(pair) for pair in read_graded_pairs(file(text))]
    assert found == [("sausage", "food", 5.8), ("curb", "side", 3.0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\t1\nc\td\tx\ne\tf\t2\n", r":2: expected a number where 'x' stands"),
        ("a\tb\tc\n", r":1: expected two columns of text and one of numbers"),
        ("a\tb\nc\td\n", r":1: expected two columns of text"),
        ("", r":1: expected two columns of text"),
    ],
    ids=["score", "no score", "no third column", "empty"],
)
def test_graded_pairs_without_a_score_are_refused(
    file: Callable[..., Path], text: str, expected: str
) -> None:
    """The message names the file and the line."""
    with pytest.raises(FormError, match=expected):
        read_graded_pairs(file(text))


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("word1\tword2\tlabel\tfold\nice cream\tfood\tTrue\tval\nfood\tcat\tFalse\tval\n", ""),
        (
            "word1\tword2\trelation\tlabel\nice cream\tfood\thyper\t1\nfood\tcat\tco\t-1\n",
            "hyper",
        ),
        ("ice_cream-n\tfood-n\tTrue\thyper\nfood-n\tcat-n\tFalse\tother\n", "hyper"),
        ("ice_cream\tfood\thyper\nfood\tcat\t0\n", ""),
    ],
    ids=["header", "label last", "part of speech", "three columns"],
)
def test_word_pairs_are_read_with_and_without_a_header(
    file: Callable[..., Path], text: str, relation: str
) -> None:
    """Labels in words and numbers become one truth value, marks and underscores go."""
    first, second = read_word_pairs(file(text))
    assert astuple(first) == ("ice cream", "food", True, relation)
    assert astuple(second)[:3] == ("food", "cat", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\tTrue\na\tb\tperhaps\n", r":2: expected a label out of True"),
        ("a\tb\n", r":1: expected two words and a label between TABs"),
        ("word1\tword2\tkind\n", r":1: expected a column with the name label"),
    ],
    ids=["label", "columns", "header"],
)
def test_a_word_pair_without_a_label_is_refused(
    file: Callable[..., Path], text: str, expected: str
) -> None:
    """The message names the file and the line."""
    with pytest.raises(FormError, match=expected):
        read_word_pairs(file(text))
