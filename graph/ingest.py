"""A block of parsed documents to rows: which sentences and phrases are new, and what is written.

A draft is planned first, so that its new texts can be encoded, and then written in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.corpus import Document
from ..engine.encoder import Encoded
from . import schema
from .database import Row, as_int
from .parsing import ParsedSentence
from .relations.triples import Triple
from .schema import NodeKind
from .store import GraphStore


@dataclass(frozen=True)
class ReadSentence:
    """One sentence of a block: its document's place in the block, and its span in that text."""

    document: int
    start: int
    end: int
    parsed: ParsedSentence
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class _PhraseCount:
    """A phrase as it stands after the block: ``node`` is None while it is too rare to have one."""

    id: int
    surface: str
    n_mentions: int
    node: int | None


@dataclass(frozen=True)
class BlockDraft:
    """A block of documents, planned against a store and ready to be encoded and written.

    Parameters
    ----------
    new_sentences
        Distinct sentences that have no node yet, in order of arrival.
    new_phrases
        Keys of the phrases that became frequent enough for a node in this block, in order.
    phrase_surfaces
        How each of them was first written: what is encoded.
    """

    documents: tuple[tuple[str, Document], ...]
    sentences: tuple[ReadSentence, ...]
    new_sentences: tuple[str, ...]
    new_phrases: tuple[str, ...]
    phrase_surfaces: tuple[str, ...]
    first_node: int
    known_sentences: dict[str, int]
    phrases: dict[str, _PhraseCount]
    known_phrases: frozenset[str]

    @classmethod
    def plan(
        cls,
        store: GraphStore,
        documents: Sequence[tuple[str, Document]],
        sentences: Sequence[ReadSentence],
        *,
        min_mentions: int,
    ) -> BlockDraft:
        """Look up what the store knows of a block, and number what it does not."""
        texts = list(dict.fromkeys(sentence.parsed.text for sentence in sentences))
        statement = "SELECT text, id FROM node WHERE kind = ? AND text IN (%s)"
        found = store.database.rows_in(statement, texts, int(NodeKind.SENTENCE))
        known = {str(text): as_int(node) for text, node in found}
        new_sentences = tuple(text for text in texts if text not in known)
        first_node = store.database.next_id("node")
        first_phrase_node = first_node + len(new_sentences)
        before = _stored_phrases(store, sentences)
        after = _count_phrases(store, sentences, before, first_phrase_node, min_mentions)
        new = tuple(key for key, p in after.items() if (p.node or 0) >= first_phrase_node)
        return cls(
            documents=tuple(documents),
            sentences=tuple(sentences),
            new_sentences=new_sentences,
            new_phrases=new,
            phrase_surfaces=tuple(after[key].surface for key in new),
            first_node=first_node,
            known_sentences=known | {t: first_node + i for i, t in enumerate(new_sentences)},
            phrases=after,
            known_phrases=frozenset(before),
        )

    def write(
        self, store: GraphStore, source_id: int, sentences: Encoded, phrases: Encoded
    ) -> None:
        """Write every row of the block, inside the open transaction of the store."""
        insert = store.database.insert
        first_document = store.database.next_id("document")
        first_sentence = store.database.next_id("sentence")
        first_triple = store.database.next_id("triple")
        insert(
            schema.document,
            (
                (first_document + i, source_id, key, text_digest(document.text), document.text)
                for i, (key, document) in enumerate(self.documents)
            ),
        )
        first_phrase = self.first_node + len(self.new_sentences)
        self._write_nodes(store, NodeKind.SENTENCE, self.first_node, self.new_sentences, sentences)
        self._write_nodes(store, NodeKind.PHRASE, first_phrase, self.new_phrases, phrases)
        insert(
            schema.sentence,
            (
                (
                    first_sentence + i,
                    first_document + sentence.document,
                    sentence.start,
                    sentence.end,
                    self.known_sentences[sentence.parsed.text],
                )
                for i, sentence in enumerate(self.sentences)
            ),
        )
        self._write_phrases(store)
        insert(schema.mention, self._mentions(first_sentence))
        insert(
            schema.triple,
            ((first_triple + i, *row) for i, row in enumerate(self._triples(first_sentence))),
        )

    @staticmethod
    def _write_nodes(
        store: GraphStore, kind: NodeKind, first: int, texts: Sequence[str], encoded: Encoded
    ) -> None:
        flags = zip(texts, encoded.has_unknown.tolist(), encoded.truncated.tolist(), strict=True)
        rows = ((first + i, int(kind), *values) for i, values in enumerate(flags))
        store.database.insert(schema.node, rows)
        store.append_vectors(kind, np.arange(first, first + len(texts)), encoded.vectors)

    def _write_phrases(self, store: GraphStore) -> None:
        new = [(p.id, key, p) for key, p in self.phrases.items() if key not in self.known_phrases]
        store.database.insert(
            schema.phrase, ((i, key, p.surface, p.n_mentions, p.node) for i, key, p in new)
        )
        store.database.execute_many(
            "UPDATE phrase SET n_mentions = ?, node_id = ? WHERE id = ?",
            [
                (p.n_mentions, p.node, p.id)
                for key, p in self.phrases.items()
                if key in self.known_phrases
            ],
        )

    def _mentions(self, first_sentence: int) -> Iterator[Row]:
        for i, sentence in enumerate(self.sentences):
            for phrase in sentence.parsed.noun_phrases:
                if phrase.key:
                    yield (
                        first_sentence + i,
                        phrase.key_start,
                        phrase.key_end,
                        self.phrases[phrase.key].id,
                    )

    def _triples(self, first_sentence: int) -> Iterator[Row]:
        for i, sentence in enumerate(self.sentences):
            for triple in sentence.triples:
                spans = (triple.subject, triple.relation, triple.object)
                yield (
                    first_sentence + i,
                    *(value for span in spans for value in (span.text, span.start, span.end)),
                    triple.relation_lemma,
                    triple.form,
                    triple.rule,
                    triple.negated,
                    triple.modality,
                    triple.confidence,
                    triple.path,
                    triple.tense,
                    json.dumps(
                        [(a.role, a.span.text, a.span.start, a.span.end) for a in triple.adjuncts]
                    ),
                    triple.condition,
                    triple.attribution,
                    triple.predicate,
                )


