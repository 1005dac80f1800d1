"""How well relations between given names are found without training, in seven sets.

The form of the set is told by its content: PubTator abstracts with all pairs of a chemical and a
disease; a folder of ChemProt; marked pairs of ChemProt, DDI 2013, five sets of proteins, GAD and
SciERC. Where pairs may have no relation, they are found by typed triples; where each has one, its
kind is told by `RelationClassifier`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from forms.command import evaluation_parser, existing_path, print_figures, whole_number
from forms.relations import PredictedRelation, write_relations

if TYPE_CHECKING:
    from argparse import Namespace

    from relation_items import RelationSet
    from relation_scorers import Judged

    from tailgraph.engine.encoder import Encoder
    from tailgraph.graph.parsing import Parser
    from tailgraph.graph.typed_relations.schema import RelationSchema

_SCHEMAS = Path(__file__).parent / "schemas"
_THRESHOLDS = {"bc5cdr": 0.95, "chemprot": 0.62, "ddi": 0.62, "ppi": 0.65, "gad": 0.55}
"""From which score on a pair counts as related; chosen on training data."""

_BC5CDR = ("causes", "treats", "prevents")


def main() -> None:
    """Judge the pairs of a set and print the figures."""
    arguments = read_arguments()
    from relation_items import read_relation_set

    from tailgraph.engine.encoder import Encoder
    from tailgraph.graph.parsing import Parser

    encoder = Encoder.from_pretrained(arguments.model) if arguments.model else Encoder.default()
    parser = Parser.default()
    pairs = read_relation_set(arguments.data, parser, limit=arguments.limit)
    schema, labels = read_relations(pairs, arguments.schema)
    if pairs.no_relation:
        judged, figures = detect(pairs, schema, labels, encoder)
    else:
        judged, figures = classify(pairs, schema, encoder, parser, arguments)
    write_relations(
        arguments.predictions,
        (
            PredictedRelation(item.ids, one.label, round(one.score, 6))
            for item, one in zip(pairs.items, judged, strict=True)
        ),
    )
    figures = {
        "data": arguments.data.name,
        "kind": pairs.kind,
        "model": encoder.fingerprint[:16],
        "pairs": len(pairs.items),
        "related": sum(item.label != pairs.no_relation for item in pairs.items),
        **figures,
    }
    for name, value in figures.items():
        print(f"{name:24}{value}")
    print_figures(figures)


def read_arguments() -> Namespace:
    """Read the command line."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--schema", type=existing_path, help="the relations (default: those of the set)"
    )
    parser.add_argument(
        "--train", type=existing_path, metavar="PATH", help="a file of the same form for examples"
    )
    parser.add_argument(
        "--shots", type=whole_number, default=10, metavar="N", help="examples of each label"
    )
    return parser.parse_args()


def read_relations(pairs: RelationSet, path: Path | None) -> tuple[RelationSchema, dict[str, str]]:
    """Return the relations of a set and the label of each."""
    from tailgraph.graph.typed_relations.schema import read_schema

    if pairs.kind == "bc5cdr":
        return read_schema(path).only(*_BC5CDR), {"causes": "CID"}
    schema = read_schema(path or _SCHEMAS / f"{pairs.kind.removesuffix('-marked')}.toml")
    one = {"ppi": "True", "gad": "1"}.get(pairs.kind)
    return schema, {name: one or name for name in schema.relations}


def detect(
    pairs: RelationSet, schema: RelationSchema, labels: dict[str, str], encoder: Encoder
) -> tuple[list[Judged], dict[str, object]]:
    """Tell which pairs are related; score that, the baselines and what the parts are worth."""
    from relation_scorers import (
        AnyWord,
        Judged,
        by_company,
        by_keywords,
        by_nearest_pair,
        by_standing,
        by_triples,
        detection_scores,
        extractor_for,
        form_scores,
        with_document,
    )

    from tailgraph.graph.typed_relations.triggers import TriggerLexicon

    threshold = _THRESHOLDS[pairs.kind]
    own = extractor_for(schema, encoder, TriggerLexicon)
    judged = by_triples(pairs, own, labels)
    most = Counter(i.label for i in pairs.items if i.label != pairs.no_relation)
    label = min(most, key=lambda name: (-most[name], name), default=next(iter(labels.values())))
    ways = {
        "sentence_triples": judged,
        "no_parser": by_nearest_pair(pairs, schema, labels),
        "no_types": by_triples(pairs, own, labels, has_types=False),
        "no_terms": by_triples(
            pairs, extractor_for(schema, encoder, lambda s, _: AnyWord(s)), labels
        ),
        "listed_terms_only": by_triples(
            pairs, extractor_for(schema, encoder, lambda s, _: TriggerLexicon(s)), labels
        ),
        "keywords": by_keywords(pairs, schema, labels),
        "same_sentence": by_company(pairs.items, label),
        "all_pairs": [Judged(label, 1.0)] * len(pairs.items),
    }
    if pairs.kind == "bc5cdr":
        judged = with_document(pairs.items, judged)
        ways["document_alone"] = by_standing(pairs.items, label)
    gold = [item.label for item in pairs.items]
    figures: dict[str, object] = {
        "threshold": threshold,
        **detection_scores(gold, judged, pairs.no_relation, threshold),
        "forms": form_scores(gold, judged, pairs.no_relation, threshold),
    }
    for name, way in ways.items():
        scores = detection_scores(gold, way, pairs.no_relation, threshold)
        figures |= {f"{name}_best_f1": scores["best_f1"], f"{name}_ap": scores["ap"]}
        if name in ("all_pairs", "same_sentence", "keywords"):
            fixed = detection_scores(gold, way, pairs.no_relation, 0.5)
            figures |= {f"{name}_f1": fixed["f1"], f"{name}_label_f1": fixed["label_f1"]}
    shown = [
        one if one.score >= threshold else Judged(pairs.no_relation, one.score) for one in judged
    ]
    return shown, figures


