"""Own-token scores: against the encoder's logits, by hand, and what is shown of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.reading.own_token_plot import draw_own_tokens, relative_scores
from tailgraph.reading.own_tokens import OwnTokenScores, score_own_tokens
from tailgraph.reading.reader import Reader

TEXT = "The unbinds-drug, the [MASK] treats x mice and 12 mice."


def test_scores_are_logits_of_the_texts_own_tokens(tiny_encoder: Encoder) -> None:
    """Entry (i, j) is t_i . E_j + b_j; distinct tokens come in order of their first position."""
    scored = score_own_tokens(tiny_encoder, TEXT)
    [states] = tiny_encoder.encode_tokens([TEXT])
    vocabulary = tiny_encoder.vocabulary
    assert scored.tokens == states.tokens
    assert [vocabulary.terms[row] for row in scored.terms] == list(dict.fromkeys(states.tokens))
    logits = states.vectors @ vocabulary.vectors.T + vocabulary.biases
    np.testing.assert_allclose(scored.scores, logits[:, scored.terms], atol=1e-4)
    assert [vocabulary.terms[scored.terms[c]] for c in scored.columns] == list(states.tokens)


def test_masked_rows_are_read_with_the_word_hidden(tiny_encoder: Encoder) -> None:
    """Each row is that of a text with one mask; the pieces of a word share it."""
    text = "the unbinds drug"
    scored = score_own_tokens(tiny_encoder, text, masked=True)
    vocabulary = tiny_encoder.vocabulary
    assert scored.tokens == ("[CLS]", "the", "un", "##b", "##in", "##d", "##s", "drug", "[SEP]")
    hidden = ["[MASK] unbinds drug", "the [MASK] drug", "the unbinds [MASK]"]
    vectors = tiny_encoder.mask_states(hidden).vectors
    expected = vectors @ vocabulary.vectors[scored.terms].T + vocabulary.biases[scored.terms]
    np.testing.assert_allclose(scored.scores[1:8], expected[[0, 1, 1, 1, 1, 1, 2]], atol=1e-4)
    plain = score_own_tokens(tiny_encoder, text)
    np.testing.assert_allclose(scored.scores[[0, 8]], plain.scores[[0, 8]], atol=1e-5)


def by_hand(scores: list[list[float]], columns: list[int]) -> OwnTokenScores:
    """Return scores of a text without special tokens; the tokens are numbered."""
    n = len(columns)
    return OwnTokenScores(
        tokens=tuple(f"t{column}" for column in columns),
        offsets=np.array([(i, i + 1) for i in range(n)]),
        terms=np.arange(max(columns) + 1),
        columns=np.array(columns),
        scores=np.array(scores, dtype=np.float32),
        has_unknown=False,
        truncated=False,
    )


def test_both_directions_are_averaged() -> None:
    """Token 0 stands twice: its score for token 1 is (2 + 4) / 2, that of 1 for 0 is 7."""
    scored = by_hand([[0, 2], [7, 1], [5, 4]], [0, 1, 0]).symmetrized()
    np.testing.assert_allclose(scored.scores, [[2.5, 5], [5, 1], [2.5, 5]])


def test_centered_scores_have_no_mean_apart_from_the_own_token() -> None:
    """Columns lose their means over other tokens, then rows theirs: what is left, by hand."""
    scored = by_hand([[9, 1, 5], [2, 9, 1], [4, 3, 9]], [0, 1, 2]).centered()
    # Means of the columns 3, 2, 3; the rows then hold -1, 2 | -1, -2 | 1, 1.
    others = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(scored.scores[others], [-1.5, 1.5, 0.5, -0.5, 0, 0], atol=1e-6)


def test_special_tokens_do_not_count_in_the_means(tiny_encoder: Encoder) -> None:
    """The off-diagonal scores of text tokens have rows of mean 0, special tokens left out."""
    scored = score_own_tokens(tiny_encoder, "the drug treats mice").centered()
    inner = scored.scores[1:-1, 1:-1].astype(np.float64)
    np.fill_diagonal(inner, np.nan)
    np.testing.assert_allclose(np.nanmean(inner, axis=1), 0, atol=1e-5)


def test_shown_are_words_ranked_at_words_and_masks(tiny_reader: Reader) -> None:
    """Punctuation, pieces and single characters are gone; the opening token and the mask stay."""
    found = tiny_reader.own_tokens(TEXT)
    words = ["the", "un", "drug", "treats", "mice", "and"]
    assert list(found.words) == words
    assert [(p.token, p.start, p.end) for p in found.positions] == [
        ("[CLS]", 0, 0),
        ("the", 0, 3),
        ("un", 4, 6),
        ("drug", 12, 16),
        ("the", 18, 21),
        ("[MASK]", 22, 28),
        ("treats", 29, 35),
        ("mice", 38, 42),
        ("and", 43, 46),
        ("mice", 50, 54),
    ]
    scored = score_own_tokens(tiny_reader.encoder, TEXT)
    names = [tiny_reader.encoder.vocabulary.terms[row] for row in scored.terms]
    by_place = dict(zip(scored.offsets[1:-1, 0].tolist(), scored.scores[1:-1], strict=True))
    for position in found.positions[1:]:
        row = dict(zip(names, by_place[position.start].tolist(), strict=True))
        expected = sorted((w for w in words if w != position.token), key=lambda w: -row[w])
        assert [other.token for other in position.ranked] == expected
        assert [other.score for other in position.ranked] == [row[w] for w in expected]


def test_symmetric_ranks_leave_out_what_cannot_be_predicted(tiny_reader: Reader) -> None:
    """A word is ranked at another as that one is at it; no opening token, no mask."""
    found = tiny_reader.own_tokens("the drug treats [MASK] mice", symmetric=True, masked=True)
    assert [position.token for position in found.positions] == ["the", "drug", "treats", "mice"]
    scores = {(p.token, o.token): o.score for p in found.positions for o in p.ranked}
    assert all(scores[a, b] == pytest.approx(scores[b, a]) for a, b in scores)


def test_words_that_belong_together_point_at_each_other(default_encoder: Encoder) -> None:
    """With hidden words and centered scores "blood" calls for "clot", "an" for "the"."""
    reader = Reader(default_encoder, read_labels())
    text = "Aspirin inhibits an enzyme that makes the blood clot."
    found = reader.own_tokens(text, masked=True, centered=True)
    first = {position.token: position.ranked[0].token for position in found.positions}
    assert (first["blood"], first["clot"], first["an"]) == ("clot", "blood", "the")


def test_long_and_unknown_texts_are_flagged(tiny_reader: Reader) -> None:
    """Fifty thousand characters are read to the model's end; unknown ones leave no words."""
    long = tiny_reader.own_tokens("drug mice " * 5000, masked=True)
    assert long.truncated
    assert len(long.positions) == tiny_reader.encoder.max_length - 1
    unknown = tiny_reader.own_tokens("\u4e16 \u754c")
    assert (unknown.has_unknown, unknown.words) == (True, ())
    assert [position.ranked for position in unknown.positions] == [()]
    with pytest.raises(ParameterError, match="text is empty"):
        tiny_reader.own_tokens(" ")


