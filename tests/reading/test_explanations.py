"""Explanations of vectors, held against plain rankings and groups put together by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.landmarks import BIAS_SHARE, content_terms
from tailgraph.errors import ParameterError, UnknownTermError
from tailgraph.graph.schema import NodeKind
from tailgraph.reading.explanations import Explanation, LandmarkGroup
from tailgraph.reading.reader import Reader

if TYPE_CHECKING:
    from tailgraph.knowledge_base import KnowledgeBase

TEXT = "the drug inhibits kinases in mice"


def ranked(encoder: Encoder, vector: np.ndarray) -> list[tuple[float, str]]:
    """Rank the readable terms by t . E + b / 3."""
    vocabulary = encoder.vocabulary
    weights = vocabulary.vectors @ vector + BIAS_SHARE * vocabulary.biases
    rows = np.flatnonzero(content_terms(vocabulary)).tolist()
    return sorted(((float(weights[r]), vocabulary.surface(r)) for r in rows), reverse=True)


def shares_of(groups: Sequence[LandmarkGroup]) -> dict[str | None, float]:
    """Return the share of each group."""
    return {group.name: group.share for group in groups}


def test_a_text_is_explained_by_its_landmarks_and_their_types(tiny_reader: Reader) -> None:
    """Each landmark counts for its type by how far it lies above the first term left out."""
    encoder, k = tiny_reader.encoder, 8
    best = ranked(encoder, encoder.encode([TEXT]).vectors[0])
    found = tiny_reader.explain(TEXT, k=k)
    assert [mark.term for mark in found.landmarks] == [term for _, term in best[:k]]
    margins = {term: weight - best[k][0] for weight, term in best[:k]}
    total = sum(margins.values())
    types = tiny_reader.term_types
    for groups, names in ((found.types, types.mains), (found.labels, types.labels)):
        expected: dict[str | None, float] = {}
        for term, margin in margins.items():
            name = names[encoder.vocabulary.row(term)]
            expected[name] = expected.get(name, 0.0) + margin / total
        assert shares_of(groups) == pytest.approx(expected, abs=1e-4)
        assert sorted(term for group in groups for term in group.terms) == sorted(margins)
        named = [group.share for group in groups if group.name is not None]
        assert named == sorted(named, reverse=True)
    assert (found.kind, found.clusters) == (None, ())


def test_a_term_is_explained_by_the_terms_nearest_to_it(tiny_reader: Reader) -> None:
    """It is compared by cosine and needs no knowledge base."""
    vocabulary = tiny_reader.encoder.vocabulary
    row = vocabulary.row("melanoma")
    cosines = vocabulary.unit_vectors @ vocabulary.unit_vectors[row]
    readable = np.flatnonzero(content_terms(vocabulary)).tolist()
    expected = sorted((r for r in readable if r != row), key=lambda r: -cosines[r])[:5]
    found = tiny_reader.explain("Melanoma", kind="term", k=5)
    assert (found.text, found.kind) == ("melanoma", "term")
    assert [mark.row for mark in found.landmarks] == expected
    assert [mark.weight for mark in found.landmarks] == pytest.approx(cosines[expected], abs=1e-6)


def test_the_clusters_that_cover_most_are_named(tiny_reader: Reader) -> None:
    """A term of several clusters counts in the one that covers most of the explanation."""
    marks = tiny_reader.explain(TEXT, k=4).landmarks
    a, b, c, d = (mark.row for mark in marks)
    clusters = {a: ["small", "large"], b: ["large"], c: ["large", "small"], d: []}
    reader = Reader(
        tiny_reader.encoder,
        tiny_reader.seeds,
        find_clusters=lambda rows: {row: clusters[row] for row in rows},
    )
    names = [mark.term for mark in marks]
    found = reader.explain(TEXT, k=4)
    assert [(group.name, group.terms) for group in found.clusters] == [
        ("large", tuple(names[:3])),
        (None, (names[3],)),
    ]
    assert sum(group.share for group in found.clusters) == pytest.approx(1)
    del clusters[b], clusters[c]
    clusters[b], clusters[c] = ["other"], ["small"]
    found = reader.explain(TEXT, k=4)
    assert shares_of(found.clusters).keys() == {"small", "other", None}
    assert dict((g.name, g.terms) for g in found.clusters)["small"] == (names[0], names[2])


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        (" ", {}, ParameterError, "The text is empty"),
        (TEXT, {"k": 0}, ParameterError, "at least one"),
        (TEXT, {"kind": "page"}, ParameterError, "'page'; expected one of term, phrase, sentence"),
        (TEXT, {"kind": "sentence"}, ParameterError, "name the knowledge base"),
        ("snow", {"kind": "term"}, UnknownTermError, "snow"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    text: str,
    options: dict[str, object],
    error: type[Exception],
    message: str,
    tiny_reader: Reader,
) -> None:
    """The message says what came and what to do."""
    with pytest.raises(error, match=message):
        tiny_reader.explain(text, **options)  # type: ignore[arg-type] # parametrized


def test_what_the_model_cannot_read_is_flagged(tiny_reader: Reader) -> None:
    """Unknown and long texts are said beside the explanation."""
    flags = [
        (found.has_unknown, found.truncated)
        for found in map(tiny_reader.explain, (TEXT, "\u2603", "mice " * 10_000))
    ]
    assert flags == [(False, False), (True, False), (False, True)]


# ---- in a knowledge base


def words(found: Explanation) -> list[str]:
    """Return the terms of an explanation."""
    return [mark.term for mark in found.landmarks]


def test_a_stored_sentence_is_explained_as_its_text_is(sample_kb: KnowledgeBase) -> None:
    """The stored vector is the one that the text gets, and its clusters are those of its terms."""
    [hit] = sample_kb.search("a blocked artery", k=1)
    stored = sample_kb.reader.explain(hit.node.text, kind="sentence")
    fresh = sample_kb.reader.explain(hit.node.text)
    assert words(stored) == words(fresh)
    assert (stored.kind, fresh.kind) == ("sentence", None)
    for group in stored.clusters:
        for term in group.terms:
            names = {cluster.key for cluster in sample_kb.clusters(term)}
            assert group.name in names or (group.name is None and not names)


def test_a_stored_phrase_is_explained_by_its_stored_vector(sample_kb: KnowledgeBase) -> None:
    """Its landmarks are those that a search shows for it."""
    [hit] = sample_kb.search("high blood pressure", kind=NodeKind.PHRASE, k=1)
    found = sample_kb.reader.explain("High blood pressure", kind="phrase", k=10)
    assert found.text == hit.node.text == "high blood pressure"
    assert found.landmarks == hit.landmarks
    with pytest.raises(UnknownTermError, match="no sentence of this knowledge base"):
        sample_kb.reader.explain("high blood pressure", kind="sentence")


def test_every_hit_carries_landmarks_of_its_stored_vector(sample_kb: KnowledgeBase) -> None:
    """Hits are explained by what is stored; those that are terms by the terms nearest to them."""
    encoder = sample_kb.encoder
    for kind in (NodeKind.PHRASE, NodeKind.SENTENCE):
        for hit in sample_kb.search("insulin", kind=kind, k=5):
            [vector] = sample_kb.store.vectors_of(kind, [hit.node.id])
            best = ranked(encoder, vector)[:10]
            assert [mark.term for mark in hit.landmarks] == [term for _, term in best]
    query = {mark.term for mark in sample_kb.reader.explain("insulin", k=30).landmarks}
    for hit in sample_kb.search("insulin", kind=NodeKind.TERM, k=5):
        near = sample_kb.reader.explain(hit.node.text, kind="term", k=30)
        assert hit.landmarks == near.landmarks[:10]
        assert hit.shared == tuple(term for term in words(near) if term in query)[:10]
