"""What sentences state of names, gathered over a whole text: synonyms, variants, opposites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .abbreviations import find_abbreviations
from .antonyms import are_antonyms
from .canonical import Canonicalizer
from .patterns import Span, find_name_pairs, name_span
from .phrase_keys import canonical_key, compact_key, phrase_numbers, variant_kind
from .records import ApartKind, Evidence, NamedSentence, Synonym, SynonymKind

KeyPair = tuple[str, str]

_KEPT = 5
"""Places that are kept of a pair; all are counted."""

_KEPT_PLACES = 8
"""Places that are kept of a name, to be described by."""

_COMPACT_SCORE = 0.95


@dataclass(eq=False)
class _Stated:
    """What speaks for a pair of keys, or against it."""

    evidence: list[Evidence] = field(default_factory=list)
    n: int = 0
    doubt: float = 1.0

    def add(self, found: Evidence) -> None:
        self.n += 1
        self.doubt *= 1 - found.confidence
        if len(self.evidence) < _KEPT:
            self.evidence.append(found)


class Statements:
    """Gathers names and what is stated of them, sentence by sentence; see `add`.

    Attributes
    ----------
    counts
        How often each name occurs, by its spelling.
    places
        For each key the first few sentences that hold the name, and its characters there.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.places: dict[str, list[tuple[str, Span]]] = {}
        self._for: dict[KeyPair, _Stated] = {}
        self._against: dict[KeyPair, _Stated] = {}
        self._short: set[KeyPair] = set()
        self._forms: dict[str, Counter[str]] = {}

    @classmethod
    def of(cls, sentences: Iterable[NamedSentence]) -> Statements:
        """Gather what some sentences state."""
        statements = cls()
        for sentence in sentences:
            statements.add(sentence)
        return statements

    def add(self, sentence: NamedSentence) -> None:
        """Gather the names of a sentence, and what it states of them."""
        text = sentence.text
        for phrase in sentence.phrases:
            span = name_span(text, phrase)
            if span[0] < span[1]:
                self._count(text[slice(*span)], text, span)
        short_spans = set()
        for found in find_abbreviations(text):
            short_spans.add(found.short_span)
            pair = self._state(
                sentence, found.long_span, found.short_span, found.form, found.confidence, True
            )
            self._short |= {pair} if pair else set()
        for said in find_name_pairs(text, sentence.phrases):
            spans = said.first_span, said.second_span
            is_known = any(_overlap(one, two) for one in short_spans for two in spans)
            has_numbers = phrase_numbers(said.first) != phrase_numbers(said.second)
            if said.pattern != "parenthesis" or not (is_known or has_numbers):
                self._state(sentence, *spans, said.pattern, said.confidence, said.is_synonym)

    def _count(self, name: str, text: str, span: Span) -> None:
        self.counts[name] += 1
        key = canonical_key(name)
        self._forms.setdefault(key, Counter())[name] += 1
        places = self.places.setdefault(key, [])
        if len(places) < _KEPT_PLACES:
            places.append((text, span))

    def _state(
        self,
        sentence: NamedSentence,
        first: Span,
        second: Span,
        pattern: str,
        confidence: float,
        is_synonym: bool,
    ) -> KeyPair | None:
        """Note what a sentence says of two names; nothing where they are variants of one."""
        names = [sentence.text[slice(*span)] for span in (first, second)]
        keys = [canonical_key(name) for name in names]
        if keys[0] == keys[1]:
            return None
        for key, name in zip(keys, names, strict=True):
            self._forms.setdefault(key, Counter())[name] += 0
        spans = (first, second)
        if keys[0] > keys[1]:
            keys, spans = keys[::-1], spans[::-1]
        found = Evidence(
            pattern,
            confidence,
            sentence.text,
            spans[0],
            spans[1],
            sentence.document,
            sentence.start,
            sentence.end,
        )
        pair = keys[0], keys[1]
        (self._for if is_synonym else self._against).setdefault(pair, _Stated()).add(found)
        return pair

    # ---- what came of it

    def form(self, key: str) -> str:
        """Return the most frequent spelling of a key, the one that sorts first of equals."""
        forms = self._forms[key]
        return min(forms, key=lambda form: (-forms[form], form))

    def names(self, least: int = 1) -> list[str]:
        """Return the form of each key that occurs so often, the most frequent first."""
        totals = {key: n for key, forms in self._forms.items() if (n := forms.total()) >= least}
        return [self.form(key) for key in sorted(totals, key=lambda key: (-totals[key], key))]

    def variants(self) -> Iterator[Synonym]:
        """Yield the spellings of each key beside its most frequent one, case aside."""
        compact: dict[str, str] = {}
        for key in sorted(self._forms):
            best = self.form(key)
            seen = {best.casefold()}
            for form in sorted(self._forms[key]):
                kind = variant_kind(best, form)
                if form.casefold() not in seen and kind:
                    seen.add(form.casefold())
                    yield Synonym(best, form, kind, 1.0, n_evidence=self._forms[key][form])
            joined = compact_key(best)
            first = compact.setdefault(joined, best) if joined else best
            if first != best and phrase_numbers(first) == phrase_numbers(best):
                yield Synonym(first, best, "spelling", _COMPACT_SCORE, n_evidence=1)

    def stated(self) -> Iterator[Synonym]:
        """Yield the pairs that more is stated for than against, antonyms left out."""
        for pair, said in sorted(self._for.items()):
            if not self._is_apart(pair) and not self._are_antonyms(pair):
                kind: SynonymKind = "abbreviation" if pair in self._short else "alias"
                yield self._record(pair, said, kind)

    def apart(self) -> Iterator[Synonym]:
        """Yield the antonyms and co-hyponyms that are stated together."""
        for pair, said in sorted(self._against.items()):
            if self._are_antonyms(pair):
                yield self._record(pair, said, "antonym")
            elif pair not in self._for or self._is_apart(pair):
                yield self._record(pair, said, "co-hyponym")

    def are_apart(self, first: str, second: str) -> bool:
        """Tell whether two names are antonyms, or stated as two and not as one."""
        one, two = sorted((canonical_key(first), canonical_key(second)))
        return self._is_apart((one, two)) or are_antonyms(first, second)

    def _is_apart(self, pair: KeyPair) -> bool:
        against, stated = self._against.get(pair), self._for.get(pair)
        return against is not None and (stated is None or against.doubt <= stated.doubt)

    def _are_antonyms(self, pair: KeyPair) -> bool:
        return are_antonyms(self.form(pair[0]), self.form(pair[1]))

    def _record(self, pair: KeyPair, said: _Stated, kind: SynonymKind | ApartKind) -> Synonym:
        """Make a record, the longer form of an abbreviation or the more frequent one first."""
        first, second = (self.form(key) for key in pair)
        totals = [self._forms[key].total() for key in pair]
        if kind == "abbreviation":
            is_turned = len(first) < len(second)
        else:
            is_turned = totals[1] > totals[0]
        evidence = said.evidence
        if is_turned:
            first, second = second, first
            evidence = [_turned(found) for found in evidence]
        return Synonym(first, second, kind, round(1 - said.doubt, 4), tuple(evidence), said.n)


def canonicalizer_of(
    synonyms: Iterable[Synonym],
    apart: Iterable[Synonym] = (),
    *,
    counts: Mapping[str, int] | None = None,
) -> Canonicalizer:
    """Make canonical forms out of harvested pairs, the surest first; similar names do not count."""
    pairs = [found for found in synonyms if found.kind != "similar"]
    pairs.sort(key=lambda found: (-found.score, found.canonical, found.variant))
    return Canonicalizer.from_pairs(
        [(found.canonical, found.variant) for found in pairs],
        counts=counts,
        apart=[(found.canonical, found.variant) for found in apart],
    )


def _turned(found: Evidence) -> Evidence:
    return Evidence(
        found.pattern,
        found.confidence,
        found.sentence,
        found.second_span,
        found.first_span,
        found.document,
        found.start,
        found.end,
    )


def _overlap(one: Span, two: Span) -> bool:
    return one[0] < two[1] and two[0] < one[1]
