"""The state of a text after each word: what it is about so far, and where that changes.

A masked language model has no state that grows with a text, but its opening token stands for
whatever it is given. So the state after word i is the vector of the first i words alone; reading
them all takes one forward pass for each word, of which many go through the model at one time.

A state moves less the more words it holds already, so the distance to the state before is held
against the trend of a text: with d_i = 1 - cos(s_i, s_{i-1}), the scaled displacement
d_i i^(4/3) has no trend (measured on 39 texts of about 94 words: exponent 1.3 to 1.4). A window
of the last words does away with the trend, and with the bound on the length of the text: its state
is compared with that of the window before it, which shares no word with it.

References
----------
A. Rajasekharan, "Swiss army knife for unsupervised task solving", 2021.
B. Iglewicz and D. Hoaglin, "How to Detect and Handle Outliers", 1993: scores by the median.
M. Hearst, "TextTiling", 1997: a text turns where the words before and after are least alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.landmarks import Landmark
from ..engine.tokenizer import Span
from ..errors import ParameterError
from ..graph.descriptors import Share
from .dominant_types import N_VOTERS, dominant_types
from .given_text import require_text

if TYPE_CHECKING:
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]
DoubleArray = npt.NDArray[np.float64]

MOST_WORDS = 250_000
"""Words of all states of a text together: some 400,000 tokens, half a minute of work."""

_TREND = 4 / 3
_SURPRISE = 3.5
_TURN = 1.5
_LEAST_HISTORY = 8
_PER_DEVIATION = 1.4826  # a median absolute deviation times this is a normal standard deviation
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class PrefixState:
    """A text up to and with one of its words, as the model reads it.

    Attributes
    ----------
    word, start, end
        The last word read: ``text[start:end]``.
    n_words
        Words that the state reads.
    landmarks
        The terms that the state points at, the first most.
    types
        The main types of the first 20 of them with their shares, the largest first.
    cosine
        To the state before, or in a window to the last state that shares no word with this one;
        None where there is none.
    displacement
        1 - cosine.
    change
        How many deviations the displacement, scaled by the trend, lies above the text's median; a
        deviation is 1.4826 times the median absolute one. None where it cannot be told.
    is_change_point
        The change is above 3.5; in a window, above 1.5 and the highest within a window's length.
    has_unknown
        The model has no pieces for a part of what the state reads.
    truncated
        The words were too long for the model, and only the first of them count.
    vector
        The state: float32 array of shape (dim,), not normalized.
    """

    word: str
    start: int
    end: int
    n_words: int
    landmarks: tuple[Landmark, ...]
    types: tuple[Share, ...]
    cosine: float | None
    displacement: float | None
    change: float | None
    is_change_point: bool
    has_unknown: bool
    truncated: bool
    vector: FloatArray = field(repr=False, compare=False, metadata={"internal": True})


def trace_prefixes(
    reader: Reader, text: str, *, window: int | None = None, k: int = 10
) -> tuple[PrefixState, ...]:
    """Compute the state of a text after each of its words, all at one time.

    Parameters
    ----------
    reader
        Model and labels.
    text
        The text; its words are what white space separates.
    window
        Read no more than the last so many words; all from the beginning by default.
    k
        Landmarks of each state.

    Raises
    ------
    ParameterError
        If the text is empty, too long for the model where there is no window, or so long that the
        states would hold more than 250,000 words together; or if the window is below 1.
    """
    require_text(text)
    _check_window(window)
    words = [match.span() for match in _WORD.finditer(text)]
    _check_work(len(words), window)
    if window is None and reader.encoder.encode([text]).truncated[0]:
        raise _too_long(len(words))
    states = _read(reader, text, words, first=0, window=window, k=k)
    cosines = _cosines(
        np.stack([state.vector for state in states]), 1 if window is None else window
    )
    states = [_moved(state, cosine) for state, cosine in zip(states, cosines, strict=True)]
    changes = _changes([_scaled(state, window) for state in states])
    is_point = _change_points(changes, window)
    return tuple(
        replace(state, change=change, is_change_point=point)
        for state, change, point in zip(states, changes, is_point, strict=True)
    )


class PrefixStream:
    """The states of a text that comes word by word.

    A change is held against the words so far, 8 at least, since the others are not known yet; so it
    differs from that of `trace_prefixes`, and in a window the first word of a peak is the change
    point.

    Parameters
    ----------
    reader
        Model and labels.
    window, k
        As in `trace_prefixes`.

    Attributes
    ----------
    text
        What has come so far.
    """

    def __init__(self, reader: Reader, *, window: int | None = None, k: int = 10) -> None:
        _check_window(window)
        self.text = ""
        self._reader = reader
        self._window = window
        self._k = k
        self._vectors: list[FloatArray] = []
        self._scaled: list[float | None] = []

    def append(self, words: str) -> tuple[PrefixState, ...]:
        """Read one word or more and return the state after each; white space goes between calls.

        Raises
        ------
        ParameterError
            If there is no word, or the text has become too long for the model and there is no
            window; then nothing has been appended.
        """
        require_text(words)
        text = f"{self.text} {words.strip()}".lstrip()
        places = [match.span() for match in _WORD.finditer(text)]
        n_before = len(self._vectors)
        lag = self._window or 1
        new = _read(self._reader, text, places, first=n_before, window=self._window, k=self._k)
        if self._window is None and new[-1].truncated:
            raise _too_long(len(places))
        vectors = self._vectors + [state.vector for state in new]
        cosines = _cosines(np.stack(vectors[max(0, n_before - lag) :]), lag)[-len(new) :]
        moved = [_moved(state, cosine) for state, cosine in zip(new, cosines, strict=True)]
        self.text, self._vectors = text, vectors
        return tuple(self._judged(state) for state in moved)

    def _judged(self, state: PrefixState) -> PrefixState:
        """Hold a state against those before it."""
        self._scaled.append(_scaled(state, self._window))
        known = [value for value in self._scaled if value is not None]
        if len(known) <= _LEAST_HISTORY or self._scaled[-1] is None:
            return state
        change = _changes(known)[-1]
        return replace(state, change=change, is_change_point=_exceeds(change, self._window))


def _check_window(window: int | None) -> None:
    if window is not None and window < 1:
        raise ParameterError(f"The window has {window} words; it needs at least 1.")


def _check_work(n_words: int, window: int | None) -> None:
    """Refuse what would take minutes."""
    n_read = n_words * (n_words + 1) // 2 if window is None else n_words * min(window, n_words)
    if n_read > MOST_WORDS:
        fit = MOST_WORDS // n_words
        advice = f"read a window of at most {fit} words" if fit else "give a part of it"
        raise ParameterError(
            f"The states of {n_words:,} words would read {n_read:,} words together, of at most "
            f"{MOST_WORDS:,}; {advice}."
        )


def _too_long(n_words: int) -> ParameterError:
    return ParameterError(
        f"The model does not read all of {n_words:,} words; read a window of fewer, such as 10."
    )


def _read(
    reader: Reader,
    text: str,
    words: Sequence[Span],
    *,
    first: int,
    window: int | None,
    k: int,
) -> list[PrefixState]:
    """Read the states from the word numbered `first` on, in one packed batch."""
    ends = range(first, len(words))
    begins = [0 if window is None else max(0, end + 1 - window) for end in ends]
    encoded = reader.encoder.encode(
        [text[words[begin][0] : words[end][1]] for begin, end in zip(begins, ends, strict=True)]
    )
    landmarks = reader.landmarks.read(encoded.vectors, max(k, N_VOTERS))
    types = dominant_types(reader.entity_vectors, landmarks)
    return [
        PrefixState(
            word=text[slice(*words[end])],
            start=words[end][0],
            end=words[end][1],
            n_words=end + 1 - begins[number],
            landmarks=landmarks[number][:k],
            types=types[number],
            cosine=None,
            displacement=None,
            change=None,
            is_change_point=False,
            has_unknown=bool(encoded.has_unknown[number]),
            truncated=bool(encoded.truncated[number]),
            vector=encoded.vectors[number],
        )
        for number, end in enumerate(ends)
    ]


def _cosines(vectors: FloatArray, lag: int) -> list[float | None]:
    """Compare each vector with the one `lag` before it; None where there is none."""
    left = vectors.astype(np.float64)
    units = left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-12)
    n_without = min(lag, len(units))
    found = np.einsum("nd,nd->n", units[n_without:], units[: len(units) - n_without])
    return [*[None] * n_without, *np.minimum(found, 1.0).tolist()]


def _moved(state: PrefixState, cosine: float | None) -> PrefixState:
    return replace(state, cosine=cosine, displacement=None if cosine is None else 1 - cosine)


def _scaled(state: PrefixState, window: int | None) -> float | None:
    """Return a displacement without the trend that a growing text has."""
    if state.displacement is None or window is not None:
        return state.displacement
    return float(state.displacement * state.n_words**_TREND)


def _changes(scaled: Sequence[float | None]) -> list[float | None]:
    """Return how many deviations each displacement lies above the median; None where none is."""
    known = np.array([value for value in scaled if value is not None])
    if not known.size:
        return [None] * len(scaled)
    middle = float(np.median(known))
    deviation = _PER_DEVIATION * float(np.median(np.abs(known - middle)))
    if deviation <= 0:
        return [None] * len(scaled)
    return [None if value is None else (value - middle) / deviation for value in scaled]


def _exceeds(change: float | None, window: int | None) -> bool:
    return change is not None and change > (_SURPRISE if window is None else _TURN)


def _change_points(changes: Sequence[float | None], window: int | None) -> list[bool]:
    """Tell which changes are change points; in a window only the highest of those nearby."""
    values = [-math.inf if change is None else change for change in changes]
    near = window or 0
    return [
        _exceeds(change, window) and value >= max(values[max(0, i - near) : i + near + 1])
        for i, (change, value) in enumerate(zip(changes, values, strict=True))
    ]
