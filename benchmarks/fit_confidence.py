"""Fits the weights of the confidence of propositions to gold extractions, and prints them.

``--data`` holds sentences, ``--gold`` what people extracted from them. Each proposition is right to
the degree that its words are those of a gold extraction (see `measures.open_facts`); a logistic
model of a few signs is fitted to that, with a penalty of one on the squared weights. How well it
ranks is told by five-fold cross-validation over sentences: the correlation of the confidence with
that degree, beside the trust in the inferred subject alone. The mean degree of each triple rule is
printed as well; `PRIORS` follow it. The figures are printed, nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from eval_openie import propositions, triples
from forms.command import add_data, evaluation_parser, print_figures
from forms.open_facts import Extraction, read_sentences, read_tuples
from measures.open_facts import lenient_scores

from tailgraph import extract_triples
from tailgraph.graph.parsing import Parser
from tailgraph.graph.relations.confidence import WEIGHTS, proposition_signs
from tailgraph.graph.relations.dependency_tree import DependencyTree
from tailgraph.graph.relations.propositions import read_clauses

Array = npt.NDArray[np.float64]

_FOLDS = 5


def main() -> None:
    """Fit the weights and print them."""
    arguments = evaluation_parser(__doc__.splitlines()[0])
    add_data(arguments, "--gold")
    options = arguments.parse_args()
    sentences = list(dict.fromkeys(read_sentences(options.data)))[: options.limit]
    gold = read_tuples(options.gold)
    kept = [text for text in sentences if text.strip() in gold]
    parsed = [one for [one] in Parser.default().parse([[text] for text in kept])]
    signs, right, groups, trust = [], [], [], []
    by_rule: defaultdict[str, list[float]] = defaultdict(list)
    for group, (text, sentence) in enumerate(zip(kept, parsed, strict=True)):
        wanted = gold[text.strip()]
        for rule, row in zip(
            [t.rule for t in extract_triples(sentence)], triples(sentence), strict=True
        ):
            by_rule[rule].append(degree(wanted, row))
        if sentence.is_question:
            continue
        tree = DependencyTree(sentence)
        for reading, row in zip(read_clauses(tree), propositions(sentence), strict=True):
            named = proposition_signs(tree, reading.clause, reading.subject, reading.arguments)
            signs.append([float(named[name]) for name in WEIGHTS])
            right.append(degree(wanted, row))
            groups.append(group % _FOLDS)
            trust.append(reading.clause.subjects[0].trust)
    columns, degrees, folds = np.array(signs), np.array(right), np.array(groups)
    guesses = np.zeros(len(degrees))
    for fold in range(_FOLDS):
        held = folds == fold
        guesses[held] = sigmoid(columns[held] @ fit(columns[~held], degrees[~held]))
    print_figures(
        {
            "data": options.data.name,
            "propositions": len(degrees),
            "mean_degree": round(float(degrees.mean()), 4),
            "correlation": correlation(guesses, degrees),
            "trust_correlation": correlation(np.array(trust), degrees),
            "weights": {
                name: round(float(weight), 3)
                for name, weight in zip(WEIGHTS, fit(columns, degrees), strict=True)
            },
            "rules": {
                rule: [len(values), round(float(np.mean(values)), 3)]
                for rule, values in sorted(by_rule.items())
            },
        }
    )


def degree(wanted: Sequence[Extraction], row: Extraction) -> float:
    """Return the largest share of an extraction's words that one gold extraction holds."""
    return max((lenient_scores(want, row)[0] for want in wanted), default=0.0)


def correlation(left: Array, right: Array) -> float:
    """Return the correlation of two columns; 0 where one does not vary."""
    if not (np.ptp(left) and np.ptp(right)):
        return 0.0
    return round(float(np.corrcoef(left, right)[0, 1]), 4)


def sigmoid(values: Array) -> Array:
    """Return the share that log odds stand for."""
    return 1 / (1 + np.exp(-values))


def fit(columns: Array, degrees: Array) -> Array:
    """Fit a logistic model to shares by Newton's method; the first column is not penalized."""
    weights = np.zeros(columns.shape[1])
    penalty = np.eye(columns.shape[1])
    penalty[0, 0] = 0
    for _ in range(30):
        guesses = sigmoid(columns @ weights)
        slope = columns.T @ (guesses - degrees) + penalty @ weights
        curve = (columns * (guesses * (1 - guesses))[:, None]).T @ columns + penalty
        weights -= np.linalg.solve(curve, slope)
    return weights


if __name__ == "__main__":
    main()
