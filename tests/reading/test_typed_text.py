"""Phrases of longer texts, typed in their sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tailgraph.errors import ParameterError
from tailgraph.graph.entities import Entity
from tailgraph.graph.parsing import Parser
from tailgraph.reading.reader import Reader

SENTENCES = ["The drug treats melanoma.", "Aspirin inhibits proteins\nof cells.", "It rains."]
TEXT = "  " + "  ".join(SENTENCES) + "\n"


def place(phrase: str) -> tuple[int, int]:
    """Return where a phrase stands in the text."""
    return TEXT.index(phrase), TEXT.index(phrase) + len(phrase)


def in_sentence(reader: Reader, sentence: str, phrase: str) -> Entity:
    """Type a phrase of one sentence."""
    start = sentence.index(phrase)
    [[entity]] = reader.typer.type_spans([sentence], [[(start, start + len(phrase))]])
    return entity


def test_a_phrase_is_typed_in_its_own_sentence(tiny_reader: Reader) -> None:
    """What is said of it is what the typer says of the sentence, moved to its place in the text."""
    asked = [("proteins", 1), ("melanoma", 0), ("Aspirin", 1)]
    typed = tiny_reader.type_spans(TEXT, [place(phrase) for phrase, _ in asked])
    assert typed.text == TEXT
    for entity, (phrase, number) in zip(typed.entities, asked, strict=True):
        expected = in_sentence(tiny_reader, SENTENCES[number], phrase)
        assert (entity.start, entity.end) == place(phrase)
        assert entity.label == expected.label
        assert dict(entity.types) == pytest.approx(dict(expected.types), abs=1e-5)
        assert [e.term for e in entity.evidence] == [e.term for e in expected.evidence]


def test_a_phrase_over_two_sentences_is_typed_in_both(tiny_reader: Reader) -> None:
    """Its context goes from the beginning of the first to the end of the last."""
    start, end = place("melanoma.  Aspirin")
    [entity] = tiny_reader.type_spans(TEXT, [(start, end)]).entities
    context = TEXT[2 : TEXT.index("  It")]
    [[expected]] = tiny_reader.typer.type_spans([context], [[(start - 2, end - 2)]])
    assert entity == replace(expected, start=start, end=end)


def test_white_space_around_a_phrase_changes_nothing_else(tiny_reader: Reader) -> None:
    """A span that begins between two sentences belongs to the one it reaches into."""
    start, end = place("Aspirin")
    [loose] = tiny_reader.type_spans(TEXT, [(start - 1, end)]).entities
    assert loose.text == " Aspirin"
    assert loose.label == in_sentence(tiny_reader, SENTENCES[1], "Aspirin").label


def test_clusters_are_told_in_the_same_places(tiny_reader: Reader) -> None:
    """The label-free mode reads the same sentences."""
    [entity] = tiny_reader.fine_type_spans(TEXT, [place("proteins")]).entities
    [[expected]] = tiny_reader.label_free.type_spans([SENTENCES[1]], [[(17, 25)]])
    assert (entity.start, entity.end) == place("proteins")
    assert [word.term for word in entity.descriptors] == [w.term for w in expected.descriptors]


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([(0, 900)], "0:900 is not a phrase of the text of"),
        ([(-3, 4)], "-3:4 is not a phrase"),
        ([(5, 5)], "5:5 is not a phrase"),
        ([(9, 4)], "9:4 is not a phrase"),
        ([(0, 2)], "0:2 is not a phrase"),
        ([(6, 10), (2, 7)], "2:7 and 6:10 overlap"),
        ([(2, 9), (2, 9)], "2:9 and 2:9 overlap"),
    ],
    ids=["beyond the end", "before the start", "empty", "turned", "blank", "overlap", "twice"],
)
def test_bad_spans_are_refused(
    tiny_reader: Reader, spans: list[tuple[int, int]], message: str
) -> None:
    """The message names the spans, by the numbers that were given."""
    with pytest.raises(ParameterError, match=message):
        tiny_reader.type_spans(TEXT, spans)


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_text_is_refused(tiny_reader: Reader, text: str) -> None:
    """There is nothing to type, with or without spans."""
    with pytest.raises(ParameterError, match="empty"):
        tiny_reader.type_spans(text, [])


def test_what_the_model_cannot_read_is_flagged(tiny_reader: Reader, default_parser: Parser) -> None:
    """The flag is about the sentences of the phrases, not about the rest of the text."""
    text = "Aspirin ☃ treats melanoma. Mice bind genes."
    assert not tiny_reader.type_spans(text, [(27, 31)]).has_unknown
    assert tiny_reader.type_spans(text, [(0, 7)]).has_unknown
    assert tiny_reader.type_spans(text, [(27, 31), (0, 7)]).has_unknown
    [parsed] = default_parser.parse([["Aspirin ☃ treats melanoma.", "Mice bind genes."]])
    read = tiny_reader.type_text("Aspirin ☃ treats melanoma. Mice bind genes.")
    assert [sentence.has_unknown for sentence in read] == [True, False]
    assert [sentence.text for sentence in read] == [sentence.text for sentence in parsed]


@pytest.mark.parametrize(
    "text",
    ["a" * 50_000, ("the drug and the " * 3000)[:50_000], "☃ " * 25_000],
    ids=["one word", "no sentence end", "only unknown"],
)
def test_a_very_long_text_is_typed(tiny_reader: Reader, text: str) -> None:
    """A phrase of it has a type, or a flag that says why not."""
    read = tiny_reader.type_spans(text, [(0, 8), (40_000, 40_008)])
    assert [entity.end for entity in read.entities] == [8, 40_008]
    assert read.has_unknown == ("drug" not in text)
