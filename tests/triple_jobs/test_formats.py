"""Formats: each says what the records say, and other programs can read it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from rdflib import RDF, Graph, Literal, URIRef

from tailgraph.errors import MissingDependencyError, ParameterError
from tailgraph.graph.parsing import NounPhrase, ParsedSentence
from tailgraph.graph.relations.triples import Adjunct, Span, Triple
from tailgraph.graph.typed_relations.typed_triple import Components, TypedArgument, TypedTriple
from tailgraph.triple_jobs.formats import ending_of, text_format
from tailgraph.triple_jobs.parquet import check_installed, join_files, write_records
from tailgraph.triple_jobs.records import (
    OPEN_FIELDS,
    TYPED_FIELDS,
    Place,
    Record,
    open_records,
    typed_records,
)

# rdflib's reader of JSON-LD uses a class that rdflib itself has given up.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

TEXT = 'The "old" drug \\ does not lower <β-1> {fever} at night.'
WORDS = "The old drug lower fever night".split()
PLACE = Place('notes "1".txt#2', 3, 100)


def span(text: str, phrase: int = -1) -> Span:
    """Find a text in the sentence."""
    start = TEXT.index(text)
    return Span(start, start + len(text), text, phrase)


def sentence() -> ParsedSentence:
    """Make the sentence with its first noun phrase; the tree is not looked at."""
    whole = span('The "old" drug')
    phrase = NounPhrase(0, whole.end, (0, 3), 2, whole.text, '"old" drug', 4, whole.end)
    offsets = tuple(TEXT.index(word) for word in WORDS)
    rest = ("X",) * len(WORDS)
    words = tuple(WORDS)
    return ParsedSentence(TEXT, words, offsets, words, rest, rest, (0,) * len(words), (phrase,))


def open_triple(**changes: object) -> Triple:
    """Make a triple of the sentence."""
    values: dict[str, object] = {
        "subject": span('The "old" drug', 0),
        "relation": span("does not lower"),
        "object": span("<β-1> {fever}"),
        "form": "infix",
        "rule": "verb-object",
        "relation_lemma": "lower",
        "negated": True,
        "modality": "",
        "confidence": 0.87654321,
        "path": "nsubj<lower>obj",
        "tense": "present",
        "adjuncts": (Adjunct("time", span("at night")),),
    }
    return Triple(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def opened() -> list[Record]:
    """Make records of a denied triple, a plain one, and one that is conditional."""
    triples = [
        open_triple(),
        open_triple(negated=False, relation_lemma="not lower", adjuncts=()),
        open_triple(negated=False, object=span("night"), condition="if it\nhelps\t"),
    ]
    return list(open_records(PLACE, sentence(), triples))


@pytest.fixture(scope="module")
def typed() -> list[Record]:
    """Make the record of a typed triple."""
    triple = TypedTriple(
        relation="treats",
        subject=TypedArgument(span("drug"), (("CHEMICAL", 0.9), ("FOOD", 0.1))),
        object=TypedArgument(span("fever"), (("DISEASE", 1.0),)),
        trigger=span("lower"),
        form="infix",
        negated=False,
        modality="",
        tense="present",
        confidence=0.5,
        components=Components(0.9, 1.0, 0.8, 0.7, 0.123456),
        path="nsubj<lower>obj",
    )
    return list(typed_records(PLACE, sentence(), [triple]))


def written(ending: str, fields: object, records: list[Record]) -> str:
    """Write records as a whole file of a format."""
    form = text_format(ending, fields)  # type: ignore[arg-type]
    content = form.join([form.encode(record) for record in records])
    return (form.header + content + form.footer).decode()


def test_pronouns_are_marked() -> None:
    """A record names its arguments that stand for something else."""
    it = Span(0, 2, "It")
    made = [open_triple(), open_triple(subject=it), open_triple(subject=it, object=it)]
    records = open_records(PLACE, sentence(), made)
    assert [record["pronouns"] for record in records] == ["", "subject", "subject object"]


def test_offsets_and_keys_are_those_of_the_document(opened: list[Record]) -> None:
    """Worked by hand: the sentence begins at character 100; a phrase has its key, others theirs."""
    first = opened[0]
    assert first["subject"] == {"text": 'The "old" drug', "start": 100, "end": 114} | {
        "key": '"old" drug'
    }
    assert first["relation"] == {"text": "does not lower", "start": 117, "end": 131}
    assert first["object"]["key"] == "<β-1> {fever}"
    assert (first["sentence"], first["sentence_start"], first["sentence_end"]) == (3, 100, 155)
    [adjunct] = first["adjuncts"]
    assert adjunct == {"role": "time", "text": "at night", "start": 146, "end": 154}
    assert first["confidence"] == 0.8765


def test_ids_tell_triples_apart_and_are_the_same_again(opened: list[Record]) -> None:
    """Another lemma, object or document gives another id; the same triple gives its own."""
    ids = [record["id"] for record in opened]
    assert len(set(ids)) == 3
    [again] = open_records(PLACE, sentence(), [open_triple(confidence=0.1)])
    assert again["id"] == ids[0]
    [elsewhere] = open_records(Place("other", 3, 100), sentence(), [open_triple()])
    assert elsewhere["id"] != ids[0]


def test_json_lines_are_the_records(opened: list[Record]) -> None:
    """One object a line, with the fields in their order."""
    lines = written(".jsonl", OPEN_FIELDS, opened).splitlines()
    assert [json.loads(line) for line in lines] == opened
    assert list(json.loads(lines[0])) == list(OPEN_FIELDS)


@pytest.mark.parametrize("kind", ["opened", "typed"])
def test_csv_has_a_column_for_each_part(kind: str, request: pytest.FixtureRequest) -> None:
    """Nested parts become columns of their own, lists become JSON."""
    records = request.getfixturevalue(kind)
    fields = OPEN_FIELDS if kind == "opened" else TYPED_FIELDS
    rows = list(csv.DictReader(io.StringIO(written(".csv", fields, records))))
    for row, record in zip(rows, records, strict=True):
        for part in ("subject", "object"):
            assert row[part] == record[part]["text"]
            assert int(row[f"{part}_start"]) == record[part]["start"]
            assert row[f"{part}_key"] == record[part]["key"]
        assert row["negated"] == json.dumps(record["negated"])
        assert float(row["confidence"]) == record["confidence"]
    if kind == "opened":
        assert json.loads(rows[0]["adjuncts"]) == records[0]["adjuncts"]
        assert rows[2]["condition"] == "if it\nhelps\t"
    else:
        assert json.loads(rows[0]["subject_types"]) == records[0]["subject"]["types"]
        assert float(rows[0]["components_form"]) == 0.1235


def graph(ending: str, fields: object, records: list[Record]) -> Graph:
    """Read a file of RDF with a reader that is not ours."""
    form = {".nt": "nt", ".jsonld": "json-ld"}[ending]
    return Graph().parse(data=written(ending, fields, records), format=form)


@pytest.mark.parametrize("ending", [".nt", ".jsonld"])
def test_rdf_holds_what_the_record_holds(ending: str, opened: list[Record]) -> None:
    """A statement has subject, predicate and object, and its columns as literals."""
    found = graph(ending, OPEN_FIELDS, opened)
    node = URIRef(f"urn:tailgraph:triple:{opened[0]['id']}")
    assert found.value(node, RDF.subject) == URIRef("urn:tailgraph:phrase:%22old%22%20drug")
    assert found.value(node, RDF.predicate) == URIRef("urn:tailgraph:relation:lower")
    said = {
        str(predicate).rpartition(":")[2]: value.toPython()
        for predicate, value in found.predicate_objects(node)
        if isinstance(value, Literal) and not str(predicate).endswith("adjuncts")
    }
    assert said["document"] == 'notes "1".txt#2'
    assert said["object"] == "<β-1> {fever}"
    assert (said["object_start"], said["negated"]) == (opened[0]["object"]["start"], True)
    assert float(said["confidence"]) == 0.8765
    assert "condition" not in said


def test_only_plain_statements_are_asserted(opened: list[Record]) -> None:
    """Of a denied, a plain and a conditional triple only the plain one stands for itself."""
    found = graph(".nt", OPEN_FIELDS, opened)
    asserted = [
        str(predicate)
        for predicate in found.predicates()
        if str(predicate).startswith("urn:tailgraph:relation:")
    ]
    assert asserted == ["urn:tailgraph:relation:not%20lower"]


@pytest.mark.parametrize("kind", ["opened", "typed"])
def test_both_formats_of_rdf_say_the_same(kind: str, request: pytest.FixtureRequest) -> None:
    """The graphs of N-Triples and JSON-LD are equal, triple by triple."""
    records = request.getfixturevalue(kind)
    fields = OPEN_FIELDS if kind == "opened" else TYPED_FIELDS
    first, second = (graph(ending, fields, records) for ending in (".nt", ".jsonld"))
    assert set(first) == set(second)
    assert len(first) > 10 * len(records)


@pytest.mark.parametrize("kind", ["opened", "typed"])
def test_parquet_gives_the_records_back(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Parts with and without records are joined, each a row group of its own."""
    records = request.getfixturevalue(kind)
    fields = OPEN_FIELDS if kind == "opened" else TYPED_FIELDS
    parts = [tmp_path / str(number) for number in range(3)]
    for part, content in zip(parts, (records[:1], [], records[1:] or records), strict=True):
        write_records(part, fields, content)
    join_files(tmp_path / "all.parquet", fields, parts)
    table = pyarrow.parquet.ParquetFile(tmp_path / "all.parquet")
    assert table.read().to_pylist() == [*records[:1], *(records[1:] or records)]
    assert table.num_row_groups == 2


def test_a_file_without_records_is_valid(tmp_path: Path) -> None:
    """No triple at all gives an empty list in JSON-LD, and an empty table in Parquet."""
    assert json.loads(written(".jsonld", OPEN_FIELDS, []))["@graph"] == []
    join_files(tmp_path / "none.parquet", OPEN_FIELDS, [])
    assert pyarrow.parquet.read_table(tmp_path / "none.parquet").num_rows == 0


def test_an_unknown_ending_is_refused() -> None:
    """The message lists the endings there are."""
    with pytest.raises(ParameterError, match=r"'\.xml'; end .* \.jsonl, \.parquet, \.nt"):
        ending_of(Path("out.xml"))


def test_parquet_without_pyarrow_is_refused_in_one_line() -> None:
    """The message names the extra to install."""
    check_installed(Path("out.parquet"))
    program = (
        "import sys; sys.modules['pyarrow'] = None; sys.path_importer_cache.clear();"
        "from pathlib import Path; from tailgraph.triple_jobs.parquet import check_installed;"
        "check_installed(Path('out.parquet'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert MissingDependencyError.__name__ in last
    assert "tailgraph[parquet]" in last
