"""LabelBook: the labels of a knowledge base, laid over those that come with the package.

A term's labels are decided by the first of these that says something of it:

1. its own last event in the knowledge base: given by hand, imported, or taken away;
2. the list that comes with the package;
3. the labels of the clusters that it is a member of.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...errors import ParameterError, UnknownTermError
from ..store import GraphStore
from .cluster_labels import ClusterLabel, place_labels
from .events import (
    Action,
    Change,
    LabelEvent,
    Source,
    Stamp,
    append_events,
    batch_to_undo,
    last_changes,
    read_events,
    remember_cluster,
)
from .exchange import LabelRecord, check_labels, read_records, write_records
from .layers import TermLabels, as_word, lay_labels
from .seeds import SeedLabels, check_coverage, main_type, read_labels

_N_NEARBY = 5


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did.

    Attributes
    ----------
    n_terms, n_clusters
        Terms and clusters of the list.
    n_found
        Terms, members of clusters included, that the vocabulary holds.
    coverage
        Their share.
    n_added, n_changed, n_same
        Terms and clusters that got their first labels, others than before, or had them already.
    unknown
        Terms of the list that the vocabulary lacks. They are kept, and label nothing.
    batch
        The event that `LabelBook.undo` takes to undo the import; None when nothing had to be done.
    """

    n_terms: int
    n_clusters: int
    n_found: int
    coverage: float
    n_added: int
    n_changed: int
    n_same: int
    unknown: tuple[str, ...]
    batch: int | None


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote: terms, clusters, and how many removals its format cannot hold."""

    path: str
    n_terms: int
    n_clusters: int
    n_removed: int


class LabelBook:
    """The labels of a knowledge base: read from any store, changed in one open for writing.

    Every change is one transaction, and can be undone.

    Parameters
    ----------
    store
        The knowledge base.
    base
        The list below its own labels; the one that comes with the package by default.
    """

    def __init__(self, store: GraphStore, base: SeedLabels | None = None) -> None:
        self.store = store
        self._base = base

    @cached_property
    def base(self) -> SeedLabels:
        """The list below the knowledge base's own labels."""
        return read_labels() if self._base is None else self._base

    # ---- what the labels are

    def current(self) -> SeedLabels:
        """Return the labels that are in force, ready to be spread over a vocabulary."""
        labels = {entry.term: entry.labels for entry in self.entries()}
        return SeedLabels(labels, f"the labels of {self.store.database.path.parent}")

    def entries(self) -> list[TermLabels]:
        """Return every labeled term with where its labels come from, in alphabetical order."""
        events = read_events(self.store)
        placed = place_labels(self.store, last_changes(events, "cluster"))
        return lay_labels(self.base.labels, last_changes(events, "term"), placed)

    def find(self, *, term: str = "", label: str = "", source: str = "") -> list[TermLabels]:
        """Return the labeled terms that fit: by name, by a label or its main type, by source."""
        return [
            entry
            for entry in self.entries()
            if as_word(term) in ("", entry.term)
            if not label or any(label in (name, main_type(name)) for name in entry.labels)
            if source in ("", entry.source)
        ]

    def clusters(self) -> list[ClusterLabel]:
        """Return the labels of clusters and where each lies now, dormant ones too."""
        return place_labels(self.store, last_changes(read_events(self.store), "cluster"))

    def history(self, term: str = "") -> list[LabelEvent]:
        """Return every event, or those about a term and the clusters that hold or held it.

        Undone events are in it, and so are the undoing ones.
        """
        events = read_events(self.store)
        if not term:
            return events
        wanted = as_word(term)
        held = {
            str(row[0])
            for row in self.store.database.rows("SELECT signature, term FROM labeled_cluster")
            if as_word(str(row[1])) == wanted
        }
        held |= {c.signature for c in self.clusters() if wanted in map(as_word, c.terms)}
        about = {
            event.batch
            for event in events
            if (event.target_kind == "term" and event.target == wanted)
            or (event.target_kind == "cluster" and event.target in held)
        }
        # An undo is about what it undoes, and may be undone itself: follow the events in order.
        for event in events:
            if event.action == "undo" and int(event.target) in about:
                about.add(event.batch)
        return [
            event
            for event in events
            if event.batch in about
            and (event.target_kind == "event" or event.target in held | {wanted})
        ]

    # ---- changing them

    def set_label(
        self, term: str, labels: Sequence[str], *, by: Stamp, note: str = ""
    ) -> LabelEvent:
        """Give a term its labels, in place of those that it had.

        Raises
        ------
        UnknownTermError
            If the vocabulary has no such word; the message names some that are near.
        ParameterError
            If the labels are not of the right form.
        """
        change = Change("term", self._known_word(term), check_labels(labels))
        return self._write([change], "set", by, note)

    def remove_label(self, term: str, *, by: Stamp, note: str = "") -> LabelEvent:
        """Take a term's labels away; it has none from then on, not those of its clusters either.

        Raises
        ------
        ParameterError
            If it has none.
        """
        word = as_word(term)
        if word not in self.current().labels:
            raise ParameterError(f"{word!r} has no label that could be removed")
        return self._write([Change("term", word, ())], "remove", by, note)

    def set_cluster(
        self, key: str, labels: Sequence[str], *, by: Stamp, note: str = ""
    ) -> LabelEvent:
        """Label the members of a cluster that have no label of their own.

        A label that was carried to this cluster from an earlier one is taken away with it.

        Raises
        ------
        UnknownTermError
            If no cluster has this key.
        ParameterError
            If the labels are not of the right form.
        """
        names, members = check_labels(labels), self._members(key)
        with self.store.transaction():
            signature = remember_cluster(self.store, members)
            gone = [c.signature for c in self.clusters() if c.key == key]
            changes = [Change("cluster", old, ()) for old in gone if old != signature]
            changes.append(Change("cluster", signature, names))
            batch = self._append(changes, "set", by, note or key)
        return read_events(self.store)[batch + len(changes) - 1]

    def remove_cluster(self, key: str, *, by: Stamp, note: str = "") -> LabelEvent:
        """Take the label of a cluster away, and so those that its members have by it.

        Parameters
        ----------
        key
            The name of a cluster, or the signature of one whose label is dormant.

        Raises
        ------
        ParameterError
            If it has none.
        """
        held = [c.signature for c in self.clusters() if key in (c.key or c.signature, c.signature)]
        if not held:
            raise ParameterError(
                f"no cluster of key or signature {key!r} has a label; `tailgraph label list KB "
                "--clusters` shows those that have one"
            )
        return self._write([Change("cluster", s, ()) for s in held], "remove", by, note)

    def undo(self, *, by: Stamp, event: int | None = None, note: str = "") -> list[LabelEvent]:
        """Undo the last change that is in force, or the one that an event belongs to.

        An import is undone as a whole. To undo an undo, name its event.

        Returns
        -------
        The events that are undone.

        Raises
        ------
        ParameterError
            If there is nothing to undo.
        """
        batch = batch_to_undo(read_events(self.store), event)
        self._write([Change("event", str(batch), ())], "undo", by, note)
        return [past for past in read_events(self.store) if past.batch == batch]

    # ---- lists

    def import_labels(self, path: str | Path, *, by: Stamp) -> ImportReport:
        """Take in a list: all of it, or nothing if anything is wrong with it.

        Raises
        ------
        ArtifactError
            If the file cannot be read or is not of its form; see `read_records`.
        ParameterError
            If less than 1 % of its terms are in the vocabulary.
        """
        records = read_records(path)
        texts = {as_word(text) for record in records for text in (record.term, *record.members)}
        texts.discard("")
        found = texts & self._words
        check_coverage(len(found), len(texts), path)
        events = read_events(self.store)
        own = last_changes(events, "term") | last_changes(events, "cluster")
        with self.store.transaction():
            changes = [self._change(record) for record in records]
            new = [c for c in changes if c.target not in own or own[c.target].labels != c.labels]
            name = Path(path).name
            batch = self._append(new, "import", by, name, "imported") if new else None
        n_known = sum(change.target in own for change in new)
        return ImportReport(
            n_terms=sum(bool(record.term) for record in records),
            n_clusters=sum(bool(record.members) for record in records),
            n_found=len(found),
            coverage=len(found) / len(texts),
            n_added=len(new) - n_known,
            n_changed=n_known,
            n_same=len(changes) - len(new),
            unknown=tuple(sorted(texts - found)),
            batch=batch,
        )

    def _change(self, record: LabelRecord) -> Change:
        if record.term:
            return Change("term", record.term, record.labels)
        return Change("cluster", remember_cluster(self.store, record.members), record.labels)

    def export_labels(self, path: str | Path, *, with_bundled: bool = False) -> ExportReport:
        """Write the labels to a file whose ending says the form; see `write_records`.

        JSON lines hold the labels of clusters as such and what was removed, so that importing them
        gives the same labels anew. The other forms hold the labeled terms.

        Parameters
        ----------
        with_bundled
            Also write the terms whose labels come with the package; else what was done here alone.

        Raises
        ------
        StorageError
            If the file cannot be written.
        """
        own = last_changes(read_events(self.store), "term")
        removed = sorted(term for term, event in own.items() if not event.labels)
        terms = [e for e in self.entries() if with_bundled or e.source != "bundled"]
        if Path(path).suffix != ".jsonl":
            write_records(path, [LabelRecord(e.labels, e.term) for e in terms])
            return ExportReport(str(path), len(terms), 0, len(removed))
        clusters = [LabelRecord(c.labels, members=c.members) for c in self.clusters()]
        records = [LabelRecord(e.labels, e.term) for e in terms if e.source != "cluster"]
        records += [LabelRecord((), term) for term in removed]
        write_records(path, [*records, *clusters])
        return ExportReport(str(path), len(records), len(clusters), 0)

    # ---- words and clusters of the vocabulary, and writing

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every whole word of the vocabulary, in lower case."""
        rows = self.store.database.rows(
            "SELECT n.text FROM term t JOIN node n ON n.id = t.node_id "
            "WHERE NOT t.is_piece AND NOT t.is_special"
        )
        return frozenset(as_word(str(row[0])) for row in rows)

    def _known_word(self, term: str) -> str:
        """Return a term as labels know it, or refuse one that the vocabulary lacks."""
        word = as_word(term)
        if word in self._words:
            return word
        near = difflib.get_close_matches(word, sorted(self._words), n=_N_NEARBY)
        nearby = f"; nearby: {', '.join(map(repr, near))}" if near else ""
        raise UnknownTermError(
            f"{term!r} is no whole word of this vocabulary, so no label can spread from it{nearby}"
            "; the members of a cluster are labeled by its key with --cluster"
        )

    def _members(self, key: str) -> tuple[str, ...]:
        """Return the members of a cluster."""
        rows = self.store.database.rows("SELECT id FROM cluster WHERE key = ?", (key,))
        if not rows:
            raise UnknownTermError(
                f"no cluster of this knowledge base has the key {key!r}; `tailgraph clusters KB "
                "--term TERM` shows those that hold a term"
            )
        members = self.store.database.rows(
            "SELECT n.text FROM cluster_member m JOIN node n ON n.id = m.node_id "
            "WHERE m.cluster_id = ?",
            rows[0],
        )
        return tuple(str(row[0]) for row in members)

    def _write(self, changes: Sequence[Change], action: Action, by: Stamp, note: str) -> LabelEvent:
        """Add one batch in a transaction of its own, and return its last event."""
        with self.store.transaction():
            batch = self._append(changes, action, by, note)
        return read_events(self.store)[batch + len(changes) - 1]

    def _append(
        self,
        changes: Sequence[Change],
        action: Action,
        by: Stamp,
        note: str,
        source: Source = "manual",
    ) -> int:
        return append_events(
            self.store,
            changes,
            by=by,
            action=action,
            base=self.base.fingerprint,
            source=source,
            note=note,
        )
