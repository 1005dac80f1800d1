"""Facts of a stored knowledge base: found once, resumed, taken back, and walked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tailgraph.errors import ArtifactError, NoPathError, ParameterError
from tailgraph.fact_finding import FactJob, find_facts, typed_names
from tailgraph.graph.facts.queries import unsearched
from tailgraph.graph.parsing import ParsedSentence
from tailgraph.graph.relations.triples import Span
from tailgraph.graph.schema import EdgeKind, NodeKind
from tailgraph.graph.store import GraphStore
from tailgraph.graph.typed_relations.schema import RelationSchema, parse_schema
from tailgraph.graph.typed_relations.typed_triple import Components, TypedArgument, TypedTriple
from tailgraph.knowledge_base import KnowledgeBase

SURE = Components(1.0, 1.0, 1.0, 1.0, 1.0)


@pytest.fixture
def folder(sample_kb: KnowledgeBase, tmp_path: Path) -> Path:
    """A copy of the sample's knowledge base."""
    return Path(shutil.copytree(sample_kb.folder, tmp_path / "kb"))


@pytest.fixture(scope="module")
def found(
    sample_kb: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeBase]:
    """A copy of the sample's knowledge base with its facts."""
    copy = tmp_path_factory.mktemp("facts") / "kb"
    shutil.copytree(sample_kb.folder, copy)
    with KnowledgeBase.open(copy) as opened:
        opened.find_facts()
        yield opened


def near_phrases(ids: Sequence[int], parsed: Sequence[ParsedSentence]) -> list[list[TypedTriple]]:
    """Say of the first two noun phrases of each sentence that the one is near the other."""
    return [[_near(sentence)] if len(sentence.noun_phrases) > 1 else [] for sentence in parsed]


def _near(sentence: ParsedSentence) -> TypedTriple:
    first, second = (
        TypedArgument(
            Span(p.key_start, p.key_end, sentence.text[p.key_start : p.key_end]), (("THING", 1.0),)
        )
        for p in sentence.noun_phrases[:2]
    )
    trigger = Span(0, 1, sentence.text[:1])
    return TypedTriple(
        "near", first, second, trigger, "infix", False, "", "present", 0.5, SURE, "nsubj"
    )


def near_job(knowledge_base: KnowledgeBase, schema: str = '[near]\ntriggers = ["near"]') -> FactJob:
    """Return a job with a schema of one relation."""
    relations: RelationSchema = parse_schema(schema)
    return FactJob(relations, knowledge_base.seeds)


def rows_of(folder: Path) -> list[object]:
    """Return all that finding facts writes."""
    with GraphStore.open(folder / "knowledge.sqlite") as store:
        return [
            store.database.rows(f"SELECT * FROM {table} ORDER BY 1, 2")
            for table in ("typed_triple", "fact", "edge WHERE kind = 4", "step")
        ]


def find(folder: Path, job: FactJob, sample_kb: KnowledgeBase, extract=near_phrases) -> list[int]:
    """Do a job on a folder, and return after which sentences it was told that it had come."""
    told: list[int] = []
    with GraphStore.create(folder / "knowledge.sqlite") as store:
        find_facts(
            store,
            job,
            extract,
            sample_kb.parser,
            group_sentences=8,
            progress=lambda stage, done, total: told.append(done),
        )
    return told


def test_an_interrupted_search_goes_on_and_ends_the_same(
    sample_kb: KnowledgeBase, tmp_path: Path
) -> None:
    """Stopped in its second block it goes on there, to the rows of an undisturbed search."""
    folders = [Path(shutil.copytree(sample_kb.folder, tmp_path / name)) for name in ("a", "b")]
    job = near_job(sample_kb)
    first, last = find(folders[0], job, sample_kb)
    assert last == sample_kb.store.database.next_id("sentence")

    def stop(ids: Sequence[int], parsed: Sequence[ParsedSentence]) -> list[list[TypedTriple]]:
        if ids[0]:
            raise KeyboardInterrupt
        return near_phrases(ids, parsed)

    with pytest.raises(KeyboardInterrupt):
        find(folders[1], job, sample_kb, stop)
    with GraphStore.open(folders[1] / "knowledge.sqlite") as store:
        assert job.pending_sentences(store) == (first, last)
        assert store.database.count("fact") == 0
    assert find(folders[1], job, sample_kb) == [last]
    assert rows_of(folders[0]) == rows_of(folders[1])
    assert find(folders[1], job, sample_kb) == []


