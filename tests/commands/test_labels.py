"""The commands about labels: what they print agrees with the library, and errors are one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer

from tailgraph.cli import run
from tailgraph.commands.labels import label_commands
from tailgraph.engine.encoder import Encoder
from tailgraph.graph.labels.book import LabelBook
from tailgraph.graph.labels.curve import LabeledTerms, by_propagation, measure
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.opening import open_store

TEXT = "Aspirin treats the disease.\nThe kinase binds the receptor in the cell.\n"
GROUP = typer.main.get_command(label_commands)
assert isinstance(GROUP, typer.core.TyperGroup)

Call = Callable[..., str]


@pytest.fixture(scope="module")
def built(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a knowledge base of two sentences, made with the tiny model."""
    folder = tmp_path_factory.mktemp("labeled")
    (folder / "notes.txt").write_text(TEXT)
    KnowledgeBase.build([folder / "notes.txt"], folder / "kb", model=str(tiny_bert)).close()
    return folder / "kb"


@pytest.fixture
def kb(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "kb"))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a `tailgraph label` command that must succeed, and return what it printed."""

    def call(*arguments: object) -> str:
        status = run(["label", *map(str, arguments)])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out

    return call


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run one that must fail, and return its one line."""

    def call(*arguments: object) -> str:
        status = run(["label", *map(str, arguments)])
        printed = capsys.readouterr()
        assert (status, printed.out) == (1, "")
        [line] = printed.err.splitlines()
        return line

    return call


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_every_command_has_help_for_itself_and_each_option(name: str, say: Call) -> None:
    """No command or option is left without a word of explanation."""
    lines = say(name, "--help").split("Options:")[1].splitlines()
    options = [line for line in lines if line.strip().startswith("-")]
    assert options
    assert all(len(line.split("  ", 3)[-1].strip()) > 3 for line in options)


def test_a_label_is_set_listed_told_and_undone(kb: Path, say: Call) -> None:
    """Every step is an event with a name and a time; the list shows what is in force."""
    told = say("set", kb, "kinase", "GENE.ENZYME/FOOD", "--by", "ann", "--note", "by hand")
    assert "ann  set term kinase GENE.ENZYME/FOOD  (by hand)" in told
    [entry] = json.loads(say("list", kb, "--term", "kinase", "--json"))
    labels = ["GENE.ENZYME", "FOOD"]
    assert entry == {"term": "kinase", "labels": labels, "source": "manual", "event": 0}
    [undone] = json.loads(say("undo", kb, "--by", "bob", "--json"))
    assert (undone["id"], undone["undone_by"]) == (0, 1)
    [first, second] = json.loads(say("history", kb, "kinase", "--json"))
    assert (first["who"], first["undone_by"], second["action"]) == ("ann", 1, "undo")
    assert first["time"].endswith("+00:00")
    assert "undone by 1" in say("history", kb)
    bundled = read_labels().labels["kinase"]
    [entry] = json.loads(say("list", kb, "--term", "kinase", "--json"))
    assert (entry["labels"], entry["source"]) == (list(bundled), "bundled")


def test_the_list_is_that_of_the_library(kb: Path, say: Call) -> None:
    """Filters and limit give the same terms, and the rest is counted."""
    say("remove", kb, "aspirin", "--by", "ann")
    with open_store(kb) as store:
        entries = LabelBook(store).find(label="GENE")
    shown = json.loads(say("list", kb, "--label", "GENE", "-k", 7, "--json"))
    assert [entry["term"] for entry in shown] == [entry.term for entry in entries[:7]]
    assert f"{len(entries) - 7:,} more" in say("list", kb, "--label", "GENE", "-k", 7)
    assert "no term" in say("list", kb, "--term", "aspirin")
    assert "nothing was done" in say("history", kb, "cell")


def test_a_cluster_is_labeled_by_its_key(kb: Path, say: Call) -> None:
    """Its members get the label, and it is listed with where it lies now."""
    with KnowledgeBase.open(kb) as knowledge_base:
        cluster = knowledge_base.clusters()[0]
    assert "no cluster has a label" in say("list", kb, "--clusters")
    say("set", kb, cluster.key, "ODD", "--cluster", "--by", "ann")
    [shown] = json.loads(say("list", kb, "--clusters", "--json"))
    assert (shown["state"], shown["key"], shown["labels"]) == ("same", cluster.key, ["ODD"])
    assert shown["members"] == sorted(cluster.members)
    assert cluster.key in say("list", kb, "--clusters")
    mine = json.loads(say("list", kb, "--source", "cluster", "--json"))
    assert {entry["term"] for entry in mine} <= set(cluster.members)
    say("remove", kb, cluster.key, "--cluster", "--by", "ann")
    assert json.loads(say("list", kb, "--clusters", "--json")) == []


def test_what_spreads_is_listed_with_shares(kb: Path, say: Call) -> None:
    """Propagated labels are those of the library, and given ones stand before them."""
    say("set", kb, "kinase", "ODD", "--by", "ann")
    shown = json.loads(say("list", kb, "--term", "kinase", "--propagated", "--json"))
    assert [shown[0]["source"], shown[0]["label"], shown[0]["share"]] == ["manual", "ODD", 1.0]
    with KnowledgeBase.open(kb) as knowledge_base:
        vectors = knowledge_base.reader.entity_vectors
        row = vectors.vocabulary.row("kinase")
        shares = dict(zip(vectors.labels, vectors.propagated[row].tolist(), strict=True))
    assert {s["label"]: s["share"] for s in shown[1:]} == pytest.approx(
        {s["label"]: shares[s["label"]] for s in shown[1:]}
    )
    assert {s["source"] for s in shown[1:]} == {"propagated"}
    only = json.loads(say("list", kb, "--term", "kinase", "--source", "propagated", "--json"))
    assert only == shown[1:]
    assert "propagated" in say("list", kb, "--term", "kinase", "--propagated")


