"""How far hypotheses from linking fragments can be trusted, on facts of sentences held out.

Fragments are harvested from one part of the sentences. A fact of the other part whose arguments are
linked by such a fragment, and of which one is a single term with a type, is asked for that term.
Its type is judged against counts of the types beside the fragment, the term against the most
frequent terms. The facts are open triples, found by the extractor and not by hand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np
from forms.command import add_data, evaluation_parser, print_figures, whole_number
from forms.lines import write_predictions

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tailgraph.graph.fragments import TypedSentence
    from tailgraph.graph.relations.triples import Span, Triple
    from tailgraph.reading.reader import Reader
    from tailgraph.reading.world_model.expectations import Question
    from tailgraph.reading.world_model.harvesting import ExpectedSide, LinkingFragment

_N_GUESSES = 20
_BINS = (1.0, 1.5, 2.0, 2.5, 3.0)
_ARTICLES = frozenset("a an the this that these those its their his her our some any".split())


@dataclass(frozen=True)
class Item:
    """A fact with one argument hidden: the term `gold`, of the type `kind`."""

    linking: LinkingFragment
    question: Question
    gold: str
    kind: str

    @property
    def hidden(self) -> ExpectedSide:
        """The side of the fragment that is asked for."""
        return self.linking.right if self.question.side == "right" else self.linking.left


def main() -> None:
    """Harvest fragments, ask for held-out facts, and print the figures."""
    arguments = read_arguments()
    from tailgraph.reading.reader import Reader
    from tailgraph.reading.world_model.harvesting import HarvestRules, harvest_fragments

    reader = Reader.from_pretrained(arguments.model)
    train, held_out = read_parts(reader, arguments)
    rules = HarvestRules(min_support=arguments.min_support, max_fragments=arguments.fragments)
    linking = harvest_fragments(reader, train, rules=rules)
    names = typed_terms(reader)
    items = list(dict.fromkeys(find_items(held_out, linking, names)))
    answers = answer(reader, items, train, names, arguments.seed)
    write_predictions(
        arguments.predictions,
        ((item.gold, *words) for item, words in zip(items, answers["predicted"][1], strict=True)),
    )
    print_figures(
        {
            "data": arguments.data.name,
            "train": arguments.train.name if arguments.train else "the first half of the data",
            "train_sentences": len(train),
            "held_out_sentences": len(held_out),
            "model": reader.encoder.fingerprint[:16],
            "labels": len(reader.seeds),
            "seed": arguments.seed,
            "fragments": len(linking),
            "fragments_kept": sum(fragment.is_kept for fragment in linking),
            "by_entropy": by_entropy(items, answers["predicted"][0]),
            "all": score(items, answers, [True] * len(items)),
            "sharp": score(items, answers, [item.hidden.is_sharp for item in items]),
        }
    )


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    add_data(parser, "--train", required=False)
    parser.add_argument(
        "--train-sentences",
        type=whole_number,
        default=10000,
        metavar="N",
        help="read only the first N sentences of --train (default: 10000)",
    )
    parser.add_argument(
        "--min-support", type=whole_number, default=3, help="how often a fragment has to occur"
    )
    parser.add_argument(
        "--fragments", type=whole_number, default=400, help="the most frequent ones that are asked"
    )
    parser.add_argument("--seed", type=whole_number, default=1, help="shuffles the fragments")
    return parser.parse_args()


Read = tuple["TypedSentence", list["Triple"]]


def read_parts(reader: Reader, arguments: Namespace) -> tuple[list[TypedSentence], list[Read]]:
    """Return the sentences to harvest from, and those held out with their triples."""
    held_out = list(islice(read_file(reader, arguments.data), arguments.limit))
    if arguments.train:
        train = islice(read_file(reader, arguments.train), arguments.train_sentences)
        return [sentence for sentence, _ in train], held_out
    documents = list(dict.fromkeys(sentence.document for sentence, _ in held_out))
    first = set(documents[: len(documents) // 2])
    train_part = [sentence for sentence, _ in held_out if sentence.document in first]
    return train_part, [read for read in held_out if read[0].document not in first]


def read_file(reader: Reader, path: Path) -> Iterator[Read]:
    """Yield the sentences of a corpus file, one a line, typed and with their triples."""
    from tailgraph.engine.corpus import read_documents
    from tailgraph.reading.world_model.sources import read_sentences

    return read_sentences(reader, read_documents(path, layout="lines"))


def typed_terms(reader: Reader) -> dict[str, str]:
    """Return the terms that can be guessed and have a type, with their main types."""
    from tailgraph.reading.world_model.expectations import guessable

    vocabulary, kinds = reader.encoder.vocabulary, reader.term_types.mains
    return {
        vocabulary.surface(row): kind
        for row in np.flatnonzero(guessable(reader)).tolist()
        if (kind := kinds[row]) is not None
    }


def find_items(
    sentences: Iterable[Read], linking: Sequence[LinkingFragment], names: Mapping[str, str]
) -> Iterator[Item]:
    """Yield the facts that a fragment links and of which an argument is a term with a type."""
    from tailgraph.graph.fragments import normalize_fragment
    from tailgraph.reading.world_model.expectations import Question

    known = {fragment.fragment.text: fragment for fragment in linking}
    for sentence, triples in sentences:
        for triple in triples:
            left, right = sorted((triple.subject, triple.object), key=lambda span: span.start)
            between = sentence.text[left.end : right.start]
            fragment = known.get(normalize_fragment(between)) if left.end <= right.start else None
            if fragment is None or triple.negated:
                continue
            first, second = without_article(left), without_article(right)
            link = fragment.fragment.link
            if second.lower() in names:
                gold = second.lower()
                yield Item(fragment, Question(first, link, "right"), gold, names[gold])
            if first.lower() in names:
                gold = first.lower()
                yield Item(fragment, Question(second, link, "left"), gold, names[gold])


def without_article(span: Span) -> str:
    """Return an argument without articles before it."""
    words = span.text.split()
    while len(words) > 1 and words[0].lower() in _ARTICLES:
        del words[0]
    return " ".join(words)


Answers = tuple[list[str], list[list[str]]]
"""For each item the type that is said to be hidden, and the terms."""


def answer(
    reader: Reader,
    items: Sequence[Item],
    train: Sequence[TypedSentence],
    names: Mapping[str, str],
    seed: int,
) -> dict[str, Answers]:
    """Answer the items by the model, by counts, and by the model with parts of the question gone.

    ``shuffled`` asks with the fragment of another item, ``fragment alone`` without the phrase.
    ``counted`` says what stood most often beside the fragment, ``type prior`` the most frequent
    terms of the type that did, ``prior`` the most frequent terms and type of all.
    """
    questions = [item.question for item in items]
    order = np.random.default_rng(seed).permutation(len(items)).tolist()
    counts = term_counts(train, names)
    frequent = most_frequent(counts)
    of_type = {
        kind: most_frequent({term: n for term, n in counts.items() if names[term] == kind})
        for kind in set(names.values())
    }
    beside = [seen_beside(item) for item in items]
    kinds = Counter(p.label for sentence in train for p in sentence.phrases)
    [(commonest, _)] = kinds.most_common(1) or [("", 0)]
    counted = [types[0][0] for types, _ in beside]
    return {
        "predicted": asked(reader, questions),
        "fragment alone": asked(reader, [replace(q, entity="it") for q in questions]),
        "shuffled": asked(
            reader,
            [replace(q, link=questions[o].link) for q, o in zip(questions, order, strict=True)],
        ),
        "counted": (counted, [seen_terms(phrases, names) for _, phrases in beside]),
        "type prior": (counted, [of_type.get(kind, []) for kind in counted]),
        "prior": ([commonest] * len(items), [frequent] * len(items)),
    }


def asked(reader: Reader, questions: Sequence[Question]) -> Answers:
    """Ask the model."""
    from tailgraph.reading.world_model.expectations import ask

    expected = ask(reader, questions, k=_N_GUESSES)
    kinds = reader.typer.types
    return (
        [kinds[int(e.types.argmax())] if e.types.any() else "" for e in expected],
        [[guess.text for guess in e.guesses] for e in expected],
    )


def term_counts(train: Iterable[TypedSentence], names: Mapping[str, str]) -> Counter[str]:
    """Count the phrases that are typed terms."""
    phrases = chain.from_iterable(sentence.phrases for sentence in train)
    return Counter(p.text.lower() for p in phrases if p.text.lower() in names)


def most_frequent(counts: Mapping[str, int]) -> list[str]:
    """Return the most frequent terms, equal ones by name."""
    return sorted(counts, key=lambda term: (-counts[term], term))[:_N_GUESSES]


def seen_beside(item: Item) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, int], ...]]:
    """Return the types and the phrases that stood on the hidden side of the fragment."""
    fragment = item.linking.fragment
    if item.question.side == "right":
        return fragment.right_types, fragment.rights
    return fragment.left_types, fragment.lefts


def seen_terms(phrases: Iterable[tuple[str, int]], names: Mapping[str, str]) -> list[str]:
    """Return the phrases that are typed terms, the most frequent first."""
    return list(dict.fromkeys(p.lower() for p, _ in phrases if p.lower() in names))[:_N_GUESSES]


def by_entropy(items: Sequence[Item], said: Sequence[str]) -> list[dict[str, float]]:
    """Return the accuracy of the types by the entropy of the side that is asked for."""
    rows = []
    for low, high in zip((0.0, *_BINS), (*_BINS, float("inf")), strict=True):
        right = [
            item.kind == kind
            for item, kind in zip(items, said, strict=True)
            if item.hidden.entropy is not None and low < item.hidden.entropy <= high
        ]
        rows.append({"above": low, "n": len(right), "type@1": mean(right)})
    return rows


def score(
    items: Sequence[Item], answers: Mapping[str, Answers], chosen: Sequence[bool]
) -> dict[str, object]:
    """Score and print all answers to the chosen items."""
    rows = [number for number, is_chosen in enumerate(chosen) if is_chosen]
    figures: dict[str, object] = {"n": len(rows)}
    print(f"\n{len(rows)} items\n{'':16}{'type@1':>10}{'recall@20':>12}")
    for name, (kinds, terms) in answers.items():
        kind = mean([kinds[row] == items[row].kind for row in rows])
        recall = mean([items[row].gold in terms[row] for row in rows])
        print(f"{name:16}{kind:>10.4f}{recall:>12.4f}")
        figures[name] = {"type@1": kind, "recall@20": recall}
    return figures


def mean(values: Sequence[bool]) -> float:
    """Return the share of what is true, with four digits."""
    return round(sum(values) / max(len(values), 1), 4)


if __name__ == "__main__":
    main()
