"""Where a word occurs, and the vectors there, against the encoder asked one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError
from tailgraph.reading.occurrences import (
    find_occurrences,
    read_masked,
    read_unmasked,
    repeated_words,
)
from tailgraph.reading.reader import Reader

SENTENCES = [("The cell binds the Cell.", 0), ("A cells' cell-cell active cell", 30)]


def test_whole_words_are_found_in_any_case() -> None:
    """Longer words do not count, hyphens end a word; without folding, case counts."""
    found = find_occurrences(SENTENCES, "cell", lowercase=True)
    assert [(o.sentence[o.start : o.end], o.offset + o.start) for o in found] == [
        ("cell", 4),
        ("Cell", 19),
        ("cell", 39),
        ("cell", 44),
        ("cell", 56),
    ]
    assert len(find_occurrences(SENTENCES, "Cell", lowercase=False)) == 1
    assert [o.start for o in find_occurrences(SENTENCES, "active cell", lowercase=True)] == [19]


def test_a_word_of_marks_is_taken_as_it_stands() -> None:
    """Characters that mean something in a pattern mean themselves."""
    [found] = find_occurrences([("IL-2 (C++) and c", 0)], "C++", lowercase=True)
    assert (found.start, found.end) == (6, 9)


def test_masked_states_are_those_of_each_occurrence_hidden_alone(tiny_encoder: Encoder) -> None:
    """Row by row what the encoder says for a text in which that one word is a mask."""
    found = find_occurrences(SENTENCES, "cell", lowercase=True)
    vectors, truncated = read_masked(tiny_encoder, found)
    assert truncated == [False] * 5
    for where, vector in zip(found, vectors, strict=True):
        text = f"{where.sentence[: where.start]}[MASK]{where.sentence[where.end :]}"
        np.testing.assert_allclose(vector, tiny_encoder.mask_states([text]).vectors[0], atol=1e-5)


def test_unmasked_states_are_the_means_of_the_own_tokens(tiny_encoder: Encoder) -> None:
    """A word of two pieces has the mean of both; sentences are read once and matched again."""
    found = find_occurrences([("the unbind cell", 0), ("unbind", 0)], "unbind", lowercase=True)
    vectors, _ = read_unmasked(tiny_encoder, found)
    for where, vector in zip(found, vectors, strict=True):
        [states] = tiny_encoder.encode_tokens([where.sentence])
        places = [i for i, token in enumerate(states.tokens) if token in ("un", "bind", "##bind")]
        inside = [
            i
            for i, (start, end) in enumerate(states.offsets.tolist())
            if where.start <= start < end <= where.end
        ]
        assert set(places) <= set(inside)
        np.testing.assert_allclose(vector, states.vectors[inside].mean(axis=0), atol=1e-6)


def test_a_word_beyond_what_is_read_cannot_be_read_unmasked(tiny_encoder: Encoder) -> None:
    """Masked, the part of the sentence around the word is read; unmasked there is none."""
    [far] = find_occurrences([("the " * 80 + "cell", 0)], "cell", lowercase=True)
    _, truncated = read_masked(tiny_encoder, [far])
    assert truncated == [True]
    with pytest.raises(ParameterError, match="before the word at 320"):
        read_unmasked(tiny_encoder, [far])


def test_repeated_words_say_something(tiny_reader: Reader) -> None:
    """Glue, numbers, single letters and words that occur once are left out; order is kept."""
    text = "The drug and the drug of the unheard Unheard river, x x 12 12 cell cell cell"
    assert repeated_words(tiny_reader, text) == ["drug", "unheard", "cell"]
    assert repeated_words(tiny_reader, text, at_least=3) == ["cell"]
