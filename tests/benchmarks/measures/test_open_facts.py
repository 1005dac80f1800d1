"""The scores of open information extraction, against figures worked by hand."""

from __future__ import annotations

import pytest

from tailgraph.benchmarks.forms.open_facts import Extraction
from tailgraph.benchmarks.measures.open_facts import exact_facts, lenient_curve, lenient_scores

GOLD = Extraction("joined", ("Ann", "the firm", "in May"))


@pytest.mark.parametrize(
    ("found", "scores"),
    [
        (GOLD, (1.0, 1.0)),
        (Extraction("joined", ("Ann", "the old firm")), (4 / 5, 4 / 6)),
        (Extraction("joined", ("Ann", "in May the firm")), (1.0, 1.0)),
        (Extraction("left", ("Ann", "the firm")), (0.0, 0.0)),
        (Extraction("JOINED", ("ann", "THE firm")), (1.0, 4 / 6)),
        (Extraction("joined", ("the firm", "Ann")), (1 / 4, 1 / 6)),
    ],
    ids=["the same", "a word too many", "arguments joined", "another verb", "case", "turned round"],
)
def test_shared_words_count_slot_by_slot(found: Extraction, scores: tuple[float, float]) -> None:
    """Precision is over found words, recall over gold ones; relations have to share a word."""
    assert lenient_scores(GOLD, found) == pytest.approx(scores)


def test_what_is_said_may_come_first() -> None:
    """A verb of saying matches either way round."""
    gold = Extraction("said", ("Ann", "it works"))
    assert lenient_scores(gold, Extraction("said", ("it works", "Ann"))) == (1.0, 1.0)


def test_be_stands_for_its_forms() -> None:
    """A *be* that is no word of the sentence matches *is*."""
    gold = Extraction("is", ("Ann", "president"))
    assert lenient_scores(gold, Extraction("be", ("Ann", "president"))) == (1.0, 1.0)


def test_the_curve_is_that_drawn_by_hand() -> None:
    """Two gold, one found exactly at .9, one of two words right at .5, one wrong at .5.

    At .9: precision 1/1, recall 1/2. At .5 the second gold one pairs with what shares 2 of its 3
    words: precision (1 + 2/3 + 0) / 3, recall (1 + 2/3) / 2.
    """
    gold = {"S one": [Extraction("ate", ("Ann", "pears")), Extraction("sold", ("Bob", "figs"))]}
    found = {
        "Sone": [
            Extraction("ate", ("Ann", "pears"), 0.9),
            Extraction("sold", ("Bob", "plums"), 0.5),
            Extraction("ran", ("Bob", "home"), 0.5),
        ]
    }
    curve = lenient_curve(gold, found)
    assert curve.confidences.tolist() == [0.5, 0.9]
    assert curve.precision.tolist() == pytest.approx([5 / 9, 1.0])
    assert curve.recall.tolist() == pytest.approx([5 / 6, 0.5])
    assert curve.f1.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert curve.area == pytest.approx(0.5 * 1 + (5 / 6 - 1 / 2) * (5 / 9 + 1) / 2)


def test_a_sentence_without_extractions_lowers_recall_only() -> None:
    """Gold of a sentence that nothing was found in counts at every level."""
    gold = {"a": [Extraction("ate", ("Ann", "figs"))], "b": [Extraction("ate", ("Bob", "figs"))]}
    curve = lenient_curve(gold, {"a": [Extraction("ate", ("Ann", "figs"), 0.7)]})
    assert (curve.precision.tolist(), curve.recall.tolist()) == ([1.0], [0.5])


def test_a_fact_counts_once_however_it_is_phrased() -> None:
    """Two right phrasings of one fact are one hit; a wrong one is a miss of precision."""
    fact = [("[The] firm", "sold", "figs [of Rome]"), ("[The] firm", "sold figs of", "Rome")]
    other = [("firm", "is", "old")]
    found = [
        Extraction("sold", ("The firm", "figs")),
        Extraction("sold figs of", ("firm", "Rome")),
        Extraction("sold", ("The firm", "figs of")),
    ]
    assert exact_facts({"s": [fact, other]}, {"s": found}) == (1, 1, 2)


def test_brackets_may_stand_in_brackets() -> None:
    """An optional group can hold another."""
    fact = [("Ann", "ate", "[the [very] old] figs")]
    for text in ("figs", "the old figs", "the very old figs"):
        assert exact_facts({"s": [fact]}, {"s": [Extraction("ate", ("Ann", text))]})[0] == 1
    assert exact_facts({"s": [fact]}, {"s": [Extraction("ate", ("Ann", "the figs"))]})[0] == 0
