"""Longer texts compared as bags of terms: what stands in them, and what could stand there.

A signature holds the pieces of a text and, for each place, the words that the model predicts there
in context. Each term of one bag is matched with the nearest of the other by the cosine of their
vectors, and rare matches count more. The score is asymmetric: it tells how well the second text
covers the first.

References
----------
A. Rajasekharan, "Unsupervised creation of interpretable sentence representations", 2020, and the
repository ajitrajasekharan/unsupervised_sentence_representations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.landmarks import content_terms
from ..engine.matmul import top_k
from ..engine.pooling import term_probabilities
from ..errors import ParameterError, ShapeError
from .given_text import require_text

if TYPE_CHECKING:
    from ..engine.encoder import Encoder
    from ..engine.vocabulary import Vocabulary
    from .reader import Reader

UNKNOWN_WEIGHT = 0.5
"""What a term counts whose frequency is not known: as if it had occurred twice."""

NEAR = 0.9
"""From this cosine on two terms are one: then the more frequent of them decides the weight."""

_RAREST = 0.01
"""The rarest hundredth of the terms that say something counts as seen once."""

_MIN_CHARACTERS = 2


@dataclass(frozen=True, eq=False)
class SetSignature:
    """A text as a bag of terms of a vocabulary.

    Attributes
    ----------
    vocabulary
        The terms.
    rows
        int64 array of shape (n,): the bag, repetitions included.
    weights
        float64 array of shape (n,): one over the frequency of each.
    vector
        float32 array of shape (dim,): the text at its opening token, out of the same pass.
    has_unknown, truncated
        The model has no pieces for a part of the text; it was too long, and only its beginning is
        in the bag.
    """

    vocabulary: Vocabulary
    rows: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    vector: npt.NDArray[np.float32]
    has_unknown: bool
    truncated: bool


@dataclass(frozen=True, slots=True)
class TermPair:
    """A term of one text, the nearest term of the other, and what the pair adds to the score.

    ``n`` says how often the first is in its bag, ``contribution`` is the sum over these, before the
    score is divided by the sizes of the bags.
    """

    first: str
    second: str
    cosine: float
    n: int
    contribution: float


@dataclass(frozen=True, slots=True)
class SignatureScore:
    """How well a text is covered by another, and the pairs of terms that say so.

    Attributes
    ----------
    score
        The sum of the contributions, divided by the sizes of the bags. It depends on how rare the
        terms of the first text are: compare it between texts held against the same one.
    share
        The score as a share of that which the first text has with itself.
    pairs
        One for each different term of the first text, the largest contribution first.
    """

    score: float
    share: float
    pairs: tuple[TermPair, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts compared.

    Attributes
    ----------
    cosine
        Of the vectors at their opening tokens.
    forward, backward
        How well the first text is covered by the second, and the second by the first.
    has_unknown, truncated
        For each text: the model has no pieces for a part of it; it was too long, and only its
        beginning counts.
    """

    cosine: float
    forward: SignatureScore
    backward: SignatureScore
    has_unknown: tuple[bool, bool]
    truncated: tuple[bool, bool]


def set_signature(
    encoder: Encoder,
    text: str,
    k: int = 3,
    *,
    frequencies: Mapping[str, float] | None = None,
) -> SetSignature:
    """Make the signature of a text with one pass of the model over it.

    Terms of one character and special ones are left out of the bag, and only terms that say
    something are predicted, see `content_terms`. The text is not masked: the token that stands at a
    place may be among those predicted there.

    Parameters
    ----------
    encoder
        The model.
    text
        A text, best of some fifty words or more.
    k
        Words predicted at each place.
    frequencies
        How often terms occur in some corpus, by their spelling in lower case; a term without one
        has the weight `UNKNOWN_WEIGHT`. By default the output biases tell, see `bias_weights`.

    Raises
    ------
    ParameterError
        If the text is empty, `k` is below 1, or a frequency is not positive.
    """
    require_text(text)
    vocabulary = encoder.vocabulary
    [states] = encoder.encode_tokens([text])
    before, after = (len(part) for part in encoder.tokenizer.frame)
    own = slice(before, len(states.rows) - after)
    predicted, _ = top_k(
        states.vectors[own],
        encoder.output,
        k,
        bias=vocabulary.biases,
        allowed=content_terms(vocabulary),
    )
    bag = np.concatenate([states.rows[own, None], predicted], axis=1).ravel()
    lengths = np.array([len(surface) for surface in vocabulary.surfaces])
    is_counted = (lengths >= _MIN_CHARACTERS) & ~vocabulary.is_special
    rows = bag[(bag >= 0) & is_counted[bag]]
    weights = _given_weights(vocabulary, frequencies) if frequencies else bias_weights(vocabulary)
    return SetSignature(
        vocabulary,
        rows,
        weights[rows],
        states.vectors[0],
        states.has_unknown,
        states.truncated,
    )


