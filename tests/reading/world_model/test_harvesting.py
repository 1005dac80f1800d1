"""Fragments and hypotheses from typed sentences, with the tiny model."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.fragments import TypedPhrase, TypedSentence
from tailgraph.graph.typed_relations.schema import parse_schema
from tailgraph.reading.reader import Reader
from tailgraph.reading.world_model.expectations import Question, ask, type_entropy
from tailgraph.reading.world_model.harvesting import (
    HarvestRules,
    LinkingFragment,
    find_fragment,
    fitting,
    harvest_fragments,
    propose,
)
from tailgraph.reading.world_model.relation_names import RelationNamer
from tailgraph.reading.world_model.verification import Fact

ANY = HarvestRules(min_support=1, min_documents=1, max_entropy=99)
NAMER = RelationNamer(parse_schema('[treats]\ntriggers = ["treat"]'))


def linked(document: str, left: str, link: str, right: str, *labels: str) -> TypedSentence:
    """Make a sentence of two typed words with a link between."""
    text = f"{left} {link} {right}."
    second = len(left) + len(link) + 2
    return TypedSentence(
        document,
        text,
        (
            TypedPhrase(0, len(left), left, labels[0]),
            TypedPhrase(second, second + len(right), right, labels[1]),
        ),
    )


SENTENCES = [
    linked("a", "aspirin", "treats", "melanoma", "CHEMICAL", "DISEASE"),
    linked("b", "drug", "treats", "cancer", "CHEMICAL", "DISEASE"),
    linked("b", "london", "causes", "cancer", "PLACE", "DISEASE"),
]


@pytest.fixture(scope="module")
def linking(tiny_reader: Reader) -> list[LinkingFragment]:
    """Harvest everything there is."""
    return harvest_fragments(tiny_reader, SENTENCES, rules=ANY, namer=NAMER)


def test_each_side_has_the_mean_types_of_its_questions(
    tiny_reader: Reader, linking: list[LinkingFragment]
) -> None:
    """A side is asked with every phrase on the other side, and has the entropy of the mean."""
    treats = linking[0]
    assert (treats.fragment.text, treats.name.relation) == ("treats", "treats")
    answers = ask(
        tiny_reader, [Question(name, " treats ", "right") for name in ("aspirin", "drug")]
    )
    mean = np.mean([answer.types for answer in answers], axis=0)
    assert treats.right.entropy == pytest.approx(type_entropy(mean), abs=1e-4)
    assert (treats.right.n_asked, treats.left.n_asked) == (2, 2)
    assert treats.right.type == tiny_reader.typer.types[int(mean.argmax())]


def test_rules_decide_what_is_harvested(tiny_reader: Reader) -> None:
    """Fragments of too few documents are left out; a side of too many types is not sharp."""
    strict = HarvestRules(min_support=1, min_documents=2, max_entropy=1e-6)
    [found] = harvest_fragments(tiny_reader, SENTENCES, rules=strict)
    assert found.fragment.text == "treats"
    assert not found.is_kept
    assert found.name.relation == ""
    assert propose(tiny_reader, [found]) == []


def test_hypotheses_are_the_guesses_of_each_question(
    tiny_reader: Reader, linking: list[LinkingFragment]
) -> None:
    """The guesses come by rank, are marked as candidates, and stand on the hidden side."""
    found = propose(tiny_reader, linking[:1], n_entities=1, k=2)
    [right, left] = ask(
        tiny_reader,
        [Question("aspirin", " treats ", "right"), Question("cancer", " treats ", "left")],
        k=2,
    )
    assert [(h.left, h.right, h.guessed, h.rank) for h in found] == [
        *(("aspirin", guess.text, "right", n) for n, guess in enumerate(right.guesses, 1)),
        *((guess.text, "cancer", "left", n) for n, guess in enumerate(left.guesses, 1)),
    ]
    assert all(h.is_candidate for h in found)
    assert {h.verdict.status for h in found} == {"not found"}


def test_a_guess_that_the_corpus_states_is_told_to_be(
    tiny_reader: Reader, linking: list[LinkingFragment]
) -> None:
    """The verdict holds the fact, and the guess stays a candidate."""
    [first, *_] = propose(tiny_reader, linking[:1], n_entities=1, k=1)
    fact = Fact(first.left, "treat", f"the {first.right}", False, "a", "said.")
    [again, *_] = propose(tiny_reader, linking[:1], n_entities=1, k=1, facts=[fact])
    assert (again.verdict.status, again.verdict.facts) == ("stated", (fact,))
    assert again.is_candidate


def test_a_phrase_is_asked_beside_phrases_of_its_type(
    tiny_reader: Reader, linking: list[LinkingFragment]
) -> None:
    """A drug stands where drugs stood, a disease where diseases stood."""
    asked = {
        about: {(h.fragment, h.guessed) for h in propose(tiny_reader, linking, about=about)}
        for about in ("aspirin", "melanoma")
    }
    assert asked["aspirin"] == {("treats", "right")}
    assert asked["melanoma"] == {("treats", "left"), ("causes", "left")}
    assert [f.fragment.text for f in fitting(tiny_reader, linking, "aspirin")] == ["treats"]


def test_a_fragment_is_found_by_its_words(linking: list[LinkingFragment]) -> None:
    """Case and a last article do not matter; one that is not there is told with what is."""
    assert find_fragment(linking, "Treats the")[0] is linking[0]
    with pytest.raises(ParameterError, match=r"'binds'.*there are: 'treats', 'causes'"):
        find_fragment(linking, "binds")


def test_rules_below_one_are_refused(tiny_reader: Reader) -> None:
    """The message says what came."""
    with pytest.raises(ParameterError, match="n_entities=0"):
        harvest_fragments(tiny_reader, SENTENCES, rules=HarvestRules(n_entities=0))
