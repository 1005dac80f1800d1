"""What a batch job prints when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from .console import out, print_json

if TYPE_CHECKING:
    from ..triple_jobs.job import JobReport


def show_job(report: JobReport, *, as_json: bool) -> None:
    """Print what a job made and what it took."""
    if as_json:
        return print_json(report)
    lines = {
        "documents": f"{report.n_documents:,}",
        "sentences": f"{report.n_sentences:,}",
        "triples": f"{report.n_triples:,}",
        "rejected": f"{report.n_rejected:,}",
        "done before": f"{report.n_resumed:,} sentences, by an interrupted run",
        "seconds": f"{report.seconds:,.1f}",
        "sentences/s": f"{report.per_second:,.0f}, processes {report.n_workers}",
        "peak memory": f"{report.peak_bytes / 1e6:,.0f} MB, all processes together",
        "written": escape(report.out),
        "see": escape(report.rejected),
    }
    left_out = {"done before": not report.n_resumed, "see": not report.rejected}
    for name, text in lines.items():
        if not left_out.get(name):
            out.print(f"{name:<11}  {text}")
    return None
