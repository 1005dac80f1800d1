"""Senses of words: the model's own example, the parts against the encoder, and bad input."""

from __future__ import annotations

import re

import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.landmarks import Landmarks
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.reader import Reader
from tailgraph.reading.senses import group_occurrences, senses_in_sentences

CELLS = "he went to prison cell with a cell phone to draw blood cell samples from inmates"
SENTENCES = [
    "The red blood cell carries oxygen to the tissues.",
    "A white blood cell fights bacteria in the blood.",
    "The blood cell count was low in most patients.",
    "Each blood cell has a membrane and no nucleus.",
    "She called her mother on a cell phone.",
    "He bought a new cell phone in the city.",
    "A cell phone rang during the meeting.",
    "Most adults own a cell phone.",
]


@pytest.fixture(scope="module")
def reader(default_encoder: Encoder) -> Reader:
    """Read with the model and the labels of the package."""
    return Reader(default_encoder, read_labels())


def test_three_cells_are_three(reader: Reader) -> None:
    """A prison, a phone and blood call for words of their own; without context all is biology."""
    [cell] = reader.senses(CELLS)
    assert cell.word == "cell"
    assert [(o.start, o.end, o.sense) for o in cell.occurrences] == [
        (18, 22, 1),
        (30, 34, 2),
        (55, 59, 3),
    ]
    expected = ({"prison", "jail"}, {"phone", "mobile"}, {"blood", "samples"})
    for occurrence, words in zip(cell.occurrences, expected, strict=True):
        assert words <= {mark.term for mark in occurrence.descriptors}
    assert [sense.types[0][0] for sense in cell.senses] == ["PLACE", "OBJECT", "ANATOMY"]
    alone = {mark.term for mark in cell.alone}
    assert not alone & {"prison", "jail", "phone", "mobile"}
    assert "neuron" in alone


def test_descriptors_are_the_landmarks_of_each_hidden_occurrence(tiny_reader: Reader) -> None:
    """Word by word what `Landmarks` reads off the vector at a mask, without the word itself."""
    text = "The cell binds a drug. A drug inhibits the cell."
    [cell, drug] = tiny_reader.senses(text, k=5)
    marks = Landmarks.of(tiny_reader.encoder.vocabulary)
    for found in (cell, drug):
        for read in found.occurrences:
            assert text[read.offset :].startswith(read.sentence)
            hidden = f"{read.sentence[: read.start]}[MASK]{read.sentence[read.end :]}"
            [expected] = marks.read(tiny_reader.encoder.mask_states([hidden]).vectors, 7)
            terms = [mark.term for mark in expected if mark.term != found.word]
            assert [mark.term for mark in read.descriptors] == terms[:5]


def test_unmasked_reads_the_word_itself_and_drops_it(tiny_reader: Reader) -> None:
    """The vector of the token stands in for that of the mask; the word is no descriptor."""
    text = "the drug and the drug"
    [found] = tiny_reader.senses(text, masked=False, k=4)
    [states] = tiny_reader.encoder.encode_tokens([text])
    places = [i for i, token in enumerate(states.tokens) if token == "drug"]
    expected = Landmarks.of(tiny_reader.encoder.vocabulary).read(states.vectors[places], 6)
    for read, marks in zip(found.occurrences, expected, strict=True):
        terms = [mark.term for mark in marks if mark.term != "drug"]
        assert [mark.term for mark in read.descriptors] == terms[:4]


def test_a_sense_is_described_by_the_mean_of_its_occurrences(tiny_reader: Reader) -> None:
    """With one sense asked for, its words are the landmarks of the mean vector."""
    sentences = ["The cell binds.", "A cell of mice is active.", "The cell binds."]
    found = senses_in_sentences(tiny_reader, sentences, "cell", n_senses=1, k=6)
    [sense] = found.senses
    hidden = [text.replace("cell", "[MASK]") for text in sentences]
    mean = tiny_reader.encoder.mask_states(hidden).vectors.mean(axis=0, keepdims=True)
    [marks] = tiny_reader.landmarks.read(mean, 8)
    terms = [mark.term for mark in marks if mark.term != "cell"]
    assert [mark.term for mark in sense.descriptors] == terms[:6]
    assert (sense.number, sense.n_occurrences, sense.share) == (1, 3, 1.0)
    assert len(sense.examples) == 2, "the sentence that stands twice is one example"


