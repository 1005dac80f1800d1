"""Abbreviations that a sentence explains: "long form (SF)", "SF (long form)", "SF, long form".

As Schwartz and Hearst do, the letters of the short form are looked for in the words beside it, in
order, the first at the beginning of a word. Of the places where the long form may begin, the one
counts from which most letters begin words and most words begin with a letter; how many do is the
confidence. Guards say how long the forms may be.

References
----------
A. Schwartz and M. Hearst, "A simple algorithm for identifying abbreviation definitions in
biomedical text", 2003.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .word_forms import plain_letters

AbbreviationForm = Literal["long (short)", "short (long)", "short, long"]

Span = tuple[int, int]

_BRACKETS = re.compile(r"[(\[]([^()\[\]]{2,120})[)\]]")
_SHORT = re.compile(r"[^\W_][\w.+/\u2019'-]{1,11}")
_LIST = re.compile(r"\s*[;,]\s*|\s+or\s+")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][a-z]+)?")
_APPOSITION = re.compile(
    r"\b([A-Z][\w-]{1,9})(?:, (?:short for|which stands for|abbreviated from|i\.e\.,?)|"
    r",? (?:stands for|is short for)) "
)
_STOP = re.compile(r"[;:.?!]\s|[()\[\]].*[\s,]|[\s,].*[()\[\]](?!$)")
_LOCANTS = re.compile(r"(?<![\w-])(?:\d[\d,'\u2032]{0,20}-){1,4}\Z")
"""Numbers before a chemical name: "4',6-" of "4',6-diamidino-2-phenylindole"."""

_STOPS = frozenset("the a an of and for in to with by on or from at as".split())
_NOT_SHORT = frozenset(
    "i ii iii iv v vi vii viii ix x fig figs table ref refs eq no yes e.g i.e e.g. i.e. cf see and "
    "or p n the we it in not vs usa uk left right top bottom male female both all".split()
)

_MAX_SHORT = 10
_EXTRA_WORDS = 5
_MIN_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and what it stands for, in one text.

    Attributes
    ----------
    short, long
        The two forms; a plural s of a short form such as "NSAIDs" is not part of it.
    short_span, long_span
        Their characters: ``text[start:end]``.
    form
        How the text puts them.
    confidence
        In (0, 1]: the share of the letters that begin a word of the long form, letters inside words
        counting half, less .15 for each word that no letter begins.
    """

    short: str
    long: str
    short_span: Span
    long_span: Span
    form: AbbreviationForm
    confidence: float


def find_abbreviations(text: str) -> list[Abbreviation]:
    """Find the abbreviations that a text explains, in order of their short forms.

    Examples
    --------
    >>> [found] = find_abbreviations("Blockers of tumor necrosis factors (TNFs) help.")
    >>> found.short, found.long, found.long_span, found.confidence
    ('TNF', 'tumor necrosis factors', (12, 34), 1.0)
    """
    found: dict[Span, Abbreviation] = {}
    for candidate in (*_bracketed(text), *_apposed(text)):
        known = found.get(candidate.short_span)
        if known is None or candidate.confidence > known.confidence:
            found[candidate.short_span] = candidate
    return [found[span] for span in sorted(found)]


def _bracketed(text: str) -> Iterator[Abbreviation]:
    """Yield what stands before brackets and in them, in both directions."""
    for bracket in _BRACKETS.finditer(text):
        inside = bracket.group(1)
        first = _LIST.split(inside)[0].rstrip()
        start = bracket.start(1) + len(inside) - len(inside.lstrip())
        span = (start, start + len(first.lstrip()))
        if _is_short(text[slice(*span)]):
            yield from _before(text, span, bracket.start())
            continue
        word = re.search(r"[^\W_][\w+/-]*$", text[: bracket.start()].rstrip())
        if word and _is_short(word.group()) and _has_capitals(word.group()):
            yield from _after(text, word.span(), bracket.span(1), "short (long)")


def _apposed(text: str) -> Iterator[Abbreviation]:
    """Yield short forms that words such as "stands for" explain."""
    for found in _APPOSITION.finditer(text):
        if _is_short(found.group(1)) and _has_capitals(found.group(1)):
            stop = re.search(r"[,;.()]|$", text[found.end() :])
            end = found.end() + (stop.start() if stop else 0)
            yield from _after(text, found.span(1), (found.end(), end), "short, long")


def _before(text: str, short: Span, stop: int) -> Iterator[Abbreviation]:
    """Yield the long form that ends where the bracket of a short form begins."""
    form, span = _without_plural(text, short)
    letters = _letters(form)
    words = [word.span() for word in _WORD.finditer(text, max(0, stop - 200), stop)]
    words = _since_stop(text, words, stop)[-(min(len(letters) + _EXTRA_WORDS, 2 * len(letters))) :]
    if not words or text[words[-1][1] : stop].strip(" \"'\u2019\u201d*"):
        return
    start = _best_start(text, letters, words)
    if start is not None:
        yield from _checked(text, span, (start, words[-1][1]), "long (short)")


