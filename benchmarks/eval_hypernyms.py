"""How well the hypernyms of a term are found among all terms of a list: SemEval-2018 task 9.

The model's predictions stand beside directed measures, symmetric ones and chance, and beside what
the words of a query and the sentences of a corpus say that it is (`hypernym_patterns.py`), alone
and merged with the predictions. Nothing is fitted to the hypernyms of the queries.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from forms.command import add_data, evaluation_parser, existing_path, print_figures, whole_number
from forms.lines import read_strings, write_predictions
from forms.terms import HypernymQuery, read_hypernym_queries
from hypernym_discovery import (
    FREQUENT,
    RANKED,
    Answers,
    Candidates,
    most_frequent,
    rank_candidates,
    share,
)
from hypernym_patterns import Statements, fused, ranked, stated
from measures.hypernyms import MOST_ANSWERS, discovery_scores

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from tailgraph.engine.encoder import Encoder

ENDS = ("ends", "predicted+ends")
"""The shorter ends of a query, alone and merged with the predictions."""

STATED = ("stated", "predicted+stated")
"""With a corpus: the ends and what is stated, alone and merged with the predictions."""


def main() -> None:
    """Answer the queries of a file by every measure and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder

    queries = list(islice(read_hypernym_queries(arguments.data), arguments.limit))
    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    candidates = Candidates.read(arguments.vocabulary, encoder)
    terms = [query.term for query in queries]
    answers = rank_candidates(encoder, terms, candidates)
    listed = {name.lower(): name for name in read_strings(arguments.vocabulary)}
    answers |= merge(answers["predicted"], stated(Statements.none(), terms, listed), ENDS)
    statements = Statements.none()
    if arguments.corpus:
        statements = read_corpus(arguments)
        answers |= merge(answers["predicted"], stated(statements, terms, listed), STATED)
    if arguments.train:
        answers[FREQUENT] = most_frequent(queries, list(read_hypernym_queries(arguments.train)))
    measure = arguments.measure or (STATED if arguments.corpus else ENDS)[1]
    write_predictions(arguments.predictions, answers[measure])
    figures = score_answers(queries, answers)
    print_figures(
        {
            "data": arguments.data.name,
            "model": encoder.fingerprint[:16],
            "vocabulary": arguments.vocabulary.name,
            "train": arguments.train.name if arguments.train else None,
            "corpus": arguments.corpus.name if arguments.corpus else None,
            "corpus_sentences": statements.n_sentences,
            "statements": statements.n_statements,
            "measure": measure,
            **describe(encoder, queries, candidates),
            **figures[measure],
            "measures": figures,
        }
    )


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--vocabulary",
        type=existing_path,
        required=True,
        metavar="FILE",
        help="the candidates, one a line",
    )
    parser.add_argument(
        "--train",
        type=existing_path,
        metavar="FILE",
        help="queries with their hypernyms, for the baseline `frequent`; where a query is among "
        "them, its own line does not count",
    )
    add_data(parser, "--corpus", required=False)
    parser.add_argument(
        "--sentences",
        type=whole_number,
        default=60000,
        metavar="N",
        help="read only the first N sentences of the corpus (default: 60000)",
    )
    parser.add_argument(
        "--measure",
        choices=sorted({*RANKED, *ENDS, *STATED, FREQUENT}),
        help="what is written as predictions: predicted (masked predictions), kind, tail, hub, "
        "rank or asymmetry (the first of these in the order of that), cosine, random, ends or "
        "predicted+ends (the default); with --train frequent; with --corpus stated or "
        "predicted+stated (the default then)",
    )
    arguments = parser.parse_args()
    fit = {*RANKED, *ENDS, *([FREQUENT] if arguments.train else [])}
    fit |= {*(STATED if arguments.corpus else ())}
    if arguments.measure and arguments.measure not in fit:
        parser.error(f"--measure {arguments.measure}: here it is one of {', '.join(sorted(fit))}")
    return arguments


def read_corpus(arguments: Namespace) -> Statements:
    """Read what the sentences of the corpus say that things are."""
    from tailgraph.graph.parsing import Parser

    sentences = islice(read_strings(arguments.corpus), arguments.sentences)
    return Statements.read(Parser.default(), sentences)


def merge(
    predicted: Answers, weights: Sequence[Mapping[str, float]], names: tuple[str, str]
) -> dict[str, Answers]:
    """Answer queries by weighed hypernyms, and by these merged with the predictions."""
    own = [ranked(weighed, MOST_ANSWERS) for weighed in weights]
    both = [fused(pair, MOST_ANSWERS) for pair in zip(predicted, own, strict=True)]
    return dict(zip(names, (own, both), strict=True))


def score_answers(
    queries: Sequence[HypernymQuery], answers: Mapping[str, Answers]
) -> dict[str, dict[str, float]]:
    """Score and print the answers of every measure, over the queries whose hypernyms are told."""
    told = [number for number, query in enumerate(queries) if query.hypernyms]
    gold = [queries[number].hypernyms for number in told]
    figures = {
        name: discovery_scores(gold, [said[number] for number in told])
        for name, said in answers.items()
    }
    print(f"{'measure':18}{'MAP':>8}{'MRR':>8}{'P@5':>8}")
    for name, values in figures.items():
        print(f"{name:18}" + "".join(f"{value:>8.4f}" for value in values.values()))
    return figures


def describe(
    encoder: Encoder, queries: Sequence[HypernymQuery], candidates: Candidates
) -> dict[str, object]:
    """Say how much of the data the model's own answers can cover.

    ``possible`` is what perfect answers among the terms of the model would score.
    """
    gold = [query.hypernyms for query in queries if query.hypernyms]
    known = {term.lower() for term in candidates.terms}
    possible = [[name for name in names if name.lower() in known] for names in gold]
    return {
        "n": len(queries),
        "n_told": len(gold),
        "n_candidates": len(candidates.terms),
        "covered": {
            "queries": share(query.term in encoder.vocabulary for query in queries),
            "candidates": round(len(candidates.terms) / candidates.n_listed, 4),
            "hypernyms": round(sum(map(len, possible)) / max(sum(map(len, gold)), 1), 4),
        },
        "possible": discovery_scores(gold, possible),
    }


if __name__ == "__main__":
    main()
