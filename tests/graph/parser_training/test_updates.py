"""One step of learning: that of spaCy, with smoothed labels."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language
from spacy.pipeline import EditTreeLemmatizer
from thinc.api import Adam

from tailgraph.graph.parser_training.pipeline import initialize, make_pipeline
from tailgraph.graph.parser_training.treebank import read_treebank
from tailgraph.graph.parser_training.treebank_docs import make_example
from tailgraph.graph.parser_training.updates import PipelineUpdates

from .tiny_treebank import RECIPE


@pytest.mark.parametrize("tag_depth", [0, 2])
def test_an_update_is_that_of_spacy(bank: Path, tag_depth: int) -> None:
    """All weights move as `Language.update` moves them."""
    moved = []
    for ours in (True, False):
        sentences = read_treebank(bank).sentences[:5]
        pipeline = make_pipeline(replace(RECIPE.shape, tag_depth=tag_depth), None)
        initialize(pipeline, sentences, seed=0)
        optimizer = Adam(0.1, beta1=0.0, beta2=0.0, L2=0.0, grad_clip=0.0)
        examples = [make_example(pipeline.vocab, [sentence]) for sentence in sentences]
        random.seed(0)
        if ours:
            update = PipelineUpdates(pipeline, optimizer, dropout=0.0, smoothing=0.0)
            update(examples, [[sentence] for sentence in sentences])
        else:
            pipeline.update(examples, sgd=optimizer, drop=0.0)
        moved.append(list(weights(pipeline)))
    for one, two in zip(*moved, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)


def test_labels_are_smoothed_and_moves_are_not(bank: Path) -> None:
    """What is learned of tags depends on the smoothing; what the parser alone learns does not."""
    moved: list[dict[str, list[np.ndarray]]] = []
    for smoothing in (0.0, 0.5):
        sentences = read_treebank(bank).sentences[:5]
        pipeline = make_pipeline(RECIPE.shape, None)
        initialize(pipeline, sentences, seed=0)
        examples = [make_example(pipeline.vocab, [sentence]) for sentence in sentences]
        random.seed(0)
        optimizer = Adam(0.1, beta1=0.0, beta2=0.0, L2=0.0, grad_clip=0.0)
        update = PipelineUpdates(pipeline, optimizer, dropout=0.0, smoothing=smoothing)
        update(examples, [[sentence] for sentence in sentences])
        moved.append({name: list(weights(pipeline, name)) for name in pipeline.pipe_names})
    plain, smooth = moved
    for name in ("tagger", "morphologizer", "lemmatizer"):
        pairs = zip(plain[name], smooth[name], strict=True)
        assert any(not np.array_equal(one, two) for one, two in pairs)
    for one, two in zip(plain["parser"], smooth["parser"], strict=True):
        np.testing.assert_array_equal(one, two)


def weights(pipeline: Language, only: str | None = None) -> Iterator[np.ndarray]:
    """Yield a copy of every weight, of one component or of all."""
    for name, component in pipeline.pipeline:
        if only not in (None, name):
            continue
        for node in component.model.walk():  # type: ignore[attr-defined]
            yield from (node.get_param(n).copy() for n in node.param_names if node.has_param(n))


def test_rare_lemma_rules_teach_nothing(bank: Path) -> None:
    """A word whose rule was not kept has no gradient in the lemmatizer."""
    sentences = read_treebank(bank).sentences[:5]
    shape = replace(RECIPE.shape, min_lemma_rule_count=3)
    pipeline = make_pipeline(shape, None)
    initialize(pipeline, sentences, seed=0)
    lemmatizer = pipeline.get_pipe("lemmatizer")
    assert isinstance(lemmatizer, EditTreeLemmatizer)
    update = PipelineUpdates(pipeline, Adam(0.1), dropout=0.0, smoothing=0.0)
    rows = list(update._label_columns["lemmatizer"](sentences[3]))  # Proteins were not seen ...
    kept = lemmatizer.trees.add("not", "not")
    assert rows[2] == lemmatizer.tree2label[kept]
    assert (rows[1], rows[3]) == (-1, -1)
