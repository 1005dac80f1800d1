"""How well a parser reads gold words: parts of speech, lemmas and trees against CoNLL-U.

Each sentence is a document of its own; labels are cut at the colon, and every word counts,
punctuation too. Where sentences end is given, as the product gives it, unless told otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from forms.command import evaluation_parser, print_figures
from forms.sentences import Tree, read_trees, write_trees

from tailgraph.graph.parser_training.scores import ParserScores, score_parses
from tailgraph.graph.parser_training.treebank_words import TreebankSentence

if TYPE_CHECKING:
    from argparse import Namespace

_LEMMA, _UPOS, _XPOS = 2, 3, 4
_WARM_UP = 64  # sentences that are parsed before the clock starts


def main() -> None:
    """Parse the sentences of a file, write the predictions and print the figures."""
    options = read_arguments()
    trees = list(islice(read_trees(options.data), options.limit))
    given = options.boundaries == "given"
    predictions, seconds = parse(trees, options.model, with_boundaries=given)
    write_trees(
        options.predictions,
        (with_prediction(tree, found) for tree, found in zip(trees, predictions, strict=True)),
    )
    scores = score_parses([gold_sentence(tree) for tree in trees], predictions)
    show(options, scores, len(trees) / seconds)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--boundaries",
        choices=("given", "found"),
        default="given",
        help="whether the parser is told that each document is one sentence (default: given)",
    )
    return parser.parse_args()


def parse(
    trees: Sequence[Tree], model: str | None, *, with_boundaries: bool
) -> tuple[list[TreebankSentence], float]:
    """Return what the parser finds in each sentence, and the seconds that it took."""
    from tailgraph.graph.parser_training.treebank_docs import parse_words
    from tailgraph.graph.parsing import load_pipeline

    pipeline = load_pipeline(model)
    words = [tree.words for tree in trees]
    list(parse_words(pipeline, words[:_WARM_UP]))
    start = time.perf_counter()
    predictions = list(parse_words(pipeline, words, with_boundaries=with_boundaries))
    return predictions, time.perf_counter() - start


def with_prediction(tree: Tree, found: TreebankSentence) -> Tree:
    """Return the tokens of a tree with predicted tags, lemmas, heads and labels."""
    heads = [0 if head == place else head + 1 for place, head in enumerate(found.heads)]
    shown = tree.predicted(tags=found.upos, heads=heads, labels=found.deps)
    columns = iter(zip(found.lemmas, found.xpos, strict=True))
    rows = []
    for row in shown.rows:
        cells = list(row)
        if row[0].isdigit():
            cells[_LEMMA], cells[_XPOS] = (text or "_" for text in next(columns))
        rows.append(tuple(cells))
    return replace(shown, rows=tuple(rows))


def gold_sentence(tree: Tree) -> TreebankSentence:
    """Return a tree as the scores take it."""
    rows = [row for row in tree.rows if row[0].isdigit()]
    return TreebankSentence(
        words=tree.words,
        spaces=(True,) * len(rows),
        upos=_known(rows, _UPOS),
        xpos=_known(rows, _XPOS),
        lemmas=_known(rows, _LEMMA),
        heads=tuple(head - 1 if head else place for place, head in enumerate(tree.heads)),
        deps=tree.labels,
    )


def _known(rows: Sequence[Sequence[str]], column: int) -> tuple[str, ...]:
    """Return a column of the words, "" where it is blank; an underscore has itself as lemma."""
    return tuple("" if row[column] == "_" != row[1] else row[column] for row in rows)


def show(options: Namespace, scores: ParserScores, rate: float) -> None:
    """Print a table for a person, and the figures as one JSON object."""
    shares = {name: getattr(scores, name) for name in ("upos", "xpos", "lemma", "uas", "las")}
    print(f"{options.data.name}: {scores.n_sentences} sentences, {scores.n_words} words")
    print("  ".join(f"{name.upper()} {100 * share:.2f}" for name, share in shares.items()))
    print_figures(
        {
            "data": options.data.name,
            "boundaries": options.boundaries,
            **{name: round(share, 4) for name, share in shares.items()},
            "sentences": scores.n_sentences,
            "tokens": scores.n_words,
            "sentences_per_second": round(rate, 1),
        }
    )


if __name__ == "__main__":
    main()
