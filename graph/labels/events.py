"""What people did to the labels of a knowledge base: events that are only ever added.

The labels at any time are a fold over the events up to then. Nothing is changed or taken away: an
`undo` is an event too, and can itself be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, cast

from ...errors import ParameterError
from .. import schema
from ..clusters import cluster_signature
from ..database import as_int
from ..store import GraphStore

Action = Literal["set", "remove", "import", "undo"]
TargetKind = Literal["term", "cluster", "event"]
Source = Literal["manual", "imported"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who does something to the labels, and when.

    Attributes
    ----------
    who
        A name, on one line.
    time
        A time in UTC in the ISO form, as ``2026-11-22T10:00:00+00:00``.

    Raises
    ------
    ParameterError
        If one of them is not of that form.
    """

    who: str
    time: str

    def __post_init__(self) -> None:
        """Check the form of both."""
        if not self.who.strip() or not self.who.isprintable():
            raise ParameterError(f"{self.who!r} is no name; say in one line who gives the labels.")
        try:
            offset = datetime.fromisoformat(self.time).utcoffset()
        except ValueError:
            offset = None
        if offset != timedelta(0):
            raise ParameterError(
                f"{self.time!r} is no time in UTC; write it as 2026-11-22T10:00:00+00:00."
            )


@dataclass(frozen=True, slots=True)
class Change:
    """What an event does to its target: the labels that it has from then on; none removes them."""

    target_kind: TargetKind
    target: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """One event.

    Attributes
    ----------
    id
        In the order of the events.
    batch
        The id of the first of the events that were done at once, and are undone together.
    time, who
        The stamp.
    action
        ``set``, ``remove``, ``import`` or ``undo``.
    target_kind, target
        A term in lower case, a cluster by its signature, or, of an undo, the batch that is undone.
    labels
        What the target has from then on; nothing when it is removed.
    source
        ``manual`` or ``imported``.
    base
        The fingerprint of the bundled list that it was laid over, its first 16 digits.
    note
        What the person says about it; else the name of the imported file or the cluster's key.
    undone_by
        The batch of the event that undid this one, if it is undone.
    """

    id: int
    batch: int
    time: str
    who: str
    action: Action
    target_kind: TargetKind
    target: str
    labels: tuple[str, ...]
    source: Source
    base: str
    note: str
    undone_by: int | None = None


def read_events(store: GraphStore) -> list[LabelEvent]:
    """Return every event in order, each with the undo that cancels it."""
    rows = store.database.rows("SELECT * FROM label_event ORDER BY id")
    events = [
        LabelEvent(
            id=as_int(row[0]),
            batch=as_int(row[1]),
            time=str(row[2]),
            who=str(row[3]),
            action=cast(Action, str(row[4])),
            target_kind=cast(TargetKind, str(row[5])),
            target=str(row[6]),
            labels=tuple(str(row[7]).split("/")) if row[7] else (),
            source=cast(Source, str(row[8])),
            base=str(row[9]),
            note=str(row[10]),
        )
        for row in rows
    ]
    undone: dict[int, int] = {}
    # From the last to the first: what undoes an event is known before the event is met.
    for event in reversed(events):
        if event.action == "undo" and event.batch not in undone:
            undone.setdefault(int(event.target), event.batch)
    return [replace(event, undone_by=undone.get(event.batch)) for event in events]


def last_changes(events: Iterable[LabelEvent], kind: TargetKind) -> dict[str, LabelEvent]:
    """Return the event that decides each target of a kind: its last one that is not undone."""
    return {
        event.target: event
        for event in events
        if event.target_kind == kind and event.undone_by is None
    }


def append_events(
    store: GraphStore,
    changes: Sequence[Change],
    *,
    by: Stamp,
    action: Action,
    base: str,
    source: Source = "manual",
    note: str = "",
) -> int:
    """Add one batch of events inside the open transaction of the store, and return its number."""
    batch = store.database.next_id("label_event")
    store.database.insert(
        schema.label_event,
        (
            (
                batch + i,
                batch,
                by.time,
                by.who,
                action,
                change.target_kind,
                change.target,
                "/".join(change.labels),
                source,
                base[:16],
                note,
            )
            for i, change in enumerate(changes)
        ),
    )
    return batch


def batch_to_undo(events: Sequence[LabelEvent], event: int | None) -> int:
    """Return the batch of an event, by default of the last one that is in force and no undo.

    Raises
    ------
    ParameterError
        If there is no such event, or it is undone already.
    """
    if event is None:
        for candidate in reversed(events):
            if candidate.action != "undo" and candidate.undone_by is None:
                return candidate.batch
        raise ParameterError("there is no change of labels that could be undone")
    if not 0 <= event < len(events):
        raise ParameterError(
            f"there is no event {event}; `tailgraph label history` lists all {len(events)} of them"
        )
    found = events[event]
    if found.undone_by is not None:
        raise ParameterError(
            f"event {event} was undone by event {found.undone_by}; undo that one to have it back"
        )
    return found.batch


def remember_cluster(store: GraphStore, members: Sequence[str]) -> str:
    """Store the members of a cluster under their signature, unless they are, and return it."""
    signature = cluster_signature(members)
    store.database.execute_many(
        "INSERT OR IGNORE INTO labeled_cluster VALUES (?, ?, ?)",
        [(signature, position, term) for position, term in enumerate(sorted(members))],
    )
    return signature


def remembered_members(store: GraphStore, signatures: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the members that clusters had when they were labeled, by signature."""
    found: dict[str, list[str]] = {signature: [] for signature in signatures}
    statement = (
        "SELECT signature, term FROM labeled_cluster WHERE signature IN (%s) "
        "ORDER BY signature, position"
    )
    for signature, term in store.database.rows_in(statement, list(found)):
        found[str(signature)].append(str(term))
    return {signature: tuple(members) for signature, members in found.items()}
