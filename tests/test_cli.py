"""The command line: what it prints agrees with what the library answers."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tailgraph.cli import app, run
from tailgraph.knowledge_base import KnowledgeBase

COMMANDS = sorted(
    command.name or command.callback.__name__
    for command in app.registered_commands
    if command.callback is not None
)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):
    """Run a command that must succeed, and return what it printed."""

    def call(*arguments: object) -> str:
        status = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out

    return call


def test_help_costs_less_than_three_tenths_of_a_second() -> None:
    """Nothing heavy is imported to print the help: the best of three runs, in processor time."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "tailgraph", "--help"], check=True, stdout=subprocess.DEVNULL
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(spent) < 0.3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_for_itself_and_each_option(command: str, say) -> None:
    """No command or option is left without a word of explanation."""
    shown = say(command, "--help")
    lines = shown.split("Options:")[1].splitlines()
    options = [line for line in lines if line.strip().startswith("-")]
    assert options
    assert all(len(line.split("  ", 3)[-1].strip()) > 3 for line in options)


def test_search_prints_what_the_library_finds(sample_kb: KnowledgeBase, say) -> None:
    """The JSON of a search holds the hits, their places, landmarks and shared words."""
    hits = sample_kb.search("a drug that thins the blood", k=3)
    shown = json.loads(
        say("search", sample_kb.folder, "a drug that thins the blood", "-k", 3, "--json")
    )
    assert [hit["node"]["text"] for hit in shown] == [hit.node.text for hit in hits]
    assert [hit["score"] for hit in shown] == pytest.approx([hit.score for hit in hits], abs=1e-5)
    assert [hit["shared"] for hit in shown] == [list(hit.shared) for hit in hits]
    assert shown[0]["node"]["kind"] == "sentence"
    assert shown[0]["places"][0]["document"] == hits[0].places[0].document


@pytest.mark.parametrize("kind", ["term", "phrase", "sentence"])
def test_every_kind_of_node_can_be_searched(sample_kb: KnowledgeBase, say, kind: str) -> None:
    """The kind asked for is the kind that is found."""
    shown = json.loads(say("search", sample_kb.folder, "blood", "--kind", kind, "--json"))
    assert {hit["node"]["kind"] for hit in shown} == {kind}
    assert len(shown) == 10


def test_info_gives_every_count_as_an_integer(sample_kb: KnowledgeBase, say) -> None:
    """The counts of the JSON are integers and those of the tables."""
    counts = json.loads(say("info", sample_kb.folder, "--json"))["counts"]
    assert all(type(count) is int for count in counts.values())
    assert counts["sentences"] == sample_kb.store.database.count("sentence") == 520
    assert counts["documents"] == 80


def test_neighbors_and_expand_agree_with_the_graph(sample_kb: KnowledgeBase, say) -> None:
    """One hop of expansion is the tail itself."""
    near = json.loads(say("neighbors", sample_kb.folder, "insulin", "-k", 500, "--json"))
    hop = json.loads(say("expand", sample_kb.folder, "insulin", "--hops", 1, "-k", 500, "--json"))
    assert [n["node"]["text"] for n in near] == [n["node"]["text"] for n in hop]
    assert {n["parent"] for n in hop} == {"insulin"}


def test_path_and_clusters_and_describe_print_text(sample_kb: KnowledgeBase, say) -> None:
    """The plain output names what was asked for."""
    assert "london" in say("path", sample_kb.folder, "aspirin", "london")
    assert "diabetes" in say("clusters", sample_kb.folder, "--term", "insulin")
    described = say("describe", sample_kb.folder, "insulin")
    assert "a term of the graph" in described
    assert "near sentences" in described


def test_text_and_file_give_the_same_triples(sample_kb: KnowledgeBase, say, tmp_path: Path) -> None:
    """A text can be given as it is or in a file."""
    text = "Aspirin inhibits the enzyme. Insulin lowers blood sugar."
    (tmp_path / "note.txt").write_text(text)
    given = json.loads(say("triples", sample_kb.folder, text, "--json"))
    read = json.loads(say("triples", sample_kb.folder, tmp_path / "note.txt", "--json"))
    assert given == read
    assert [sentence["text"] for sentence in given] == text.replace(". ", ".\n").splitlines()
    assert given[0]["triples"][0]["relation"]["text"] == "inhibits"


def test_stored_triples_are_listed_with_their_places(sample_kb: KnowledgeBase, say) -> None:
    """Without a text, the triples of the knowledge base are listed, filtered."""
    found = json.loads(say("triples", sample_kb.folder, "--about", "insulin", "-k", 5, "--json"))
    assert 0 < len(found) <= 5
    assert all("place" in item for item in found)


def test_entities_of_a_text_show_label_and_evidence(sample_kb: KnowledgeBase, say) -> None:
    """Each typed phrase comes with its span and the words that decided."""
    shown = json.loads(
        say("entities", sample_kb.folder, "Aspirin relieves headache in London.", "--json")
    )
    entities = shown[0]["entities"]
    assert [e["text"] for e in entities][:1] == ["Aspirin"]
    assert all(shown[0]["text"][e["start"] : e["end"]] == e["text"] for e in entities)
    assert all(e["evidence"] for e in entities)


def test_standard_input_is_a_source(say, tmp_path: Path) -> None:
    """Text can be piped into a build."""
    done = subprocess.run(
        [sys.executable, "-m", "tailgraph", "build", "-", "--out", tmp_path / "kb", "--json"],
        input="Aspirin reduces fever.\nInsulin lowers blood sugar.\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["sentences"] == 2


def test_verify_ends_well_and_prints_the_content_hash(sample_kb: KnowledgeBase, say) -> None:
    """A sound knowledge base has exit status 0 and the library's hash."""
    shown = json.loads(say("verify", sample_kb.folder, "--json"))
    assert shown["content_hash"] == sample_kb.content_hash()
    assert all(finding["sound"] for finding in shown["findings"])
