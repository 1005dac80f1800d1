"""How well words are tagged with coarse classes without training, against CoNLL-U.

Nothing is learned from the file. Beside the accuracy stand those of one class for all, of each word
alone, of its place alone, and of the class that each word has most often in a treebank (`--train`).
What the method cannot tell is told apart: whether a noun is singular or plural.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import add_data, evaluation_parser, print_figures
from forms.sentences import Tree, read_trees, write_trees

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.reading.word_classes import TaggedWord, WordClassTagger

IndexArray = npt.NDArray[np.int64]

_COARSE = {
    "PROPN": "NOUN",
    "AUX": "VERB",
    "CCONJ": "CONJ",
    "SCONJ": "CONJ",
    "PART": "CONJ",
    "SYM": "X",
    "INTJ": "X",
}
_XPOS = 4
_IS_PLURAL = {"NN": False, "NNP": False, "NNS": True, "NNPS": True}
_BLOCK_WORDS = 2048
_N_CONFUSIONS = 12


def main() -> None:
    """Tag the words of a file, write the predictions and print the figures."""
    options = read_arguments()
    from tailgraph.engine.encoder import Encoder
    from tailgraph.reading.word_classes import WordClassTagger

    trees = list(islice(read_trees(options.data), options.limit))
    encoder = Encoder.from_pretrained(options.model) if options.model else Encoder.default()
    tagger = WordClassTagger.of(encoder)
    start = time.perf_counter()
    tagged = tagger.tag_words([tree.words for tree in trees])
    seconds = time.perf_counter() - start
    write_trees(
        options.predictions,
        (
            tree.predicted(tags=[word.word_class for word in words])
            for tree, words in zip(trees, tagged, strict=True)
        ),
    )
    words = list(chain.from_iterable(tagged))
    gold = [tag for tree in trees for tag in coarse(tree)]
    found = [word.word_class for word in words]
    by_place, plurality = read_places([tree.words for tree in trees], tagged, tagger)
    others = {
        "majority": [Counter(gold).most_common(1)[0][0]] * len(gold),
        "word_alone": [class_alone(word, tagger) for word in words],
        "place_alone": by_place,
    }
    if options.train:
        usual = usual_classes(read_trees(options.train))
        others["most_frequent"] = [usual.get(w.word.lower(), "NOUN") for w in words]
    figures = {
        "data": options.data.name,
        "model": encoder.fingerprint[:16],
        "train": options.train.name if options.train else None,
        "sentences": len(trees),
        "words": len(words),
        "listed_words": len(tagger.seeds),
        "read_in_place": round(sum(bool(word.context) for word in words) / len(words), 4),
        "accuracy": accuracy(gold, found),
        "baselines": {name: accuracy(gold, classes) for name, classes in others.items()},
        "recall": recalls(gold, found),
        "precision": recalls(found, gold),
        "noun_number": noun_number(trees, words, plurality),
        "words_per_second": round(len(words) / seconds, 1),
    }
    show(figures, gold, found)
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    add_data(parser, "--train", required=False)
    return parser.parse_args()


def coarse(tree: Tree) -> list[str]:
    """Return the coarse class of each word of a tree."""
    return [_COARSE.get(tag, tag) for tag in tree.tags]


def class_alone(word: TaggedWord, tagger: WordClassTagger) -> str:
    """Return the class of a word without its place: of a listed one the class named first."""
    listed = tagger.seeds.labels.get(word.word.lower())
    return listed[0] if listed else word.own[0][0]


def usual_classes(trees: Sequence[Tree]) -> Mapping[str, str]:
    """Return the most frequent class of each word of a treebank, in lower case."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for tree in trees:
        for word, tag in zip(tree.words, coarse(tree), strict=True):
            counts[word.lower()][tag] += 1
    return {word: tags.most_common(1)[0][0] for word, tags in counts.items()}


