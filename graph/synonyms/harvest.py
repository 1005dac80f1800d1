"""Synonyms out of sentences: what they state, variants, and names that are alike in all respects.

Names are similar when each is among the nearest few of the other, far out in the tail of its own
scores, with the same numbers and types, and when what the model expects in their places is alike.
Names that are held apart are given beside the synonyms: co-hyponyms that are listed together or
fill each other's slots in sentences with both, and antonyms.

References
----------
A. Rajasekharan, "Examining BERT's raw embeddings", 2019: descriptor sets of two terms, apart and in
sentences that hold both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...engine.encoder import Encoder
from ..entities import EntityTyper
from ..labels.seeds import UNTAGGED
from .contrast import Contrast, DescriptorSets, Place
from .phrase_keys import canonical_key, phrase_words
from .records import Harvest, NamedSentence, Synonym
from .similar import Candidate, SimilarNames
from .statements import Statements, canonicalizer_of

_NEAREST = 3
"""Each of two similar names is among so many nearest of the other."""

_DEVIATIONS = 6.0
"""The tail of a name's scores begins so many standard deviations above their mean."""

_LEAST_SCORE = 0.5
"""And they are alike in letters, words and meaning at least to this score."""

_LEAST_OVERLAP = 0.2
"""What stands for one name has to lie so far in the tails of what stands for the other."""


@dataclass(frozen=True)
class HarvestOptions:
    """What similar names are looked for among.

    Attributes
    ----------
    min_count
        How often a name has to occur.
    max_names
        The most frequent names are compared, no more than these.
    """

    min_count: int = 2
    max_names: int = 20_000


def harvest(
    sentences: Iterable[NamedSentence],
    *,
    encoder: Encoder | None = None,
    typer: EntityTyper | None = None,
    about: str = "",
    options: HarvestOptions | None = None,
) -> Harvest:
    """Find the synonyms of a text.

    Parameters
    ----------
    sentences
        The sentences, with their phrases.
    encoder
        The model to find similar names by; without one only what is stated and variants are found.
    typer
        What tells the types of similar names, which have to agree.
    about
        A name: find what is the same as it or held apart from it, and nothing else.
    options
        What similar names are looked for among.

    Examples
    --------
    >>> text = "Aspirin, also known as acetylsalicylic acid (ASA), thins blood."
    >>> found = harvest([NamedSentence(text, ((0, 7), (23, 43), (57, 62)))])
    >>> [(s.canonical, s.variant, s.kind, s.score) for s in found.synonyms]
    [('acetylsalicylic acid', 'ASA', 'abbreviation', 0.833), \
('acetylsalicylic acid', 'Aspirin', 'alias', 0.85)]
    """
    statements = Statements.of(sentences)
    stated = [*statements.stated(), *statements.variants()]
    apart = list(statements.apart())
    if encoder is not None:
        search = _SimilarSearch(statements, stated, encoder, typer, options or HarvestOptions())
        similar, contrasted = search.find(about)
        stated += similar
        apart += contrasted
    if about:
        group = _group_of(about, stated)
        stated, apart = ([s for s in found if _keys(s) & group] for found in (stated, apart))
    return Harvest(_ordered(stated), _ordered(apart))


def _keys(found: Synonym) -> set[str]:
    return {canonical_key(found.canonical), canonical_key(found.variant)}


def _group_of(about: str, stated: Sequence[Synonym]) -> set[str]:
    """Return the keys of a name and of what it is an abbreviation, an alias or a variant of."""
    own = canonical_key(about)
    near = [_keys(found) for found in stated if found.kind != "similar"]
    return {own}.union(*(keys for keys in near if own in keys))


def _ordered(found: Iterable[Synonym]) -> tuple[Synonym, ...]:
    """Order records by kind, abbreviations first, then by score and support."""
    order = {"abbreviation": 0, "alias": 1, "spelling": 2, "inflection": 3, "similar": 4}
    return tuple(
        sorted(
            found,
            key=lambda s: (order.get(s.kind, 5), -s.score, -s.n_evidence, s.canonical, s.variant),
        )
    )


