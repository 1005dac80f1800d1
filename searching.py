"""Searching: a text to the nodes nearest to it, each with the words that say why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .answers import Description, Hit, Standing
from .engine.encoder import Encoder
from .engine.landmarks import Landmarks, content_terms
from .errors import ParameterError, UnknownTermError
from .graph import queries
from .graph.queries import Place
from .graph.schema import NodeKind
from .graph.store import GraphStore
from .indexers.index_cache import cached_index
from .indexers.vector_index import Similarity, VectorIndex
from .reading.explanations import StoredVector

_N_SHOWN = 10
_N_SHARED = 30
"""Landmarks of a query and of a hit among which those that they share are looked for."""


class Searcher:
    """Finds stored nodes by the vector that the encoder gives a text."""

    def __init__(self, store: GraphStore, cache: Path, encoder: Encoder) -> None:
        self.store = store
        self.encoder = encoder
        self._cache = cache

    @cached_property
    def landmarks(self) -> Landmarks:
        """The vocabulary, ready to read vectors against."""
        return Landmarks.of(self.encoder.vocabulary)

    def make_indexes(self) -> None:
        """Open the index of every kind, or build it from the stored vectors."""
        for kind in NodeKind:
            self._index(kind)

    def search(
        self, query: str, *, kind: NodeKind = NodeKind.SENTENCE, k: int = 10
    ) -> tuple[Hit, ...]:
        """Return the k nodes of a kind that are nearest to a text, each with its landmarks."""
        _check_asked(query, k)
        return self._hits(self.encoder.encode([query]).vectors, kind, k)

    def describe(self, text: str, standing: Standing | None, *, k: int = 8) -> Description:
        """Say what a text means to the model, beside where its node stands if it has one."""
        _check_asked(text, k)
        encoded = self.encoder.encode([text])
        return Description(
            text=text,
            has_unknown=bool(encoded.has_unknown[0]),
            truncated=bool(encoded.truncated[0]),
            landmarks=self.landmarks.read(encoded.vectors, 2 * k)[0],
            phrases=self._hits(encoded.vectors, NodeKind.PHRASE, k),
            sentences=self._hits(encoded.vectors, NodeKind.SENTENCE, min(k, 3)),
            standing=standing,
        )

    def nearest_phrases(
        self, vector: npt.NDArray[np.float32], k: int
    ) -> tuple[tuple[str, float], ...]:
        """Return the k phrases nearest to a vector of shape (dim,), best first, with cosines."""
        near = self._index(NodeKind.PHRASE).search(vector[None], k)
        ids = [i for i in near.ids[0].tolist() if i >= 0]
        found = zip(queries.nodes(self.store, ids), near.scores[0].tolist(), strict=False)
        return tuple((node.text, score) for node, score in found)

    def stored_vector(self, text: str, kind: str) -> StoredVector:
        """Return the node of a kind that has a text, with its vector.

        Raises
        ------
        UnknownTermError
            There is no such node.
        """
        wanted = NodeKind[kind.upper()]
        found = [node for node in queries.find_nodes(self.store, text) if node.kind is wanted]
        if not found:
            raise UnknownTermError(f"{text!r} is no {kind} of this knowledge base")
        [vector] = self.store.vectors_of(wanted, [found[0].id])
        return StoredVector(found[0].text, vector, found[0].has_unknown, found[0].truncated)

    def cluster_keys(self, terms: Sequence[int]) -> dict[int, list[str]]:
        """Return the names of the clusters that each of some terms is in."""
        return queries.cluster_keys(self.store, terms)

    def _hits(self, vector: npt.NDArray[np.float32], kind: NodeKind, k: int) -> tuple[Hit, ...]:
        near = self._index(kind).search(_with_one(vector) if kind is NodeKind.TERM else vector, k)
        ids = [i for i in near.ids[0].tolist() if i >= 0]
        if not ids:
            return ()
        if kind is NodeKind.TERM:
            # The vector of a term is of the other side of the product: it is read by cosine.
            [query] = self.landmarks.read(vector, _N_SHARED)
            read = self.landmarks.near(ids, _N_SHARED)
        else:
            vectors = np.concatenate([vector, self.store.vectors_of(kind, ids)])
            query, *read = self.landmarks.read(vectors, _N_SHARED)
        asked = {landmark.term for landmark in query}
        places = self._places(kind, ids)
        found = zip(queries.nodes(self.store, ids), near.scores[0].tolist(), read, strict=False)
        return tuple(
            Hit(
                node=node,
                score=score,
                places=tuple(places.get(node.id, ())),
                landmarks=terms[:_N_SHOWN],
                shared=tuple(term.term for term in terms if term.term in asked)[:_N_SHOWN],
            )
            for node, score, terms in found
        )

    def _places(self, kind: NodeKind, ids: Sequence[int]) -> dict[int, list[Place]]:
        if kind is NodeKind.SENTENCE:
            return queries.places(self.store, ids)
        if kind is NodeKind.PHRASE:
            return {i: queries.phrase_places(self.store, i, limit=3) for i in ids}
        return {}

    def _index(self, kind: NodeKind) -> VectorIndex:
        """Open the index of a kind: cosines of [CLS] vectors, or for terms t . E + b.

        The bias is one more coordinate of each term, met by a 1 in the query. Only terms that say
        something are in it, see `content_terms`.
        """

        def load() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
            nodes, vectors = self.store.vectors(kind)
            if kind is not NodeKind.TERM:
                return nodes, vectors
            read = content_terms(self.encoder.vocabulary)
            return nodes[read], np.hstack([vectors, queries.biases(self.store)[:, None]])[read]

        digest = hashlib.sha256("".join(queries.block_digests(self.store, kind)).encode())
        similarity = Similarity.DOT if kind is NodeKind.TERM else Similarity.COSINE
        return cached_index(
            self._cache,
            kind.name.lower(),
            digest.hexdigest(),
            load,
            similarity=similarity,
        )


def _check_asked(text: str, k: int) -> None:
    if not text.strip():
        raise ParameterError("the text is empty; give a word, a phrase or a sentence")
    if k < 1:
        raise ParameterError(f"{k} results were asked for; ask for at least one")


def _with_one(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.hstack([vector, np.ones((len(vector), 1), np.float32)])
