"""Types without labels: the clusters that the context of a phrase asks for."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.landmarks import content_terms
from tailgraph.errors import ParameterError
from tailgraph.graph.clusters import Cluster
from tailgraph.graph.parsing import Parser
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.label_free import (
    LabelFreeTyper,
    cluster_vocabulary,
    find_pivots,
)
from tailgraph.reading.reader import Reader

TEXTS = ["the kinase binds egfr in mice .", "aspirin treats melanoma ."]
SPANS = [[(4, 10), (17, 21)], [(0, 7)]]


def cluster(pivot: int, *members: int) -> Cluster:
    """Make a cluster whose name and numbers nobody reads."""
    return Cluster("", pivot, pivot, (pivot, *members), 0.0, 0.0)


@pytest.fixture(scope="module")
def clusters(tiny_encoder: Encoder) -> list[Cluster]:
    """Make a cluster of each word of the tiny model and the next word; one pivot comes twice."""
    rows = np.flatnonzero(content_terms(tiny_encoder.vocabulary)).tolist()
    found = [cluster(row, after) for row, after in pairwise(rows)]
    return [*found, cluster(rows[0], rows[-1])]


@pytest.fixture(scope="module")
def typer(tiny_reader: Reader, clusters: list[Cluster]) -> LabelFreeTyper:
    """Type by the tiny model and these clusters."""
    return LabelFreeTyper(tiny_reader.encoder, clusters, tiny_reader.term_types)


def test_the_pivot_is_the_word_nearest_to_the_others() -> None:
    """A stray word in a group is not its pivot; places that hold none do not count."""
    angles = np.radians([0, 10, 20, 90, 15])
    units = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    pivots, means = find_pivots(units, np.array([[0, 1, 2, 3], [3, 2, 0, -1], [3, -1, -1, -1]]))
    assert pivots.tolist() == [2, 2, 3]
    by_hand = [np.cos(np.radians([20, 10, 70])).mean(), np.cos(np.radians([70, 20])).mean(), 0]
    assert means == pytest.approx(by_hand, abs=1e-6)


def test_types_are_the_clusters_with_the_nearest_pivots(
    tiny_encoder: Encoder, clusters: list[Cluster], typer: LabelFreeTyper
) -> None:
    """Descriptors, pivot, strength, pivots of clusters and members as a plain loop finds them."""
    vocabulary = tiny_encoder.vocabulary
    units = vocabulary.unit_vectors.astype(np.float64)
    typed = [entity for row in typer.type_spans(TEXTS, SPANS) for entity in row]
    predicted = tiny_encoder.predict(
        TEXTS, [SPANS[0][:1], SPANS[1]], k=10, allowed=content_terms(vocabulary)
    )
    predicted[0] += tiny_encoder.predict(
        TEXTS[:1], [SPANS[0][1:]], k=10, allowed=content_terms(vocabulary)
    )[0]
    first = {c.pivot: c for c in reversed(clusters)}
    for entity, words in zip(typed, [w for row in predicted for w in row], strict=True):
        assert [d.term for d in entity.descriptors] == [vocabulary.surface(w.row) for w in words]
        assert [d.score for d in entity.descriptors] == pytest.approx(
            [word.score for word in words], abs=1e-4
        )
        rows = [word.row for word in words]
        means = [np.mean([units[a] @ units[b] for b in rows if b != a]) for a in rows]
        pivot = rows[int(np.argmax(means))]
        assert entity.pivot == vocabulary.surface(pivot)
        assert entity.strength == pytest.approx(max(means), abs=1e-5)
        nearest = sorted(first, key=lambda row: -(units[row] @ units[pivot]))[:10]
        assert [kind.pivot for kind in entity.types] == [vocabulary.surface(r) for r in nearest]
        assert [kind.cosine for kind in entity.types] == pytest.approx(
            [units[row] @ units[pivot] for row in nearest], abs=1e-5
        )
        assert [kind.members for kind in entity.types] == [
            tuple(map(vocabulary.surface, first[row].members)) for row in nearest
        ]


def test_the_label_is_that_of_most_pivots(tiny_reader: Reader, typer: LabelFreeTyper) -> None:
    """The label that most clusters' pivots have is told with their share, else nothing."""
    surfaces, types = tiny_reader.encoder.vocabulary.surfaces, tiny_reader.term_types
    mains = dict(zip(surfaces, types.mains, strict=True))
    for entity in [entity for row in typer.type_spans(TEXTS, SPANS) for entity in row]:
        assert [kind.label for kind in entity.types] == [
            mains[kind.pivot] or "" for kind in entity.types
        ]
        votes = Counter(mains[kind.pivot] for kind in entity.types if mains[kind.pivot])
        assert votes[entity.label] == max(votes.values())
        assert entity.share == votes[entity.label] / len(entity.types)


