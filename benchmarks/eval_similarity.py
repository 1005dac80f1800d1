"""How well the likeness of two texts or words agrees with the grades that people gave.

Nothing is fitted to the grades. An adjustment other than raw is fitted to the texts of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from forms.command import evaluation_parser, print_figures
from forms.lines import write_predictions
from forms.pairs import read_graded_pairs

if TYPE_CHECKING:
    from argparse import Namespace


def main() -> None:
    """Score the pairs of a file and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder
    from tailgraph.engine.similarity import agreement, pair_similarities

    pairs = read_graded_pairs(arguments.data)[: arguments.limit]
    model = arguments.model
    encoder = Encoder.from_pretrained(model) if model else Encoder.default()
    scores = pair_similarities(
        encoder,
        [pair.first for pair in pairs],
        [pair.second for pair in pairs],
        channels=arguments.pooling.split("+"),
        adjustment=arguments.adjust,
    )
    write_predictions(arguments.predictions, ([float(score)] for score in scores))
    agreed = agreement(scores, np.array([pair.score for pair in pairs]))
    print(f"{'pairs':12}{agreed.n_pairs:>10}")
    print(f"{'spearman':12}{agreed.spearman:>10.4f}")
    print(f"{'pearson':12}{agreed.pearson:>10.4f}")
    print_figures(
        {
            "data": arguments.data.name,
            "model": encoder.fingerprint[:16],
            "pooling": arguments.pooling,
            "adjust": arguments.adjust,
            "n": agreed.n_pairs,
            "spearman": agreed.spearman,
            "pearson": agreed.pearson,
        }
    )


def read_arguments() -> Namespace:
    """Read the command line."""
    from tailgraph.engine.similarity import ADJUSTMENTS, POOLINGS, TERMS

    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--pooling",
        default="cls_head",
        metavar="NAME[+NAME...]",
        help=f"{', '.join((*POOLINGS, TERMS))}, or several joined by + (default: cls_head, as the "
        "product searches)",
    )
    parser.add_argument(
        "--adjust",
        choices=ADJUSTMENTS,
        default="raw",
        help="what is taken out of the vectors, fitted to the texts alone (default: raw)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
