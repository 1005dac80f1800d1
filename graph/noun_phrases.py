"""Noun phrases of a Universal Dependencies tree, and the key under which a phrase is counted.

A phrase is a nominal head with the run of words before it that modify it, and the few kinds of
words after it that belong to its name ("caspase 8"). Coordinated nouns are phrases of their own;
what a preposition, a clause or an apposition adds is not part of the phrase.
"""

from __future__ import annotations

from collections.abc import Sequence

HEADS = frozenset({"NOUN", "PROPN", "PRON"})

# What may stand between a head and the first word of its phrase: on the head itself, and deeper.
_LEFT = frozenset(
    "det det:predet amod compound nummod nmod:poss nmod nmod:desc nmod:unmarked flat goeswith "
    "advmod punct dep".split()
)
_DEEP = _LEFT | frozenset("conj cc case obl:unmarked obl obj fixed list cc:preconj".split())
_RIGHT = frozenset({"flat", "fixed", "goeswith", "nmod:desc", "nummod"})
_NAME_PREPOSITIONS = frozenset({"in", "ex", "post", "per", "pre"})  # "in vitro activity"
_INNER_PUNCTUATION = frozenset({"-", "–", "/", ",", "'", "’", ".", "+"})

_MOST_STEPS = 50
"""From a word up to the head of its phrase; in a text of signs, chains may have thousands."""

MAX_KEY_WORDS = 6
MAX_KEY_CHARACTERS = 60

_QUANTIFIERS = frozenset(
    "a an the this that these those some any no all both each every either neither many much few "
    "several more most less least fewer other others another such various numerous certain same "
    "enough half what which whose my your his her its our their".split()
)
_NAMING = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "ADV", "X"})
_TRAILING = frozenset({"'s", "’s", "'", "’"})


def phrase_bounds(
    head: int, words: Sequence[str], deps: Sequence[str], heads: Sequence[int]
) -> tuple[int, int]:
    """Give the first word of the phrase around a head, and the word after its last.

    Examples
    --------
    "the very old drug": *very* hangs under *old*, which hangs under *drug*.

    >>> phrase_bounds(3, "the very old drug".split(), ["det", "advmod", "amod", "root"],
    ...               [3, 2, 3, 3])
    (0, 4)
    """
    first = head
    while first > 0 and _belongs(first - 1, head, words, deps, heads):
        first -= 1
    while first < head and (
        deps[first] in ("punct", "cc", "cc:preconj")
        or (deps[first] == "case" and words[first].lower() not in _NAME_PREPOSITIONS)
    ):
        first += 1
    stop = head + 1
    while stop < len(words) and deps[stop] in _RIGHT and head <= heads[stop] < stop:
        stop += 1
    return first, stop


def _belongs(
    word: int, head: int, words: Sequence[str], deps: Sequence[str], heads: Sequence[int]
) -> bool:
    """Say whether a word before a head modifies it, itself or through other modifiers."""
    if deps[word] == "punct" and words[word] not in _INNER_PUNCTUATION:
        return False
    for _ in range(_MOST_STEPS):
        if heads[word] == head:
            return deps[word] in _LEFT
        if deps[word] not in _DEEP or heads[word] > head or heads[word] == word:
            return False
        word = heads[word]
    return False


def find_noun_phrases(
    words: Sequence[str], upos: Sequence[str], deps: Sequence[str], heads: Sequence[int]
) -> list[tuple[int, int, int]]:
    """Find the noun phrases of a sentence; they never overlap.

    Returns
    -------
    list of tuple of int
        First word, word after the last, and head of each phrase, in text order.

    Examples
    --------
    >>> find_noun_phrases("the old drug binds cells".split(),
    ...                   ["DET", "ADJ", "NOUN", "VERB", "NOUN"],
    ...                   ["det", "amod", "nsubj", "root", "obj"], [2, 2, 3, 3, 3])
    [(0, 3, 2), (4, 5, 4)]
    """
    phrases: list[tuple[int, int, int]] = []
    free = len(words)  # words from here on are taken
    for head in range(len(words) - 1, -1, -1):
        if head >= free or upos[head] not in HEADS or deps[head] in ("flat", "fixed", "goeswith"):
            continue
        first, stop = phrase_bounds(head, words, deps, heads)
        phrases.append((first, min(stop, free), head))
        free = first
    return phrases[::-1]


def key_bounds(words: Sequence[str], upos: Sequence[str]) -> tuple[int, int]:
    """Cut determiners, possessives, quantifiers and loose signs from the ends of a phrase.

    Returns
    -------
    tuple of int
        First word of what is left and the word after its last; equal when nothing is left.

    Examples
    --------
    >>> key_bounds("all these 12 old drugs".split(), ["DET", "DET", "NUM", "ADJ", "NOUN"])
    (3, 5)
    """
    first, stop = 0, len(words)
    while first < stop and (
        upos[first] in ("DET", "PUNCT", "SYM", "PART")
        or (upos[first] == "PRON" and stop - first > 1)
        or (upos[first] == "NUM" and first + 1 < stop)
        or words[first].lower() in _QUANTIFIERS
    ):
        first += 1
    while stop > first and (words[stop - 1] in _TRAILING or upos[stop - 1] == "PUNCT"):
        stop -= 1
    return first, stop


def normalize_key(text: str, upos: Sequence[str]) -> str:
    """Give the key of what `key_bounds` left of a phrase; "" when it is not worth a node.

    Examples
    --------
    >>> normalize_key("Tumor  necrosis factor", ["NOUN", "NOUN", "NOUN"])
    'tumor necrosis factor'
    >>> normalize_key("it", ["PRON"])
    ''
    """
    key = " ".join(text.lower().split())
    if (
        _NAMING.isdisjoint(upos)
        or sum(map(str.isalpha, key)) < 2
        or len(key) > MAX_KEY_CHARACTERS
        or key.count(" ") >= MAX_KEY_WORDS
    ):
        return ""
    return key
