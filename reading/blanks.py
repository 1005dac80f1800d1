"""What may stand at a blank of a text: candidates, and the kind of thing that is expected there.

The model knows well which kind of thing fits, and badly which one is true: a candidate is a guess,
never a fact.

References
----------
A. Rajasekharan, "Swiss army knife for unsupervised task solving", 2021: masked predictions, typed.
Salazar, Liang, Nguyen and Kirchhoff, "Masked Language Model Scoring", 2020: pseudo-log-likelihoods
of candidates that are no terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.matmul import log_totals, top_k
from ..engine.pseudo_likelihood import score_pieces
from ..engine.scoring import Score, decompose_scores
from ..errors import ParameterError
from ..graph.descriptors import Share
from .given_text import end_sentence, find_blanks, mask_blanks, require_text

if TYPE_CHECKING:
    from ..engine.encoder import MaskStates
    from ..engine.tokenizer import Span
    from ..engine.vocabulary import Vocabulary
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or phrase that the model may put at a blank: a guess, not a fact.

    Attributes
    ----------
    text, pieces
        The candidate, and how the tokenizer spells it.
    log_probability
        Sum over the pieces of the natural logarithms of their probabilities, each hidden while the
        others stand; candidates are ranked by it. Of a single piece it is the logarithm of the
        probability that the model predicts.
    mean_log_probability
        The same for each piece: it does not fall with the number of pieces, but favors words whose
        pieces betray each other.
    score
        The model's score taken apart; None for a candidate of several pieces, which has none.
    is_candidate
        Always true: nothing has checked that it is so.
    """

    text: str
    pieces: tuple[str, ...]
    log_probability: float
    mean_log_probability: float
    score: Score | None
    is_candidate: bool = True


@dataclass(frozen=True, slots=True)
class PhraseCandidate:
    """A phrase of the knowledge base whose vector is near that of a blank: a guess, not a fact.

    ``cosine`` compares the two vectors; it has nothing to do with a probability.
    """

    text: str
    cosine: float
    is_candidate: bool = True


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank and what may stand there.

    Attributes
    ----------
    start, end
        The characters ``text[start:end]`` of the blank in the text as it was given.
    types, subtypes
        The share of each main type, and of each label with its sub-type, among the words that the
        model expects there, the largest first; whatever the candidates are restricted to.
    candidates
        The best first.
    phrases
        Phrases of the knowledge base, the nearest first; empty without one, or where the candidates
        are restricted.
    """

    start: int
    end: int
    types: tuple[Share, ...]
    subtypes: tuple[Share, ...]
    candidates: tuple[Candidate, ...]
    phrases: tuple[PhraseCandidate, ...]


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text and its blanks.

    Attributes
    ----------
    text, read_as
        The text as it was given and as the model read it: a mask in each blank, and a period where
        no mark ended it.
    has_unknown, truncated
        The model has no pieces for a part of it; it was too long and only a part with all blanks
        was read.
    blanks
        In order.
    """

    text: str
    read_as: str
    has_unknown: bool
    truncated: bool
    blanks: tuple[Blank, ...]


def fill(
    reader: Reader,
    text: str,
    *,
    types: Sequence[str] = (),
    terms: Sequence[str] = (),
    k: int = 10,
) -> FilledText:
    """Say what may stand at each blank of a text.

    Parameters
    ----------
    reader
        Model and labels.
    text
        A text with blanks: ``___`` or ``[MASK]``.
    types
        Only terms of these types: main types, or labels with their sub-types; see `TermTypes`.
    terms
        Only these words and phrases, which need not be terms of the vocabulary; all are ranked.
    k
        How many candidates to give for each blank, where `terms` does not say which.

    Raises
    ------
    ParameterError
        If there is no blank, no such type, a term that the model cannot spell, or both types and
        terms are given.
    """
    require_text(text)
    if types and terms:
        raise ParameterError("Types and terms are given; restrict the candidates by one of them.")
    encoder = reader.encoder
    blanks = find_blanks(text, encoder.mask_token)
    if not blanks:
        raise ParameterError(
            f"The text {text:.60} has no blank; mark one with ___ or [MASK], as in "
            "'Aspirin is used to treat ___.'"
        )
    masked, masks = mask_blanks(text, blanks, encoder.mask_token)
    read_as = end_sentence(masked)
    states = encoder.mask_states([read_as], [masks])
    if terms:
        candidates = _given(reader, read_as, masks, states, terms)
    else:
        candidates = _best(reader, states, types, k)
    phrases = _phrases(reader, states, 0 if types or terms else k)
    shares = expected_types(reader, states.vectors)
    return FilledText(
        text=text,
        read_as=read_as,
        has_unknown=bool(states.has_unknown[0]),
        truncated=bool(states.truncated[0]),
        blanks=tuple(
            Blank(start, end, *of_types, candidates=best, phrases=near)
            for (start, end), of_types, best, near in zip(
                blanks, shares, candidates, phrases, strict=True
            )
        ),
    )


