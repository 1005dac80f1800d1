"""A portion to records: of open and of typed triples, and what happens when the rules fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.entities import EntityTyper
from tailgraph.graph.labels.entity_vectors import propagate_labels
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.graph.parsing import ParsedSentence, Parser
from tailgraph.graph.relations.extraction import extract_triples
from tailgraph.graph.relations.triples import Triple
from tailgraph.graph.typed_relations.extraction import TypedRelationExtractor
from tailgraph.graph.typed_relations.schema import read_schema
from tailgraph.triple_jobs.extraction import Method, PortionExtractor
from tailgraph.triple_jobs.options import JobOptions
from tailgraph.triple_jobs.portions import Piece, Portion
from tailgraph.triple_jobs.records import open_records

SENTENCES = ((0, "Aspirin treats melanoma."), (30, "The drug treats cancer in mice."))
PORTION = Portion(0, (Piece("notes.txt", 8, SENTENCES),))
LABELS = "aspirin\tCHEMICAL\ndrug\tCHEMICAL\nmelanoma\tDISEASE\ncancer\tDISEASE\nmice\tORGANISM\n"
SCHEMA = '[treats]\ntriggers = ["treat"]\n\n[causes]\ntriggers = ["cause"]\n'


@pytest.fixture(scope="module")
def options(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> JobOptions:
    """Ask for typed triples of a small schema by the tiny model."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "labels.tsv").write_text(LABELS)
    (folder / "schema.toml").write_text(SCHEMA)
    return JobOptions(
        typed=True,
        model=str(tiny_bert),
        labels=str(folder / "labels.tsv"),
        schema=str(folder / "schema.toml"),
        relations=("treats",),
        min_confidence=0.0,
    )


def test_typed_records_are_what_the_extractor_finds(
    options: JobOptions, tiny_encoder: Encoder, default_parser: Parser
) -> None:
    """Names, texts and confidence are those of the same parts put together by hand."""
    seeds = read_labels(options.labels, vocabulary=tiny_encoder.vocabulary)
    typer = EntityTyper.from_parts(tiny_encoder, propagate_labels(tiny_encoder.vocabulary, seeds))
    schema = read_schema(options.schema).only("treats")
    by_hand = TypedRelationExtractor.from_parts(tiny_encoder, typer, schema, min_confidence=0.0)
    [parsed] = default_parser.parse([[text for _, text in SENTENCES]])
    expected = [
        (number, start + t.subject.span.start, t.relation, t.object.span.text, t.confidence)
        for number, (start, _), row in zip((8, 9), SENTENCES, by_hand.extract(parsed), strict=True)
        for t in row
    ]
    found = [
        (r["sentence"], r["subject"]["start"], r["name"], r["object"]["text"], r["confidence"])
        for r in PortionExtractor.load(options).extract(PORTION).records
    ]
    assert [item[:4] for item in found] == [item[:4] for item in expected]
    assert [item[4] for item in found] == pytest.approx([item[4] for item in expected], abs=1e-3)
    assert len(found) >= 2


def refuse_mice(parsed: Sequence[ParsedSentence]) -> list[list[Triple]]:
    """Extract triples, but fail on sentences about mice."""
    if any("mice" in sentence.text for sentence in parsed):
        raise IndexError("no such word")
    return [extract_triples(sentence) for sentence in parsed]


def test_a_sentence_that_breaks_the_rules_costs_no_other(default_parser: Parser) -> None:
    """It is rejected with its place and the error; the records of the others are there."""
    method = Method(refuse_mice, open_records)
    done = PortionExtractor(default_parser, method, {}, min_confidence=0.0).extract(PORTION)
    assert {record["sentence"] for record in done.records} == {8}
    [rejected] = done.rejected
    assert rejected.place == "notes.txt, sentence 9, characters 30-61"
    assert rejected.reason == "the extraction failed: IndexError: no such word"


def test_a_job_that_goes_on_needs_the_same_schema_and_labels(options: JobOptions) -> None:
    """Fingerprints change with what the files hold, not with where they lie."""
    before = PortionExtractor.load(options).made_by
    assert set(before) == {"parser", "rules", "model", "schema", "labels"}
    schema = Path(str(options.schema))
    schema.write_text(SCHEMA.replace('"treat"', '"treat", "heal"'))
    after = PortionExtractor.load(options).made_by
    schema.write_text(SCHEMA)
    assert {name for name in before if before[name] != after[name]} == {"schema"}
