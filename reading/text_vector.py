"""The vector of a text: that of its blank if it has one, or else that of the whole text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..errors import ParameterError
from .given_text import find_blanks, mask_blanks, require_text


@dataclass(frozen=True, slots=True, eq=False)
class TextVector:
    """A vector of the output space, float32 of shape (dim,), not normalized.

    Attributes
    ----------
    vector
        The state of the opening token, or at the mask.
    kind
        Which of the two.
    has_unknown, truncated
        A part of the text is unknown to the model, or too long to be read.
    """

    vector: npt.NDArray[np.float32]
    kind: Literal["text", "blank"]
    has_unknown: bool
    truncated: bool


def read_text_vector(encoder: Encoder, text: str) -> TextVector:
    """Compute the vector of a text with one blank, or with none.

    Raises
    ------
    ParameterError
        If the text is empty or has several blanks.
    """
    require_text(text)
    mask = encoder.mask_token
    blanks = find_blanks(text, mask)
    if len(blanks) > 1:
        raise ParameterError(f"{text!r:.80} has {len(blanks)} blanks; leave one at most.")
    if not blanks:
        encoded = encoder.encode([text])
        flags = bool(encoded.has_unknown[0]), bool(encoded.truncated[0])
        return TextVector(encoded.vectors[0], "text", *flags)
    masked, spans = mask_blanks(text, blanks, mask)
    states = encoder.mask_states([masked], [spans])
    flags = bool(states.has_unknown[0]), bool(states.truncated[0])
    return TextVector(states.vectors[0], "blank", *flags)
