"""What decides a pretraining run, and presets for three sizes of model."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path

from ...errors import ParameterError

Number = int | float | bool | tuple[int, ...] | tuple[float, ...]


@dataclass(frozen=True)
class PretrainingConfig:
    """Everything that decides the model that comes out, apart from the text.

    Attributes
    ----------
    n_terms
        Terms in the vocabulary.
    lowercase
        Fold case and strip accents.
    dim, n_layers, n_heads, n_inner
        Width of the vectors, transformer layers, attention heads, width of the inner layers.
    lengths, length_shares
        Tokens in a row, from which each step draws one, and how often it draws each. Rows of up to
        48 tokens are one span of text, longer ones a pair of segments.
    batch_tokens
        Tokens in a step of one process.
    total_tokens
        Tokens to train on, over all processes.
    warm_up_tokens, full_rate_tokens, decay_share
        The learning rates rise over so many tokens, are full up to so many, and then fall with the
        inverse square root of the tokens; over the last part of the run they fall on to a
        hundredth. Before that part they do not depend on the length of the run, so that a longer
        run can go on from a shorter one.
    learning_rate, matrix_learning_rate
        Of AdamW, for embeddings, heads and biases; of Muon, for the matrices of the layers.
    mask_share
        Part of the tokens to predict.
    balance
        From 0, all words alike, to 1, frequent words masked more seldom.
    next_sentence_weight, bag_weight
        Weights of these losses beside that of the masked words.
    held_out_share
        Part of the documents that is kept to measure the loss on.
    evaluation_tokens, patience
        Measure every so many tokens; stop after so many measurements without a better loss, or
        never for 0.
    checkpoint_tokens
        Save every so many tokens.
    seed
        Decides everything random.
    """

    n_terms: int = 24_000
    lowercase: bool = True
    dim: int = 256
    n_layers: int = 4
    n_heads: int = 4
    n_inner: int = 1024
    lengths: tuple[int, ...] = (256, 128, 64, 32, 16, 8)
    length_shares: tuple[float, ...] = (0.05, 0.4, 0.4, 0.05, 0.05, 0.05)
    batch_tokens: int = 4096
    total_tokens: int = 54_000_000
    warm_up_tokens: int = 200_000
    full_rate_tokens: int = 2_000_000
    decay_share: float = 0.25
    learning_rate: float = 1e-3
    matrix_learning_rate: float = 2e-3
    mask_share: float = 0.2
    balance: float = 0.5
    next_sentence_weight: float = 1.0
    bag_weight: float = 0.5
    held_out_share: float = 0.01
    evaluation_tokens: int = 1_000_000
    patience: int = 0
    checkpoint_tokens: int = 500_000
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        for name in ("n_terms", "dim", "n_layers", "n_heads", "n_inner", "batch_tokens"):
            self._check(getattr(self, name) >= 1, name, "1 or more")
        self._check(self.dim % self.n_heads == 0, "dim", f"a multiple of n_heads={self.n_heads}")
        self._check(
            len(self.lengths) > 0 and min(self.lengths) >= 4, "lengths", "4 or more tokens each"
        )
        self._check(
            len(self.length_shares) == len(self.lengths)
            and min(self.length_shares) >= 0 < sum(self.length_shares),
            "length_shares",
            f"one share, 0 or more, for each of the {len(self.lengths)} lengths",
        )
        self._check(
            self.batch_tokens >= max(self.lengths), "batch_tokens", "room for the longest row"
        )
        for name in ("total_tokens", "full_rate_tokens", "evaluation_tokens", "checkpoint_tokens"):
            self._check(getattr(self, name) >= 1, name, "1 or more")
        for name in ("warm_up_tokens", "patience"):
            self._check(getattr(self, name) >= 0, name, "0 or more")
        self._check(0 <= self.seed < 1 << 63, "seed", "0 or more, in 63 bits")
        for name in ("decay_share", "balance"):
            self._check(0 <= getattr(self, name) <= 1, name, "between 0 and 1")
        for name in ("mask_share", "held_out_share"):
            self._check(0 < getattr(self, name) <= 0.5, name, "above 0 and at most 0.5")
        for name in ("learning_rate", "matrix_learning_rate"):
            self._check(getattr(self, name) > 0, name, "above 0")
        for name in ("next_sentence_weight", "bag_weight"):
            self._check(getattr(self, name) >= 0, name, "0 or more")

    def _check(self, is_good: bool, name: str, expected: str) -> None:
        """Refuse a value."""
        if not is_good:
            raise ParameterError(f"{name} is {getattr(self, name)!r}; expected {expected}.")

    @property
    def max_length(self) -> int:
        """Tokens that the model has positions for."""
        return max(self.lengths)

    @property
    def decay_start(self) -> int:
        """Tokens after which the learning rates fall."""
        return int(self.total_tokens * (1 - self.decay_share))

    def rate(self, n_tokens: int) -> float:
        """Return the factor of the learning rates after some tokens."""
        rising = (n_tokens + self.batch_tokens) / max(1, self.warm_up_tokens)
        slowing = math.sqrt(self.full_rate_tokens / max(1, n_tokens))
        ending = (self.total_tokens - n_tokens) / max(1, self.total_tokens - self.decay_start)
        return min(1.0, rising, slowing) * max(0.01, min(1.0, ending))

    def replace(self, **changes: Number) -> PretrainingConfig:
        """Return a copy with some values changed.

        Raises
        ------
        ParameterError
            If there is no such value, or it is out of its range.
        """
        known = {field.name: field.default for field in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ParameterError(
                    f"There is no setting {name!r}; there are {', '.join(sorted(known))}."
                )
            if not _is_like(value, known[name]):
                kind = type(known[name]).__name__
                raise ParameterError(f"{name} is {value!r}; expected {_KINDS.get(kind, kind)}.")
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # checked above

    def as_dict(self) -> dict[str, object]:
        """Return the settings as JSON keeps them."""
        content: dict[str, object] = json.loads(json.dumps(dataclasses.asdict(self)))
        return content

    @classmethod
    def read(cls, path: Path, start: PretrainingConfig) -> PretrainingConfig:
        """Read a JSON file whose settings replace those of `start`.

        Raises
        ------
        ParameterError
            If the file is missing, no JSON object, or holds a wrong setting.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ParameterError(f"{path} cannot be read as JSON ({error}).") from error
        if not isinstance(content, dict):
            raise ParameterError(
                f'{path} holds no JSON object; expected one such as {{"dim": 384}}.'
            )
        return start.replace(
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in content.items()
            }
        )


