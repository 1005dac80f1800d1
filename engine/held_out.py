"""How well a model predicts text that it was not trained on, beside knowing only how often.

References
----------
Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
2019; whole words are masked as in its later release.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError, ShapeError
from .encoder import Encoder
from .matmul import log_totals, top_k
from .pooling import term_probabilities
from .pretraining.token_corpus import TokenCorpus
from .token_sequences import TokenSequences
from .vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_N_BEST = 5
_RARE = 1e-3
"""A token of a lower unigram probability says something of its text."""


@dataclass(frozen=True)
class HeldOut:
    """How well masked tokens of held-out text are predicted.

    Attributes
    ----------
    accuracy, top5_accuracy
        Share of masked tokens that are the model's first choice, or among its first five.
    perplexity
        Exponential of the mean negative log probability of the masked tokens.
    rare_accuracy
        Accuracy over tokens whose unigram probability is below .001.
    unigram_accuracy, unigram_perplexity
        The same of a predictor that knows how often each token occurs, and nothing else.
    unigram_source
        Where it knows that from: ``"training counts"`` or ``"output biases"``.
    n_masked, n_rows
        Tokens masked, in how many rows of text.
    """

    accuracy: float
    top5_accuracy: float
    perplexity: float
    rare_accuracy: float
    unigram_accuracy: float
    unigram_perplexity: float
    unigram_source: str
    n_masked: int
    n_rows: int


@dataclass(frozen=True)
class TokenCoverage:
    """How the tokenizer takes a text apart.

    Attributes
    ----------
    unknown_rate
        Share of tokens that are the unknown token.
    pieces_per_word
        Tokens for each word; what the tokenizer never joins is two words, such as a word and the
        comma after it.
    n_tokens
        Tokens counted.
    """

    unknown_rate: float
    pieces_per_word: float
    n_tokens: int


@dataclass(frozen=True, eq=False)
class MaskedRows:
    """Rows of text with masks.

    Attributes
    ----------
    sequences
        The tokens, special ones included, masked ones replaced by the mask and wanted.
    targets
        int64 array of shape (n_masked,): the tokens that stood there.
    """

    sequences: TokenSequences
    targets: IntArray


def measure_held_out(
    encoder: Encoder,
    corpus: TokenCorpus,
    *,
    counts: IntArray | None = None,
    n_rows: int = 600,
    length: int = 128,
    share: float = 0.15,
    seed: int = 0,
) -> HeldOut:
    """Mask whole words of held-out text and let the model predict them.

    Parameters
    ----------
    encoder
        The model.
    corpus
        Text by the model's own tokenizer, that it was not trained on.
    counts
        int64 array of shape (n_terms,): how often each term occurs in the training text, for the
        unigram baseline (one is added to each); the output biases are taken by default.
    n_rows, length, share, seed
        As in `mask_rows`.

    Raises
    ------
    CorpusError
        If no token was masked, because there is too little text.
    ShapeError
        If there is not one count for each term.
    """
    vocabulary = encoder.vocabulary
    if counts is not None and counts.shape != (len(vocabulary),):
        raise ShapeError(
            f"Got counts of shape {counts.shape}; give one for each of {len(vocabulary)} terms."
        )
    masked = mask_rows(encoder, corpus, n_rows=n_rows, length=length, share=share, seed=seed)
    targets = masked.targets
    if not len(targets):
        raise CorpusError("The held-out text is so short that no word was masked; give more.")
    vectors = encoder.model.vectors(masked.sequences)
    best, _ = top_k(vectors, encoder.output, _N_BEST, bias=vocabulary.biases)
    products = np.einsum("nd,nd->n", vectors, vocabulary.vectors[targets])
    totals = log_totals(vectors, encoder.output, vocabulary.biases)
    log_probabilities = products + vocabulary.biases[targets] - totals
    unigram = _unigram(vocabulary, counts)
    is_right, is_rare = best[:, 0] == targets, unigram[targets] < _RARE
    return HeldOut(
        accuracy=float(is_right.mean()),
        top5_accuracy=float((best == targets[:, None]).any(axis=1).mean()),
        perplexity=_perplexity(log_probabilities),
        rare_accuracy=float(is_right[is_rare].mean()) if is_rare.any() else 0.0,
        unigram_accuracy=float((targets == unigram.argmax()).mean()),
        unigram_perplexity=_perplexity(np.log(unigram[targets])),
        unigram_source="output biases" if counts is None else "training counts",
        n_masked=len(targets),
        n_rows=len(masked.sequences),
    )


def mask_rows(
    encoder: Encoder,
    corpus: TokenCorpus,
    *,
    n_rows: int = 600,
    length: int = 128,
    share: float = 0.15,
    seed: int = 0,
) -> MaskedRows:
    """Cut documents into rows and mask whole words of a sample of them.

    A row is consecutive text of one document, across its sentences: as many whole words as fit, so
    only the last row of a document is notably shorter. Each word is masked with probability
    `share`, and then every one of its tokens is replaced by one mask. A word with an unknown token
    is never masked.

    Parameters
    ----------
    encoder
        The model.
    corpus
        Text by the model's own tokenizer.
    n_rows
        Rows to draw, without repetition; all where there are fewer.
    length
        Tokens of a row at most, special ones included; never more than the model can read.
    share
        Share of the words that are masked, and so of the tokens, on average.
    seed
        Decides which rows and which words.
    """
    before, after = encoder.tokenizer.frame
    room = min(length, encoder.max_length) - len(before) - len(after)
    is_start = word_starts(corpus, encoder.vocabulary)
    rows = cut_rows(corpus, is_start, room)
    rng = np.random.default_rng(seed)
    if len(rows) > n_rows:
        rows = rows[np.sort(rng.choice(len(rows), n_rows, replace=False))]
    is_kept = encoder.vocabulary.is_special.copy()
    is_kept[encoder.tokenizer.unknown_id] |= encoder.tokenizer.unknown_id >= 0
    ids: list[list[int]] = []
    places: list[IntArray] = []
    targets: list[IntArray] = []
    for first, last in rows.tolist():
        row = corpus.ids[first:last].astype(np.int64)
        word = np.cumsum(is_start[first:last]) - is_start[first]
        has_kept = np.bincount(word, weights=is_kept[row]) > 0
        chosen = np.flatnonzero(((rng.random(len(has_kept)) < share) & ~has_kept)[word])
        places.append(chosen + len(before))
        targets.append(row[chosen])
        row[chosen] = encoder.tokenizer.mask_id
        ids.append([*before, *row.tolist(), *after])
    sequences = TokenSequences.from_lists(ids, [chosen.tolist() for chosen in places])
    return MaskedRows(sequences, np.concatenate([np.empty(0, np.int64), *targets]))


def measure_coverage(corpus: TokenCorpus, encoder: Encoder) -> TokenCoverage:
    """Count unknown tokens and the pieces of words in a text by the model's own tokenizer."""
    n_words = int(word_starts(corpus, encoder.vocabulary).sum())
    n_unknown = int((corpus.ids == encoder.tokenizer.unknown_id).sum())
    return TokenCoverage(n_unknown / corpus.n_tokens, corpus.n_tokens / n_words, corpus.n_tokens)


