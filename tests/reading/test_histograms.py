"""Histograms of a text's vector, against the vector itself."""

from __future__ import annotations

import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.histograms import term_histograms, vector_histogram
from tailgraph.reading.reader import Reader


@pytest.mark.parametrize(
    ("text", "kind"),
    [("the drug binds", "text"), ("the ___ binds", "blank")],
    ids=["text", "blank"],
)
def test_the_vector_of_a_text_is_counted(text: str, kind: str, tiny_reader: Reader) -> None:
    """That of its blank if it has one, or else that of the opening token; after the terms."""
    encoder = tiny_reader.encoder
    if kind == "blank":
        vector = encoder.mask_states([text.replace("___", "[MASK]")]).vectors[0]
    else:
        vector = encoder.encode([text]).vectors[0]
    expected = vector_histogram(encoder.vocabulary, vector, name=text, kind=kind)  # type: ignore[arg-type] # one of the kinds
    cell, found = tiny_reader.histograms(["cell"], text)
    assert found == expected
    assert (cell,) == term_histograms(encoder.vocabulary, ["cell"])


def test_what_the_model_cannot_read_is_flagged(tiny_reader: Reader) -> None:
    """Unknown characters, and a text that is too long."""
    [unknown] = tiny_reader.histograms(text="☃")
    [long] = tiny_reader.histograms(text="cell " * 10_000)
    assert (unknown.has_unknown, unknown.truncated) == (True, False)
    assert (long.has_unknown, long.truncated) == (False, True)


@pytest.mark.parametrize(
    ("text", "message"), [(" ", "is empty"), ("[MASK] and ___", "has 2 blanks")]
)
def test_a_text_has_one_vector(text: str, message: str, tiny_reader: Reader) -> None:
    """Nothing, and several blanks, have none."""
    with pytest.raises(ParameterError, match=message):
        tiny_reader.histograms(text=text)
