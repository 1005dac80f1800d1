"""Facts of the stored text: found on demand, block by block, and resumable like a build.

Parses are not stored, so the sentences are parsed again, in the groups of the build. What was found
in single sentences is kept, and all of it is gathered to facts when the last sentence is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from .building import Progress, n_workers
from .engine.encoder import Encoder
from .graph import schema
from .graph.database import as_int
from .graph.descriptors import Share
from .graph.entities import EntityTyper
from .graph.facts.aggregation import gather_facts
from .graph.facts.fact_edges import write_facts
from .graph.facts.naming import stored_naming
from .graph.facts.queries import SEARCH_STEP
from .graph.facts.typed_rows import read_statements, typed_rows
from .graph.labels.seeds import SeedLabels
from .graph.parallel_parsing import ParserPool
from .graph.parsing import ParsedSentence, Parser
from .graph.relations.triples import Span
from .graph.store import GraphStore
from .graph.typed_relations.extraction import TypedRelationExtractor
from .graph.typed_relations.schema import (
    RelationSchema,
    format_relation,
    parse_schema,
    read_schema,
)
from .graph.typed_relations.typed_triple import TypedArgument, TypedTriple
from .mention_types import RULE as TYPES_RULE
from .mention_types import pending_sentences, stored_types

RULE = "facts-1"
"""The version of how facts are found and gathered: raise it when that changes."""

Extract = Callable[[Sequence[int], Sequence[ParsedSentence]], Sequence[Sequence[TypedTriple]]]
"""Finds the typed triples of stored sentences: their ids and their parses in, triples out."""

_BLOCK = 512
_POOL_SENTENCES = 2048
_GATHERED = "fact edges"
_SCHEMA = "relation_schema"
_MADE_BY = "facts"


@dataclass(frozen=True)
class FactJob:
    """What decides the facts of a text, besides its parser: the schema and the labels."""

    relations: RelationSchema
    seeds: SeedLabels

    @classmethod
    def of(cls, store: GraphStore, seeds: SeedLabels, schema: str | Path | None = None) -> FactJob:
        """Return the job of a schema file; without one that of the last time, or the starter's."""
        text = store.manifest().get(_SCHEMA)
        if schema is None and isinstance(text, str):
            return cls(parse_schema(text, source=str(store.database.path.parent)), seeds)
        return cls(read_schema(schema), seeds)

    @property
    def schema_text(self) -> str:
        """The schema as a file would hold it."""
        return "\n".join(map(format_relation, self.relations.relations.values()))

    @property
    def made_by(self) -> dict[str, str]:
        """What the manifest says of stored facts; facts made by something else do not count."""
        return {"rule": RULE, "types_rule": TYPES_RULE, "seed_labels": self.seeds.fingerprint}

    def pending_sentences(self, store: GraphStore) -> tuple[int, int]:
        """Return the first sentence that was not searched so, and the number of sentences."""
        manifest = store.manifest()
        done = store.watermark(SEARCH_STEP) or "0"
        if (manifest.get(_MADE_BY), manifest.get(_SCHEMA)) != (self.made_by, self.schema_text):
            done = "0"
        return int(done), store.database.next_id("sentence")

    def is_done(self, store: GraphStore) -> bool:
        """Say whether every sentence was searched so, and the facts were gathered."""
        first, n_sentences = self.pending_sentences(store)
        return first == n_sentences and store.watermark(_GATHERED) == store.content_state()


def make_extract(store: GraphStore, job: FactJob, encoder: Encoder, typer: EntityTyper) -> Extract:
    """Return what finds typed triples with a model, and with the types that are stored."""
    extractor = TypedRelationExtractor.from_parts(encoder, typer, job.relations)
    n_typed, _ = pending_sentences(store, job.seeds)
    return lambda ids, parsed: extractor.extract(
        parsed, typed_names(store, typer, ids, parsed, n_typed=n_typed)
    )