def fillers(vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """Tell which terms are words or numbers that may fill a blank: bool array of shape (n_terms,).

    Special terms, word pieces and punctuation are none.
    """
    has_word = [any(map(str.isalnum, surface)) for surface in vocabulary.surfaces]
    return np.array(has_word) & ~vocabulary.is_piece & ~vocabulary.is_special


def _best(
    reader: Reader, states: MaskStates, types: Sequence[str], k: int
) -> list[tuple[Candidate, ...]]:
    """Return the k terms with the highest scores at each blank."""
    encoder, vocabulary = reader.encoder, reader.encoder.vocabulary
    allowed = fillers(vocabulary)
    if types:
        allowed &= reader.term_types.terms_of(types)
    rows, _ = top_k(states.vectors, encoder.output, k, bias=vocabulary.biases, allowed=allowed)
    scores = decompose_scores(
        states.vectors, vocabulary, [[row for row in best if row >= 0] for best in rows.tolist()]
    )
    totals = log_totals(states.vectors, encoder.output, vocabulary.biases)
    return [
        tuple(
            Candidate(
                text=vocabulary.surface(score.row),
                pieces=(score.term,),
                log_probability=score.score - total,
                mean_log_probability=score.score - total,
                score=score,
            )
            for score in best
        )
        for best, total in zip(scores, totals.tolist(), strict=True)
    ]


def _given(
    reader: Reader, text: str, masks: list[Span], states: MaskStates, terms: Sequence[str]
) -> list[tuple[Candidate, ...]]:
    """Rank given words and phrases at each blank."""
    vocabulary = reader.encoder.vocabulary
    names = list(dict.fromkeys(" ".join(term.split()) for term in terms))
    found = score_pieces(reader.encoder, text, masks, names)
    whole = [[s.pieces[0] for s in scores if len(s.pieces) == 1] for scores in found]
    scores_of = [
        {score.row: score for score in scores}
        for scores in decompose_scores(states.vectors, vocabulary, whole)
    ]
    ranked = []
    for of_row, scores in zip(scores_of, found, strict=True):
        candidates = [
            Candidate(
                text=name,
                pieces=tuple(vocabulary.terms[row] for row in score.pieces),
                log_probability=float(score.log_probabilities.sum()),
                mean_log_probability=float(score.log_probabilities.mean()),
                score=of_row[score.pieces[0]] if len(score.pieces) == 1 else None,
            )
            for name, score in zip(names, scores, strict=True)
        ]
        ranked.append(tuple(sorted(candidates, key=lambda c: -c.log_probability)))
    return ranked


def _phrases(reader: Reader, states: MaskStates, k: int) -> list[tuple[PhraseCandidate, ...]]:
    """Return the k phrases of the knowledge base nearest to each blank."""
    if reader.find_phrases is None or k == 0:
        return [() for _ in states.vectors]
    near = [reader.find_phrases(vector, k) for vector in states.vectors]
    return [tuple(PhraseCandidate(text, cosine) for text, cosine in found) for found in near]


def expected_types(
    reader: Reader, vectors: FloatArray
) -> list[tuple[tuple[Share, ...], tuple[Share, ...]]]:
    """Let the words that the model expects at each blank vote on its type; see `Describer`.

    Parameters
    ----------
    reader
        Model and labels.
    vectors
        float32 array of shape (n_blanks, dim).

    Returns
    -------
    For each blank the share of each main type, and of each label; the largest first.
    """
    describer = reader.typer.describer
    shares = describer.by_type(describer.predicted_votes(vectors))
    return list(zip(describer.rank_main_types(shares), describer.rank_types(shares), strict=True))
