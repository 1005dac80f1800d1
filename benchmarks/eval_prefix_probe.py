"""Whether the state of a text's beginning holds the types of the entities that it has named.

A linear probe reads two things off the state after a word, which is the vector of all words up to
it: the type of the entity named last, and of each type, whether any has been named. It is fitted on
the sentences of one file and measured on those of another; beside it stand the same probe on other
views of the same words, and the majority. Beginnings end right after a name, or at words drawn by
chance.

state           the vector of the words so far
bag_of_words    which words there are so far, whatever their order
last_word       the last word alone
static_mean     the mean of the vectors of all word pieces so far, as terms

``fitted_on`` is the share of sentences that the probes were fitted on as well: 0, or the two files
are no fair pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import add_data, evaluation_parser, print_figures, whole_number
from forms.lines import FormError, write_predictions
from forms.sentences import TaggedSentence, read_tagged, tag_spans
from measures.probes import Features, Probe, standardized, word_counts
from measures.separation import area_under_curve

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from tailgraph.engine.encoder import Encoder

DoubleArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

VIEWS = ("state", "bag_of_words", "last_word", "static_mean")

_N_TRAIN, _N_DATA = 1500, 700
_N_DRAWN = 3
_N_FOLDS = 5


@dataclass(frozen=True)
class Prefix:
    """The first words of a sentence, and the types of the entities that they name, in order."""

    sentence: int
    words: tuple[str, ...]
    types: tuple[str, ...]
    is_drawn: bool
    """Whether it ends at a word drawn by chance, not right after a name."""

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(self.words)


@dataclass(frozen=True, eq=False)
class Split:
    """Prefixes to fit on and to measure on, as each view shows them."""

    train: Sequence[Prefix]
    data: Sequence[Prefix]
    views: dict[str, tuple[Features, Features]]

    def only(self, fits: Callable[[Prefix], bool]) -> Split:
        """Keep the prefixes that fit."""
        rows, own = ([i for i, p in enumerate(ps) if fits(p)] for ps in (self.train, self.data))
        views = {name: (train[rows], data[own]) for name, (train, data) in self.views.items()}
        return Split([self.train[i] for i in rows], [self.data[i] for i in own], views)


def main() -> None:
    """Fit the probes, measure them and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder

    random = np.random.default_rng(arguments.seed)
    sentences = read_sentences(arguments.data, arguments.limit or _N_DATA)
    train_sentences = read_sentences(arguments.train, arguments.train_limit)
    train, data = (read_prefixes(read, random) for read in (train_sentences, sentences))
    kinds = sorted({kind for prefix in train for kind in prefix.types})
    if not kinds or not any(prefix.types for prefix in data):
        raise FormError(f"{arguments.train}, {arguments.data}: expected names in both, found none")
    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    split = Split(train, data, view_prefixes(encoder, train, data))
    named = split.only(lambda prefix: bool(prefix.types))
    guesses = guess_last(named, kinds)
    write_predictions(
        arguments.predictions,
        (
            (prefix.sentence, len(prefix.words), prefix.types[-1], guess)
            for prefix, guess in zip(named.data, guesses["state"], strict=True)
        ),
    )
    last_type = last_figures(named.data, guesses)
    any_type = any_figures(split.only(lambda prefix: prefix.is_drawn), kinds)
    show(last_type, any_type)
    known = {"".join(sentence.words) for sentence in train_sentences}
    print_figures(
        {
            "data": arguments.data.name,
            "model": encoder.fingerprint[:16],
            "train": arguments.train.name,
            "seed": arguments.seed,
            "n": len(named.data),
            "n_train": len(named.train),
            "fitted_on": round(float(np.mean(["".join(s.words) in known for s in sentences])), 4),
            "types": kinds,
            "last_type": last_type,
            "any_type": any_type,
        }
    )


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    add_data(parser, "--train")
    parser.add_argument(
        "--train-limit",
        type=whole_number,
        default=_N_TRAIN,
        metavar="N",
        help=f"fit on the first N sentences (default: {_N_TRAIN:,})",
    )
    parser.add_argument("--seed", type=whole_number, default=1, help="decides what is drawn")
    return parser.parse_args()


def read_sentences(path: Path, limit: int) -> list[TaggedSentence]:
    """Return the first sentences of a file that have words."""
    return list(islice((sentence for sentence in read_tagged(path) if sentence.words), limit))


def read_prefixes(sentences: Sequence[TaggedSentence], random: np.random.Generator) -> list[Prefix]:
    """Cut sentences right after each name, and after words drawn from all."""
    prefixes = []
    for number, sentence in enumerate(sentences):
        n_words = len(sentence.words)
        spans = tag_spans(sentence.tags)
        drawn = random.permutation(n_words)[:_N_DRAWN] + 1
        ends = [(span.stop, False) for span in spans] + [(int(end), True) for end in sorted(drawn)]
        for end, is_drawn in ends:
            types = tuple(span.type for span in spans if span.stop <= end)
            prefixes.append(Prefix(number, sentence.words[:end], types, is_drawn))
    return prefixes