def test_no_label_is_needed(tiny_encoder: Encoder, clusters: list[Cluster], typer) -> None:
    """Without labels the types are the same, and none has a label."""
    bare = LabelFreeTyper(tiny_encoder, clusters).type_spans(TEXTS, SPANS)
    labeled = typer.type_spans(TEXTS, SPANS)
    for one, other in zip(chain(*bare), chain(*labeled), strict=True):
        assert [kind.pivot for kind in one.types] == [kind.pivot for kind in other.types]
        assert (one.label, one.share) == ("", 0)
        assert {kind.label for kind in one.types} == {""}


def test_phrases_come_back_in_their_places(typer: LabelFreeTyper) -> None:
    """Each sentence keeps its phrases, in the order given; one without any has none."""
    typed = typer.type_spans([*TEXTS, "the end ."], [*SPANS, []])
    assert [[(e.start, e.end) for e in row] for row in typed] == [*SPANS, []]
    assert [[e.text for e in row] for row in typed] == [["kinase", "egfr"], ["aspirin"], []]


def test_noun_phrases_are_typed_without_their_articles(
    typer: LabelFreeTyper, default_parser: Parser
) -> None:
    """The phrases of a sentence are those that a knowledge base counts; pronouns are none."""
    [[parsed]] = default_parser.parse([["It binds the old kinase of these mice."]])
    [typed] = typer.type_sentences([parsed])
    assert [entity.text for entity in typed] == ["old kinase", "mice"]


def test_a_model_without_words_is_refused(tiny_encoder: Encoder) -> None:
    """Where all terms are pieces of words, nothing could describe anything."""
    encoder = copy(tiny_encoder)
    all_pieces = np.ones(len(encoder.vocabulary), dtype=np.bool_)
    encoder.__dict__["vocabulary"] = replace(encoder.vocabulary, is_piece=all_pieces)
    with pytest.raises(ParameterError, match="no whole word"):
        LabelFreeTyper(encoder, [])


def test_a_reader_clusters_its_vocabulary_as_a_knowledge_base_does(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """Stored clusters and those made anew are the same, member by member."""
    (tmp_path / "notes.txt").write_text("Aspirin treats melanoma.\n")
    with KnowledgeBase.build([tmp_path / "notes.txt"], tmp_path / "kb", model=tiny_bert) as kb:
        stored = kb.reader.list_clusters
        assert stored is not None
        made = cluster_vocabulary(kb.encoder.vocabulary)
        assert tuple(stored()) == made
        assert len(made) > 1


def test_the_embedded_model_finds_types_that_a_reader_would(sample_kb: KnowledgeBase) -> None:
    """In place of "patients" stand people, around a pivot that is a person."""
    [read] = sample_kb.fine_types_of("Metformin lowers blood sugar in patients with diabetes.")
    entity = next(entity for entity in read.entities if entity.text == "patients")
    assert entity.label == "PERSON"
    assert {"people", "children"} <= {descriptor.term for descriptor in entity.descriptors}
