"""How well names and their types are found without training, against words with BIO tags.

With `--spans predicted` spans and types are the product's own; with `--spans gold` the spans are
given, and the lenient scores of the method's author are told too. Both stand beside baselines: the
type that is most frequent in the file, and the label whose terms lie nearest to the phrase.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from forms.command import evaluation_parser, print_figures, whole_number
from forms.sentences import (
    TaggedSentence,
    TypedSpan,
    read_tagged,
    span_tags,
    tag_spans,
    write_tagged,
)
from measures.entities import TypedPhrase, exact_scores, lenient_f1

if TYPE_CHECKING:
    from argparse import Namespace

    from tailgraph.graph.entities import Entity
    from tailgraph.graph.parsing import ParsedSentence
    from tailgraph.reading.reader import Reader

Labels = Mapping[str, Sequence[str]]
"""The labels that stand for each gold type."""

_SUBSTANCES = "CHEMICAL.DRUG+CHEMICAL.COMPOUND+CHEMICAL.ELEMENT+CHEMICAL.METABOLITE"
_PROTEINS = "GENE.PROTEIN+GENE.SYMBOL+GENE.ENZYME+GENE.RECEPTOR"
_TYPES = {
    "amino_acid": "CHEMICAL.METABOLITE",
    "anatomy": "ANATOMY+CELL+DISEASE.CANCER",
    "cancer": "DISEASE.CANCER",
    "cell": "CELL.TYPE+CELL.LINE",
    "cell_line": "CELL.LINE",
    "cell_type": "CELL.TYPE",
    "cellular_component": "CELL.PART",
    "chebi": "CHEMICAL",
    "chemical": _SUBSTANCES,
    "cl": "CELL.TYPE+CELL.LINE",
    "corporation": "ORGANIZATION.COMPANY",
    "creative-work": "WORK",
    "disease": "DISEASE",
    "dna": "GENE.NUCLEIC_ACID",
    "gene": "GENE",
    "gene_or_gene_product": "GENE",
    "ggp": "GENE",
    "group": "ORGANIZATION.INSTITUTION+ORGANIZATION.TEAM",
    "loc": "PLACE",
    "location": "PLACE",
    "method": "PROCEDURE",
    "org": "ORGANIZATION",
    "organ": "ANATOMY.ORGAN",
    "organism": "ORGANISM",
    "organism_substance": "ANATOMY.BODY_FLUID",
    "per": "PERSON",
    "person": "PERSON",
    "product": "OBJECT",
    "protein": _PROTEINS,
    "rna": "",
    "simple_chemical": _SUBSTANCES,
    "so": "GENE.NUCLEIC_ACID",
    "species": "ORGANISM",
    "taxon": "ORGANISM",
    "tissue": "ANATOMY.TISSUE",
}
"""The labels for types that corpora name, in lower case; RNA and DNA have one label, DNA's."""

_ALSO = {"rna": "GENE"}
"""Main types that stand for a type which has no label of its own, where only main types count."""


def main() -> None:
    """Tag the sentences of a file and print the figures."""
    arguments = read_arguments()
    from tailgraph.graph.entities import EntityTyper
    from tailgraph.graph.parsing import Parser
    from tailgraph.reading.reader import Reader

    sentences = list(islice(read_tagged(arguments.data), arguments.limit))
    gold = [gold_spans(sentence, arguments.only) for sentence in sentences]
    kinds = sorted({span.type for span in chain.from_iterable(gold)})
    labels = label_map(kinds, arguments.types)
    reader = Reader.from_pretrained(arguments.model, labels=arguments.labels)
    texts = [" ".join(sentence.words) for sentence in sentences]
    parsed = [p for group in Parser.default().parse([text] for text in texts) for p in group]
    if arguments.window:
        reader.typer = EntityTyper.from_parts(
            reader.encoder, reader.entity_vectors, window=arguments.window
        )
    if arguments.spans == "gold":
        found, figures = with_gold_spans(reader, sentences, parsed, gold, labels)
    else:
        found, figures = with_own_spans(reader, sentences, parsed, gold, labels)
    write_tagged(
        arguments.predictions,
        (
            TaggedSentence(sentence.words, span_tags(len(sentence.words), spans))
            for sentence, spans in zip(sentences, found, strict=True)
        ),
    )
    figures = {
        "data": arguments.data.name,
        "model": reader.encoder.fingerprint[:16],
        "labels": len(reader.seeds),
        "spans": arguments.spans,
        "only": arguments.only,
        "sentences": len(sentences),
        "gold": sum(map(len, gold)),
        **figures,
    }
    for name, value in figures.items():
        print(f"{name:24}{value}")
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
    parser.add_argument("--spans", choices=("predicted", "gold"), default="predicted")
    parser.add_argument("--only", default="", metavar="TYPE", help="the one gold type to score")
    parser.add_argument(
        "--window",
        type=whole_number,
        metavar="N",
        help="words on either side of a phrase that its context is read from (default: as shipped)",
    )
    parser.add_argument("--labels", type=Path, help="seed labels (default: those of the package)")
    return parser.parse_args()


