"""How often the model finds a hidden word, and the kind of thing it is, beside counts of words.

One content word of each sampled sentence is hidden: a term of the vocabulary that says something
and has a type. Instances are the terms that the model expects, types what these vote for. The
baselines are the most frequent words, and those that stand most often between the same neighbors,
counted in the sentences of the file that are not sampled, or in another file. In the former the
counts may know the rest of the document that a sentence is from, which the model does not see.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from forms.command import add_data, evaluation_parser, print_figures, whole_number
from forms.lines import read_strings, write_predictions

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.reading.reader import Reader

_WORD = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")
_N_ANSWERS = 10
_N_VOTES = 20
_MOST_WORDS = 60
_N_BESIDE = 50
_PRIOR = 10.0
"""Bigrams count as if this many more had been seen, spread as words are without any context."""


@dataclass(frozen=True)
class Item:
    """A sentence, the characters of its hidden word, that word, and the words beside it."""

    text: str
    span: tuple[int, int]
    gold: str
    before: str
    after: str


def main() -> None:
    """Fill the blanks of a file's sentences and print the figures."""
    arguments = read_arguments()
    from tailgraph.reading.reader import Reader

    reader = Reader.from_pretrained(arguments.model)
    names = content_words(reader)
    sentences = list(dict.fromkeys(read_strings(arguments.data)))
    items, sampled = sample_items(sentences, names, arguments.limit or 2000, arguments.seed)
    if arguments.train is None:
        rest = [text for number, text in enumerate(sentences) if number not in sampled]
    else:
        asked = {item.text for item in items}
        rest = [text for text in dict.fromkeys(read_strings(arguments.train)) if text not in asked]
    counts = WordCounts.of(rest, names)
    answers = {
        "predicted": model_answers(reader, items, names),
        "unigram": [counts.frequent] * len(items),
        "bigram": [counts.between(item) for item in items],
    }
    types = {
        "predicted": model_types(reader, items),
        **{name: [voted(row, names) for row in answers[name]] for name in ("unigram", "bigram")},
    }
    write_predictions(
        arguments.predictions,
        (
            (item.gold, *(word for word, _ in row[:_N_ANSWERS]))
            for item, row in zip(items, answers["predicted"], strict=True)
        ),
    )
    figures: dict[str, object] = {
        "data": arguments.data.name,
        "train": arguments.train.name if arguments.train else "the rest of the data",
        "train_sentences": len(rest),
        "model": reader.encoder.fingerprint[:16],
        "labels": len(reader.seeds),
        "seed": arguments.seed,
        "n": len(items),
        "majority_type": majority_share([names[item.gold] for item in items]),
    }
    columns = ("instance@1", "instance@10", "type@1", "type@5")
    print(f"{'':10}" + "".join(f"{column:>13}" for column in columns))
    for name, rows in answers.items():
        gold = [item.gold for item in items]
        words = [[word for word, _ in row] for row in rows]
        kinds = [names[word] for word in gold]
        scores = (
            *(accuracy(gold, words, k) for k in (1, _N_ANSWERS)),
            *(accuracy(kinds, types[name], k) for k in (1, 5)),
        )
        print(f"{name:10}" + "".join(f"{score:>13.4f}" for score in scores))
        figures[name] = dict(zip(columns, scores, strict=True))
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    add_data(parser, "--train", required=False)
    parser.add_argument("--seed", type=whole_number, default=1, help="decides what is hidden")
    return parser.parse_args()


def content_words(reader: Reader) -> dict[str, str]:
    """Return the terms that say something and have a type, with their main types."""
    from tailgraph.engine.landmarks import content_terms

    vocabulary = reader.encoder.vocabulary
    kinds = reader.term_types.mains
    return {
        vocabulary.surface(row): kind
        for row in np.flatnonzero(content_terms(vocabulary)).tolist()
        if (kind := kinds[row]) is not None
    }


def sample_items(
    sentences: Sequence[str], names: Mapping[str, str], n_items: int, seed: int
) -> tuple[list[Item], set[int]]:
    """Draw sentences in random order and hide a random content word of each.

    Sentences without one, or of more than 60 words, are passed over. The items stand in the order
    of the file.

    Returns
    -------
    items, numbers
        The items, and the numbers of their sentences.
    """
    rng = np.random.default_rng(seed)
    found: dict[int, Item] = {}
    for number in rng.permutation(len(sentences)).tolist():
        if len(found) == n_items:
            break
        words = list(_WORD.finditer(sentences[number]))
        places = [place for place, word in enumerate(words) if word.group().lower() in names]
        if places and len(words) <= _MOST_WORDS:
            place = int(rng.choice(places))
            spelled = ["", *(word.group().lower() for word in words), ""]
            found[number] = Item(
                sentences[number],
                words[place].span(),
                spelled[place + 1],
                spelled[place],
                spelled[place + 2],
            )
    return [found[number] for number in sorted(found)], set(found)


