"""How well the likeness of two texts or words agrees with the grades that people gave.

Nothing is fitted to the grades. An adjustment other than raw is fitted to the texts of the file.
With `--pooling all` every pooling and every adjustment stand in one table beside baselines that
need no model: shared words, counted plainly or by tf-idf, random vectors of words, and chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures
from forms.lines import write_predictions
from forms.pairs import read_graded_pairs
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.engine.encoder import Encoder

DoubleArray = npt.NDArray[np.float64]

ALL = "all"
_DEFAULT = "cls_head"
_SEED = 0
_DIM = 256


def main() -> None:
    """Score the pairs of a file and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder
    from tailgraph.engine.similarity import agreement, pair_similarities

    pairs = read_graded_pairs(arguments.data)[: arguments.limit]
    model = arguments.model
    encoder = Encoder.from_pretrained(model) if model else Encoder.default()
    firsts, seconds = [pair.first for pair in pairs], [pair.second for pair in pairs]
    grades = np.array([pair.score for pair in pairs])
    pooling = _DEFAULT if arguments.pooling == ALL else arguments.pooling
    scores = pair_similarities(
        encoder, firsts, seconds, channels=pooling.split("+"), adjustment=arguments.adjust
    )
    write_predictions(arguments.predictions, ([float(score)] for score in scores))
    agreed = agreement(scores, grades)
    figures: dict[str, object] = {
        "data": arguments.data.name,
        "model": encoder.fingerprint[:16],
        "pooling": pooling,
        "adjust": arguments.adjust,
        "n": agreed.n_pairs,
        "spearman": agreed.spearman,
        "pearson": agreed.pearson,
    }
    if arguments.pooling == ALL:
        figures["poolings"] = compare_poolings(encoder, firsts, seconds, grades)
        figures["baselines"] = compare_baselines(firsts, seconds, grades)
    print(f"{'pairs':12}{agreed.n_pairs:>10}")
    print(f"{'spearman':12}{agreed.spearman:>10.4f}")
    print(f"{'pearson':12}{agreed.pearson:>10.4f}")
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    from tailgraph.engine.similarity import ADJUSTMENTS, POOLINGS, TERMS

    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--pooling",
        default=_DEFAULT,
        metavar="NAME[+NAME...]",
        help=f"{', '.join((*POOLINGS, TERMS))}, layer:1 and so on, or several joined by +; all "
        f"compares all of them and writes the predictions of {_DEFAULT} (default: {_DEFAULT}, as "
        "the product searches)",
    )
    parser.add_argument(
        "--adjust",
        choices=ADJUSTMENTS,
        default="raw",
        help="what is taken out of the vectors, fitted to the texts alone (default: raw)",
    )
    return parser.parse_args()


def compare_poolings(
    encoder: Encoder, firsts: Sequence[str], seconds: Sequence[str], grades: DoubleArray
) -> dict[str, dict[str, float]]:
    """Print Spearman's correlation of every pooling by every adjustment, and return it."""
    from tailgraph.engine.pooling import POOLINGS, layer_poolings
    from tailgraph.engine.similarity import ADJUSTMENTS, compare_similarities

    poolings = (*POOLINGS, *layer_poolings(encoder))
    table: dict[str, dict[str, float]] = {}
    for score in compare_similarities(encoder, firsts, seconds, grades.tolist(), poolings=poolings):
        table.setdefault(score.channels, {})[score.adjustment] = round(score.spearman, 4)
    print(f"{'spearman':32}" + "".join(f"{name:>16}" for name in ADJUSTMENTS))
    for channels, row in table.items():
        print(f"{channels:32}" + "".join(f"{row[name]:>16.4f}" for name in ADJUSTMENTS))
    return table


def compare_baselines(
    firsts: Sequence[str], seconds: Sequence[str], grades: DoubleArray
) -> dict[str, float]:
    """Print Spearman's correlation of scores that no model has a part in, and return it."""
    from tailgraph.engine.similarity import agreement, pair_cosines

    counts = count_words([*firsts, *seconds])
    n_texts, n_words = counts.shape
    idf = np.log((1 + n_texts) / (1 + np.bincount(counts.indices, minlength=n_words)))
    rng = np.random.default_rng(_SEED)
    vectors = rng.standard_normal((n_words, _DIM), dtype=np.float32)
    scores = {
        "shared words": shared_cosines(counts),
        "shared words, tf-idf": shared_cosines(csr_array(counts.multiply(idf[None]))),
        "random vectors of words": pair_cosines(counts @ vectors),
        "chance": rng.random(len(grades)),
    }
    found = {name: round(agreement(s, grades).spearman, 4) for name, s in scores.items()}
    for name, spearman in found.items():
        print(f"{name:32}{spearman:>16.4f}")
    return found


def count_words(texts: Sequence[str]) -> csr_array:
    """Count the words of texts in lower case: shape (n_texts, n_words)."""
    from tailgraph.engine.importance import find_words

    numbers: dict[str, int] = {}
    columns, starts = [], [0]
    for text in map(str.lower, texts):
        words = (text[start:end] for start, end in find_words(text))
        columns += [numbers.setdefault(word, len(numbers)) for word in words]
        starts.append(len(columns))
    counts = csr_array(
        (np.ones(len(columns), dtype=np.float32), np.array(columns, dtype=np.int64), starts),
        shape=(len(texts), max(1, len(numbers))),
    )
    counts.sum_duplicates()
    return counts


def shared_cosines(counts: csr_array) -> DoubleArray:
    """Return the cosines of the first half of sparse rows with the second; 0 with an empty row."""
    half = counts.shape[0] // 2
    squares = np.asarray(counts.multiply(counts).sum(axis=1), dtype=np.float64)
    lengths = np.sqrt(squares[:half] * squares[half:])
    products = np.asarray(counts[:half].multiply(counts[half:]).sum(axis=1), dtype=np.float64)
    return np.divide(products, lengths, out=np.zeros(half), where=lengths > 0)


if __name__ == "__main__":
    main()
