"""Whether different texts get different vectors: a model that was not trained to may give one.

References
----------
A. Rajasekharan, "Unsupervised creation of interpretable sentence representations", 2020: a model
whose opening token predicts the same terms for every text cannot be used to compare texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ParameterError
from .corpus import Document
from .encoder import Encoder
from .matmul import top_k

_N_NEIGHBORS = 10
_MOST_WORDS = 4
_WORD = re.compile(r"\w[\w'-]*")


@dataclass(frozen=True)
class TextSpread:
    """How different the vectors of different texts are.

    Attributes
    ----------
    mean_cosine
        Mean cosine of the vectors of two texts: 1 where all point the same way.
    distinct_lists
        Share of texts whose ten best terms, in order, are those of no text before.
    n_texts
        Texts compared.
    """

    mean_cosine: float
    distinct_lists: float
    n_texts: int


def measure_text_spread(encoder: Encoder, texts: Sequence[str]) -> TextSpread:
    """Compare the vectors of texts, and the terms that they point at by ``t @ E.T + b``.

    Parameters
    ----------
    encoder
        The model.
    texts
        At least two different phrases or sentences.

    Raises
    ------
    ParameterError
        If there are fewer.
    """
    distinct = list(dict.fromkeys(texts))
    if len(distinct) < 2:
        raise ParameterError(f"Got {len(distinct)} different texts; give two or more to compare.")
    vectors = encoder.encode(distinct).vectors
    unit = vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    n = len(unit)
    rows, _ = top_k(vectors, encoder.output, _N_NEIGHBORS, bias=encoder.vocabulary.biases)
    return TextSpread(
        mean_cosine=float((np.square(unit.sum(axis=0)).sum() - n) / (n * (n - 1))),
        distinct_lists=len(np.unique(rows, axis=0)) / n,
        n_texts=n,
    )


def sample_texts(documents: Iterable[Document], n_texts: int, *, seed: int) -> list[str]:
    """Draw different texts: half of them sentences, half one to four neighboring words of one.

    Parameters
    ----------
    documents
        Where to draw from.
    n_texts
        Texts to draw; fewer where there are not so many.
    seed
        Decides which.
    """
    rng = np.random.default_rng(seed)
    every = [(doc, span) for doc in documents for span in doc.sentences]
    sentences: dict[str, None] = {}
    phrases: dict[str, None] = {}
    for number in rng.permutation(len(every)).tolist():
        document, (start, end) = every[number]
        sentence = document.text[start:end]
        if len(sentences) <= len(phrases):
            sentences[sentence] = None
        else:
            phrases[_random_phrase(sentence, rng)] = None
        if len(sentences | phrases) >= n_texts:
            break
    return [text for text in sentences | phrases if text]


def _random_phrase(sentence: str, rng: np.random.Generator) -> str:
    """Return one to four neighboring words of a sentence."""
    words = _WORD.findall(sentence)
    length = int(rng.integers(1, _MOST_WORDS + 1))
    start = int(rng.integers(max(1, len(words) - length + 1)))
    return " ".join(words[start : start + length])
