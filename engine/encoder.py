"""Text to vectors that live in the space of the vocabulary, and predictions for masked positions.

A vector here is always the input t of a masked language model's output projection, so that
``t @ E.T + b`` are the model's logits: t at the opening token stands for a whole text, t at a mask
for what could stand there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .checkpoint import Checkpoint
from .head_states import Model, compute_states
from .matmul import PackedMatrix, Precision, log_totals, top_k
from .model_loading import Backend, Device, Place, choose_device, choose_length, open_model
from .tokenizer import Span, Tokenizer, check_spans, check_texts
from .vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_DEFAULT_MODEL = Path(__file__).parents[1] / "models" / "bert"


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors of texts, in the order of the texts.

    ``np.asarray(encoded)`` gives the vectors.

    Attributes
    ----------
    vectors
        float32 array of shape (n_texts, dim), not normalized.
    has_unknown
        bool array of shape (n_texts,): a part of the text is unknown to the tokenizer, so that
        different texts may share this vector.
    truncated
        bool array of shape (n_texts,): the text was too long, and only its beginning counts.
    n_tokens
        int32 array of shape (n_texts,): tokens the model saw, special ones included.
    """

    vectors: FloatArray
    has_unknown: BoolArray
    truncated: BoolArray
    n_tokens: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.vectors)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[np.generic]:
        """Return the vectors, as numpy asks for them."""
        return np.array(self.vectors, dtype=dtype, copy=copy)


@dataclass(frozen=True, eq=False)
class MaskStates:
    """Vectors at masks: text by text, and in order within a text.

    Attributes
    ----------
    vectors
        float32 array of shape (n_masks, dim), not normalized.
    text
        int64 array of shape (n_masks,): the number of the text that each mask is in.
    has_unknown, truncated
        bool arrays of shape (n_texts,), as in `Encoded`.
    """

    vectors: FloatArray
    text: npt.NDArray[np.int64]
    has_unknown: BoolArray
    truncated: BoolArray


@dataclass(frozen=True, eq=False)
class TokenStates:
    """Vectors of all tokens of one text, special ones included.

    Attributes
    ----------
    tokens
        The tokens, as the tokenizer spells them.
    rows
        int64 array of shape (n_tokens,): their rows in the vocabulary.
    offsets
        int64 array of shape (n_tokens, 2): the characters ``text[start:end]`` of each token.
    vectors
        float32 array of shape (n_tokens, dim), not normalized.
    has_unknown, truncated
        As in `Encoded`.
    """

    tokens: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    vectors: FloatArray
    has_unknown: bool
    truncated: bool


@dataclass(frozen=True)
class Prediction:
    """A term that may stand at a mask.

    Attributes
    ----------
    term, row
        The term as the tokenizer spells it, and its row in the vocabulary.
    score
        The model's logit.
    probability
        Its share in the softmax over the whole vocabulary.
    """

    term: str
    row: int
    score: float
    probability: float


