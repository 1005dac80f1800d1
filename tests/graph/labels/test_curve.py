"""How held-out terms are guessed and judged, against plain loops on planted groups."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest

from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.curve import (
    Accuracy,
    LabeledTerms,
    by_majority,
    by_neighbors,
    by_propagation,
    by_shuffled_labels,
    label_curve,
    measure,
)
from tailgraph.graph.labels.entity_vectors import propagate_labels
from tailgraph.graph.labels.seeds import SeedLabels

N_GROUPS, N_TERMS = 4, 30


def planted(noise: float) -> LabeledTerms:
    """Four groups of thirty words, each with a label of its own, with pieces between."""
    rng = np.random.default_rng(7)
    centers = rng.normal(size=(N_GROUPS, 12)) + 2
    terms = [f"word{g}{n:02}" for g in range(N_GROUPS) for n in range(N_TERMS)]
    vectors = np.repeat(centers, N_TERMS, axis=0) + rng.normal(size=(len(terms), 12)) * noise
    vocabulary = Vocabulary(
        terms=(*terms, "##piece", "[MASK]"),
        vectors=np.concatenate([vectors, rng.normal(size=(2, 12))]).astype(np.float32),
        biases=np.zeros(len(terms) + 2, dtype=np.float32),
        is_piece=np.array([False] * len(terms) + [True, False]),
        is_special=np.array([False] * len(terms) + [False, True]),
    )
    labels = {term: (f"{'AB'[int(term[4]) // 2]}.G{term[4]}",) for term in terms}
    labels |= {"word000": ("UNTAGGED",), "word001": ("A.G0", "B.G3"), "unheard": ("A.G0",)}
    return LabeledTerms.of(vocabulary, labels)


def split(labeled: LabeledTerms) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the places of known and of asked terms."""
    order = np.random.default_rng(1).permutation(len(labeled.terms))
    return order[40:], order[:40]


def test_only_typed_words_of_the_vocabulary_are_taken() -> None:
    """Terms without a type and unknown ones are left out, and rows lead to the terms."""
    labeled = planted(0.5)
    assert len(labeled.terms) == N_GROUPS * N_TERMS - 1
    assert "word000" not in labeled.terms
    assert labeled.labels == ("A.G0", "A.G1", "B.G2", "B.G3")
    terms = [labeled.vocabulary.terms[row] for row in labeled.rows]
    assert terms == list(labeled.terms)
    assert labeled.given[labeled.terms.index("word001")].tolist() == [True, False, False, True]


@pytest.mark.parametrize(("centered", "power"), [(True, 0), (False, 0), (True, 3)])
@pytest.mark.parametrize("k", [1, 4, 500])
def test_neighbors_vote_as_in_a_plain_loop(k: int, centered: bool, power: int) -> None:
    """Votes are counted term by term over sorted cosines."""
    labeled = planted(1.5)
    known, asked = split(labeled)
    shares = by_neighbors(k, centered=centered, power=power)(labeled, known, asked)
    vectors = labeled.vocabulary.vectors.astype(float)
    if centered:
        vectors = vectors - vectors[:-1].mean(axis=0)
    for place, row in zip(asked, shares, strict=True):
        a = vectors[labeled.rows[place]]
        cosines = {}
        for other in known:
            b = vectors[labeled.rows[other]]
            cosines[other] = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        votes: defaultdict[int, float] = defaultdict(float)
        for other in sorted(cosines, key=lambda o: -cosines[o])[:k]:
            for column in np.flatnonzero(labeled.given[other]).tolist():
                votes[column] += max(cosines[other], 0) ** power
        expected = np.array([votes[column] for column in range(N_GROUPS)], dtype=float)
        np.testing.assert_allclose(row, expected / expected.sum(), atol=2e-3)


def test_propagation_sees_the_known_labels_alone() -> None:
    """The guesses are the entity vectors made of the known terms."""
    labeled = planted(0.8)
    known, asked = split(labeled)
    names = {labeled.terms[p]: labeled.given[p] for p in known}
    seeds = {t: tuple(np.array(labeled.labels)[given]) for t, given in names.items()}
    vectors = propagate_labels(labeled.vocabulary, SeedLabels(seeds, "known"))
    expected = vectors.distributions[labeled.rows[asked]]
    np.testing.assert_array_equal(by_propagation(labeled, known, asked), expected)


