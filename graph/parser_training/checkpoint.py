"""The state of a training on disk: weights, moments and averages, exact to the last bit.

The averages of the epoch that did best are there too. What is saved is named by component, node
and parameter, so that another process finds its place.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from thinc.api import Model, Optimizer
from thinc.types import FloatsXd

from ...errors import ModelError

AnyModel = Model[Any, Any]
Weights = dict[tuple[int, str], FloatsXd]
"""Arrays by node and parameter, as `Optimizer.averages` and `Language.use_params` have them."""

_STATE = "state.json"
_MOMENTS = ("mom1", "mom2", "averages")
_KEPT = "kept"


@dataclass
class TrainingState:
    """How far a training has come.

    Attributes
    ----------
    identity : str
        Hash of everything that decides the outcome.
    n_epochs, n_steps, n_words : int
        Finished epochs, updates, and words that were learned from.
    cpu_seconds : float
        Processor time of all processes that worked on it.
    kept_epoch, kept_score : int, float
        Which epoch did best on the development treebanks, and how well; 0 where none was scored.
    """

    identity: str
    n_epochs: int = 0
    n_steps: int = 0
    n_words: int = 0
    cpu_seconds: float = 0.0
    kept_epoch: int = 0
    kept_score: float = 0.0


def save_checkpoint(
    path: Path, pipeline: Language, optimizer: Optimizer, state: TrainingState, kept: Weights
) -> None:
    """Write the state of a training and the weights to keep, whole or not at all."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    counts: dict[str, int] = {}
    for name, node, parameter in _parameters(pipeline):
        key = (node.id, parameter)
        arrays[f"weights {name}"] = np.asarray(node.get_param(parameter))
        for kind in _MOMENTS:
            if key in getattr(optimizer, kind):
                arrays[f"{kind} {name}"] = np.asarray(getattr(optimizer, kind)[key])
        if key in kept:
            arrays[f"{_KEPT} {name}"] = np.asarray(kept[key])
        counts[name] = optimizer.nr_update[key]
    text = json.dumps({"state": asdict(state), "counts": counts})
    arrays[_STATE] = np.frombuffer(text.encode(), dtype=np.uint8)
    partial = path.with_name(f"{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load_checkpoint(
    path: Path, pipeline: Language, optimizer: Optimizer, *, identity: str
) -> tuple[TrainingState, Weights]:
    """Bring an initialized pipeline and a fresh optimizer to the state that was saved.

    Returns
    -------
    tuple of TrainingState and Weights
        How far the training has come, and the weights to keep; none if no epoch was scored.

    Raises
    ------
    ModelError
        The checkpoint is damaged, or of another training.
    """
    kept: Weights = {}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            told = json.loads(arrays[_STATE].tobytes())
            state = TrainingState(**told["state"])
            if state.identity == identity:
                _restore(arrays, told["counts"], pipeline, optimizer, kept)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{path}: the checkpoint is damaged ({error}); remove it to begin anew"
        ) from error
    if state.identity != identity:
        raise ModelError(
            f"{path}: the checkpoint is of a training with other treebanks, vectors or settings; "
            "give the same again to go on with it, or remove it to begin anew"
        )
    return state, kept


def _restore(
    arrays: np.lib.npyio.NpzFile,
    counts: dict[str, int],
    pipeline: Language,
    optimizer: Optimizer,
    kept: Weights,
) -> None:
    for name, node, parameter in _parameters(pipeline):
        key = (node.id, parameter)
        node.set_param(parameter, cast("FloatsXd", arrays[f"weights {name}"]))
        for kind in _MOMENTS:
            if f"{kind} {name}" in arrays:
                getattr(optimizer, kind)[key] = arrays[f"{kind} {name}"]
        if f"{_KEPT} {name}" in arrays:
            kept[key] = cast("FloatsXd", arrays[f"{_KEPT} {name}"])
        optimizer.nr_update[key] = counts[name]


def _parameters(pipeline: Language) -> Iterator[tuple[str, AnyModel, str]]:
    """Yield every weight of the pipeline with a name that is the same in every process."""
    for component, pipe in pipeline.pipeline:
        for place, node in enumerate(pipe.model.walk()):  # type: ignore[attr-defined]
            for parameter in node.param_names:
                if node.has_param(parameter):
                    yield f"{component}/{place}/{parameter}", node, parameter
