"""Whether own-token scores are higher for words that depend on each other than for others.

A word and its head are held against all pairs of words of the same sentence with the same number of
words between them that do not depend on each other: neither chance nor the distance can then do
better than .5. Punctuation is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, print_figures
from forms.sentences import Tree, read_trees, write_trees
from measures.separation import area_under_curve, pairs_won

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.engine.encoder import Encoder
    from tailgraph.reading.own_tokens import OwnTokenScores

Matrix = npt.NDArray[np.float64]
"""Scores of ordered pairs of a sentence's words: shape (n_words, n_words)."""


def main() -> None:
    """Score the pairs of words of a treebank and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder

    model = arguments.model
    encoder = Encoder.from_pretrained(model) if model else Encoder.default()
    trees = list(islice(read_trees(arguments.data), arguments.limit))
    scores = [score_words(encoder, tree.words) for tree in trees]
    names = list(scores[0]) if scores else []
    figures: dict[str, object] = {
        "data": arguments.data.name,
        "model": encoder.fingerprint[:16],
        "n": len(trees),
        "n_dependencies": sum(int(true_pairs(tree).sum()) for tree in trees),
    }
    print(f"{'':24}{'same distance':>16}{'all pairs':>12}{'head found':>12}")
    for name in names:
        matrices = [of_tree[name] for of_tree in scores]
        row = (
            matched_area(trees, matrices),
            whole_area(trees, matrices),
            share_attached(trees, matrices),
        )
        print(f"{name:24}{row[0]:>16.4f}{row[1]:>12.4f}{row[2]:>12.4f}")
        figures[name] = dict(zip(("same_distance", "all_pairs", "head_found"), row, strict=True))
    write_trees(
        arguments.predictions,
        (
            tree.predicted(heads=heads(tree, of_tree[arguments.scores]))
            for tree, of_tree in zip(trees, scores, strict=True)
        ),
    )
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--scores",
        choices=("plain", "plain_centered", "masked", "masked_centered"),
        default="masked_centered",
        help="which scores the predicted heads are the highest of (default: masked_centered)",
    )
    return parser.parse_args()


def score_words(encoder: Encoder, words: Sequence[str]) -> dict[str, Matrix]:
    """Score every ordered pair of words of a sentence in all ways, baselines among them.

    Row i asks at word i for word j.
    """
    from tailgraph.reading.own_tokens import score_own_tokens

    text = " ".join(words)
    ends = np.cumsum([len(word) + 1 for word in words])
    found: dict[str, Matrix] = {}
    for name, masked in (("plain", False), ("masked", True)):
        raw = score_own_tokens(encoder, text, masked=masked)
        for suffix, scored in (("", raw), ("_centered", raw.centered())):
            matrix = by_word(scored, ends)
            found[name + suffix] = matrix
            found[f"{name}{suffix}_symmetric"] = (matrix + matrix.T) / 2
    found["static_cosine"] = static_cosines(encoder, text, ends)
    places = np.arange(len(words))
    found["nearness"] = -np.abs(places[:, None] - places[None]).astype(np.float64)
    found["uniform"] = np.zeros((len(words), len(words)))
    return found


def by_word(scored: OwnTokenScores, ends: npt.NDArray[np.int64]) -> Matrix:
    """Average the scores of tokens over the words that end before some characters."""
    inside = np.flatnonzero(scored.offsets[:, 0] < scored.offsets[:, 1])
    values = scored.scores[np.ix_(inside, scored.columns[inside])].astype(np.float64)
    numbers = np.searchsorted(ends, scored.offsets[inside, 0], side="right")
    return mean_by_word(values, numbers, len(ends))


def mean_by_word(values: Matrix, numbers: npt.NDArray[np.int64], n_words: int) -> Matrix:
    """Average scores of tokens over the words that they are in; nan where a word was not read."""
    is_in = (numbers[None] == np.arange(n_words)[:, None]).astype(np.float64)
    counts = is_in.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray((is_in @ values @ is_in.T) / np.outer(counts, counts))


def static_cosines(encoder: Encoder, text: str, ends: npt.NDArray[np.int64]) -> Matrix:
    """Compare the words by the vectors that their tokens have in the vocabulary."""
    [states] = encoder.encode_tokens([text])
    inside = np.flatnonzero(states.offsets[:, 0] < states.offsets[:, 1])
    units = encoder.vocabulary.unit_vectors[states.rows[inside]].astype(np.float64)
    numbers = np.searchsorted(ends, states.offsets[inside, 0], side="right")
    return mean_by_word(units @ units.T, numbers, len(ends))


def true_pairs(tree: Tree) -> npt.NDArray[np.bool_]:
    """Mark the pairs of a word (row) and its head (column), punctuation left out."""
    is_pair = np.zeros((len(tree.words), len(tree.words)), dtype=np.bool_)
    for word, (head, tag) in enumerate(zip(tree.heads, tree.tags, strict=True)):
        if head > 0 and tag != "PUNCT" and tree.tags[head - 1] != "PUNCT":
            is_pair[word, head - 1] = True
    return is_pair


def candidates(tree: Tree, matrix: Matrix) -> npt.NDArray[np.bool_]:
    """Mark the ordered pairs that are compared: a head with its word is neither right nor wrong."""
    is_word = np.array([tag != "PUNCT" for tag in tree.tags])
    is_pair = true_pairs(tree)
    allowed = is_word[:, None] & is_word[None] & ~(is_pair.T & ~is_pair) & np.isfinite(matrix)
    np.fill_diagonal(allowed, False)
    return np.asarray(allowed)


def matched_area(trees: Sequence[Tree], matrices: Sequence[Matrix]) -> float:
    """Return how often a true pair is above another of its sentence that is as far apart."""
    won = n_pairs = 0.0
    for scores, is_right in _strata(trees, matrices):
        count, n = pairs_won(scores, is_right)
        won, n_pairs = won + count, n_pairs + n
    return won / n_pairs if n_pairs else 0.5


def _strata(
    trees: Sequence[Tree], matrices: Sequence[Matrix]
) -> Iterator[tuple[Matrix, npt.NDArray[np.bool_]]]:
    """Yield the scores of pairs of one sentence and one distance, and which of them are true."""
    for tree, matrix in zip(trees, matrices, strict=True):
        is_pair, allowed = true_pairs(tree), candidates(tree, matrix)
        places = np.arange(len(tree.words))
        apart = np.abs(places[:, None] - places[None])
        for distance in np.unique(apart[is_pair & allowed]).tolist():
            here = allowed & (apart == distance)
            yield matrix[here], is_pair[here]


def whole_area(trees: Sequence[Tree], matrices: Sequence[Matrix]) -> float:
    """Return the mean over sentences of the area under the curve for all pairs."""
    return _mean_over_sentences(trees, matrices, area_under_curve)


def share_attached(trees: Sequence[Tree], matrices: Sequence[Matrix]) -> float:
    """Return for how many words the head has the highest score of the row; ties share."""
    right = total = 0.0
    for tree, matrix in zip(trees, matrices, strict=True):
        is_pair = true_pairs(tree)
        is_word = np.array([tag != "PUNCT" for tag in tree.tags])
        for word, head in zip(*np.nonzero(is_pair), strict=True):
            row = np.where(is_word & np.isfinite(matrix[word]), matrix[word], -np.inf)
            row[word] = -np.inf
            best = row == row.max()
            right += float(best[head]) / float(best.sum())
            total += 1
    return right / total if total else 0.0


def heads(tree: Tree, matrix: Matrix) -> list[int]:
    """Return the number of the word that each word has the highest score for; 0 where none has."""
    rows = np.where(np.isfinite(matrix), matrix, -np.inf)
    np.fill_diagonal(rows, -np.inf)
    return [int(row.argmax()) + 1 if len(row) and np.isfinite(row.max()) else 0 for row in rows]


def _mean_over_sentences(
    trees: Sequence[Tree],
    matrices: Sequence[Matrix],
    measure: Callable[[Matrix, npt.NDArray[np.bool_]], float],
) -> float:
    values = []
    for tree, matrix in zip(trees, matrices, strict=True):
        is_pair, allowed = true_pairs(tree), candidates(tree, matrix)
        if (is_pair & allowed).any() and (allowed & ~is_pair).any():
            values.append(measure(matrix[allowed], is_pair[allowed]))
    return float(np.mean(values)) if values else 0.5


if __name__ == "__main__":
    main()
