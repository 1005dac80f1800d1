"""Which relation of a schema a fragment stands for, by the terms that name the relation.

A fragment has no parse, so its words are held against the terms in their inflected forms, and
whether it is passive is read off its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...graph.descriptors import Share
    from ...graph.fragments import Fragment
    from ...graph.typed_relations.schema import Relation, RelationSchema

_LEAST_SHARE = 0.1
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class RelationName:
    """The relation that a fragment stands for; `right_is_subject` where it is turned round."""

    relation: str = ""
    right_is_subject: bool = False


UNNAMED = RelationName()


class RelationNamer:
    """Names the relations of fragments by the terms of a schema.

    Parameters
    ----------
    schema
        The relations.
    """

    def __init__(self, schema: RelationSchema) -> None:
        self._terms = [
            (tuple(term.split()), relation, is_inverse)
            for relation in schema.relations.values()
            for terms, is_inverse in ((relation.triggers, False), (relation.inverse, True))
            for term in terms
        ]
        self._terms.sort(key=lambda item: -len(item[0]))  # "result from" before "result"

    def name(self, fragment: Fragment) -> RelationName:
        """Name the relation of a fragment; `UNNAMED` where no term fits, or none with the types.

        The longest term decides, and the first relation of the schema among equals. A passive, or
        an inverse term, makes the right side the subject; where the types allow only the other
        direction, that is taken.
        """
        words = fragment.text.split()
        forms = [set(base_forms(word)) for word in words]
        for term, relation, is_inverse in self._terms:
            place = _find(term, forms)
            if place is None:
                continue
            turned = is_inverse != _is_passive(words, place + len(term))
            for right_is_subject in (turned, not turned):
                if _allows(relation, fragment, right_is_subject=right_is_subject):
                    return RelationName(relation.name, right_is_subject)
        return UNNAMED


def base_forms(word: str) -> Iterator[str]:
    """Yield a word and what it may be an inflected form of.

    Examples
    --------
    >>> list(base_forms("causes")), list(base_forms("binding"))
    (['causes', 'cause', 'caus'], ['binding', 'bind', 'binde'])
    """
    yield word
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        if word.endswith("ies"):
            yield word[:-3] + "y"
        elif word.endswith("es"):
            yield word[:-2]
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            yield stem
            yield stem + "e"
            if stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
                yield stem[:-1]
            if stem.endswith("i"):
                yield stem[:-1] + "y"


def _find(term: tuple[str, ...], forms: list[set[str]]) -> int | None:
    """Return where the words of a term stand in a row, None if they do not."""
    for first in range(len(forms) - len(term) + 1):
        if all(word in forms[first + place] for place, word in enumerate(term)):
            return first
    return None


def _is_passive(words: list[str], after: int) -> bool:
    """Tell whether a participle with *by* ends before a word: "is caused | by"."""
    return words[after - 1].endswith(("ed", "en")) and words[after : after + 1] == ["by"]


def _allows(relation: Relation, fragment: Fragment, *, right_is_subject: bool) -> bool:
    """Tell whether a relation may hold between some of the types on either side."""
    sides = (fragment.left_types, fragment.right_types)
    subjects, objects = sides[::-1] if right_is_subject else sides
    return any(
        relation.allows(subject, object_)
        for subject in _frequent(subjects)
        for object_ in _frequent(objects)
    )


def _frequent(types: tuple[Share, ...]) -> list[str]:
    return [name for name, share in types if share >= _LEAST_SHARE]