class Encoder:
    """A masked language model read at its head.

    Open one with `default` or `from_pretrained`. Calls from several threads are safe.

    Attributes
    ----------
    model, tokenizer
        Its parts, for what works on token ids.
    fingerprint
        SHA-256 of configuration, weights and tokenizer, as 64 hexadecimal digits: encoders with
        the same fingerprint give the same vectors, up to rounding.
    max_length
        Tokens of a text that are read, special ones included.
    """

    def __init__(
        self,
        model: Model,
        tokenizer: Tokenizer,
        *,
        fingerprint: str,
        max_length: int,
        device: Place,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self._device = device
        self.fingerprint = fingerprint
        self.max_length = max_length

    @classmethod
    def default(
        cls,
        *,
        device: Device = "auto",
        dtype: Precision = "float32",
        backend: Backend = "auto",
        max_length: int | None = None,
    ) -> Encoder:
        """Open the model that comes with the package; parameters as in `from_pretrained`."""
        return cls.from_pretrained(
            _DEFAULT_MODEL, device=device, dtype=dtype, backend=backend, max_length=max_length
        )

    @classmethod
    def from_pretrained(
        cls,
        path_or_id: str | Path,
        *,
        device: Device = "auto",
        dtype: Precision = "float32",
        backend: Backend = "auto",
        local_files_only: bool = True,
        max_length: int | None = None,
    ) -> Encoder:
        """Open a masked language model of transformers.

        Parameters
        ----------
        path_or_id
            A folder, or the name of a model on the Hugging Face Hub.
        device
            ``"auto"`` takes CUDA where there is any.
        dtype
            Precision of the computation; vectors are float32 either way. A processor without
            instructions for bfloat16 computes in float32, which is faster there.
        backend
            ``"packed"`` runs a BERT on the processor without padding; ``"transformers"`` runs any
            model; ``"auto"`` takes the former where it can.
        local_files_only
            Never go to the network. False downloads a model that is not there yet.
        max_length
            Tokens to read of a text; as many as the model can by default.

        Raises
        ------
        ModelError
            If there is no such model, it is damaged, or its head cannot be read.
        ParameterError
            If an option is unknown or does not fit the model or the machine.
        """
        place = choose_device(device)
        checkpoint = Checkpoint.open(path_or_id, local_files_only=local_files_only)
        model, tokenizer = open_model(checkpoint, device=place, dtype=dtype, backend=backend)
        return cls(
            model,
            tokenizer,
            fingerprint=checkpoint.fingerprint(),
            max_length=choose_length(max_length, model.max_length, tokenizer.n_special),
            device=place,
        )

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.model.dim

    @property
    def mask_token(self) -> str:
        """What stands for a masked term in a text."""
        return self.tokenizer.mask_token

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The terms that the model predicts, with the vectors and biases it predicts them by."""
        vectors = self.model.output_vectors.numpy()
        spelling = self.tokenizer.spelling(len(vectors))
        return Vocabulary(
            terms=spelling.terms,
            vectors=vectors,
            biases=self.model.output_biases.numpy(),
            is_piece=np.array(spelling.is_piece, dtype=np.bool_),
            is_special=np.array(spelling.is_special, dtype=np.bool_),
            surfaces=spelling.surfaces,
            lowercase=self.tokenizer.lowercase,
        )

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Encoded:
        """Compute one vector for each phrase or sentence, read at its opening token.

        Texts that occur more than once are computed once.

        Parameters
        ----------
        texts
            Phrases or sentences; an empty one is allowed.
        progress
            Called now and then with the number of texts done since the last call.

        Raises
        ------
        ParameterError
            If something is not a text.
        """
        check_texts(texts)
        states = compute_states(
            texts,
            lambda chunk: self.tokenizer.tokenize(chunk, max_length=self.max_length),
            self.model,
            progress=progress,
        )
        return Encoded(states.vectors, states.has_unknown, states.truncated, states.n_tokens)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        """Compute the vector of every token of each text.

        Raises
        ------
        ParameterError
            If something is not a text.
        """
        check_texts(texts)
        tokenized, offsets = self.tokenizer.tokenize_spelled(texts, max_length=self.max_length)
        sequences = tokenized.sequences
        vectors = self.model.vectors(sequences)
        return [
            TokenStates(
                tokens=tuple(self.vocabulary.terms[row] for row in sequences.ids[first:last]),
                rows=sequences.ids[first:last],
                offsets=offsets[number],
                vectors=vectors[first:last],
                has_unknown=bool(tokenized.has_unknown[number]),
                truncated=bool(tokenized.truncated[number]),
            )
            for number, (first, last) in enumerate(pairwise(sequences.starts))
        ]

    def mask_states(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None = None
    ) -> MaskStates:
        """Compute the vector at each mask.

        Parameters
        ----------
        texts, spans
            For each text the character spans (start, end) to put one mask each in place of, in
            order. None takes the mask tokens that the texts hold.

        Raises
        ------
        ParameterError
            If spans do not fit the texts, a text has no mask where `spans` is None, or the masks
            of a text lie too far apart for the model.
        """
        check_texts(texts)
        places = self.tokenizer.mask_spans(texts) if spans is None else spans
        check_spans(texts, places)
        states = compute_states(
            [
                (text, tuple((start, end) for start, end in row))
                for text, row in zip(texts, places, strict=True)
            ],
            lambda chunk: self.tokenizer.tokenize_masked(
                [text for text, _ in chunk],
                [row for _, row in chunk],
                max_length=self.max_length,
            ),
            self.model,
        )
        text = np.repeat(np.arange(len(texts)), states.n_vectors)
        return MaskStates(states.vectors, text, states.has_unknown, states.truncated)

    def predict(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]] | None = None,
        *,
        k: int = 20,
        allowed: BoolArray | None = None,
    ) -> list[list[list[Prediction]]]:
        """Predict the terms that may stand at each mask.

        Parameters
        ----------
        texts, spans
            As in `mask_states`.
        k
            Terms to give for each mask.
        allowed
            bool array of shape (n_terms,): give these terms only. Probabilities are still shares
            of the whole vocabulary.

        Returns
        -------
        For each text and each of its masks the `k` terms with the highest score, best first, equal
        ones by row; fewer where fewer are allowed.

        Raises
        ------
        ParameterError
            As in `mask_states`, or if `k` is below 1.
        ShapeError
            If `allowed` does not fit the vocabulary.
        """
        states = self.mask_states(texts, spans)
        terms, biases = self.vocabulary.terms, self.vocabulary.biases
        rows, scores = top_k(states.vectors, self.output, k, bias=biases, allowed=allowed)
        totals = log_totals(states.vectors, self.output, biases)
        probabilities = np.exp(scores - totals[:, None])
        predictions: list[list[list[Prediction]]] = [[] for _ in texts]
        for text, *best in zip(
            states.text.tolist(),
            rows.tolist(),
            scores.tolist(),
            probabilities.tolist(),
            strict=True,
        ):
            predictions[text].append(
                [
                    Prediction(terms[row], row, score, probability)
                    for row, score, probability in zip(*best, strict=True)
                    if row >= 0
                ]
            )
        return predictions

    @cached_property
    def output(self) -> PackedMatrix:
        """The output projection, laid out for products."""
        return PackedMatrix.pack(self.vocabulary.vectors, device=self._device)
