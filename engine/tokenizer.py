"""Text to token ids: special tokens, masks in place of character spans, and truncation."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import tokenizers

from ..errors import ModelError, ParameterError
from .token_sequences import TokenSequences

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
Span = tuple[int, int]
Item = TypeVar("Item")

_WORD_MARKS = ("Ġ", "▁")
"""What byte-level and SentencePiece tokenizers put before the first token of a word."""


@dataclass(frozen=True, eq=False)
class Tokenized:
    """Texts as token sequences, special tokens included.

    Attributes
    ----------
    sequences
        The tokens, with those wanted whose vectors were asked for.
    has_unknown
        bool array of shape (n_texts,): a kept token is the unknown token, so that different texts
        may give the same vector.
    truncated
        bool array of shape (n_texts,): the text did not fit, and a part of it was left out.
    """

    sequences: TokenSequences
    has_unknown: BoolArray
    truncated: BoolArray


@dataclass(frozen=True)
class Spelling:
    """The terms of a tokenizer by id, and how they are spelled.

    Attributes
    ----------
    terms
        As the tokenizer spells them.
    surfaces
        As a reader would.
    is_piece, is_special
        Whether a term continues a word; whether it stands for no text.
    """

    terms: tuple[str, ...]
    surfaces: tuple[str, ...]
    is_piece: tuple[bool, ...]
    is_special: tuple[bool, ...]


class Tokenizer:
    """A model's tokenizer, with what a masked language model needs to know about it.

    Parameters
    ----------
    backend
        The tokenizer proper. Its truncation and padding are turned off.
    mask_token, unknown_token, padding_token
        Special tokens by their spelling; a tokenizer may lack the latter two.

    Raises
    ------
    ModelError
        If there is no mask token, or no special token opens a text.
    """

    def __init__(
        self,
        backend: tokenizers.Tokenizer,
        *,
        mask_token: str | None,
        unknown_token: str | None,
        padding_token: str | None,
    ) -> None:
        backend.no_truncation()
        backend.no_padding()
        self.backend = backend
        self.mask_id = _token_id(backend, mask_token)
        self.unknown_id = _token_id(backend, unknown_token)
        self.padding_id = max(0, _token_id(backend, padding_token))
        around = backend.encode("a").special_tokens_mask
        if mask_token is None or self.mask_id < 0 or 0 not in around or around[0] == 0:
            raise ModelError(
                f"The tokenizer names {mask_token!r} as its mask token and puts {around.count(1)} "
                "special tokens around a text. A mask token and an opening token such as [CLS] "
                "are needed; choose a masked language model of BERT's kind."
            )
        self.mask_token = mask_token
        self._n_before = around.index(0)
        self._n_after = around[::-1].index(0)

    @property
    def n_special(self) -> int:
        """Special tokens put around each text."""
        return self._n_before + self._n_after

    @property
    def frame(self) -> tuple[list[int], list[int]]:
        """Ids of the special tokens before and after each text."""
        ids: list[int] = self.backend.encode("").ids
        return ids[: self._n_before], ids[self._n_before :]

    @property
    def lowercase(self) -> bool:
        """Whether the tokenizer folds case."""
        normalizer = self.backend.normalizer
        return normalizer is not None and normalizer.normalize_str("A") == "a"

    def tokenize(self, texts: Sequence[str], *, max_length: int) -> Tokenized:
        """Tokenize texts, each for the vector of its opening token.

        A text of more than `max_length` tokens keeps its beginning.

        Raises
        ------
        ParameterError
            If a text holds something that is not Unicode.
        """
        ids = [encoding.ids for encoding in self._encode(texts)]
        return self._pack(ids, [(0,)] * len(ids), max_length)

    def mask_spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Find the characters (start, end) of the mask tokens that each text holds.

        Raises
        ------
        ParameterError
            If a text holds none.
        """
        mask = re.compile(re.escape(self.mask_token))
        spans = [[match.span() for match in mask.finditer(text)] for text in texts]
        if [] in spans:
            raise ParameterError(
                f"Text {spans.index([])} holds no {self.mask_token!r}; put one where a term is "
                "to be predicted, or give the spans to mask."
            )
        return spans

    def tokenize_masked(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, max_length: int
    ) -> Tokenized:
        """Tokenize texts with masks, each for the vectors at its masks.

        A character span is cut out and the mask token put in its place before the text is
        tokenized, so that the text on either side becomes what it becomes around any mask. The
        slot is found again by its characters, so a mask token that the text happens to hold is no
        slot. Of a text that is too long a part is kept that holds all its masks: the beginning,
        or else the part with the masks in its middle.

        Parameters
        ----------
        texts
            The texts.
        spans
            For each text its spans (start, end): in order, apart, and inside the text.
        max_length
            Tokens that are kept of each text, special tokens included.

        Raises
        ------
        ParameterError
            If the masks of a text lie too far apart to be kept together.
        """
        masked = [
            _put_masks(text, places, self.mask_token)
            for text, places in zip(texts, spans, strict=True)
        ]
        encodings = self._encode([text for text, _ in masked], with_offsets=True)
        slots = [
            self._places_at(encoding, starts)
            for encoding, (_, starts) in zip(encodings, masked, strict=True)
        ]
        return self._pack([encoding.ids for encoding in encodings], slots, max_length)

    def tokenize_spelled(
        self, texts: Sequence[str], *, max_length: int
    ) -> tuple[Tokenized, list[IntArray]]:
        """Tokenize texts, each for the vectors of all its tokens.

        Returns
        -------
        tokenized
            As from `tokenize`, every token wanted.
        offsets
            For each text an int64 array of shape (n_tokens, 2): the characters
            ``text[start:end]`` of each token; (0, 0) for special tokens.
        """
        encodings = self._encode(texts, with_offsets=True)
        opening = [(0,)] * len(encodings)
        tokenized = self._pack([encoding.ids for encoding in encodings], opening, max_length)
        everything = np.ones_like(tokenized.sequences.wanted)
        sequences = dataclasses.replace(tokenized.sequences, wanted=everything)
        offsets = [
            np.array(self._cut(encoding.offsets, (0,), max_length)[0], dtype=np.int64)
            for encoding in encodings
        ]
        return dataclasses.replace(tokenized, sequences=sequences), offsets

    def spelling(self, n_terms: int) -> Spelling:
        """Spell the first `n_terms` ids; an id that no token has becomes a special ``[row 7]``.

        Raises
        ------
        ModelError
            If the tokenizer has ids beyond those.
        """
        ids = self.backend.get_vocab(with_added_tokens=True)
        highest = max(ids.values())
        if highest >= n_terms:
            raise ModelError(
                f"The tokenizer has token ids up to {highest} and the model's output has "
                f"{n_terms} rows; the two do not belong together. Restore the model's own files."
            )
        terms = [f"[row {row}]" for row in range(n_terms)]
        for term, row in ids.items():
            terms[row] = term
        added = self.backend.get_added_tokens_decoder()
        named = set(ids.values()) - {row for row, token in added.items() if token.special}
        is_special = [
            row not in named or (term.startswith("[unused") and term.endswith("]"))
            for row, term in enumerate(terms)
        ]
        pieces, surfaces = self._words_and_pieces(terms)
        return Spelling(
            terms=tuple(terms),
            surfaces=tuple(
                term if special or not surface else surface
                for term, surface, special in zip(terms, surfaces, is_special, strict=True)
            ),
            is_piece=tuple(
                piece and not special for piece, special in zip(pieces, is_special, strict=True)
            ),
            is_special=tuple(is_special),
        )

    def _words_and_pieces(self, terms: Sequence[str]) -> tuple[list[bool], list[str]]:
        """Tell which terms continue a word, and how each reads without the tokenizer's marks."""
        prefix = getattr(self.backend.model, "continuing_subword_prefix", None)
        if prefix:
            return [t.startswith(prefix) for t in terms], [t.removeprefix(prefix) for t in terms]
        mark = max(_WORD_MARKS, key=lambda mark: sum(term.startswith(mark) for term in terms))
        starts = [term.startswith(mark) for term in terms]
        ids = [[row] for row in range(len(terms))]
        decoded = self.backend.decode_batch(ids, skip_special_tokens=False)
        surfaces = ["" if "\N{REPLACEMENT CHARACTER}" in text else text.strip() for text in decoded]
        return [any(starts) and not start for start in starts], surfaces

    def _encode(
        self, texts: Sequence[str], *, with_offsets: bool = False
    ) -> list[tokenizers.Encoding]:
        """Tokenize texts; offsets into the characters cost half as much again."""
        encode = self.backend.encode_batch if with_offsets else self.backend.encode_batch_fast
        try:
            return list(encode(list(texts)))
        except TypeError as error:
            raise ParameterError(
                "A text holds a lone surrogate, which is no Unicode character. Decode the text "
                "with errors='replace', or leave it out."
            ) from error

    def _places_at(self, encoding: tokenizers.Encoding, starts: Sequence[int]) -> list[int]:
        """Find the mask tokens that were put at some characters.

        A tokenizer may let its mask token swallow the space beside it, so a mask is the one that
        covers the character.
        """
        offsets = encoding.offsets
        found = [
            place
            for place, token in enumerate(encoding.ids)
            if token == self.mask_id
            and any(offsets[place][0] <= start < offsets[place][1] for start in starts)
        ]
        if len(found) != len(starts):
            raise ModelError(
                f"The tokenizer made {len(found)} mask tokens of {len(starts)} masks; it has to "
                f"keep {self.mask_token!r} whole anywhere in a text. Restore its own files."
            )
        return found

    def _pack(
        self, ids: Sequence[Sequence[int]], places: Sequence[Sequence[int]], max_length: int
    ) -> Tokenized:
        """Cut what is too long and lay everything end to end."""
        truncated = np.array([len(sequence) > max_length for sequence in ids], dtype=np.bool_)
        ids, places = list(ids), list(places)
        for number in np.flatnonzero(truncated).tolist():
            ids[number], places[number] = self._cut(ids[number], places[number], max_length)
        sequences = TokenSequences.from_lists(ids, places)
        is_unknown = np.concatenate([[0], np.cumsum(sequences.ids == self.unknown_id)])
        return Tokenized(sequences, np.diff(is_unknown[sequences.starts]) > 0, truncated)

    def _cut(
        self, items: Sequence[Item], places: Sequence[int], max_length: int
    ) -> tuple[Sequence[Item], list[int]]:
        """Keep at most `max_length` of a sequence: its special tokens and a part with all places.

        Returns
        -------
        kept
            The kept items.
        places
            Where the places are among them.
        """
        before, after = self._n_before, len(items) - self._n_after
        room = max_length - self.n_special
        if len(items) <= max_length:
            return items, list(places)
        inside = [place - before for place in places if place >= before]
        first = _window(after - before, room, inside)
        content = items[before + first : before + first + room]
        kept = [*items[:before], *content, *items[after:]]
        return kept, [place - first if place >= before else place for place in places]


