"""How well a parser does: its predictions held against a treebank, word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...errors import ParameterError
from .treebank_words import TreebankSentence


@dataclass(frozen=True)
class ParserScores:
    """Shares of right words between 0 and 1, punctuation included.

    Attributes
    ----------
    n_sentences, n_words
        What was scored.
    upos, xpos, lemma
        Words with the right universal tag, fine tag and lemma, of those where the treebank tells
        it; 0 where it never does.
    uas
        Unlabeled attachment: words with the right head.
    las
        Labeled attachment: also with the right label, whatever follows its colon.
    """

    n_sentences: int
    n_words: int
    upos: float
    xpos: float
    lemma: float
    uas: float
    las: float


def score_parses(
    gold: Sequence[TreebankSentence], predicted: Iterable[TreebankSentence]
) -> ParserScores:
    """Compare predictions with a treebank.

    Parameters
    ----------
    gold
        The treebank.
    predicted
        The same sentences with the same words, in the same order.

    Raises
    ------
    ParameterError
        There is no sentence to score, or the predictions are of other words.

    Examples
    --------
    >>> gold = TreebankSentence(
    ...     words=("Cells", "grow"), spaces=(True, False), upos=("NOUN", "VERB"),
    ...     xpos=("NNS", ""), lemmas=("cell", "grow"), heads=(1, 1), deps=("nsubj", "root"))
    >>> from dataclasses import replace
    >>> scores = score_parses([gold], [replace(gold, deps=("nsubj:pass", "root"), heads=(0, 1))])
    >>> scores.uas, scores.las, scores.upos, scores.xpos
    (0.5, 0.5, 1.0, 1.0)
    """
    pairs = list(zip(gold, predicted, strict=True))
    other = next((one for one, two in pairs if one.words != two.words), None)
    if other is not None or not pairs:
        what = "no sentence" if other is None else f"other words than {' '.join(other.words)!r:.80}"
        raise ParameterError(
            f"The predictions hold {what}; expected the words of one sentence or more."
        )
    heads = [
        (one == two, label(left) == label(right))
        for a, b in pairs
        for one, two, left, right in zip(a.heads, b.heads, a.deps, b.deps, strict=True)
    ]
    return ParserScores(
        n_sentences=len(pairs),
        n_words=len(heads),
        upos=_share_right(pairs, lambda sentence: sentence.upos),
        xpos=_share_right(pairs, lambda sentence: sentence.xpos),
        lemma=_share_right(pairs, lambda sentence: sentence.lemmas),
        uas=sum(head for head, _ in heads) / len(heads),
        las=sum(head and same for head, same in heads) / len(heads),
    )


def label(dep: str) -> str:
    """Cut a label at its colon.

    Examples
    --------
    >>> label("nsubj:pass")
    'nsubj'
    """
    return dep.partition(":")[0]


def _share_right(
    pairs: Sequence[tuple[TreebankSentence, TreebankSentence]],
    column: Callable[[TreebankSentence], Sequence[str]],
) -> float:
    right = [
        one == two for a, b in pairs for one, two in zip(column(a), column(b), strict=True) if one
    ]
    return sum(right) / len(right) if right else 0.0
