"""Open triples against gold ones: what each sentence says, by two rules, beside no parser.

Of each sentence, the propositions of its clauses are written first, then the triples. Those of
clauses repeat the propositions with each argument alone, and rank below them, and so do those of
noun phrases, which people seldom write down; only an apposition keeps its confidence. The columns
of the predictions are sentence, confidence, relation, argument 1, argument 2, and so on.

``--gold`` names the gold extractions: lines of columns are scored leniently over the confidence,
clusters of phrasings exactly (see `measures.open_facts`). The scorers of the two benchmarks
themselves take the same predictions. Without it, the extractions are only counted.

The baseline uses no parser: between two neighboring noun phrases, the verbs and the preposition
that touch both are a relation, as ReVerb has it (Fader, Soderland and Etzioni, 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from forms.command import add_data, evaluation_parser, print_figures
from forms.lines import write_predictions
from forms.open_facts import Extraction, is_fact_file, read_facts, read_sentences, read_tuples
from measures.open_facts import Curve, exact_facts, lenient_curve

if TYPE_CHECKING:
    from tailgraph.graph.parsing import ParsedSentence

Extractor = Callable[["ParsedSentence"], list[Extraction]]
Found = dict[str, list[Extraction]]

_REPEATED = 0.3
"""The confidence of a triple is cut to this share, which puts it below all propositions."""

_STATED_APART = frozenset({"apposition", "parenthesis"})
"""Rules whose triples are statements of their own, which no proposition holds."""

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
_IN_PHRASE = _NOMINAL | {"ADJ", "DET"}


def main() -> None:
    """Extract what the sentences of a file say and print the figures."""
    arguments = evaluation_parser(__doc__.splitlines()[0])
    add_data(arguments, "--gold", required=False)
    arguments.add_argument("--parser", metavar="PATH", help="a spaCy pipeline to parse with")
    options = arguments.parse_args()
    from tailgraph.graph.parsing import Parser

    parser = Parser.default() if options.parser is None else Parser.from_pretrained(options.parser)
    sentences = list(dict.fromkeys(read_sentences(options.data)))[: options.limit]
    parsed = [one for [one] in parser.parse([[sentence] for sentence in sentences])]
    found = {text: extract(one) for text, one in zip(sentences, parsed, strict=True)}
    write_predictions(
        options.predictions,
        (
            (text, row.confidence, row.relation, *row.arguments)
            for text, rows in found.items()
            for row in rows
        ),
    )
    figures: dict[str, object] = {
        "data": options.data.name,
        "parser": parser.fingerprint[:16],
        "sentences": len(sentences),
        "extractions": sum(map(len, found.values())),
    }
    if options.gold is not None:
        systems: dict[str, Extractor] = {
            "propositions": propositions,
            "triples": triples,
            "no_parser": without_parser,
        }
        scored = score(options.gold, found)
        figures |= {"gold": options.gold.name, **scored}
        for name, system in systems.items():
            rows = {text: system(one) for text, one in zip(sentences, parsed, strict=True)}
            figures |= {f"{name}_{key}": value for key, value in score(options.gold, rows).items()}
    print_figures(figures)


def extract(sentence: ParsedSentence) -> list[Extraction]:
    """Extract propositions, then those triples that no proposition says alike."""
    from tailgraph import extract_triples

    whole = propositions(sentence)
    said = {(row.relation, row.arguments[:2]) for row in whole}
    rules = [triple.rule for triple in extract_triples(sentence)]
    for rule, row in zip(rules, triples(sentence), strict=True):
        if (row.relation, row.arguments) not in said:
            share = 1.0 if rule in _STATED_APART else _REPEATED
            confidence = round(row.confidence * share, 4)
            whole.append(Extraction(row.relation, row.arguments, confidence))
    return whole


def propositions(sentence: ParsedSentence) -> list[Extraction]:
    """Extract the propositions of a sentence."""
    from tailgraph.graph.relations.propositions import extract_propositions

    return [
        Extraction(
            found.relation,
            (found.subject.text, *(part.span.text for part in found.arguments)),
            round(found.confidence, 4),
        )
        for found in extract_propositions(sentence)
    ]


def triples(sentence: ParsedSentence) -> list[Extraction]:
    """Extract the triples of a sentence, the arguments in the order of the sentence."""
    from tailgraph import extract_triples

    rows = []
    for found in extract_triples(sentence):
        ends = (found.subject, found.object)
        if found.form == "infix":
            ends = tuple(sorted(ends, key=lambda span: span.start))
        rows.append(
            Extraction(found.predicate, (ends[0].text, ends[1].text), round(found.confidence, 4))
        )
    return rows


def without_parser(sentence: ParsedSentence) -> list[Extraction]:
    """Relate neighboring noun phrases by the verbs and the preposition between them."""
    phrases = _phrases(sentence.upos)
    rows = []
    for (first, stop), (after, end) in pairwise(phrases):
        tags = sentence.upos[stop:after]
        if "VERB" in tags and set(tags) <= {"VERB", "AUX", "ADV", "PART", "ADP"}:
            texts = [_text(sentence, *b) for b in ((stop, after), (first, stop), (after, end))]
            rows.append(Extraction(texts[0], tuple(texts[1:])))
    return rows


def _phrases(tags: Sequence[str]) -> list[tuple[int, int]]:
    """Find the runs of words that can make a noun phrase and hold a noun."""
    runs, start = [], 0
    for place in range(len(tags) + 1):
        if place == len(tags) or tags[place] not in _IN_PHRASE:
            if not _NOMINAL.isdisjoint(tags[start:place]):
                runs.append((start, place))
            start = place + 1
    return runs


def _text(sentence: ParsedSentence, first: int, stop: int) -> str:
    end = sentence.offsets[stop - 1] + len(sentence.words[stop - 1])
    return sentence.text[sentence.offsets[first] : end]


def score(gold: Path, found: Mapping[str, Sequence[Extraction]]) -> dict[str, float]:
    """Return the figures of extractions by the rule that the gold file is made for."""
    if is_fact_file(gold):
        facts = {text: fact for text, fact in read_facts(gold).items() if text in found}
        n_hit, n_wrong, n_facts = exact_facts(facts, found)
        precision, recall = n_hit / max(n_hit + n_wrong, 1), n_hit / max(n_facts, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        return {"precision": precision, "recall": recall, "f1": f1}
    wanted = {text: rows for text, rows in read_tuples(gold).items() if text in found}
    return _best(lenient_curve(wanted, found))


def _best(curve: Curve) -> dict[str, float]:
    """Return the figures at the confidence of the highest F1, and the area under the curve."""
    if not len(curve.confidences):
        return {"auc": 0.0, "precision": 0.0, "recall": 0.0, "f1": 0.0}
    best = int(curve.f1.argmax())
    return {
        "auc": curve.area,
        "precision": float(curve.precision[best]),
        "recall": float(curve.recall[best]),
        "f1": float(curve.f1[best]),
        "confidence": float(curve.confidences[best]),
    }


if __name__ == "__main__":
    main()