def test_labels_that_no_known_term_has_get_no_share() -> None:
    """With the terms of one group known, its label is all there is to guess."""
    labeled = planted(0.3)
    known = np.flatnonzero(labeled.given[:, 1])
    asked = np.flatnonzero(~labeled.given[:, 1])
    for method in (by_propagation, by_majority, by_neighbors(3)):
        shares = method(labeled, known, asked)
        assert not shares[:, [0, 2, 3]].any()


def test_the_majority_is_the_same_for_every_term() -> None:
    """Its shares are those of the labels among the known terms."""
    labeled = planted(0.5)
    known, asked = split(labeled)
    counts = labeled.given[known].sum(axis=0)
    expected = np.tile(counts / counts.sum(), (len(asked), 1))
    np.testing.assert_allclose(by_majority(labeled, known, asked), expected, rtol=1e-6)


def test_groups_are_found_and_shuffled_labels_are_not() -> None:
    """Propagation types nearly all held-out words of tight groups right; dealt labels do not."""
    labeled = planted(0.3)
    known, asked = split(labeled)
    accuracy = {
        method: measure(method(labeled, known, asked), labeled.given[asked], labeled.labels)
        for method in (by_propagation, by_shuffled_labels)
    }
    assert accuracy[by_propagation].top_1 > 0.95
    assert accuracy[by_shuffled_labels].top_1 < 0.6


def test_main_types_are_judged_by_the_sum_of_their_sub_types() -> None:
    """A wrong sub-type of the right main type counts there; nothing known is always wrong."""
    labels = ("A.X", "A.Y", "B", "C")
    shares = np.array([[0.3, 0.3, 0.4, 0], [0, 0, 0, 0], [0, 0.2, 0.1, 0.7]], dtype=np.float32)
    given = np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], dtype=np.bool_)
    found = measure(shares, given, labels)
    # B is first for term 0, but A has .6; term 2 has B in third place.
    assert found == Accuracy(pytest.approx(0), pytest.approx(2 / 3), 1 / 3, pytest.approx(2 / 3))


def test_the_curve_holds_out_a_fifth_and_nests_what_is_known() -> None:
    """In a draw every size asks the same terms and knows the first of the same others."""
    labeled = planted(0.5)
    calls: list[tuple[list[int], list[int]]] = []

    def watch(
        labeled: LabeledTerms, known: npt.NDArray[np.int64], asked: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        calls.append((known.tolist(), asked.tolist()))
        return by_majority(labeled, known, asked)

    told: list[int] = []
    points = label_curve(
        labeled,
        {"watched": watch, "majority": by_majority},
        sizes=(50, 10, 500),
        n_draws=2,
        progress=lambda stage, done, total: told.append(done),
    )
    n_asked = round(0.2 * len(labeled.terms))
    n_others = len(labeled.terms) - n_asked
    assert [len(known) for known, _ in calls] == [10, 50, n_others] * 2
    for first in (0, 3):
        (least, asked), (middle, same), (most, _) = calls[first : first + 3]
        assert asked == same
        assert least == middle[:10] == most[:10]
        assert sorted(most + asked) == list(range(len(labeled.terms)))
    assert calls[0][1] != calls[3][1]
    assert told == [1, 2, 3, 4, 5, 6]
    by_name = {(p.method, p.n_labels): (p.mean, p.deviation) for p in points}
    assert len(by_name) == 6
    assert by_name["watched", 50] == by_name["majority", 50]
    drawn = [
        measure(by_majority(labeled, np.array(k), np.array(a)), labeled.given[a], labeled.labels)
        for k, a in (calls[1], calls[4])
    ]
    top_1 = np.array([accuracy.top_1 for accuracy in drawn])
    assert by_name["watched", 50][0].top_1 == pytest.approx(top_1.mean())
    assert by_name["watched", 50][1].top_1 == pytest.approx(top_1.std())


def test_a_list_that_cannot_be_compared_is_refused() -> None:
    """Two typed terms with two labels have to be in the vocabulary, and draws be at least one."""
    vocabulary = planted(0.5).vocabulary
    for labels in ({"word100": ("A",)}, {"word100": ("A",), "word101": ("A",), "x": ("B",)}):
        with pytest.raises(ParameterError, match="in the vocabulary"):
            LabeledTerms.of(vocabulary, labels)
    with pytest.raises(ParameterError, match="0 draws"):
        label_curve(planted(0.5), {"majority": by_majority}, n_draws=0)
