"""The build of a knowledge base: each step is one transaction, and an interrupted build goes on.

Documents are read in blocks whose boundaries depend on the sources alone, never on where a run was
interrupted, so the same sources always give the same rows and the same vectors.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from time import perf_counter
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from .engine.corpus import Document, Layout, read_documents
from .engine.encoder import Encoder
from .errors import ArtifactError, CorpusError
from .graph import schema
from .graph.clusters import Clustering, cluster_tails, whole_words
from .graph.ingest import BlockDraft, ReadSentence, text_digest, unknown_documents
from .graph.parallel_parsing import ParserPool
from .graph.parsing import Parser
from .graph.relations.extraction import extract_triples
from .graph.schema import TAIL_OF_NODE, NodeKind
from .graph.store import GraphStore, SourceRecord
from .indexers.tails import BinRule, DensityRule, TailRule, Tails, ZRule, neighbor_tails

_POOL_SENTENCES = 2048
"""Blocks as long as this, but for the first of a source, are parsed by several processes.

Like the blocks themselves that depends on the source alone, not on where a run began.
"""
_MOST_WORKERS = 8

Progress = Callable[[str, int, int | None], None]
"""Called with the name of a stage, how much of it is done, and of how much (None: not known)."""


@dataclass(frozen=True)
class BuildConfig:
    """What decides the content of a knowledge base, besides its model, parser and sources.

    Parameters
    ----------
    term_rule, text_rule
        Where the tails of vocabulary terms, and those of phrases and sentences, end.
    block_sentences
        A block of documents is committed when it holds this many sentences.
    group_sentences
        Neighbouring sentences of a document are parsed together, up to this many.
    min_mentions
        A phrase becomes a node when it has been seen this often.
    """

    term_rule: TailRule = field(default_factory=BinRule)
    text_rule: TailRule = field(default_factory=DensityRule)
    block_sentences: int = 2048
    group_sentences: int = 8
    min_mentions: int = 2

    def as_json(self) -> dict[str, object]:
        """Return the configuration for the manifest, each rule with its name."""
        values = asdict(self)
        for name in ("term_rule", "text_rule"):
            values[name] = {"rule": type(getattr(self, name)).__name__, **values[name]}
        return values

    @classmethod
    def from_json(cls, values: Any) -> BuildConfig:
        """Return the configuration that `as_json` was taken of."""
        rules = {rule.__name__: rule for rule in (BinRule, DensityRule, ZRule)}
        parts = dict(values)
        for name in ("term_rule", "text_rule"):
            parameters = dict(parts[name])
            parts[name] = rules[parameters.pop("rule")](**parameters)
        return cls(**parts)


@dataclass(frozen=True)
class BuildReport:
    """What one run did: seconds of wall time by stage, documents it stored and passed over."""

    seconds: dict[str, float]
    n_documents: int
    n_already_present: int


class Builder:
    """Fills a store from an encoder, a parser and sources of text."""

    def __init__(
        self,
        store: GraphStore,
        encoder: Encoder,
        parser: Parser,
        config: BuildConfig,
        *,
        progress: Progress | None = None,
    ) -> None:
        self.store = store
        self.encoder = encoder
        self.parser = parser
        self.config = config
        self._progress = progress
        self._seconds: dict[str, float] = {}
        self._n_documents = 0
        self._n_present = 0

    def report(self) -> BuildReport:
        """Return what this builder has done so far."""
        return BuildReport(dict(self._seconds), self._n_documents, self._n_present)

    def run(self) -> None:
        """Do every step that is not done yet: vocabulary, sources, tails and graph.

        When a source turns out to be bad, what was read before stays, and is finished.

        Raises
        ------
        CorpusError
            A source is bad, or the sources hold no sentence.
        """
        self.add_vocabulary()
        try:
            for record in self.store.sources():
                if not record.done:
                    self.add_source(record)
        except CorpusError:
            if self.store.database.count("sentence"):
                self.finish()
            raise
        if not self.store.database.count("sentence"):
            raise CorpusError(
                "the sources hold no sentence; nothing to build a knowledge base from"
            )
        self.finish()

    # ---- the vocabulary, once

    def add_vocabulary(self) -> None:
        """Write the terms, their vectors, tails and clusters, unless that was done before."""
        if self.store.watermark("vocabulary") is not None:
            return
        vocabulary = self.encoder.vocabulary
        tails = self._tails("term tails", vocabulary.vectors, self.config.term_rule)
        with self.timed("clusters"):
            names = [vocabulary.surface(row) for row in range(len(vocabulary))]
            units, eligible = vocabulary.unit_vectors, whole_words(vocabulary)
            clustering = cluster_tails(tails, units, names, eligible=eligible)
        nodes = np.arange(len(vocabulary), dtype=np.int64)
        with self.timed("write"), self.store.transaction():
            insert = self.store.database.insert
            kind = int(NodeKind.TERM)
            insert(
                schema.node, ((i, kind, t, False, False) for i, t in enumerate(vocabulary.terms))
            )
            columns = (nodes, vocabulary.biases, vocabulary.is_piece, vocabulary.is_special)
            insert(schema.term, zip(*(column.tolist() for column in columns), strict=True))
            self.store.append_vectors(NodeKind.TERM, nodes, vocabulary.vectors)
            self.store.replace_tails(TAIL_OF_NODE[NodeKind.TERM], nodes, tails)
            self._write_clusters(clustering)
            self.store.put_watermark("vocabulary", self.encoder.fingerprint)

    def _write_clusters(self, clustering: Clustering) -> None:
        clusters = clustering.clusters
        self.store.database.insert(
            schema.cluster,
            ((i, c.key, c.pivot, c.seed, c.strength, c.deviation) for i, c in enumerate(clusters)),
        )
        self.store.database.insert(
            schema.cluster_member,
            (
                (i, position, node)
                for i, c in enumerate(clusters)
                for position, node in enumerate(c.members)
            ),
        )

    # ---- documents, block by block

    def add_source(self, record: SourceRecord) -> None:
        """Read one source from where its record stands to its end, committing block by block."""
        documents = read_documents(
            record.name,
            layout=cast(Layout, record.layout),
            text_field=record.text_field,
            id_field=record.id_field,
        )
        digest = _skip(documents, record)
        with ExitStack() as stack:
            pool: ParserPool | None = None
            for block in _blocks(documents, self.config.block_sentences):
                parser: Parser | ParserPool = self.parser
                if record.n_read and _n_sentences(block) >= _POOL_SENTENCES:
                    pool = pool or stack.enter_context(ParserPool(self.parser, n_workers()))
                    parser = pool
                for document in block:
                    digest = _chain(digest, document)
                record = replace(record, n_read=record.n_read + len(block), digest=digest)
                self._add_block(record, block, parser)
                self._tell("documents", record.n_read, None)
        with self.store.transaction():
            self.store.put_source(replace(record, done=True))

    def _add_block(
        self, record: SourceRecord, block: Sequence[Document], parser: Parser | ParserPool
    ) -> None:
        documents = unknown_documents(self.store, block)
        sentences = self._read(documents, parser)
        with self.timed("look up"):
            draft = BlockDraft.plan(
                self.store, documents, sentences, min_mentions=self.config.min_mentions
            )
        with self.timed("encode sentences"):
            encoded = self.encoder.encode(draft.new_sentences)
        with self.timed("encode phrases"):
            encoded_phrases = self.encoder.encode(draft.phrase_surfaces)
        with self.timed("write"), self.store.transaction():
            draft.write(self.store, record.id, encoded, encoded_phrases)
            self.store.put_source(record)
        self._n_documents += len(documents)
        self._n_present += len(block) - len(documents)

    def _read(
        self, documents: Sequence[tuple[str, Document]], parser: Parser | ParserPool
    ) -> list[ReadSentence]:
        """Parse the sentences of some documents and extract their triples."""
        places = [
            (index, start, end)
            for index, (_, document) in enumerate(documents)
            for start, end in document.sentences
        ]
        with self.timed("parse"):
            groups = _groups(documents, self.config.group_sentences)
            parsed = [sentence for group in parser.parse(groups) for sentence in group]
        with self.timed("triples"):
            return [
                ReadSentence(*place, sentence, tuple(extract_triples(sentence)))
                for place, sentence in zip(places, parsed, strict=True)
            ]

    # ---- steps over the whole content

    def finish(self) -> None:
        """Derive the tails of phrases and sentences and the graph from the content as it stands."""
        state = f"{self.store.database.next_id('node')} nodes"
        for kind in (NodeKind.PHRASE, NodeKind.SENTENCE):
            name = f"{kind.name.lower()} tails"
            if self.store.watermark(name) == state:
                continue
            nodes, vectors = self.store.vectors(kind)
            tails = self._tails(name, vectors, self.config.text_rule)
            with self.timed("write"), self.store.transaction():
                self.store.replace_tails(TAIL_OF_NODE[kind], nodes, tails)
                self.store.put_watermark(name, state)
        with self.timed("graph"):
            self._write_graph()

    def _write_graph(self) -> None:
        if self.store.is_finished():
            return
        with self.store.transaction():
            self.store.replace_mentions()
            self.store.put_graph(self.store.edges())
            self.store.put_watermark("graph", self.store.content_state())

    def _tails(self, name: str, vectors: npt.NDArray[np.float32], rule: TailRule) -> Tails:
        def tell(n_done: int) -> None:
            self._tell(name, n_done, len(vectors))

        with self.timed(name):
            return neighbor_tails(vectors, rule=rule, progress=tell)

    # ---- what happens meanwhile

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the wall time of the block to a stage of the report."""
        start = perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + perf_counter() - start

    def _tell(self, stage: str, n_done: int, n_total: int | None) -> None:
        if self._progress is not None:
            self._progress(stage, n_done, n_total)


