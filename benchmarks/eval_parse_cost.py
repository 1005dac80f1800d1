"""What the parser costs the triples: those of predicted trees against those of gold trees.

The same rules read both trees of each sentence of a treebank. A triple agrees when the words of
its subject, its relation in normal form, the words of its object and its negation are the same; a
pair agrees when the words of both arguments are. Propositions agree when subject, relation and all
arguments do. What is lost is the parser's part of all errors; what the rules get wrong on gold
trees is not seen here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from eval_parser import gold_sentence, parse
from forms.command import evaluation_parser, print_figures
from forms.sentences import read_trees

from tailgraph import extract_triples
from tailgraph.graph.parser_training.scores import score_parses
from tailgraph.graph.parsing import parsed_sentence
from tailgraph.graph.relations.propositions import extract_propositions

if TYPE_CHECKING:
    from tailgraph.graph.parser_training.treebank_words import TreebankSentence
    from tailgraph.graph.parsing import ParsedSentence
    from tailgraph.graph.relations.triples import Triple

T = TypeVar("T")

_FORMS = ("infix", "prefix", "suffix")


def main() -> None:
    """Read a treebank, parse its words, and compare what is extracted from both trees."""
    options = evaluation_parser(__doc__.splitlines()[0]).parse_args()
    trees = list(islice(read_trees(options.data), options.limit))
    gold = [gold_sentence(tree) for tree in trees]
    predicted, _ = parse(trees, options.model, with_boundaries=True)
    scores = score_parses(gold, predicted)
    ours, theirs = [as_parsed(s) for s in predicted], [as_parsed(s) for s in gold]
    found, wanted = ([extract_triples(s) for s in side] for side in (ours, theirs))
    figures: dict[str, object] = {
        "data": options.data.name,
        "sentences": len(trees),
        "upos": round(scores.upos, 4),
        "las": round(scores.las, 4),
        "triples": sum(map(len, found)),
        "gold_triples": sum(map(len, wanted)),
        "f1": agreement(found, wanted, statement),
        "pair_f1": agreement(found, wanted, pair),
    }
    for form in _FORMS:
        sides = ([[t for t in row if t.form == form] for row in side] for side in (found, wanted))
        figures[f"{form}_f1"] = agreement(*sides, statement)
    said = ([extract_propositions(s) for s in side] for side in (ours, theirs))
    figures["proposition_f1"] = agreement(*said, lambda p: (p.subject, p.relation, p.arguments))
    print_figures(figures)


def as_parsed(sentence: TreebankSentence) -> ParsedSentence:
    """Return the tree of a sentence as the rules read it, words joined by spaces."""
    words = list(sentence.words)
    offsets = [sum(len(word) + 1 for word in words[:place]) for place in range(len(words))]
    lemmas = [lemma or word.lower() for lemma, word in zip(sentence.lemmas, words, strict=True)]
    return parsed_sentence(
        " ".join(words), words, offsets, lemmas, sentence.upos, sentence.deps, sentence.heads
    )


def statement(triple: Triple) -> Hashable:
    """Return what has to be the same for two triples to agree."""
    return (triple.subject.text, triple.relation_lemma, triple.object.text, triple.negated)


def pair(triple: Triple) -> Hashable:
    """Return the arguments of a triple, whatever relates them."""
    return (triple.subject.start, triple.subject.end, triple.object.start, triple.object.end)


def agreement(
    found: Iterable[Sequence[T]], wanted: Iterable[Sequence[T]], key: Callable[[T], Hashable]
) -> float:
    """Return F1 of what was found in each sentence, each counted as often as it stands."""
    n_same = n_found = n_wanted = 0
    for ours, theirs in zip(found, wanted, strict=True):
        left, right = Counter(map(key, ours)), Counter(map(key, theirs))
        n_same += (left & right).total()
        n_found += left.total()
        n_wanted += right.total()
    return round(2 * n_same / max(n_found + n_wanted, 1), 4)


if __name__ == "__main__":
    main()
