"""Scores for pairs of names: by typed triples, by what is left of them, and by simpler means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from measures.ranking import average_precision
from relation_items import PairItem, RelationSet

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.typed_relations.extraction import TypedRelationExtractor
from tailgraph.graph.typed_relations.schema import RelationSchema
from tailgraph.graph.typed_relations.triggers import Naming, TriggerLexicon
from tailgraph.graph.typed_relations.typed_triple import TypedTriple

DoubleArray = npt.NDArray[np.float64]

_STANDING, _TOGETHER, _MANY, _AGAINST = 0.5, 0.05, 3, 0.25
"""What the document adds to a pair: how it stands to it, each sentence with both, and what its
other relations take away."""


class Judged(NamedTuple):
    """A relation for a pair, how firmly, and the form of the triple that says so, if one does."""

    label: str
    score: float
    form: str = ""


def by_triples(
    pairs: RelationSet,
    extractor: TypedRelationExtractor,
    labels: Mapping[str, str],
    *,
    has_types: bool = True,
) -> list[Judged]:
    """Judge pairs by the best triple in any of their sentences.

    Parameters
    ----------
    labels
        The labels of the relations; those without one speak against the pair.
    has_types
        Whether the names' types are told.
    """
    names = pairs.names
    if not has_types:
        names = [[replace(name, types=()) for name in row] for row in names]
    triples: dict[tuple[int, frozenset[tuple[int, int]]], list[TypedTriple]] = defaultdict(list)
    for row, found in enumerate(extractor.extract(pairs.sentences, names)):
        for triple in found:
            ends = frozenset((a.span.start, a.span.end) for a in (triple.subject, triple.object))
            triples[row, ends].append(triple)
    return [_judge(item, triples, labels) for item in pairs.items]


def _judge(
    item: PairItem,
    triples: Mapping[tuple[int, frozenset[tuple[int, int]]], Sequence[TypedTriple]],
    labels: Mapping[str, str],
) -> Judged:
    best, against = Judged(next(iter(labels.values())), 0.0), 0.0
    for row, one, other in item.places:
        ends = frozenset({(one.span.start, one.span.end), (other.span.start, other.span.end)})
        for triple in triples.get((row, ends), ()):
            if triple.relation not in labels:
                against = max(against, triple.confidence)
            elif triple.confidence > best.score:
                best = Judged(labels[triple.relation], triple.confidence, triple.form)
    return best._replace(score=best.score - _AGAINST * against)


def with_document(items: Sequence[PairItem], judged: Sequence[Judged]) -> list[Judged]:
    """Add what the document says of each pair."""
    return [
        own._replace(
            score=own.score + _STANDING * item.standing + _TOGETHER * min(_MANY, len(item.places))
        )
        for item, own in zip(items, judged, strict=True)
    ]


def form_scores(
    gold: Sequence[str], judged: Sequence[Judged], no_relation: str, threshold: float
) -> dict[str, dict[str, float]]:
    """Say of each form how many pairs it relates, how many of them rightly, and of all related."""
    n_related = sum(label != no_relation for label in gold)
    found: dict[str, dict[str, float]] = {}
    for form in ("infix", "prefix", "suffix"):
        rows = [
            label
            for label, one in zip(gold, judged, strict=True)
            if one.form == form and one.score >= threshold
        ]
        n_right = sum(label != no_relation for label in rows)
        found[form] = {
            "pairs": len(rows),
            "precision": round(n_right / max(len(rows), 1), 4),
            "recall": round(n_right / max(n_related, 1), 4),
        }
    return found


def by_standing(items: Sequence[PairItem], label: str) -> list[Judged]:
    """Judge pairs by the document alone, no word of what its sentences say."""
    return with_document(items, [Judged(label, 0.0)] * len(items))


def by_company(items: Sequence[PairItem], label: str) -> list[Judged]:
    """Judge pairs by whether both stand in one sentence."""
    return [Judged(label, float(bool(item.places))) for item in items]


def by_keywords(
    pairs: RelationSet, schema: RelationSchema, labels: Mapping[str, str]
) -> list[Judged]:
    """Judge pairs by the terms of relations in their sentences, the most frequent relation."""
    lexicon = TriggerLexicon(schema)
    words = [_named(lexicon, sentence.lemmas) for sentence in pairs.sentences]
    first = next(iter(labels.values()))
    judged = []
    for item in pairs.items:
        counts: dict[str, int] = defaultdict(int)
        for row, _, _ in item.places:
            for relation, _ in words[row]:
                if relation in labels:
                    counts[labels[relation]] += 1
        best = max(counts, key=lambda label: (counts[label], label), default=first)
        judged.append(Judged(best, float(bool(counts))))
    return judged


def by_nearest_pair(
    pairs: RelationSet, schema: RelationSchema, labels: Mapping[str, str]
) -> list[Judged]:
    """Judge pairs without a parse: each term of a relation goes to the nearest pair of names."""
    lexicon = TriggerLexicon(schema)
    of_row: dict[int, list[int]] = defaultdict(list)
    for number, item in enumerate(pairs.items):
        for row, _, _ in item.places:
            of_row[row].append(number)
    judged = [Judged(next(iter(labels.values())), 0.0)] * len(pairs.items)
    for row, numbers in of_row.items():
        sentence = pairs.sentences[row]
        for relation, word in _named(lexicon, sentence.lemmas):
            if relation not in labels:
                continue
            offset = sentence.offsets[word]
            reach = {n: _reach(pairs.items[n], row, offset) for n in dict.fromkeys(numbers)}
            nearest = min(reach, key=lambda n: (reach[n], n))
            score = 1 / (1 + reach[nearest] / 40)
            if score > judged[nearest].score:
                judged[nearest] = Judged(labels[relation], score)
    return judged


def _named(lexicon: TriggerLexicon, lemmas: Sequence[str]) -> list[tuple[str, int]]:
    """List the relations that words of a sentence name, with the words."""
    around = {lemma.lower() for lemma in lemmas}
    return [
        (naming.relation, word)
        for word, lemma in enumerate(lemmas)
        for naming in lexicon.listed(lemma.lower(), around)
        if naming.is_confirmed
    ]


def _reach(item: PairItem, row: int, offset: int) -> int:
    """Count the characters from a word to both names of a pair in a sentence."""
    return min(
        abs(one.span.start - offset) + abs(other.span.start - offset)
        for number, one, other in item.places
        if number == row
    )


class AnyWord(TriggerLexicon):
    """Lets every content word name every relation: what is left is types and the parse."""

    def __init__(self, schema: RelationSchema) -> None:
        super().__init__(schema)
        self._any = tuple(Naming(name, 1.0) for name in schema.relations)

    def namings(
        self, lemma: str, word: str, around: Collection[str] = (), *, near: bool = True
    ) -> Iterator[Naming]:
        """Yield all relations."""
        yield from self._any


def extractor_for(
    schema: RelationSchema,
    encoder: Encoder,
    make: Callable[[RelationSchema, Encoder], TriggerLexicon],
) -> TypedRelationExtractor:
    """Make an extractor that keeps even the least confident triple."""
    return TypedRelationExtractor(schema, make(schema, encoder), min_confidence=0.0)


def detection_scores(
    gold: Sequence[str], judged: Sequence[Judged], no_relation: str, threshold: float
) -> dict[str, float]:
    """Score pairs: F1 of finding related ones and of their labels, at the threshold and the best.

    Examples
    --------
    >>> judged = [Judged("CID", 0.9), Judged("CID", 0.4), Judged("CID", 0.1)]
    >>> detection_scores(["CID", "none", "CID"], judged, "none", 0.5)["f1"]
    0.6667
    """
    scores = np.array([one.score for one in judged], dtype=np.float64)
    is_right = np.array([label != no_relation for label in gold])
    has_label = np.array(
        [label == one.label for label, one in zip(gold, judged, strict=True)], dtype=bool
    )
    is_found = scores >= threshold
    n_gold = int(is_right.sum())
    best, at = best_f1(scores, is_right)
    hits = int((is_found & is_right).sum())
    return {
        "f1": _f1(hits, int(is_found.sum()), n_gold),
        "precision": round(hits / max(1, int(is_found.sum())), 4),
        "recall": round(hits / max(1, n_gold), 4),
        "label_f1": _f1(int((is_found & is_right & has_label).sum()), int(is_found.sum()), n_gold),
        "best_f1": best,
        "best_threshold": at,
        "ap": round(average_precision(scores, is_right), 4),
    }


def best_f1(scores: DoubleArray, is_right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the highest F1 that a threshold reaches, and that threshold.

    Examples
    --------
    >>> best_f1(np.array([0.9, 0.5, 0.1]), np.array([True, True, False]))
    (1.0, 0.5)
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits = np.cumsum(is_right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(1, int(is_right.sum())))
    f1[:-1][ranked[1:] == ranked[:-1]] = 0  # no threshold parts equal scores
    place = int(f1.argmax())
    return round(float(f1[place]), 4), round(float(ranked[place]), 4)


def _f1(hits: int, n_found: int, n_gold: int) -> float:
    return round(2 * hits / max(1, n_found + n_gold), 4)


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """Return the mean F1 of the gold labels.

    Examples
    --------
    >>> macro_f1(["a", "a", "b"], ["a", "b", "b"])
    0.6667
    """
    scores = []
    for label in sorted(set(gold)):
        hits = sum(a == b == label for a, b in zip(gold, found, strict=True))
        scores.append(2 * hits / (list(gold).count(label) + list(found).count(label)))
    return round(float(np.mean(scores)), 4)
