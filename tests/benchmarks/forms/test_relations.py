"""Relation sets: four forms of marked pairs, and PubTator abstracts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError
from tailgraph.benchmarks.forms.relations import (
    PredictedRelation,
    is_pubtator,
    read_abstracts,
    read_relation_pairs,
    write_relations,
)

PUBTATOR = """\
7|t|Aspirin and ulcers.
7|a|It may cause pain.
7\t0\t7\tAspirin\tChemical\tD1
7\t12\t18\tulcers\tDisease\tD2|D3
7\t33\t37\tpain\tDisease\t-1
7\tCID\tD1\tD2

8|t|No mention.
8|a|None at all.
"""


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("An [[ algorithm ]] for << optical flow >> .", "algorithm", "optical flow"),
        ("<< BRAF >>-positive cells resist [[ a >> b ]]", "a >> b", "BRAF"),
        ("<< the [[ kinase ]] domain >> binds", "kinase", "the kinase domain"),
    ],
    ids=["in order", "reversed", "nested"],
)
def test_marks_become_places(file: Callable[..., Path], text: str, first: str, second: str) -> None:
    """The text loses its marks, and the offsets lead to what stood in them."""
    path = file(json.dumps({"text": text, "label": "USED-FOR"}), "pairs.jsonl")
    (pair,) = read_relation_pairs(path)
    assert pair.first
    assert pair.second
    assert pair.text[slice(*pair.first)] == first
    assert pair.text[slice(*pair.second)] == second
    assert not set("[]<") & set(pair.text)
    assert (pair.id, pair.label) == ("1", "USED-FOR")


def test_proteins_are_found_by_name_in_csv(file: Callable[..., Path]) -> None:
    """Quoted passages are read whole; a protein that the passage has lost has no place."""
    text = ',docid,isValid,passage\n0,d0,True,"So, PROTEIN2 binds PROTEIN1."\n1,d0,False,PROTEIN1\n'
    first, second = read_relation_pairs(file(text, "pairs.csv"))
    assert (first.first, first.second, first.label) == ((19, 27), (4, 12), "True")
    assert (second.id, second.first, second.second, second.label) == ("2", (0, 8), None, "False")


def test_offsets_are_read_from_columns(file: Callable[..., Path]) -> None:
    """The file's ends are the last characters; a mention in two parts is taken whole."""
    text = (
        "id\tsentence\te1\te1_span\te2\te2_span\tlabel\n"
        "s1.p0\tThe drugs A and B act\tA\t10-10\tdrugs B\t4-8;16-16\teffect\n"
    )
    (pair,) = read_relation_pairs(file(text))
    assert astuple(pair) == ("s1.p0", "The drugs A and B act", (10, 11), (4, 17), "effect")


def test_genes_and_diseases_are_found_by_their_stand_ins(file: Callable[..., Path]) -> None:
    """The gene comes first, wherever it stands."""
    (pair,) = read_relation_pairs(file("@DISEASE$ and @GENE$ vary.\t1\n"))
    assert (pair.first, pair.second, pair.label) == ((14, 20), (0, 9), "1")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.jsonl", "{}", r":1: expected a JSON object with text and label"),
        ("a.jsonl", '{"text": "<< a >>", "label": "x"}', r":1: expected a text with \[\[ and \]\]"),
        ("a.csv", "x,y\n", r":1: expected a CSV header"),
        ("a.csv", "isValid,passage\nTrue\n", r":2: expected the columns"),
        ("a.tsv", "@GENE$ and @DISEASE$\n", r":1: expected a text and a label"),
        ("a.tsv", "", r":1: expected pairs, found an empty file"),
    ],
)
def test_a_pair_in_no_form_names_its_line(
    file: Callable[..., Path], name: str, text: str, expected: str
) -> None:
    """Each of the forms refuses what it does not know."""
    with pytest.raises(FormError, match=expected):
        list(read_relation_pairs(file(text, name)))


def test_pubtator_abstracts_pair_all_chemicals_with_all_diseases(
    file: Callable[..., Path],
) -> None:
    """Several ids of a mention count each; a mention without an id pairs with nothing."""
    path = file(PUBTATOR, "a.PubTator.txt")
    assert is_pubtator(path)
    first, second = read_abstracts(path)
    assert first.text == "Aspirin and ulcers. It may cause pain."
    assert [first.text[m.start : m.stop] for m in first.mentions] == ["Aspirin", "ulcers", "pain"]
    assert first.pairs() == [("D1", "D2"), ("D1", "D3")]
    assert first.relations == {("D1", "D2")}
    assert (second.id, second.pairs()) == ("8", [])


def test_other_files_are_not_pubtator(file: Callable[..., Path]) -> None:
    """Neither is an empty one."""
    assert not is_pubtator(file("@GENE$ | @DISEASE$\t1\n"))
    assert not is_pubtator(file(""))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("7|a|", "7|b|", r":1: expected the lines id\|t\|title and id\|a\|abstract"),
        ("7\t12", "9\t12", r":4: expected a line of abstract 7"),
        ("7\t12", "7\tx", r":4: expected a mention or a relation"),
        ("7\tCID\tD1", "7\tCID D1", r":6: expected a mention or a relation between TABs"),
    ],
    ids=["heading", "other abstract", "mention", "relation"],
)
def test_a_broken_abstract_names_its_line(
    file: Callable[..., Path], old: str, new: str, expected: str
) -> None:
    """What is wrong is said with file and line."""
    with pytest.raises(FormError, match=expected):
        list(read_abstracts(file(PUBTATOR.replace(old, new))))


def test_predicted_relations_are_written_with_their_ids(tmp_path: Path) -> None:
    """Ids with blanks between them, the label, the score."""
    relations = [PredictedRelation(("7", "D1", "D2"), "CID", 0.75)]
    write_relations(tmp_path / "out.tsv", relations)
    assert (tmp_path / "out.tsv").read_text() == "7 D1 D2\tCID\t0.75\n"