def classify(
    pairs: RelationSet,
    schema: RelationSchema,
    encoder: Encoder,
    parser: Parser,
    arguments: Namespace,
) -> tuple[list[Judged], dict[str, object]]:
    """Tell the kind of each relation; score that, keywords, and a classifier on the examples."""
    from relation_items import read_relation_set
    from relation_scorers import Judged, by_keywords, macro_f1

    from tailgraph.graph.typed_relations.classification import NONE, RelationClassifier

    labels = {name: name for name in schema.relations}
    gold = [item.label for item in pairs.items]
    figures: dict[str, object] = {}
    if arguments.train:
        train = read_relation_set(arguments.train, parser)
        shown = draw_examples(train, labels, arguments.shots)
        figures["tfidf_lr_macro_f1"] = macro_f1(gold, by_word_counts(train, shown, pairs))
        examples = {name: tuple(train.sentences[row].text for row in shown[name]) for name in shown}
        schema = replace(
            schema,
            relations={
                name: replace(relation, examples=examples.get(name, ()))
                for name, relation in schema.relations.items()
            },
        )
    classifier = RelationClassifier(encoder, schema)
    rows = [item.places[0] for item in pairs.items]
    found = classifier.classify(
        [pairs.sentences[row] for row, _, _ in rows], [(one, other) for _, one, other in rows]
    )
    judged = [
        Judged(best.relation, best.share)
        for shares in found
        for best in [next(e for e in shares if e.relation != NONE)]
    ]
    words = by_keywords(pairs, schema, labels)
    most = Counter(gold).most_common(1)[0][0]
    return judged, {
        "macro_f1": macro_f1(gold, [one.label for one in judged]),
        "accuracy": round(
            float(np.mean([a == b.label for a, b in zip(gold, judged, strict=True)])), 4
        ),
        "keywords_macro_f1": macro_f1(gold, [one.label for one in words]),
        "majority_macro_f1": macro_f1(gold, [most] * len(gold)),
        **figures,
    }


def draw_examples(train: RelationSet, labels: dict[str, str], n: int) -> dict[str, list[int]]:
    """Draw sentences of each label, by number, with a fixed seed."""
    rng = np.random.default_rng(0)
    drawn = {}
    for label in labels:
        rows = sorted({i.places[0][0] for i in train.items if i.label == label and i.places})
        drawn[label] = [rows[k] for k in rng.permutation(len(rows))[:n]]
    return drawn


def by_word_counts(
    train: RelationSet, shown: dict[str, list[int]], pairs: RelationSet
) -> list[str]:
    """Label pairs by logistic regression on the words of the examples, weighted by rarity."""
    from measures.probes import Probe

    names = sorted(shown)
    rows = [(row, names.index(name)) for name in names for row in shown[name]]
    words = sorted({w.lower() for row, _ in rows for w in train.sentences[row].words})
    columns = {word: number for number, word in enumerate(words)}

    def counts(texts: list[tuple[str, ...]]) -> np.ndarray:
        table = np.zeros((len(texts), len(words)))
        for row, text in enumerate(texts):
            for word in text:
                if (column := columns.get(word.lower())) is not None:
                    table[row, column] += 1
        return np.log1p(table)

    own = counts([train.sentences[row].words for row, _ in rows])
    rarity = np.log((1 + len(own)) / (1 + (own > 0).sum(axis=0))) + 1

    def features(table: np.ndarray) -> np.ndarray:
        table = table * rarity
        return table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)

    classes = np.array([number for _, number in rows])
    probe = Probe.fit(features(own), classes, n_classes=len(names), strength=1e-3)
    asked = counts([pairs.sentences[item.places[0][0]].words for item in pairs.items])
    return [names[k] for k in probe.logs(features(asked)).argmax(axis=1)]


if __name__ == "__main__":
    main()
