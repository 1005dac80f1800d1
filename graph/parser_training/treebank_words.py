"""A sentence of gold words with its tags, lemmas and tree: what a treebank holds, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

UNIVERSAL_TAGS = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
)
"""The parts of speech of Universal Dependencies."""


@dataclass(frozen=True, slots=True)
class TreebankSentence:
    """The words of a sentence with what is known of each; all tuples have one item a word.

    Attributes
    ----------
    words
        Syntactic words: *don't* is two of them.
    spaces
        Whether a space follows.
    upos, xpos, lemmas
        Universal and fine part of speech, and lemma; "" where it is not known.
    heads
        Place of the head, from 0; a root is its own head.
    deps
        Universal Dependencies v2 labels; "root" for the root.
    """

    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    lemmas: tuple[str, ...]
    heads: tuple[int, ...]
    deps: tuple[str, ...]
