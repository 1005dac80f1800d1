"""How seed labels spread over a vocabulary."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.vocabulary import FloatArray, Vocabulary
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.entity_vectors import EntityVectors, propagate_labels
from tailgraph.graph.labels.seeds import UNTAGGED, SeedLabels, main_type, read_labels


def make_vocabulary(terms: Sequence[str], vectors: FloatArray) -> Vocabulary:
    """Make a vocabulary that keeps case; "##" marks pieces and brackets special terms."""
    return Vocabulary(
        terms=tuple(terms),
        vectors=vectors.astype(np.float32),
        biases=np.zeros(len(terms), dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in terms]),
        is_special=np.array([term.startswith("[") for term in terms]),
    )


def planted_vocabulary(noise: float = 1.0) -> Vocabulary:
    """Make three clusters of 12 words, with a piece, a single character and a special term each."""
    rng = np.random.default_rng(3)
    terms, vectors = [], []
    for cluster in ("red", "green", "blue"):
        center = rng.normal(size=8) * 2 + 1
        terms += [f"{cluster}{n}" for n in range(12)]
        terms += [f"##{cluster}", cluster[0], f"[{cluster}]"]
        vectors.append(center + rng.normal(size=(15, 8)) * noise)
    return make_vocabulary(terms, np.concatenate(vectors))


PLANTED = SeedLabels(
    {
        "red0": ("RED",),
        "red1": ("RED", "WARM"),
        "green0": ("GREEN",),
        "green1": (UNTAGGED,),
        "blue0": ("BLUE",),
        "blue1": ("BLUE",),
        "r": ("RED",),
    },
    "planted",
)


def spread_by_hand(
    vocabulary: Vocabulary, seeds: SeedLabels, *, floor: float, n_labelled: int
) -> dict[str, dict[str, float]]:
    """Spread labels term by term and neighbor by neighbor."""
    rows = [
        row
        for row, term in enumerate(vocabulary.surfaces)
        if len(term) > 1 and not vocabulary.is_special[row]
    ]
    vectors = {row: vocabulary.vectors[row].astype(float) for row in rows}
    mean = sum(vectors.values()) / len(rows)
    collected = {term: defaultdict[str, float](float) for term in vocabulary.terms}
    for row in rows:
        a = vectors[row] - mean
        cosines = {}
        for other in rows:
            b = vectors[other] - mean
            cosines[other] = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        members, n_found, labels = [], 0, defaultdict[str, float](float)
        for other in sorted(rows, key=lambda r: -cosines[r]):
            if cosines[other] < floor or n_found == n_labelled:
                break
            members.append(other)
            term = vocabulary.terms[other]
            for label in seeds.labels.get(term, ()):
                labels[label] += max(cosines[other], 0) ** 3
            n_found += term in seeds.labels and seeds.labels[term] != (UNTAGGED,)
        for member in members:
            for label, count in labels.items():
                share = max(cosines[member], 0) ** 3 * count
                collected[vocabulary.terms[member]][label] += share
    return {
        term: {label: count for label, count in counts.items() if count > 0}
        for term, counts in collected.items()
    }


def named_counts(vectors: EntityVectors) -> dict[str, dict[str, float]]:
    """Name the counts of each term that are not zero."""
    return {
        term: {name: n for name, n in zip(vectors.labels, row, strict=True) if n}
        for term, row in zip(vectors.vocabulary.terms, vectors.counts.tolist(), strict=True)
    }


@pytest.mark.parametrize("n_labelled", [1, 2, 5, 20])
@pytest.mark.parametrize("floor", [-1.0, 0.2, 0.6])
def test_labels_spread_as_in_a_plain_loop(floor: float, n_labelled: int) -> None:
    """Counts equal those of a loop over every term and every neighbor, in blocks of any size."""
    vocabulary = planted_vocabulary()
    expected = spread_by_hand(vocabulary, PLANTED, floor=floor, n_labelled=n_labelled)
    for block_rows in (7, 512):
        vectors = propagate_labels(
            vocabulary, PLANTED, floor=floor, n_labelled=n_labelled, block_rows=block_rows
        )
        found = named_counts(vectors)
        assert found.keys() == expected.keys()
        for term, counts in expected.items():
            assert found[term] == pytest.approx(counts, rel=1e-4), term


def test_terms_take_the_label_of_the_seeds_around_them() -> None:
    """Every word and piece of a planted cluster has the label of the cluster's seeds on top."""
    vectors = propagate_labels(planted_vocabulary(noise=0.3), PLANTED, n_labelled=2)
    for term, shares in zip(vectors.vocabulary.terms, vectors.propagated, strict=True):
        surface = term.removeprefix("##")
        if len(surface) > 1 and not term.startswith("["):
            typed = {n: s for n, s in zip(vectors.labels, shares, strict=True) if n != UNTAGGED}
            assert max(typed, key=typed.__getitem__) == surface.rstrip("0123456789").upper(), term


