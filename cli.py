"""The command line: arguments in, KnowledgeBase calls, text or JSON out.

Results go to standard output, progress and notes to standard error. Exit status: 0, 1 for an error
of ours (one line that says what to do), 2 for wrong use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .commands.arguments import (
    Folder,
    IdField,
    Json,
    Kind,
    Layout,
    Limit,
    Model,
    ParserName,
    Sources,
    TextField,
    TextLayout,
    Types,
    source_options,
)
from .commands.entities import entities, ner
from .commands.facts import facts
from .commands.geometry import arithmetic, histogram, importance
from .commands.labels import label_commands
from .commands.models import adapt, card, pretrain, train_parser
from .commands.predictions import compare, explain, fill, score
from .commands.reading import own_tokens, prefixes, senses
from .commands.relations import relation_commands
from .commands.synonyms import synonyms
from .commands.triples import triples
from .commands.walking import expand, neighbors, node_kind, open_walker, path
from .commands.word_classes import pos
from .commands.world_model import harvest

if TYPE_CHECKING:
    from .knowledge_base import KnowledgeBase

app = typer.Typer(
    name="tailgraph",
    help="Turn raw text and a masked language model into a search engine and a knowledge graph "
    "that explain themselves.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help: Rich alone takes longer to import than everything else here.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def build(
    sources: Sources,
    out: Annotated[Path, typer.Option(help="Folder of the knowledge base.")],
    model: Model = None,
    parser: ParserName = None,
    layout: Layout = TextLayout.auto,
    text_field: TextField = "text",
    id_field: IdField = "id",
    types: Types = False,
    as_json: Json = False,
) -> None:
    """Build a knowledge base from text; run it again to go on with an interrupted build."""
    from .commands.console import progress_bars
    from .knowledge_base import KnowledgeBase

    with progress_bars() as progress:
        knowledge_base = KnowledgeBase.build(
            sources,
            out,
            model=model,
            parser=parser,
            options=source_options(layout, text_field, id_field),
            progress=progress,
        )
        if types:
            knowledge_base.type_mentions(progress=progress)
    _report(knowledge_base, as_json)


@app.command()
def add(
    kb: Folder,
    sources: Sources,
    model: Model = None,
    parser: ParserName = None,
    layout: Layout = TextLayout.auto,
    text_field: TextField = "text",
    id_field: IdField = "id",
    types: Types = False,
    as_json: Json = False,
) -> None:
    """Add more text to a knowledge base, as if all had been built at once."""
    from .commands.console import progress_bars
    from .knowledge_base import KnowledgeBase

    with progress_bars() as progress:
        knowledge_base = KnowledgeBase.add(
            kb,
            sources,
            model=model,
            parser=parser,
            options=source_options(layout, text_field, id_field),
            progress=progress,
        )
        if types:
            knowledge_base.type_mentions(progress=progress)
    _report(knowledge_base, as_json)


@app.command()
def search(
    kb: Folder,
    query: Annotated[str, typer.Argument(help="A word, a phrase or a sentence.")],
    kind: Annotated[Kind, typer.Option(help="What to search.")] = Kind.sentence,
    limit: Limit = 10,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Find the sentences, phrases or terms nearest to a text, with the words that say why."""
    from .commands.terminal import show_hits

    with _open(kb, model=model) as knowledge_base:
        show_hits(knowledge_base.search(query, kind=node_kind(kind), k=limit), as_json=as_json)


@app.command()
def describe(
    kb: Folder,
    text: Annotated[str, typer.Argument(help="A word, a phrase or a sentence, stored or not.")],
    limit: Limit = 8,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Say what a text means to the model: its landmarks, what is near, its place in the graph."""
    from .commands.terminal import show_description

    with _open(kb, model=model) as knowledge_base:
        show_description(knowledge_base.describe(text, k=limit), as_json=as_json)


@app.command()
def clusters(
    kb: Folder,
    term: Annotated[str, typer.Option(help="Only the clusters that hold this term.")] = "",
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List clusters of the vocabulary with their pivots, the largest first."""
    from .commands.terminal import show_clusters

    with open_walker(kb) as walker:
        show_clusters(walker.clusters(term, limit=limit), as_json=as_json)


@app.command()
def info(kb: Folder, as_json: Json = False) -> None:
    """Say what a knowledge base was made with and how much it holds."""
    from .commands.terminal import show_info
    from .opening import describe_folder, open_store

    with open_store(kb) as store:
        show_info(describe_folder(kb, store), as_json=as_json)


@app.command()
def verify(kb: Folder, as_json: Json = False) -> None:
    """Check that a knowledge base is whole; exit status 1 if it is not."""
    from .commands.terminal import show_findings
    from .graph.store import GraphStore
    from .graph.verification import content_hash, verify_store
    from .opening import DATABASE

    with GraphStore.open(kb / DATABASE) as store:
        findings = list(verify_store(store))
        digest = content_hash(store)
    show_findings(findings, digest, as_json=as_json)
    raise typer.Exit(0 if all(finding.sound for finding in findings) else 1)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder of the demo's knowledge base.")] = Path(
        "demo-kb"
    ),
) -> None:
    """Build a knowledge base of the bundled sample and show what it answers."""
    from .demonstration import run_demo

    run_demo(out)


for command in (
    neighbors,
    expand,
    path,
    facts,
    triples,
    entities,
    ner,
    fill,
    score,
    explain,
    compare,
    senses,
    prefixes,
    own_tokens,
    pos,
    synonyms,
    harvest,
    histogram,
    importance,
    arithmetic,
    pretrain,
    adapt,
    card,
    train_parser,
):
    app.command(command.__name__.replace("_", "-"))(command)
app.add_typer(label_commands)
app.add_typer(relation_commands)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; our errors are one line on standard error."""
    from .errors import TailgraphError

    try:
        app(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
        return status if _flushed() else 1
    except TailgraphError as error:
        _complain(str(error))
    except KeyboardInterrupt:
        _complain("interrupted; builds and trainings go on when they are run again")
    except OSError as error:
        _complain(f"cannot write the output: {error.strerror or error}; free some space")
    return 1


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run())


def _complain(message: str) -> None:
    sys.stderr.write(f"tailgraph: {' '.join(message.split())}\n")


def _flushed() -> bool:
    """Write out what standard output still holds; say so if it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _complain(f"cannot write the output: {error.strerror or error}; free some space")
        # What could not be written must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def _open(folder: Path, *, model: str | None = None, parser: str | None = None) -> KnowledgeBase:
    from .knowledge_base import KnowledgeBase

    return KnowledgeBase.open(folder, model=model, parser=parser)


def _report(knowledge_base: KnowledgeBase, as_json: bool) -> None:
    from .commands.terminal import show_built

    with knowledge_base:
        show_built(knowledge_base.info(), knowledge_base.report, as_json=as_json)
