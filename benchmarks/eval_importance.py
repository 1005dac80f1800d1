"""Whether a model's output biases tell how much a word says: held against counts of a corpus.

The words of held-out text are weighed by the biases alone; the weights are correlated with the
logarithm of the words' frequency and with their IDF over documents and over sentences. Controls:
biases dealt out anew, the lengths of the terms' vectors, and the number of pieces. A model of
random weights has no biases at all, hence no correlation.

With a search collection the weights also take the place of IDF: in a weighted mean of term vectors,
and in the cosine of weighted word pieces. A document is right at any grade above 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import evaluation_parser, existing_path, print_figures
from forms.lines import write_predictions
from forms.search import SearchCollection, SearchDocument, read_search
from measures.ranking import ndcg
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.engine.encoder import Encoder

DoubleArray = npt.NDArray[np.float64]

_SEED = 0


@dataclass(frozen=True)
class CountedWords:
    """The distinct words of a corpus and how often they occur; float64 arrays of shape (n,)."""

    words: list[str]
    log_frequency: DoubleArray
    document_idf: DoubleArray
    sentence_idf: DoubleArray

    def targets(self) -> dict[str, DoubleArray]:
        """Return what weights are correlated with; all rise with what a word says."""
        return {
            "frequency": -self.log_frequency,
            "document_idf": self.document_idf,
            "sentence_idf": self.sentence_idf,
        }


def main() -> None:
    """Correlate the weights of a corpus's words with its counts, and search with them."""
    arguments = read_arguments()
    from tailgraph.engine.encoder import Encoder
    from tailgraph.engine.importance import spell_words, term_importance, word_importance

    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    counted = count_corpus(arguments.data, arguments.limit)
    spelled = spell_words(encoder, counted.words)
    weights = word_importance(term_importance(encoder.vocabulary), spelled)
    write_predictions(arguments.predictions, zip(counted.words, map(float, weights), strict=True))
    figures: dict[str, object] = {
        "data": arguments.data.name,
        "model": encoder.fingerprint[:16],
        "n": len(counted.words),
        "n_of_one_piece": int((spelled.n_pieces == 1).sum()),
        "spearman": correlate(encoder, counted),
    }
    if arguments.search is not None:
        found = search(encoder, read_search(arguments.search, arguments.split))
        figures["search"] = {"data": arguments.search.name, "split": arguments.split} | found
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--search",
        type=existing_path,
        metavar="FOLDER",
        help="also search this collection with biases in place of IDF",
    )
    parser.add_argument("--split", default="dev", help="of the collection (default: dev)")
    return parser.parse_args()


def count_corpus(path: Path, limit: int | None) -> CountedWords:
    """Count the words of the documents of a corpus, in lower case; words without a letter fall."""
    from tailgraph.engine.corpus import read_documents
    from tailgraph.engine.importance import find_words

    frequency: Counter[str] = Counter()
    in_documents: Counter[str] = Counter()
    in_sentences: Counter[str] = Counter()
    n_documents = n_sentences = 0
    for document in islice(read_documents(str(path)), limit):
        held: set[str] = set()
        for start, end in document.sentences:
            text = document.text[start:end].lower()
            words = [text[a:b] for a, b in find_words(text)]
            words = [word for word in words if any(map(str.isalpha, word))]
            frequency.update(words)
            in_sentences.update(set(words))
            held.update(words)
            n_sentences += 1
        in_documents.update(held)
        n_documents += 1
    words = [word for word, _ in sorted(frequency.items(), key=lambda item: (-item[1], item[0]))]
    return CountedWords(
        words,
        np.log([frequency[word] for word in words]),
        np.log(n_documents / np.array([in_documents[word] for word in words])),
        np.log(n_sentences / np.array([in_sentences[word] for word in words])),
    )


def correlate(encoder: Encoder, counted: CountedWords) -> dict[str, dict[str, float]]:
    """Correlate every weight with the counts, print the table, and return it by weight."""
    from tailgraph.engine.importance import (
        JOININGS,
        spell_words,
        term_importance,
        word_importance,
    )
    from tailgraph.engine.similarity import agreement

    vocabulary = encoder.vocabulary
    spelled = spell_words(encoder, counted.words)
    surprise = term_importance(vocabulary)
    shuffled = np.random.default_rng(_SEED).permutation(surprise)
    weights = {
        **{f"bias, {joining}": word_importance(surprise, spelled, joining) for joining in JOININGS},
        "shuffled bias, sum": word_importance(shuffled, spelled),
        "no bias": np.zeros(len(spelled), dtype=np.float32),
        "vector length, mean": word_importance(vocabulary.norms, spelled, "mean"),
        "number of pieces": spelled.n_pieces.astype(np.float32),
    }
    is_single = spelled.n_pieces == 1
    targets = counted.targets()
    print(f"{'words of':22}{'one piece':>36}{'any number of pieces':>36}")
    print(f"{'weight':22}" + 2 * "".join(f"{name:>12}" for name in ("freq.", "doc. IDF", "sent.")))
    table: dict[str, dict[str, float]] = {}
    for name, values in weights.items():
        table[name] = {
            f"{which}_{target}": round(agreement(values[chosen], wanted[chosen]).spearman, 4)
            for which, chosen in (("single", is_single), ("all", np.ones_like(is_single)))
            for target, wanted in targets.items()
        }
        print(f"{name:22}" + "".join(f"{value:>12.3f}" for value in table[name].values()))
    return table


