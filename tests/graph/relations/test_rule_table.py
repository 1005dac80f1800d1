"""The rule table of docs/relations.md is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tailgraph.graph.parsing import Parser
from tailgraph.graph.relations.confidence import PRIORS
from tailgraph.graph.relations.extraction import extract_triples

PAGE = Path(__file__).resolve().parents[3] / "docs" / "relations.md"


def table() -> list[list[str]]:
    """Return the rows of the rule table, a cell for each column."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.search(r"<!-- rules -->\n(.*?)<!-- end of rules -->", text, re.S)
    assert rows is not None
    lines = rows[1].strip().split("\n")[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", table(), ids=[row[0] for row in table()])
def test_a_row_of_the_table_is_what_the_rule_reads(default_parser: Parser, row: list[str]) -> None:
    """The embedded parser and the rule give the triple that the row shows."""
    rule, text, *expected = row
    [[sentence]] = default_parser.parse([[text]])
    found = [triple for triple in extract_triples(sentence) if triple.rule == rule]
    assert expected in [[t.subject.text, t.predicate, t.object.text, t.form] for t in found]


def test_the_table_holds_every_rule() -> None:
    """No rule is without a row, and no row without a rule."""
    assert sorted(row[0] for row in table()) == sorted(PRIORS)
