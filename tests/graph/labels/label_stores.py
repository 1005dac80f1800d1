"""Small stores written by hand for the tests of labels: terms, clusters and phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tailgraph.graph import schema
from tailgraph.graph.database import Row
from tailgraph.graph.labels.book import LabelBook
from tailgraph.graph.labels.events import Stamp
from tailgraph.graph.labels.seeds import SeedLabels
from tailgraph.graph.store import GraphStore

TERMS = (
    *("[MASK]", "##ine", "aspirin", "ibuprofen", "codeine", "heroin", "caffeine"),
    *("london", "paris", "rome", "thames", "EGFR", "egfr", "cell"),
)
BUNDLED = SeedLabels({"aspirin": ("DRUG",), "paris": ("CITY", "PERSON"), "tokyo": ("CITY",)}, "b")
CLUSTERS = {
    "codeine": "codeine aspirin heroin ibuprofen",
    "rome": "rome london paris thames",
    "heroin": "heroin caffeine",
}
ANN = Stamp("ann", "2026-11-22T10:00:00+00:00")
BOB = Stamp("bob", "2026-11-23T11:30:00+00:00")


def write_terms(store: GraphStore, terms: Sequence[str]) -> None:
    """Write whole words; those that begin with ## are pieces, those with [ are special."""
    with store.transaction():
        store.database.insert(schema.node, [(i, 0, t, 0, 0) for i, t in enumerate(terms)])
        rows = [(i, 0.0, t.startswith("##"), t.startswith("[")) for i, t in enumerate(terms)]
        store.database.insert(schema.term, rows)


def write_clusters(store: GraphStore, clusters: Mapping[str, str]) -> None:
    """Replace all clusters by these: the members of each key, with spaces between."""
    found = store.database.rows("SELECT text, id FROM node WHERE kind = 0")
    nodes = {str(text): node for text, node in found}
    with store.transaction():
        store.database.execute("DELETE FROM cluster_member")
        store.database.execute("DELETE FROM cluster")
        for i, (key, members) in enumerate(clusters.items()):
            rows = [nodes[term] for term in members.split()]
            store.database.insert(schema.cluster, [(i, key, rows[0], rows[0], 0.5, 0.1)])
            placed = [(i, place, node) for place, node in enumerate(rows)]
            store.database.insert(schema.cluster_member, placed)


def events(book: LabelBook) -> list[Row]:
    """Return the rows of the events as they are stored."""
    return book.store.database.rows("SELECT * FROM label_event ORDER BY id")


def sources(book: LabelBook) -> dict[str, str]:
    """Return where the labels of each term come from."""
    return {entry.term: entry.source for entry in book.entries()}
