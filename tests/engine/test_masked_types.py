"""Votes on the type of hidden mentions, held against a loop over transformers' logits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.masked_types import Mention, labeled_rows, measure_masked_types
from tailgraph.errors import ParameterError

from ..conftest import TINY_TERMS

LABELS = {
    **dict.fromkeys(("drug", "aspirin", "Drugs", "kinase"), "CHEM"),
    **dict.fromkeys(("disease", "melanoma", "cancer", "tumor", "cell"), "DIS"),
    **dict.fromkeys(("london", "paris", "##s", "nowhere"), "LOC"),
}
CONTEXTS = ["the {} binds", "{}", "a {} of mice", "not {} and not cells", "{} causes {}", "with {}"]


def mentions() -> list[Mention]:
    """Make mentions of two types and a third that no class is known for."""
    found = []
    for number, context in enumerate(CONTEXTS * 4):
        name, word = [("Chemical", "aspirin"), ("Disease", "lung cancer"), ("Odd", "x")][number % 3]
        text = context.replace("{}", word)
        start = text.index(word)
        found.append(Mention(text, start, start + len(word), name))
    return found


def test_votes_are_those_of_the_twenty_best_terms(tiny_bert: Path, tiny_encoder: Encoder) -> None:
    """Probabilities are summed by class; a mention without a vote is wrong."""
    model = transformers.BertForMaskedLM.from_pretrained(tiny_bert, dtype=torch.float32).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_bert)
    classes = {word.lower(): name for word, name in LABELS.items() if name != "LOC"}
    outcomes = []
    for mention in mentions():
        if mention.type == "Odd":
            continue
        text = f"{mention.text[: mention.start]}[MASK]{mention.text[mention.end :]}"
        inputs = tokenizer(text, return_tensors="pt")
        place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
        with torch.inference_mode():
            best = model(**inputs).logits[0, place].softmax(0).topk(20)
        votes = {"CHEM": 0.0, "DIS": 0.0}
        for value, row in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            if TINY_TERMS[row] in classes:
                votes[classes[TINY_TERMS[row]]] += value
        right = "CHEM" if mention.type == "Chemical" else "DIS"
        is_voted = any(votes.values())
        outcomes.append((is_voted and max(votes, key=lambda name: votes[name]) == right, is_voted))
    found = measure_masked_types(tiny_encoder, mentions(), LABELS)
    assert found.accuracy == pytest.approx(np.mean([right for right, _ in outcomes]))
    assert found.coverage == pytest.approx(np.mean([voted for _, voted in outcomes]))
    assert (found.classes, found.n_mentions, found.majority) == (("CHEM", "DIS"), 16, 0.5)


def test_words_of_a_list_are_found_as_whole_terms(tiny_encoder: Encoder) -> None:
    """Case is folded as the model does; pieces and words of several pieces are left out."""
    rows = labeled_rows(tiny_encoder.vocabulary, LABELS)
    expected = {word.lower() for word in LABELS} - {"##s", "nowhere"}
    assert {TINY_TERMS[row] for row in rows} == expected
    assert rows[TINY_TERMS.index("drugs")] == "CHEM"


def test_a_sample_is_drawn_by_the_seed(tiny_encoder: Encoder) -> None:
    """No more mentions are tried than asked."""
    found = measure_masked_types(tiny_encoder, mentions(), LABELS, n_mentions=5, seed=2)
    assert found.n_mentions == 5
    assert found == measure_masked_types(tiny_encoder, mentions(), LABELS, n_mentions=5, seed=2)


def test_one_class_is_nothing_to_tell_apart(tiny_encoder: Encoder) -> None:
    """The message names the types and the classes."""
    few = [mention for mention in mentions() if mention.type != "Disease"]
    with pytest.raises(ParameterError, match=r"types \['Chemical', 'Odd'\].*\['CHEM'\]"):
        measure_masked_types(tiny_encoder, few, LABELS)
