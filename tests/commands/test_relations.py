"""The commands `tailgraph relation ...`: new, list, show, classify, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.commands.relations import pick_terms
from tailgraph.engine.encoder import Encoder
from tailgraph.graph.typed_relations.expansion import propose_terms
from tailgraph.graph.typed_relations.schema import Relation, read_schema


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Run a command; return what it printed, or its error."""

    def printed(*arguments: str | Path, status: int = 0) -> str:
        capsys.readouterr()
        assert run(["relation", *map(str, arguments)]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


def test_a_new_relation_holds_seeds_and_proposed_terms(
    call, tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """With --yes the file gets the seeds and all that the library proposes."""
    file = tmp_path / "mine.toml"
    arguments = ("new", "hinders", "--seeds", "inhibit,bind to", "--object", "GENE,CELL")
    told = json.loads(
        call(*arguments, "--out", file, "-k", 3, "--yes", "--model", tiny_bert, "--json")
    )
    proposed = [term.term for term in propose_terms(tiny_encoder.vocabulary, ["inhibit"], k=3)]
    expected = Relation("hinders", ("inhibit", "bind to", *proposed), object=("GENE", "CELL"))
    assert read_schema(file).relation("hinders") == expected
    assert told["relation"]["triggers"] == list(expected.triggers)
    assert [term["term"] for term in told["proposed"]] == proposed


def test_nobody_to_confirm_is_refused(call, tiny_bert: Path, tmp_path: Path) -> None:
    """Without a terminal and without --yes one line says what to do, and nothing is written."""
    file = tmp_path / "mine.toml"
    error = call(
        "new", "hinders", "--seeds", "inhibit", "--out", file, "--model", tiny_bert, status=1
    )
    assert "nobody is there to confirm" in error
    assert len(error.strip().splitlines()) == 1
    assert not file.exists()


def test_a_person_picks_by_number_or_word() -> None:
    """Numbers count from 1, other words are taken as they are, each once."""
    assert pick_terms("2, 2, slow down,", ["a", "b"]) == ["b", "slow down"]


def test_relations_are_listed_and_shown(call, tmp_path: Path) -> None:
    """The list has all relations; one is shown as its schema has it."""
    listed = json.loads(call("list", "--json"))
    assert [one["name"] for one in listed] == list(read_schema().relations)
    assert "substrate-of" in call("list")
    shown = tmp_path / "one.toml"
    shown.write_text(call("show", "treats"))
    assert read_schema(shown).relation("treats") == read_schema().relation("treats")


def test_an_unknown_relation_is_refused(call) -> None:
    """The message lists those there are."""
    assert "the relations are activates, associated-with" in call("show", "cures", status=1)


def test_a_malformed_schema_is_refused(call, tmp_path: Path) -> None:
    """Line and reason, in one line."""
    file = tmp_path / "bad.toml"
    file.write_text('[treats]\ntriggers = ["x"]\nforms = ["around"]\n')
    error = call("list", file, status=1)
    assert "bad.toml:3: treats: 'around' is no form" in error
    assert len(error.strip().splitlines()) == 1


def test_the_relation_of_a_marked_pair_is_told(call, tiny_bert: Path) -> None:
    """Both the table and JSON begin with the relation that the word between the pair names."""
    text = "Aspirin inhibits EGFR."
    arguments = ("classify", text, "--pair", "0:7,17:21", "--model", tiny_bert)
    told = json.loads(call(*arguments, "-k", 2, "--json"))
    assert told["text"] == text
    assert [len(told["relations"]), told["relations"][0]["relation"]] == [2, "inhibits"]
    assert "inhibits" in call(*arguments).splitlines()[2]


@pytest.mark.parametrize(
    ("pair", "status", "reason"),
    [
        ("0:7", 2, "'0:7' is no pair; give START:END,START:END"),
        ("0:7,x", 2, "'x' is no span; give START:END"),
        ("0:7,17:99", 1, "The place 17:99 is not in the sentence of 22 characters"),
    ],
    ids=["one", "word", "beyond"],
)
def test_a_pair_that_is_none_is_refused(
    call, tiny_bert: Path, pair: str, status: int, reason: str
) -> None:
    """A place of another form is wrong use, one outside of the sentence an error; both say why."""
    text = "Aspirin inhibits EGFR."
    assert reason in call("classify", text, "--pair", pair, "--model", tiny_bert, status=status)
