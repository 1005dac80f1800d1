"""One step of learning: every component's gradient, then all weights move.

This is what `Language.update` does, without what makes it slow: the taggers and the lemmatizer
look the right labels up instead of aligning two documents that have the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.pipeline import EditTreeLemmatizer, Tagger, TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Optimizer, set_dropout_rate

from .treebank_words import TreebankSentence

FloatArray = npt.NDArray[np.float32]
Columns = Callable[[TreebankSentence], Iterable[int]]

_UNKNOWN = -1


class PipelineUpdates:
    """Moves the weights of an initialized pipeline."""

    def __init__(
        self, pipeline: Language, optimizer: Optimizer, *, dropout: float, smoothing: float
    ):
        self._components = {
            name: cast(TrainablePipe, component) for name, component in pipeline.pipeline
        }
        self._optimizer = optimizer
        self._dropout = dropout
        self._smoothing = smoothing
        self._label_columns = _label_columns(pipeline)

    def __call__(
        self, examples: Sequence[Example], groups: Sequence[Sequence[TreebankSentence]]
    ) -> None:
        """Learn from a batch.

        Parameters
        ----------
        examples
            Bare documents with what is known of them.
        groups
            The sentences of each example.
        """
        docs = [example.predicted for example in examples]
        for name, component in self._components.items():
            if name in self._label_columns:
                column = self._label_columns[name]
                labels = [[row for s in group for row in column(s)] for group in groups]
                self._update_labels(component, docs, labels)
            else:
                component.update(examples, drop=self._dropout, sgd=None)
        for component in self._components.values():
            component.finish_update(self._optimizer)

    def _update_labels(
        self, component: TrainablePipe, docs: Sequence[Doc], labels: Sequence[Sequence[int]]
    ) -> None:
        """Take the gradient of the cross-entropy; words without a label have none."""
        set_dropout_rate(component.model, self._dropout)
        shares, backprop = component.model.begin_update(docs)
        pairs = zip(shares, labels, strict=True)
        backprop(
            [
                label_gradient(share, np.array(rows, np.int64), self._smoothing)
                for share, rows in pairs
            ]
        )


def label_gradient(
    shares: FloatArray, labels: npt.NDArray[np.int64], smoothing: float
) -> FloatArray:
    """Return the gradient of the cross-entropy by the scores before the softmax.

    Parameters
    ----------
    shares
        float32 array of shape (n_words, n_labels): what the softmax gave.
    labels
        int64 array of shape (n_words,): the right label, -1 where it is not known.
    smoothing
        What part of the wanted share goes to all labels alike (Szegedy et al., "Rethinking the
        Inception architecture for computer vision", 2016).

    Examples
    --------
    >>> shares = np.array([[0.25, 0.75], [0.5, 0.5]], np.float32)
    >>> label_gradient(shares, np.array([1, -1]), 0.0).tolist()
    [[0.25, -0.25], [0.0, 0.0]]
    >>> label_gradient(shares, np.array([1, -1]), 0.5).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    known = np.flatnonzero(labels != _UNKNOWN)
    gradient = np.zeros_like(shares)
    gradient[known] = shares[known] - smoothing / shares.shape[1]
    gradient[known, labels[known]] -= 1 - smoothing
    return gradient


def _label_columns(pipeline: Language) -> dict[str, Columns]:
    """Say for each component that labels words which label each word of a sentence has."""
    fine = _rows(cast(Tagger, pipeline.get_pipe("tagger")).labels)
    coarse = _rows(
        label.removeprefix("POS=")
        for label in cast(Tagger, pipeline.get_pipe("morphologizer")).labels
    )
    lemmatizer = cast(EditTreeLemmatizer, pipeline.get_pipe("lemmatizer"))
    rules: dict[tuple[str, str], int] = {}

    def rule(word: str, lemma: str) -> int:
        if not lemma:
            return _UNKNOWN
        row = rules.get((word, lemma))
        if row is None:
            tree = lemmatizer.trees.add(word, lemma)
            row = rules[word, lemma] = lemmatizer.tree2label.get(tree, _UNKNOWN)
        return row

    return {
        "tagger": lambda s: (fine.get(tag, _UNKNOWN) for tag in s.xpos),
        "morphologizer": lambda s: (coarse.get(tag, _UNKNOWN) for tag in s.upos),
        "lemmatizer": lambda s: map(rule, s.words, s.lemmas),
    }


def _rows(labels: Iterable[str]) -> dict[str, int]:
    return {label: row for row, label in enumerate(labels)}
