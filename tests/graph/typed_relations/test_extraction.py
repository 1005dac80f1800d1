"""Typed triples of sentences parsed by hand, with given names: roles, forms, lists, statements."""

from __future__ import annotations

import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.parsing import ParsedSentence
from tailgraph.graph.typed_relations.candidates import confidence_of
from tailgraph.graph.typed_relations.extraction import TypedRelationExtractor, given_argument
from tailgraph.graph.typed_relations.schema import RelationSchema, parse_schema
from tailgraph.graph.typed_relations.triggers import TriggerLexicon
from tailgraph.graph.typed_relations.typed_triple import TypedArgument, TypedTriple

from ..relations.hand_parsed import hand_parsed

SCHEMA = parse_schema(
    """
[inhibits]
triggers = ["inhibit", "inhibition", "inhibitor", "block"]
subject = ["CHEMICAL", "GENE"]
object = ["GENE"]
[causes]
triggers = ["cause", "induce", "due to", "effect"]
inverse = ["result from"]
hints = ["after"]
subject = ["CHEMICAL"]
object = ["DISEASE"]
[treats]
triggers = ["treat", "treatment"]
subject = ["CHEMICAL"]
object = ["DISEASE"]
[binds]
triggers = ["bind", "interact", "interaction"]
subject = ["GENE", "CHEMICAL"]
object = ["GENE"]
symmetric = true
[synonym-of]
triggers = ["("]
symmetric = true
[is-a]
triggers = ["be"]
[born-in]
triggers = ["born in"]
subject = ["PERSON"]
object = ["PLACE"]
"""
)
TYPES = {
    "drug": "CHEMICAL",
    "steroid": "CHEMICAL",
    "COX": "GENE",
    "cyclooxygenase": "GENE",
    "OTF": "DISEASE",
    "p53": "GENE",
    "MDM2": "GENE",
    "BCL2": "GENE",
    "fever": "DISEASE",
    "edema": "DISEASE",
    "Curie": "PERSON",
    "Warsaw": "PLACE",
}


def names_of(sentence: ParsedSentence) -> list[TypedArgument]:
    """Return the words of `TYPES` in a sentence, with their types."""
    return [
        given_argument(sentence.text, offset, offset + len(word), TYPES[word])
        for word, offset in zip(sentence.words, sentence.offsets, strict=True)
        if word in TYPES
    ]


def extracted(
    notation: str, *relations: str, schema: RelationSchema = SCHEMA, least: float = 0.65
) -> list[TypedTriple]:
    """Return the triples of a sentence in the notation of `hand_parsed`."""
    schema = schema.only(*relations) if relations else schema
    extractor = TypedRelationExtractor(schema, TriggerLexicon(schema), min_confidence=least)
    sentence = hand_parsed(notation)
    [found] = extractor.extract([sentence], [names_of(sentence)])
    return found


