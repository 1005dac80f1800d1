"""One canonical form for all names of a thing.

Variants of a text share a key; pairs of synonyms join keys to groups. A wrong pair must not merge
all it touches, so a pair joins two groups only where nothing speaks against it:

- no pair of names that are told apart (antonyms, co-hyponyms) lies across them;
- their numbers agree: "type 1 diabetes" and "type 2 diabetes" stay two;
- two groups of several keys are joined by two pairs at least, each over keys of its own;
- a short form with two long forms ("MI") goes with the first of them, and does not join the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from .phrase_keys import canonical_key, compact_key, phrase_numbers, readable_form

Pair = tuple[str, str]

_MAX_KEYS = 50
"""A group of more keys is no set of synonyms."""

_MAX_SHORT = 6
"""A single word of no more letters may be a short form of several names."""

_MAX_LENGTH = 60
"""Longer forms are chosen last among equally frequent ones."""


class Canonicalizer:
    """Gives every text the form that stands for it and its synonyms; build one with `from_pairs`.

    Attributes
    ----------
    groups
        The members of each group by its canonical form, both in order of their spelling.
    """

    def __init__(self, canonical_of: Mapping[str, str], groups: Mapping[str, tuple[str, ...]]):
        self._canonical_of = dict(canonical_of)
        self.groups = dict(groups)

    @classmethod
    def from_pairs(
        cls,
        pairs: Iterable[Pair],
        *,
        counts: Mapping[str, int] | None = None,
        apart: Iterable[Pair] = (),
    ) -> Canonicalizer:
        """Group texts by their variants and by pairs of synonyms.

        Parameters
        ----------
        pairs
            Pairs of synonyms, the surest first: where two cannot both hold, the first one does.
        counts
            How often each text occurs. The most frequent text of a group is its canonical form, a
            short form only where there is no other; equal ones by length, longest first up to 60
            characters, then by spelling.
        apart
            Pairs that must not be joined: antonyms and co-hyponyms.

        Examples
        --------
        >>> names = Canonicalizer.from_pairs([("heart attack", "myocardial infarction")],
        ...                                  counts={"heart attack": 3, "Heart attacks": 1})
        >>> names.canonical("Myocardial infarctions"), names.canonical("Tumours")
        ('heart attack', 'tumor')
        """
        counts = counts or {}
        pairs = [(a, b) for a, b in pairs if canonical_key(a) and canonical_key(b)]
        texts = sorted({*counts, *(text for pair in pairs for text in pair)})
        groups = _Groups(texts)
        for one, other in apart:
            groups.keep_apart(canonical_key(one), canonical_key(other))
        groups.join_compact(texts)
        groups.join_pairs(pairs)
        members = groups.members()
        canonical_of, grouped = {}, {}
        for texts_of_group, keys in members:
            best = _best(texts_of_group, counts)
            grouped[best] = texts_of_group
            canonical_of.update(dict.fromkeys(keys, best))
        return cls(canonical_of, dict(sorted(grouped.items())))

    def canonical(self, text: str) -> str:
        """Return the form that stands for a text; of an unknown one its `readable_form`."""
        known = self._canonical_of.get(canonical_key(text))
        return readable_form(text) if known is None else known

    def same(self, first: str, second: str) -> bool:
        """Tell whether two texts have one canonical form, or are variants of each other."""
        return canonical_key(self.canonical(first)) == canonical_key(self.canonical(second))


class _Groups:
    """Keys joined to groups, with what is kept apart."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts: dict[str, list[str]] = {}
        for text in texts:
            self._texts.setdefault(canonical_key(text), []).append(text)
        self._root = {key: key for key in self._texts}
        self._keys = {key: {key} for key in self._texts}
        self._apart: dict[str, set[str]] = {}
        self._numbers = {key: phrase_numbers(held[0]) for key, held in self._texts.items()}

    def keep_apart(self, first: str, second: str) -> None:
        """Never join two keys."""
        if first != second:
            self._apart.setdefault(first, set()).add(second)
            self._apart.setdefault(second, set()).add(first)

    def join_compact(self, texts: Iterable[str]) -> None:
        """Join keys whose texts are the same without blanks."""
        first_of: dict[str, str] = {}
        for text in texts:
            joined = compact_key(text)
            if joined:
                key = canonical_key(text)
                self._join(first_of.setdefault(joined, key), key)

    def join_pairs(self, pairs: Iterable[Pair]) -> None:
        """Join the keys of pairs, in their order; what lacks a second pair waits for it."""
        waiting: dict[tuple[str, str], None] = {}
        for one, other in pairs:
            first, second = canonical_key(one), canonical_key(other)
            if not self._join_pair(first, second, waiting):
                waiting[first, second] = None
        changed = True
        while changed:
            changed = False
            for first, second in waiting:
                if self._find(first) != self._find(second):
                    changed |= self._join_pair(first, second, waiting)

    def _join_pair(self, first: str, second: str, others: Iterable[tuple[str, str]]) -> bool:
        """Join the groups of two keys if enough speaks for it, and say whether they are one now."""
        a, b = self._find(first), self._find(second)
        if a == b:
            return True
        if self._is_bridge(first, second) or self._is_bridge(second, first):
            return False
        if min(len(self._keys[a]), len(self._keys[b])) > 1:
            across = [
                (x, y) if self._find(x) == a else (y, x)
                for x, y in (*others, (first, second))
                if {self._find(x), self._find(y)} == {a, b}
            ]
            if min(len({x for x, _ in across}), len({y for _, y in across})) < 2:
                return False
        return self._join(first, second)

    def _is_bridge(self, short: str, name: str) -> bool:
        """Tell whether a short form that has a long form would bring another one in."""
        held = self._keys[self._find(short)]
        return _is_short(short) and not _is_short(name) and not all(map(_is_short, held))

    def _join(self, first: str, second: str) -> bool:
        """Join the groups of two keys unless something speaks against it."""
        a, b = sorted((self._find(first), self._find(second)))
        if a == b:
            return True
        if len(self._keys[a]) + len(self._keys[b]) > _MAX_KEYS or self._conflict(a, b):
            return False
        self._keys[a] |= self._keys.pop(b)
        self._root[b] = a
        return True

    def _conflict(self, a: str, b: str) -> bool:
        """Tell whether a pair across two groups is kept apart, or their numbers disagree."""
        if any(not self._apart.get(key, set()).isdisjoint(self._keys[b]) for key in self._keys[a]):
            return True
        numbers = [
            {self._numbers[key] for key in self._keys[group] if " " in key} for group in (a, b)
        ]
        return bool(numbers[0] and numbers[1] and numbers[0].isdisjoint(numbers[1]))

    def _find(self, key: str) -> str:
        while self._root[key] != key:
            self._root[key] = self._root[self._root[key]]
            key = self._root[key]
        return key

    def members(self) -> list[tuple[tuple[str, ...], list[str]]]:
        """Return the texts and the keys of each group, in order of their first key."""
        return [
            (
                tuple(sorted(text for key in keys for text in self._texts[key])),
                sorted(keys),
            )
            for _, keys in sorted(self._keys.items())
        ]


def _is_short(text: str) -> bool:
    return len(text) <= _MAX_SHORT and " " not in text


def _best(texts: Iterable[str], counts: Mapping[str, int]) -> str:
    """Choose the form that stands for a group; all spellings of a readable form count for it."""
    votes: Counter[str] = Counter()
    for text in texts:
        votes[readable_form(text)] += counts.get(text, 0)
    return min(
        votes,
        key=lambda form: (
            _is_short(form) and not all(map(_is_short, votes)),
            -votes[form],
            len(form) > _MAX_LENGTH,
            -len(form),
            form,
        ),
    )
