"""The spaCy component: the triples of a document are what the rules say of its sentences."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from tailgraph.errors import ModelError, ParameterError
from tailgraph.graph.parsing import Parser
from tailgraph.graph.relations.extraction import extract_triples
from tailgraph.graph.relations.triples import Span, Triple
from tailgraph.graph.spacy_relations import RelationComponent

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "Aspirin may inhibit the old enzyme in adults.",
    "",
    "Insulin lowers blood sugar.  The king visited the patients in Paris\nand he met the queen.",
    " \n ",
]
WORDS = ["Aspirin", "inhibits", "platelets", "in", "London", "."]
POS = ["NOUN", "VERB", "NOUN", "ADP", "PROPN", "PUNCT"]


@pytest.fixture(scope="module")
def nlp(default_parser: Parser) -> Language:
    """Open the embedded parser with the component behind it."""
    pipeline = spacy.load(default_parser.folder)
    pipeline.add_pipe("tailgraph_relations")
    return pipeline


def spans(triple: Triple) -> list[Span]:
    """Every span of a triple."""
    adjuncts = (adjunct.span for adjunct in triple.adjuncts)
    return [triple.subject, triple.relation, triple.object, *adjuncts]


def doc_of(nlp: Language, deps: list[str], heads: list[int]) -> Doc:
    """Make a document of one sentence with a tree by hand."""
    return Doc(nlp.vocab, words=WORDS, pos=POS, deps=deps, heads=heads)


def test_triples_are_those_of_the_rules(nlp: Language, default_parser: Parser) -> None:
    """Of one sentence at the beginning of a document they are what `extract_triples` gives."""
    [[sentence]] = default_parser.parse([[TEXTS[0]]])
    expected = extract_triples(sentence)
    assert expected
    found = nlp(TEXTS[0])._.triples
    assert [[s.text for s in spans(t)] for t in found] == [
        [s.text for s in spans(t)] for t in expected
    ]
    assert [(t.rule, t.modality, t.confidence, t.path) for t in found] == [
        (t.rule, t.modality, t.confidence, t.path) for t in expected
    ]


def test_spans_count_in_the_document(nlp: Language) -> None:
    """Each span is cut out of the document's text, and is a span of spaCy there."""
    doc = nlp(TEXTS[2])
    assert {t.subject.text for t in doc._.triples} >= {"Insulin", "The king"}
    for triple in doc._.triples:
        for span in spans(triple):
            assert doc.text[span.start : span.end] == span.text
            assert doc.char_span(span.start, span.end).text == span.text


def test_a_document_without_words_has_no_triples(nlp: Language) -> None:
    """Neither an empty document nor white space is an error."""
    assert [len(doc._.triples) for doc in nlp.pipe([TEXTS[1], TEXTS[3]])] == [0, 0]


def test_both_label_schemes_give_the_same_triples(nlp: Language) -> None:
    """A tree in ClearNLP labels and one in UD, both by hand, state the same."""
    component = RelationComponent()
    universal = doc_of(nlp, ["nsubj", "ROOT", "obj", "case", "obl", "punct"], [1, 1, 1, 4, 1, 1])
    clearnlp = doc_of(nlp, ["nsubj", "ROOT", "dobj", "prep", "pobj", "punct"], [1, 1, 1, 1, 3, 1])
    expected = component(universal)._.triples
    assert ("Aspirin", "platelets") in [(t.subject.text, t.object.text) for t in expected]
    assert component(clearnlp)._.triples == expected


def test_mixed_label_schemes_are_refused(nlp: Language) -> None:
    """A tree with labels of both schemes is refused in one line that names the schemes."""
    mixed = doc_of(nlp, ["nsubj", "ROOT", "dobj", "case", "obl", "punct"], [1, 1, 1, 4, 1, 1])
    with pytest.raises(ModelError, match="labels of two schemes") as error:
        RelationComponent()(mixed)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [({}, "no dependency parse; put a 'parser'"), ({"pos": None}, "no parts of speech")],
    ids=["no parse", "no parts of speech"],
)
def test_a_document_that_lacks_something_is_refused(
    nlp: Language, given: dict[str, object], message: str
) -> None:
    """The message says which component is missing."""
    tree = {"deps": ["ROOT", "obj"], "heads": [0, 0]} if given else {}
    doc = Doc(nlp.vocab, words=["Take", "aspirin"], **tree)
    with pytest.raises(ModelError, match=message):
        RelationComponent()(doc)


def test_the_least_confidence_can_be_chosen(nlp: Language) -> None:
    """What remains are the triples of the plain component with that confidence, and not all."""
    everything = nlp(TEXTS[2])._.triples
    middle = sorted(t.confidence for t in everything)[len(everything) // 2]
    chosen = RelationComponent(min_confidence=middle)(nlp(TEXTS[2]))._.triples
    assert chosen == [t for t in everything if t.confidence >= middle]
    assert 0 < len(chosen) < len(everything)


def test_a_bad_confidence_is_refused() -> None:
    """A confidence above 1 is named when the pipe is added."""
    with pytest.raises(ParameterError, match="from 0 to 1"):
        spacy.blank("en").add_pipe("tailgraph_relations", config={"min_confidence": 2.0})


def test_triples_are_saved_with_a_document(nlp: Language) -> None:
    """A document that was stored has the same triples."""
    doc = nlp(TEXTS[2])
    assert doc._.triples
    kept = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    [opened] = DocBin().from_bytes(kept).get_docs(nlp.vocab)
    assert opened._.triples == doc._.triples


def test_spacy_finds_the_component_by_its_entry_point() -> None:
    """The entry point leads to a function that spaCy knows as the factory."""
    name = "tailgraph_relations"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, function = project["entry-points"]["spacy_factories"][name].partition(":")
    assert getattr(import_module(module), function) is spacy.registry.factories.get(name)


def test_making_a_pipeline_costs_no_import_of_torch() -> None:
    """Each pipeline that spaCy makes imports the file, also where torch must not be imported."""
    program = "import sys; sys.modules['torch'] = None; import tailgraph.graph.spacy_relations"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