def unknown_documents(
    store: GraphStore, documents: Sequence[Document]
) -> list[tuple[str, Document]]:
    """Return the documents that are not stored yet, each under a key that is free.

    A key that is stored with the same text is passed over; with another text the document is new,
    and its key takes a suffix ``~2``, ``~3``, and so on.
    """
    statement = "SELECT key, digest FROM document WHERE key IN (%s)"
    rows = store.database.rows_in(statement, [d.key for d in documents])
    known = {str(key): str(digest) for key, digest in rows}
    fresh = []
    for document in documents:
        digest, key, n = text_digest(document.text), document.key, 1
        while known.get(key, digest) != digest:
            n += 1
            key = f"{document.key}~{n}"
            for found, taken in store.database.rows_in(statement, [key]):
                known.setdefault(str(found), str(taken))
        if key not in known:
            known[key] = digest
            fresh.append((key, document))
    return fresh


def text_digest(text: str) -> str:
    """Return the sha256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _stored_phrases(
    store: GraphStore, sentences: Sequence[ReadSentence]
) -> dict[str, _PhraseCount]:
    keys = {phrase.key for sentence in sentences for phrase in sentence.parsed.noun_phrases}
    statement = "SELECT key, id, surface, n_mentions, node_id FROM phrase WHERE key IN (%s)"
    return {
        str(key): _PhraseCount(as_int(i), str(s), as_int(n), None if node is None else as_int(node))
        for key, i, s, n, node in store.database.rows_in(statement, sorted(keys - {""}))
    }


def _count_phrases(
    store: GraphStore,
    sentences: Sequence[ReadSentence],
    before: dict[str, _PhraseCount],
    first_node: int,
    min_mentions: int,
) -> dict[str, _PhraseCount]:
    """Add the block's mentions to the counts, and give a node to each phrase that earned one."""
    surfaces: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for sentence in sentences:
        for phrase in sentence.parsed.noun_phrases:
            if phrase.key:
                words = sentence.parsed.text[phrase.key_start : phrase.key_end].split()
                surfaces.setdefault(phrase.key, " ".join(words))
                counts[phrase.key] += 1
    next_phrase, next_node = store.database.next_id("phrase"), first_node
    after = {}
    for key, surface in surfaces.items():
        old = before.get(key)
        if old is None:
            old = _PhraseCount(next_phrase, surface, 0, None)
            next_phrase += 1
        total, node = old.n_mentions + counts[key], old.node
        if node is None and total >= min_mentions:
            node = next_node
            next_node += 1
        after[key] = _PhraseCount(old.id, old.surface, total, node)
    return after