def test_the_next_cluster_is_that_of_the_library(kb: Path, say: Call) -> None:
    """The proposal ends with the command that would take it up."""
    for term in ("disease", "receptor", "kinase"):
        if term in read_labels().labels:
            say("remove", kb, term, "--by", "ann")
    with KnowledgeBase.open(kb) as knowledge_base:
        expected = knowledge_base.propose_labels(k=2)
    shown = json.loads(say("next", kb, "-k", 2, "--json"))
    assert [(p["key"], p["n_words"]) for p in shown] == [(p.key, p.n_words) for p in expected]
    told = say("next", kb)
    assert f"tailgraph label set {kb} --cluster" in told
    assert expected[0].examples[0] in told


@pytest.mark.parametrize("ending", ["tsv", "jsonl", "ttl"])
def test_a_list_goes_out_and_comes_in(kb: Path, tmp_path: Path, say: Call, ending: str) -> None:
    """What is exported is imported again, whole, and undone whole."""
    say("set", kb, "kinase", "ODD", "--by", "ann")
    path = tmp_path / f"own.{ending}"
    assert json.loads(say("export", kb, path, "--json"))["n_terms"] == 1
    say("undo", kb, "--by", "ann")
    report = json.loads(say("import", kb, path, "--by", "bob", "--json"))
    assert (report["n_added"], report["coverage"], report["batch"]) == (1, 1.0, 2)
    [entry] = json.loads(say("list", kb, "--term", "kinase", "--json"))
    assert (entry["labels"], entry["source"]) == (["ODD"], "imported")
    assert "1 as before" in say("import", kb, path, "--by", "bob")
    everything = json.loads(say("export", kb, path, "--all", "--json"))
    assert everything["n_terms"] == len(read_labels().labels | {"kinase": 1})
    say("remove", kb, "kinase", "--by", "ann")
    told = say("export", kb, path)
    assert ("1 removals are left out" in told) == (ending != "jsonl")


def test_the_end_of_a_long_undo_is_told(kb: Path, tmp_path: Path, say: Call) -> None:
    """An import of many terms is undone in a few lines."""
    terms = ("cell", "cells", "gene", "genes", "tumor", "drug", "drugs")
    (tmp_path / "list.tsv").write_text("".join(f"{term}\tODD\n" for term in terms))
    assert "event 0" in say("import", kb, tmp_path / "list.tsv", "--by", "ann")
    assert "and 2 more of the same import" in say("undo", kb, "--by", "ann")


def test_the_curve_is_that_of_the_library(
    tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path, say: Call
) -> None:
    """Every method is measured at every size; with all labels known it is a plain measurement."""
    words = ("cell", "cells", "gene", "genes", "tumor", "drug", "drugs", "london", "paris", "king")
    labels = {word: ("A",) if word < "g" else ("B",) for word in words}
    path = tmp_path / "list.tsv"
    path.write_text("".join(f"{word}\t{names[0]}\n" for word, names in labels.items()))
    arguments = ("curve", "--model", tiny_bert, "--labels", path, "--draws", 1)
    points = json.loads(say(*arguments, "--json"))
    methods = [point["method"] for point in points]
    assert methods == ["propagation", "5 nearest", "20 nearest", "majority"]
    labeled = LabeledTerms.of(tiny_encoder.vocabulary, labels)
    order = np.random.default_rng([0, 0]).permutation(10)
    shares = by_propagation(labeled, order[2:], order[:2])
    found = measure(shares, labeled.given[order[:2]], labeled.labels)
    assert points[0]["mean"]["top_1"] == found.top_1
    assert "propagation" in say(*arguments)


def test_bad_input_is_one_line_and_changes_nothing(
    kb: Path, tmp_path: Path, say: Call, fails: Call
) -> None:
    """Each fault is named with what to do, and no event is written."""
    (tmp_path / "columns.tsv").write_text("term\tlabels\tcolor\nkinase\tODD\tred\n")
    (tmp_path / "other.tsv").write_text("".join(f"palabra{i}\tODD\n" for i in range(200)))
    (tmp_path / "twice.jsonl").write_text('{"term": "cell", "labels": ["A"]}\n' * 2)
    assert "no whole word" in fails("set", kb, "kinasee", "ODD")
    assert "are not labels" in fails("set", kb, "kinase", "odd")
    assert "no cluster" in fails("set", kb, "nowhere", "ODD", "--cluster")
    assert "no label" in fails(
        "remove", kb, "braf" if "braf" not in read_labels().labels else "##s"
    )
    assert "no change of labels" in fails("undo", kb)
    assert "no event 3" in fails("undo", kb, "--event", 3)
    assert "color" in fails("import", kb, tmp_path / "columns.tsv")
    assert "0 of its 200 terms" in fails("import", kb, tmp_path / "other.tsv")
    assert "came before" in fails("import", kb, tmp_path / "twice.jsonl")
    assert "end in .tsv" in fails("export", kb, tmp_path / "labels.csv")
    assert "is no name" in fails("set", kb, "kinase", "ODD", "--by", " ")
    assert "no knowledge base" in fails("set", tmp_path / "none", "kinase", "ODD")
    assert json.loads(say("history", kb, "--json")) == []
