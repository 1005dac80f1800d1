"""The spaCy pipeline of a parser: its shape, its word vectors, and how it is saved.

::

    words -> tok2vec -> tagger, morphologizer, parser, lemmatizer

All parts share one tok2vec: hashed spellings and the word vectors of a masked language model,
mixed with the neighbors of each word by a convolutional network. Tagger and morphologizer each have
a layer of their own above it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import spacy
from spacy.attrs import LOWER  # type: ignore[import-not-found]  # compiled and untyped
from spacy.language import Language
from spacy.pipeline import EditTreeLemmatizer
from spacy.pipeline._edit_tree_internals.edit_trees import (  # type: ignore[import-not-found]  # compiled
    EditTrees,
)
from spacy.strings import StringStore
from spacy.training import Example
from spacy.vectors import Vectors  # type: ignore[import-not-found]  # compiled and untyped

from ...engine.vocabulary import Vocabulary
from ...errors import ModelError
from ..fast_products import multiply_fast
from .treebank_docs import make_example
from .treebank_words import TreebankSentence

FloatArray = npt.NDArray[np.float32]

_LISTENER = "spacy.Tok2VecListener.v1"
_ATTRIBUTES = ("NORM", "PREFIX", "SUFFIX", "SHAPE")
_TOK2VEC, _LEMMATIZER = "tok2vec", "lemmatizer"


@dataclass(frozen=True)
class PipelineShape:
    """How large the parts of a parser are.

    Attributes
    ----------
    width
        Length of the vector that stands for a word in its sentence.
    depth
        Convolutional layers; each sees one more word on either side.
    tag_depth
        Layers that the tagger and the morphologizer each have for themselves.
    hidden_width
        Hidden units of the network that chooses the parser's next move.
    wide_state
        Whether that network sees 13 words of the parser's state instead of 8.
    hash_rows
        Rows of the tables for normal form, prefix, suffix and shape.
    min_label_count
        Labels that are rarer become ``dep``.
    min_lemma_rule_count
        Rules from word to lemma that are rarer are not learned.
    vector_dim
        Dimensions that the word vectors are reduced to.
    max_vectors
        How many words have a vector at most, the first ones of the vocabulary.
    """

    width: int = 128
    depth: int = 4
    tag_depth: int = 1
    hidden_width: int = 64
    wide_state: bool = True
    hash_rows: tuple[int, int, int, int] = (5000, 1000, 2500, 2500)
    min_label_count: int = 30
    min_lemma_rule_count: int = 8
    vector_dim: int = 80
    max_vectors: int = 30_000


@dataclass(frozen=True)
class WordVectors:
    """Words in lower case and their vectors, float32 array of shape (n_words, dim)."""

    words: tuple[str, ...]
    vectors: FloatArray


def reduce_vectors(vocabulary: Vocabulary, *, dim: int, max_words: int) -> WordVectors:
    """Keep the whole words of a vocabulary, their vectors reduced to their main directions.

    Parameters
    ----------
    vocabulary
        Terms of a masked language model.
    dim
        Dimensions to keep at most.
    max_words
        Words to keep at most, in the order of the vocabulary.

    Returns
    -------
    WordVectors
        Unit rows: the centered unit vectors on their first principal axes.

    Raises
    ------
    ModelError
        The vocabulary has fewer words than dimensions to keep.
    """
    rows_by_word: dict[str, int] = {}
    whole = ~(vocabulary.is_piece | vocabulary.is_special)
    for row in np.flatnonzero(whole).tolist():
        rows_by_word.setdefault(vocabulary.surface(row).lower(), row)
    words = tuple(rows_by_word)[:max_words]
    if len(words) < dim:
        raise ModelError(
            f"The model's vocabulary has {len(words)} whole words; expected at least {dim}, as "
            "many as the dimensions to keep. Choose another model or keep fewer dimensions."
        )
    vectors = _unit_rows(vocabulary.vectors[[rows_by_word[word] for word in words]])
    centered = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh((centered.T @ centered).astype(np.float64))
    main = axes[:, ::-1][:, :dim].astype(np.float32)
    return WordVectors(words, _unit_rows(centered @ main))


def make_pipeline(shape: PipelineShape, vectors: WordVectors | None) -> Language:
    """Make a pipeline of a shape, not yet initialized."""
    pipeline = spacy.blank("en")
    if vectors is not None:
        _set_vectors(pipeline, vectors)
    pipeline.add_pipe("tok2vec", name=_TOK2VEC, config={"model": _tok2vec(shape, vectors)})
    tagger = _softmax(_tag_layers(shape) if shape.tag_depth else _listener(shape))
    pipeline.add_pipe("tagger", config={"model": tagger})
    pipeline.add_pipe("morphologizer", config={"model": tagger})
    pipeline.add_pipe(
        "parser", config={"min_action_freq": shape.min_label_count, "model": _transitions(shape)}
    )
    pipeline.add_pipe(
        "trainable_lemmatizer",
        name=_LEMMATIZER,
        config={
            "min_tree_freq": shape.min_lemma_rule_count,
            "model": _softmax(_listener(shape)),
        },
    )
    return pipeline


def initialize(pipeline: Language, sentences: Sequence[TreebankSentence], *, seed: int) -> bytes:
    """Learn the labels of sentences and draw the first weights.

    Returns
    -------
    bytes
        The rules of the lemmatizer, as they have to be saved: training adds others to them that
        no label stands for, those that it met.
    """
    seed_generators(seed)
    examples: list[Example] = [make_example(pipeline.vocab, [sentence]) for sentence in sentences]
    pipeline.initialize(lambda: examples)
    multiply_fast(pipeline)
    rules: bytes = cast(EditTreeLemmatizer, pipeline.get_pipe(_LEMMATIZER)).trees.to_bytes()
    return rules


def seed_generators(seed: int) -> None:
    """Seed what spaCy and thinc draw from: the global generators of Python and NumPy."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002


