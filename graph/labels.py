"""Stand-in until the owner's version lands (interface of the contract)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..engine.vocabulary import Vocabulary


@dataclass(frozen=True)
class EntityVectors:
    """Labels and counts."""

    labels: tuple[str, ...]
    counts: np.ndarray


def read_labels(path: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Read."""
    lines = (path or Path(__file__).parent / "seed_labels.tsv").read_text().splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {term: tuple(labels.split("/")) for term, labels in rows}


def propagate_labels(vocabulary: Vocabulary, seeds: dict[str, tuple[str, ...]]) -> EntityVectors:
    """Nearest seeds vote."""
    labels = tuple(sorted({name for names in seeds.values() for name in names} - {"UNTAGGED"}))
    rows = np.array([vocabulary.row(t) for t in seeds if t in vocabulary])
    known = np.zeros((len(rows), len(labels)), np.float32)
    for i, term in enumerate(t for t in seeds if t in vocabulary):
        for name in seeds[term]:
            if name in labels:
                known[i, labels.index(name)] = 1
    units = vocabulary.vectors - vocabulary.vectors.mean(axis=0)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    near = units @ units[rows].T
    best = np.argsort(-near, axis=1)[:, :5]
    return EntityVectors(labels, known[best].sum(axis=1))