def _after(text: str, short: Span, room: Span, form: AbbreviationForm) -> Iterator[Abbreviation]:
    """Yield the long form that fills a stretch of text, its articles and commas left out."""
    words = [word.span() for word in _WORD.finditer(text, *room)]
    while words and text[slice(*words[0])].lower() in _STOPS:
        del words[0]
    letters = _letters(text[slice(*short)])
    if form == "short, long":
        words = words[: _needed(text, letters, words)]
    comma = text.find(", ", *room)
    before = [span for span in words if comma < 0 or span[1] <= comma]
    # "IDT (Integrated DNA Technologies, San Diego)": what explains the letters is enough.
    for named in (before, words):
        if named and len(named) <= len(letters) + _EXTRA_WORDS:
            start = named[0][0]
            if _best_start(text, letters, named) == start:
                yield from _checked(text, short, (start, named[-1][1]), form)
                return


def _needed(text: str, letters: str, words: list[Span]) -> int:
    """Count the words that the letters of a short form need, read from the left."""
    place = 0
    for number, (start, end) in enumerate(words):
        for character in plain_letters(text[start:end]):
            if place < len(letters) and character == letters[place]:
                place += 1
                if place == len(letters):
                    return number + 1
                break
    return len(words)


def _checked(text: str, short: Span, long: Span, form: AbbreviationForm) -> Iterator[Abbreviation]:
    """Yield an abbreviation whose two forms pass the guards."""
    locants = _LOCANTS.search(text, 0, long[0])
    long = (locants.start() if locants else long[0], long[1])
    brief, full = text[slice(*short)], text[slice(*long)]
    letters = _letters(brief)
    words = [_folded(word) for word in _WORD.findall(full)]
    confidence = _confidence(letters, words)
    is_longer = len(full) > len(brief) + 1 and (len(words) > 1 or len(full) >= 2 * len(letters))
    if is_longer and _folded(brief) not in words and confidence >= _MIN_CONFIDENCE:
        yield Abbreviation(brief, full, short, long, form, confidence)


def _confidence(letters: str, words: list[str]) -> float:
    """Say which share of letters begin words, and lower it for words that no letter begins."""
    # A number that the letters leave out is a locant: "2" of "diamidino-2-phenylindole".
    spoken = (word for word in words if word not in _STOPS)
    firsts = [word[0] for word in spoken if not word.isdigit() or word[0] in letters]
    n_first, place = 0, 0
    for first in firsts:
        if first in letters[place:]:
            place = letters.index(first, place) + 1
            n_first += 1
    explained = (n_first + (len(letters) - n_first) / 2) / len(letters)
    unexplained = max(0, len(firsts) - n_first)
    return round(max(0.0, min(1.0, explained) - 0.15 * unexplained), 3)


def _best_start(text: str, letters: str, words: list[Span]) -> int | None:
    """Return where the long form begins that explains the letters best, the shortest of equals.

    The first letter has to begin its first word, and all letters have to follow in order.
    """
    folded = [_folded(text[slice(*span)]) for span in words]
    best: tuple[float, int] | None = None
    for first in range(len(words) - 1, -1, -1):
        rest = iter("".join(folded[first:]))
        if folded[first][0] == letters[0] and all(letter in rest for letter in letters):
            confidence = _confidence(letters, folded[first:])
            if best is None or confidence > best[0]:
                best = confidence, words[first][0]
    return None if best is None else best[1]


def _folded(word: str) -> str:
    """Return a word in lower case, a letter for each character: Greek by its first letter."""
    return "".join((plain_letters(c) or c)[0] for c in word)


def _letters(short: str) -> str:
    """Return the letters and digits of a short form, one for each character."""
    return "".join(c for c in _folded(short) if c.isalnum())


def _without_plural(text: str, span: Span) -> tuple[str, Span]:
    """Cut the plural s of an acronym."""
    form = text[slice(*span)]
    if re.fullmatch(r"[A-Z\d-]{2,}s", form):
        return form[:-1], (span[0], span[1] - 1)
    return form, span


def _since_stop(text: str, words: list[Span], stop: int) -> list[Span]:
    """Keep the words after the last mark that ends a phrase."""
    kept: list[Span] = []
    for span in reversed(words):
        if _STOP.search(text[span[1] : kept[0][0] if kept else stop]):
            break
        kept.insert(0, span)
    return kept


def _is_short(text: str) -> bool:
    """Tell whether a text may be a short form: up to two words and ten letters, one a capital."""
    if not _SHORT.fullmatch(text) or text.lower() in _NOT_SHORT:
        return False
    n_letters = sum(map(str.isalpha, text))
    return 1 <= n_letters and len(text) <= _MAX_SHORT + 1 and _has_capitals(text)


def _has_capitals(text: str) -> bool:
    """Tell whether a text has a capital after its first character, or is a few letters only."""
    capitals = sum(map(str.isupper, text))
    return capitals >= 2 or (capitals == 1 and (len(text) <= 4 or any(map(str.isdigit, text))))
