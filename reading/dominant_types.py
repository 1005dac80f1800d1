"""The types that stand out among the landmarks of a vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..engine.landmarks import Landmark
from ..graph.descriptors import Share
from ..graph.labels.entity_vectors import EntityVectors
from ..graph.labels.seeds import UNTAGGED, main_type

N_VOTERS = 20
"""Landmarks that vote on a type, however many are shown."""


def dominant_types(
    vectors: EntityVectors, landmarks: Sequence[Sequence[Landmark]], *, k: int = 3
) -> list[tuple[Share, ...]]:
    """Let the landmarks of each vector vote on its main type.

    A landmark votes with its entity vector and counts by how far its weight lies above that of the
    last one. Shares add up to 1 over all types, or there are none where no landmark has a type.

    Parameters
    ----------
    vectors
        The labels, spread over the vocabulary.
    landmarks
        For each vector its landmarks, the first most.
    k
        Types to name of each.

    Returns
    -------
    For each vector its types with a share, the largest first, equal ones by name.
    """
    names = sorted({main_type(label) for label in vectors.labels} - {main_type(UNTAGGED)})
    columns = np.array([main_type(label) for label in vectors.labels])
    is_of = (columns[:, None] == np.array(names)).astype(np.float32)
    found = []
    for marks in landmarks:
        rows = np.array([mark.row for mark in marks], dtype=np.int64)
        weights = np.array([mark.weight - marks[-1].weight for mark in marks], dtype=np.float32)
        votes = weights @ vectors.distributions[rows] @ is_of
        total = float(votes.sum())
        order = np.argsort(-votes, kind="stable")[:k].tolist()
        found.append(tuple((names[i], float(votes[i]) / total) for i in order if votes[i] > 0))
    return found