def test_the_heat_map_shows_scores_against_the_mean_of_their_row(tiny_reader: Reader) -> None:
    """Rows are positions and columns words; rows add up to 0, own words are blank."""
    found = tiny_reader.own_tokens("the drug treats mice")
    values = relative_scores(found)
    assert values.shape == (5, 4)
    np.testing.assert_allclose(np.nansum(values, axis=1), 0, atol=1e-9)
    np.testing.assert_array_equal(np.isnan(values[1:]), np.eye(4, dtype=bool))
    best = [found.words[column] for column in np.nanargmax(values, axis=1)]
    assert best == [position.ranked[0].token for position in found.positions]


def test_the_heat_map_is_a_picture(tiny_reader: Reader, tmp_path: Path) -> None:
    """A PNG with colors in it; a missing folder and a text of one word are refused."""
    found = tiny_reader.own_tokens("the drug treats mice")
    draw_own_tokens(found, tmp_path / "map")
    picture = imread(tmp_path / "map", format="png")[..., :3]
    assert np.ptp(picture, axis=2).max() > 0.3
    with pytest.raises(ParameterError, match="cannot be written"):
        draw_own_tokens(found, tmp_path / "no" / "map.png")
    with pytest.raises(ParameterError, match="1 words to draw"):
        draw_own_tokens(tiny_reader.own_tokens("drug"), tmp_path / "map.png")
