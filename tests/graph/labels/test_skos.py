"""Labels as a SKOS vocabulary: what others write is read as far as the subset goes."""

from __future__ import annotations

import pytest

from tailgraph.errors import ArtifactError
from tailgraph.graph.labels.skos import read_terms, write_terms

THESAURUS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
@prefix ex: <http://example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .   # a comment; with marks, "quotes" .
ex:scheme a skos:ConceptScheme ; dct:title "Drugs, and more."@en ; dct:issued 2026 .
ex:drugs a skos:Concept ;
    skos:prefLabel "DRUG"@en ; skos:topConceptOf ex:scheme .
ex:nsaid skos:prefLabel "NSAID" ; skos:broader ex:drugs .
<http://example.org/aspirin> a skos:Concept ;
    skos:prefLabel "Aspirin"@en ;
    skos:altLabel "acetylsalicylic acid", "ASA \\"forte\\"" ;
    skos:broader ex:nsaid, ex:drugs ; .
ex:codeine.1 skos:prefLabel "codeine"^^ex:string .
ex:codeine.1 skos:broader ex:drugs .
"""


def test_a_thesaurus_of_others_is_read() -> None:
    """Leaves are terms, with all their names; the concepts above them are the labels."""
    assert list(read_terms(THESAURUS, "t.ttl")) == [
        (9, "Aspirin", ("NSAID", "DRUG")),
        (9, "acetylsalicylic acid", ("NSAID", "DRUG")),
        (9, 'ASA "forte"', ("NSAID", "DRUG")),
        (13, "codeine", ("DRUG",)),
    ]


def test_what_is_written_is_a_tree_of_main_types_sub_types_and_terms() -> None:
    """Every sub-type stands below its main type, and every term below its labels."""
    text = write_terms({"aspirin": ("CHEMICAL.DRUG", "FOOD"), "tea": ("FOOD",)})
    blocks = text.rstrip("\n").split("\n\n")
    assert blocks[0] == "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
    assert [block.split()[0] for block in blocks[1:]] == [
        "<urn:tailgraph:labels>",
        "<urn:tailgraph:label:CHEMICAL>",
        "<urn:tailgraph:label:CHEMICAL.DRUG>",
        "<urn:tailgraph:label:FOOD>",
        "<urn:tailgraph:term:aspirin>",
        "<urn:tailgraph:term:tea>",
    ]
    assert "skos:topConceptOf <urn:tailgraph:labels>" in blocks[2]
    assert blocks[5].endswith(
        "skos:broader <urn:tailgraph:label:CHEMICAL.DRUG>, <urn:tailgraph:label:FOOD> ."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@prefix a: <x:> .\na:b a:c [ a:d a:e ] .", r"line 2: cannot read '\[ a:d"),
        ("@prefix a: <x:> .\na:b a:c ( a:d ) .", "line 2: cannot read"),
        ('<x:a> <x:b> """long""" .', "line 1: cannot read"),
        ("@base <x:> .", "line 1: cannot read"),
        ("<x:a> <x:b>\n<x:c>", "line 2: expected .*found 'the end'"),
        ("<x:a>\n<x:b> .", "line 2: expected"),
        ("<x:a> y:b <x:c> .", "line 1: the prefix y: is not declared"),
        ("@prefix skos <x:> .", "line 1: cannot read"),
        ('<x:a> <x:b> "bad \\q" .', "line 1: cannot read the string"),
    ],
    ids=[
        *("blank node", "collection", "long string", "base", "no end", "no object"),
        *("no prefix", "bad prefix", "bad escape"),
    ],
)
def test_what_is_not_in_the_subset_is_refused_by_its_line(text: str, expected: str) -> None:
    """Nothing is passed over in silence."""
    with pytest.raises(ArtifactError, match=f"t.ttl, {expected}"):
        list(read_terms(text, "t.ttl"))


def test_a_label_without_a_name_is_refused() -> None:
    """The preferred name of a broader concept is the label, so there has to be one."""
    text = '@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<x:a> skos:prefLabel "a" ; '
    with pytest.raises(ArtifactError, match=r"line 2: the broader concept <x:b> has no"):
        list(read_terms(f"{text} skos:broader <x:b> .", "t.ttl"))