def search(encoder: Encoder, collection: SearchCollection) -> dict[str, dict[str, float]]:
    """Search a collection with each weight, print nDCG@10, and return it by weight."""
    from tailgraph.engine.importance import WEIGHTINGS, term_importance
    from tailgraph.engine.pooling import token_weights

    vocabulary = encoder.vocabulary
    documents = count_pieces(encoder, [document_text(d) for d in collection.documents])
    queries = count_pieces(encoder, [query.text for query in collection.queries])
    n_holding = np.bincount(documents.indices, minlength=len(vocabulary))
    surprise = term_importance(vocabulary)
    weights = {
        "none": np.ones(len(vocabulary)),
        **{f"bias, {name}": term_importance(vocabulary, name) for name in WEIGHTINGS},
        "bias, static_sif": token_weights(vocabulary),
        "IDF of the collection": np.log((1 + documents.shape[0]) / (1 + n_holding)),
        "shuffled bias": np.random.default_rng(_SEED).permutation(surprise),
    }
    # A weight below 0 would count against what query and document share.
    weights = {name: (w - min(0, w.min())) * ~vocabulary.is_special for name, w in weights.items()}
    print(f"\n{'nDCG@10':26}{'mean of vectors':>16}{'shared pieces':>16}")
    table: dict[str, dict[str, float]] = {}
    for name, values in weights.items():
        sides = [pieces.multiply(values[None]).tocsr() for pieces in (queries, documents)]
        pooled = [unit_rows(side @ vocabulary.unit_vectors) for side in sides]
        shared = [unit_sparse(logged(p).multiply(values[None])) for p in (queries, documents)]
        table[name] = {
            "mean_of_vectors": mean_ndcg(collection, pooled[0] @ pooled[1].T),
            "shared_pieces": mean_ndcg(collection, (shared[0] @ shared[1].T).toarray()),
        }
        print(f"{name:26}" + "".join(f"{value:>16.3f}" for value in table[name].values()))
    return table


def document_text(document: SearchDocument) -> str:
    """Return title and text, the title once."""
    is_repeated = document.text.startswith(document.title)
    return document.text if is_repeated else f"{document.title}. {document.text}"


def count_pieces(encoder: Encoder, texts: Sequence[str]) -> csr_array:
    """Count the pieces of whole texts: shape (n_texts, n_terms)."""
    from tailgraph.engine.importance import spell_words

    spelled = spell_words(encoder, texts)
    counts = csr_array(
        (np.ones(len(spelled.ids)), spelled.ids, spelled.starts),
        shape=(len(texts), len(encoder.vocabulary)),
    )
    counts.sum_duplicates()
    return counts


def logged(counts: csr_array) -> csr_array:
    """Return 1 + log of counts above 0."""
    damped = counts.copy()
    damped.data = 1 + np.log(damped.data)
    return damped


def unit_sparse(rows: csr_array) -> csr_array:
    """Bring sparse rows to length 1."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)))
    return csr_array(rows.multiply(1 / np.where(lengths > 0, lengths, 1)[:, None]))


def unit_rows(rows: DoubleArray) -> DoubleArray:
    """Bring rows to length 1."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1))


def mean_ndcg(collection: SearchCollection, scores: DoubleArray) -> float:
    """Return the mean nDCG@10 of scores of shape (n_queries, n_documents), ties by document id."""
    ids = np.array([document.id for document in collection.documents])
    found = []
    for query, row in zip(collection.queries, scores, strict=True):
        grades = collection.judgements.get(query.id, {})
        right = np.flatnonzero(np.isin(ids, [name for name, grade in grades.items() if grade > 0]))
        if len(right):
            found.append(ndcg(np.lexsort((ids, -row)), right.tolist()))
    return round(float(np.mean(found)), 4) if found else 0.0


if __name__ == "__main__":
    main()
