"""What a batch job prints when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json, table

if TYPE_CHECKING:
    from ..triple_jobs.job import JobReport


def show_job(report: JobReport, *, as_json: bool) -> None:
    """Print what a job made and what it took."""
    if as_json:
        return print_json(report)
    shown = table("", "")
    shown.show_header = False
    counts = {
        "documents": report.n_documents,
        "sentences": report.n_sentences,
        "triples": report.n_triples,
        "rejected": report.n_rejected,
    }
    if report.n_resumed:
        counts["sentences of an earlier run"] = report.n_resumed
    for name, count in counts.items():
        shown.add_row(name, f"{count:,}")
    shown.add_row("seconds", f"{report.seconds:,.1f}")
    shown.add_row("sentences/s", f"{report.per_second:,.0f}, {report.n_workers} processes")
    shown.add_row("peak memory", f"{report.peak_bytes / 1e6:,.0f} MB, all processes")
    shown.add_row("written", escape(report.out))
    if report.rejected:
        shown.add_row("what was rejected", escape(report.rejected))
    return out.print(shown)