def test_single_characters_and_special_terms_have_no_labels() -> None:
    """A single character takes no part, even as a seed, nor does a special term."""
    vectors = propagate_labels(planted_vocabulary(), PLANTED)
    rows = [vectors.vocabulary.row(term) for term in ("r", "[red]")]
    assert not vectors.counts[rows].any()
    assert not vectors.is_seed[rows].any()


def test_seeds_that_are_no_terms_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    """Seed terms that the vocabulary lacks are named in the result and in the log."""
    with caplog.at_level(logging.WARNING):
        vectors = propagate_labels(planted_vocabulary(), PLANTED)
    assert vectors.unknown == ("r",)
    assert "1 of 7 seed terms" in caplog.text


def test_seeds_without_a_type_are_told_apart() -> None:
    """A seed is typed or untyped, never both."""
    vectors = propagate_labels(planted_vocabulary(), PLANTED)
    terms = np.array(vectors.vocabulary.terms)
    assert set(terms[vectors.is_seed]) == set(PLANTED.labels) - {"r"}
    assert terms[vectors.is_untyped].tolist() == ["green1"]


def test_distributions_balance_frequent_labels() -> None:
    """Each column is divided by the fourth root of its sum before rows are made to add up to 1."""
    vocabulary = make_vocabulary(["one", "two", "none"], np.eye(3, dtype=np.float32))
    counts = np.array([[12, 1], [4, 0], [0, 0]], dtype=np.float32)
    vectors = EntityVectors(vocabulary, ("COMMON", "RARE"), counts, np.zeros_like(counts))
    # The columns add up to 16 and 1: 12 / 2 = 6 stands against 1 / 1 = 1.
    expected = np.array([[6 / 7, 1 / 7], [1, 0], [0, 0]])
    np.testing.assert_allclose(vectors.propagated, expected, rtol=1e-6)
    np.testing.assert_allclose(vectors.distributions, expected, rtol=1e-6)


def test_what_a_person_gave_counts_alone() -> None:
    """A seed has its own labels in equal parts, whatever its neighbors are."""
    vocabulary = make_vocabulary(["one", "two", "none"], np.eye(3, dtype=np.float32))
    counts = np.array([[12, 1], [4, 0], [0, 0]], dtype=np.float32)
    given = np.array([[1, 1], [0, 0], [0, 1]], dtype=np.float32)
    vectors = EntityVectors(vocabulary, ("COMMON", "RARE"), counts, given)
    expected = np.array([[0.5, 0.5], [1, 0], [0, 1]])
    np.testing.assert_allclose(vectors.distributions, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EGFR", {"GENE": 1.0}),
        ("eGFR", {"MEASURE": 1.0}),
        ("Egfr", {"GENE": 1 / 2, "MEASURE": 1 / 2}),
        ("Kidney", {"ANATOMY": 1.0}),
        ("1950", {"MEASURE.NUMBER": 1.0}),
        ("unheard", {}),
        ("##kidney", {}),
    ],
    ids=["exact", "other-case", "all-variants", "lower-case", "digits", "unknown", "piece"],
)
def test_a_word_is_looked_up_as_it_is_then_in_lower_case_then_in_any(
    text: str, expected: Mapping[str, float]
) -> None:
    """Digits come first, then the exact word, its lower case, all its variants, then nothing."""
    vocabulary = make_vocabulary(
        ["EGFR", "eGFR", "kidney", "1950", "##kidney"], np.eye(5, dtype=np.float32)
    )
    labels = ("ANATOMY", "GENE", "MEASURE", "MEASURE.NUMBER", "TIME")
    rows = {"EGFR": "GENE", "eGFR": "MEASURE", "kidney": "ANATOMY", "1950": "TIME", "##": "TIME"}
    counts = np.array([[9.0 * (label == own) for label in labels] for own in rows.values()])
    vectors = EntityVectors(vocabulary, labels, counts, np.zeros_like(counts))
    shares = vectors.look_up(text)
    found = {name: share for name, share in zip(labels, shares.tolist(), strict=True) if share}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    "options", [{"floor": 1.0}, {"floor": -1.5}, {"n_labelled": 0}, {"block_rows": 0}], ids=str
)
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    """An option out of its range raises, and the message says what is expected."""
    with pytest.raises(ParameterError, match="expected a cosine"):
        propagate_labels(planted_vocabulary(), PLANTED, **options)  # type: ignore[arg-type]  # floats on purpose


