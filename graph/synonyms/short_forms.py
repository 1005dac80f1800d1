"""Short forms and the initials of long ones: how well letters stand for words."""

from __future__ import annotations

import re

from .word_forms import plain_letters

_PARTS = re.compile(r"[a-z]+|\d+")
_UNSPOKEN = frozenset("a an the of and or in to for by due with on".split())
"""Words that acronyms pass over as a rule."""

_MOST_LETTERS = 10


def is_short_form(text: str) -> bool:
    """Tell whether a text may be a short form: one word of up to ten characters.

    Examples
    --------
    >>> is_short_form("TNF"), is_short_form("heart attack")
    (True, False)
    """
    return " " not in text and 2 <= len(text) <= _MOST_LETTERS


def name_parts(text: str) -> list[str]:
    """Return the runs of letters and of digits of a name that an acronym may stand for.

    Examples
    --------
    >>> name_parts("Charcot-Marie-Tooth disease of type 2A")
    ['charcot', 'marie', 'tooth', 'disease', 'type', '2', 'a']
    """
    parts = _PARTS.findall(plain_letters(text))
    return [p for i, p in enumerate(parts) if p not in _UNSPOKEN or (i and parts[i - 1].isdigit())]


def initials(text: str) -> str:
    """Return the first letter of each part of a name, numbers whole.

    Examples
    --------
    >>> initials("type 2 diabetes mellitus"), initials("interleukin-12")
    ('t2dm', 'i12')
    """
    return "".join(part if part.isdigit() else part[0] for part in name_parts(text))


def short_letters(text: str) -> str:
    """Return the letters and digits of a short form in lower case.

    Examples
    --------
    >>> short_letters("IL-12")
    'il12'
    """
    return "".join(_PARTS.findall(plain_letters(text)))


def short_form_score(short: str, name: str) -> float:
    """Say how well a short form stands for a name, between 0 and 1.

    The letters of the short form are compared with the initials of the name, in order; where all of
    them occur in the name in order, the first at its beginning, those inside words count half.

    Examples
    --------
    >>> short_form_score("TNF", "tumor necrosis factor"), short_form_score("BBC", "heart attack")
    (1.0, 0.0)
    >>> round(short_form_score("IL2", "interleukin 2"), 2)
    0.83
    """
    letters, firsts, parts = short_letters(short), initials(name), "".join(name_parts(name))
    if len(letters) < 2 or not parts:
        return 0.0
    common = _common_length(letters, firsts)
    score = 2 * common / (len(letters) + len(firsts))
    if parts[0] == letters[0] and _is_within(letters, parts):
        inside = (len(letters) - common) / 2
        score = max(score, (common + inside) / (len(letters) + (len(firsts) - common) / 2))
    return score


def _is_within(letters: str, text: str) -> bool:
    """Tell whether all letters occur in a text, in order."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _common_length(first: str, second: str) -> int:
    """Return the length of the longest common subsequence of two short strings."""
    lengths = [0] * (len(second) + 1)
    for letter in first:
        row = [0]
        for column, other in enumerate(second):
            best = max(lengths[column + 1], row[column])
            row.append(lengths[column] + 1 if letter == other else best)
        lengths = row
    return lengths[-1]
