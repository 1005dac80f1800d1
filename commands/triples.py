"""The command about triples: of a text, of a knowledge base, or of any corpus to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import IdField, Json, Layout, Limit, Model, ParserName, TextField, TextLayout
from .opening import Labels, read_text

if TYPE_CHECKING:
    from ..triple_jobs.options import JobOptions

SOME_REJECTED = 3
"""Exit status of a job that is done, but for records that could not be read."""


Given = Annotated[
    list[str],
    typer.Argument(
        metavar="KB [TEXT|FILE] | INPUT...",
        help="A knowledge base, and a text or file (- is stdin) if its stored triples are not "
        "meant; with --out files, folders or patterns, or - for stdin.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Write the triples of INPUT here: .jsonl .csv .parquet .nt .jsonld."),
]
About = Annotated[str, typer.Option(help="Only triples whose subject or object holds this.")]
Relations = Annotated[
    list[str] | None,
    typer.Option(
        help="Only triples whose relation holds this lemma; with --typed a relation of the "
        "schema, can be repeated."
    ),
]
LeastConfidence = Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Least confidence.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; one for each core if not given.")
]
Typed = Annotated[bool, typer.Option("--typed", help="Extract the relations of a schema.")]
Schema = Annotated[
    Path | None, typer.Option(help="Typed: the schema; the bundled one if not given.")
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Begin anew, whatever an earlier run has left.")
]


def triples(
    given: Given,
    out: Out = None,
    about: About = "",
    relation: Relations = None,
    min_confidence: LeastConfidence = None,
    limit: Limit = 20,
    workers: Workers = None,
    typed: Typed = False,
    schema: Schema = None,
    fresh: Fresh = False,
    model: Model = None,
    labels: Labels = None,
    parser: ParserName = None,
    layout: Layout = TextLayout.auto,
    text_field: TextField = "text",
    id_field: IdField = "id",
    as_json: Json = False,
) -> None:
    """Extract the relation triples of a text or a corpus, or list those of a knowledge base."""
    from ..engine.corpus import SourceOptions
    from ..triple_jobs.options import JobOptions

    if out is None:
        if typed or schema or fresh or workers or model or labels:
            raise typer.BadParameter(
                "--typed, --schema, --workers, --fresh, --model and --labels write a file; name it "
                "with --out."
            )
        if len(given) > 2 or len(relation or ()) > 1:
            raise typer.BadParameter("give a KB and one TEXT, or name a file with --out.")
        text = given[1] if len(given) == 2 else None
        wanted = (relation or [""])[0]
        return _show(given[0], text, about, wanted, min_confidence or 0.0, limit, parser, as_json)
    if about or (relation and not typed):
        raise typer.BadParameter("--about, and --relation without --typed, are for stored triples.")
    options = JobOptions(
        reading=SourceOptions(layout.value, text_field, id_field),
        parser=parser,
        min_confidence=min_confidence,
        typed=typed,
        schema=None if schema is None else str(schema),
        relations=tuple(relation or ()),
        model=model,
        labels=None if labels is None else str(labels),
    )
    _write(given, out, options, workers, fresh, as_json)
    return None


def _show(
    kb: str,
    text: str | None,
    about: str,
    relation: str,
    min_confidence: float,
    limit: int,
    parser: str | None,
    as_json: bool,
) -> None:
    """Print the triples of a text, or those that a knowledge base holds."""
    from ..graph import queries
    from ..knowledge_base import KnowledgeBase
    from ..opening import open_store
    from .terminal import show_found, show_related

    if text is not None:
        with KnowledgeBase.open(Path(kb), parser=parser) as knowledge_base:
            return show_related(knowledge_base.triples_of(read_text(text)), as_json=as_json)
    with open_store(Path(kb)) as store:
        found = queries.triples(
            store, about=about, relation=relation, min_confidence=min_confidence, limit=limit
        )
        return show_found(found, as_json=as_json)


def _write(
    sources: list[str],
    out: Path,
    options: JobOptions,
    workers: int | None,
    fresh: bool,
    as_json: bool,
) -> None:
    """Run the job, print what it made, and end with the status that says whether all was read."""
    from ..triple_jobs.job import extract_to_file
    from .console import progress_bars
    from .job_report import show_job

    with progress_bars() as progress:
        report = extract_to_file(
            sources, out, options=options, n_workers=workers, fresh=fresh, progress=progress
        )
    show_job(report, as_json=as_json)
    if report.n_rejected:
        raise typer.Exit(SOME_REJECTED)
