"""The spaCy component: the entities of a document are what the typer says of its sentences."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ModelError, ParameterError
from tailgraph.graph.entities import Entity, EntityTyper
from tailgraph.graph.labels.entity_vectors import propagate_labels
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.graph.parsing import Parser
from tailgraph.graph.spacy_component import EntityComponent

ROOT = Path(__file__).resolve().parents[2]
LABELS = """\
protein\tGENE.PROTEIN
kinase\tGENE.PROTEIN
drug\tCHEMICAL.DRUG
aspirin\tCHEMICAL.DRUG
disease\tDISEASE
melanoma\tDISEASE
patient\tPERSON
king\tPERSON
paris\tPLACE
london\tPLACE
not\tUNTAGGED
"""
TEXTS = [
    "Aspirin treats melanoma in London.",
    "The kinase binds EGFR in mice.",
    "",
    "The king and the queen of Paris met patients by the river.",
    " \n ",
    "Aspirin inhibits proteins of tumor cells.",
]


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a few labels for the tiny model."""
    path = tmp_path_factory.mktemp("labels") / "labels.tsv"
    path.write_text(LABELS)
    return path


@pytest.fixture(scope="module")
def typer(tiny_encoder: Encoder, labels: Path) -> EntityTyper:
    """Type by the tiny model and these labels."""
    vectors = propagate_labels(tiny_encoder.vocabulary, read_labels(labels))
    return EntityTyper.from_parts(tiny_encoder, vectors)


@pytest.fixture(scope="module")
def parse(default_parser: Parser) -> Language:
    """Open the embedded parser as spaCy does."""
    return spacy.load(default_parser.folder)


@pytest.fixture(scope="module")
def nlp(default_parser: Parser, tiny_bert: Path, labels: Path) -> Language:
    """Open the embedded parser with the component behind it."""
    pipeline = spacy.load(default_parser.folder)
    pipeline.add_pipe("tailgraph_ner", config={"model": str(tiny_bert), "labels": str(labels)})
    return pipeline


@pytest.fixture(scope="module")
def component(tiny_encoder: Encoder, typer: EntityTyper) -> EntityComponent:
    """Make the component alone."""
    return EntityComponent(tiny_encoder, typer)


def expected_of(text: str, parser: Parser, typer: EntityTyper) -> list[Entity]:
    """Type the names of one sentence without spaCy's pipeline; leave out what is not known."""
    [[parsed]] = parser.parse([[text]])
    [entities] = typer.type_sentences([parsed])
    return [entity for entity in entities if entity.types]


def told(doc: Doc) -> list[dict[str, object]]:
    """Everything that a document says of its entities."""
    return [
        {"place": (ent.start_char, ent.end_char), "label": ent.label_}
        | {"subtype": ent._.subtype, "alternative": ent._.alternative}
        | {"words": [(piece["side"], piece["term"], piece["label"]) for piece in ent._.evidence]}
        | {f"type {name}": share for name, share in ent._.types.items()}
        | {f"weight {i}": piece["weight"] for i, piece in enumerate(ent._.evidence)}
        | {f"score {i}": piece["score"] for i, piece in enumerate(ent._.evidence)}
        for ent in doc.ents
    ]


def alike(said: list[dict[str, object]]) -> list[object]:
    """Expect the same, with numbers up to the rounding of another batch."""
    return [
        {key: pytest.approx(x, abs=1e-5) if isinstance(x, float) else x for key, x in one.items()}
        for one in said
    ]


@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip()])
def test_entities_are_those_of_the_typer(
    nlp: Language, default_parser: Parser, typer: EntityTyper, text: str
) -> None:
    """Place, label, shares, sub-type, alternative and evidence are those of `type_sentences`."""
    expected = expected_of(text, default_parser, typer)
    assert expected
    doc = nlp(text)
    assert [
        (ent.start_char, ent.end_char, ent.label_, ent._.subtype, ent._.alternative)
        for ent in doc.ents
    ] == [(e.start, e.end, e.label, e.subtype, e.alternative) for e in expected]
    assert [list(ent._.types.items()) for ent in doc.ents] == [list(e.types) for e in expected]
    assert [ent._.evidence for ent in doc.ents] == [
        [asdict(piece) for piece in entity.evidence] for entity in expected
    ]


