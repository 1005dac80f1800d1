"""What the commands about labels print: tables for a person, JSON for a program."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table

if TYPE_CHECKING:
    from ..graph.labels.book import ExportReport, ImportReport
    from ..graph.labels.cluster_labels import ClusterLabel
    from ..graph.labels.curve import CurvePoint
    from ..graph.labels.events import LabelEvent
    from ..graph.labels.layers import TermLabels
    from ..graph.labels.proposals import Proposal
    from ..graph.labels.term_labels import TermLabel

_N_MEMBERS = 15
_N_UNDONE = 5


def show_terms(found: Sequence[TermLabels], n_found: int, *, as_json: bool) -> None:
    """Print labeled terms and where their labels come from."""
    if as_json:
        return print_json(found)
    shown = table("term", "labels", "source", "event")
    for entry in found:
        event = "" if entry.event is None else str(entry.event)
        shown.add_row(escape(entry.term), "/".join(entry.labels), entry.source, event)
    out.print(shown if found else "no term has such a label")
    if n_found > len(found):
        out.print(f"[dim]{n_found - len(found):,} more; --limit shows them[/]")
    return None


def show_term_labels(found: Sequence[TermLabel], *, as_json: bool) -> None:
    """Print the labels of terms, given and propagated."""
    if as_json:
        return print_json(found)
    shown = table("term", "label", "source", "share", numbers=("share",))
    for row in found:
        shown.add_row(escape(row.term), row.label, row.source, f"{row.share:.2f}")
    out.print(shown if found else "no term has such a label")
    return None


def show_clusters(found: Sequence[ClusterLabel], *, as_json: bool) -> None:
    """Print labeled clusters and where their labels lie now."""
    if as_json:
        return print_json(found)
    shown = table("event", "labels", "state", "cluster", "overlap", "labeled as")
    for cluster in found:
        shown.add_row(
            str(cluster.event),
            "/".join(cluster.labels),
            cluster.state,
            escape(cluster.key or cluster.signature),
            f"{cluster.overlap:.2f}",
            escape(_first(cluster.members)),
        )
    out.print(shown if found else "no cluster has a label")
    return None


def show_events(found: Sequence[LabelEvent], *, as_json: bool) -> None:
    """Print events of the labels."""
    if as_json:
        return print_json(found)
    for event in found:
        out.print(_event_line(event))
    if not found:
        out.print("nothing was done to the labels yet")
    return None


def show_undone(undone: Sequence[LabelEvent], *, as_json: bool) -> None:
    """Print the events that were undone, of a long list the first few."""
    if as_json:
        return print_json(undone)
    for event in undone[:_N_UNDONE]:
        out.print(_event_line(event))
    if len(undone) > _N_UNDONE:
        out.print(f"[dim]and {len(undone) - _N_UNDONE:,} more of the same import[/]")
    return None


def _event_line(event: LabelEvent) -> str:
    when = f"[dim]{event.id:>5}  {event.time[:19].replace('T', ' ')}[/]"
    what = f"{event.action} {event.target_kind} {escape(event.target)}"
    names = f" [bold]{'/'.join(event.labels)}[/]" if event.labels else ""
    note = f"  ({escape(event.note)})" if event.note else ""
    undone = "" if event.undone_by is None else f"  [yellow]undone by {event.undone_by}[/]"
    return f"{when}  {escape(event.who)}  {what}{names}{note}{undone}"


def show_proposals(found: Sequence[Proposal], folder: str, *, as_json: bool) -> None:
    """Print the clusters to label next, and the commands that would do it."""
    if as_json:
        return print_json(found)
    for proposal in found:
        out.print(
            f"[bold]{escape(proposal.key)}[/]: covers {proposal.n_words:,} words of noun phrases, "
            f"{proposal.share:.1%} of those without a label"
        )
        counted = [f"{member.term} {member.n_words}" for member in proposal.unlabeled]
        out.print(f"  without a label: {escape(_first(counted))}")
        if proposal.labeled:
            out.print(f"  labeled: {escape(_first(proposal.labeled))}")
        said = ", ".join(f"{part.label} {part.share:.2f}" for part in proposal.suggestions)
        out.print(f"  neighbors say: {said or 'nothing'}")
        for sentence in proposal.examples:
            out.print(f"  [dim]{escape(sentence)}[/]")
        guess = proposal.suggestions[0].label if proposal.suggestions else "LABEL"
        command = ("tailgraph", "label", "set", folder, "--cluster", proposal.key, guess)
        out.print(f"  {escape(shlex.join(command))}")
    if not found:
        out.print("every word of the noun phrases that is in a cluster has a label")
    return None


def show_import(report: ImportReport, *, as_json: bool) -> None:
    """Print what an import found and did."""
    if as_json:
        return print_json(report)
    out.print(
        f"{report.n_terms:,} terms and {report.n_clusters:,} clusters: {report.n_added:,} added, "
        f"{report.n_changed:,} changed, {report.n_same:,} as before"
    )
    out.print(f"{report.coverage:.1%} of the terms are in the vocabulary ({report.n_found:,})")
    if report.unknown:
        out.print(f"not in it, without effect: {escape(_first(report.unknown))}")
    if report.batch is not None:
        out.print(f"event {report.batch}; `tailgraph label undo` takes all of it back")
    return None


def show_export(report: ExportReport, *, as_json: bool) -> None:
    """Print what an export wrote."""
    if as_json:
        return print_json(report)
    out.print(f"{report.path}: {report.n_terms:,} terms, {report.n_clusters:,} clusters")
    if report.n_removed:
        out.print(f"{report.n_removed:,} removals are left out; a .jsonl file holds them")
    return None


def show_curve(points: Sequence[CurvePoint], *, as_json: bool) -> None:
    """Print the accuracy of each method at each number of labels."""
    if as_json:
        return print_json(points)
    columns = ("labels", "method", "top 1", "+-", "top 3", "+-", "main type", "coverage")
    shown = table(*columns, numbers={*columns} - {"method"})
    for point in sorted(points, key=lambda point: point.n_labels):
        mean, deviation = point.mean, point.deviation
        shown.add_row(
            f"{point.n_labels:,}",
            point.method,
            f"{mean.top_1:.3f}",
            f"{deviation.top_1:.3f}",
            f"{mean.top_3:.3f}",
            f"{deviation.top_3:.3f}",
            f"{mean.main:.3f}",
            f"{mean.coverage:.3f}",
        )
    out.print(shown)
    return None


def _first(names: Sequence[str]) -> str:
    """Name the first few of a list."""
    return ", ".join(names[:_N_MEMBERS]) + (" ..." if len(names) > _N_MEMBERS else "")
