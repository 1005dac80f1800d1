"""Done: what a worker answers when it has finished a portion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """A portion that a worker has finished.

    Attributes
    ----------
    n_sentences, n_triples, n_rejected : int
        What was in it, and what came of it.
    seconds : dict
        Wall time of the worker by stage, since it began.
    peak_bytes : int
        The largest resident memory of the worker so far.
    worker : int
        Its process id.
    """

    n_sentences: int
    n_triples: int
    n_rejected: int
    seconds: dict[str, float]
    peak_bytes: int
    worker: int
