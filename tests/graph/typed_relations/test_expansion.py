"""Terms proposed for a relation are those in the tails of its seeds."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError, UnknownTermError
from tailgraph.graph.typed_relations.expansion import propose_terms, stem
from tailgraph.indexers.tails import neighbor_tails


def test_proposed_terms_are_words_of_the_seeds_tails(tiny_encoder: Encoder) -> None:
    """Words of three letters and more in the tails, less forms of the seeds, with the cosine."""
    vocabulary = tiny_encoder.vocabulary
    seeds = ["inhibit", "treat"]
    tails = neighbor_tails(vocabulary.vectors)
    expected: dict[str, float] = {}
    for seed in seeds:
        members, cosines = tails.row(vocabulary.row(seed))
        for member, cosine in zip(members.tolist(), cosines.tolist(), strict=True):
            term = vocabulary.surface(member)
            if len(term) > 2 and term.isalpha() and not vocabulary.is_piece[member]:
                if not vocabulary.is_special[member] and stem(term) not in map(stem, seeds):
                    expected[term] = max(cosine, expected.get(term, -1))
    proposed = propose_terms(vocabulary, seeds, k=1000)
    by_stem = {stem(term) for term in expected}
    assert {stem(p.term) for p in proposed} == by_stem
    for term in proposed:
        assert term.cosine == pytest.approx(expected[term.term], abs=1e-5)


def test_terms_in_more_tails_come_first(tiny_encoder: Encoder) -> None:
    """The number of tails falls, and within it the cosine."""
    proposed = propose_terms(tiny_encoder.vocabulary, ["inhibit", "treat", "bind"], k=1000)
    order = [(-term.n_seeds, -term.cosine) for term in proposed]
    assert order == sorted(order)
    assert propose_terms(tiny_encoder.vocabulary, ["inhibit", "treat", "bind"], k=2) == proposed[:2]


def test_seeds_of_several_words_propose_nothing(tiny_encoder: Encoder) -> None:
    """The seed "bind to" is no term with a tail."""
    assert propose_terms(tiny_encoder.vocabulary, ["bind to"]) == []


def test_a_seed_that_is_no_term_is_refused(tiny_encoder: Encoder) -> None:
    """The message of the vocabulary names close terms; no seed at all is refused too."""
    with pytest.raises(UnknownTermError, match=r"'inhibot'.*'inhibit'"):
        propose_terms(tiny_encoder.vocabulary, ["inhibot"])
    with pytest.raises(ParameterError, match="no seed"):
        propose_terms(tiny_encoder.vocabulary, [" "])


def test_cosines_are_finite(tiny_encoder: Encoder) -> None:
    """Each proposed term has a cosine of at most 1."""
    proposed = propose_terms(tiny_encoder.vocabulary, ["drug"], k=1000)
    assert all(np.isfinite(term.cosine) and term.cosine <= 1 for term in proposed)
