"""Whether the states of a text turn where its topic does: passages of two documents joined.

Three sentences of one document are followed by three of another. The turn counts as found when it
is said within a window and a half after the first word of the second passage: a window cannot see
it before it holds the new words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures, whole_number
from forms.lines import read_lines, write_predictions

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from tailgraph.reading.prefixes import PrefixState

DoubleArray = npt.NDArray[np.float64]

_N_TEXTS = 100
_N_SENTENCES = 3
_FEWEST_WORDS, _MOST_WORDS = 6, 30
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class JoinedText:
    """Two passages, and the places of the words that begin a sentence; the turn is the fourth."""

    text: str
    starts: tuple[int, ...]

    @property
    def turn(self) -> int:
        """The first word of the second passage, counted from 0."""
        return self.starts[_N_SENTENCES]


def main() -> None:
    """Trace joined passages and print the figures."""
    arguments = read_arguments()
    from tailgraph.reading.reader import Reader

    reader = Reader.from_pretrained(arguments.model)
    random = np.random.default_rng(arguments.seed)
    texts = join_passages(read_documents(arguments.data), arguments.limit or _N_TEXTS, random)
    window: int = arguments.window
    traces = {
        "window": [reader.prefixes(text.text, window=window, k=1) for text in texts],
        "growing": [reader.prefixes(text.text, k=1) for text in texts],
    }
    points = {
        name: [[i for i, s in enumerate(states) if s.is_change_point] for states in found]
        for name, found in traces.items()
    }
    write_predictions(
        arguments.predictions,
        (
            (number, text.turn, " ".join(map(str, found)))
            for number, (text, found) in enumerate(zip(texts, points["window"], strict=True))
        ),
    )
    n_near = window + window // 2
    best = {
        **{name: [highest(changes_of(s), window) for s in found] for name, found in traces.items()},
        "bag_of_words": [highest(word_changes(text, window), window) for text in texts],
        "sentence_start": [list(text.starts[1:]) for text in texts],
        "any_word": [list(range(window, len(text.text.split()))) for text in texts],
    }
    figures: dict[str, object] = {
        "data": arguments.data.name,
        "model": reader.encoder.fingerprint[:16],
        "seed": arguments.seed,
        "window": window,
        "n": len(texts),
    }
    print(f"{'':16}{'highest':>10}{'precision':>10}{'recall':>10}{'points':>10}")
    for name, places in best.items():
        row = {"highest": share_near(texts, places, n_near)}
        if name in points:
            row |= score_points(texts, points[name], n_near)
        print(f"{name:16}" + "".join(f"{value:>10.3f}" for value in row.values()))
        figures[name] = row
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--seed", type=whole_number, default=1, help="decides what is drawn")
    parser.add_argument(
        "--window", type=whole_number, default=10, metavar="N", help="words (default: 10)"
    )
    return parser.parse_args()


def read_documents(path: Path) -> list[list[str]]:
    """Return the sentences of each document; a blank line ends one."""
    documents: list[list[str]] = [[]]
    for line in read_lines(path):
        if line.is_blank:
            documents.append([])
        else:
            documents[-1].append(line.text)
    return [document for document in documents if document]


def join_passages(
    documents: Sequence[Sequence[str]], n_texts: int, random: np.random.Generator
) -> list[JoinedText]:
    """Join passages of documents two by two; each document gives one at most."""
    passages = []
    for number in random.permutation(len(documents)).tolist():
        sentences = documents[number]
        is_fit = [_FEWEST_WORDS <= len(text.split()) <= _MOST_WORDS for text in sentences]
        firsts = [
            first
            for first in range(len(sentences) - _N_SENTENCES + 1)
            if all(is_fit[first : first + _N_SENTENCES])
        ]
        if firsts:
            first = int(random.choice(firsts))
            passages.append(list(sentences[first : first + _N_SENTENCES]))
        if len(passages) == 2 * n_texts:
            break
    texts = []
    for one, other in zip(passages[::2], passages[1::2], strict=False):
        lengths = [len(text.split()) for text in (*one, *other)]
        starts = np.cumsum([0, *lengths[:-1]]).tolist()
        texts.append(JoinedText(" ".join([*one, *other]), tuple(starts)))
    return texts


def changes_of(states: Sequence[PrefixState]) -> list[float | None]:
    """Return the change at each word."""
    return [state.change for state in states]


def word_changes(text: JoinedText, window: int) -> list[float | None]:
    """Compare the counts of the words in a window with those in the window before it."""
    words = [" ".join(_WORD.findall(word.lower())) for word in text.text.split()]
    changes: list[float | None] = [None] * window
    for end in range(window + 1, len(words) + 1):
        now = Counter(words[end - window : end])
        before = Counter(words[max(0, end - 2 * window) : end - window])
        shared = sum(now[word] * before[word] for word in now)
        norms = [sum(count**2 for count in counts.values()) ** 0.5 for counts in (now, before)]
        changes.append(1 - shared / (norms[0] * norms[1]))
    return changes


def highest(changes: Sequence[float | None], window: int) -> list[int]:
    """Return where the change is highest, of the words that have a whole window before them."""
    values = np.array([-np.inf if change is None else change for change in changes])
    places = np.flatnonzero(values == values[window:].max())
    return places[places >= window].tolist()


def near_turn(text: JoinedText, place: int, n_near: int) -> bool:
    """Tell whether a place is at the turn or a few words after it."""
    return text.turn <= place < text.turn + n_near


def share_near(texts: Sequence[JoinedText], places: Sequence[Sequence[int]], n_near: int) -> float:
    """Return how often a place drawn from those of a text is near its turn."""
    return _mean(
        _mean(near_turn(text, place, n_near) for place in found)
        for text, found in zip(texts, places, strict=True)
    )


def score_points(
    texts: Sequence[JoinedText], points: Sequence[Sequence[int]], n_near: int
) -> dict[str, float]:
    """Return precision and recall of change points, and how many there are in a text."""
    hits = [
        [near_turn(text, place, n_near) for place in found]
        for text, found in zip(texts, points, strict=True)
    ]
    n_points = sum(map(len, hits))
    return {
        "precision": sum(map(sum, hits)) / max(n_points, 1),
        "recall": _mean(map(any, hits)),
        "points": n_points / max(len(texts), 1),
    }


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


if __name__ == "__main__":
    main()
