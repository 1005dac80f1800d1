"""What a vector means, in words: the terms that it points at, and what these have in common.

A vector of a text is read against the vocabulary by t . E + b / 3 (`Landmarks`), never by cosine:
its length and the bias carry meaning. The vector of a term is compared with other terms, by cosine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.landmarks import Landmark
from ..errors import ParameterError
from .given_text import require_text

if TYPE_CHECKING:
    from .reader import Reader

KINDS = ("term", "phrase", "sentence")
"""What a stored vector can be of."""

ClusterSearch = Callable[[Sequence[int]], Mapping[int, Sequence[str]]]
"""Gives the names of the clusters that each of some terms, by row, is in."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredVector:
    """A node of a knowledge base with its vector, float32 of shape (dim,)."""

    text: str
    vector: npt.NDArray[np.float32]
    has_unknown: bool
    truncated: bool


VectorSearch = Callable[[str, str], StoredVector]
"""Finds the stored node of a kind that has a text."""


@dataclass(frozen=True, slots=True)
class LandmarkGroup:
    """Landmarks that have a label, or a cluster, in common.

    ``name`` is None for those that have none. ``share`` says how much of the explanation they are:
    each landmark counts by how far its weight lies above that of the first term left out.
    """

    name: str | None
    share: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A vector in words.

    Attributes
    ----------
    text, kind
        The text, and whether it is a stored term, phrase or sentence; None for one that was read.
    has_unknown, truncated
        The model has no pieces for a part of it; it was too long, and only its beginning counts.
    landmarks
        The terms that the vector points at, the first most.
    types, labels
        The landmarks by the main type that each has most of, and by label; the largest share first.
    clusters
        The landmarks by cluster; empty without a knowledge base. A term that is in several clusters
        counts in the one that covers most of the explanation.
    """

    text: str
    kind: str | None
    has_unknown: bool
    truncated: bool
    landmarks: tuple[Landmark, ...]
    types: tuple[LandmarkGroup, ...]
    labels: tuple[LandmarkGroup, ...]
    clusters: tuple[LandmarkGroup, ...]


def explain(reader: Reader, text: str, *, kind: str | None = None, k: int = 20) -> Explanation:
    """Say what the vector of a text, or of a stored node, points at.

    Parameters
    ----------
    reader
        Model and labels; one of a knowledge base for stored phrases and sentences and for clusters.
    text
        Any text; the text of a node where `kind` is given.
    kind
        Explain the stored vector of the node of this kind, without encoding anything. A term needs
        no knowledge base.
    k
        How many landmarks.

    Raises
    ------
    ParameterError
        If the text is empty, the kind is unknown, `k` is below 1, or a phrase or sentence is to be
        found without a knowledge base.
    UnknownTermError
        If there is no such node.
    """
    require_text(text)
    if kind not in (None, *KINDS):
        raise ParameterError(f"Got the kind {kind!r}; expected one of {', '.join(KINDS)}.")
    if k < 1:
        raise ParameterError(f"{k} landmarks were asked for; ask for at least one.")
    if kind == "term":
        vocabulary = reader.encoder.vocabulary
        row = vocabulary.row(text.strip())
        [marks] = reader.landmarks.near([row], k + 1)
        return _explained(reader, marks, k, vocabulary.surface(row), kind, (False, False))
    if kind is None:
        encoded = reader.encoder.encode([text])
        flags = (bool(encoded.has_unknown[0]), bool(encoded.truncated[0]))
        [marks] = reader.landmarks.read(encoded.vectors, k + 1)
        return _explained(reader, marks, k, text, kind, flags)
    if reader.find_vector is None:
        raise ParameterError(
            f"A stored {kind} is asked for; name the knowledge base that it is in with --kb."
        )
    node = reader.find_vector(text, kind)
    [marks] = reader.landmarks.read(node.vector[None], k + 1)
    return _explained(reader, marks, k, node.text, kind, (node.has_unknown, node.truncated))


def _explained(
    reader: Reader,
    marks: Sequence[Landmark],
    k: int,
    text: str,
    kind: str | None,
    flags: tuple[bool, bool],
) -> Explanation:
    """Group the first k landmarks; one more, if there is one, is the measure of their weights."""
    shown = tuple(marks[:k])
    weights = _margins([mark.weight for mark in shown], marks[-1].weight if marks else 0.0)
    types = reader.term_types
    clusters: tuple[LandmarkGroup, ...] = ()
    if reader.find_clusters is not None:
        clusters = _by_cluster(shown, weights, reader.find_clusters([mark.row for mark in shown]))
    return Explanation(
        text=text,
        kind=kind,
        has_unknown=flags[0],
        truncated=flags[1],
        landmarks=shown,
        types=_grouped(shown, weights, [types.mains[mark.row] for mark in shown]),
        labels=_grouped(shown, weights, [types.labels[mark.row] for mark in shown]),
        clusters=clusters,
    )


def _margins(weights: Sequence[float], lowest: float) -> list[float]:
    """Return how far each weight lies above the lowest, as shares of the sum."""
    total = sum(weights) - lowest * len(weights)
    return [(w - lowest) / total if total > 0 else 1 / len(weights) for w in weights]


def _grouped(
    marks: Sequence[Landmark], weights: Sequence[float], names: Sequence[str | None]
) -> tuple[LandmarkGroup, ...]:
    """Put landmarks of one name together, the largest share first, those without a name last."""
    members: dict[str | None, list[int]] = {}
    for number, name in enumerate(names):
        members.setdefault(name, []).append(number)
    groups = [
        LandmarkGroup(name, sum(weights[i] for i in numbers), tuple(marks[i].term for i in numbers))
        for name, numbers in members.items()
    ]
    return tuple(sorted(groups, key=lambda group: (group.name is None, -group.share)))


def _by_cluster(
    marks: Sequence[Landmark], weights: Sequence[float], clusters: Mapping[int, Sequence[str]]
) -> tuple[LandmarkGroup, ...]:
    """Choose the cluster that covers most, again and again, until every landmark has one."""
    names: list[str | None] = [None] * len(marks)
    left = {i for i, mark in enumerate(marks) if clusters.get(mark.row)}
    while left:
        covered: dict[str, float] = {}
        for i in sorted(left):
            for name in clusters[marks[i].row]:
                covered[name] = covered.get(name, 0.0) + weights[i]
        best = max(covered, key=lambda name: covered[name])
        for i in [i for i in left if best in clusters[marks[i].row]]:
            names[i] = best
            left.remove(i)
    return _grouped(marks, weights, names)
