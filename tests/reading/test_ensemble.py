"""Two models that type the same phrase: who is heard, in every case there is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError
from tailgraph.graph.entities import Entity, Evidence, Share
from tailgraph.graph.labels.seeds import UNTAGGED, SeedLabels
from tailgraph.graph.parsing import Parser
from tailgraph.reading.ensemble import COMMON_TYPES, Ensemble, join
from tailgraph.reading.reader import Reader

BIO = frozenset({"CHEMICAL", "DISEASE", "GENE"}) | COMMON_TYPES
NEWS = frozenset({"PERSON", "ORGANIZATION"}) | COMMON_TYPES


def entity(types: Sequence[Share], context: Sequence[Share] | None = None) -> Entity:
    """Make what a model says of a phrase; its context says the same if nothing else is given."""
    label, confidence = types[0] if types else (UNTAGGED, 0.0)
    return Entity(
        start=3,
        end=9,
        text="Jordan",
        label=label,
        subtype="",
        confidence=confidence,
        alternative="",
        types=tuple(types),
        subtypes=tuple(types),
        context=tuple(types if context is None else context),
        phrase=(),
        evidence=(Evidence("context", "word", 1.0, label, confidence),),
    )


NOTHING = entity([])
GENE = entity([("GENE", 0.7), ("PLACE", 0.3)])
MAYBE_GENE = entity([("GENE", 0.6), ("PERSON", 0.4)])
PERSON = entity([("PERSON", 0.8), ("PLACE", 0.2)])
LOST_PERSON = entity([("PERSON", 0.8), ("GENE", 0.2)], context=[("GENE", 0.9), ("PERSON", 0.1)])
LOST_GENE = entity([("GENE", 0.65), ("PLACE", 0.35)], context=[("PERSON", 0.5), ("GENE", 0.5)])
QUIET_GENE = entity([("GENE", 0.65)], context=[("GENE", 0.6), ("PLACE", 0.3), ("PERSON", 0.1)])
BLIND_PERSON = entity([("PERSON", 0.8)], context=[])
PLACE = entity([("PLACE", 0.5), ("MEASURE", 0.5)])

CASES = {
    # name: what the models say, the labels that are heard with their models, and why
    "same type": ((GENE, MAYBE_GENE), [(0, "GENE")], "same type"),
    "same type, the second surer": ((MAYBE_GENE, GENE), [(1, "GENE")], "same type"),
    "same type, equally sure": ((GENE, GENE), [(0, "GENE")], "same type"),
    "same type, one out of its field": ((LOST_GENE, GENE), [(1, "GENE")], "same type"),
    "neither knows": ((NOTHING, NOTHING), [(0, UNTAGGED)], "same type"),
    "only the first knows": ((LOST_GENE, NOTHING), [(0, "GENE")], "only one knows"),
    "only the second knows": ((NOTHING, LOST_PERSON), [(1, "PERSON")], "only one knows"),
    "both at home": ((GENE, PERSON), [(1, "PERSON"), (0, "GENE")], "both may be right"),
    "the first out of its field": ((LOST_GENE, PERSON), [(1, "PERSON")], "only one in its field"),
    "the second out of its field": ((GENE, LOST_PERSON), [(0, "GENE")], "only one in its field"),
    "both out of their fields": (
        (LOST_GENE, LOST_PERSON),
        [(1, "PERSON"), (0, "GENE")],
        "both may be right",
    ),
    "a strange type below the mean does not count": (
        (QUIET_GENE, LOST_PERSON),
        [(0, "GENE")],
        "only one in its field",
    ),
    "a context that says nothing is at home": (
        (LOST_GENE, BLIND_PERSON),
        [(1, "PERSON")],
        "only one in its field",
    ),
    "a common type is of both fields": (
        (PLACE, PERSON),
        [(1, "PERSON"), (0, "PLACE")],
        "both may be right",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_is_heard(case: str) -> None:
    """The outputs are those that the rule gives by hand, the more confident first."""
    said, heard, reason = CASES[case]
    joint = join(said, (BIO, NEWS))
    assert [(output.model, output.label) for output in joint.outputs] == heard
    assert joint.reason == reason
    assert [o.confidence for o in joint.outputs] == [
        said[o.model].confidence for o in joint.outputs
    ]


@pytest.mark.parametrize("case", CASES)
def test_both_models_keep_their_evidence(case: str) -> None:
    """What each model says stays with the answer, whether it is heard or not."""
    said, _, _ = CASES[case]
    joint = join(said, (BIO, NEWS))
    assert joint.entities == said
    assert (joint.start, joint.end, joint.text) == (3, 9, "Jordan")


@pytest.mark.parametrize(
    ("types", "kept"),
    [
        ([("GENE", 0.5), ("PLACE", 0.3), ("PERSON", 0.2)], ["GENE"]),
        ([("GENE", 0.4), ("PLACE", 0.35), ("PERSON", 0.25)], ["GENE", "PLACE"]),
        ([("GENE", 0.3333333), ("PLACE", 0.3333333), ("PERSON", 0.3333333)], None),
        ([("GENE", 1.0)], ["GENE"]),
    ],
    ids=["one", "two", "all alike", "the only one"],
)
def test_an_output_keeps_the_types_that_are_not_below_the_mean(
    types: list[Share], kept: list[str] | None
) -> None:
    """Of three types those with a third or more; of equal ones all."""
    [output] = join((entity(types), NOTHING), (BIO, NEWS)).outputs
    assert [name for name, _ in output.types] == (kept or [name for name, _ in types])


@pytest.fixture(scope="module")
def other_reader(tiny_encoder: Encoder) -> Reader:
    """Read with the tiny model and other labels, so that the two differ."""
    labels = {"king": ("PERSON",), "queen": ("PERSON",), "drug": ("CHEMICAL",), "kinase": ("GENE",)}
    return Reader(tiny_encoder, SeedLabels(labels, "others"))


def test_two_readers_type_the_names_of_the_first(
    tiny_reader: Reader, other_reader: Reader, default_parser: Parser
) -> None:
    """Each name that the first finds is joined with what the second says in the same place."""
    own = ["CHEMICAL", "DISEASE"], ["PERSON", "GENE"]
    ensemble = Ensemble(tiny_reader, other_reader, own_types=own)
    fields = [frozenset(types) | COMMON_TYPES for types in own]
    texts = ["Aspirin treats melanoma in London.", "It rains.", "The king took a drug."]
    [parsed] = default_parser.parse([texts])
    first = tiny_reader.typer.type_sentences(parsed)
    spans = [[(e.start, e.end) for e in row] for row in first]
    second = other_reader.typer.type_spans(texts, spans)
    expected = [
        [join(pair, fields) for pair in zip(*rows, strict=True)]
        for rows in zip(first, second, strict=True)
    ]
    assert ensemble.type_sentences(parsed) == expected
    assert ensemble.type_spans(texts, spans) == expected
    assert len({joint.reason for joint in chain(*expected)}) > 1


def test_types_that_no_label_has_are_refused(tiny_reader: Reader, other_reader: Reader) -> None:
    """The message names the type and those that there are."""
    with pytest.raises(ParameterError, match=r"'DISEASE' is no main type.*CHEMICAL, GENE, PERSON"):
        Ensemble(tiny_reader, other_reader, own_types=(["CHEMICAL"], ["DISEASE"]))