def view_prefixes(
    encoder: Encoder, train: Sequence[Prefix], data: Sequence[Prefix]
) -> dict[str, tuple[Features, Features]]:
    """Show prefixes in each of the `VIEWS`."""
    from tailgraph.graph.asymmetry import word_vectors

    texts, own = ([prefix.text for prefix in prefixes] for prefixes in (train, data))
    words, own_words = ([p.text.lower().split() for p in prefixes] for prefixes in (train, data))
    return {
        "state": standardized(encoder.encode(texts).vectors, encoder.encode(own).vectors),
        "bag_of_words": word_counts(words, own_words),
        "last_word": word_counts([w[-1:] for w in words], [w[-1:] for w in own_words]),
        "static_mean": standardized(word_vectors(encoder, texts), word_vectors(encoder, own)),
    }


def fit_on(split: Split, view: str, classes: Sequence[int], n_classes: int) -> DoubleArray:
    """Fit a probe on a view of the training prefixes, and read it off the others.

    The strength of the penalty is chosen on every fifth training sentence.

    Returns
    -------
    float64 array of shape (n_data, n_classes): logarithms of probabilities.
    """
    features, own = split.views[view]
    is_kept = np.array([prefix.sentence % _N_FOLDS == 0 for prefix in split.train])
    probe = Probe.fit_best(features, np.array(classes), n_classes=n_classes, is_kept=is_kept)
    return probe.logs(own)


def guess_last(split: Split, kinds: Sequence[str]) -> dict[str, list[str]]:
    """Guess the type of the entity named last, by each view and by the majority."""
    gold = [kinds.index(prefix.types[-1]) for prefix in split.train]
    guesses = {
        view: [kinds[i] for i in fit_on(split, view, gold, len(kinds)).argmax(axis=1)]
        for view in VIEWS
    }
    most = kinds[int(np.bincount(gold).argmax())]
    return {**guesses, "majority": [most] * len(split.data)}


def last_figures(
    prefixes: Sequence[Prefix], guesses: dict[str, list[str]]
) -> dict[str, dict[str, float]]:
    """Return the share of types that are right: right after names, and at drawn words.

    Of these, the mixed prefixes are those that name entities of more than one type.
    """
    gold = np.array([prefix.types[-1] for prefix in prefixes])
    is_drawn = np.array([prefix.is_drawn for prefix in prefixes])
    is_mixed = np.array([len(set(prefix.types)) > 1 for prefix in prefixes])
    places = {
        "after_name": ~is_drawn,
        "any_word": is_drawn,
        "any_word_mixed": is_drawn & is_mixed,
    }
    return {
        place: {
            "n": int(chosen.sum()),
            **{
                name: round(float((np.array(found) == gold)[chosen].mean()), 4)
                for name, found in guesses.items()
            },
        }
        for place, chosen in places.items()
        if chosen.any()
    }


def any_figures(split: Split, kinds: Sequence[str]) -> dict[str, object]:
    """Tell of each type whether any entity of it has been named; means over the types.

    A type that all or none of the prefixes have named says nothing and is left out.
    """
    seen, own = (
        np.array([[kind in p.types for kind in kinds] for p in prefixes])
        for prefixes in (split.train, split.data)
    )
    told = [i for i in range(len(kinds)) if seen[:, i].any() and 0 < own[:, i].mean() < 1]
    if not told:
        raise FormError("expected a type that some prefixes have named and others not, found none")
    usual = seen.mean(axis=0) > 0.5
    accuracy = {"majority": [float((own[:, i] == usual[i]).mean()) for i in told]}
    area = {"majority": [0.5 for _ in told]}
    for view in VIEWS:
        logs = [fit_on(split, view, seen[:, i].astype(int), 2) for i in told]
        scores = [table[:, 1] - table[:, 0] for table in logs]
        accuracy[view] = [
            float(((s > 0) == own[:, i]).mean()) for s, i in zip(scores, told, strict=True)
        ]
        area[view] = [area_under_curve(s, own[:, i]) for s, i in zip(scores, told, strict=True)]
    means = {
        name: {view: round(float(np.mean(values)), 4) for view, values in found.items()}
        for name, found in (("accuracy", accuracy), ("auc", area))
    }
    by_type = {
        kinds[i]: {view: round(values[place], 4) for view, values in area.items()}
        for place, i in enumerate(told)
    }
    return {"n": len(split.data), **means, "auc_by_type": by_type}


def show(last_type: Mapping[str, Mapping[str, float]], any_type: Mapping[str, object]) -> None:
    """Print a row for each question and a column for each view."""
    names = (*VIEWS, "majority")
    rows = {f"last type, {place}": row for place, row in last_type.items()}
    rows |= {f"any type, {name}": any_type[name] for name in ("accuracy", "auc")}
    print(f"{'':28}" + "".join(f"{name:>14}" for name in names))
    for question, row in rows.items():
        print(f"{question:28}" + "".join(f"{row[name]:>14.4f}" for name in names))


if __name__ == "__main__":
    main()
