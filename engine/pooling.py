"""One vector for a text in several ways, to compare them: one token's state, or a mean of many.

``encode`` reads a text at its opening token, in the head. Whether a mean over all tokens, or the
layers below the head, or the vocabulary's own vectors serve better is a question to each model;
here all of them come from the same tokens.

References
----------
Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017: weights
that fall with a word's probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ..errors import ParameterError
from .encoder import Encoder
from .mlm_head import Reading
from .token_sequences import TokenSequences
from .tokenizer import check_texts
from .vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

Pooling = str
"""What becomes a text's vector: one of `POOLINGS`, or ``layer:3`` for the mean over the states of
the text's own tokens after the third layer."""

POOLINGS: tuple[Pooling, ...] = (
    "cls_head",
    "cls_top",
    "mean_head",
    "mean_head_sif",
    "mean_top",
    "mean_top_sif",
    "max_top",
    "mean_last4",
    "concat_last4",
    "static_mean",
    "static_sif",
    "static_whitened",
)
"""The poolings that every model has.

- ``cls_head``, ``cls_top``: the state of the opening token, in the head (what `Encoder.encode`
  gives) or before it.
- ``mean_head``, ``mean_top``: the mean over the text's own tokens, special ones left out.
- ``max_top``: the largest of them in each coordinate.
- ``mean_last4``, ``concat_last4``: the means after the last four layers, averaged or side by side.
- ``static_mean``: the mean of the tokens' vectors in the vocabulary, whatever stands around them.
- ``..._sif``: a weighted mean, see `token_weights`; the static one is of unit vectors.
- ``static_whitened``: the same mean of `whitened_terms`.
"""

_LAYER = "layer:"
_LAST = 4

_SMOOTHING = 1e-3
"""A token of this probability counts half."""

_LEAST_SPREAD = 1e-3
"""Axes of less variance, relative to the largest, are divided as if they had that much."""

_CHUNK_TOKENS = 1 << 17
"""Tokens whose states are held at one time: 128 MB of 256 numbers each."""


def pool_texts(
    encoder: Encoder, texts: Sequence[str], poolings: Sequence[Pooling]
) -> dict[Pooling, FloatArray]:
    """Compute the vectors of texts by several poolings, with one pass of the model for each layer.

    Parameters
    ----------
    encoder
        The model.
    texts
        Phrases or sentences. What is beyond the model's length is left out.
    poolings
        Which vectors to compute.

    Returns
    -------
    For each pooling a float32 array of shape (n_texts, dim), not normalized. A mean over no token
    is zero.

    Raises
    ------
    ParameterError
        If something is not a text, or a pooling is unknown.
    """
    check_texts(texts)
    check_poolings(encoder, poolings)
    sequences = encoder.tokenizer.tokenize(texts, max_length=encoder.max_length).sequences
    tables = _Tables.of(encoder.vocabulary, poolings)
    parts = [_pool(encoder, tables, lot, poolings) for lot in _lots(sequences)]
    return {name: np.concatenate([part[name] for part in parts]) for name in poolings}


def layer_poolings(encoder: Encoder) -> tuple[Pooling, ...]:
    """Return the poolings of the single layers, the lowest first."""
    return tuple(f"{_LAYER}{number}" for number in range(1, encoder.model.n_layers + 1))


def check_poolings(encoder: Encoder, poolings: Sequence[str]) -> None:
    """Refuse what is no pooling of a model.

    Raises
    ------
    ParameterError
        If a pooling is unknown; the message lists those that there are.
    """
    layers = layer_poolings(encoder)
    unknown = sorted(set(poolings) - {*POOLINGS, *layers})
    if unknown:
        known = ", ".join((*POOLINGS, *layers))
        raise ParameterError(f"Got the poolings {unknown}; expected some of {known}.")


def token_weights(vocabulary: Vocabulary) -> FloatArray:
    """Weigh terms by how rarely they occur: a / (a + p), with a = 0.001.

    The probability p of a term is the softmax of the output biases, which say how likely it is
    before anything is known; so neither labels nor counts of a corpus are needed.

    Returns
    -------
    float32 array of shape (n_terms,), between 0 and 1.
    """
    return np.asarray(_SMOOTHING / (_SMOOTHING + term_probabilities(vocabulary)), dtype=np.float32)


def term_probabilities(vocabulary: Vocabulary) -> npt.NDArray[np.float64]:
    """Return how likely each term is before anything is known: the softmax of the biases.

    Returns
    -------
    float64 array of shape (n_terms,), its sum 1; special terms have 0.
    """
    biases = np.where(vocabulary.is_special, -np.inf, vocabulary.biases.astype(np.float64))
    exponentials = np.exp(biases - biases.max())
    probabilities: npt.NDArray[np.float64] = exponentials / exponentials.sum()
    return probabilities