def test_facts_of_added_text_are_those_of_a_build_of_all(
    sample_kb: KnowledgeBase, tiny_bert: Path, tmp_path: Path
) -> None:
    """After an addition the old facts stay until the new sentences are searched too."""
    texts = {
        "a": "The drug is near the cell. The cell is near the gene.\n",
        "b": "The cell is near the gene. The gene is near the drug.\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    sources = [tmp_path / f"{name}.txt" for name in texts]
    model, job = str(tiny_bert), near_job(sample_kb)
    KnowledgeBase.build(sources, tmp_path / "all", model=model).close()
    find(tmp_path / "all", job, sample_kb)
    KnowledgeBase.build(sources[:1], tmp_path / "kb", model=model).close()
    assert find(tmp_path / "kb", job, sample_kb) == [2]
    with KnowledgeBase.add(tmp_path / "kb", sources[1:], model=model) as added:
        assert len(added.facts()) == 2
        assert unsearched(added.store) == 2
        assert added.expand("drug", kind=NodeKind.TERM, facts="only", hops=1)
    assert find(tmp_path / "kb", job, sample_kb) == [4]
    assert rows_of(tmp_path / "kb") == rows_of(tmp_path / "all")
    with KnowledgeBase.open(tmp_path / "kb", model=model) as opened:
        facts = {(f.fact.subject, f.fact.object): f.fact.support for f in opened.facts()}
    assert facts == {("drug", "cell"): 1, ("cell", "gene"): 2, ("gene", "drug"): 1}


def test_what_another_schema_found_is_taken_back(sample_kb: KnowledgeBase, folder: Path) -> None:
    """A schema with one more trigger searches everything again, without leaving anything behind."""
    find(folder, near_job(sample_kb), sample_kb)
    changed = near_job(sample_kb, '[near]\ntriggers = ["near", "by"]\nsymmetric = true')
    assert len(find(folder, changed, sample_kb)) == 2
    with GraphStore.open(folder / "knowledge.sqlite") as store:
        n_triples = store.database.count("typed_triple")
        assert 0 < n_triples <= store.database.next_id("sentence")
        assert store.database.count("fact", "NOT symmetric") == 0
        assert FactJob.of(store, sample_kb.seeds).relations.relations == changed.relations.relations


def test_facts_of_the_sample_stand_in_their_sentences(found: KnowledgeBase) -> None:
    """The starter schema finds what aspirin does, with its sentence; every check is sound."""
    facts = {(item.fact.relation, item.fact.object): item for item in found.facts(about="aspirin")}
    item = facts["decreases", "fever"]
    [evidence] = item.evidence
    assert evidence.place.sentence == "Ibuprofen and aspirin reduce pain, fever and inflammation."
    for span in (evidence.triple.subject.span, evidence.triple.object.span):
        assert evidence.place.sentence[span.start : span.end] == span.text
    assert [f.detail for f in found.verify() if not f.sound] == []


def test_stored_types_are_used_where_they_hold(sample_kb: KnowledgeBase, folder: Path) -> None:
    """Names that are typed mentions keep those types, in the sentences whose types still hold."""
    rows = sample_kb.store.database.rows(
        "SELECT s.id, n.text FROM sentence s JOIN node n ON n.id = s.node_id ORDER BY s.id LIMIT 8"
    )
    ids = [int(str(row[0])) for row in rows]
    [parsed] = sample_kb.parser.parse([[str(row[1]) for row in rows]])
    typer = sample_kb.reader.typer
    with GraphStore.create(folder / "knowledge.sqlite") as store:
        typed = typed_names(store, typer, ids, parsed, n_typed=0)
        names = [(i, name) for i, row in zip(ids, typed, strict=True) for name in row]
        with store.transaction():
            store.database.execute("DELETE FROM entity")
            for i, name in names[::2]:
                values = (i, name.span.start, name.span.end, "ODD", 1.0, '[["ODD", 1.0]]', "")
                store.database.execute("INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        again = typed_names(store, typer, ids, parsed, n_typed=5)
        assert typed_names(store, typer, ids, parsed, n_typed=0) == typed
    stored = {(i, name.span) for i, name in names[::2] if i < 5}
    assert stored
    for i, before, after in zip(ids, typed, again, strict=True):
        for old, new in zip(before, after, strict=True):
            is_stored = (i, old.span) in stored
            assert new.types == ((("ODD", 1.0),) if is_stored else old.types)


def test_a_second_search_has_nothing_to_do(found: KnowledgeBase) -> None:
    """No sentence is searched again."""
    told: list[str] = []
    found.find_facts(progress=lambda stage, done, total: told.append(stage))
    assert told == []


def test_walks_without_facts_stay_as_they_were(
    found: KnowledgeBase, sample_kb: KnowledgeBase
) -> None:
    """Neighbours and paths are those of the knowledge base before its facts were found."""
    assert found.neighbors("insulin") == sample_kb.neighbors("insulin")
    assert found.path("aspirin", "london") == sample_kb.path("aspirin", "london")


def test_facts_can_be_chosen(found: KnowledgeBase) -> None:
    """By what they are about, by relation, and by being denied; the surest come first."""
    facts = [item.fact for item in found.facts(relations=["treats", "causes"], limit=1000)]
    assert {fact.relation for fact in facts} == {"treats", "causes"}
    confidences = [fact.confidence for fact in facts]
    assert confidences == sorted(confidences, reverse=True)
    denied = found.facts(negated=True, limit=1000)
    assert denied
    assert all(item.fact.n_negated and item.evidence[0].triple.negated for item in denied)
    assert found.facts(about="no such thing") == []
    assert all(item.evidence == () for item in found.facts(n_evidence=0))


def test_walks_follow_facts_and_tails(found: KnowledgeBase) -> None:
    """A neighbour over a fact names it; the tail is that of a walk without facts."""
    steps = found.neighbors("aspirin", facts="also", k=1000)
    over_facts = [step for step in steps if step.fact]
    assert ("decreases", "fever") in {(s.fact.relation, s.node.text) for s in over_facts if s.fact}
    assert steps[: len(over_facts)] == tuple(over_facts)
    assert all(step.edge is EdgeKind.FACT for step in over_facts)
    assert steps[len(over_facts) :] == found.neighbors("aspirin", k=1000)
    incoming = found.neighbors("fever", facts="only", direction="in", k=1000)
    assert "aspirin" in {step.node.text for step in incoming if step.incoming}
    reached = found.expand("aspirin", facts="only", limit=1000)
    assert {step.hops for step in reached} == {1, 2}
    assert all(step.fact for step in reached)


def test_a_path_of_facts_follows_their_direction(found: KnowledgeBase) -> None:
    """Aspirin leads to stroke over facts; a stroke leads to no drug."""
    steps = found.path("aspirin", "stroke", facts="only")
    assert (steps[0].parent, steps[-1].node.text) == ("aspirin", "stroke")
    assert all(step.fact for step in steps)
    with pytest.raises(NoPathError, match="no path of facts leads from 'stroke'"):
        found.path("stroke", "aspirin", relations=["prevents"], facts="only")


def test_facts_that_are_not_there_are_said_to_be_missing(
    found: KnowledgeBase, sample_kb: KnowledgeBase
) -> None:
    """The message says how to find them, which relations there are, or what has none."""
    with pytest.raises(ParameterError, match="tailgraph facts KB --find"):
        sample_kb.neighbors("aspirin", facts="also")
    with pytest.raises(ParameterError, match=r"'cures'.*causes"):
        found.neighbors("aspirin", relations=["cures"])
    sentence = "Ibuprofen and aspirin reduce pain, fever and inflammation."
    with pytest.raises(ParameterError, match="facts join terms and phrases"):
        found.neighbors(sentence, facts="only")


def test_a_schema_that_is_none_is_refused(found: KnowledgeBase, tmp_path: Path) -> None:
    """The line names the file, and the facts stay."""
    (tmp_path / "bad.toml").write_text("[treats\n")
    with pytest.raises(ArtifactError, match=r"bad\.toml"):
        found.find_facts(schema=tmp_path / "bad.toml")
    assert found.facts(limit=1)
