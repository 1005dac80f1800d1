"""From version 1 of Universal Dependencies to version 2, as far as a parser has to know.

Version 2 renamed the objects and passives, told what depends on a verb (obl) from what depends on
a noun (nmod), and hung conjunctions and commas on the conjunct that follows them::

    v1    cells <-cc- and,   cells -conj> mice
    v2    cells -conj> mice -cc> and
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .treebank_words import UNIVERSAL_TAGS, TreebankSentence

_RENAMED = {
    "auxpass": "aux:pass",
    "csubjpass": "csubj:pass",
    "dobj": "obj",
    "foreign": "flat",
    "mwe": "fixed",
    "name": "flat",
    "neg": "advmod",
    "nmod:npmod": "obl:unmarked",
    "nmod:tmod": "obl:unmarked",
    "nsubjpass": "nsubj:pass",
    "remnant": "orphan",
}
_ONLY_VERSION_1 = frozenset({"auxpass", "csubjpass", "dobj", "mwe", "neg", "nsubjpass"})
_AUXILIARY = frozenset({"aux", "aux:pass", "cop"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "SYM", "DET", "X"})

# Penn Treebank tags by their beginning, the longest first; verbs and IN, TO depend on the label.
_TAGS = {
    "PRP$": "PRON",
    "WP$": "PRON",
    "NNP": "PROPN",
    "-LRB-": "PUNCT",
    "-RRB-": "PUNCT",
    "HYPH": "PUNCT",
    "PDT": "DET",
    "POS": "PART",
    "PRP": "PRON",
    "SYM": "SYM",
    "WDT": "DET",
    "WRB": "ADV",
    "CC": "CCONJ",
    "CD": "NUM",
    "DT": "DET",
    "EX": "PRON",
    "FW": "X",
    "JJ": "ADJ",
    "LS": "X",
    "MD": "AUX",
    "NN": "NOUN",
    "RB": "ADV",
    "RP": "ADP",
    "UH": "INTJ",
    "VB": "VERB",
    "WP": "PRON",
    "$": "SYM",
    "#": "SYM",
}


def is_version_1(sentences: Iterable[TreebankSentence]) -> bool:
    """Tell whether any label is one that version 2 gave up."""
    return any(not _ONLY_VERSION_1.isdisjoint(sentence.deps) for sentence in sentences)


def to_version_2(sentence: TreebankSentence) -> TreebankSentence:
    """Turn a tree of version 1 into one of version 2; Penn tags in UPOS become universal.

    Examples
    --------
    "It was lost in Rome":

    >>> sentence = TreebankSentence(
    ...     words=("It", "was", "lost", "in", "Rome"), spaces=(True,) * 5,
    ...     upos=("PRP", "VBD", "VBN", "IN", "NNP"), xpos=("PRP", "VBD", "VBN", "IN", "NNP"),
    ...     lemmas=("it", "be", "lose", "in", "Rome"), heads=(2, 2, 2, 4, 2),
    ...     deps=("nsubjpass", "auxpass", "root", "case", "nmod"))
    >>> to_version_2(sentence).deps
    ('nsubj:pass', 'aux:pass', 'root', 'case', 'obl')
    >>> to_version_2(sentence).upos
    ('PRON', 'AUX', 'VERB', 'ADP', 'PROPN')
    """
    deps = [_RENAMED.get(dep, dep) for dep in sentence.deps]
    upos = [_universal_tag(tag, dep) for tag, dep in zip(sentence.upos, deps, strict=True)]
    heads = list(sentence.heads)
    _hang_on_next_conjunct(heads, deps, sentence.words)
    for place, dep in enumerate(deps):
        if dep == "nmod" and _is_predicate(heads[place], upos, heads, deps):
            deps[place] = "obl"
    return replace(sentence, upos=tuple(upos), heads=tuple(heads), deps=tuple(deps))


def _universal_tag(tag: str, dep: str) -> str:
    """Return a universal part of speech; one that is not Penn's comes back as it is."""
    if tag in UNIVERSAL_TAGS or not tag:
        return tag
    if tag == "IN":
        return "SCONJ" if dep == "mark" else "ADP"
    if tag == "TO":
        return "PART" if dep == "mark" else "ADP"
    if tag.startswith("VB"):
        return "AUX" if dep in _AUXILIARY else "VERB"
    found = next((_TAGS[start] for start in _TAGS if tag.startswith(start)), "")
    return found or ("PUNCT" if not any(map(str.isalnum, tag)) else tag)


def _hang_on_next_conjunct(heads: list[int], deps: Sequence[str], words: Sequence[str]) -> None:
    """Hang each conjunction, and each comma between conjuncts, on the conjunct after it."""
    for place, dep in enumerate(deps):
        if dep != "cc" and not (dep == "punct" and words[place] in (",", ";")):
            continue
        first = heads[place]
        later = (
            other
            for other in range(place + 1, len(heads))
            if deps[other] == "conj" and heads[other] == first
        )
        conjunct = next(later, None)
        if conjunct is not None and first < place:
            heads[place] = conjunct


def _is_predicate(
    place: int, upos: Sequence[str], heads: Sequence[int], deps: Sequence[str]
) -> bool:
    """Tell whether a word is a verb, an adjective or adverb, or a noun that a copula links."""
    has_copula = any(head == place and dep == "cop" for head, dep in zip(heads, deps, strict=True))
    return upos[place] not in _NOMINAL or has_copula