def check_texts(texts: Sequence[str]) -> None:
    """Refuse what is not a sequence of texts."""
    if isinstance(texts, str):
        raise ParameterError("Got one text; give a list of texts, such as [text].")
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise ParameterError(
                f"Text {number} is a {type(text).__name__}; give texts as str, empty ones included."
            )


def check_spans(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> None:
    """Refuse spans that are not, for each text, in order, apart, and inside it."""
    if len(spans) != len(texts):
        raise ParameterError(
            f"Got {len(texts)} texts and {len(spans)} lists of spans; give each text one list."
        )
    for number, (text, places) in enumerate(zip(texts, spans, strict=True)):
        bounds = [0, *(bound for span in places for bound in span), len(text)]
        if bounds != sorted(bounds) or any(start == end for start, end in places):
            raise ParameterError(
                f"Text {number} of {len(text)} characters has the spans {list(places)}; give "
                "(start, end) pairs that rise, do not overlap and are not empty."
            )


def _window(n_items: int, room: int, places: Sequence[int]) -> int:
    """Return where a part of `room` items begins that holds all places."""
    if not places or places[-1] < room:
        return 0
    if places[-1] - places[0] >= room:
        raise ParameterError(
            f"The masks of a text lie {places[-1] - places[0] + 1} tokens apart and only {room} "
            "fit the model; mask fewer spans at a time, or split the text."
        )
    middle = (places[0] + places[-1] + 1 - room) // 2
    return min(max(0, middle), n_items - room)


def _put_masks(text: str, spans: Iterable[Span], mask: str) -> tuple[str, list[int]]:
    """Put a mask in place of each span; return the text and where the masks begin.

    Examples
    --------
    >>> _put_masks("BRAF drives melanoma", [(0, 4), (12, 20)], "[MASK]")
    ('[MASK] drives [MASK]', [0, 14])
    """
    parts: list[str] = []
    starts: list[int] = []
    length = last = 0
    for start, end in spans:
        starts.append(length + start - last)
        parts += [text[last:start], mask]
        length = starts[-1] + len(mask)
        last = end
    return "".join([*parts, text[last:]]), starts


def _token_id(backend: tokenizers.Tokenizer, token: str | None) -> int:
    """Return the id of a special token, -1 where there is none."""
    found = None if token is None else backend.token_to_id(token)
    return -1 if found is None else int(found)
