"""The key that all variants of a phrase share, and what kind of variant one is of another.

Variants differ in case, number, spelling, hyphens, possessives, Roman or Arabic numerals, function
words, and in the order of their words: "Carcinoma, hepatocellular" and "hepatocellular carcinomas",
"cancer of the breast" and "breast cancer", "diabetes mellitus type 2" and "type II diabetes
mellitus".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from .word_forms import american, arabic, plain_letters, singular, word_key

VariantKind = Literal["spelling", "inflection", ""]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_ARTICLES = frozenset({"the", "a", "an"})
_ORDERING = frozenset(
    "to from with by for in on at into without versus vs during after before between and or not no "
    "than per via against".split()
)
"""Words by which the order of a phrase carries meaning."""

_NUMBERED = frozenset(
    "type stage grade class phase factor group level category subtype form cranial subgroup".split()
)
"""Words after or before which a single letter I, V or X is a number."""

_FUNCTION_WORDS = frozenset("who us it as am is or all can not may so be do he me we an at".split())
"""In capitals and alone these are acronyms, and no variants of the word."""

_MIN_COMPACT = 5
"""Letters without blanks from which two phrases are the same: "benzylpenicillin"."""


@lru_cache(maxsize=1 << 16)
def canonical_key(text: str) -> str:
    """Return what all variants of a phrase share: the keys of its words, in a fixed order.

    The words are sorted, each with the number that follows it, unless a preposition or a
    conjunction makes their order matter. Articles and "of" do not count; "of" before a capital
    does, as in "University of Washington".

    Examples
    --------
    >>> canonical_key("Diabetes Mellitus, type II") == canonical_key("type 2 diabetes mellitus")
    True
    >>> canonical_key("tumours of the oesophagus") == canonical_key("esophagus tumor")
    True
    >>> canonical_key("from cells to genes") == canonical_key("from genes to cells")
    False
    >>> canonical_key("WHO") == canonical_key("who")
    False
    """
    bare = text.strip(" .,;:()[]")
    if bare.isupper() and bare.lower() in _FUNCTION_WORDS:
        return bare
    words = phrase_words(text)
    if _ORDERING.isdisjoint(words):
        words = sorted(_with_numbers(words))
    return " ".join(words) or " ".join(text.split()).casefold()


def compact_key(text: str) -> str:
    """Return the keys of the words in their order without blanks, or "" where that is too short.

    It finds "benzyl penicillin" and "benzylpenicillin", "IL-2" and "IL2". A blank between two
    digits stays, and so do those of short phrases without a digit.

    Examples
    --------
    >>> compact_key("Benzyl penicillin"), compact_key("IL-2"), compact_key("T cell")
    ('benzylpenicillin', 'il2', '')
    """
    joined = re.sub(r"(?<!\d) | (?!\d)", "", " ".join(phrase_words(text)))
    letters = sum(map(str.isalpha, joined))
    has_digit = letters < len(joined.replace(" ", ""))
    return joined if letters >= (1 if has_digit else _MIN_COMPACT + 1) else ""


def phrase_words(text: str) -> list[str]:
    """Return the keys of the words of a phrase, commas turned round, without articles and "of".

    Examples
    --------
    >>> phrase_words("Carcinomas, Hepatocellular"), phrase_words("stage IV disease of the liver")
    (['hepatocellular', 'carcinoma'], ['liver', 'stage', '4', 'disease'])
    """
    ordered = _turn_commas(_DASHES.sub("-", text))
    parts = re.split(r"\bof\s+(?=(?:the\s+)?[a-z])", ordered)
    words = [_keyed(part) for part in parts]
    # "cancer of the breast": what comes after "of" goes before. Several of them stay in order.
    turned = [*words[1], *words[0]] if len(words) == 2 else [w for part in words for w in part]
    return turned


def phrase_numbers(text: str) -> tuple[str, ...]:
    """Return the words of a phrase that hold a digit, Roman numerals included, sorted.

    Examples
    --------
    >>> phrase_numbers("type II diabetes"), phrase_numbers("IL-2 and p53")
    (('2',), ('2', 'p53'))
    """
    return tuple(sorted(w for w in phrase_words(text) if any(map(str.isdigit, w))))


def readable_form(text: str) -> str:
    """Return a phrase as it may stand for its variants: singular, American, mostly in lower case.

    Words with a capital or a digit inside keep their letters.

    Examples
    --------
    >>> [readable_form(text) for text in ("Malignant  Tumours", "NSAIDs", "carcinoma, lobular")]
    ['malignant tumor', 'NSAID', 'lobular carcinoma']
    """
    words = _turn_commas(" ".join(text.split())).split()
    while len(words) > 1 and words[0].lower() in _ARTICLES:
        del words[0]
    shown = [_readable(word) for word in words]
    if shown:
        shown[-1] = _readable_singular(shown[-1])
    return " ".join(shown)


def variant_kind(first: str, second: str) -> VariantKind:
    """Say what two phrases with the same key or the same letters differ in; "" where they have not.

    Examples
    --------
    >>> variant_kind("tumor", "tumors"), variant_kind("tumor", "Tumour"), variant_kind("cat", "dog")
    ('inflection', 'spelling', '')
    """
    if canonical_key(first) != canonical_key(second):
        joined = compact_key(first)
        return "spelling" if joined and joined == compact_key(second) else ""
    spelled = [sorted(american(w) for w in _plain_words(text)) for text in (first, second)]
    return "spelling" if spelled[0] == spelled[1] else _differing_number(first, second)


def _differing_number(first: str, second: str) -> VariantKind:
    """Say whether phrases of one key differ in the number of a word."""
    one, other = (set(_plain_words(text)) for text in (first, second))
    differing = one ^ other
    return "inflection" if any(singular(w) != w for w in differing) else "spelling"


def _with_numbers(words: list[str]) -> list[str]:
    """Join each number to the word before it, and those at the beginning to the first word."""
    joined: list[str] = []
    for word in words:
        if joined and (word.isdigit() or all(map(str.isdigit, joined[-1].replace("_", "")))):
            joined[-1] += f"_{word}"
        else:
            joined.append(word)
    return joined


def _plain_words(text: str) -> list[str]:
    return [w for w in _without_articles(_WORD.findall(plain_letters(text))) if w != "of"]


def _without_articles(words: list[str]) -> list[str]:
    """Leave articles out; "a" is one at the beginning alone: "hepatitis A" keeps its letter."""
    if len(words) > 1 and words[0] == "a":
        words = words[1:]
    return [word for word in words if word not in ("the", "an")]


def _keyed(text: str) -> list[str]:
    """Return the keys of the words of a text, numerals as digits."""
    words = _without_articles(_WORD.findall(plain_letters(text)))
    keys = []
    for place, word in enumerate(words):
        around = {*words[max(0, place - 1) : place], *words[place + 1 : place + 2]}
        is_number = len(word) > 1 or not _NUMBERED.isdisjoint(around)
        number = arabic(word) if is_number else word
        keys.append(number if number != word else word_key(word))
    return keys


def _turn_commas(text: str) -> str:
    """Bring what stands after commas to the front: "fever, yellow"; lists stay as they are."""
    parts = [part.strip() for part in text.split(", ")]
    if len(parts) == 1 or len(parts) > 4 or not all(parts):
        return text
    if any(re.search(r"\b(and|or)\b", part) for part in parts):
        return text
    return " ".join([*parts[:0:-1], parts[0]])


def _readable(word: str) -> str:
    """Return a word in lower case and American, unless capitals or digits make its name."""
    if any(c.isupper() for c in word[1:]) or any(map(str.isdigit, word)):
        return word
    return american(word.lower()) if word.isascii() else word.lower()


def _readable_singular(word: str) -> str:
    """Return the singular of a word; of an acronym without its s."""
    if re.fullmatch(r"[A-Z][A-Z\d-]+s", word):
        return word[:-1]
    return singular(word) if word.islower() else word
