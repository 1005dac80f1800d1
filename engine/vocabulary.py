"""The terms of a masked language model with their vectors and output biases."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..errors import ShapeError, UnknownTermError

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_PIECE_PREFIX = "##"
_N_SUGGESTIONS = 3


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Every term that a model can predict, as the model sees it; a term's id is its row number.

    The logit of a term for a head-transformed vector t is ``t @ vectors[row] + biases[row]``.

    Attributes
    ----------
    terms
        The terms, as the tokenizer spells them.
    vectors
        float32 array of shape (n_terms, dim): rows of the output projection, not normalized.
    biases
        float32 array of shape (n_terms,). A high bias marks a term that is likely anywhere.
    is_piece
        bool array of shape (n_terms,): the term continues a word and starts none.
    is_special
        bool array of shape (n_terms,): [CLS], [MASK] and the like, which stand for no text.
    surfaces
        The terms as readable text; by default the terms without the ``##`` of a word piece.
    lowercase
        Whether the tokenizer folds case, so that a look-up has to as well.

    Raises
    ------
    ShapeError
        If the arrays do not have one row for each term.

    Examples
    --------
    >>> vocabulary = Vocabulary(
    ...     terms=("[MASK]", "cell", "##s"),
    ...     vectors=np.array([[0, 0], [3, 4], [1, 0]], dtype=np.float32),
    ...     biases=np.zeros(3, dtype=np.float32),
    ...     is_piece=np.array([False, False, True]),
    ...     is_special=np.array([True, False, False]),
    ...     lowercase=True,
    ... )
    >>> vocabulary.row("Cell"), vocabulary.surface(2), vocabulary.norms.tolist()
    (1, 's', [0.0, 5.0, 1.0])
    """

    terms: tuple[str, ...]
    vectors: FloatArray
    biases: FloatArray
    is_piece: BoolArray
    is_special: BoolArray
    surfaces: tuple[str, ...] = ()
    lowercase: bool = False

    def __post_init__(self) -> None:
        """Fill in the surfaces and check that everything has one row for each term."""
        if not self.surfaces:
            surfaces = tuple(term.removeprefix(_PIECE_PREFIX) or term for term in self.terms)
            object.__setattr__(self, "surfaces", surfaces)
        rows = {
            "vectors": len(self.vectors),
            "biases": len(self.biases),
            "is_piece": len(self.is_piece),
            "is_special": len(self.is_special),
            "surfaces": len(self.surfaces),
        }
        if self.vectors.ndim != 2 or set(rows.values()) != {len(self.terms)}:
            raise ShapeError(
                f"Got {len(self.terms)} terms with vectors of shape {self.vectors.shape} and these "
                f"numbers of rows: {rows}. Give each term one row in every array."
            )

    def __len__(self) -> int:
        """Count the terms."""
        return len(self.terms)

    def __contains__(self, text: object) -> bool:
        """Tell whether `row` finds a text."""
        return isinstance(text, str) and self._find(text) is not None

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return int(self.vectors.shape[1])

    @cached_property
    def norms(self) -> FloatArray:
        """Lengths of the vectors: float32 array of shape (n_terms,)."""
        return np.asarray(np.linalg.norm(self.vectors, axis=1), dtype=np.float32)

    @cached_property
    def unit_vectors(self) -> FloatArray:
        """Vectors of length 1: float32 array of shape (n_terms, dim); a zero vector stays zero."""
        return unit_rows(self.vectors)

    def row(self, text: str) -> int:
        """Find the row of a term.

        A text is looked up as a whole word first, then as the tokenizer spells its terms; where
        the tokenizer folds case and accents, so does the look-up.

        Raises
        ------
        UnknownTermError
            If there is no such term; the message names close ones.
        """
        row = self._find(text)
        if row is None:
            close = difflib.get_close_matches(text, self._word_rows, n=_N_SUGGESTIONS)
            hint = f"Close terms are {', '.join(map(repr, close))}." if close else ""
            raise UnknownTermError(
                f"{text!r} is not one of the {len(self)} terms of the vocabulary. {hint}".rstrip()
            )
        return row

    def surface(self, row: int) -> str:
        """Return a term as readable text, without the tokenizer's marks."""
        return self.surfaces[row]

    @cached_property
    def _word_rows(self) -> dict[str, int]:
        """Rows of the terms that are no pieces, by surface; the lowest row where they collide."""
        rows: dict[str, int] = {}
        for row, (surface, is_piece) in enumerate(
            zip(self.surfaces, self.is_piece.tolist(), strict=True)
        ):
            if not is_piece:
                rows.setdefault(surface, row)
        return rows

    @cached_property
    def _term_rows(self) -> dict[str, int]:
        """Rows of all terms by their own spelling."""
        return {term: row for row, term in enumerate(self.terms)}

    def _find(self, text: str) -> int | None:
        """Return the row of a term, or None."""
        for spelling in self._spellings(text):
            for rows in (self._word_rows, self._term_rows):
                if spelling in rows:
                    return rows[spelling]
        return None

    def _spellings(self, text: str) -> Iterator[str]:
        """Yield the text as given and, where the tokenizer folds case, as the tokenizer sees it."""
        yield text
        if self.lowercase:
            lower = text.lower()
            yield lower
            decomposed = unicodedata.normalize("NFD", lower)
            yield "".join(char for char in decomposed if unicodedata.category(char) != "Mn")


def unit_rows(vectors: npt.NDArray[np.floating]) -> FloatArray:
    """Bring the rows of an array to length 1, as float32; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
