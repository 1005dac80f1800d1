"""What a sentence says of two of its phrases: that they name one thing, or two.

Every rule is a stretch of text between two phrases that follow each other. Rules that set phrases
side by side ("A and B", "A versus B") say that they name two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NamePair:
    """Two phrases of a sentence and what the text between them says.

    Attributes
    ----------
    first, second
        The phrases, ``text[start:end]``.
    first_span, second_span
        Their characters.
    pattern
        The name of the rule, a key of `PATTERNS`.
    is_synonym
        Whether it says that the two name one thing; if not, it says that they name two.
    confidence
        How often the rule is right, by judgment: in (0, 1].
    """

    first: str
    second: str
    first_span: Span
    second_span: Span
    pattern: str
    is_synonym: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class _Pattern:
    between: re.Pattern[str]
    after: re.Pattern[str]
    is_synonym: bool
    confidence: float


_ARTICLE = r"(?:(?:an?|the)\s+)?[\"'\u2018\u201c]*"
_ADVERB = (
    r"(?:(?:also|commonly|often|sometimes|better|now|formerly|previously|originally|usually|"
    r"alternatively|generally|collectively|historically)\s+)*"
)
_OPEN = r"[\"'\u2019\u201d]*\s*[,(]?\s*"
_ANY = r""
_CLOSED = r"[\"'\u2019\u201d]*\s*(?:[,;.:)]|$)"


def _pattern(
    between: str, confidence: float, *, after: str = _ANY, is_synonym: bool = True
) -> _Pattern:
    return _Pattern(
        re.compile(between + _ARTICLE, re.IGNORECASE), re.compile(after), is_synonym, confidence
    )


_IS = r"(?:is|are|was|were)"
_ALSO = _ADVERB.removesuffix("*") + "+"
_NAMED = (
    rf"(?:[\"'\u2019\u201d]*\s*[,(]\s*(?:(?:which|that|who)\s+)?(?:{_IS}\s+)?{_ADVERB}"
    rf"|\s+(?:(?:which|that|who)\s+)?{_IS}\s+{_ADVERB}|\s+{_ALSO})"
)
"""A comma, a form of "be" or a word such as "also". Without one of them the second phrase is an
example of the first: "a protein called NPC1"."""

PATTERNS = {
    "known as": _pattern(
        rf"{_NAMED}(?:known|referred\s+to)\s+(?:simply\s+)?as\s+",
        0.85,
    ),
    "called": _pattern(rf"{_NAMED}(?:called|termed|named|designated)\s+", 0.6),
    "aka": _pattern(rf"{_OPEN}(?:a\.k\.a\.?|aka|alias)\s+", 0.9),
    "formerly": _pattern(r"[\"']*\s*[,(]\s*(?:formerly|previously|originally)\s+", 0.8),
    "synonym": _pattern(
        rf"{_OPEN}(?:{_IS}\s+)?(?:an?\s+|the\s+)?synonym(?:s|ous)?\s*(?:of|for|with|to|:)?\s+", 0.9
    ),
    "another name": _pattern(
        rf"\s*{_OPEN}{_IS}\s+(?:an?(?:other|\s+\w+)?|the\s+\w+)\s+(?:name|term|word)\s+for\s+", 0.9
    ),
    "that is": _pattern(r"\s*[,(]\s*(?:i\.\s?e\.|that\s+is|namely|viz\.?)\s*,?\s+", 0.5),
    "or": _pattern(r"\s*,\s+or\s+", 0.55, after=_CLOSED),
    "parenthesis": _pattern(r"\s*\(\s*", 0.35, after=r"\s*\)"),
    "versus": _pattern(
        r"\s*,?\s*(?:versus|vs\.?|rather\s+than|instead\s+of|but\s+not|unlike|(?:as\s+)?"
        r"(?:compared|opposed)\s+(?:to|with)|as\s+well\s+as|(?:different|distinct)\s+from)\s+",
        0.9,
        is_synonym=False,
    ),
    "and": _pattern(r"\s*,?\s+(?:and|nor|and/or)\s+", 0.8, is_synonym=False),
    "or in a list": _pattern(r"\s*,?\s+or\s+", 0.6, is_synonym=False),
    "list": _pattern(r"\s*,\s+", 0.5, after=r"\s*(?:,|and\b|or\b)", is_synonym=False),
}
"""Every rule by its name; of several that fit the first counts."""

_LEAD = re.compile(r"(?:a\.k\.a\.?|aka|alias|i\.e\.,?|viz\.?|namely|formerly)\s+", re.IGNORECASE)
_RULE_WORD = re.compile(r"(?:\w+\s+)?(?:synonyms?|names?|terms?|words?)", re.IGNORECASE)
_NAMING = ("known as", "called")
_POINTING = re.compile(r"\b(?:this|these|that|those|such)\s+\Z", re.IGNORECASE)
"""Before a phrase that stands for something said earlier: "this process is called X"."""
_OPENERS = frozenset("([")
_CLOSERS = frozenset(")]+-'\u2032")
_COORDINATED = ("and", "or in a list", "list", "or")


def find_name_pairs(text: str, phrases: Sequence[Span]) -> list[NamePair]:
    """Find what a sentence says of its phrases, pair by pair, in text order.

    A pair joined by ", or" in a list of three or more names two things. In a list every two members
    are told apart.

    Parameters
    ----------
    text
        The sentence.
    phrases
        The characters of its phrases without determiners, none overlapping, in text order.

    Examples
    --------
    >>> text = "Hypertension, also known as high blood pressure, harms the heart and the brain."
    >>> found = find_name_pairs(text, [(0, 12), (28, 47), (59, 64), (73, 78)])
    >>> [(pair.first, pair.pattern, pair.second, pair.is_synonym) for pair in found]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('Hypertension', 'known as', 'high blood pressure', True),
     ('heart', 'and', 'brain', False)]
    """
    phrases = [span for span in (_trimmed(text, phrase) for phrase in phrases) if span]
    joined = [_joined(text, one, two) for one, two in pairwise(phrases)]
    found: list[NamePair] = []
    for first, last in _lists(joined):
        if last - first > 1 or joined[first] != "or":
            members = phrases[first : last + 1]
            name = "list" if last - first > 1 else joined[first]
            found += [
                _pair(text, one, two, name)
                for place, one in enumerate(members)
                for two in members[place + 1 :]
            ]
            continue
        found.append(_pair(text, phrases[first], phrases[last], "or"))
    found += [
        _pair(text, phrases[place], phrases[place + 1], name)
        for place, name in enumerate(joined)
        if name and name not in _COORDINATED
    ]
    return sorted(found, key=lambda pair: (pair.first_span, pair.second_span))


def name_span(text: str, phrase: Span) -> Span:
    """Cut signs off the ends of a phrase, such as a percent sign before it or a point after it.

    Examples
    --------
    >>> text = "95% confidence intervals."
    >>> text[slice(*name_span(text, (2, 25)))]
    'confidence intervals'
    """
    start, end = phrase
    while start < end and not (text[start].isalnum() or text[start] in _OPENERS):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in _CLOSERS):
        end -= 1
    return start, end


def _trimmed(text: str, phrase: Span) -> Span | None:
    """Cut words of a rule and a final point off a phrase; None where it is such a word itself."""
    start, end = phrase
    lead = _LEAD.match(text, start, end)
    start, end = name_span(text, (lead.end() if lead else start, end))
    return None if start >= end or _RULE_WORD.fullmatch(text, start, end) else (start, end)


def _joined(text: str, one: Span, two: Span) -> str:
    """Name the first rule that fits the text between two phrases and after them; "" for none."""
    between = text[one[1] : two[0]]
    for name, pattern in PATTERNS.items():
        if pattern.between.fullmatch(between) and pattern.after.match(text, two[1]):
            is_pointing = name in _NAMING and _POINTING.search(text, 0, one[0])
            return "" if is_pointing else name
    return ""


def _lists(joined: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last phrase of each run of coordinated phrases."""
    start = 0
    while start < len(joined):
        stop = start
        while stop < len(joined) and joined[stop] in _COORDINATED:
            stop += 1
        # A comma alone, without "and" or "or" at the end, is no list.
        if stop > start and joined[stop - 1] != "list":
            yield start, stop
        start = stop + 1


def _pair(text: str, one: Span, two: Span, name: str) -> NamePair:
    pattern = PATTERNS[name]
    return NamePair(
        text[slice(*one)],
        text[slice(*two)],
        one,
        two,
        name,
        pattern.is_synonym,
        pattern.confidence,
    )