def gold_spans(sentence: TaggedSentence, only: str) -> list[TypedSpan]:
    """Return the gold spans of a sentence, all or those of one type."""
    return [span for span in tag_spans(sentence.tags) if only in ("", span.type)]


def label_map(kinds: Sequence[str], given: Mapping[str, str]) -> Labels:
    """Return the labels of each gold type: as given, as usual, or of that name."""
    return {
        kind: [
            label
            for label in given.get(kind, _TYPES.get(kind.lower(), kind.upper())).split("+")
            if label
        ]
        for kind in kinds
    }


def with_own_spans(
    reader: Reader,
    sentences: Sequence[TaggedSentence],
    parsed: Sequence[ParsedSentence],
    gold: Sequence[Sequence[TypedSpan]],
    labels: Labels,
) -> tuple[list[list[TypedSpan]], dict[str, object]]:
    """Find spans and types; score them, and the baselines on the same spans."""
    typed = reader.typer.type_sentences(parsed)
    words = [sentence.words for sentence in sentences]
    found = [word_spans(*row, gold_type(labels)) for row in zip(words, typed, strict=True)]
    nearest = nearest_labels(reader, {entity.text for row in typed for entity in row})
    by_majority, by_nearest = baselines(words, typed, gold, nearest, labels)
    scores = exact_scores(gold, found)
    return found, {
        "strict_f1": round(scores["all"].f1, 4),
        "majority_f1": by_majority,
        "nearest_label_f1": by_nearest,
        "strict": {name: score.rounded() for name, score in scores.items()},
    }


def with_gold_spans(
    reader: Reader,
    sentences: Sequence[TaggedSentence],
    parsed: Sequence[ParsedSentence],
    gold: Sequence[Sequence[TypedSpan]],
    labels: Labels,
) -> tuple[list[list[TypedSpan]], dict[str, object]]:
    """Type the gold spans, and for the lenient scores those found in sentences without any."""
    words = [sentence.words for sentence in sentences]
    places = [
        [character_span(row, span) for span in spans]
        for row, spans in zip(words, gold, strict=True)
    ]
    typed = reader.typer.type_spans([sentence.text for sentence in parsed], places)
    silent = [sentence for sentence, spans in zip(parsed, gold, strict=True) if not spans]
    others = [e for row in reader.typer.type_sentences(silent) for e in row]
    found = [word_spans(*row, gold_type(labels)) for row in zip(words, typed, strict=True)]
    named = list(
        zip(
            (span.type for spans in gold for span in spans),
            (entity for row in typed for entity in row),
            strict=True,
        )
    )
    nearest = nearest_labels(reader, {e.text for e in [*others, *(e for _, e in named)]})
    by_majority, by_nearest = baselines(words, typed, gold, nearest, labels)
    aliases = {
        kind: {main for label in names if (main := label.partition(".")[0])}
        | set(filter(None, [_ALSO.get(kind.lower())]))
        for kind, names in labels.items()
    }
    most = sorted(aliases.get(majority(gold), ()))[:1]

    def lenient(types_of: Callable[[Entity], Sequence[str]], *, either: bool = False) -> float:
        def phrase(entity: Entity) -> TypedPhrase:
            return TypedPhrase(len(entity.text.split()), tuple(types_of(entity)))

        known = [(kind, phrase(entity)) for kind, entity in named]
        return round(lenient_f1(known, map(phrase, others), aliases, either=either), 4)

    return found, {
        "gold_span_f1": round(exact_scores(gold, found)["all"].f1, 4),
        "lenient_f1": lenient(lambda e: [e.label]),
        "lenient_either_f1": lenient(lambda e: [e.label, e.alternative], either=True),
        "majority_span_f1": by_majority,
        "nearest_label_span_f1": by_nearest,
        "majority_lenient_f1": lenient(lambda _: most),
        "nearest_label_lenient_f1": lenient(lambda e: [nearest[e.text].partition(".")[0]]),
    }