def test_a_list_for_another_language_is_refused() -> None:
    """Labels cannot spread where no seed with a type is in the vocabulary."""
    seeds = SeedLabels({"rojo": ("RED",), "green1": (UNTAGGED,)}, "rojo.tsv")
    with pytest.raises(ParameterError, match=r"None of the 2 seed terms of rojo\.tsv"):
        propagate_labels(planted_vocabulary(), seeds)


Guess = Callable[[str], Mapping[str, float]]
Method = Callable[[Vocabulary, SeedLabels], Guess]


def held_out_accuracy(
    vocabulary: Vocabulary, seeds: SeedLabels, method: Method
) -> tuple[float, float]:
    """Guess the labels of two fifths of the seeds from the rest; top-1 and top-3 accuracy."""
    terms = sorted(seeds.labels)
    right = []
    for fold in np.array_split(np.random.default_rng(0).permutation(len(terms)), 5)[:2]:
        tested = [terms[number] for number in fold]
        kept = {term: names for term, names in seeds.labels.items() if term not in set(tested)}
        guess = method(vocabulary, SeedLabels(kept, "kept"))
        for term in tested:
            scores, names = guess(term), seeds.labels[term]
            best = sorted(scores, key=lambda name: -scores[name])[:3]
            right.append([best[0] in names, not set(best).isdisjoint(names)])
    top_1, top_3 = np.mean(right, axis=0)
    return float(top_1), float(top_3)


def propagated(vocabulary: Vocabulary, kept: SeedLabels) -> Guess:
    """Guess by the entity vector of a term."""
    vectors = propagate_labels(vocabulary, kept)
    shares = vectors.distributions
    return lambda term: dict(zip(vectors.labels, shares[vocabulary.row(term)], strict=True))


def shuffled(vocabulary: Vocabulary, kept: SeedLabels) -> Guess:
    """Guess by entity vectors made of labels that were dealt out at random."""
    order = np.random.default_rng(1).permutation(len(kept))
    names = list(kept.labels.values())
    dealt = {term: names[number] for term, number in zip(kept.labels, order, strict=True)}
    return propagated(vocabulary, SeedLabels(dealt, "dealt"))


def majority(vocabulary: Vocabulary, kept: SeedLabels) -> Guess:
    """Guess the most frequent labels."""
    counts = Counter(name for names in kept.labels.values() for name in names)
    return lambda term: counts


def nearest_five(vocabulary: Vocabulary, kept: SeedLabels) -> Guess:
    """Guess by a vote of the five nearest seeds, weighted by cosine."""
    centered = vocabulary.vectors - vocabulary.vectors.mean(axis=0)
    units = centered / np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-9)
    names = list(kept.labels.values())
    others = units[[vocabulary.row(term) for term in kept.labels]]

    def guess(term: str) -> Counter[str]:
        cosines = others @ units[vocabulary.row(term)]
        votes: Counter[str] = Counter()
        for number in np.argsort(-cosines)[:5]:
            votes.update(dict.fromkeys(names[number], cosines[number]))
        return votes

    return guess


def test_held_out_seeds_are_recovered(default_encoder: Encoder) -> None:
    """Four fifths of some seeds find the main types of the rest, better than neighbors or chance.

    On every third typed seed and a fifth of the other terms, for speed. benchmarks/eval_labels.py
    measures on whole lists.
    """
    whole, listed = default_encoder.vocabulary, read_labels()
    typed = sorted(listed.labels.keys() - listed.untyped)[::3]
    mains = {
        term: tuple(sorted({main_type(name) for name in listed.labels[term]})) for term in typed
    }
    seeds = SeedLabels(mains, "a third")
    rows = sorted({*range(5, len(whole), 5), *map(whole.row, mains)})
    vocabulary = Vocabulary(
        terms=tuple(whole.terms[row] for row in rows),
        vectors=whole.vectors[rows],
        biases=whole.biases[rows],
        is_piece=whole.is_piece[rows],
        is_special=whole.is_special[rows],
        lowercase=True,
    )
    top_1, top_3 = held_out_accuracy(vocabulary, seeds, propagated)
    voted_1, voted_3 = held_out_accuracy(vocabulary, seeds, nearest_five)
    assert top_1 > voted_1
    assert top_3 > voted_3
    for chance in (majority, shuffled):
        chance_1, chance_3 = held_out_accuracy(vocabulary, seeds, chance)
        assert chance_1 < 0.25
        assert chance_3 < 0.45