def bias_weights(vocabulary: Vocabulary) -> npt.NDArray[np.float64]:
    """Weigh terms by one over their frequency, as the output biases tell it.

    The softmax of the biases says how likely a term is before anything is known. Frequencies are
    these probabilities in units of that of the rarest hundredth of the terms that say something,
    and never below 1: counts of a corpus in which these occur once. So weights lie between 0 and
    1, as those of counts do, and the few terms that were hardly ever trained do not stretch them.

    Returns
    -------
    float64 array of shape (n_terms,).
    """
    probabilities = term_probabilities(vocabulary)
    readable = content_terms(vocabulary)
    unit = np.quantile(probabilities[readable if readable.any() else slice(None)], _RAREST)
    weights: npt.NDArray[np.float64] = unit / np.maximum(probabilities, unit)
    return weights


def _given_weights(
    vocabulary: Vocabulary, frequencies: Mapping[str, float]
) -> npt.NDArray[np.float64]:
    """Weigh terms by one over the frequencies of a corpus: float64 array of shape (n_terms,)."""
    wrong = [term for term, count in frequencies.items() if not count > 0]
    if wrong:
        raise ParameterError(
            f"{wrong[0]!r} has the frequency {frequencies[wrong[0]]}; give counts."
        )
    weights = {term.lower(): 1 / count for term, count in frequencies.items()}
    return np.array([weights.get(term.lower(), UNKNOWN_WEIGHT) for term in vocabulary.terms])


def compare_signatures(a: SetSignature, b: SetSignature) -> SignatureScore:
    """Tell how well text A is covered by text B.

    For each a in A with its nearest b in B, at cosine m, ``m min(w_a, w_b)`` is added where
    m >= .9, and ``m w_a`` otherwise. The sum is divided by |A| |B| + the number of a with m < .9,
    and multiplied by |B| / |A| where B is the smaller. The score is 0 where a bag is empty.

    Raises
    ------
    ShapeError
        If the signatures are of two vocabularies.
    """
    if a.vocabulary is not b.vocabulary:
        raise ShapeError("The signatures are of two models; make both with the same encoder.")
    if not len(a.rows) or not len(b.rows):
        return SignatureScore(0.0, 0.0, ())
    firsts, n_firsts, first_weights = _distinct(a)
    seconds, _, second_weights = _distinct(b)
    units = a.vocabulary.unit_vectors
    cosines = units[firsts] @ units[seconds].T
    best = cosines.argmax(axis=1)
    nearest = cosines[np.arange(len(firsts)), best].astype(np.float64)
    is_near = nearest >= NEAR
    weights = np.where(is_near, np.minimum(first_weights, second_weights[best]), first_weights)
    contributions = n_firsts * nearest * weights
    n_loose = int(n_firsts[~is_near].sum())
    shrink = min(1.0, len(b.rows) / len(a.rows))
    score = contributions.sum() / (len(a.rows) * len(b.rows) + n_loose) * shrink
    # With itself every term meets its like at cosine 1.
    own_score = a.weights.sum() / len(a.rows) ** 2
    order = np.argsort(-contributions, kind="stable")
    columns = (firsts, seconds[best], nearest, n_firsts, contributions)
    surface = a.vocabulary.surface
    return SignatureScore(
        float(score),
        float(score / own_score),
        tuple(
            TermPair(surface(first), surface(second), cosine, n, contribution)
            for first, second, cosine, n, contribution in zip(
                *(column[order].tolist() for column in columns), strict=True
            )
        ),
    )


def _distinct(
    signature: SetSignature,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the different rows of a bag, how often each is in it, and the weight of each."""
    rows, places, counts = np.unique(signature.rows, return_index=True, return_counts=True)
    return rows, counts, signature.weights[places]


def final_scores(scores: Sequence[float]) -> list[float]:
    """Turn the scores of one text against several into final ones: min(1, score / best + 1 / rank).

    Equal scores keep their order.

    Examples
    --------
    >>> [round(score, 3) for score in final_scores([0.2, 0.8, 0.1])]
    [0.75, 1.0, 0.458]
    """
    order = sorted(range(len(scores)), key=lambda number: -scores[number])
    best = max(scores, default=0.0)
    ranks = {number: rank for rank, number in enumerate(order, start=1)}
    shares = [score / best if best > 0 else 0.0 for score in scores]
    return [min(1.0, share + 1 / ranks[number]) for number, share in enumerate(shares)]


def compare(reader: Reader, first: str, second: str, *, k: int = 10) -> Comparison:
    """Compare two texts by their signatures, in both directions, and by their vectors.

    Parameters
    ----------
    reader
        The model.
    first, second
        The texts.
    k
        Pairs of terms to give for each direction.

    Raises
    ------
    ParameterError
        If a text is empty.
    """
    a, b = (set_signature(reader.encoder, text) for text in (first, second))
    vectors = np.stack([a.vector, b.vector]).astype(np.float64)
    lengths = np.linalg.norm(vectors, axis=1)
    return Comparison(
        cosine=float(vectors[0] @ vectors[1] / (lengths[0] * lengths[1])),
        forward=_shortened(compare_signatures(a, b), k),
        backward=_shortened(compare_signatures(b, a), k),
        has_unknown=(a.has_unknown, b.has_unknown),
        truncated=(a.truncated, b.truncated),
    )


def _shortened(found: SignatureScore, k: int) -> SignatureScore:
    """Keep the k pairs that contribute most."""
    return replace(found, pairs=found.pairs[:k])