def save_pipeline(
    pipeline: Language, vectors: WordVectors | None, lemma_rules: bytes, folder: Path
) -> None:
    """Save a pipeline without the words and rules that it met in training."""
    lemmatizer = cast(EditTreeLemmatizer, pipeline.get_pipe(_LEMMATIZER))
    lemmatizer.trees = EditTrees(StringStore()).from_bytes(lemma_rules)
    lean = spacy.blank("en").from_config(pipeline.config)
    if vectors is not None:
        _set_vectors(lean, vectors)
    for name, component in pipeline.pipeline:
        bare = component.to_bytes(exclude=["vocab"])  # type: ignore[attr-defined]
        lean.get_pipe(name).from_bytes(bare)  # type: ignore[attr-defined]
    for text in _strings(pipeline):
        lean.vocab.strings.add(text)
    lean.to_disk(folder)
    if vectors is not None:
        _tell_vector_keys(folder)


def _strings(pipeline: Language) -> Iterator[str]:
    """Yield the strings that components keep as hashes: labels, and what lemma rules replace."""
    for _, component in pipeline.pipeline:
        yield from map(str, getattr(component, "labels", ()))
    lemmatizer = cast(EditTreeLemmatizer, pipeline.get_pipe(_LEMMATIZER))
    for rule in lemmatizer.label_data["trees"]:
        yield from (rule[side] for side in ("orig", "subst") if side in rule)


def _tok2vec(shape: PipelineShape, vectors: WordVectors | None) -> dict[str, object]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": shape.width,
            "attrs": list(_ATTRIBUTES),
            "rows": list(shape.hash_rows),
            "include_static_vectors": vectors is not None,
        },
        "encode": _encoder(shape.width, shape.depth, window_size=1),
    }


def _softmax(tok2vec: dict[str, object]) -> dict[str, object]:
    return {
        "@architectures": "spacy.Tagger.v2",
        "tok2vec": tok2vec,
        "nO": None,
        "normalize": False,
    }


def _tag_layers(shape: PipelineShape) -> dict[str, object]:
    """Describe layers over the shared ones that see no more words than these."""
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": _listener(shape),
        "encode": _encoder(shape.width, shape.tag_depth, window_size=0),
    }


def _encoder(width: int, depth: int, *, window_size: int) -> dict[str, object]:
    return {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": width,
        "depth": depth,
        "window_size": window_size,
        "maxout_pieces": 3,
    }


def _listener(shape: PipelineShape) -> dict[str, object]:
    return {"@architectures": _LISTENER, "width": shape.width, "upstream": "*"}


def _transitions(shape: PipelineShape) -> dict[str, object]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": shape.wide_state,
        "hidden_width": shape.hidden_width,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": _listener(shape),
        "nO": None,
    }


def _set_vectors(pipeline: Language, vectors: WordVectors) -> None:
    strings = pipeline.vocab.strings
    keys = [strings.add(word) for word in vectors.words]
    pipeline.vocab.vectors = Vectors(
        strings=strings, data=vectors.vectors, keys=keys, name="words", attr=LOWER
    )


def _tell_vector_keys(folder: Path) -> None:
    """Write down that vectors go by lower case: spaCy reads this, but does not write it."""
    path = folder / "vocab" / "vectors.cfg"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "attr": int(LOWER)}), encoding="utf-8")


def _unit_rows(vectors: FloatArray) -> FloatArray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = vectors / np.maximum(norms, 1e-12)
    return np.ascontiguousarray(unit, dtype=np.float32)
