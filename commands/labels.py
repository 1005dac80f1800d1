"""The commands about labels, `tailgraph label ...`: arguments in, one call, text or JSON out."""

from __future__ import annotations

import getpass
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Folder, Json, Limit, Model
from .opening import InKb, Labels, open_reader

if TYPE_CHECKING:
    from ..graph.labels.events import Stamp

label_commands = typer.Typer(
    name="label",
    help="Give terms and clusters their types; every change is kept and can be undone.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class GivenBy(StrEnum):
    """Where a label comes from."""

    manual = "manual"
    imported = "imported"
    bundled = "bundled"
    cluster = "cluster"
    propagated = "propagated"


Target = Annotated[str, typer.Argument(help="A term, or with --cluster the key of a cluster.")]
OfCluster = Annotated[
    bool, typer.Option("--cluster", help="TARGET is the key of a cluster, not a term.")
]
By = Annotated[str | None, typer.Option(help="Who does it; your login name if not given.")]
Note = Annotated[str, typer.Option(help="A remark to keep with it.")]


@label_commands.command("list")
def list_labels(
    kb: Folder,
    term: Annotated[str, typer.Option(help="Only this term.")] = "",
    label: Annotated[
        str, typer.Option(help="Only this label; a main type stands for its sub-types too.")
    ] = "",
    source: Annotated[
        GivenBy | None, typer.Option(help="Only labels from here; propagated needs the model.")
    ] = None,
    propagated: Annotated[
        bool, typer.Option("--propagated", help="Also what spreads to every term, with shares.")
    ] = False,
    clusters: Annotated[
        bool, typer.Option("--clusters", help="The labeled clusters instead of terms.")
    ] = False,
    limit: Limit = 50,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """List the labeled terms and where their labels come from."""
    from .label_reports import show_clusters, show_term_labels, show_terms

    if propagated or source is GivenBy.propagated:
        from ..knowledge_base import KnowledgeBase

        with KnowledgeBase.open(kb, model=model) as knowledge_base:
            shares = knowledge_base.term_labels(
                term=term, label=label, source=source.value if source else "", limit=limit
            )
        return show_term_labels(shares, as_json=as_json)
    from ..graph.labels.book import LabelBook
    from ..opening import open_store

    with open_store(kb) as store:
        book = LabelBook(store)
        if clusters:
            return show_clusters(book.clusters()[:limit], as_json=as_json)
        found = book.find(term=term, label=label, source=source.value if source else "")
        return show_terms(found[:limit], len(found), as_json=as_json)


@label_commands.command("set")
def set_label(
    kb: Folder,
    target: Target,
    labels: Annotated[
        str, typer.Argument(metavar="LABEL[/LABEL...]", help="As FOOD or CHEMICAL.DRUG.")
    ],
    cluster: OfCluster = False,
    by: By = None,
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Label a term, or the members of a cluster that have no label of their own."""
    from ..labeling import edit_labels
    from .label_reports import show_events

    with edit_labels(kb) as book:
        change = book.set_cluster if cluster else book.set_label
        event = change(target, labels.split("/"), by=_stamp(by), note=note)
    show_events([event], as_json=as_json)


@label_commands.command("remove")
def remove_label(
    kb: Folder,
    target: Target,
    cluster: OfCluster = False,
    by: By = None,
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Take the labels of a term or of a cluster away, bundled ones too."""
    from ..labeling import edit_labels
    from .label_reports import show_events

    with edit_labels(kb) as book:
        change = book.remove_cluster if cluster else book.remove_label
        event = change(target, by=_stamp(by), note=note)
    show_events([event], as_json=as_json)


@label_commands.command("undo")
def undo(
    kb: Folder,
    event: Annotated[
        int | None,
        typer.Option(min=0, help="The event to undo; the last one in force if not given."),
    ] = None,
    by: By = None,
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Undo the last change of labels, or a certain one; an import is undone as a whole."""
    from ..labeling import edit_labels
    from .label_reports import show_undone

    with edit_labels(kb) as book:
        undone = book.undo(event=event, by=_stamp(by), note=note)
    show_undone(undone, as_json=as_json)


@label_commands.command("history")
def history(
    kb: Folder,
    term: Annotated[
        str, typer.Argument(help="A term; everything that was done if not given.")
    ] = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Show what was done to the labels, by whom and when, the latest last."""
    from ..graph.labels.book import LabelBook
    from ..opening import open_store
    from .label_reports import show_events

    with open_store(kb) as store:
        show_events(LabelBook(store).history(term)[-limit:], as_json=as_json)


@label_commands.command("next")
def propose(
    kb: Folder,
    limit: Annotated[
        int, typer.Option("-k", "--limit", min=1, help="How many clusters at most.")
    ] = 1,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Propose the cluster whose label would cover most text that has none yet."""
    from ..knowledge_base import KnowledgeBase
    from .label_reports import show_proposals

    with KnowledgeBase.open(kb, model=model) as knowledge_base:
        show_proposals(knowledge_base.propose_labels(k=limit), str(kb), as_json=as_json)


@label_commands.command("import")
def import_labels(
    kb: Folder,
    file: Annotated[Path, typer.Argument(help="A list: .tsv or .txt, .jsonl, or .ttl (SKOS).")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take in a list of labels: all of it, or nothing if anything is wrong with it."""
    from ..labeling import edit_labels
    from .label_reports import show_import

    with edit_labels(kb) as book:
        report = book.import_labels(file, by=_stamp(by))
    show_import(report, as_json=as_json)


@label_commands.command("export")
def export_labels(
    kb: Folder,
    file: Annotated[Path, typer.Argument(help="Where to: .tsv or .txt, .jsonl, or .ttl (SKOS).")],
    with_bundled: Annotated[
        bool, typer.Option("--all", help="Also the labels that come with the package.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the labels of a knowledge base to a file."""
    from ..graph.labels.book import LabelBook
    from ..opening import open_store
    from .label_reports import show_export

    with open_store(kb) as store:
        report = LabelBook(store).export_labels(file, with_bundled=with_bundled)
    show_export(report, as_json=as_json)


@label_commands.command("curve")
def curve(
    kb: InKb = None,
    labels: Labels = None,
    model: Model = None,
    draws: Annotated[int, typer.Option(min=1, help="How often terms are held out anew.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Decides what is drawn.")] = 0,
    as_json: Json = False,
) -> None:
    """Measure how well held-out terms are typed, and how many labels that takes."""
    from ..graph.labels.curve import BASELINES, LabeledTerms, by_propagation, label_curve
    from .console import progress_bars
    from .label_reports import show_curve

    with open_reader(kb, model=model, labels=labels) as reader, progress_bars() as progress:
        labeled = LabeledTerms.of(reader.encoder.vocabulary, reader.seeds.labels)
        methods = {"propagation": by_propagation, **BASELINES}
        points = label_curve(labeled, methods, n_draws=draws, seed=seed, progress=progress)
    show_curve(points, as_json=as_json)


def _stamp(by: str | None) -> Stamp:
    """Say who is at the keyboard and what time it is."""
    from ..graph.labels.events import Stamp

    who = by
    if who is None:
        # A process may run under an id that has no name.
        with suppress(KeyError, OSError):
            who = getpass.getuser()
    return Stamp(who or "unknown", datetime.now(UTC).isoformat(timespec="seconds"))
