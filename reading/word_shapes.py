"""What the characters of a word tell: where words are, signs and numbers, capitals and endings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..engine.tokenizer import Span

FloatArray = npt.NDArray[np.float32]

_FACE = r"(?:[:;=8]['-]?[()DPp/\\|]|[()]['-]?[:;=]|<3|\^_\^)"
_WORD = re.compile(
    rf"""
      (?<!\S){_FACE}(?!\S)
    | (?:https?://|www\.)\S+ | [\w.+-]+@[\w-]+\.[\w.-]*\w   # addresses
    | (?:[^\W\d_]\.){{2,}}                                  # U.S.
    | \d+(?:[.,:/]\d+)+                                     # 2.5
    | \w+(?=n['’]t\b) | n['’]t\b | ['’](?:s|m|d|re|ve|ll)\b # do|n't, it|'s
    | \w+
    | ([^\w\s])\1*                                          # ...
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)
_LONGEST_ENDING = 5
_LEAST_WORDS = 20


def split_words(text: str) -> list[Span]:
    """Find the words and signs of a text, as characters (start, end).

    Contractions are two words, as in treebanks; a run of one sign is one.

    Examples
    --------
    >>> [text[slice(*span)] for text in ["It isn't 2.5%..."] for span in split_words(text)]
    ['It', 'is', "n't", '2.5', '%', '...']
    """
    return [match.span() for match in _WORD.finditer(text)]


def class_by_rule(word: str) -> str | None:
    """Give the class of signs and numbers by their characters; None for a word with other letters.

    Symbols of money, mathematics and pictures, and faces made of signs, are X, and all other signs
    PUNCT. What has digits and no letter is NUM, and an ordinal ADJ.

    Examples
    --------
    >>> [class_by_rule(word) for word in ("?!", "€", ":-)", "1,000", "2nd", "p53")]
    ['PUNCT', 'X', 'X', 'NUM', 'ADJ', None]
    """
    if re.fullmatch(_FACE, word):
        return "X"
    if _ORDINAL.fullmatch(word):
        return "ADJ"
    if any(map(str.isalpha, word)):
        return None
    if any(map(str.isnumeric, word)):
        return "NUM"
    is_symbol = any(sign in "#%" or unicodedata.category(sign)[0] == "S" for sign in word)
    return "X" if is_symbol else "PUNCT"


def find_names(words: Sequence[str]) -> list[bool]:
    """Tell which words of a sentence have a capital that marks a name.

    The first word has a capital anyway, and where most words have one it is a heading.

    Examples
    --------
    >>> find_names(["Yesterday", "Ann", "called"])
    [False, True, False]
    """
    first = next((place for place, word in enumerate(words) if word[:1].isalnum()), 0)
    is_capital = [place > first and word[:1].isupper() for place, word in enumerate(words)]
    n_lower = sum(word[:1].islower() for word in words)
    return [capital and n_lower >= sum(is_capital) for capital in is_capital]


@dataclass(frozen=True, eq=False)
class Endings:
    """What words have in common that end alike.

    Attributes
    ----------
    shares
        For each ending that enough words have, the mean of their shares, a float32 array of shape
        (n_labels,); "" is the ending of all words.
    """

    shares: Mapping[str, FloatArray]

    @classmethod
    def of(cls, words: Sequence[str], shares: FloatArray) -> Endings:
        """Collect the endings of up to five letters that are shorter than their words by two.

        Parameters
        ----------
        words
            The words, in lower case.
        shares
            float32 array of shape (n_words, n_labels).
        """
        found: dict[str, FloatArray] = {}
        for length in range(_LONGEST_ENDING + 1):
            rows = [row for row, word in enumerate(words) if len(word) > length + 1]
            ends = [words[row][len(words[row]) - length :] for row in rows]
            names, numbers, n_words = np.unique(ends, return_inverse=True, return_counts=True)
            sums = np.zeros((len(names), shares.shape[1]), dtype=np.float32)
            np.add.at(sums, numbers, shares[rows])
            for name, total, n in zip(names.tolist(), sums, n_words.tolist(), strict=True):
                if n >= _LEAST_WORDS or not name:
                    found[name] = total / n
        return cls(found)

    def look_up(self, word: str) -> FloatArray:
        """Return the shares of the longest known ending of a word, shape (n_labels,)."""
        lower = word.lower()
        longest = min(_LONGEST_ENDING, len(lower))
        endings = (lower[len(lower) - length :] for length in range(longest, -1, -1))
        return next(self.shares[ending] for ending in endings if ending in self.shares)
