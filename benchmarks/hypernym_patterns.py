"""Hypernyms by what a corpus says: "X is a Y", "Ys such as X", "X, a Y".

A statement counts for the phrase that it names and for the shorter ends of it: a "rare kidney
disease" is a kidney disease and a disease. A query is a kind of its own ends, and what is said of
these counts for it, less with every word that is cut.

References
----------
M. Hearst, "Automatic Acquisition of Hyponyms from Large Text Corpora", 1992: the patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tailgraph.graph.parsing import ParsedSentence, Parser
    from tailgraph.graph.relations.triples import Span

RULES = ("is-a", "such-as", "apposition")
"""The rules of `extract_triples` that say what something is."""

_CUT = frozenset(
    "a an the this that these those any some all most many several other another such one each "
    "its their his her our certain various common type kind form".split()
)
_KIND_OF = frozenset(
    "type kind form class group family sort subtype member example variety".split()
)
_MOST_WORDS = 5
_GROUP = 8


@dataclass(frozen=True)
class Statements:
    """What a corpus says that things are.

    Attributes
    ----------
    kinds
        How often each phrase is said to be each other phrase, both in `folded` form.
    n_sentences, n_statements
        Sentences read, and statements found in them.
    """

    kinds: Mapping[str, Counter[str]]
    n_sentences: int
    n_statements: int

    @classmethod
    def none(cls) -> Statements:
        """Return what is said where nothing is read."""
        return cls({}, 0, 0)

    @classmethod
    def read(cls, parser: Parser, sentences: Iterable[str]) -> Statements:
        """Parse sentences, neighbors together, and keep what they say that things are."""
        from tailgraph.graph.relations.extraction import extract_triples

        kinds: dict[str, Counter[str]] = {}
        n_sentences = n_statements = 0
        texts = iter(sentences)
        groups = iter(lambda: list(islice(texts, _GROUP)), [])
        for group in parser.parse(groups):
            for parsed in group:
                n_sentences += 1
                for triple in extract_triples(parsed):
                    if triple.rule in RULES and not triple.negated:
                        first = folded(parsed, triple.subject)
                        second = folded(parsed, triple.object)
                        if first and second and first != second:
                            kinds.setdefault(first, Counter())[second] += 1
                            n_statements += 1
        return cls(kinds, n_sentences, n_statements)

    def hypernyms(self, phrase: str, candidates: Mapping[str, str]) -> Counter[str]:
        """Count the candidates that a phrase is said to be, or that what it is said to be ends in.

        Parameters
        ----------
        phrase
            In `folded` form.
        candidates
            Candidates by their folded form.
        """
        found: Counter[str] = Counter()
        for kind, count in self.kinds.get(phrase, Counter()).items():
            for end in endings(kind):
                if end in candidates and end != phrase:
                    found[candidates[end]] += count
        return found


def folded(parsed: ParsedSentence, span: Span) -> str:
    """Return an argument in lower case, without articles, complements and the plural at its end.

    Of "a kind of cancer" what follows counts, of "an inhibitor of COX" what comes before.
    """
    rows = [
        row
        for row, start in enumerate(parsed.offsets)
        if span.start <= start < span.end and any(map(str.isalnum, parsed.words[row]))
    ]
    words = [parsed.words[row].lower() for row in rows]
    lemmas = [parsed.lemmas[row].lower() for row in rows]
    while "of" in words:
        place = words.index("of")
        keep = slice(place + 1, None) if place and lemmas[place - 1] in _KIND_OF else slice(place)
        words, lemmas = words[keep], lemmas[keep]
    while words and words[0] in _CUT:
        words, lemmas = words[1:], lemmas[1:]
    return " ".join([*words[:-1], *lemmas[-1:]])


def endings(phrase: str) -> Iterator[str]:
    """Yield a phrase and its shorter ends, the longest first.

    Examples
    --------
    >>> list(endings("rare kidney disease"))
    ['rare kidney disease', 'kidney disease', 'disease']
    """
    words = phrase.split()
    for first in range(max(0, len(words) - _MOST_WORDS), len(words)):
        yield " ".join(words[first:])


def stated(
    statements: Statements, queries: Sequence[str], candidates: Mapping[str, str]
) -> list[Counter[str]]:
    """Weigh the hypernyms that the corpus states of each query, or of its ends, and its ends."""
    found = []
    for query in queries:
        weights: Counter[str] = Counter()
        whole = query.lower()
        for cut, end in enumerate(endings(whole)):
            for name, count in statements.hypernyms(end, candidates).items():
                weights[name] += float(np.log1p(count)) / (1 + cut)
            if cut and end in candidates:
                weights[candidates[end]] += 1 / cut
        weights.pop(candidates.get(whole, ""), None)
        found.append(weights)
    return found


def ranked(weights: Mapping[str, float], k: int) -> list[str]:
    """Return the k names of the highest weight, equal ones by name."""
    return sorted((n for n in weights if weights[n] > 0), key=lambda n: (-weights[n], n))[:k]


def fused(rankings: Sequence[Sequence[str]], k: int, *, constant: float = 5.0) -> list[str]:
    """Merge rankings by the sum of their reciprocal ranks; the first decides between equal ones.

    References
    ----------
    G. Cormack, C. Clarke and S. Büttcher, "Reciprocal Rank Fusion", 2009.

    Examples
    --------
    >>> fused([["a", "b"], ["b", "c"]], 3)
    ['b', 'a', 'c']
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, name in enumerate(ranking, start=1):
            scores[name] = scores.get(name, 0.0) + 1 / (constant + place)
    return sorted(scores, key=lambda name: -scores[name])[:k]
