"""Sentences: where one ends and the next begins, by rules for English and biomedical prose.

Three things end a sentence: a blank line, a line that opens with a bullet, and a final mark
(``.``, ``?``, ``!``, an ellipsis) with its closing quotes and brackets, when what stands before
it is no abbreviation and what comes after it can open a sentence. A line end alone is white
space, so hard-wrapped paragraphs stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

MAX_SENTENCE_CHARS = 2_000
"""No span is longer: a longer sentence is cut at white space."""

# One scan finds every place that may end a sentence. The leading character set lets the regex
# engine skip plain text fast; possessive quantifiers and the look-behind on a run of marks keep
# it linear on any input.
_BOUNDARY = re.compile(
    r"""
    [\n.?!…]
    (?:
        (?<=\n) (?: [^\S\n]*+\n                                      # a blank line
                  | (?=[^\S\n]*+(?:[-*•‣◦▪·]|\d{1,3}[.)]|\(?[a-z\d]\))\s) )  # a bullet
      | (?<!\n) (?<![.?!…]{2}) [.?!…]*+                              # a run of final marks
        ["')\]}”\u2019»]*+ (?:[ ]?\[\d[\d,\s\u2013-]{0,40}+\])?+     # closing, a citation
        (?=\s|\Z)
    )
    """,
    re.VERBOSE,
)
_NOT_SPACE = re.compile(r"\S")
_LAST_WORD = re.compile(r"[\w.]*+\Z")
_DOTTED = re.compile(r"[A-Za-z]{1,3}(?:\.[A-Za-z]{1,3})+")
_LIST_MARKER = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})")
_CODE = re.compile(r"[A-Z]{0,5}-?\d")
_OPENING = re.compile(r"[\"'(\[{“\u2018«*_]{0,3}")
_CAPITALIZED = re.compile(r"[A-Z][a-z]{0,15}(?![.\w])")
# Names that keep their small letter at the head of a sentence: p53, mRNA, daf-16, n-Butyl, and
# those with a Greek letter.
_MIXED_CASE = re.compile(
    r"[a-z\u03b1-\u03c9]{1,3}(?=[A-Z\d])|[a-z]{3,4}-\d|[a-z]-[A-Z\d]|[\u03b1-\u03c9]-"
)
_NOT_AN_OPENING = frozenset(".?!…,;:)]}%=<>±≤≥≈+&/")

# Always followed by the rest of the sentence.
_LEAD_INS = frozenset(
    """
    mr mrs ms messrs dr drs prof rev hon gen gov sen rep capt col lt sgt cmdr adm supt v vs
    e.g eg i.e ie cf viz fig figs eq eqs eqn eqns approx incl esp dept univ subsp var
    """.split()
)
# Followed by a number or a code ("No. BX12"); before anything else they are words of their own.
_NUMBERED = frozenset(
    """
    no nos nr p pp vol ch chap sec sect art para ref refs tab suppl ver n c ca circa
    jan feb mar apr jun jul aug sep sept oct nov dec
    """.split()
)
# They end a sentence only before a word that commonly opens one.
_AMBIGUOUS = frozenset(
    """
    al etc inc ltd co corp bros jr sr st ave blvd rd mt ft sp spp cv ed eds trans est resp conc
    temp wt ser assn natl intl biol chem med clin exp sci proc acad phys
    """.split()
)
_OPENERS = frozenset(
    """
    A About According Additionally After All Also Although Among An And Another Any Are As At
    Based Because Before Besides Between Both But By Can Compared Consequently Could Despite Did
    Do Does Due During Each Either Even Every Finally First For From Further Furthermore Given
    Hence Her Here His How However I If In Indeed Instead Is It Its Later Like Many Meanwhile
    Moreover Most Much My Nevertheless No None Nonetheless Not Nothing Now Of On Once One Only
    Or Other Others Our Over Overall Patients Perhaps Previous Rather Recent Recently Results
    Second Several She Should Similarly Since So Some Such Than Thank That The Their Then There
    Therefore These They This Those Though Three Through Thus To Today Together Two Under Unlike
    Until Upon Using Was We Were What When Where Whereas Whether Which While Who Why Will With
    Within Without Would Yet You Your
    """.split()
)
# A single capital after one of these belongs to it ("vitamin C.") and is no initial.
_LETTERED = frozenset(
    """
    vitamin hepatitis influenza type group class factor protein phase stage grade panel arm cohort
    part step appendix table figure immunoglobulin haemophilia hemophilia
    """.split()
)


def split_sentences(text: str) -> list[Span]:
    r"""Split a text into sentences, in time linear in its length.

    Parameters
    ----------
    text : str
        Prose; a line end inside a paragraph counts as white space.

    Returns
    -------
    list of (int, int)
        Character spans into `text`: in order, apart, trimmed of white space, never empty, none
        longer than `MAX_SENTENCE_CHARS`.

    Examples
    --------
    >>> text = "Dr. Lee grew E. coli (p < 0.05). It died.\n\nMethods"
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['Dr. Lee grew E. coli (p < 0.05).', 'It died.', 'Methods']
    """
    spans: list[Span] = []
    start = _skip_space(text, 0)
    for match in _BOUNDARY.finditer(text):
        mark, end = match.span()
        if mark < start:
            continue
        if text[mark] == "\n":
            end = mark
        elif not _is_final(text, start, mark, end):
            continue
        spans += cut_span(text, start, end)
        start = _skip_space(text, end)
    spans += cut_span(text, start, len(text))
    return spans


def cut_span(text: str, start: int, end: int) -> Iterator[Span]:
    """Trim a span of white space and cut it into pieces of at most `MAX_SENTENCE_CHARS`.

    A cut falls on the last white space that leaves the piece short enough, or on the limit
    itself where there is none. A blank span yields nothing.
    """
    end = start + len(text[start:end].rstrip())
    start = _skip_space(text, start)
    while end - start > MAX_SENTENCE_CHARS:
        limit = start + MAX_SENTENCE_CHARS
        cut = max(text.rfind(space, start, limit + 1) for space in " \n\t")
        cut = cut if cut > start else limit
        yield start, start + len(text[start:cut].rstrip())
        start = _skip_space(text, cut)
    if start < end:
        yield start, end


def _skip_space(text: str, position: int) -> int:
    """Return the place of the first character from `position` on that is no white space."""
    found = _NOT_SPACE.search(text, position)
    return found.start() if found else len(text)


def _is_final(text: str, start: int, mark: int, end: int) -> bool:
    """Tell whether the marks at ``mark:end`` end the sentence that began at `start`."""
    following = _skip_space(text, end)
    if following == len(text):
        return True
    if not _can_open(text, following):
        return False
    if text[mark] != "." or text.startswith("..", mark):
        return True
    if mark - start <= 5 and _LIST_MARKER.fullmatch(text, start, mark):
        return False
    return _is_full_stop(text, start, mark, following)


def _is_full_stop(text: str, start: int, mark: int, following: int) -> bool:
    """Tell whether the one period at `mark` closes a sentence rather than an abbreviation."""
    window = text[max(start, mark - 12) : mark]
    found = _LAST_WORD.search(window)
    word = found.group() if found else ""
    if len(word) == 1 and "A" <= word <= "Z":
        return not _is_initial(text, start, mark) or _opens_commonly(text, following)
    lowered = word.lower()
    if lowered in _LEAD_INS:
        return False
    if lowered in _NUMBERED:
        return not _CODE.match(text, following)
    if word.isdecimal() and window.removesuffix(word).rstrip().endswith((":", ";")):
        return False  # a list inside the sentence: "two steps: 1. Wash it."
    if lowered in _AMBIGUOUS or _DOTTED.fullmatch(word):
        return _opens_commonly(text, following)
    return True


def _is_initial(text: str, start: int, mark: int) -> bool:
    """Tell whether the single capital before `mark` may be an initial, not a label or unit."""
    before = text[max(start, mark - 20) : mark - 1]
    if before.endswith(("°", "/", "-")):
        return before.endswith(".-")
    words = before.rsplit(None, 1)
    return not words or words[-1].lower() not in _LETTERED


def _can_open(text: str, position: int) -> bool:
    """Tell whether a sentence may begin at `position`: with a capital, a digit, ``p53``."""
    opening = _OPENING.match(text, position)
    position = opening.end() if opening else position
    first = text[position : position + 1]
    if first.islower():
        return _MIXED_CASE.match(text, position) is not None
    return first not in _NOT_AN_OPENING


def _opens_commonly(text: str, position: int) -> bool:
    """Tell whether the word at `position` is one that often opens a sentence."""
    opening = _OPENING.match(text, position)
    found = _CAPITALIZED.match(text, opening.end() if opening else position)
    return found is not None and found.group() in _OPENERS
