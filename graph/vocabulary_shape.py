"""The shape of a vocabulary's vectors: cosines, tails and clusters, beside those of random ones.

Trained vectors lie at about right angles to most others, with a thin tail of near neighbors; a tail
alone says little, because random vectors have tails too.

References
----------
A. Rajasekharan, "Examining BERT's raw embeddings", 2019, and "Quantitative evaluation of a
pre-trained BERT model", 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..engine.masked_types import labeled_rows
from ..engine.vocabulary import Vocabulary
from ..errors import ParameterError
from ..indexers.tails import BinRule, TailRule, cosine_histogram, neighbor_tails, null_floor
from .clusters import Clustering, cluster_tails, whole_words

FloatArray = npt.NDArray[np.float32]

_N_SAMPLED = 1000
_RIGHT_ANGLE = 5
"""Cosines of up to .05 either way count as none."""
_DEFAULT_RULE = BinRule()


@dataclass(frozen=True)
class VocabularyShape:
    """How the vectors of a vocabulary lie to each other.

    Attributes
    ----------
    n_terms, n_words, dim
        Terms, those of them that are whole words of three characters or more, and the width of
        their vectors.
    n_zero_vectors
        Terms whose vector has no length.
    mean_cosine, cosine_deviation
        Mean and standard deviation of the cosines of a sample of 1,000 words to all other terms.
    share_orthogonal
        Share of those cosines that round to within .05 of 0.
    null_floor
        The cosine that 1 in 1,000 pairs exceed when the vectors' coordinates are shuffled.
    histogram
        For each .01 from -1.00 to 1.00, how many terms have that rounded cosine to a word of the
        sample, on average, the word itself left out.
    mean_tail, median_tail
        Members of a term's tail, over all terms.
    tail_quantiles
        Tail lengths that 0, 10, ... 100 percent of the terms do not exceed.
    n_clusters, n_singletons
        Clusters of two words or more, and words that stayed alone.
    share_clustered
        Share of the words that are in some cluster.
    """

    n_terms: int
    n_words: int
    dim: int
    n_zero_vectors: int
    mean_cosine: float
    cosine_deviation: float
    share_orthogonal: float
    null_floor: float
    histogram: tuple[float, ...]
    mean_tail: float
    median_tail: float
    tail_quantiles: tuple[float, ...]
    n_clusters: int
    n_singletons: int
    share_clustered: float


@dataclass(frozen=True)
class ClusterPurity:
    """How pure the clusters are by a list of words with classes.

    Attributes
    ----------
    purity
        Share of labeled members that are of the commonest class of their cluster, over clusters
        with two labeled members or more.
    shuffled
        The same after the labels were dealt out anew at random.
    n_clusters, n_members
        Clusters and labeled members that were counted; a word counts once in each cluster.
    """

    purity: float
    shuffled: float
    n_clusters: int
    n_members: int


def measure_shape(
    vocabulary: Vocabulary, *, rule: TailRule = _DEFAULT_RULE, seed: int = 0
) -> tuple[VocabularyShape, Clustering]:
    """Measure cosines, tails and clusters of a vocabulary.

    Parameters
    ----------
    vocabulary
        The terms and their vectors.
    rule
        Where tails end.
    seed
        Of the sample of words, and of the null floor.

    Returns
    -------
    shape
        The figures.
    clustering
        The clusters that were counted.
    """
    words = whole_words(vocabulary)
    sample = sample_words(vocabulary, seed=seed)
    counts = cosine_histogram(vocabulary.vectors, sample).sum(axis=0)
    is_zero = vocabulary.norms == 0
    own_bins = np.where(is_zero[sample], 100, 200)
    np.subtract.at(counts, own_bins, 1)
    bins = np.arange(-100, 101) / 100
    total = max(1, int(counts.sum()))
    mean = float(counts @ bins) / total
    tails = neighbor_tails(vocabulary.vectors, rule=rule)
    clustering = cluster_tails(tails, vocabulary.unit_vectors, vocabulary.surfaces, eligible=words)
    clustered = {member for cluster in clustering.clusters for member in cluster.members}
    near = slice(100 - _RIGHT_ANGLE, 100 + _RIGHT_ANGLE + 1)
    shape = VocabularyShape(
        n_terms=len(vocabulary),
        n_words=int(words.sum()),
        dim=vocabulary.dim,
        n_zero_vectors=int(is_zero.sum()),
        mean_cosine=mean,
        cosine_deviation=float(np.sqrt(max(0.0, float(counts @ bins**2) / total - mean**2))),
        share_orthogonal=float(counts[near].sum()) / total,
        null_floor=null_floor(vocabulary.vectors, seed=seed),
        histogram=tuple((counts / max(1, len(sample))).tolist()),
        mean_tail=float(tails.lengths.mean()),
        median_tail=float(np.median(tails.lengths)),
        tail_quantiles=tuple(np.quantile(tails.lengths, np.linspace(0, 1, 11)).tolist()),
        n_clusters=len(clustering.clusters),
        n_singletons=clustering.n_singletons,
        share_clustered=len(clustered) / max(1, int(words.sum())),
    )
    return shape, clustering


def sample_words(
    vocabulary: Vocabulary, *, n_words: int = _N_SAMPLED, seed: int = 0
) -> npt.NDArray[np.int64]:
    """Draw whole words from a vocabulary: int64 array of shape (n_drawn,), rows in rising order."""
    words = np.flatnonzero(whole_words(vocabulary))
    if len(words) <= n_words:
        return words
    return np.sort(np.random.default_rng(seed).choice(words, n_words, replace=False))


def random_vocabulary(vocabulary: Vocabulary, *, seed: int = 0) -> Vocabulary:
    """Return the same terms with vectors of the same shape drawn from a normal distribution."""
    rng = np.random.default_rng(seed)
    return replace(
        vocabulary, vectors=rng.standard_normal(vocabulary.vectors.shape, dtype=np.float32)
    )


def measure_purity(
    vocabulary: Vocabulary,
    clustering: Clustering,
    labels: Mapping[str, str],
    *,
    seed: int = 0,
) -> ClusterPurity:
    """Tell how far clusters keep to one class.

    Parameters
    ----------
    vocabulary
        The terms.
    clustering
        Their clusters.
    labels
        The class of each word.
    seed
        Of the shuffled labels.

    Raises
    ------
    ParameterError
        If no cluster holds two labeled words.
    """
    classes = labeled_rows(vocabulary, labels)
    groups = [
        members
        for cluster in clustering.clusters
        if len(members := [row for row in cluster.members if row in classes]) >= 2
    ]
    if not groups:
        raise ParameterError(
            f"No cluster holds two of the {len(classes)} labeled words that are terms of the "
            "vocabulary; give a longer list."
        )
    order = np.random.default_rng(seed).permutation(len(classes)).tolist()
    names = list(classes.values())
    dealt = {row: names[number] for row, number in zip(classes, order, strict=True)}
    return ClusterPurity(
        purity=_purity(groups, classes),
        shuffled=_purity(groups, dealt),
        n_clusters=len(groups),
        n_members=sum(map(len, groups)),
    )


def _purity(groups: list[list[int]], classes: Mapping[int, str]) -> float:
    """Return the share of members that are of the commonest class of their group."""
    n_right = 0
    for members in groups:
        names = [classes[row] for row in members]
        n_right += max(map(names.count, set(names)))
    return n_right / sum(map(len, groups))
