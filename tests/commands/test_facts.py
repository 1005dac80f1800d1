"""The command `facts`, and the walks that follow facts, on a store drawn by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run

from ..graph.facts.drawn import draw


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the drawn store."""
    folder = tmp_path_factory.mktemp("kb")
    draw(folder / "knowledge.sqlite").close()
    return folder


@pytest.fixture
def call(kb: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command on it; return what it printed, or its error."""
    monkeypatch.setenv("COLUMNS", "100")

    def printed(command: str, *arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        assert run([command, str(kb), *arguments]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


def test_facts_are_printed_with_their_sentences(call) -> None:
    """A line says the fact and its support, the next one where it stands; the surest first."""
    lines = call("facts", "--about", "aspirin").splitlines()
    assert lines == [
        "0.81  aspirin -prevents-> blood clot  support 1",
        "        note 0 0-27  0.90  aspirin prevents blood clot",
        "0.70  aspirin -treats-> pain  support 2 in 2 documents",
        "        note 2 0-19  0.50  aspirin treats pain",
        "0.00  aspirin -treats-> stroke  support 0, denied 1",
        "        note 4 0-21  0.70 denied  aspirin treats stroke",
    ]


def test_facts_are_chosen_by_relation_variant_and_denial(call) -> None:
    """A fact is found by the words of its sentences too; --evidence says how many to give."""
    told = json.loads(call("facts", "--about", "tablet", "--evidence", "5", "--json"))
    assert [item["fact"]["object"] for item in told] == ["pain"]
    texts = [evidence["place"]["sentence"] for evidence in told[0]["evidence"]]
    assert texts == ["aspirin treats pain", "aspirin tablet treats pain"]
    told = json.loads(call("facts", "--relation", "goes-with", "--relation", "causes", "--json"))
    relations = [item["fact"]["relation"] for item in told]
    assert relations == ["causes", "causes", "goes-with"]
    [denied] = json.loads(call("facts", "--negated", "--evidence", "0", "--json"))
    assert (denied["fact"]["n_negated"], denied["evidence"]) == (1, [])
    assert call("facts", "--about", "gold").strip() == "no fact fits"


def test_a_walk_shows_the_relation_of_a_fact_and_the_cosine_of_a_tail(call) -> None:
    """Facts have an arrow with their name, and their confidence in a column of its own."""
    lines = call("neighbors", "aspirin", "--facts", "also").splitlines()
    assert [line.split() for line in lines[1:]] == [
        "1 aspirin -prevents-> blood clot 0.810 support 1".split(),
        "1 aspirin -treats-> pain 0.697 support 2 in 2 documents".split(),
        "1 aspirin -> pain 0.700".split(),
    ]
    lines = call("neighbors", "stroke", "--facts", "only", "--direction", "in").splitlines()
    assert [line.split()[:4] for line in lines[1:]] == [
        "1 stroke <-causes- blood".split(),
        "1 stroke <-prevents- statins".split(),
    ]
    lines = call("expand", "aspirin", "--relation", "goes-with").splitlines()
    assert [line.split()[:4] for line in lines[1:]] == [
        "1 aspirin -> pain".split(),
        "2 pain <-goes-with-> blood".split(),
        "2 pain -> fever".split(),
    ]


def test_a_path_of_facts_is_told_as_json(call) -> None:
    """Each step has its kind of edge and its fact; a step along a tail has none."""
    steps = json.loads(call("path", "aspirin", "stroke", "--facts", "only", "--json"))
    assert [(s["edge"], s["fact"]["relation"], s["hops"]) for s in steps] == [
        ("fact", "prevents", 1),
        ("fact", "causes", 2),
    ]
    steps = json.loads(call("path", "aspirin", "stroke", "--facts", "also", "--json"))
    assert [(s["edge"], s["fact"]) for s in steps] == [("phrase_tail", None)] * 2


def test_incoming_tails_point_at_the_node(call) -> None:
    """Who lists a node stands at the beginning of the arrow."""
    lines = call("neighbors", "pain", "--direction", "in").splitlines()
    assert [line.split() for line in lines[1:]] == ["1 pain <- aspirin 0.700".split()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("neighbors", "aspirin", "--relation", "cures"), "there are facts of causes, goes-with"),
        (("path", "stroke", "aspirin", "--facts", "only"), "no path of facts leads from 'stroke'"),
        (("expand", "stroke", "--facts", "only", "--kind", "term"), "'stroke' is a phrase here"),
    ],
    ids=["relation", "path", "kind"],
)
def test_what_there_is_none_of_is_said(call, arguments: tuple[str, ...], said: str) -> None:
    """The line names what is there, or what to try."""
    command, *rest = arguments
    assert said in call(command, *rest, status=1)


def test_options_of_the_search_need_the_search(call) -> None:
    """A schema without --find would change nothing, so it is refused."""
    assert call("facts", "--schema", "relations.toml", status=2) is not None
