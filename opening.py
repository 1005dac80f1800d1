"""The folder of a knowledge base, and its store opened for reading; nothing heavy is loaded here.

::

    folder/
        knowledge.sqlite     the single source of truth
        cache/               FAISS indexes, named by what they hold, rebuilt when missing or damaged
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ArtifactError
from .graph import queries
from .graph.database import folder_lock
from .graph.store import GraphStore

DATABASE = "knowledge.sqlite"
CACHE = "cache"
FORMAT = 1


def open_store(folder: str | Path) -> GraphStore:
    """Open the store of a finished knowledge base for reading.

    Raises
    ------
    ArtifactError
        The folder holds no knowledge base, a damaged one, one of another format, or one whose build
        was interrupted.
    """
    path = Path(folder)
    store = GraphStore.open(path / DATABASE)
    try:
        _check_finished(path, store)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def edit_store(folder: str | Path) -> Iterator[GraphStore]:
    """Open the store of a finished knowledge base for writing, under the lock of its folder.

    One with an older schema is brought up to date. Errors are those of `open_store`.

    Raises
    ------
    StorageError
        Another process is writing the folder, or it cannot be written.
    """
    path = Path(folder)
    bring_up_to_date(path)
    open_store(path).close()
    with folder_lock(path), GraphStore.create(path / DATABASE) as store:
        yield store


def bring_up_to_date(folder: Path) -> None:
    """Give the store of a knowledge base the newest schema, if there is one with an older."""
    path = folder / DATABASE
    if path.is_file():
        with folder_lock(folder), GraphStore.create(path):
            pass


def _check_finished(path: Path, store: GraphStore) -> None:
    """Refuse a knowledge base of another format, or one whose build was interrupted."""
    made_as = store.manifest().get("format")
    if made_as not in (FORMAT, None):
        raise ArtifactError(
            f"{path} has format {made_as}, this tailgraph reads format {FORMAT}; "
            "build it anew with `tailgraph build`"
        )
    if not store.is_finished():
        raise ArtifactError(
            f"the build of {path} was interrupted; run the same command again: "
            "it goes on from the last committed step"
        )


def describe_folder(folder: Path, store: GraphStore) -> dict[str, object]:
    """Return what a knowledge base was made with, how much it holds, and its size in bytes."""
    return {
        **store.manifest(),
        "sources": [record.name for record in store.sources()],
        "counts": queries.counts(store),
        "bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
    }