def word_starts(corpus: TokenCorpus, vocabulary: Vocabulary) -> BoolArray:
    """Tell which tokens begin a word: bool array of shape (n_tokens,).

    The first token of a sentence always does.
    """
    is_start = ~vocabulary.is_piece[corpus.ids]
    is_start[corpus.sentences[:-1]] = True
    return np.asarray(is_start, dtype=np.bool_)


def cut_rows(corpus: TokenCorpus, is_start: BoolArray, room: int) -> IntArray:
    """Cut each document into rows of at most `room` tokens that begin where a word begins.

    A word of more than `room` tokens is cut.

    Returns
    -------
    int64 array of shape (n_rows, 2): the first token of each row and the one after its last.
    """
    rows: list[tuple[int, int]] = []
    for first, end in pairwise(corpus.document_tokens.tolist()):
        while first < end:
            last = min(first + room, end)
            if last < end:
                starts = np.flatnonzero(is_start[first + 1 : last + 1])
                last = first + 1 + int(starts[-1]) if len(starts) else last
            rows.append((first, last))
            first = last
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _unigram(vocabulary: Vocabulary, counts: IntArray | None) -> npt.NDArray[np.float64]:
    """Return the probability of each term without context."""
    if counts is None:
        return term_probabilities(vocabulary)
    smoothed = counts.astype(np.float64) + 1
    probabilities: npt.NDArray[np.float64] = smoothed / smoothed.sum()
    return probabilities


def _perplexity(log_probabilities: npt.NDArray[np.floating]) -> float:
    """Return the exponential of the mean surprise."""
    return float(np.exp(-log_probabilities.mean(dtype=np.float64)))
