"""Stand-in until the owner's version lands (interface of the contract)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.encoder import Encoder
from .labels import EntityVectors
from .parsing import ParsedSentence


@dataclass(frozen=True)
class Evidence:
    """A word."""

    side: str
    term: str
    score: float
    label: str
    weight: float


@dataclass(frozen=True)
class Entity:
    """A typed span."""

    start: int
    end: int
    text: str
    label: str
    confidence: float
    types: tuple[tuple[str, float], ...]
    context: tuple[tuple[str, float], ...]
    phrase: tuple[tuple[str, float], ...]
    evidence: tuple[Evidence, ...]


class EntityTyper:
    """Types spans."""

    def __init__(self, encoder: Encoder, vectors: EntityVectors) -> None:
        self.encoder, self.vectors = encoder, vectors

    @classmethod
    def from_parts(cls, encoder: Encoder, vectors: EntityVectors) -> EntityTyper:
        """Make one."""
        return cls(encoder, vectors)

    def type_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Entity]]:
        """Type."""
        jobs = [(i, a, b) for i, row in enumerate(spans) for a, b in row]
        got = self.encoder.predict(
            [texts[i] for i, _, _ in jobs], [[(a, b)] for _, a, b in jobs], k=10
        )
        out: list[list[Entity]] = [[] for _ in texts]
        for (i, a, b), (best,) in zip(jobs, got, strict=True):
            counts = self.vectors.counts[[p.row for p in best]].sum(axis=0)
            share = counts / max(1.0, counts.sum())
            order = np.argsort(-share, kind="stable")
            types = tuple((self.vectors.labels[j], float(share[j])) for j in order if share[j] > 0)
            proof = tuple(Evidence("context", p.term, p.score, "", 0.0) for p in best)
            out[i].append(
                Entity(a, b, texts[i][a:b], types[0][0], types[0][1], types, types, types, proof)
            )
        return out


def entity_spans(parsed: ParsedSentence) -> list[tuple[int, int]]:
    """Spans."""
    return [(p.key_start, p.key_end) for p in parsed.noun_phrases if p.key]