def test_a_batch_says_what_each_document_says_alone(nlp: Language) -> None:
    """Documents of a stream come back in order, each with its own entities."""
    alone = [told(nlp(text)) for text in TEXTS]
    for batch_size in (1, 2, 100):
        docs = list(nlp.pipe(TEXTS, batch_size=batch_size))
        assert [doc.text for doc in docs] == TEXTS
        assert [told(doc) for doc in docs] == list(map(alike, alone))


def test_sentences_of_a_document_are_typed_each_for_itself(
    component: EntityComponent, parse: Language
) -> None:
    """A document of two sentences has the entities of both, moved to where they stand."""
    first, second = (component(parse(TEXTS[number])) for number in (0, 1))
    words = Doc.from_docs([first, second])
    words.set_ents([])
    shift = len(first.text) + 1
    moved = [
        said | {"place": (ent.start_char + shift, ent.end_char + shift)}
        for said, ent in zip(told(second), second.ents, strict=True)
    ]
    assert told(component(words)) == alike(told(first) + moved)


def test_both_label_schemes_give_the_same_entities(
    component: EntityComponent, parse: Language
) -> None:
    """A tree in ClearNLP labels and one in UD, both by hand, hold the same names."""
    words = ["Aspirin", "treats", "melanoma", "in", "London", "."]
    pos = ["NOUN", "VERB", "NOUN", "ADP", "PROPN", "PUNCT"]
    universal = Doc(
        parse.vocab,
        words=words,
        pos=pos,
        deps=["nsubj", "ROOT", "obj", "case", "obl", "punct"],
        heads=[1, 1, 1, 4, 1, 1],
    )
    clearnlp = Doc(
        parse.vocab,
        words=words,
        pos=pos,
        deps=["nsubj", "ROOT", "dobj", "prep", "pobj", "punct"],
        heads=[1, 1, 1, 1, 3, 1],
    )
    found = [ent.text for ent in component(universal).ents]
    assert found == ["Aspirin", "melanoma", "London"]
    assert told(component(clearnlp)) == told(universal)


def test_entities_that_are_there_stay(component: EntityComponent, parse: Language) -> None:
    """What overlaps an entity of the document is left out; the entity keeps what it has."""
    doc = parse(TEXTS[0])
    doc.set_ents([Span(doc, 1, 3, label="MINE", kb_id="K1")])
    component(doc)
    assert [(ent.text, ent.label_) for ent in doc.ents][1] == ("treats melanoma", "MINE")
    assert doc.ents[1].kb_id_ == "K1"
    assert [ent.text for ent in doc.ents] == ["Aspirin", "treats melanoma", "London"]
    assert doc.ents[1]._.types == {}


def test_entities_that_are_there_can_make_way(
    tiny_encoder: Encoder, typer: EntityTyper, parse: Language, component: EntityComponent
) -> None:
    """With `overwrite` the document has the component's entities alone."""
    doc = parse(TEXTS[0])
    doc.set_ents([Span(doc, 1, 3, label="MINE")])
    EntityComponent(tiny_encoder, typer, overwrite=True)(doc)
    assert told(doc) == told(component(parse(TEXTS[0])))