CONSTRUCTIONS = {
    "active": (
        "The/DET/det/2 drug/NOUN/nsubj/3 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/3",
        [("drug", "inhibits", "COX", "infix")],
    ),
    "passive": (
        "COX/PROPN/nsubj:pass/3 is=be/AUX/aux:pass/3 blocked=block/VERB/root/0 by/ADP/case/6"
        " the/DET/det/6 drug/NOUN/obl:agent/3",
        [("drug", "inhibits", "COX", "infix")],
    ),
    "copula": (
        "p53/PROPN/nsubj/4 is=be/AUX/cop/4 an/DET/det/4 inhibitor/NOUN/root/0 of/ADP/case/6"
        " MDM2/PROPN/nmod/4",
        [("p53", "inhibits", "MDM2", "infix")],
    ),
    "apposition": (
        "The/DET/det/2 drug/NOUN/root/0 ,/PUNCT/punct/5 a/DET/det/5 inhibitor/NOUN/appos/2"
        " of/ADP/case/7 COX/PROPN/nmod/5",
        [("drug", "inhibits", "COX", "infix")],
    ),
    "participle": (
        "fever/NOUN/root/0 induced=induce/VERB/acl/1 by/ADP/case/5 the/DET/det/5 drug/NOUN/obl/2",
        [("drug", "causes", "fever", "infix")],
    ),
    "relative clause": (
        "a/DET/det/2 drug/NOUN/root/0 that/PRON/nsubj/4 causes=cause/VERB/acl:relcl/2"
        " fever/NOUN/obj/4",
        [("drug", "causes", "fever", "infix")],
    ),
    "hyphen": (
        "drug/NOUN/obl:unmarked/3 -/PUNCT/punct/3 induced=induce/VERB/amod/4 fever/NOUN/root/0",
        [("drug", "causes", "fever", "infix")],
    ),
    "preposition": (
        "fever/NOUN/root/0 due/ADP/case/5 to/ADP/fixed/2 the/DET/det/5 drug/NOUN/nmod/1",
        [("drug", "causes", "fever", "infix")],
    ),
    "inverse": (
        "fever/NOUN/nsubj/2 resulted=result/VERB/root/0 from/ADP/case/5 the/DET/det/5"
        " drug/NOUN/obl/2",
        [("drug", "causes", "fever", "infix")],
    ),
    "prefix": (
        "treatment/NOUN/root/0 of/ADP/case/3 fever/NOUN/nmod/1 with/ADP/case/6 the/DET/det/6"
        " drug/NOUN/nmod/1",
        [("drug", "treats", "fever", "prefix")],
    ),
    "prefix of partners": (
        "interaction/NOUN/root/0 between/ADP/case/3 p53/PROPN/nmod/1 and/CCONJ/cc/5"
        " MDM2/PROPN/conj/3",
        [("p53", "binds", "MDM2", "prefix")],
    ),
    "suffix": (
        "p53/PROPN/nsubj/4 and/CCONJ/cc/3 MDM2/PROPN/conj/1 interact/VERB/root/0",
        [("p53", "binds", "MDM2", "suffix")],
    ),
    "suffix compound": (
        "MDM2/PROPN/compound/2 inhibition/NOUN/root/0 by/ADP/case/4 p53/PROPN/nmod/2",
        [("p53", "inhibits", "MDM2", "infix")],
    ),
    "list of objects": (
        "The/DET/det/2 drug/NOUN/nsubj/3 causes=cause/VERB/root/0 fever/NOUN/obj/3 and/CCONJ/cc/6"
        " edema/NOUN/conj/4",
        [("drug", "causes", "edema", "infix"), ("drug", "causes", "fever", "infix")],
    ),
    "two verbs": (
        "p53/PROPN/nsubj/2 binds=bind/VERB/root/0 MDM2/PROPN/obj/2 and/CCONJ/cc/5"
        " inhibits=inhibit/VERB/conj/2 BCL2/PROPN/obj/5",
        [("p53", "binds", "MDM2", "infix"), ("p53", "inhibits", "BCL2", "infix")],
    ),
    "bracket": (
        "old/ADJ/amod/2 cyclooxygenase/NOUN/root/0 (/PUNCT/punct/4 COX/PROPN/appos/2"
        " )/PUNCT/punct/4",
        [("cyclooxygenase", "synonym-of", "COX", "infix")],
    ),
    "bracket without a short form": (
        "COX/PROPN/root/0 (/PUNCT/punct/3 p53/PROPN/appos/1 )/PUNCT/punct/3",
        [],
    ),
    "short form of more than the name": (
        "Old/ADJ/amod/3 tumor/NOUN/compound/3 fever/NOUN/root/0 (/PUNCT/punct/5 OTF/PROPN/appos/3"
        " )/PUNCT/punct/5",
        [("Old tumor fever", "synonym-of", "OTF", "infix")],
    ),
    "is": (
        "The/DET/det/2 drug/NOUN/nsubj/5 is=be/AUX/cop/5 a/DET/det/5 steroid/NOUN/root/0",
        [("drug", "is-a", "steroid", "infix")],
    ),
    "bound preposition": (
        "Curie/PROPN/nsubj:pass/3 was=be/AUX/aux:pass/3 born=bear/VERB/root/0 in/ADP/case/5"
        " Warsaw/PROPN/obl/3",
        [("Curie", "born-in", "Warsaw", "infix")],
    ),
    "effect": (
        "fever/NOUN/nsubj/4 is=be/AUX/cop/4 an/DET/det/4 effect/NOUN/root/0 of/ADP/case/7"
        " the/DET/det/7 drug/NOUN/nmod/4",
        [("drug", "causes", "fever", "infix")],
    ),
}


@pytest.mark.parametrize(("notation", "expected"), CONSTRUCTIONS.values(), ids=CONSTRUCTIONS)
def test_roles_and_form_are_read_off_the_parse(
    notation: str, expected: list[tuple[str, str, str, str]]
) -> None:
    """Each construction gives its triples, and no other as firmly."""
    told = [
        (t.subject.span.text, t.relation, t.object.span.text, t.form)
        for t in extracted(notation, least=0.8)
    ]
    assert sorted(told) == expected


def test_types_that_the_schema_does_not_allow_give_no_triple() -> None:
    """A disease treats nothing."""
    notation = "fever/NOUN/nsubj/2 treats=treat/VERB/root/0 edema/NOUN/obj/2"
    assert extracted(notation, least=0.0) == []


