"""Hypotheses against what a corpus states: whether the pair is a triple of it somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .relation_names import base_forms

Status = Literal["stated", "stated negated", "other relation", "not found"]
"""What the corpus says of a pair.

``stated``: a triple of the two whose relation shares a word with the fragment. ``stated negated``:
every such triple is negated. ``other relation``: triples of the two, but none with such a relation.
"""

MAX_PLACES = 3

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_ARTICLES = frozenset("a an the this that these those its their his her our some any".split())
_PLAIN = frozenset("be is are was were been being have has had do does did not to of by in".split())
_BEGINNING = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """A triple that a corpus states; `relation` is its normal form."""

    subject: str
    relation: str
    object: str
    negated: bool
    document: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a corpus says of a pair: `n_facts` triples of the two, and some of them."""

    status: Status
    n_facts: int
    facts: tuple[Fact, ...]


NOT_FOUND = Verdict("not found", 0, ())


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be verified: a fragment between two phrases."""

    left: str
    fragment: str
    right: str


def verify_claims(claims: Sequence[Claim], facts: Iterable[Fact]) -> list[Verdict]:
    """Look up each claim among the facts of a corpus.

    An argument is taken for a phrase when it is the phrase or ends with it, articles and the
    plural apart: "severe headaches" for "headache". Which of the two is the subject does not
    matter, since a fragment may be passive.

    Parameters
    ----------
    claims
        Fragments between phrases.
    facts
        Read once, as a stream.

    Returns
    -------
    For each claim what the facts say of it; those with its relation come first.
    """
    sides = [tuple(sorted((_folded(c.left), _folded(c.right)))) for c in claims]
    lengths = sorted({name.count(" ") + 1 for pair in sides for name in pair})
    wanted: dict[tuple[str, ...], list[Fact]] = {pair: [] for pair in sides}
    names = {name for pair in sides for name in pair}
    for fact in facts:
        subjects = _endings(fact.subject, lengths) & names
        if subjects:
            for second in _endings(fact.object, lengths) & names:
                for first in subjects:
                    if (found := wanted.get(tuple(sorted((first, second))))) is not None:
                        found.append(fact)
    return [
        _verdict(claim.fragment, wanted[pair]) for claim, pair in zip(claims, sides, strict=True)
    ]


def _verdict(fragment: str, facts: Sequence[Fact]) -> Verdict:
    if not facts:
        return NOT_FOUND
    stems = _stems(fragment)
    alike = [fact for fact in facts if stems & _stems(fact.relation)]
    status: Status = "other relation"
    if alike:
        status = "stated negated" if all(fact.negated for fact in alike) else "stated"
    rest = [fact for fact in facts if fact not in alike]
    return Verdict(status, len(facts), tuple([*alike, *rest][:MAX_PLACES]))


def _stems(words: str) -> set[str]:
    """Return what the words that say something may be forms of; of a copula alone, "be".

    Long words count by their beginnings as well: "inhibits" and "inhibition".
    """
    found = [word.lower() for word in _WORD.findall(words)]
    telling = [word for word in found if word not in _PLAIN]
    stems = {form for word in telling for form in base_forms(word)}
    return stems | {w[:_BEGINNING] for w in telling if len(w) > _BEGINNING} or {"be"}


def _folded(phrase: str) -> str:
    """Return a phrase in lower case without articles before it and the plural of its last word."""
    words = [word.lower() for word in _WORD.findall(phrase)]
    while len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    if words:
        words[-1] = _singular(words[-1])
    return " ".join(words)


def _singular(word: str) -> str:
    """Cut the plural of a word, roughly: both sides of a comparison are cut alike."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _endings(phrase: str, lengths: Sequence[int]) -> set[str]:
    """Return the last words of a phrase, for each number of words."""
    words = _folded(phrase).split()
    return {" ".join(words[-n:]) for n in lengths if n <= len(words)}