def test_span_groups_are_left_alone(component: EntityComponent, parse: Language) -> None:
    """Nothing is put into ``doc.spans``, and nothing taken out."""
    doc = parse(TEXTS[0])
    doc.spans["mine"] = [doc[0:3]]
    component(doc)
    assert list(doc.spans) == ["mine"]
    assert [(span.start, span.end) for span in doc.spans["mine"]] == [(0, 3)]


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"keep": ["DISEASE"]}, lambda ent: ent.label_ == "DISEASE"),
        (
            {"keep": ["CHEMICAL.DRUG", "PLACE"]},
            lambda ent: (ent.label_, ent._.subtype) in (("CHEMICAL", "DRUG"), ("PLACE", "")),
        ),
        ({"min_confidence": 0.5}, lambda ent: max(ent._.types.values()) >= 0.5),
    ],
    ids=["a label", "labels with and without a sub-type", "confidence"],
)
def test_what_is_kept_can_be_chosen(
    tiny_encoder: Encoder, typer: EntityTyper, parse: Language, nlp: Language, config, wanted
) -> None:
    """The entities are those of the plain component that fit, and some do not."""
    chosen = EntityComponent(tiny_encoder, typer, **config)
    everything = [(doc.text, ent) for doc in nlp.pipe(TEXTS) for ent in doc.ents]
    expected = [(text, ent.start_char) for text, ent in everything if wanted(ent)]
    found = [
        (doc.text, ent.start_char)
        for doc in chosen.pipe(parse.pipe(TEXTS), batch_size=2)
        for ent in doc.ents
    ]
    assert found == expected
    assert 0 < len(expected) < len(everything)


def test_unknown_characters_are_flagged(nlp: Language) -> None:
    """Entities of a sentence that the model cannot read whole say so."""
    doc = nlp("Aspirin ☃ treats melanoma. Aspirin treats melanoma.")
    flags = {(ent.sent.text, ent._.has_unknown) for ent in doc.ents}
    assert flags == {("Aspirin ☃ treats melanoma.", True), ("Aspirin treats melanoma.", False)}


def test_a_pipeline_is_saved_with_the_component(nlp: Language, tmp_path: Path) -> None:
    """A saved pipeline is opened with the same settings and says the same."""
    nlp.to_disk(tmp_path / "saved")
    opened = spacy.load(tmp_path / "saved")
    assert opened.get_pipe_config("tailgraph_ner") == nlp.get_pipe_config("tailgraph_ner")
    assert told(opened(TEXTS[0])) == told(nlp(TEXTS[0]))


def test_a_document_is_saved_with_all_that_is_said(nlp: Language) -> None:
    """Types and evidence are plain data, which spaCy can store."""
    doc = nlp(TEXTS[0])
    assert told(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == told(doc)


def test_a_pipeline_without_a_parser_is_refused_in_one_line(component: EntityComponent) -> None:
    """The message says which component is missing."""
    with pytest.raises(ModelError, match=r"no dependency parse; put a 'parser'") as error:
        component(spacy.blank("en")(TEXTS[0]))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"keep": ["DRUG"]}, "keep: No label is called DRUG; the labels"),
        ({"min_confidence": 2.0}, "from 0 to 1"),
    ],
)
def test_bad_settings_are_refused(
    tiny_bert: Path, labels: Path, config: dict[str, object], message: str
) -> None:
    """A label that does not exist and a confidence above 1 are named when the pipe is added."""
    where = {"model": str(tiny_bert), "labels": str(labels)}
    with pytest.raises(ParameterError, match=message):
        spacy.blank("en").add_pipe("tailgraph_ner", config=where | config)


def test_worker_processes_are_refused(
    component: EntityComponent, parse: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another process the component says so, where the model would wait forever."""
    process = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: process + 1)
    with pytest.raises(ParameterError, match="n_process"):
        list(component.pipe(parse.pipe(TEXTS)))


def test_spacy_finds_the_component_by_its_entry_point() -> None:
    """The entry point leads to a function that spaCy knows as the factory."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name = "tailgraph_ner"
    module, _, function = project["entry-points"]["spacy_factories"][name].partition(":")
    factory = getattr(import_module(module), function)
    assert factory is spacy.registry.factories.get(name)
    assert Language.has_factory(name)


def test_making_a_pipeline_costs_no_import_of_torch() -> None:
    """Each pipeline that spaCy makes imports the file, also where torch must not be imported."""
    program = "import sys; sys.modules['torch'] = None; import tailgraph.graph.spacy_component"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
