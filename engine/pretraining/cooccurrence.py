"""Word vectors from counts: what a model may start from instead of noise.

References
----------
Levy, Goldberg and Dagan, "Improving distributional similarity with lessons learned from word
embeddings", 2015: positive pointwise mutual information, context smoothing, weighted singular
values. Halko, Martinsson and Tropp, "Finding structure with randomness", 2011: the decomposition.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch

from .token_corpus import TokenCorpus

FloatArray = npt.NDArray[np.float32]

WINDOW = 5
"""Tokens to either side that count as context, each by one over its distance."""
_SMOOTHING = 0.75
_BLOCK = 4_000_000
"""Tokens counted at a time."""
_OVERSAMPLING = 16
_N_ITERATIONS = 3


def cooccurrence_vectors(
    corpus: TokenCorpus, n_terms: int, dim: int, *, seed: int = 0, block: int = _BLOCK
) -> FloatArray:
    """Factor the positive pointwise mutual information of terms and their contexts.

    Contexts do not reach across a sentence's end.

    Parameters
    ----------
    corpus
        The text.
    n_terms
        Terms in its vocabulary.
    dim
        Columns to keep, most important first.
    seed
        Decides the random projection of the decomposition.
    block
        Tokens counted at a time.

    Returns
    -------
    float32 array of shape (n_terms, dim): left singular vectors times the square root of the
    singular values; unit rows, zero for terms without context.
    """
    information = _positive_information(_count_pairs(corpus, n_terms, block))
    left, values = _decompose(information, min(dim, n_terms), np.random.default_rng(seed))
    vectors = np.zeros((n_terms, dim), dtype=np.float32)
    vectors[:, : len(values)] = left * np.sqrt(values)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 0)
    return vectors


def _count_pairs(corpus: TokenCorpus, n_terms: int, block: int) -> sp.csr_array:
    """Count, for each term, the terms around it: symmetric of shape (n_terms, n_terms)."""
    sentence = np.zeros(corpus.n_tokens, dtype=np.int32)
    sentence[corpus.sentences[1:-1]] = 1
    sentence = np.cumsum(sentence, dtype=np.int32)
    total = sp.csr_array((n_terms, n_terms), dtype=np.float32)
    for start in range(0, corpus.n_tokens, block):
        ids = np.asarray(corpus.ids[start : start + block + WINDOW], dtype=np.int64)
        owner = sentence[start : start + block + WINDOW]
        keys, weights = [], []
        for distance in range(1, WINDOW + 1):
            left = slice(0, min(block, max(0, len(ids) - distance)))
            right = slice(distance, distance + left.stop)
            together = owner[left] == owner[right]
            found, counts = np.unique(
                ids[left][together] * n_terms + ids[right][together], return_counts=True
            )
            keys.append(found)
            weights.append(counts.astype(np.float32) / distance)
        pairs = np.concatenate(keys)
        counted: sp.csr_array = sp.csr_array(
            (np.concatenate(weights), (pairs // n_terms, pairs % n_terms)),
            shape=(n_terms, n_terms),
        )
        total = sp.csr_array(total + counted)
    return sp.csr_array(total + total.T)


def _positive_information(counts: sp.csr_array) -> sp.csr_array:
    """Turn counts into positive pointwise mutual information."""
    pairs = counts.tocoo()
    totals = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    contexts = totals**_SMOOTHING
    contexts /= max(contexts.sum(), 1e-12)
    information = np.log(pairs.data / (totals[pairs.row] * contexts[pairs.col]))
    kept = information > 0
    return sp.csr_array(
        (information[kept].astype(np.float32), (pairs.row[kept], pairs.col[kept])),
        shape=counts.shape,
    )


def _decompose(
    matrix: sp.csr_array, rank: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return the leading left singular vectors and values, columns signed the same in every run."""
    width = min(rank + _OVERSAMPLING, matrix.shape[0])
    turned = sp.csr_array(matrix.T)
    basis = matrix @ rng.standard_normal((matrix.shape[1], width)).astype(np.float32)
    for _ in range(_N_ITERATIONS):
        basis = matrix @ (turned @ _orthonormal(basis))
    basis = _orthonormal(basis)
    left, values, _ = torch.linalg.svd(
        torch.from_numpy(turned @ basis).T.contiguous(), full_matrices=False
    )
    vectors: FloatArray = (torch.from_numpy(basis) @ left)[:, :rank].numpy()
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(rank)])
    return (vectors * signs).astype(np.float32), values[:rank].numpy()


def _orthonormal(basis: FloatArray) -> FloatArray:
    """Return orthonormal columns; torch's factors keep to torch's number of threads."""
    columns: FloatArray = torch.linalg.qr(torch.from_numpy(basis))[0].numpy()
    return columns
