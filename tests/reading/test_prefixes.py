"""States after each word: against the encoder, a change by hand, a planted turn, and the stream."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.landmarks import Landmarks
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.reading.dominant_types import dominant_types
from tailgraph.reading.prefixes import PrefixState, PrefixStream
from tailgraph.reading.reader import Reader

TEXT = "  The drug binds\tproteins in mice,  and the unbinding kinase causes cancer. "
TURN = (
    "Aspirin lowers fever and thins the blood. Patients with heart disease take a small dose "
    "every day. High doses harm the stomach and the kidneys. The parliament met in London last "
    "week. Ministers argued about taxes for three hours. The new law was passed by a narrow "
    "majority."
)


@pytest.fixture(scope="module")
def reader(default_encoder: Encoder) -> Reader:
    """Read with the model and the labels of the package."""
    return Reader(default_encoder, read_labels())


def test_the_last_state_is_the_vector_of_the_whole_text(reader: Reader) -> None:
    """State n equals what `encode` gives for the text, within 1e-5."""
    states = reader.prefixes(TEXT)
    [whole] = reader.encoder.encode([TEXT]).vectors
    np.testing.assert_allclose(states[-1].vector, whole, atol=1e-5)


def test_each_state_reads_the_words_so_far(tiny_reader: Reader) -> None:
    """Vectors, landmarks and types are those of the first i words encoded on their own."""
    states = tiny_reader.prefixes(TEXT, k=4)
    words = TEXT.split()
    assert [state.word for state in states] == words
    assert [TEXT[state.start : state.end] for state in states] == words
    assert [state.n_words for state in states] == list(range(1, len(words) + 1))
    marks = Landmarks.of(tiny_reader.encoder.vocabulary)
    for number, state in enumerate(states, start=1):
        alone = tiny_reader.encoder.encode([" ".join(words[:number])]).vectors
        np.testing.assert_allclose(state.vector, alone[0], atol=1e-5)
        [expected] = marks.read(alone, 20)
        assert [mark.term for mark in state.landmarks] == [mark.term for mark in expected[:4]]
        [types] = dominant_types(tiny_reader.entity_vectors, [expected])
        assert [name for name, _ in state.types] == [name for name, _ in types]


def test_a_window_reads_the_last_words(tiny_reader: Reader) -> None:
    """State i is the text of words i-2 to i, compared with the state that ends before them."""
    states = tiny_reader.prefixes(TEXT, window=3)
    words = TEXT.split()
    vectors = tiny_reader.encoder.encode(
        [" ".join(words[max(0, end - 3) : end]) for end in range(1, len(words) + 1)]
    ).vectors
    np.testing.assert_allclose([state.vector for state in states], vectors, atol=1e-5)
    assert [state.cosine for state in states[:3]] == [None] * 3
    for place in range(3, len(words)):
        assert states[place].cosine == pytest.approx(cosine(vectors[place], vectors[place - 3]))


def test_the_change_is_a_robust_score_of_the_displacement(tiny_reader: Reader) -> None:
    """By hand: displacement times n to the 4/3, less the median, by 1.4826 times the MAD."""
    states = tiny_reader.prefixes(TEXT)
    for before, state in pairwise(states):
        assert state.cosine == pytest.approx(cosine(state.vector, before.vector), abs=1e-6)
        assert state.displacement == pytest.approx(1 - cosine(state.vector, before.vector))
    scaled = np.array([moved(state) * state.n_words ** (4 / 3) for state in states[1:]])
    middle = np.median(scaled)
    expected = (scaled - middle) / (1.4826 * np.median(np.abs(scaled - middle)))
    np.testing.assert_allclose([state.change for state in states[1:]], expected, rtol=1e-4)
    assert [state.is_change_point for state in states[1:]] == (expected > 3.5).tolist()
    assert (states[0].cosine, states[0].displacement, states[0].change) == (None, None, None)


def test_a_text_turns_where_its_topic_does(reader: Reader) -> None:
    """The parliament comes after word 26; in a window of eight the one turn is at its words."""
    points = [i for i, state in enumerate(reader.prefixes(TURN, window=8)) if state.is_change_point]
    assert [26 <= point < 26 + 8 for point in points] == [True]
    growing = [state.word for state in reader.prefixes(TURN) if state.is_change_point]
    assert "London" in growing


def test_a_stream_gives_the_states_of_the_text(tiny_reader: Reader) -> None:
    """Word by word or several at once: vectors and displacements are those of the whole trace."""
    for window in (None, 3):
        states = tiny_reader.prefixes(" ".join(TEXT.split()), window=window)
        stream = PrefixStream(tiny_reader, window=window)
        words = TEXT.split()
        come = [*stream.append(words[0]), *stream.append(" ".join(words[1:5]))]
        for word in words[5:]:
            come += stream.append(word)
        assert stream.text == " ".join(words)
        assert [(s.word, s.start, s.end, s.n_words) for s in come] == [
            (s.word, s.start, s.end, s.n_words) for s in states
        ]
        for streamed, state in zip(come, states, strict=True):
            np.testing.assert_allclose(streamed.vector, state.vector, atol=1e-5)
            assert streamed.displacement == pytest.approx(state.displacement, abs=1e-5)


def test_a_stream_judges_by_what_has_come(tiny_reader: Reader) -> None:
    """No change without eight displacements before it; the last is judged as in the trace."""
    stream = PrefixStream(tiny_reader)
    come = stream.append(TEXT)
    assert [state.change is None for state in come] == [True] * 9 + [False] * 3
    assert come[-1].change == pytest.approx(tiny_reader.prefixes(TEXT)[-1].change, rel=1e-3)


def test_a_stream_that_is_refused_has_not_moved(tiny_reader: Reader) -> None:
    """Words too many for the model are an error, and a shorter text can go on."""
    stream = PrefixStream(tiny_reader)
    stream.append("the drug")
    with pytest.raises(ParameterError, match="does not read all of 202 words"):
        stream.append("binds " * 200)
    assert stream.text == "the drug"
    assert [state.n_words for state in stream.append("binds mice")] == [3, 4]


@pytest.mark.parametrize(
    ("text", "window", "message"),
    [
        (" \n ", None, "text is empty"),
        ("the drug", 0, "window has 0 words"),
        ("binds " * 100, None, "does not read all of 100 words; read a window of fewer"),
        ("binds " * 8000, None, "read a window of at most 31 words"),
        ("binds " * 8000, 50, "read a window of at most 31 words"),
        ("b " * 300_000, 1, "give a part of it"),
    ],
    ids=["empty", "window", "long", "very long", "wide window", "far too long"],
)
def test_what_cannot_be_read_is_refused(
    tiny_reader: Reader, text: str, window: int | None, message: str
) -> None:
    """A clear error and no work of minutes, whatever the length."""
    with pytest.raises(ParameterError, match=message):
        tiny_reader.prefixes(text, window=window)


def test_a_text_of_one_word_has_one_state(tiny_reader: Reader) -> None:
    """Nothing to compare with; a word that the model cannot spell is flagged."""
    [state] = tiny_reader.prefixes("\u4e16")
    assert (state.change, state.is_change_point, state.has_unknown) == (None, False, True)


def test_equal_windows_have_no_change(tiny_reader: Reader) -> None:
    """Displacements that do not differ have no deviation to be measured by."""
    states = tiny_reader.prefixes("drug drug drug drug drug drug", window=2)
    assert [state.change for state in states] == [None] * 6
    assert states[-1].cosine == pytest.approx(1)


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Compute the cosine of two vectors in double precision."""
    left, right = first.astype(np.float64), second.astype(np.float64)
    return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))


def moved(state: PrefixState) -> float:
    """Return a displacement that is there."""
    assert state.displacement is not None
    return state.displacement
