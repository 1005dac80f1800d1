"""How well a model knows that one word is a kind of another: pairs of words with a label.

Directed measures stand beside symmetric ones and chance. Nothing is fitted to the labels. A word of
several pieces is the mean of their unit vectors, and for the measure `kind` as likely as its least
likely piece. A file without TABs holds graded pairs (HyperLex).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures
from forms.lines import read_filled_lines, write_predictions
from forms.pairs import WordPair, read_graded_pairs, read_word_pairs
from measures.ranking import average_precision

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from tailgraph.engine.encoder import Encoder

DoubleArray = npt.NDArray[np.float64]

DIRECTED = ("kind", "tail", "hub", "rank", "asymmetry", "bias", "norm")
SYMMETRIC = ("cosine", "neighbors", "random")
_SEED = 0
_TIE = 1e-3
"""How much a cosine adds to the asymmetry of tails: it decides between equal ones."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of words and their grades: 1 or 0 where they are labels.

    ``is_hypernym`` marks the pairs whose first word is a kind of the second, ``is_reversed`` those
    where the file says that it is the other way round.
    """

    firsts: list[str]
    seconds: list[str]
    grades: DoubleArray
    is_graded: bool
    is_hypernym: npt.NDArray[np.bool_]
    is_reversed: npt.NDArray[np.bool_]


def main() -> None:
    """Score the pairs of a file by every measure and print the figures."""
    print_figures(score_pairs(read_arguments()))


def score_pairs(arguments: Namespace) -> dict[str, object]:
    """Score the pairs of a file by every measure, and return the figures."""
    from tailgraph.engine.encoder import Encoder

    pairs = read_pairs(arguments.data, arguments.limit)
    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    scores, turns = measure(encoder, pairs)
    write_predictions(arguments.predictions, ([float(s)] for s in scores[arguments.measure]))
    figure = "spearman" if pairs.is_graded else "average_precision"
    print(f"{'measure':12}{figure:>20}{'direction':>12}")
    figures: dict[str, dict[str, float]] = {}
    for name, values in scores.items():
        figures[name] = {figure: agreement_of(pairs, values)}
        if name in turns and not pairs.is_graded:
            figures[name]["direction"] = turned_right(pairs, turns[name])
        direction = figures[name].get("direction")
        shown = "" if direction is None else f"{direction:12.3f}"
        print(f"{name:12}{figures[name][figure]:>20.4f}{shown}")
    known = encoder.vocabulary
    covered = [a in known and b in known for a, b in zip(pairs.firsts, pairs.seconds, strict=True)]
    return {
        "data": arguments.data.name,
        "model": encoder.fingerprint[:16],
        "measure": arguments.measure,
        "n": len(pairs.firsts),
        "positives": int(pairs.is_hypernym.sum()),
        "both_words_are_terms": round(float(np.mean(covered)), 4),
        **figures[arguments.measure],
        "measures": figures,
    }


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--measure",
        default="kind",
        choices=sorted({*DIRECTED, *SYMMETRIC}),
        help="what is written as predictions: kind (masked predictions; the default), tail (where "
        "the tails begin), hub (how many list either), rank (either in the order of the other), "
        "asymmetry (who is in whose tail), bias, norm; or a symmetric one",
    )
    return parser.parse_args()


def read_pairs(path: Path, limit: int | None) -> Pairs:
    """Read labeled pairs, or graded ones where the file has no TAB."""
    first = next(read_filled_lines(path))
    if "\t" not in first.text:
        graded = read_graded_pairs(path)[:limit]
        grades = np.array([pair.score for pair in graded])
        none = np.zeros(len(graded), dtype=np.bool_)
        return Pairs(
            [p.first for p in graded], [p.second for p in graded], grades, True, none, none
        )
    pairs: Sequence[WordPair] = read_word_pairs(path)[:limit]
    is_hypernym = np.array([pair.is_hypernym for pair in pairs])
    return Pairs(
        [pair.first for pair in pairs],
        [pair.second for pair in pairs],
        is_hypernym.astype(np.float64),
        False,
        is_hypernym,
        np.array([pair.relation == "rhyper" for pair in pairs]),
    )


def measure(
    encoder: Encoder, pairs: Pairs
) -> tuple[dict[str, DoubleArray], dict[str, DoubleArray]]:
    """Score every pair by every measure, and by those that change their sign when it is turned."""
    from tailgraph.engine.importance import spell_words, word_importance
    from tailgraph.graph.asymmetry import Orders, word_vectors
    from tailgraph.reading.kinds import kind_scores

    words = sorted({*pairs.firsts, *pairs.seconds})
    numbers = {word: number for number, word in enumerate(words)}
    first, second = (
        np.array([numbers[word] for word in side]) for side in (pairs.firsts, pairs.seconds)
    )
    vocabulary = encoder.vocabulary
    seen = Orders(vocabulary).compare(word_vectors(encoder, words), first, second)
    spelled = spell_words(encoder, words)
    biases = word_importance(vocabulary.biases, spelled, "mean").astype(np.float64)
    norms = word_importance(vocabulary.norms, spelled, "mean").astype(np.float64)
    turns = {
        "kind": kind_scores(encoder, pairs.firsts, pairs.seconds),
        "tail": seen.tail_rise(),
        "hub": seen.hub_rise(),
        "rank": seen.rank_ratio(),
        "asymmetry": seen.asymmetry(),
        "bias": biases[second] - biases[first],
        "norm": norms[first] - norms[second],
    }
    scores = {
        **turns,
        "asymmetry": turns["asymmetry"] + _TIE * seen.cosines,
        "cosine": seen.cosines,
        "neighbors": -np.log1p(np.minimum(seen.forward, seen.backward)),
        "random": np.random.default_rng(_SEED).random(len(first)),
    }
    return scores, turns


def agreement_of(pairs: Pairs, scores: DoubleArray) -> float:
    """Return Spearman's correlation with the grades, or the average precision of the labels."""
    from tailgraph.engine.similarity import agreement

    if pairs.is_graded:
        return round(agreement(scores, pairs.grades).spearman, 4)
    return round(average_precision(scores, pairs.is_hypernym), 4)


def turned_right(pairs: Pairs, turns: DoubleArray) -> float:
    """Return the share of hypernym pairs whose direction is right, equal ones counting half.

    It is right where the measure is above 0, or below 0 for a pair that stands in reversed order.
    """
    signed = np.concatenate([turns[pairs.is_hypernym], -turns[pairs.is_reversed]])
    if not len(signed):
        return 0.0
    return round(float((signed > 0).mean() + (signed == 0).mean() / 2), 4)


if __name__ == "__main__":
    main()
