"""Names found in noun phrases by the types of their words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.graph.entity_spans import SpanFinder
from tailgraph.graph.labels.entity_vectors import EntityVectors, propagate_labels
from tailgraph.graph.labels.seeds import UNTAGGED, read_labels
from tailgraph.graph.parsing import ParsedSentence, Parser, parsed_sentence

TYPES = {
    "cisplatin": "CHEMICAL.DRUG",
    "glucose": "CHEMICAL",
    "failure": "DISEASE",
    "disease": "DISEASE",
    "cancer": "DISEASE.CANCER",
    "renal": "ANATOMY.ADJECTIVE",
    "breast": "ANATOMY",
    "patients": "PERSON",
    "levels": "MEASURE",
    "transporter": "GENE",
    "therapy": "PROCEDURE",
    "gene": "GENE.SYMBOL",
    "viral": "ORGANISM.ADJECTIVE",
    "annual": "TIME.ADJECTIVE",
    "severe": UNTAGGED,
    "effect": UNTAGGED,
    "london": "PLACE",
    "smith": "PERSON",
}


@pytest.fixture(scope="module")
def finder() -> SpanFinder:
    """Find names by a handful of words with types."""
    labels = tuple(sorted(set(TYPES.values())))
    given = np.zeros((len(TYPES), len(labels)), dtype=np.float32)
    for row, label in enumerate(TYPES.values()):
        given[row, labels.index(label)] = 1
    nothing = np.zeros(len(TYPES), dtype=np.bool_)
    vocabulary = Vocabulary(
        terms=tuple(TYPES),
        vectors=np.eye(len(TYPES), dtype=np.float32),
        biases=np.zeros(len(TYPES), dtype=np.float32),
        is_piece=nothing,
        is_special=nothing,
    )
    return SpanFinder(EntityVectors(vocabulary, labels, np.zeros_like(given), given))


def phrase(tagged: str) -> ParsedSentence:
    """Make a sentence of one noun phrase: words with tags, the head last."""
    words, upos = zip(*(word.rsplit("/", 1) for word in tagged.split()), strict=True)
    head = len(words) - 1
    by_tag = {"ADJ": "amod", "DET": "det", "PUNCT": "punct", "VERB": "amod", "CCONJ": "cc"}
    deps = [by_tag.get(tag, "compound") for tag in upos[:-1]] + ["root"]
    offsets = [sum(len(word) + 1 for word in words[:n]) for n in range(len(words))]
    text = " ".join(words)
    return parsed_sentence(text, words, offsets, words, upos, deps, [head] * len(words))


def found(finder: SpanFinder, parsed: ParsedSentence) -> list[str]:
    """Return the text of each name."""
    return [parsed.text[start:end] for start, end in finder.find(parsed)]


@pytest.mark.parametrize(
    ("tagged", "names"),
    [
        ("renal/ADJ failure/NOUN", ["renal failure"]),
        ("severe/ADJ renal/ADJ failure/NOUN", ["renal failure"]),
        ("an/DET annual/ADJ disease/NOUN", ["disease"]),
        (
            "cisplatin/NOUN -/PUNCT induced/VERB renal/ADJ failure/NOUN",
            ["cisplatin", "renal failure"],
        ),
        ("breast/NOUN cancer/NOUN patients/NOUN", ["breast cancer", "patients"]),
        ("glucose/NOUN levels/NOUN", ["glucose", "levels"]),
        ("glucose/NOUN transporter/NOUN", ["glucose transporter"]),
        ("cisplatin/NOUN therapy/NOUN", ["cisplatin", "therapy"]),
        ("viral/ADJ disease/NOUN", ["viral disease"]),
        ("cisplatin/NOUN disease/NOUN", ["cisplatin", "disease"]),
        ("severe/ADJ effect/NOUN", []),
        ("the/DET renal/ADJ effect/NOUN", []),
        ("xyz/NOUN disease/NOUN", ["xyz disease"]),
        ("cancer/NOUN xyz/NOUN", ["cancer xyz"]),
        ("Crohn/PROPN '/PUNCT s/PART disease/NOUN", ["Crohn ' s disease"]),
        ("John/PROPN Smith/PROPN", ["John Smith"]),
        ("London/PROPN Smith/PROPN", ["London Smith"]),
        ("IL/NOUN -/PUNCT 2/NUM gene/NOUN", ["IL - 2 gene"]),
        ("7/NUM", []),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_words_that_say_more_of_a_name_belong_to_it(
    finder: SpanFinder, tagged: str, names: list[str]
) -> None:
    """Modifiers of the head's kind stay, generic words are cut, other names stand alone."""
    assert found(finder, phrase(tagged)) == names


SENTENCES = {
    "Cisplatin-induced renal failure was seen in breast cancer patients.": [
        "Cisplatin",
        "renal failure",
        "breast cancer",
        "patients",
    ],
    "The effect of ammonia concentrations on neurons is important.": [
        "ammonia",
        "concentrations",
        "neurons",
    ],
    "It was the use of many of these.": [],
}


@pytest.fixture(scope="module")
def default_finder(default_encoder: Encoder) -> SpanFinder:
    """Find names by the labels of the package."""
    return SpanFinder(propagate_labels(default_encoder.vocabulary, read_labels()))


@pytest.mark.parametrize(("text", "names"), SENTENCES.items(), ids=lambda value: str(value)[:20])
def test_names_of_real_sentences(
    default_finder: SpanFinder, default_parser: Parser, text: str, names: Sequence[str]
) -> None:
    """The parser of the package and its labels find what a reader would call names."""
    [[parsed]] = default_parser.parse([[text]])
    assert found(default_finder, parsed) == names