def whitened_terms(vocabulary: Vocabulary) -> FloatArray:
    """Give the unit vectors of the terms mean zero and the same variance in every direction.

    Mean and variance are those over a text's tokens as `token_weights` weigh them, so that sums of
    vectors have them too.

    Returns
    -------
    float32 array of shape (n_terms, dim).
    """
    shares = term_probabilities(vocabulary) * token_weights(vocabulary)
    shares /= shares.sum()
    unit = vocabulary.unit_vectors.astype(np.float64)
    centered = unit - shares @ unit
    variances, axes = np.linalg.eigh((centered * shares[:, None]).T @ centered)
    spread = np.sqrt(np.maximum(variances, _LEAST_SPREAD * variances[-1]))
    return np.asarray(centered @ (axes / np.where(spread > 0, spread, 1)), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _Tables:
    """What is known of each term without its context."""

    vocabulary: Vocabulary
    weights: FloatArray
    whitened: FloatArray | None

    @classmethod
    def of(cls, vocabulary: Vocabulary, poolings: Sequence[Pooling]) -> _Tables:
        whitened = whitened_terms(vocabulary) if "static_whitened" in poolings else None
        return cls(vocabulary, token_weights(vocabulary), whitened)

    def vectors(self, pooling: Pooling) -> FloatArray:
        """Return the vectors of the terms that a static pooling takes the mean of."""
        if self.whitened is not None and pooling == "static_whitened":
            return self.whitened
        return self.vocabulary.unit_vectors if pooling == "static_sif" else self.vocabulary.vectors


def _pool(
    encoder: Encoder, tables: _Tables, sequences: TokenSequences, poolings: Sequence[Pooling]
) -> dict[Pooling, FloatArray]:
    """Pool some texts."""
    is_own, starts = own_tokens(encoder, sequences)
    is_first = sequences.places == 0
    ids = sequences.ids[is_own]
    weights = {True: tables.weights[ids], False: np.ones(len(ids), dtype=np.float32)}
    needed = {name: _readings(name, encoder.model.n_layers) for name in poolings}
    parts: dict[Pooling, list[FloatArray]] = {name: [] for name in poolings}
    for reading in dict.fromkeys(chain.from_iterable(needed.values())):
        asked = [name for name in poolings if reading in needed[name]]
        wanted = is_first if all(n.startswith("cls") for n in asked) else is_own | is_first
        states = encoder.model.vectors(replace(sequences, wanted=wanted), reading=reading)
        for name in asked:
            if name.startswith("cls"):
                parts[name].append(states[is_first[wanted]])
                continue
            own = states[is_own[wanted]]
            is_weighted = name.endswith("_sif")
            parts[name].append(
                _largest(own, starts)
                if name.startswith("max")
                else _means(own, weights[is_weighted], starts)
            )
    for name in poolings:
        if name.startswith("static"):
            vectors = tables.vectors(name)[ids]
            parts[name].append(_means(vectors, weights[name != "static_mean"], starts))
    return {
        name: np.hstack(found) if name.startswith("concat") else np.mean(found, axis=0)
        for name, found in parts.items()
    }


def _readings(pooling: Pooling, n_layers: int) -> tuple[Reading, ...]:
    """Return where the model is read for a pooling; nowhere for a static one."""
    if pooling.startswith(_LAYER):
        return (int(pooling.removeprefix(_LAYER)),)
    if pooling.endswith("_last4"):
        return tuple(range(max(1, n_layers - _LAST + 1), n_layers + 1))
    if pooling.startswith("static"):
        return ()
    return ("head",) if "_head" in pooling else ("top",)


def _largest(rows: FloatArray, starts: npt.NDArray[np.int64]) -> FloatArray:
    """Take the largest number of each column over the rows ``starts[i]`` to ``starts[i + 1]``."""
    found = np.zeros((len(starts) - 1, rows.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        found[filled] = np.maximum.reduceat(rows, starts[filled], axis=0)
    return found


def _means(rows: FloatArray, weights: FloatArray, starts: npt.NDArray[np.int64]) -> FloatArray:
    """Take the weighted mean of the rows ``starts[i]`` to ``starts[i + 1]`` for each i."""
    shape = (len(starts) - 1, len(weights))
    sums = csr_array((weights, np.arange(len(weights)), starts), shape=shape)
    totals = np.asarray(sums.sum(axis=1), dtype=np.float32)
    return np.asarray((sums @ rows) / np.where(totals > 0, totals, 1)[:, None], dtype=np.float32)


def own_tokens(
    encoder: Encoder, sequences: TokenSequences
) -> tuple[BoolArray, npt.NDArray[np.int64]]:
    """Find the tokens of texts that are no special tokens around them.

    Returns
    -------
    is_own
        bool array of shape (n_tokens,).
    starts
        int64 array of shape (n_texts + 1,): where each text begins among its own tokens.
    """
    before, after = encoder.tokenizer.frame
    is_own = sequences.inside(len(before), len(after))
    return is_own, np.concatenate([[0], np.cumsum(is_own)])[sequences.starts]


def _lots(sequences: TokenSequences) -> list[TokenSequences]:
    """Cut sequences into lots of a bounded number of tokens."""
    lots = np.maximum(0, sequences.starts[1:] - 1) // _CHUNK_TOKENS
    numbers = np.split(np.arange(len(sequences)), np.flatnonzero(np.diff(lots)) + 1)
    return [sequences.take(part)[0] for part in numbers]
