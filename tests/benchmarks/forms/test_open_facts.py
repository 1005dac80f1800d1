"""Sentences, tuples and clusters of facts, as open information extraction has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError
from tailgraph.benchmarks.forms.open_facts import (
    Extraction,
    is_fact_file,
    read_facts,
    read_sentences,
    read_tuples,
)

FACTS = """\
sent_id:1\tAnn ate figs .
1--> Cluster 1:
Ann --> ate --> [ripe] figs
Ann --> ate figs --> today

1--> Cluster 2:
figs --> are --> ripe
"""


def test_sentences_may_be_numbered(file: Callable[..., Path]) -> None:
    """A number and a TAB before a sentence are no part of it."""
    assert list(read_sentences(file("7\tAnn ate .\n\nBob\tslept .\n"))) == [
        "Ann ate .",
        "Bob\tslept .",
    ]


def test_tuples_leave_out_contexts_and_empty_columns(file: Callable[..., Path]) -> None:
    """What begins with ``C:`` says who says so, and is no argument."""
    path = file("Ann ate .\tate\tAnn\t figs \t\tC: Bob said\n")
    assert read_tuples(path) == {"Ann ate .": [Extraction("ate", ("Ann", "figs"))]}
    with pytest.raises(FormError, match=r":1: expected a sentence, a relation and arguments"):
        read_tuples(file("Ann ate .\n"))


def test_facts_are_clusters_of_phrasings(file: Callable[..., Path]) -> None:
    """Each sentence has its facts, each fact its phrasings."""
    path = file(FACTS)
    assert is_fact_file(path)
    assert read_facts(path) == {
        "Ann ate figs .": [
            [("Ann", "ate", "[ripe] figs"), ("Ann", "ate figs", "today")],
            [("figs", "are", "ripe")],
        ]
    }
    with pytest.raises(FormError, match=r":2: expected subject --> relation --> object"):
        read_facts(file("sent_id:1\tAnn .\nAnn --> ate --> figs\n"))
