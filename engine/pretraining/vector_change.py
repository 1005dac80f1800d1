"""How far training has moved a model's vectors: those of its terms, and those of texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .network import Network
from .sentence_pairs import PairMaker
from .token_corpus import TokenCorpus
from .word_pieces import SpecialIds

_N_NEIGHBORS = 10
_N_TERMS = 1000
_N_TEXTS = 256


@dataclass(frozen=True)
class VectorChange:
    """What became of the vectors.

    Attributes
    ----------
    term_cosine
        Mean cosine between a term's vector before and after.
    kept_neighbors
        Share of the ten nearest terms of a term that are still among them; mean over 1,000 terms
        spread over the vocabulary.
    text_cosine_before, text_cosine_after
        Mean cosine between different sentences: near 1, text vectors say little.
    """

    term_cosine: float
    kept_neighbors: float
    text_cosine_before: float
    text_cosine_after: float


@torch.inference_mode()
def compare_networks(
    before: Network,
    after: Network,
    corpus: TokenCorpus,
    specials: SpecialIds,
    device: torch.device,
) -> VectorChange:
    """Compare two networks of one vocabulary, on their terms and on sentences of a corpus."""
    old, new = (
        functional.normalize(network.model.bert.embeddings.word_embeddings.weight.float(), dim=1)
        for network in (before, after)
    )
    rows = torch.from_numpy(np.linspace(0, len(old) - 1, min(_N_TERMS, len(old))).astype(np.int64))
    kept = [
        len(set(was) & set(now)) / max(1, len(was))
        for was, now in zip(_nearest(old, rows), _nearest(new, rows), strict=True)
    ]
    return VectorChange(
        float((old * new).sum(dim=1).mean()),
        float(np.mean(kept)),
        _mean_cosine(before, corpus, specials, device),
        _mean_cosine(after, corpus, specials, device),
    )


def _nearest(vectors: Tensor, rows: Tensor) -> list[list[int]]:
    """List the nearest other rows of some rows."""
    cosines = vectors[rows] @ vectors.T
    cosines[torch.arange(len(rows)), rows] = -torch.inf
    nearest: list[list[int]] = cosines.topk(min(_N_NEIGHBORS, len(vectors) - 1)).indices.tolist()
    return nearest


def _mean_cosine(
    network: Network, corpus: TokenCorpus, specials: SpecialIds, device: torch.device
) -> float:
    """Compute the mean cosine between different sentences of a corpus."""
    pairs = PairMaker(
        corpus,
        n_pairs=_N_TEXTS,
        same_share=1.0,
        max_tokens=min(48, network.shape.max_length - 2),
        specials=specials,
        seed=0,
    ).pairs(0)
    vectors = network.text_vectors(
        torch.from_numpy(pairs.ids[0]).to(device), torch.from_numpy(pairs.is_token[0]).to(device)
    )
    unit = functional.normalize(vectors.float(), dim=1)
    n_texts = len(unit)
    total = float((unit @ unit.T).sum()) - n_texts
    return total / max(1, n_texts * (n_texts - 1))
