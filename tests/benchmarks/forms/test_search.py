"""Search collections: one folder, several splits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError, write_lines
from tailgraph.benchmarks.forms.search import read_search


def test_a_search_folder_is_read_by_split(file: Callable[..., Path], tmp_path: Path) -> None:
    """Documents are shared by the splits; queries and judgements are those of one."""
    write_lines(
        tmp_path / "docs.jsonl.xz",
        ['{"id": "d1", "title": "T", "text": "One."}', '{"id": "d2", "title": "", "text": "Two."}'],
    )
    file("q1\tWhich one?\n", "queries-dev.tsv")
    file("q2\tWhich two?\n", "queries-test.tsv")
    file("q1\td1\t2\nq1\td2\t0\n", "qrels-dev.tsv")
    found = read_search(tmp_path, "dev")
    assert [astuple(d) for d in found.documents] == [("d1", "T", "One."), ("d2", "", "Two.")]
    assert [astuple(q) for q in found.queries] == [("q1", "Which one?")]
    assert found.judgements == {"q1": {"d1": 2.0, "d2": 0.0}}
    unjudged = read_search(tmp_path, "test")
    assert [q.id for q in unjudged.queries] == ["q2"]
    assert unjudged.judgements == {}


def test_a_search_folder_without_queries_is_refused(tmp_path: Path) -> None:
    """The message says which file is missing."""
    write_lines(tmp_path / "docs.jsonl", [])
    with pytest.raises(FormError, match=r"holds no queries-dev\.tsv"):
        read_search(tmp_path, "dev")
