"""Pseudo-log-likelihoods, held against a whole model run on one hidden piece after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.pseudo_likelihood import score_pieces
from tailgraph.errors import ParameterError

from ..conftest import TINY_TERMS

TEXT = "the ___ inhibits ___ in mice"
BLANKS = [(4, 7), (17, 20)]


def reference(folder: Path, tokens: list[str], place: int, wanted: str) -> float:
    """Let transformers say how likely a term is at a place."""
    model = transformers.BertForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = [TINY_TERMS.index(token) for token in tokens]
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([ids])).logits[0, place]
    return float(torch.log_softmax(logits, 0)[TINY_TERMS.index(wanted)])


@pytest.mark.parametrize(
    ("candidate", "pieces"),
    [
        ("drug", ["drug"]),
        ("Kinases", ["kinase", "##s"]),
        ("active cells", ["active", "cells"]),
        ("unbinds", ["un", "##b", "##in", "##d", "##s"]),
    ],
)
def test_each_piece_is_scored_with_it_alone_hidden(
    candidate: str, pieces: list[str], tiny_bert: Path, tiny_encoder: Encoder
) -> None:
    """The other pieces stand, and the other blank holds one mask."""
    first, second = score_pieces(tiny_encoder, TEXT, BLANKS, ["cell", candidate])
    before, after = ["[CLS]", "the"], ["inhibits", "[MASK]", "in", "mice", "[SEP]"]
    expected = []
    for number, piece in enumerate(pieces):
        shown = [*pieces[:number], "[MASK]", *pieces[number + 1 :]]
        place = len(before) + number
        expected.append(reference(tiny_bert, [*before, *shown, *after], place, piece))
    assert first[1].pieces == tuple(TINY_TERMS.index(piece) for piece in pieces)
    np.testing.assert_allclose(first[1].log_probabilities, expected, atol=1e-4)
    before, after = ["[CLS]", "the", "[MASK]", "inhibits"], ["in", "mice", "[SEP]"]
    shown = [*before, "[MASK]", *pieces[1:], *after]
    assert second[1].log_probabilities[0] == pytest.approx(
        reference(tiny_bert, shown, len(before), pieces[0]), abs=1e-4
    )


def test_a_candidate_of_one_piece_has_its_predicted_probability(tiny_encoder: Encoder) -> None:
    """Where there is nothing to hide in turn, it is the probability that `predict` gives."""
    predicted = tiny_encoder.predict([TEXT], [BLANKS], k=len(TINY_TERMS))[0][1]
    probabilities = {found.term: found.probability for found in predicted}
    names = ["drug", "melanoma", "queen"]
    found = score_pieces(tiny_encoder, TEXT, BLANKS, names)[1]
    for name, scores in zip(names, found, strict=True):
        assert float(np.exp(scores.log_probabilities[0])) == pytest.approx(
            probabilities[name], rel=1e-4
        )


def test_a_long_text_keeps_the_part_around_the_blank(tiny_encoder: Encoder) -> None:
    """A candidate of many pieces still fits where the text alone fills the model."""
    far = "mice " * 90
    text = f"{far}___ binds {far}"
    [[scores]] = score_pieces(tiny_encoder, text, [(len(far), len(far) + 3)], ["unbinds"])
    assert scores.log_probabilities.shape == (5,)
    assert np.isfinite(scores.log_probabilities).all()


@pytest.mark.parametrize("candidate", ["", "  ", "☃", "drug ☃", "[MASK]", "b " * 80])
def test_a_candidate_that_cannot_be_spelled_is_refused(
    candidate: str, tiny_encoder: Encoder
) -> None:
    """The message names the candidate, or says that it is too long."""
    with pytest.raises(ParameterError, match="candidate"):
        score_pieces(tiny_encoder, TEXT, BLANKS, ["drug", candidate])