def gold_type(labels: Labels) -> Callable[[Entity], str]:
    """Return what gives an entity the gold type that its label stands for, "" for none."""
    return lambda entity: type_of([f"{entity.label}.{entity.subtype}", entity.label], labels)


def type_of(names: Sequence[str], labels: Labels) -> str:
    """Return the first gold type that has one of the labels, "" if none has."""
    for name in names:
        for kind, its_labels in labels.items():
            if name in its_labels:
                return kind
    return ""


def baselines(
    words: Sequence[Sequence[str]],
    typed: Sequence[Sequence[Entity]],
    gold: Sequence[Sequence[TypedSpan]],
    nearest: Mapping[str, str],
    labels: Labels,
) -> tuple[float, float]:
    """Score the most frequent type, and the label nearest to each phrase, on the same spans."""
    most = majority(gold)
    kinds: Sequence[Callable[[Entity], str]] = (
        lambda _: most,
        lambda entity: nearest_type(nearest[entity.text], labels),
    )
    first, second = (
        round(exact_scores(gold, [word_spans(*row, kind) for row in rows])["all"].f1, 4)
        for kind in kinds
        for rows in [list(zip(words, typed, strict=True))]
    )
    return first, second


def nearest_type(label: str, labels: Labels) -> str:
    """Return the gold type that a label stands for, or else its main type; "" for none."""
    return type_of([label, label.partition(".")[0]], labels)


def majority(gold: Sequence[Sequence[TypedSpan]]) -> str:
    """Return the most frequent gold type, the first by name among equals."""
    counts = Counter(span.type for spans in gold for span in spans)
    return min(counts, key=lambda kind: (-counts[kind], kind), default="")


def character_span(words: Sequence[str], span: TypedSpan) -> tuple[int, int]:
    """Return where the words of a span stand in the words joined by spaces."""
    start = sum(len(word) + 1 for word in words[: span.start])
    return start, start + len(" ".join(words[span.start : span.stop]))


def word_spans(
    words: Sequence[str], entities: Sequence[Entity], kind: Callable[[Entity], str]
) -> list[TypedSpan]:
    """Return the words that entities cover, with their gold types; those without one are none."""
    starts = list(accumulate((len(word) + 1 for word in words), initial=0))
    spans: list[TypedSpan] = []
    for entity in entities:
        first = bisect_right(starts, entity.start) - 1
        last = bisect_right(starts, entity.end - 1) - 1
        if (name := kind(entity)) and not (spans and first < spans[-1].stop):
            spans.append(TypedSpan(first, last + 1, name))
    return spans


def nearest_labels(reader: Reader, phrases: Collection[str]) -> dict[str, str]:
    """Return the label whose terms' mean lies nearest to the mean of each phrase's words."""
    from tailgraph.engine.vocabulary import unit_rows

    if not phrases:
        return {}
    vectors = reader.entity_vectors
    terms = unit_rows(vectors.vocabulary.vectors - vectors.vocabulary.vectors.mean(axis=0))
    known = np.flatnonzero(vectors.given.any(axis=0))
    centers = unit_rows(vectors.given[:, known].T @ terms)
    names = sorted(phrases)
    tokenized = reader.encoder.encode_tokens(names)
    means = [terms[state.rows[1:-1]].mean(axis=0) for state in tokenized]
    best = known[(np.array(means) @ centers.T).argmax(axis=1)].tolist()
    return {name: vectors.labels[label] for name, label in zip(names, best, strict=True)}


if __name__ == "__main__":
    main()
