"""FAISS indexes as caches: named by the hash of what they hold, rebuilt when missing or damaged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import ArtifactError, StorageError
from .vector_index import Similarity, VectorIndex

_log = logging.getLogger(__name__)

Load = Callable[[], tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]
"""Returns ids, int64 of shape (n,), and their vectors, float32 of shape (n, dim)."""


def cached_index(
    folder: Path,
    name: str,
    digest: str,
    load: Load,
    *,
    similarity: Similarity = Similarity.COSINE,
    factory: str = "Flat",
) -> VectorIndex:
    """Open the cached index of some vectors, or build it from them and write it.

    Parameters
    ----------
    name, digest
        What the index is of, and the hash of the vectors it holds: both are in the file's name, so
        an index of older vectors is never opened. Older files of the same name are removed.
    load
        Called only when there is no sound file.
    """
    path = folder / f"{name}-{digest[:16]}.faiss"
    if path.exists():
        try:
            return VectorIndex.load(path)
        except ArtifactError as error:
            _log.warning("rebuilding a damaged cache: %s", error)
    ids, vectors = load()
    index = VectorIndex.from_vectors(vectors, similarity=similarity, factory=factory, ids=ids)
    try:
        folder.mkdir(exist_ok=True)
        index.save(path)
        for old in folder.glob(f"{name}-*.faiss"):
            if old != path:
                old.unlink(missing_ok=True)
    except (StorageError, OSError) as error:
        _log.warning("the index is used without being cached: %s", error)
    return index
