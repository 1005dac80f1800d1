"""Which words an argument takes: the phrase around its head alone, or all that hangs under it."""

from __future__ import annotations

from collections.abc import Collection

from ..noun_phrases import phrase_bounds
from .dependency_tree import DependencyTree
from .triples import Span

Bounds = tuple[int, int]
"""First word, and the word after the last."""

LOOSE = frozenset({"acl:relcl", "appos", "parataxis", "list", "dislocated", "discourse"})
"""What says more about an argument without being part of its name."""

_MAX_OF = 2  # "the risk of diseases of the heart"
_OPENING = frozenset({"``", "“", '"', "(", "[", "'", "`", "$", "#"})
_EDGE_LABELS = frozenset({"punct", "cc", "cc:preconj"})


def phrase_words(tree: DependencyTree, head: int) -> Bounds:
    """Give the words of the noun phrase around a head."""
    row = tree.phrase_of_head.get(head)
    if row is not None:
        return tree.sentence.noun_phrases[row].words
    return phrase_bounds(head, tree.words, tree.deps, tree.heads)


def argument_words(tree: DependencyTree, head: int) -> Bounds:
    """Give the words of an argument: the phrase around its head, and what follows with *of*.

    "the risk of diseases of the heart in adults" is cut before "in adults".
    """
    first, stop = phrase_words(tree, head)
    for _ in range(_MAX_OF):
        complement = next(
            (
                child
                for child in tree.having(head, "nmod", "obl")
                if child > head and tree.case_words(child) == [stop] and tree.words[stop] == "of"
            ),
            None,
        )
        if complement is None:
            break
        inner_first, inner_stop = phrase_words(tree, complement)
        if inner_first != stop + 1:
            break
        head, stop = complement, inner_stop
    return first, stop


def full_words(
    tree: DependencyTree,
    head: int,
    *,
    without: Collection[str] = LOOSE,
    outside: Collection[int] = (),
) -> Bounds:
    """Give the words around a head that hang under it, in one piece.

    Parameters
    ----------
    without
        Labels of dependents of the head that are left out with all that hangs under them.
    outside
        Words that never belong: the predicate that the argument is one of.
    """
    extents, deps = tree.extents, tree.deps
    first, stop = head, head + 1
    for child in reversed(tree.children[head]):
        if child < head and child not in outside and deps[child] not in without:
            begin, end = extents[child]
            first = begin if end == first else first
    for child in tree.children[head]:
        if child > head and child not in outside and deps[child] not in without:
            begin, end = extents[child]
            stop = end if begin == stop else stop
    return trimmed(tree, first, stop, head)


def trimmed(tree: DependencyTree, first: int, stop: int, head: int) -> Bounds:
    """Cut punctuation and conjunctions from both ends, but no quotation mark that opens."""
    while (
        first < head
        and tree.deps[first] in _EDGE_LABELS
        and tree.sentence.words[first] not in _OPENING
    ):
        first += 1
    while stop - 1 > head and _is_cut_at_end(tree, stop - 1):
        stop -= 1
    return first, stop


def _is_cut_at_end(tree: DependencyTree, word: int) -> bool:
    sign = tree.sentence.words[word]
    return tree.deps[word] in _EDGE_LABELS and sign not in ("''", "”", ")", "]", "'", "%", "’")


def span_of(tree: DependencyTree, first: int, stop: int, *, phrase: int = -1) -> Span:
    """Make the span of some words in a row."""
    sentence = tree.sentence
    start = sentence.offsets[first]
    end = sentence.offsets[stop - 1] + len(sentence.words[stop - 1])
    return Span(start, end, sentence.text[start:end], phrase)


def joined(tree: DependencyTree, words: Collection[int]) -> str:
    """Write words of a sentence in their order, as they stand, without what is between them."""
    text, offsets, forms = tree.sentence.text, tree.sentence.offsets, tree.sentence.words
    parts: list[str] = []
    last = -2
    for word in sorted(words):
        if last == word - 1:
            parts.append(text[offsets[last] + len(forms[last]) : offsets[word]])
        elif parts:
            parts.append(" ")
        parts.append(forms[word])
        last = word
    return "".join(parts)