def _blocks(documents: Iterator[Document], size: int) -> Iterator[list[Document]]:
    """Gather whole documents until a block holds ``size`` sentences; no block spans two sources."""
    block: list[Document] = []
    n_sentences = 0
    for document in documents:
        block.append(document)
        n_sentences += len(document.sentences)
        if n_sentences >= size:
            yield block
            block, n_sentences = [], 0
    if block:
        yield block


def _n_sentences(block: Sequence[Document]) -> int:
    return sum(len(document.sentences) for document in block)


def n_workers() -> int:
    """Return the number of processors that this process may use, within reason."""
    return min(_MOST_WORKERS, len(os.sched_getaffinity(0)))


def _groups(documents: Sequence[tuple[str, Document]], size: int) -> Iterator[list[str]]:
    """Yield up to ``size`` neighbouring sentences of one document, each on one line."""
    for _, document in documents:
        texts = [_one_line(document.text[start:end]) for start, end in document.sentences]
        for start in range(0, len(texts), size):
            yield texts[start : start + size]


def _one_line(text: str) -> str:
    """Put spaces for line breaks and tabs, so that offsets stay as they are."""
    return text.replace("\n", " ").replace("\t", " ")


def _skip(documents: Iterator[Document], record: SourceRecord) -> str:
    """Pass over the documents that are committed, and make sure that they are still the same."""
    digest = ""
    for document in islice(documents, record.n_read):
        digest = _chain(digest, document)
    if digest != record.digest:
        raise ArtifactError(
            f"{record.name} has changed since the interrupted build read {record.n_read} documents "
            "of it; restore it, or build into a new folder"
        )
    return digest


def _chain(digest: str, document: Document) -> str:
    parts = f"{digest}\n{document.key}\n{text_digest(document.text)}"
    return hashlib.sha256(parts.encode()).hexdigest()
