"""How well the synonyms of a name are found among many names.

Every form of the file is a query, all other forms are candidates, and those of its own sets are
right. The product's ranking stands beside string matches and the cosine of [CLS] vectors alone.
Nothing is trained; the weights of the product's ranking were chosen by hand on development files.

- ``letters``: cosine of runs of three letters, tf-idf, lower case;
- ``words``: cosine of words, tf-idf, lower case;
- ``same``: the same words in lower case, in any order, without signs and plural s; the first such
  forms of the file come first, then all others in the order of the file;
- ``cls``: cosine of [CLS] vectors; ``random``.

With ``--siblings`` (id TAB name TAB parent) the forms that share a parent with a query are hard
negatives: how often one of them comes first or among the first five.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.command import add_data, evaluation_parser, print_figures
from forms.lines import write_predictions
from forms.synonyms import SynonymForms, gather_forms, read_siblings
from forms.terms import read_synonym_sets

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from tailgraph.engine.encoder import Encoder

FloatArray = npt.NDArray[np.float32]
Ranking = Iterator[list[int]]
Products = Callable[[slice], FloatArray]

DEPTH = 10
_BLOCK = 256
_SEED = 0
_WORDS = re.compile(r"\w+")


def main() -> None:
    """Rank all candidates for every form in several ways, and print the figures."""
    from tailgraph.engine.encoder import Encoder

    parser = evaluation_parser(__doc__.splitlines()[0])
    add_data(parser, "--siblings", required=False)
    arguments = parser.parse_args()
    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    sets = gather_forms(read_synonym_sets(arguments.data)[: arguments.limit])
    siblings = read_siblings(arguments.siblings, sets.forms) if arguments.siblings else ()
    figures: dict[str, dict[str, float]] = {}
    print(f"{'ranking':12}{'recall@10':>10}{'recall@1':>10}{'first':>8}{'MRR':>8}")
    for name, ranking in rankings(encoder, sets.forms).items():
        ranked = list(ranking)
        figures[name] = measure(ranked, sets, siblings)
        shown = figures[name]
        print(
            f"{name:12}{shown['recall_at_10']:10.4f}{shown['recall_at_1']:10.4f}"
            f"{shown['first_is_right']:8.4f}{shown['mrr']:8.4f}",
            flush=True,
        )
        if name == "product":
            forms = sets.forms
            rows = ([forms[q], *(forms[row] for row in best)] for q, best in enumerate(ranked))
            write_predictions(arguments.predictions, rows)
    print_figures(
        {
            "data": arguments.data.name,
            "model": encoder.fingerprint[:16],
            "forms": len(sets.forms),
            "queries": sum(map(bool, sets.right)),
            **figures["product"],
            "rankings": figures,
        }
    )


def rankings(encoder: Encoder, forms: Sequence[str]) -> Mapping[str, Ranking]:
    """Return for each way to rank the ten best candidates of every form, in order."""
    from tailgraph.engine.vocabulary import unit_rows
    from tailgraph.graph.synonyms.similar import SimilarNames
    from tailgraph.graph.synonyms.text_features import weighted_rows

    vectors = encoder.encode(forms).vectors
    names = SimilarNames.from_texts(encoder, forms, vectors=vectors)
    unit = unit_rows(vectors)
    lower = [form.lower() for form in forms]
    letters = weighted_rows([_triples(form) for form in lower])
    words = weighted_rows([Counter(_WORDS.findall(form)) for form in lower])
    keys = [" ".join(sorted(w.rstrip("s") for w in _WORDS.findall(form))) for form in lower]
    same = np.array([keys.index(key) for key in keys])
    noise = np.random.default_rng(_SEED)
    n = len(forms)
    return {
        "product": ([c.row for c in best] for best in names.rank(range(n), k=DEPTH)),
        "letters": _best(n, _sparse(letters)),
        "words": _best(n, _sparse(words)),
        "same": _best(n, lambda rows: (same[rows][:, None] == same).astype(np.float32)),
        "cls": _best(n, lambda rows: unit[rows] @ unit.T),
        "random": _best(n, lambda rows: noise.random((len(same[rows]), n), dtype=np.float32)),
    }


def _sparse(rows: csr_array) -> Products:
    turned = rows.T.tocsc()
    return lambda block: (rows[block] @ turned).toarray()


def _triples(text: str) -> Counter[str]:
    """Count the runs of three letters of each word, its ends marked by blanks."""
    marked = [f" {word} " for word in text.split()]
    return Counter(word[i : i + 3] for word in marked for i in range(len(word) - 2))


def _best(n: int, products: Products) -> Ranking:
    """Yield the best others for every row, equal ones by their number."""
    for first in range(0, n, _BLOCK):
        scores = products(slice(first, min(n, first + _BLOCK)))
        rows = np.arange(len(scores))
        scores[rows, first + rows] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")[:, : min(DEPTH, n - 1)]
        yield from order.tolist()


def measure(
    ranked: Sequence[Sequence[int]],
    sets: SynonymForms,
    siblings: Sequence[frozenset[int]] = (),
) -> dict[str, float]:
    """Compare rankings with the sets; queries without a right answer are left out.

    Parameters
    ----------
    ranked
        The best candidates of each form, in order.
    sets
        What is right.
    siblings
        The hard negatives of each form, if there are any.
    """
    asked = [query for query, right in enumerate(sets.right) if right]
    hits = [np.array([row in sets.right[q] for row in ranked[q][:DEPTH]]) for q in asked]
    sizes = [len(sets.right[q]) for q in asked]
    figures = {
        "recall_at_10": _mean([h.sum() / n for h, n in zip(hits, sizes, strict=True)]),
        "recall_at_1": _mean([h[:1].sum() / n for h, n in zip(hits, sizes, strict=True)]),
        "first_is_right": _mean([h[:1].sum() for h in hits]),
        "mrr": _mean([1 / (h.argmax() + 1) if h.any() else 0.0 for h in hits]),
    }
    hard = [q for q in asked if siblings and siblings[q] - sets.right[q]]
    if hard:
        for depth in (1, 5):
            best = [ranked[q][:depth] for q in hard]
            pairs = list(zip(best, hard, strict=True))
            figures[f"hard_precision_at_{depth}"] = _mean(
                [sum(row in sets.right[q] for row in rows) / depth for rows, q in pairs]
            )
            figures[f"sibling_share_at_{depth}"] = _mean(
                [
                    sum(row in siblings[q] - sets.right[q] for row in rows) / depth
                    for rows, q in pairs
                ]
            )
        figures["hard_queries"] = len(hard)
    return figures


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


if __name__ == "__main__":
    main()
