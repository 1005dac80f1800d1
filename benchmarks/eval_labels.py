"""How well labels spread to terms that were not told: words with a class, in five folds.

The class of each word is guessed from the words of the other four folds. A word that is a whole
term of the vocabulary gets what spreads to it; any other word is read as a phrase, by the words
that the model has for it. Nothing else of the file is used, and nothing is fitted to it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures
from forms.lines import write_predictions
from forms.texts import read_labelled_texts

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from tailgraph.engine.encoder import Encoder
    from tailgraph.graph.labels.curve import CurvePoint, LabeledTerms, Method
    from tailgraph.graph.labels.entity_vectors import EntityVectors

FloatArray = npt.NDArray[np.float32]
Classes = dict[str, tuple[str, ...]]

_N_FOLDS = 5
_SEED = 0


def main() -> None:
    """Guess the classes of a file and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder
    from tailgraph.graph.labels.curve import BASELINES, LabeledTerms, by_propagation, label_curve

    lines = read_labelled_texts(arguments.data)[: arguments.limit]
    classes: Classes = {}
    for line in lines:
        word = line.text.lower()
        classes[word] = tuple(dict.fromkeys((*classes.get(word, ()), line.label)))
    model = arguments.model
    encoder = Encoder.from_pretrained(model) if model else Encoder.default()
    labeled = LabeledTerms.of(encoder.vocabulary, classes)
    shares, guesses = guess_all(encoder, labeled, sorted(classes))
    figures = term_figures(labeled, shares)
    write_predictions(
        arguments.predictions, ([line.text, guesses[line.text.lower()]] for line in lines)
    )
    curve = []
    if arguments.draws:
        methods = {"propagation": by_propagation, **BASELINES}
        curve = label_curve(labeled, methods, n_draws=arguments.draws, seed=_SEED)
        print_curve(curve)
    right = np.array([guesses[line.text.lower()] == line.label for line in lines])
    is_term = np.array([line.text.lower() in set(labeled.terms) for line in lines])
    frequent = max(np.unique([line.label for line in lines], return_counts=True)[1])
    print_figures(
        {
            "data": arguments.data.name,
            "model": encoder.fingerprint[:16],
            "n": len(lines),
            "n_terms": len(labeled.terms),
            "accuracy": float(right.mean()),
            "accuracy_of_other_words": float(right[~is_term].mean()) if not all(is_term) else None,
            "majority": float(frequent / len(lines)),
            **figures,
            "curve": [asdict(point) for point in curve],
        }
    )


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--draws",
        type=int,
        default=3,
        metavar="N",
        help="how often the curve over the number of labels is drawn; 0 leaves it out (default: 3)",
    )
    return parser.parse_args()


def baselines() -> dict[str, Method]:
    """Return the ways to guess that propagation is held against, by name."""
    from tailgraph.graph.labels.curve import by_majority, by_neighbors, by_shuffled_labels

    return {
        "knn_5_raw": by_neighbors(5, centered=False),
        "knn_20_raw": by_neighbors(20, centered=False),
        "knn_5_centered": by_neighbors(5),
        "knn_20_centered": by_neighbors(20),
        "knn_20_cubed": by_neighbors(20, power=3),
        "shuffled": by_shuffled_labels,
        "majority": by_majority,
    }


def guess_all(
    encoder: Encoder, labeled: LabeledTerms, words: Sequence[str]
) -> tuple[dict[str, FloatArray], dict[str, str]]:
    """Guess every word from the words of the other folds.

    Returns
    -------
    shares
        By method, float32 arrays of shape (n_labeled, n_labels) for the terms of the vocabulary.
    guesses
        The class of each word, by propagation.
    """
    from tailgraph.graph.labels.curve import shares_of
    from tailgraph.graph.labels.entity_vectors import propagate_labels

    methods = baselines()
    place_of = {term: place for place, term in enumerate(labeled.terms)}
    shares = {
        name: np.zeros(labeled.given.shape, dtype=np.float32) for name in ("propagation", *methods)
    }
    guesses: dict[str, str] = {}
    order = np.random.default_rng(_SEED).permutation(len(words))
    for fold in np.array_split(order, _N_FOLDS):
        held_out = [words[number] for number in fold.tolist()]
        asked = np.array(sorted(place_of[w] for w in held_out if w in place_of), dtype=np.int64)
        known = np.setdiff1d(np.arange(len(labeled.terms)), asked)
        vectors = propagate_labels(labeled.vocabulary, labeled.seeds(known))
        shares["propagation"][asked] = shares_of(labeled, vectors, asked)
        for name, method in methods.items():
            shares[name][asked] = method(labeled, known, asked)
        for place in asked.tolist():
            best = int(shares["propagation"][place].argmax())
            guesses[labeled.terms[place]] = labeled.labels[best]
        others = [word for word in held_out if word not in place_of]
        guesses |= zip(others, read_as_phrases(encoder, vectors, others), strict=True)
    return shares, guesses


def read_as_phrases(encoder: Encoder, vectors: EntityVectors, words: list[str]) -> list[str]:
    """Guess the class of words that are no whole terms, each read alone."""
    from tailgraph.graph.descriptors import Describer

    describer = Describer(encoder, vectors)
    return [
        describer.types[int(votes.shares.sum(axis=0).argmax())]
        for votes in describer.phrase_votes(words)
    ]


def term_figures(labeled: LabeledTerms, shares: dict[str, FloatArray]) -> dict[str, float]:
    """Measure each method on the terms of the vocabulary, and print a table."""
    from tailgraph.graph.labels.curve import measure

    figures = {}
    print(f"{'method':18}{'top 1':>8}{'top 3':>8}{'coverage':>10}")
    for name, guessed in shares.items():
        found = measure(guessed, labeled.given, labeled.labels)
        print(f"{name:18}{found.top_1:>8.4f}{found.top_3:>8.4f}{found.coverage:>10.4f}")
        figures[f"{name}_top_1"] = found.top_1
        figures[f"{name}_top_3"] = found.top_3
        figures[f"{name}_coverage"] = found.coverage
    return figures


def print_curve(curve: Sequence[CurvePoint]) -> None:
    """Print top-1 accuracy with its deviation, a method a line, by the number of labels."""
    print(f"{'labels':18}" + "".join(f"{n:>16}" for n in sorted({p.n_labels for p in curve})))
    for name in dict.fromkeys(point.method for point in curve):
        points = sorted((p for p in curve if p.method == name), key=lambda p: p.n_labels)
        cells = (f"{p.mean.top_1:.3f} +- {p.deviation.top_1:.3f}" for p in points)
        print(f"{name:18}" + "".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    main()
