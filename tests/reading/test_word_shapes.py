"""What the characters of a word tell."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.reading.word_shapes import Endings, class_by_rule, find_names, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It isn't his.", "It is n't his ."),
        ("We'll see, they’ve said", "We 'll see , they ’ve said"),
        ("$1,200.50 or 30%?!", "$ 1,200.50 or 30 % ? !"),
        ("well-known IL-6", "well - known IL - 6"),
        ("Wait... (the U.S. won)", "Wait ... ( the U.S. won )"),
        ("see https://a.org/b?c=1 now", "see https://a.org/b?c=1 now"),
        ("write to ann.b@c-d.org.", "write to ann.b@c-d.org ."),
        ("fine :-) thanks", "fine :-) thanks"),
        ("can't, shouldn’t", "ca n't , should n’t"),
        ("", ""),
    ],
    ids=repr,
)
def test_a_text_is_split_into_words_and_signs(text: str, words: str) -> None:
    """Contractions fall apart; numbers, addresses, abbreviations, faces and runs stay whole."""
    assert [text[start:end] for start, end in split_words(text)] == words.split()


def test_all_but_white_space_is_in_a_word() -> None:
    """Nothing of a text is lost, whatever the characters."""
    text = "naïve  n't ''x'' \t½ ☃☃ 漢字 _a_ 3:(b) <3 \n x@y"
    left = "".join(text.split())
    assert "".join(text[start:end] for start, end in split_words(text)).replace(" ", "") == left


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("?!", "PUNCT"),
        ("—", "PUNCT"),
        ("#", "X"),
        ("€", "X"),
        ("☃", "X"),
        (";-)", "X"),
        ("=)", "X"),
        ("3.5", "NUM"),
        ("10-20", "NUM"),
        ("½", "NUM"),
        ("21st", "ADJ"),
        ("3D", None),
        ("p53", None),
        ("don't", None),
    ],
)
def test_signs_and_numbers_have_a_class_by_rule(word: str, expected: str | None) -> None:
    """A word with letters has none, but for ordinals."""
    assert class_by_rule(word) == expected


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Yesterday Ann saw us", "Ann"),
        ('" Today Ann saw us', "Ann"),
        ("The Story Of Ann", ""),
        ("THE END is NEAR", ""),
        ("we met in the US", "US"),
    ],
)
def test_a_capital_marks_a_name_inside_a_sentence_only(words: str, names: str) -> None:
    """Not at its beginning, and not in a heading."""
    given = words.split()
    found = [word for word, is_name in zip(given, find_names(given), strict=True) if is_name]
    assert found == names.split()


def test_endings_have_the_mean_of_their_words() -> None:
    """Twenty words make an ending known; a word has the longest known ending that it ends in."""
    words = [f"{first}{second}ly" for first in "abcde" for second in "bcde"]
    words += [f"{first}oing" for first in "abcdefghij"]
    shares = np.zeros((30, 2), dtype=np.float32)
    shares[:20, 0] = np.arange(20) / 20
    shares[20:, 1] = 1
    endings = Endings.of(words, shares)
    assert set(endings.shares) == {"", "y", "ly"}
    np.testing.assert_allclose(endings.look_up("Quickly"), [19 / 40, 0], rtol=1e-5)
    # Ten words in "-ing" are too few, so all words count.
    np.testing.assert_allclose(endings.look_up("going"), [19 / 60, 1 / 3], rtol=1e-5)
    np.testing.assert_allclose(endings.look_up(""), [19 / 60, 1 / 3], rtol=1e-5)


def test_a_word_is_longer_than_its_ending_by_two() -> None:
    """Of "bad" only the last letter counts."""
    words = [f"{first}{second}d" for first in "bcdfg" for second in "aeio"]
    endings = Endings.of(words, np.ones((20, 1), dtype=np.float32))
    assert set(endings.shares) == {"", "d"}
