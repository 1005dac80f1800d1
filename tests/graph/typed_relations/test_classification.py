"""Which relation a sentence states: shares, their evidence, and what the model adds."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.vocabulary import unit_rows
from tailgraph.graph.typed_relations.classification import NONE, RelationClassifier
from tailgraph.graph.typed_relations.context_check import ContextCheck
from tailgraph.graph.typed_relations.extraction import given_argument
from tailgraph.graph.typed_relations.schema import parse_schema

from ..relations.hand_parsed import hand_parsed

SCHEMA = parse_schema(
    '[inhibits]\ntriggers = ["inhibit"]\nexamples = ["The drug inhibits the gene."]\n'
    '[treats]\ntriggers = ["treat"]\nexamples = ["The drug treats the disease.", "mice"]\n'
)
SENTENCE = hand_parsed("aspirin/NOUN/nsubj/2 inhibits=inhibit/VERB/root/0 egfr/PROPN/obj/2")
PAIR = given_argument(SENTENCE.text, 0, 7), given_argument(SENTENCE.text, 17, 21)


@pytest.fixture(scope="module")
def classifier(tiny_encoder: Encoder) -> RelationClassifier:
    """Make a classifier of the tiny model."""
    return RelationClassifier(tiny_encoder, SCHEMA)


def test_shares_of_all_relations_and_none_add_up_to_one(classifier: RelationClassifier) -> None:
    """They fall, and each relation is there once."""
    [found] = classifier.classify([SENTENCE], [PAIR])
    shares = [evidence.share for evidence in found]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert {evidence.relation for evidence in found} == {"inhibits", "treats", NONE}


def test_the_word_between_the_pair_decides(classifier: RelationClassifier) -> None:
    """The word "inhibits" between two names gives 1, and the largest share."""
    [found] = classifier.classify([SENTENCE], [PAIR])
    best = found[0]
    assert (best.relation, best.word) == ("inhibits", "inhibits")
    assert (best.trigger, best.near_word) == (1.0, 1.0)


def test_a_sentence_without_a_pair_is_read_by_its_words(classifier: RelationClassifier) -> None:
    """Without a pair no triple can be formed, and the listed word alone speaks."""
    [found] = classifier.classify([SENTENCE])
    best = found[0]
    assert (best.relation, best.trigger, best.near_word) == ("inhibits", 0.0, 1.0)


def test_examples_are_compared_as_their_mean_less_the_mean_of_all(
    classifier: RelationClassifier, tiny_encoder: Encoder
) -> None:
    """The cosine is that of vectors computed here, step by step."""
    texts = [text for r in SCHEMA.relations.values() for text in r.examples]
    vectors = unit_rows(tiny_encoder.encode(texts).vectors)
    origin = vectors.mean(axis=0)
    center = unit_rows((vectors[1:] - origin).sum(axis=0, keepdims=True))[0]
    own = unit_rows(unit_rows(tiny_encoder.encode([SENTENCE.text]).vectors) - origin)[0]
    [found] = classifier.classify([SENTENCE], [PAIR])
    told = next(evidence for evidence in found if evidence.relation == "treats")
    assert told.examples == pytest.approx(float(own @ center), abs=1e-5)


def test_the_context_is_the_probability_of_the_terms(tiny_encoder: Encoder) -> None:
    """The mass is the share of the relation's terms in the softmax at the masked trigger."""
    [mass] = ContextCheck(SCHEMA, tiny_encoder).masses([(SENTENCE, 1)])
    states = tiny_encoder.mask_states([SENTENCE.text], [((8, 16),)])
    vocabulary = tiny_encoder.vocabulary
    logits = (vocabulary.vectors @ states.vectors[0] + vocabulary.biases).astype(np.float64)
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    assert mass["inhibits"] == pytest.approx(float(shares[vocabulary.row("inhibit")]), rel=1e-4)


def test_what_was_asked_is_remembered(tiny_encoder: Encoder) -> None:
    """The same question gives the same answer, and never less than a quarter."""
    check = ContextCheck(SCHEMA, tiny_encoder)
    first = check.components([(SENTENCE, 1, "inhibits"), (SENTENCE, 1, "treats")])
    assert check.components([(SENTENCE, 1, "inhibits"), (SENTENCE, 1, "treats")]) == first
    assert all(0.25 <= value <= 1 for value in first)
