"""The texts that a model is trained on: what identifies them, and reading them with progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ...errors import ParameterError
from ..corpus import Document, SourceOptions, read_documents, source_name

Progress = Callable[[str, int, int | None], None]
"""Called with a stage, what is done of it, and of how much, if that is known."""


def identify_sources(sources: Sequence[str | Path], options: SourceOptions) -> dict[str, object]:
    """Name sources, wherever they lie, and how they are read.

    Raises
    ------
    ParameterError
        If there are none, or standard input is among them.
    """
    if not sources:
        raise ParameterError("Got no sources; give at least one file, folder or pattern.")
    if "-" in map(str, sources):
        raise ParameterError(
            "Training reads its text twice, and standard input can be read once; write it to a "
            "file first."
        )
    return {
        "sources": [source_name(source) for source in sources],
        "layout": options.layout,
        "text_field": options.text_field,
        "id_field": options.id_field,
    }


def read_sources(sources: Sequence[str | Path], options: SourceOptions) -> Iterator[Document]:
    """Read the documents of all sources, one source after the other."""
    for source in sources:
        yield from read_documents(
            source,
            layout=options.layout,
            text_field=options.text_field,
            id_field=options.id_field,
        )


def count_documents(
    documents: Iterator[Document], report: Progress, stage: str
) -> Iterator[Document]:
    """Pass documents on and report how many there were."""
    for number, document in enumerate(documents, start=1):
        yield document
        report(stage, number, None)
