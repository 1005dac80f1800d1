"""Pairs of names that differ by opposite words: they are alike in all else, and no synonyms."""

from __future__ import annotations

from .phrase_keys import phrase_words

_OPPOSITES = (
    "high low",
    "higher lower",
    "upper lower",
    "acute chronic",
    "benign malignant",
    "left right",
    "positive negative",
    "male female",
    "man woman",
    "man female",
    "woman male",
    "boy girl",
    "mother father",
    "increase decrease",
    "increase reduction",
    "exclusion inclusion",
    "increased decreased",
    "gain loss",
    "agonist antagonist",
    "activator inhibitor",
    "activation inhibition",
    "active inactive",
    "dominant recessive",
    "early late",
    "old young",
    "juvenile adult",
    "childhood adulthood",
    "primary secondary",
    "proximal distal",
    "anterior posterior",
    "dorsal ventral",
    "medial lateral",
    "internal external",
    "inner outer",
    "superior inferior",
    "systolic diastolic",
    "afferent efferent",
    "maternal paternal",
    "local systemic",
    "large small",
    "long short",
    "hot cold",
    "warm cold",
    "strong weak",
    "heavy light",
    "major minor",
    "maximum minimum",
    "open closed",
    "wet dry",
    "rich poor",
    "good bad",
    "true false",
    "up down",
    "north south",
    "east west",
    "central peripheral",
    "superficial deep",
    "innate adaptive",
    "autosomal mitochondrial",
    "congenital acquired",
    "with without",
)

_PREFIXES = (
    ("hyper", "hypo"),
    ("over", "under"),
    ("endo", "exo"),
    ("pro", "anti"),
    ("intra", "extra"),
    ("pre", "post"),
    ("tachy", "brady"),
    ("macro", "micro"),
    ("homo", "hetero"),
    ("mono", "poly"),
    ("up", "down"),
    ("", "non"),
    ("", "anti"),
    ("", "un"),
    ("", "in"),
    ("", "im"),
    ("", "dis"),
    ("", "a"),
)
_MIN_STEM = 4

_OPPOSITE_OF: dict[str, set[str]] = {}
for _pair in _OPPOSITES:
    _one, _other = _pair.split()
    _OPPOSITE_OF.setdefault(_one, set()).add(_other)
    _OPPOSITE_OF.setdefault(_other, set()).add(_one)


def are_antonyms(first: str, second: str) -> bool:
    """Tell whether two names differ by opposite words alone, or by a word that denies.

    Examples
    --------
    >>> are_antonyms("high blood pressure", "low blood pressure")
    True
    >>> are_antonyms("hypertension", "hypotension"), are_antonyms("benign tumors", "tumor")
    (True, False)
    """
    one, two = phrase_words(first), phrase_words(second)
    only_one = [word for word in one if word not in two]
    only_two = [word for word in two if word not in one]
    if sorted([only_one, only_two]) in ([[], ["non"]], [[], ["not"]]):
        return True
    return len(only_one) == len(only_two) == 1 and _are_opposite(only_one[0], only_two[0])


def _are_opposite(first: str, second: str) -> bool:
    if second in _OPPOSITE_OF.get(first, ()):
        return True
    return any(
        _differ_by(first, second, *pair) or _differ_by(second, first, *pair) for pair in _PREFIXES
    )


def _differ_by(first: str, second: str, one: str, other: str) -> bool:
    """Tell whether two words are the same but for their prefixes."""
    stem = first[len(one) :]
    return len(stem) >= _MIN_STEM and first.startswith(one) and second == other + stem