def typed_names(
    store: GraphStore,
    typer: EntityTyper,
    ids: Sequence[int],
    parsed: Sequence[ParsedSentence],
    *,
    n_typed: int,
) -> list[list[TypedArgument]]:
    """Return the names of stored sentences with their largest types.

    A name that is a whole mention has the types that are stored of it. About half of all names
    are parts of mentions, so it costs less to type what is missing than all mentions first.

    Parameters
    ----------
    n_typed
        The mentions of how many sentences, from the first on, have types that still hold.
    """
    statement = 'SELECT sentence_id, start, "end", types FROM entity WHERE sentence_id IN (%s)'
    types: dict[tuple[int, int, int], list[Share]] = {
        (as_int(sentence), as_int(start), as_int(end)): json.loads(str(shares))
        for sentence, start, end, shares in store.database.rows_in(
            statement, [i for i in ids if i < n_typed]
        )
    }
    spans = [typer.finder.find(sentence) for sentence in parsed]
    rows = list(zip(ids, spans, strict=True))
    new = [[span for span in row if (i, *span) not in types] for i, row in rows]
    typed = typer.type_spans([sentence.text for sentence in parsed], new)
    for i, entities in zip(ids, typed, strict=True):
        types |= {(i, entity.start, entity.end): stored_types(entity) for entity in entities}
    return [
        [
            TypedArgument(
                Span(*span, sentence.text[slice(*span)]), tuple((t, p) for t, p in shares)
            )
            for span in row
            if (shares := types[i, *span])
        ]
        for (i, row), sentence in zip(rows, parsed, strict=True)
    ]


def find_facts(
    store: GraphStore,
    job: FactJob,
    extract: Extract,
    parser: Parser,
    *,
    group_sentences: int,
    progress: Progress | None = None,
) -> None:
    """Search every sentence that was not searched yet, then gather the facts.

    Each block of whole documents is one transaction. What was found by another schema, other labels
    or an older rule is taken back first.

    Parameters
    ----------
    group_sentences
        As at the build: so the sentences have the parses that their phrases were read from.
    """
    first, n_sentences = job.pending_sentences(store)
    if not first:
        _begin(store, job)
    with ExitStack() as stack:
        parse: Parser | ParserPool = parser
        if n_sentences - first >= _POOL_SENTENCES:
            parse = stack.enter_context(ParserPool(parser, n_workers()))
        while first < n_sentences:
            first = _search_block(store, first, extract, parse, group_sentences)
            if progress is not None:
                progress("facts", first, n_sentences)
    if not job.is_done(store):
        _gather(store, job.relations)


def _begin(store: GraphStore, job: FactJob) -> None:
    """Take back what was found before, and record what it will be found by."""
    with store.transaction():
        store.database.execute("DELETE FROM typed_triple")
        store.put_manifest({_MADE_BY: job.made_by, _SCHEMA: job.schema_text})
        store.put_watermark(SEARCH_STEP, "0")
        store.put_watermark(_GATHERED, "")


def _search_block(
    store: GraphStore,
    first: int,
    extract: Extract,
    parser: Parser | ParserPool,
    group_sentences: int,
) -> int:
    """Search some whole documents, and return the first sentence after them."""
    rows = _sentences(store, first)
    ids = [i for i, _, _ in rows]
    parsed = [s for group in parser.parse(_groups(rows, group_sentences)) for s in group]
    found = typed_rows(store, ids, parsed, extract(ids, parsed))
    with store.transaction():
        number = store.database.next_id("typed_triple")
        store.database.insert(
            schema.typed_triple, ((number + i, *row) for i, row in enumerate(found))
        )
        store.put_watermark(SEARCH_STEP, str(ids[-1] + 1))
    return ids[-1] + 1


def _sentences(store: GraphStore, first: int) -> list[tuple[int, int, str]]:
    """Return id, document and text of the sentences of the next documents, about a block."""
    last = store.database.rows(
        "SELECT max(id) FROM sentence WHERE document_id = (SELECT max(document_id) FROM sentence "
        "WHERE id >= ? AND id < ?)",
        (first, first + _BLOCK),
    )
    rows = store.database.rows(
        "SELECT s.id, s.document_id, n.text FROM sentence s JOIN node n ON n.id = s.node_id "
        "WHERE s.id BETWEEN ? AND ? ORDER BY s.id",
        (first, last[0][0]),
    )
    return [(as_int(i), as_int(document), str(text)) for i, document, text in rows]


def _groups(rows: Sequence[tuple[int, int, str]], size: int) -> Iterator[list[str]]:
    """Yield up to ``size`` neighbouring sentences of one document, cut as at the build."""
    for _, document in groupby(rows, key=itemgetter(1)):
        texts = [text for _, _, text in document]
        for start in range(0, len(texts), size):
            yield texts[start : start + size]


def _gather(store: GraphStore, relations: RelationSchema) -> None:
    """Gather the typed triples of all sentences to facts, and make edges of them."""
    symmetric = {name for name, relation in relations.relations.items() if relation.symmetric}
    facts = gather_facts(read_statements(store, stored_naming(store)), symmetric=symmetric)
    with store.transaction():
        write_facts(store, facts)
        store.put_watermark(_GATHERED, store.content_state())
