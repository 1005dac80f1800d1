"""Linking fragments: what stands between typed phrases, in normal form, counted by hand."""

from __future__ import annotations

import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.fragments import (
    FragmentPlace,
    TypedPhrase,
    TypedSentence,
    collect_fragments,
    linked_pairs,
    normalize_fragment,
)


def sentence(document: str, text: str, **labels: str) -> TypedSentence:
    """Make a sentence whose phrases are words with a main type each."""
    places = sorted((text.index(word), word, label) for word, label in labels.items())
    phrases = (TypedPhrase(at, at + len(word), word, label) for at, word, label in places)
    return TypedSentence(document, text, tuple(phrases))


SENTENCES = [
    sentence("a", "aspirin reduces pain.", aspirin="CHEMICAL", pain="DISEASE"),
    sentence("a", "ibuprofen reduces the fever.", ibuprofen="CHEMICAL", fever="DISEASE"),
    sentence("b", "sleep  reduces pain.", sleep="ACTIVITY", pain="DISEASE"),
    sentence("b", "aspirin and ibuprofen.", aspirin="CHEMICAL", ibuprofen="CHEMICAL"),
]


@pytest.mark.parametrize(
    ("link", "text"),
    [
        (" is  used to treat the ", "is used to treat"),
        (" Reduces ", "reduces"),
        (" is a ", "is"),
        (" fell by 2.5 points in ", "fell by # points in"),
        ("-induced ", "- induced"),
        (", which causes ", ", which causes"),
        (" and the ", ""),
        (" of ", ""),
        (", 5 mM ", ""),
        (" (shown to cause ", ""),
        ("; it causes ", ""),
        (" and new-", ""),
        (" one two three four five six seven ", ""),
        ("", ""),
    ],
)
def test_what_links_has_a_normal_form(link: str, text: str) -> None:
    """Case, numbers and a last article are folded; what links nothing has none."""
    assert normalize_fragment(link) == text


def test_a_fragment_holds_what_was_counted() -> None:
    """Support, documents, types, phrases and examples are those of the sentences, by hand."""
    [found] = collect_fragments(SENTENCES, min_support=2)
    assert (found.text, found.link, found.support, found.n_documents) == (
        "reduces",
        " reduces ",
        3,
        2,
    )
    assert found.left_types == (("CHEMICAL", 2 / 3), ("ACTIVITY", 1 / 3))
    assert found.right_types == (("DISEASE", 1.0),)
    assert found.lefts == (("aspirin", 1), ("ibuprofen", 1), ("sleep", 1))
    assert found.rights == (("pain", 2), ("fever", 1))
    assert found.examples[0] == FragmentPlace("a", "aspirin reduces pain.", "aspirin", "pain")


def test_rare_fragments_are_left_out() -> None:
    """A fragment that occurs less often than asked is none."""
    assert collect_fragments(SENTENCES, min_support=4) == []


def test_fragments_come_by_support_then_by_text() -> None:
    """The most frequent first, equal ones in alphabetical order."""
    more = [
        *SENTENCES,
        sentence("c", "stress causes pain.", stress="ACTIVITY", pain="DISEASE"),
        sentence("c", "sleep beats pain.", sleep="ACTIVITY", pain="DISEASE"),
    ]
    texts = [fragment.text for fragment in collect_fragments(more, min_support=1)]
    assert texts == ["reduces", "beats", "causes"]


def test_only_neighbors_are_linked() -> None:
    """Of three phrases the first and the last are not linked across the second."""
    given = sentence(
        "a", "smoke causes cancer in mice.", smoke="CHEMICAL", cancer="DISEASE", mice="ORGANISM"
    )
    pairs = [(text, pair.left.text, pair.right.text) for text, pair in linked_pairs([given])]
    assert pairs == [("causes", "smoke", "cancer")]


@pytest.mark.parametrize("numbers", [{"max_words": 0}, {"min_support": 0}], ids=str)
def test_numbers_below_one_are_refused(numbers: dict[str, int]) -> None:
    """The message says what came."""
    with pytest.raises(ParameterError, match="give at least 1"):
        collect_fragments(SENTENCES, **numbers)