_KINDS = {"tuple": "a list of numbers"}
"""What kinds of values are called in a message, where JSON has another word."""


def _is_like(value: object, example: object) -> bool:
    """Tell whether a value is of the kind of another: 1 is a float too, True no number.

    Examples
    --------
    >>> _is_like(1, 0.5), _is_like(True, 1), _is_like((8, 0.5), (16,)), _is_like((8, 4), (16,))
    (True, False, False, True)
    """
    if isinstance(example, tuple):
        return isinstance(value, tuple) and all(_is_like(part, example[0]) for part in value)
    return type(value) is type(example) or (type(value) is int and isinstance(example, float))


PRESETS = {
    "tiny": PretrainingConfig(
        n_terms=2_000,
        dim=64,
        n_layers=2,
        n_heads=2,
        n_inner=256,
        lengths=(64, 32, 8),
        length_shares=(0.8, 0.1, 0.1),
        batch_tokens=1024,
        total_tokens=400_000,
        warm_up_tokens=20_000,
        full_rate_tokens=400_000,
        evaluation_tokens=100_000,
        checkpoint_tokens=100_000,
    ),
    "small": PretrainingConfig(),
    "base": PretrainingConfig(
        n_terms=30_000,
        dim=768,
        n_layers=12,
        n_heads=12,
        n_inner=3072,
        lengths=(512, 256, 128, 64, 32, 16, 8),
        length_shares=(0.05, 0.15, 0.45, 0.2, 0.05, 0.05, 0.05),
        batch_tokens=65_536,
        total_tokens=20_000_000_000,
        warm_up_tokens=200_000_000,
        full_rate_tokens=2_000_000_000,
        learning_rate=4e-4,
        matrix_learning_rate=8e-4,
        evaluation_tokens=200_000_000,
        checkpoint_tokens=200_000_000,
    ),
}
"""``tiny`` trains in a minute on a processor, ``small`` in hours, ``base`` wants GPUs."""