def read_places(
    sentences: Sequence[Sequence[str]],
    tagged: Sequence[Sequence[TaggedWord]],
    tagger: WordClassTagger,
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Read the place of every word, whatever the word is.

    Returns
    -------
    classes
        The class that the words expected in each place speak for.
    plurality
        float32 array of shape (n_words,): how much likelier plural nouns are there than singular
        ones, as the logarithm of the ratio of their votes.
    """
    from tailgraph.reading.word_classes import find_places

    places = [
        place
        for words, row in zip(sentences, tagged, strict=True)
        for place in find_places(" ".join(words), [(word.start, word.end) for word in row])
    ]
    singular, plural = noun_pairs(tagger)
    classes: list[str] = []
    plurality = [np.zeros(0, dtype=np.float32)]
    for first in range(0, len(places), _BLOCK_WORDS):
        votes = tagger.votes(tagger.place_vectors(places[first : first + _BLOCK_WORDS]))
        best = tagger.context_shares(votes).argmax(axis=1)
        classes += [tagger.classes[place] for place in best.tolist()]
        ratio = np.log(votes[:, plural].sum(axis=1)) - np.log(votes[:, singular].sum(axis=1))
        plurality.append(ratio)
    return classes, np.concatenate(plurality)


def noun_pairs(tagger: WordClassTagger) -> tuple[IndexArray, IndexArray]:
    """Find the voters that are nouns listed in both numbers: columns of singulars and plurals."""
    vocabulary, labels = tagger.encoder.vocabulary, tagger.seeds.labels
    surfaces = [vocabulary.surface(int(row)).lower() for row in tagger.voters]
    nouns = {s: column for column, s in enumerate(surfaces) if labels[s] == ("NOUN",)}
    pairs = [
        (nouns[noun], nouns[form])
        for noun in nouns
        for form in (f"{noun}s", f"{noun}es", f"{noun[:-1]}ies")
        if form in nouns
    ]
    singular, plural = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return singular, plural


def noun_number(
    trees: Sequence[Tree], words: Sequence[TaggedWord], plurality: npt.NDArray[np.float32]
) -> dict[str, float]:
    """Say how often the number of nouns is told by their places, and by plainer means.

    All nouns count whose fine tag tells the number, whatever they were tagged with.
    """
    tags = [row[_XPOS] for tree in trees for row in tree.rows if row[0].isdigit()]
    places = [place for place, tag in enumerate(tags) if tag in _IS_PLURAL]
    gold = np.array([_IS_PLURAL[tags[place]] for place in places], dtype=np.bool_)
    if not len(gold):
        return {}
    ends_in_s = np.array([words[place].word.lower().endswith("s") for place in places])
    found = np.array([words[place].word_class == "NOUN" for place in places])
    return {
        "nouns": len(gold),
        "tagged_noun": round(float(found.mean()), 4),
        "majority": round(float(max(gold.mean(), 1 - gold.mean())), 4),
        "by_place": round(float(((plurality[places] > 0) == gold).mean()), 4),
        "by_final_s": round(float((ends_in_s == gold).mean()), 4),
    }


def accuracy(gold: Sequence[str], found: Sequence[str]) -> float:
    """Return the share of words that have the right class."""
    return round(sum(map(str.__eq__, gold, found)) / len(gold), 4)


def recalls(gold: Sequence[str], found: Sequence[str]) -> dict[str, float]:
    """Return the share of right words for each class of the first list."""
    counts = Counter(gold)
    right = Counter(tag for tag, other in zip(gold, found, strict=True) if tag == other)
    return {tag: round(right[tag] / counts[tag], 4) for tag in sorted(counts)}


def show(figures: Mapping[str, object], gold: Sequence[str], found: Sequence[str]) -> None:
    """Print tables for a person."""
    print(f"{figures['data']}: {figures['sentences']} sentences, {figures['words']} words")
    named = {"accuracy": figures["accuracy"], **figures["baselines"]}
    for name, share in named.items():
        print(f"{name:24}{share:.4f}")
    recall, precision, counts = figures["recall"], figures["precision"], Counter(gold)
    print(f"\n{'class':8}{'words':>8}{'recall':>10}{'precision':>11}")
    for tag, n in counts.most_common():
        print(f"{tag:8}{n:>8}{recall[tag]:>10.4f}{precision.get(tag, 0):>11.4f}")
    wrong = Counter(pair for pair in zip(gold, found, strict=True) if pair[0] != pair[1])
    print("\ntaken for another class:")
    for (tag, other), n in wrong.most_common(_N_CONFUSIONS):
        print(f"{tag:>8} as {other:8}{n:>6}")
    print()


if __name__ == "__main__":
    main()