def model_answers(
    reader: Reader, items: Sequence[Item], names: Mapping[str, str]
) -> list[list[tuple[str, float]]]:
    """Return the content words that the model expects at each blank, the best first."""
    vocabulary = reader.encoder.vocabulary
    allowed = np.array([surface in names for surface in vocabulary.surfaces])
    allowed &= ~vocabulary.is_piece & ~vocabulary.is_special
    found = reader.encoder.predict(
        [item.text for item in items],
        [[item.span] for item in items],
        k=_N_ANSWERS,
        allowed=allowed,
    )
    return [[(vocabulary.surface(p.row), p.probability) for p in best] for [best] in found]


def model_types(reader: Reader, items: Sequence[Item]) -> list[list[str]]:
    """Return the main types that the words expected at each blank vote for, the first most."""
    from tailgraph.reading.blanks import expected_types

    states = reader.encoder.mask_states(
        [item.text for item in items], [[item.span] for item in items]
    )
    return [[name for name, _ in types] for types, _ in expected_types(reader, states.vectors)]


def voted(words: Sequence[tuple[str, float]], names: Mapping[str, str]) -> list[str]:
    """Return the types of words by their summed weights, the first most."""
    return ranked((names[word], weight) for word, weight in words)


def ranked(shares: Iterable[tuple[str, float]]) -> list[str]:
    """Add shares up by name; return the names that have one, the largest first."""
    totals: Counter[str] = Counter()
    for name, share in shares:
        totals[name] += share
    return [name for name, total in sorted(totals.items(), key=lambda t: (-t[1], t[0])) if total]


@dataclass(frozen=True)
class WordCounts:
    """How often content words occur, and after and before which words."""

    alone: Counter[str]
    after: Mapping[str, Counter[str]]
    before: Mapping[str, Counter[str]]

    @classmethod
    def of(cls, sentences: Iterable[str], names: Mapping[str, str]) -> WordCounts:
        """Count the content words of sentences."""
        alone: Counter[str] = Counter()
        after: dict[str, Counter[str]] = {}
        before: dict[str, Counter[str]] = {}
        for text in sentences:
            words = ["", *(word.lower() for word in _WORD.findall(text)), ""]
            alone.update(word for word in words if word in names)
            for first, second in pairwise(words):
                if second in names:
                    after.setdefault(first, Counter())[second] += 1
                if first in names:
                    before.setdefault(second, Counter())[first] += 1
        return cls(alone, after, before)

    @cached_property
    def frequent(self) -> list[tuple[str, float]]:
        """The words that occur most."""
        return sorted_counts(self.alone)[:_N_VOTES]

    def between(self, item: Item) -> list[tuple[str, float]]:
        """Return the words most likely after one word and before another.

        The probabilities of both bigrams are multiplied and divided by that of the word. Each is
        smoothed towards the word's own frequency, so that frequent words fill up the rest. Tried
        are the words that were seen on both sides, those most seen on one, and the most frequent.
        """
        left = self.after.get(item.before, Counter())
        right = self.before.get(item.after, Counter())
        n_left, n_right, n_words = left.total(), right.total(), max(1, self.alone.total())
        seen = (*left.most_common(_N_BESIDE), *right.most_common(_N_BESIDE), *self.frequent)
        weights = {}
        for word in {*(left.keys() & right.keys()), *(word for word, _ in seen)}:
            share = self.alone[word] / n_words
            after = (left[word] + _PRIOR * share) / (n_left + _PRIOR)
            before = (right[word] + _PRIOR * share) / (n_right + _PRIOR)
            weights[word] = after * before / share
        return sorted_counts(weights)[:_N_VOTES]


def sorted_counts(counts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return words by falling count, equal ones by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def accuracy(gold: Sequence[str], answers: Sequence[Sequence[str]], k: int) -> float:
    """Return how often the gold is among the first k answers."""
    n_right = sum(name in row[:k] for name, row in zip(gold, answers, strict=True))
    return round(n_right / max(1, len(gold)), 4)


def majority_share(kinds: Sequence[str]) -> float:
    """Return the share of the most frequent type."""
    return round(max(Counter(kinds).values(), default=0) / max(1, len(kinds)), 4)


if __name__ == "__main__":
    main()
