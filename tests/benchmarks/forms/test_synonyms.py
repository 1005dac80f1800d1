"""The forms of synonym sets as queries and candidates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError
from tailgraph.benchmarks.forms.synonyms import gather_forms, read_siblings
from tailgraph.benchmarks.forms.terms import SynonymSet


def test_a_form_of_two_sets_has_the_synonyms_of_both() -> None:
    """Numbers follow the first mention; no form is its own synonym."""
    found = gather_forms([SynonymSet("1", ("a", "b", "a")), SynonymSet("2", ("c", "b"))])
    assert found.forms == ("a", "b", "c")
    assert found.right == (frozenset({1}), frozenset({0, 2}), frozenset({1}))


def test_siblings_share_a_parent(file: Callable[..., Path]) -> None:
    """Names that are no forms do not count, and case does not matter."""
    path = file("D1\tAlpha\tgreek\nD2\tbeta\tgreek\nD3\tgamma\tgreek\nD4\taleph\thebrew\n")
    assert read_siblings(path, ["alpha", "beta", "aleph"]) == (
        frozenset({1}),
        frozenset({0}),
        frozenset(),
    )


def test_a_line_without_a_parent_is_refused(file: Callable[..., Path]) -> None:
    """The message says what was expected."""
    with pytest.raises(FormError, match=":1: expected id, name, parent"):
        read_siblings(file("D1\talpha\n"), ["alpha"])
