"""How well the senses of pseudo-words are told apart: two frequent nouns joined into one word each.

The occurrences of both nouns are hidden and grouped as those of one word with two senses. Nouns are
drawn with a fixed seed from the frequent ones of the file, which the embedded parser finds; every
occurrence of a noun stands in a sentence of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures, whole_number
from forms.lines import read_strings, write_predictions
from measures.groupings import v_measure
from measures.separation import area_under_curve

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.reading.reader import Reader

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_WORD = re.compile(r"\w+")
_MOST_WORDS = 60
_N_PARSED = 6_000
_NOUN_SHARE = 0.9
_LEAST_OCCURRENCES = 20
_N_WORDS = 40
_N_FREQUENT = 400


@dataclass(frozen=True)
class Noun:
    """A noun, and its drawn occurrences: the sentence and the characters (start, end)."""

    word: str
    places: tuple[tuple[str, tuple[int, int]], ...]


@dataclass(frozen=True)
class PseudoWord:
    """Two nouns joined, and everything that is read of their occurrences.

    Attributes
    ----------
    name
        The nouns with a plus between.
    gold
        The noun of each occurrence.
    vectors
        float32 array of shape (n_occurrences, dim): states at the masks.
    expected
        The 20 words that the model expects at each, by row of the vocabulary.
    bags
        The other words of each sentence.
    """

    name: str
    gold: tuple[str, ...]
    vectors: FloatArray
    expected: tuple[frozenset[int], ...]
    bags: tuple[frozenset[str], ...]

    @property
    def numbers(self) -> IntArray:
        """Which of the two nouns each occurrence is: int64 array of shape (n_occurrences,)."""
        return np.array([noun != self.gold[0] for noun in self.gold], dtype=np.int64)


def main() -> None:
    """Group the occurrences of pseudo-words and print the figures."""
    arguments = read_arguments()
    from tailgraph.reading.reader import Reader

    reader = Reader.from_pretrained(arguments.model)
    sentences = list(dict.fromkeys(read_strings(arguments.data)))
    random = np.random.default_rng(arguments.seed)
    nouns = draw_nouns(sentences, 2 * (arguments.limit or _N_WORDS), arguments.each, random)
    words = read_pseudo_words(reader, nouns)
    groupings = group_all(words, sentences, random)
    write_predictions(
        arguments.predictions,
        (
            (f"{word.name}/{number}", noun, f"{word.name}/{group + 1}")
            for word, groups in zip(words, groupings["predicted"], strict=True)
            for number, (noun, group) in enumerate(zip(word.gold, groups.tolist(), strict=True))
        ),
    )
    scores = {name: score_groupings(words, found) for name, found in groupings.items()}
    print(f"{'':24}{'ARI':>8}{'V':>8}{'senses':>8}")
    for name, row in scores.items():
        print(f"{name:24}" + "".join(f"{value:>8.3f}" for value in row.values()))
    print_figures(
        {
            "data": arguments.data.name,
            "model": reader.encoder.fingerprint[:16],
            "seed": arguments.seed,
            "n_pseudo_words": len(words),
            "n": sum(len(word.gold) for word in words),
            **scores,
            "two_senses_found": _mean(groups.max() == 1 for groups in groupings["predicted"]),
            "one_sense_of_one_noun": share_kept_whole(words),
            "shared_words_auc": overlap_area(words, [word.expected for word in words]),
            "shared_bag_auc": overlap_area(words, [word.bags for word in words]),
        }
    )


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--seed", type=whole_number, default=1, help="decides what is drawn")
    parser.add_argument(
        "--each",
        type=whole_number,
        default=50,
        metavar="N",
        help="occurrences of each noun at most (default: 50)",
    )
    return parser.parse_args()


def draw_nouns(
    sentences: Sequence[str], n_nouns: int, n_each: int, random: np.random.Generator
) -> list[Noun]:
    """Draw nouns out of the 400 most frequent of the file, an even number, and occurrences."""
    short = [text for text in sentences if len(text.split()) <= _MOST_WORDS]
    is_noun = find_nouns(short[:_N_PARSED])
    places: dict[str, list[tuple[str, tuple[int, int]]]] = {}
    for text in short:
        for word, span in {m.group().lower(): m.span() for m in _WORD.finditer(text)}.items():
            if word in is_noun:
                places.setdefault(word, []).append((text, span))
    frequent = sorted(
        (word for word, found in places.items() if len(found) >= _LEAST_OCCURRENCES),
        key=lambda word: (-len(places[word]), word),
    )[:_N_FREQUENT]
    drawn = random.permutation(len(frequent))[: min(n_nouns, len(frequent) // 2 * 2)]
    nouns = []
    for word in (frequent[number] for number in drawn.tolist()):
        chosen = sorted(random.permutation(len(places[word]))[:n_each].tolist())
        nouns.append(Noun(word, tuple(places[word][number] for number in chosen)))
    return nouns


def find_nouns(sentences: Sequence[str]) -> set[str]:
    """Return the words of letters that the parser takes for common nouns nine times out of ten."""
    from tailgraph.graph.parsing import MAX_GROUP, Parser

    tags: dict[str, Counter[str]] = {}
    starts = range(0, len(sentences), MAX_GROUP)
    for group in Parser.default().parse([sentences[i : i + MAX_GROUP] for i in starts]):
        for sentence in group:
            for word, tag in zip(sentence.words, sentence.upos, strict=True):
                tags.setdefault(word.lower(), Counter())[tag] += 1
    return {
        word
        for word, counts in tags.items()
        if word.isalpha() and len(word) > 2 and counts["NOUN"] >= _NOUN_SHARE * counts.total()
    }


def read_pseudo_words(reader: Reader, nouns: Sequence[Noun]) -> list[PseudoWord]:
    """Join nouns two by two and read all their occurrences."""
    from tailgraph.reading.senses import N_SHARED

    words = []
    for first, second in zip(nouns[::2], nouns[1::2], strict=True):
        places = [*first.places, *second.places]
        states = reader.encoder.mask_states(
            [text for text, _ in places], [[span] for _, span in places]
        )
        own = {first.word, second.word}
        expected = [
            frozenset([mark.row for mark in marks if mark.term.lower() not in own][:N_SHARED])
            for marks in reader.landmarks.read(states.vectors, N_SHARED + 2)
        ]
        bags = [
            frozenset(_WORD.findall(f"{text[:start]} {text[end:]}".lower()))
            for text, (start, end) in places
        ]
        gold = [first.word] * len(first.places) + [second.word] * len(second.places)
        name = f"{first.word}+{second.word}"
        words.append(PseudoWord(name, tuple(gold), states.vectors, tuple(expected), tuple(bags)))
    return words


def group_all(
    words: Sequence[PseudoWord], sentences: Sequence[str], random: np.random.Generator
) -> dict[str, list[IntArray]]:
    """Group the occurrences of each pseudo-word in all ways, baselines among them."""
    from tailgraph.reading.sense_groups import group_vectors

    held = Counter(term for text in sentences for term in set(_WORD.findall(text.lower())))
    idf = {term: log((1 + len(sentences)) / (1 + count)) for term, count in held.items()}
    return {
        "predicted": [group_vectors(word.vectors) for word in words],
        "two_given": [group_vectors(word.vectors, 2) for word in words],
        "one_sense": [np.zeros(len(word.gold), dtype=np.int64) for word in words],
        "bag_of_words_two_given": [group_vectors(weigh_bags(word, idf), 2) for word in words],
        "random": [random.integers(0, 2, len(word.gold)) for word in words],
    }


def weigh_bags(word: PseudoWord, idf: Mapping[str, float]) -> FloatArray:
    """Weight the other words of each sentence by IDF: shape (n_occurrences, n_words)."""
    columns = {term: i for i, term in enumerate(sorted(set().union(*word.bags)))}
    weights = np.zeros((len(word.bags), len(columns)), dtype=np.float32)
    for row, bag in enumerate(word.bags):
        for term in bag:
            weights[row, columns[term]] = idf[term]
    return weights


def score_groupings(
    words: Sequence[PseudoWord], groupings: Sequence[IntArray]
) -> Mapping[str, float]:
    """Return the means over pseudo-words of ARI, V-measure, and the number of groups."""
    from tailgraph.reading.sense_groups import adjusted_rand

    pairs = list(zip(words, groupings, strict=True))
    return {
        "ari": _mean(adjusted_rand(word.numbers, groups) for word, groups in pairs),
        "v": _mean(v_measure(word.gold, groups.tolist()) for word, groups in pairs),
        "senses": _mean(int(groups.max()) + 1 for groups in groupings),
    }


def share_kept_whole(words: Sequence[PseudoWord]) -> float:
    """Return for how many nouns alone one sense is found."""
    from tailgraph.reading.sense_groups import group_vectors

    nouns = [word.vectors[word.numbers == number] for word in words for number in (0, 1)]
    return _mean(group_vectors(vectors).max() == 0 for vectors in nouns)


def overlap_area(
    words: Sequence[PseudoWord], sets_of: Sequence[Sequence[frozenset[int] | frozenset[str]]]
) -> float:
    """Return how often two occurrences of one noun share more than two of different nouns."""
    areas = []
    for word, sets in zip(words, sets_of, strict=True):
        first, second = np.triu_indices(len(sets), 1)
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        shared = np.array([len(sets[i] & sets[j]) for i, j in pairs], dtype=np.float64)
        areas.append(area_under_curve(shared, word.numbers[first] == word.numbers[second]))
    return _mean(areas)


def _mean(values: Iterable[float | np.bool_]) -> float:
    return float(np.mean(list(values)))


if __name__ == "__main__":
    main()
