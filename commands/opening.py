"""How a command opens what it reads with: a knowledge base, or a model and labels alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..reading.reader import Reader

InKb = Annotated[
    Path | None,
    typer.Option("--kb", metavar="KB", help="Read with the model and labels of this one."),
]
Labels = Annotated[
    Path | None,
    typer.Option(help="Seed labels: lines of a term, a tab, labels; bundled if not given."),
]


_TEXT_FILES = (".txt", ".jsonl", ".csv", ".parquet", ".gz", ".xz")


@contextmanager
def open_reader(
    kb: Path | None,
    *,
    model: str | None = None,
    labels: Path | None = None,
    parser: str | None = None,
) -> Iterator[Reader]:
    """Yield the reader of a knowledge base, or one of a model, a list of labels and a parser."""
    if kb is None:
        from ..reading.reader import Reader

        yield Reader.from_pretrained(model, labels=labels, parser=parser)
        return
    from ..errors import ParameterError
    from ..knowledge_base import KnowledgeBase

    if labels is not None:
        raise ParameterError(
            f"--labels {labels} with --kb {kb}: a knowledge base has labels of its own; leave one "
            "of the two out, or bring the list in with `tailgraph label import`"
        )
    with KnowledgeBase.open(kb, model=model, parser=parser) as knowledge_base:
        yield knowledge_base.reader


def read_text(argument: str) -> str:
    """Return the text of an argument that is itself text, the name of a file, or ``-``."""
    from ..engine.corpus import read_documents

    is_name = argument.endswith(_TEXT_FILES) and not any(c.isspace() for c in argument)
    if argument == "-" or is_name or (len(argument) < 256 and Path(argument).is_file()):
        return "\n\n".join(document.text for document in read_documents(argument))
    return argument
