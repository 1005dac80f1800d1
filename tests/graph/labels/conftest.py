"""A small store with terms and clusters, and its labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tailgraph.graph.labels.book import LabelBook
from tailgraph.graph.store import GraphStore

from .label_stores import BUNDLED, CLUSTERS, TERMS, write_clusters, write_terms


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """A store with fourteen terms and three clusters."""
    with GraphStore.create(tmp_path / "knowledge.sqlite") as opened:
        write_terms(opened, TERMS)
        write_clusters(opened, CLUSTERS)
        yield opened


@pytest.fixture
def book(store: GraphStore) -> LabelBook:
    """Its labels, over a bundled list of three terms."""
    return LabelBook(store, BUNDLED)
