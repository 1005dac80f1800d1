"""Which backend runs a checkpoint, where, and how long its texts may be."""

from __future__ import annotations

import logging
from typing import Literal

from ..errors import ParameterError
from .checkpoint import Checkpoint
from .head_states import Model
from .matmul import Precision, cuda_available
from .packed_bert import PackedBert, has_bfloat16, has_weights, is_packable
from .padded_model import PaddedModel, load_masked_lm, load_tokenizer
from .tokenizer import Tokenizer

Device = Literal["auto", "cpu", "cuda"]
Place = Literal["cpu", "cuda"]
Backend = Literal["auto", "packed", "transformers"]

_log = logging.getLogger(__name__)


def open_model(
    checkpoint: Checkpoint, *, device: Place, dtype: Precision, backend: Backend
) -> tuple[Model, Tokenizer]:
    """Load a checkpoint's model and tokenizer.

    Raises
    ------
    ModelError
        If there is no masked language model, or it cannot be read.
    ParameterError
        If an option is unknown, or the model cannot be packed and was asked to be.
    """
    if dtype not in ("float32", "bfloat16") or backend not in ("auto", "packed", "transformers"):
        raise ParameterError(
            f"Got dtype={dtype!r} and backend={backend!r}; dtype is 'float32' or 'bfloat16', "
            "backend is 'auto', 'packed' or 'transformers'."
        )
    if dtype == "bfloat16" and device == "cpu" and not has_bfloat16():
        _log.info("This processor has no bfloat16 instructions; computing in float32.")
        dtype = "float32"
    can_pack = device == "cpu" and is_packable(checkpoint.config)
    if backend == "packed" and not can_pack:
        raise ParameterError(
            f"backend='packed' runs a plain BERT on the processor; {checkpoint.folder} holds a "
            f"{checkpoint.model_type!r}, to be run on {device!r}. Use backend='auto'."
        )
    if can_pack and backend != "transformers":
        tokenizer = checkpoint.tokenizer() or load_tokenizer(checkpoint.folder)
        return _load_packed(checkpoint, dtype), tokenizer
    tokenizer = load_tokenizer(checkpoint.folder)
    padding_id = tokenizer.padding_id
    return PaddedModel.load(
        checkpoint, device=device, dtype=dtype, padding_id=padding_id
    ), tokenizer


def choose_device(device: Device) -> Place:
    """Return where to compute: CUDA where it is asked for, or there is any.

    Raises
    ------
    ParameterError
        If the name is unknown, or CUDA is asked for and missing.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise ParameterError(f"Got device={device!r}; it is 'auto', 'cpu' or 'cuda'.")
    if device == "cuda" and not cuda_available():
        raise ParameterError("device='cuda' needs a CUDA device and found none; use 'auto'.")
    return "cuda" if device != "cpu" and cuda_available() else "cpu"


def choose_length(wanted: int | None, limit: int, n_special: int) -> int:
    """Return how many tokens of a text to read, special ones included.

    Raises
    ------
    ParameterError
        If no token fits between the special ones, or the model has no positions for so many.
    """
    if wanted is None:
        return limit
    if not n_special < wanted <= limit:
        raise ParameterError(
            f"Got max_length={wanted}; this model reads {n_special + 1} to {limit} tokens."
        )
    return wanted


def _load_packed(checkpoint: Checkpoint, dtype: Precision) -> PackedBert:
    """Load a BERT from its file, or through transformers where it is kept in another form."""
    weights = checkpoint.weights()
    if not has_weights(weights):
        weights = load_masked_lm(checkpoint).state_dict()
    return PackedBert.from_weights(checkpoint.config, weights, dtype=dtype)