@dataclass(frozen=True)
class _SimilarSearch:
    """Looks for similar names among those of some sentences."""

    statements: Statements
    stated: Sequence[Synonym]
    encoder: Encoder
    typer: EntityTyper | None
    options: HarvestOptions

    def find(self, about: str) -> tuple[list[Synonym], list[Synonym]]:
        """Return names that are similar, and those that are alike and yet held apart."""
        known = canonicalizer_of(self.stated)
        sets = DescriptorSets(self.encoder)
        pairs = [
            (name, found)
            for name, found in self._mutual(about)
            if found.components.numbers >= 0
            and found.score >= _LEAST_SCORE
            and not _is_narrower(name, found.text)
            and not known.same(name, found.text)
            and not self.statements.are_apart(name, found.text)
        ]
        places = self.statements.places
        sets.read(
            [
                place
                for name, found in pairs
                for text in (name, found.text)
                for place in places.get(canonical_key(text), ())
            ]
        )
        similar, apart = [], []
        for name, found in pairs:
            contrast = _contrast(sets, self.statements, name, found.text)
            is_read = contrast.n_first > 0 and contrast.n_second > 0
            if contrast.is_contrastive:
                apart.append(_held_apart(name, found, contrast))
            elif (not is_read or contrast.overlap >= _LEAST_OVERLAP) and _types_agree(
                self.typer, self.statements, name, found.text
            ):
                similar.append(_record(name, found, contrast))
        return similar, apart

    def _mutual(self, about: str) -> Iterator[tuple[str, Candidate]]:
        """Yield names that are each among the nearest of the other, the more frequent one first."""
        names = self.statements.names(self.options.min_count)[: self.options.max_names]
        rows: Sequence[int] = range(len(names))
        if about:
            keys = [canonical_key(name) for name in names]
            own = canonical_key(about)
            names = names if own in keys else [*names, about]
            rows = [keys.index(own) if own in keys else len(keys)]
        if len(names) < 2:
            return
        all_names = SimilarNames.from_texts(self.encoder, names)
        ranked = dict(zip(rows, all_names.rank(rows, k=_NEAREST), strict=True))
        if about:
            others = sorted({found.row for best in ranked.values() for found in best})
            ranked |= dict(zip(others, all_names.rank(others, k=_NEAREST), strict=True))
        near = {row: {found.row for found in best} for row, best in ranked.items()}
        for row in rows:
            for found in ranked[row]:
                is_first = bool(about) or row < found.row
                if is_first and row in near[found.row] and found.deviations >= _DEVIATIONS:
                    yield names[row], found


def _is_narrower(first: str, second: str) -> bool:
    """Tell whether one name has all words of the other and more: "old leaves" and "leaves"."""
    one, two = set(phrase_words(first)), set(phrase_words(second))
    return one < two or two < one


def _record(name: str, found: Candidate, contrast: Contrast) -> Synonym:
    score = round(max(0.0, min(1.0, (found.score + contrast.overlap) / 2)), 4)
    return Synonym(
        name, found.text, "similar", score, components=found.components, contrast=contrast
    )


def _held_apart(name: str, found: Candidate, contrast: Contrast) -> Synonym:
    """Return a similar pair as co-hyponyms, by how much they fill each other's slots."""
    return Synonym(
        name,
        found.text,
        "co-hyponym",
        contrast.contrast,
        components=found.components,
        contrast=contrast,
    )


def _contrast(sets: DescriptorSets, statements: Statements, first: str, second: str) -> Contrast:
    """Compare two names by the sentences that hold one of them or both."""
    places = [statements.places.get(canonical_key(name), []) for name in (first, second)]
    texts = [{text for text, _ in held} for held in places]
    shared = texts[0] & texts[1]
    alone = [[place for place in held if place[0] not in shared] for held in places]
    together: list[tuple[Place, Place]] = [
        (one, two) for one in places[0] for two in places[1] if one[0] == two[0]
    ]
    return sets.contrast(alone[0], alone[1], together)


def _types_agree(
    typer: EntityTyper | None, statements: Statements, first: str, second: str
) -> bool:
    """Tell whether two names have one main type; an unknown type agrees with any."""
    if typer is None:
        return True
    places = [statements.places.get(canonical_key(name), []) for name in (first, second)]
    read = [held[0] for held in places if held]
    typed = typer.type_spans([text for text, _ in read], [[span] for _, span in read])
    labels = {entity.label for found in typed for entity in found} - {UNTAGGED}
    return len(labels) <= 1