def test_members_of_a_list_do_nothing_to_each_other() -> None:
    """In "p53 and MDM2 inhibit BCL2" nothing relates the first two."""
    notation = (
        "p53/PROPN/nsubj/4 and/CCONJ/cc/3 MDM2/PROPN/conj/1 inhibit/VERB/root/0 BCL2/PROPN/obj/4"
    )
    pairs = {(t.subject.span.text, t.object.span.text) for t in extracted(notation, least=0.0)}
    assert pairs == {("p53", "BCL2"), ("MDM2", "BCL2")}


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        (
            "drug/NOUN/nsubj/4 did=do/AUX/aux/4 not/PART/advmod/4 cause/VERB/root/0"
            " fever/NOUN/obj/4",
            (True, "", "past"),
        ),
        (
            "drug/NOUN/nsubj/3 may/AUX/aux/3 cause/VERB/root/0 fever/NOUN/obj/3",
            (False, "may", "present"),
        ),
        (
            "drug/NOUN/nsubj/3 will/AUX/aux/3 cause/VERB/root/0 fever/NOUN/obj/3",
            (False, "", "future"),
        ),
        (
            "No/DET/det/2 treatment/NOUN/nsubj:pass/8 of/ADP/case/4 fever/NOUN/nmod/2"
            " with/ADP/case/6 drug/NOUN/nmod/2 was=be/AUX/aux:pass/8 seen=see/VERB/root/0",
            (True, "", "past"),
        ),
    ],
    ids=["denied", "hedged", "future", "no"],
)
def test_how_it_is_stated_is_told(notation: str, expected: tuple[bool, str, str]) -> None:
    """Negation, modality and tense are those of the clause that the trigger is in."""
    first = extracted(notation)[0]
    assert (first.negated, first.modality, first.tense) == expected


def test_a_relation_that_drops_denied_statements_has_none() -> None:
    """With negation = "drop" a denied relation gives no triple."""
    schema = parse_schema('[causes]\ntriggers = ["cause"]\nnegation = "drop"\n')
    denied = (
        "drug/NOUN/nsubj/4 did=do/AUX/aux/4 not/PART/advmod/4 cause/VERB/root/0 fever/NOUN/obj/4"
    )
    assert extracted(denied, schema=schema) == []
    plain = "drug/NOUN/nsubj/2 caused=cause/VERB/root/0 fever/NOUN/obj/2"
    assert len(extracted(plain, schema=schema)) == 1


def test_a_form_that_is_not_allowed_gives_no_triple() -> None:
    """With forms = ["prefix"] the infix form is passed over."""
    schema = parse_schema('[causes]\ntriggers = ["cause"]\nforms = ["prefix"]\n')
    notation = "drug/NOUN/nsubj/2 caused=cause/VERB/root/0 fever/NOUN/obj/2"
    assert extracted(notation, schema=schema, least=0.0) == []


def test_the_confidence_is_the_weighted_geometric_mean_of_its_components() -> None:
    """By hand: (0.8^0.5 * 0.5^0.5 * 1 * 1 * 1)^(1/4.5), with shares of 0.8 and 0.5."""
    sentence = hand_parsed("drug/NOUN/nsubj/2 causes=cause/VERB/root/0 fever/NOUN/obj/2")
    drug, fever = names_of(sentence)
    names = [
        TypedArgument(drug.span, (("CHEMICAL", 0.8), ("GENE", 0.2))),
        TypedArgument(fever.span, (("DISEASE", 0.5), ("QUALITY", 0.5))),
    ]
    [[triple]] = TypedRelationExtractor(SCHEMA, TriggerLexicon(SCHEMA)).extract([sentence], [names])
    assert triple.components.subject_type == 0.8
    assert triple.components.object_type == 0.5
    assert triple.confidence == pytest.approx((0.8**0.5 * 0.5**0.5) ** (1 / 4.5))
    assert triple.confidence == confidence_of(triple.components)


def test_trigger_and_path_stand_in_the_sentence() -> None:
    """The trigger's characters are its text, and the path runs from subject to object."""
    [triple] = extracted("fever/NOUN/root/0 due/ADP/case/4 to/ADP/fixed/2 drug/NOUN/nmod/1")
    assert (triple.trigger.start, triple.trigger.end, triple.trigger.text) == (6, 12, "due to")
    assert triple.path == "nmod<fever"


def test_a_question_states_nothing() -> None:
    """A sentence that ends with a question mark gives no triple."""
    notation = "drug/NOUN/nsubj/2 causes=cause/VERB/root/0 fever/NOUN/obj/2 ?/PUNCT/punct/2"
    assert extracted(notation, least=0.0) == []


def test_names_have_to_be_given_or_found() -> None:
    """Without names and without what finds them, and with another number of lists, it refuses."""
    extractor = TypedRelationExtractor(SCHEMA, TriggerLexicon(SCHEMA))
    sentence = hand_parsed("drug/NOUN/root/0")
    with pytest.raises(ParameterError, match="nothing that finds names"):
        extractor.extract([sentence])
    with pytest.raises(ParameterError, match="1 sentences and 2 lists"):
        extractor.extract([sentence], [[], []])


def test_the_same_sentences_give_the_same_triples() -> None:
    """Two extractors agree, and one agrees with itself."""
    notation = CONSTRUCTIONS["two verbs"][0]
    assert extracted(notation) == extracted(notation)


def test_nothing_does_it_to_itself() -> None:
    """The same name on both sides gives a triple of a symmetric relation only."""
    notation = "{0}/NOUN/nsubj/2 {1}/VERB/root/0 {0}/NOUN/obj/2"
    assert extracted(notation.format("p53", "inhibits=inhibit"), least=0.0) == []
    both = extracted(notation.format("p53", "binds=bind"), least=0.0)
    assert {t.relation for t in both} <= {
        name for name, relation in SCHEMA.relations.items() if relation.symmetric
    }
