"""How readable vectors of phrases are: whether the terms they point at are of the phrase's type.

The distinct phrases of a file with BIO tags get a vector by each pooling, and every vector is read
against the vocabulary in the same way. What counts is the share of the nearest terms that have the
phrase's gold type: by the label that a person gave them, or else by their neighbors'.

share      terms ranked as the product ranks landmarks, by t . E + b / 3
cosine     terms ranked by the angle alone, so that lengths and biases decide nothing
said       as share, but only labels that a person gave count
types      null: as share, with the gold types of other phrases (nothing where there is one type)
vectors    null: as share, with each coordinate shuffled over the phrases
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from eval_ner import label_map
from forms.command import evaluation_parser, print_figures, whole_number
from forms.lines import write_predictions
from forms.sentences import TaggedSentence, read_tagged, tag_spans

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.engine.landmarks import Landmark
    from tailgraph.engine.pooling import Pooling
    from tailgraph.graph.labels.entity_vectors import EntityVectors
    from tailgraph.reading.reader import Reader

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

POOLINGS: tuple[Pooling, ...] = ("cls_head", "cls_top", "mean_head", "mean_top", "static_mean")
"""What is compared; the first is what the product explains."""


def main() -> None:
    """Read the phrases of a file by every pooling and print the figures."""
    arguments = read_arguments()
    from tailgraph.engine.pooling import pool_texts
    from tailgraph.reading.reader import Reader

    sentences = islice(read_tagged(arguments.data), arguments.limit)
    phrases = typed_phrases(sentences)
    kinds = [kind for _, kind in phrases]
    labels = label_map(sorted(set(kinds)), arguments.types)
    reader = Reader.from_pretrained(arguments.model, labels=arguments.labels)
    of_type = {kind: reader.term_types.terms_of(names) for kind, names in labels.items()}
    said_of_type = {kind: given_terms(reader.entity_vectors, n) for kind, n in labels.items()}
    pooled = pool_texts(reader.encoder, [phrase for phrase, _ in phrases], POOLINGS)
    nearest = {name: reader.landmarks.read(v, arguments.k) for name, v in pooled.items()}
    rng = np.random.default_rng(0)
    shuffled = [kinds[i] for i in rng.permutation(len(kinds))]
    shares = {name: type_shares(rows_of(marks), kinds, of_type) for name, marks in nearest.items()}
    write_predictions(
        arguments.predictions,
        ((*phrase, share) for phrase, share in zip(phrases, shares[POOLINGS[0]], strict=True)),
    )
    figures: dict[str, object] = {
        "data": arguments.data.name,
        "model": reader.encoder.fingerprint[:16],
        "labels": len(reader.seeds),
        "n": len(phrases),
        "k": arguments.k,
    }
    print(f"{'pooling':14}{'share':>9}{'cosine':>9}{'said':>9}{'types':>9}{'vectors':>9}")
    for name, vectors in pooled.items():
        rows = rows_of(nearest[name])
        noise = rows_of(reader.landmarks.read(rng.permuted(vectors, axis=0), arguments.k))
        found = {
            "share": shares[name],
            "cosine": type_shares(nearest_by_cosine(reader, vectors, arguments.k), kinds, of_type),
            "said": type_shares(rows, kinds, said_of_type),
            "types": type_shares(rows, shuffled, of_type),
            "vectors": type_shares(noise, kinds, of_type),
        }
        means = {column: round(float(values.mean()), 4) for column, values in found.items()}
        print(f"{name:14}" + "".join(f"{value:>9.4f}" for value in means.values()))
        figures[name] = means
    figures["by_type"] = {
        kind: round(float(shares[POOLINGS[0]][[k == kind for k in kinds]].mean()), 4)
        for kind in labels
    }
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--types",
        type=lambda text: dict(pair.split("=", 1) for pair in text.split(",")),
        default={},
        metavar="TYPE=LABEL[+LABEL...],...",
        help="the labels of each gold type (default: those of the usual corpora)",
    )
    parser.add_argument("-k", type=whole_number, default=20, help="nearest terms to look at")
    parser.add_argument("--labels", type=Path, help="seed labels (default: those of the package)")
    return parser.parse_args()


def typed_phrases(sentences: Sequence[TaggedSentence]) -> list[tuple[str, str]]:
    """Return the distinct phrases with each of their types, in order of their first place.

    A phrase that the file gives several types is left out: it has no type of its own.
    """
    kinds: dict[str, dict[str, None]] = {}
    for sentence in sentences:
        for span in tag_spans(sentence.tags):
            phrase = " ".join(sentence.words[span.start : span.stop])
            kinds.setdefault(phrase, {})[span.type] = None
    return [(phrase, next(iter(found))) for phrase, found in kinds.items() if len(found) == 1]


def given_terms(vectors: EntityVectors, labels: Sequence[str]) -> BoolArray:
    """Tell which terms a person gave one of some labels: bool array of shape (n_terms,)."""
    columns = [
        column
        for column, label in enumerate(vectors.labels)
        if label in labels or label.partition(".")[0] in labels
    ]
    return np.asarray(vectors.given[:, columns].any(axis=1))


def rows_of(landmarks: Sequence[Sequence[Landmark]]) -> list[list[int]]:
    """Return the rows of the landmarks of each vector."""
    return [[mark.row for mark in marks] for marks in landmarks]


def nearest_by_cosine(reader: Reader, vectors: FloatArray, k: int) -> list[list[int]]:
    """Return the rows of the k terms that say something with the least angle to each vector."""
    from tailgraph.engine.landmarks import content_terms
    from tailgraph.engine.matmul import PackedMatrix, top_k

    vocabulary = reader.encoder.vocabulary
    units = PackedMatrix.pack(vocabulary.unit_vectors)
    rows, _ = top_k(vectors, units, k, allowed=content_terms(vocabulary))
    return rows.tolist()


def type_shares(
    nearest: Sequence[Sequence[int]], kinds: Sequence[str], of_type: Mapping[str, BoolArray]
) -> npt.NDArray[np.float64]:
    """Return which share of the nearest terms of each phrase has its type."""
    return np.array([of_type[kind][rows].mean() for rows, kind in zip(nearest, kinds, strict=True)])


if __name__ == "__main__":
    main()
