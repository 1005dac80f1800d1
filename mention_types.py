"""Types for the stored mentions: done on demand, block by block, and resumable like a build."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from .building import Progress
from .graph import schema
from .graph.database import as_int
from .graph.descriptors import Share
from .graph.entities import Entity, EntityTyper
from .graph.labels.seeds import UNTAGGED, SeedLabels
from .graph.store import GraphStore

RULE = "types-2"
"""The version of how mentions are typed: raise it when that changes."""

_BLOCK = 512
_STEP = "types"
_SEEDS = "seed_labels"
_MADE_BY = "types_rule"
_MOST_TYPES = 3


def pending_sentences(store: GraphStore, seeds: SeedLabels) -> tuple[int, int]:
    """Return the first sentence that these labels have not typed yet, and the sentences' number.

    Types that an older rule gave do not count.
    """
    done, manifest = store.watermark(_STEP) or "0", store.manifest()
    if (manifest.get(_SEEDS), manifest.get(_MADE_BY)) != (seeds.fingerprint, RULE):
        done = "0"
    return int(done), store.database.next_id("sentence")


def type_mentions(
    store: GraphStore, typer: EntityTyper, seeds: SeedLabels, progress: Progress | None = None
) -> None:
    """Type every stored mention that has no type yet; each block is one transaction.

    A phrase that cannot be a name, such as "the results", is stored as `UNTAGGED` without asking
    the model. Types that were voted by another list of labels, or by an older rule, are taken back
    first.
    """
    first, n_sentences = pending_sentences(store, seeds)
    if not first:
        with store.transaction():
            store.database.execute("DELETE FROM entity")
            store.put_manifest({_SEEDS: seeds.fingerprint, _MADE_BY: RULE})
            store.put_watermark(_STEP, "0")
    for start in range(first, n_sentences, _BLOCK):
        stop = min(start + _BLOCK, n_sentences)
        sentences, texts, spans = _mentions(store, start, stop)
        names = [
            [span for span in row if typer.finder.can_name(text[slice(*span)])]
            for text, row in zip(texts, spans, strict=True)
        ]
        typed = typer.type_spans(texts, names)
        with store.transaction():
            store.database.insert(schema.entity, _rows(sentences, spans, typed))
            store.put_watermark(_STEP, str(stop))
        if progress is not None:
            progress("types", stop, n_sentences)


def stored_types(entity: Entity) -> list[Share]:
    """Return what is stored of the types of a name: the largest shares; none if it is untagged."""
    return [(label, round(p, 4)) for label, p in entity.types[:_MOST_TYPES]]


def _mentions(
    store: GraphStore, start: int, stop: int
) -> tuple[list[int], list[str], list[list[tuple[int, int]]]]:
    """Return the sentences of a range that mention phrases, their texts, and the phrases' spans."""
    rows = store.database.rows(
        'SELECT m.sentence_id, n.text, m.start, m."end" FROM mention m JOIN sentence s '
        "ON s.id = m.sentence_id JOIN node n ON n.id = s.node_id "
        "WHERE m.sentence_id >= ? AND m.sentence_id < ? ORDER BY m.sentence_id, m.start",
        (start, stop),
    )
    sentences: list[int] = []
    texts: list[str] = []
    spans: list[list[tuple[int, int]]] = []
    for sentence, text, begin, end in rows:
        if not sentences or sentences[-1] != sentence:
            sentences.append(as_int(sentence))
            texts.append(str(text))
            spans.append([])
        spans[-1].append((as_int(begin), as_int(end)))
    return sentences, texts, spans


def _rows(
    sentences: Sequence[int],
    spans: Sequence[Sequence[tuple[int, int]]],
    typed: Sequence[Sequence[Entity]],
) -> Iterator[tuple[object, ...]]:
    """Yield a row for each mention, typed or not."""
    for sentence, places, entities in zip(sentences, spans, typed, strict=True):
        at = {(entity.start, entity.end): entity for entity in entities}
        for place in places:
            if (entity := at.get(place)) is None:
                yield sentence, *place, UNTAGGED, 0.0, "[]", ""
                continue
            types = json.dumps(stored_types(entity))
            yield sentence, *place, entity.label, entity.confidence, types, entity.subtype
