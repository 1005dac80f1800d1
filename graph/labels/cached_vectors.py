"""Entity vectors kept on disk: named by what they were made of, made anew if missing or damaged."""

from __future__ import annotations

import hashlib
import logging
import os
import uuid
import zlib
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ...engine.vocabulary import Vocabulary
from .entity_vectors import EntityVectors, FloatArray, propagate_labels, seed_matrix
from .seeds import SeedLabels
from .term_labels import RULE

_log = logging.getLogger(__name__)


def cached_vectors(
    vocabulary: Vocabulary, seeds: SeedLabels, *, folder: Path, model: str
) -> EntityVectors:
    """Read the entity vectors of some labels, or spread the labels and keep what comes out.

    Parameters
    ----------
    vocabulary, seeds
        As in `propagate_labels`.
    folder
        Where they are kept; older ones are removed.
    model
        The fingerprint of the model that the vocabulary is of.
    """
    made_of = hashlib.sha256(f"{RULE} {model} {seeds.fingerprint}".encode()).hexdigest()
    path = folder / f"labels-{made_of[:16]}.npz"
    counts = _read(path, (len(vocabulary), len(seeds.names)))
    if counts is not None:
        given, unknown = seed_matrix(vocabulary, seeds)
        return EntityVectors(vocabulary, seeds.names, counts, given, unknown)
    vectors = propagate_labels(vocabulary, seeds)
    _write(path, vectors.counts)
    return vectors


def _read(path: Path, shape: tuple[int, int]) -> FloatArray | None:
    """Read counts of a shape; None if there are none, or not in one piece."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            counts: FloatArray = arrays["counts"]
    except (OSError, EOFError, ValueError, TypeError, KeyError, zlib.error, BadZipFile) as error:
        _log.warning("rebuilding a damaged cache: %s: %s", path, error)
        return None
    return counts if counts.shape == shape and counts.dtype == np.float32 else None


def _write(path: Path, counts: FloatArray) -> None:
    """Keep counts under a name, whole or not at all, and remove those under other names."""
    # Two writers never share a temporary file.
    partial = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        path.parent.mkdir(exist_ok=True)
        with partial.open("xb") as file:
            np.savez_compressed(file, counts=counts)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        for old in path.parent.glob("labels-*.npz"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("the labels are spread without being cached: %s", error)
        with suppress(OSError):
            partial.unlink(missing_ok=True)
