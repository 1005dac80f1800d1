"""The relation schema: what comes with the package, what is refused, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.errors import ArtifactError, ParameterError
from tailgraph.graph.labels.seeds import main_type, read_labels
from tailgraph.graph.typed_relations.schema import (
    ANY_TYPE,
    Relation,
    add_relation,
    format_relation,
    parse_schema,
    read_schema,
)

BAD = {
    "no TOML": ('[a]\ntriggers = ["x"\n', 2, "not TOML"),
    "unclosed header": ("[a\n", 1, "not TOML"),
    "no relation": ("# nothing\n", 1, "no relation"),
    "no table": ("treats = 1\n", 1, "expected a table"),
    "no triggers": ("\n[treats]\nsymmetric = true\n", 2, "no triggers"),
    "empty triggers": ("[treats]\ntriggers = []\n", 2, "triggers is empty"),
    "blank trigger": ('[treats]\ntriggers = ["  "]\n', 2, "list of texts"),
    "a number": ("[treats]\ntriggers = [1]\n", 2, "list of texts"),
    "unknown key": ('[treats]\ntriggers = ["x"]\nobjects = ["GENE"]\n', 3, "unknown key 'objects'"),
    "wrong type": ('[treats]\ntriggers = ["x"]\n\nobject = ["gene"]\n', 4, "no main type"),
    "wrong form": ('[treats]\ntriggers = ["x"]\nforms = ["circumfix"]\n', 3, "no form"),
    "wrong negation": ('[treats]\ntriggers = ["x"]\nnegation = "flip"\n', 3, "negation is one of"),
    "wrong truth": ('[treats]\ntriggers = ["x"]\nsymmetric = "yes"\n', 3, "true or false"),
    "bad name": ('[Treats]\ntriggers = ["x"]\n', 1, "lower-case words"),
    "second table": (
        '[a]\ntriggers = ["x"]\n[b]\ntriggers = ["y"]\nhints = 3\n',
        5,
        "b: hints is a list",
    ),
}


@pytest.mark.parametrize(("text", "line", "reason"), BAD.values(), ids=BAD)
def test_a_malformed_schema_is_refused_with_line_and_reason(
    text: str, line: int, reason: str
) -> None:
    """The message begins with the source and the line, and is one line that says what is wrong."""
    with pytest.raises(ArtifactError) as caught:
        parse_schema(text, source="mine.toml")
    message = str(caught.value)
    assert message.startswith(f"mine.toml:{line}: ")
    assert reason in message
    assert "\n" not in message


def test_a_missing_schema_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(ArtifactError, match=r"none\.toml cannot be read"):
        read_schema(tmp_path / "none.toml")


def test_an_unknown_relation_is_refused_with_those_there_are() -> None:
    """The message lists the names of the schema."""
    schema = parse_schema('[treats]\ntriggers = ["x"]\n[causes]\ntriggers = ["y"]\n')
    with pytest.raises(ParameterError, match=r"'cures'.*the relations are causes, treats\."):
        schema.relation("cures")


def test_the_starter_speaks_of_types_there_are() -> None:
    """Each type in the schema of the package is a main type of the bundled labels."""
    mains = {main_type(label) for label in read_labels().names} | {ANY_TYPE}
    for relation in read_schema().relations.values():
        assert {*relation.subject, *relation.object} <= mains


@pytest.mark.parametrize("name", sorted(read_schema().relations))
def test_a_relation_that_is_written_reads_the_same(name: str) -> None:
    """A relation as text gives the relation again."""
    relation = read_schema().relation(name)
    assert parse_schema(format_relation(relation)).relation(name) == relation


def test_a_relation_is_added_behind_those_there_are(tmp_path: Path) -> None:
    """The file keeps what it had, comments too."""
    file = tmp_path / "mine.toml"
    file.write_text('# mine\n[treats]\ntriggers = ["treat"]  # sure\n')
    add_relation(file, Relation("born-in", ("bear in",), object=("PLACE",)))
    assert file.read_text() == (
        '# mine\n[treats]\ntriggers = ["treat"]  # sure\n\n'
        '[born-in]\ntriggers = ["bear in"]\nobject = ["PLACE"]\n'
    )
    assert list(read_schema(file).relations) == ["treats", "born-in"]


@pytest.mark.parametrize(
    "relation",
    [
        Relation("treats", ("cure",)),
        Relation("Big", ("x",)),
        Relation("a", ("x",), ("y",), (), ("b",)),
    ],
    ids=["there already", "bad name", "bad type"],
)
def test_what_a_schema_cannot_hold_is_not_written(relation: Relation, tmp_path: Path) -> None:
    """It is refused, and the file stays as it was."""
    file = tmp_path / "mine.toml"
    file.write_text('[treats]\ntriggers = ["treat"]\n')
    with pytest.raises(ParameterError):
        add_relation(file, relation)
    assert file.read_text() == '[treats]\ntriggers = ["treat"]\n'
