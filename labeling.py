"""Labels changed under the lock of a knowledge base's folder, and stored for every term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .graph.labels.book import LabelBook
from .graph.labels.term_labels import is_current, write_term_labels
from .opening import edit_store

if TYPE_CHECKING:
    from .graph.labels.entity_vectors import EntityVectors


@contextmanager
def edit_labels(folder: str | Path) -> Iterator[LabelBook]:
    """Open the labels of a knowledge base for writing; no model is needed.

    Each change is committed by itself. Errors are those of `edit_store`.
    """
    with edit_store(folder) as store:
        yield LabelBook(store)


def store_term_labels(folder: Path, book: LabelBook, spread: Callable[[], EntityVectors]) -> None:
    """Store the labels of every term, given and propagated, unless the stored ones are up to date.

    Parameters
    ----------
    spread
        Spreads the present labels over the vocabulary; called only if it has to be.
    """
    fingerprint = book.current().fingerprint
    if not is_current(book.store, fingerprint):
        vectors = spread()
        with edit_store(folder) as store:
            write_term_labels(store, book.entries(), vectors, fingerprint)
