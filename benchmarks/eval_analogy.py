"""How often `b - a + c` leads to the word that is to c as b is to a, and how often c alone does.

Answers are words of the vocabulary, the three of the question left out. A question with a word that
is no term is asked with that word as a text, and cannot be answered if the fourth is none. The
baseline takes the nearest neighbors of c.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures
from forms.lines import write_predictions
from forms.terms import Analogy, read_analogies

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.engine.encoder import Encoder
    from tailgraph.reading.shared_space import SharedSpace

FloatArray = npt.NDArray[np.float32]
Rows = list[list[int]]

METHODS = ("add", "multiply", "nearest")
_K = 5
_SMALL = 1e-3
"""Keeps the divisor of the multiplicative form from 0."""


def main() -> None:
    """Answer the questions of a file by every method and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder
    from tailgraph.reading.shared_space import SharedSpace

    questions = list(islice(read_analogies(arguments.data), arguments.limit))
    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    answers = answer(SharedSpace(encoder), questions)
    write_predictions(
        arguments.predictions,
        (
            [spelled_like(question.b, encoder.vocabulary.surface(row)) for row in best]
            for question, best in zip(questions, answers["add"], strict=True)
        ),
    )
    show(arguments, encoder, questions, answers)


def read_arguments() -> Namespace:
    """Read the command line."""
    return evaluation_parser(__doc__.splitlines()[0]).parse_args()


def answer(space: SharedSpace, questions: Sequence[Analogy]) -> dict[str, Rows]:
    """Return the rows of the five best words for each question, by each method."""
    words = sorted({word for q in questions for word in (q.a, q.b, q.c)})
    vectors, rows = word_vectors(space, words)
    numbers = {word: number for number, word in enumerate(words)}
    found: dict[str, Rows] = {method: [] for method in METHODS}
    for question in questions:
        sides = [numbers[word] for word in (question.a, question.b, question.c)]
        a, b, c = vectors[sides]
        without = [rows[side] for side in sides if rows[side] >= 0]
        add, nearest = space.nearest_terms(np.stack([b - a + c, c]), _K, without=without)
        found["add"].append([row for row, _ in add])
        found["nearest"].append([row for row, _ in nearest])
        found["multiply"].append(multiply(space, (a, b, c), without))
    return found


def word_vectors(space: SharedSpace, words: Sequence[str]) -> tuple[FloatArray, list[int]]:
    """Return the vectors of words in the space, and their rows: -1 for those that are no terms."""
    vocabulary = space.encoder.vocabulary
    rows = [vocabulary.row(word) if word in vocabulary else -1 for word in words]
    vectors = space.terms[rows]
    texts = [number for number, row in enumerate(rows) if row < 0]
    if texts:
        encoded = space.encoder.encode([words[number] for number in texts])
        vectors[texts] = space.texts(encoded.vectors)
    return vectors, rows


def spelled_like(pattern: str, word: str) -> str:
    """Return a word with a capital where another has one: a model may fold case."""
    return word[:1].upper() + word[1:] if pattern[:1].isupper() else word


def multiply(
    space: SharedSpace, sides: tuple[FloatArray, FloatArray, FloatArray], without: Sequence[int]
) -> list[int]:
    """Return the five words with the highest cos(b) cos(c) / cos(a), cosines brought above 0."""
    a, b, c = ((1 + space.terms @ side) / 2 for side in sides)
    scores = np.where(space.is_word, b * c / (a + _SMALL), -np.inf)
    scores[list(without)] = -np.inf
    best: list[int] = np.argsort(-scores, kind="stable")[:_K].tolist()
    return best


def show(
    arguments: Namespace,
    encoder: Encoder,
    questions: Sequence[Analogy],
    answers: dict[str, Rows],
) -> None:
    """Print a table by section for a person, and the figures as one JSON object."""
    known = encoder.vocabulary
    covered = [all(word in known for word in (q.a, q.b, q.c, q.d)) for q in questions]
    gold = [known.row(q.d) if q.d in known else -1 for q in questions]
    groups: dict[str, list[int]] = defaultdict(list)
    for number, question in enumerate(questions):
        if covered[number]:
            groups[question.section].append(number)
    groups["covered"] = [number for number, is_covered in enumerate(covered) if is_covered]
    groups["all"] = list(range(len(questions)))
    figures = {
        name: {"n": len(numbers)}
        | {
            f"{method}@{k}": accuracy(answers[method], gold, numbers, k)
            for method in METHODS
            for k in (1, _K)
        }
        for name, numbers in groups.items()
    }
    columns = [f"{method}@{k}" for method in METHODS for k in (1, _K)]
    print(f"{'section':28}{'n':>6}" + "".join(f"{column:>12}" for column in columns))
    for name, row in figures.items():
        print(f"{name:28}{row['n']:>6}" + "".join(f"{row[column]:>12.3f}" for column in columns))
    print_figures(
        {
            "data": arguments.data.name,
            "model": encoder.fingerprint[:16],
            "covered": figures.pop("covered"),
            "all": figures.pop("all"),
            "sections": figures,
        }
    )


def accuracy(answers: Rows, gold: Sequence[int], numbers: Sequence[int], k: int) -> float:
    """Return the share of questions with the right word among the first k answers."""
    n_right = sum(gold[number] in answers[number][:k] for number in numbers)
    return round(n_right / max(1, len(numbers)), 4)


if __name__ == "__main__":
    main()
