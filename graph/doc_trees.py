"""Sentences of a document that any spaCy pipeline has parsed, as plain data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from ..engine.sentences import MAX_SENTENCE_CHARS
from ..errors import ModelError
from .dependencies import detect_scheme_of_tree
from .parsing import ParsedSentence, TreeReader, tree_columns

_LABEL, _HEAD = 4, 5
"""Two of the columns of a tree."""


def read_doc(doc: Doc) -> list[tuple[int, ParsedSentence]]:
    """Read the sentences of a parsed document, each with the character where it begins.

    White space is no word. Of a sentence of more than `MAX_SENTENCE_CHARS` characters each part of
    that length is read as a sentence.

    Raises
    ------
    ModelError
        The document has no parse or no parts of speech, or its labels are of neither scheme that
        can be read.
    """
    is_word = ~doc.to_array(["IS_SPACE"]).ravel().astype(np.bool_)
    if not is_word.any():
        return []
    _check_annotated(doc)
    columns = _without_spaces(tree_columns(doc), is_word)
    labels = (doc.vocab.strings[label] for label in np.unique(columns[:, _LABEL]).tolist())
    trees = TreeReader(doc.vocab.strings, detect_scheme_of_tree(labels))
    text = doc.text
    starts = columns[:, 0].astype(np.int64)
    ends = starts + columns[:, 1].astype(np.int64)
    sentences = np.cumsum(doc.to_array(["SENT_START"]).ravel() == 1)[is_word]
    found = []
    for first, stop in _runs(sentences, starts, ends):
        start = int(starts[first])
        offsets = (starts[first:stop] - start).tolist()
        sentence = text[start : int(ends[stop - 1])]
        found.append((start, trees.read(sentence, columns[first:stop], offsets)))
    return found


def _check_annotated(doc: Doc) -> None:
    """Refuse a document without a tree or without parts of speech."""
    for attribute, what, who in (
        ("DEP", "dependency parse", "'parser'"),
        ("POS", "parts of speech", "'morphologizer', or a 'tagger' and an 'attribute_ruler'"),
    ):
        if not doc.has_annotation(attribute):
            raise ModelError(
                f"The document has no {what}; put a {who} before this component, or load a "
                "pipeline that has one."
            )


def _without_spaces(
    columns: npt.NDArray[np.uint64], is_word: npt.NDArray[np.bool_]
) -> npt.NDArray[np.uint64]:
    """Drop the rows of white space; a word that hangs on white space becomes a root."""
    rows = np.flatnonzero(is_word)
    place = np.full(len(is_word), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    heads = place[rows + columns[rows, _HEAD].view(np.int64)]
    kept = columns[rows]
    away = np.where(heads < 0, 0, heads - np.arange(len(rows)))
    kept[:, _HEAD] = away.view(np.uint64)
    return kept


def _runs(
    sentences: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> Iterator[tuple[int, int]]:
    """Yield the first word and the word after the last of each sentence, cut where too long."""
    bounds = np.flatnonzero(np.diff(sentences)) + 1
    for first, stop in zip([0, *bounds.tolist()], [*bounds.tolist(), len(starts)], strict=True):
        while first < stop:
            room = starts[first] + MAX_SENTENCE_CHARS
            fits = int(np.searchsorted(ends[first:stop], room, side="right"))
            yield first, first + max(1, fits)
            first += max(1, fits)
