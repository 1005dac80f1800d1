"""Which words of a noun phrase are the name of something: the phrases that are worth typing.

"Severe cisplatin-induced renal failure in patients" holds the names "cisplatin", "renal failure"
and "patients". A noun phrase is read from its end: the last word that can be the head of a name
takes the words before it as long as they say more of the same thing, and what is left before them
is read in the same way. Whether they do is told by the types of the words alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from .labels.entity_vectors import EntityVectors
from .labels.seeds import UNTAGGED, main_type
from .parsing import ParsedSentence

_NAMES_OF_THINGS = frozenset(
    "ANATOMY CELL CHEMICAL DISEASE FOOD GENE OBJECT ORGANISM ORGANIZATION PERSON PLACE WORK".split()
)
"""Words of these types name something where they stand before the head of another type.

So "ammonia" is a name in "ammonia concentration", and "breast cancer" in "breast cancer patients".
"""

_SAYS_MORE_OF: Mapping[str, frozenset[str]] = {
    head: frozenset(modifiers.split())
    for head, modifiers in {
        "ANATOMY": "ANATOMY CELL ORGANISM",
        "CELL": "ANATOMY CELL CHEMICAL DISEASE GENE ORGANISM",
        "CHEMICAL": "CHEMICAL",
        "DISEASE": "ANATOMY CELL DISEASE GENE ORGANISM PROCESS QUALITY",
        "FOOD": "ANATOMY FOOD ORGANISM",
        "GENE": "ANATOMY CELL CHEMICAL DISEASE GENE ORGANISM PROCESS",
        "OBJECT": "OBJECT",
        "ORGANISM": "GENE ORGANISM",
        "ORGANIZATION": "ACTIVITY INFORMATION OBJECT ORGANIZATION PERSON PLACE PROCEDURE",
        "PERSON": "PERSON",
        "PLACE": "PERSON PLACE",
        "WORK": "WORK",
    }.items()
}
"""The types of the words that belong to a name, by the type of its head: "heart disease"."""

_BIOMEDICAL = frozenset({"CELL", "CHEMICAL", "DISEASE", "GENE"})

_BREAKS = frozenset("- – / , + & ; : ( ) [ ] and or".split())
_JOINS = frozenset({"'", "’", "'s", "’s", "s"})
_HYPHENS = frozenset({"-", "–"})
_AFTER_HYPHEN = frozenset(
    "activated associated based binding blocking bound coupled deficient dependent derived driven "
    "elicited evoked exposed fed free independent induced inducing infected injected like linked "
    "lowering mediated naive negative positive producing provoked refractory related releasing "
    "resistant responsive sensitive sparing specific stimulated treated type containing".split()
)
"""Words that end what stands before the hyphen: "cisplatin-induced"."""

_FUNCTION = frozenset({"ADP", "AUX", "CCONJ", "DET", "PART", "PRON", "PUNCT", "SCONJ"})
_NO_HEADS = _FUNCTION | {"ADV", "VERB"}
_SHORT_BEFORE = 4
_SHORT_AFTER = 3


class SpanFinder:
    """Finds the names in parsed sentences by the types of their words.

    Parameters
    ----------
    vectors
        What tells the type of a word.
    """

    def __init__(self, vectors: EntityVectors) -> None:
        self._vectors = vectors
        self._remembered: dict[str, tuple[str | None, bool]] = {}

    def find(self, parsed: ParsedSentence) -> list[tuple[int, int]]:
        """Find the names in the noun phrases of a sentence.

        Returns
        -------
        list of tuple of int
            The characters ``parsed.text[start:end]`` of each name, in text order, without overlap.
        """
        spans = []
        for phrase in parsed.noun_phrases:
            for first, last in self._names(parsed, *phrase.words):
                start, end = parsed.offsets[first], parsed.offsets[last] + len(parsed.words[last])
                if sum(map(str.isalpha, parsed.text[start:end])) > 1:
                    spans.append((start, end))
        return spans

    def can_name(self, phrase: str) -> bool:
        """Tell whether a phrase may be a name: one never ends with a word that names nothing.

        So "risk" and "many reasons" are none, where "risk" and "reasons" are marked so.
        """
        return self._type(phrase.rsplit(maxsplit=1)[-1])[0] != UNTAGGED

    def _names(self, parsed: ParsedSentence, first: int, stop: int) -> list[tuple[int, int]]:
        """Read a noun phrase from its end: the first and the last word of each name."""
        names = []
        last = stop - 1
        while last >= first:
            if self._can_head(parsed, last):
                start = self._start(parsed, first, last)
                names.append((start, last))
                last = start
            last -= 1
        return names[::-1]

    def _can_head(self, parsed: ParsedSentence, word: int) -> bool:
        """Tell whether a name may end with a word: no generic one, and no adjective."""
        kind, is_adjective = self._type(parsed.words[word])
        return not (
            kind == UNTAGGED
            or is_adjective
            or parsed.upos[word] in _NO_HEADS
            or (kind is None and parsed.upos[word] == "ADJ")
            or _ends_a_name(parsed.words[word])
        )

    def _start(self, parsed: ParsedSentence, first: int, last: int) -> int:
        """Return the first word of the name that ends with a word."""
        head, _ = self._type(parsed.words[last])
        start = last
        for word in range(last - 1, first - 1, -1):
            if _joins(parsed.words, word, first):
                continue
            if parsed.upos[word] in _FUNCTION or _ends_a_name(parsed.words[word]):
                break
            if not self._belongs(parsed, word, head):
                break
            start = word
            head = head or self._type(parsed.words[word])[0]
        return start

    def _belongs(self, parsed: ParsedSentence, word: int, head: str | None) -> bool:
        """Tell whether a word says more of a name whose head has a type, None if not known."""
        kind, is_adjective = self._type(parsed.words[word])
        in_proper_name = _in_proper_name(parsed, word)
        if kind is None:
            is_named = head is None or head in _NAMES_OF_THINGS or in_proper_name
            return is_named and parsed.upos[word] not in _NO_HEADS
        if kind == UNTAGGED or (is_adjective and kind not in _NAMES_OF_THINGS and kind != head):
            return False
        if in_proper_name and kind not in _BIOMEDICAL:
            return True
        if head is None:
            return kind in _NAMES_OF_THINGS
        if head in _SAYS_MORE_OF:
            return kind in _SAYS_MORE_OF[head]
        return kind not in _NAMES_OF_THINGS

    def _type(self, word: str) -> tuple[str | None, bool]:
        """Return the main type of a word, None if not known, and whether it is an adjective."""
        if word not in self._remembered:
            shares = self._vectors.look_up(word)
            label = self._vectors.labels[shares.argmax()] if shares.any() else ""
            self._remembered[word] = (main_type(label) or None, label.endswith(".ADJECTIVE"))
        return self._remembered[word]


def _ends_a_name(word: str) -> bool:
    """Tell whether no name goes over a word."""
    return word in _BREAKS or word.lower() in _AFTER_HYPHEN


def _joins(words: tuple[str, ...], word: int, first: int) -> bool:
    """Tell whether a sign holds the words around it together: "Crohn's disease", "IL-2"."""
    if words[word] in _JOINS:
        return words[word] != "s" or (word > first and words[word - 1] in _JOINS)
    if words[word] not in _HYPHENS or word == first or words[word + 1] in _AFTER_HYPHEN:
        return False
    before, after = words[word - 1], words[word + 1]
    has_number = before.isdecimal() or after.isdecimal()
    return has_number or len(before) <= _SHORT_BEFORE or len(after) <= _SHORT_AFTER


def _in_proper_name(parsed: ParsedSentence, word: int) -> bool:
    """Tell whether a word and the next are parts of a name with capitals."""
    return all(parsed.upos[w] == "PROPN" and parsed.words[w][0].isupper() for w in (word, word + 1))
