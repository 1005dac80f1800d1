"""Scores at places of a text, held against the logits of the model's own head."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from tailgraph.engine.scoring import Score
from tailgraph.errors import ParameterError, UnknownTermError
from tailgraph.reading.reader import Reader
from tailgraph.reading.scores import compare_orders

from ..conftest import TINY_TERMS

TEXT = "the drug inhibits kinases in mice"
TOKENS = ["[CLS]", "the", "drug", "inhibits", "kinase", "##s", "in", "mice", "[SEP]"]


@pytest.fixture(scope="module")
def model(tiny_bert: Path) -> transformers.BertForMaskedLM:
    """Open the tiny model with its own head."""
    return transformers.BertForMaskedLM.from_pretrained(tiny_bert, dtype=torch.float32).eval()


def logits(model: transformers.BertForMaskedLM, tokens: list[str]) -> np.ndarray:
    """Return the model's logits at every token."""
    ids = [TINY_TERMS.index(token) for token in tokens]
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0].double().numpy()


@pytest.mark.parametrize(
    ("text", "options", "tokens", "places"),
    [
        (TEXT, {}, TOKENS, [0]),
        (TEXT, {"at": "drug"}, TOKENS, [2]),
        (TEXT, {"at": "Kinases"}, TOKENS, [4, 5]),
        (TEXT, {"at": "drug", "masked": True}, [*TOKENS[:2], "[MASK]", *TOKENS[3:]], [2]),
        (TEXT, {"at": "kinases", "masked": True}, [*TOKENS[:4], "[MASK]", *TOKENS[6:]], [4]),
        ("mice in mice", {"at": "mice"}, ["[CLS]", "mice", "in", "mice", "[SEP]"], [1, 3]),
        ("___ in [MASK]", {}, ["[CLS]", "[MASK]", "in", "[MASK]", "[SEP]"], [1, 3]),
    ],
    ids=["whole", "word", "pieces", "hidden", "hidden pieces", "twice", "blanks"],
)
def test_scores_are_the_models_logits(
    text: str,
    options: dict[str, object],
    tokens: list[str],
    places: list[int],
    tiny_reader: Reader,
    model: transformers.BertForMaskedLM,
) -> None:
    """At every place and for random terms the parts add up to the logit of the model's head."""
    expected = logits(model, tokens)
    drawn = np.random.default_rng(5).choice(len(TINY_TERMS), 12, replace=False).tolist()
    found = tiny_reader.score(text, [TINY_TERMS[row] for row in drawn], **options)  # type: ignore[arg-type] # parametrized
    assert [place.token for place in found.places] == [tokens[place] for place in places]
    for place, position in zip(found.places, places, strict=True):
        assert sorted(scored.score.row for scored in place.terms) == sorted(drawn)
        for scored in place.terms:
            score, logit = scored.score, expected[position][scored.score.row]
            assert abs(score.score - logit) < 1e-4 * max(1, abs(score.score))
            assert score.score == score.dot + score.bias
            assert score.dot == pytest.approx(score.vector_norm * score.term_norm * score.cosine)


def test_logits_of_the_embedded_model_are_met(default_encoder) -> None:
    """The same for the model of the package, at every token of a sentence."""
    encoder = default_encoder
    folder = Path(__file__).parents[2] / "models" / "bert"
    model = transformers.BertForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
    text = "He went to prison cell with a cell phone to draw blood cell samples."
    found = Reader.default().score(text, ["phone", "blood", "cell", "the"], at="cell")
    [states] = encoder.encode_tokens([text])
    with torch.inference_mode():
        expected = model(input_ids=torch.tensor(states.rows)[None]).logits[0].double().numpy()
    positions = [p for p, token in enumerate(states.tokens) if token == "cell"]
    assert [(place.start, place.end) for place in found.places] == [
        match.span() for match in re.finditer(r"\bcell\b", text)
    ]
    for place, position in zip(found.places, positions, strict=True):
        for scored in place.terms:
            logit = expected[position][scored.score.row]
            assert abs(scored.score.score - logit) < 1e-4 * max(1, abs(logit))


def test_the_best_terms_are_scored_where_none_is_named(tiny_reader: Reader) -> None:
    """Their ranks by score run from 1 on."""
    [place] = tiny_reader.score(TEXT, k=7).places
    assert [scored.score.rank_by_score for scored in place.terms] == list(range(1, 8))


def make_score(row: int, by_cosine: int, by_dot: int, by_score: int) -> Score:
    """Write a score of which only the ranks matter."""
    return Score(f"term{row}", row, 0, 0, 0, 0, 0, 0, by_cosine, by_dot, by_score)


def test_what_moved_a_term_is_told_from_the_order_beside_the_others() -> None:
    """Ranks are far apart in the vocabulary; only the order of the terms shown counts."""
    scores = [
        make_score(0, by_cosine=3, by_dot=10, by_score=40),
        make_score(1, by_cosine=8, by_dot=90, by_score=7),
        make_score(2, by_cosine=900, by_dot=11, by_score=60),
        make_score(3, by_cosine=901, by_dot=902, by_score=903),
    ]
    found = [(s.score.row, s.moved_by_length, s.moved_by_bias) for s in compare_orders(scores)]
    # By cosine 0 1 2 3, by dot 0 2 1 3, by score 1 0 2 3.
    assert found == [(1, True, True), (0, False, True), (2, True, True), (3, False, False)]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("  ", {}, "The text is empty"),
        (TEXT, {"at": "king"}, "The word 'king' is not in the text"),
        (TEXT, {"at": "mic"}, "The word 'mic' is not in the text"),
        (TEXT, {"at": " "}, "is not in the text"),
        (TEXT, {"masked": True}, "--at WORD"),
        ("the ___ drug", {"at": "drug"}, "leave one of the two out"),
        ("mice " * 10_000 + "king", {"at": "king"}, "has stopped reading"),
        (TEXT, {"k": 0}, "at least 1"),
    ],
)
def test_a_place_that_is_not_there_is_refused(
    text: str, options: dict[str, object], message: str, tiny_reader: Reader
) -> None:
    """The message names the word and says what to do."""
    with pytest.raises(ParameterError, match=message):
        tiny_reader.score(text, **options)  # type: ignore[arg-type] # parametrized


def test_an_unknown_term_is_refused(tiny_reader: Reader) -> None:
    """A term that the vocabulary lacks has no score."""
    with pytest.raises(UnknownTermError, match="snow"):
        tiny_reader.score(TEXT, ["drug", "snow"])


def test_what_the_model_cannot_read_is_flagged(tiny_reader: Reader) -> None:
    """An unknown word and a text that is too long are said beside the scores, at every place."""
    for options in ({}, {"at": "mice"}, {"at": "mice", "masked": True}):
        assert tiny_reader.score("\u2603 mice", **options).has_unknown  # type: ignore[arg-type] # parametrized
    assert tiny_reader.score("king " * 10_000).truncated
    assert tiny_reader.score("mice " + "king " * 10_000, at="mice").truncated