def test_few_occurrences_go_together_when_they_share_a_word(reader: Reader) -> None:
    """Blood on one side, phones on the other, without a number given."""
    found = senses_in_sentences(reader, SENTENCES, "cell", k=3)
    assert [read.sense for read in found.occurrences] == [1] * 4 + [2] * 4


def test_given_a_number_few_occurrences_are_grouped_into_it(reader: Reader) -> None:
    """Two senses asked for are two, by the vectors and not by shared words."""
    found = senses_in_sentences(reader, SENTENCES, "cell", n_senses=2)
    assert [read.sense for read in found.occurrences] == [1] * 4 + [2] * 4
    assert [sense.share for sense in found.senses] == [0.5, 0.5]


def test_many_occurrences_are_thinned_evenly(tiny_reader: Reader) -> None:
    """Of 2,500 occurrences 1,000 are read, the first and the last among them."""
    sentences = [f"cell {'x ' * (number % 7)}" for number in range(2500)]
    found = senses_in_sentences(tiny_reader, sentences, "cell", n_senses=1, k=1)
    assert (found.n_found, len(found.occurrences)) == (2500, 1000)
    assert found.occurrences[0].sentence == sentences[0]
    assert found.occurrences[-1].sentence == sentences[-1]


def test_stored_sentences_are_those_that_hold_the_word(sample_kb: KnowledgeBase) -> None:
    """Every occurrence in the knowledge base is found, none within a longer word."""
    found = sample_kb.reader.stored_senses("Heart", k=3)
    rows = sample_kb.store.database.rows("SELECT text FROM node WHERE kind = 2 ORDER BY id")
    expected = [
        (str(text), match.start())
        for (text,) in rows
        for match in re.finditer(r"\bheart\b", str(text), re.IGNORECASE)
    ]
    assert [(read.sentence, read.start) for read in found.occurrences] == expected
    assert sum(sense.n_occurrences for sense in found.senses) == len(expected) == found.n_found


def test_a_text_without_repeated_words_has_none(tiny_reader: Reader) -> None:
    """Nothing to tell apart is no error; a named word that is missing is."""
    assert tiny_reader.senses("the cell of the drug") == ()
    with pytest.raises(ParameterError, match="does not hold the word 'river'"):
        tiny_reader.senses("the cell of the drug", "river")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda reader: reader.senses("  "), "text is empty"),
        (lambda reader: reader.senses("a cell", " "), "word is empty"),
        (lambda reader: reader.senses("a cell", "cell", n_senses=2), "there are 1 occurrences"),
        (lambda reader: reader.stored_senses("cell"), "no text to read"),
        (lambda reader: senses_in_sentences(reader, ["a drug"], "cell"), "No sentence holds"),
        (lambda reader: group_occurrences(reader, [], "cell"), "no occurrence"),
    ],
    ids=["empty text", "empty word", "too many senses", "no store", "missing", "nothing"],
)
def test_what_cannot_be_read_is_refused(tiny_reader: Reader, call, message: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(ParameterError, match=message):
        call(tiny_reader)


def test_a_long_text_is_read_sentence_by_sentence(tiny_reader: Reader) -> None:
    """Fifty thousand characters: every occurrence, at its own place in the text."""
    sentence = "The active cell binds the drug in mice. "
    text = sentence * 1250
    [found] = tiny_reader.senses(text, "mice", n_senses=1, k=1)
    assert len(found.occurrences) == 1250
    assert all(
        text[read.offset + read.start : read.offset + read.end] == "mice"
        for read in found.occurrences
    )


def test_a_text_of_unknown_words_has_senses_of_its_context(tiny_reader: Reader) -> None:
    """A word that the model cannot spell still has a place that can be read."""
    [found] = tiny_reader.senses("\u4e16\u4e16 \u4e16\u4e16", n_senses=1, k=2)
    assert found.alone == ()
    assert len(found.occurrences) == 2
    assert [(read.start, read.end) for read in found.occurrences] == [(0, 2), (3, 5)]
