"""Kinds of things by completed sentences, against logits of one sentence at a time."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ShapeError
from tailgraph.reading.kinds import kind_scores

from ..conftest import TINY_TERMS

PAIRS = [("aspirin", "drug"), ("drug", "aspirin"), ("cellsed", "river"), ("mice {}", "drugser")]
PIECES = {"cellsed": ("cells", "##ed"), "drugser": ("drugs", "##er")}
PIECES["mice {}"] = ("mice", "[UNK]", "[UNK]")


def best(encoder: Encoder, shown: str, asked: str) -> float:
    """Return the mean over both sentences of the logit of the least likely piece."""
    total = 0.0
    for text in (f"{shown} is a kind of [MASK].", f"[MASK] such as {shown}"):
        state = encoder.mask_states([text]).vectors[0]
        logits = encoder.vocabulary.vectors @ state + encoder.vocabulary.biases
        total += min(float(logits[TINY_TERMS.index(p)]) for p in PIECES.get(asked, (asked,)))
    return total / 2


def test_scores_are_differences_of_logits(tiny_encoder: Encoder) -> None:
    """How much better the second word completes the first than the other way round."""
    firsts, seconds = [a for a, _ in PAIRS], [b for _, b in PAIRS]
    expected = [
        best(tiny_encoder, a, b) - best(tiny_encoder, b, a)
        for a, b in zip(firsts, seconds, strict=True)
    ]
    found = kind_scores(tiny_encoder, firsts, seconds)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert found[0] == pytest.approx(-found[1], abs=1e-4)


def test_the_default_model_knows_what_is_a_kind_of_what(default_encoder: Encoder) -> None:
    """Special words are kinds of general ones."""
    pairs = [("leukemia", "disease"), ("mouse", "animal"), ("kinase", "enzyme"), ("red", "color")]
    found = kind_scores(default_encoder, [a for a, _ in pairs], [b for _, b in pairs])
    assert (found > 0).all()


def test_no_pairs_have_no_scores(tiny_encoder: Encoder) -> None:
    """An empty list is an empty answer; unequal lists are refused."""
    assert kind_scores(tiny_encoder, [], []).shape == (0,)
    with pytest.raises(ShapeError, match="1 first and 2 second"):
        kind_scores(tiny_encoder, ["cell"], ["cell", "drug"])
