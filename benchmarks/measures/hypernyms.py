"""How well hypernyms were discovered, by the rules of SemEval-2018 task 9."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

MOST_ANSWERS = 15
"""Answers of a query that count."""


def discovery_scores(
    gold: Sequence[Collection[str]], answers: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Score ranked answers; of each query only as many count as it has gold hypernyms.

    The precision after k answers is the share of right ones among the first k, or among as many as
    there are gold hypernyms if these are fewer.

    Parameters
    ----------
    gold
        The hypernyms of each query, at least one.
    answers
        What is said of each query, the best first, each once; case does not matter.

    Returns
    -------
    Means over queries: ``map``, of the precision after 1 to 15 answers; ``mrr``, of 1 by the place
    of the first right answer; ``p@5``, of the precision after 5.

    References
    ----------
    J. Camacho-Collados et al., "SemEval-2018 Task 9: Hypernym Discovery", 2018, and its scorer.

    Examples
    --------
    >>> discovery_scores([{"tumor", "disease"}], [["illness", "tumor", "disease"]])
    {'map': 0.4667, 'mrr': 0.5, 'p@5': 0.5}
    """
    depths = np.arange(1, MOST_ANSWERS + 1)
    rows = []
    for wanted, said in zip(gold, answers, strict=True):
        names = {name.lower() for name in wanted}
        counted = [answer.lower() in names for answer in said[: min(len(names), MOST_ANSWERS)]]
        is_right = np.zeros(MOST_ANSWERS, dtype=np.bool_)
        is_right[: len(counted)] = counted
        precisions = np.cumsum(is_right) / np.minimum(depths, len(names))
        first = 1 / (is_right.argmax() + 1) if is_right.any() else 0.0
        rows.append((precisions.mean(), first, precisions[4]))
    means = np.mean(rows, axis=0) if rows else np.zeros(3)
    return dict(zip(("map", "mrr", "p@5"), np.round(means, 4).tolist(), strict=True))
