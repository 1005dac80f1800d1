"""The faster matrix product changes nothing but the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from thinc.api import NumpyOps

import tailgraph.models
from tailgraph.graph.fast_products import BlasOps
from tailgraph.graph.parsing import Parser, load_pipeline

TEXTS = (
    "The old bridge crosses the river.",
    "It was built in 1904.",
    "The kinase (p53) isn't active; T-cell counts fell by 5 %.",
    "Dr. Smith's vitamin D trial ended. He left!",
    "no verb here",
)


def model_of(pipeline: Language, component: str) -> Any:
    """Give the model of a component."""
    return cast("TrainablePipe", pipeline.get_pipe(component)).model


def test_the_faster_product_gives_the_parses_of_the_stock_pipeline() -> None:
    """Swapping the matrix product changes no head, label, tag or lemma."""
    stock = spacy.load(Path(tailgraph.models.__file__).parent / "parser")
    assert all(type(node.ops) is NumpyOps for node in model_of(stock, "parser").walk())
    fast = load_pipeline()
    assert any(type(node.ops) is BlasOps for node in model_of(fast, "parser").walk())
    parsed = Parser.default().parse([text] for text in TEXTS)
    for text, [sentence] in zip(TEXTS, parsed, strict=True):
        doc = stock.tokenizer(text)
        for word in doc:
            word.is_sent_start = word.i == 0
        doc = stock(doc)
        assert tuple(word.head.i for word in doc) == sentence.heads
        assert tuple(word.dep_.lower() for word in doc) == sentence.deps
        assert tuple(word.pos_ for word in doc) == sentence.upos


@pytest.mark.parametrize("trans1", [False, True])
@pytest.mark.parametrize("trans2", [False, True])
def test_the_faster_product_is_a_product(trans1: bool, trans2: bool) -> None:
    """All four ways to transpose agree with NumPy in double precision, also into an array."""
    ops = BlasOps()
    x = np.arange(6, dtype=np.float32).reshape((3, 2) if trans1 else (2, 3))
    y = np.arange(12, dtype=np.float32).reshape((4, 3) if trans2 else (3, 4))
    expected = (x.T if trans1 else x).astype(float) @ (y.T if trans2 else y).astype(float)
    out = np.empty((2, 4), dtype=np.float32)
    np.testing.assert_array_equal(ops.gemm(x, y, trans1=trans1, trans2=trans2), expected)
    np.testing.assert_array_equal(ops.gemm(x, y, out, trans1, trans2), expected)
    np.testing.assert_array_equal(out, expected)
