"""Where a masked language model becomes comparable with its vocabulary: the input of its output.

The logits of a masked language model are ``t @ E.T + b``. Here is how t, E and b are found in each
family of models: t is taken as the model computes it, and the model is stopped there, before the
product with the whole vocabulary. A reading is accepted only after it gave the model's own logits.

References
----------
Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
2019: the transform of the masked-language-model head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ..errors import ModelError

Reading = Literal["head", "top"] | int
"""Where a model is read: at the input of its output projection, which is t, before its head, or
after one of its layers, counted from 1."""

_EXPECTED = (
    "A masked language model was expected whose logits are t @ E.T + b, such as BERT, RoBERTa, "
    "DistilBERT, ELECTRA, ALBERT, DeBERTa, ModernBERT, MPNet or MobileBERT."
)
_TOLERANCE = 1e-3
"""How far the logits of a reading may be from the model's, relative to the largest."""


@dataclass(frozen=True, eq=False)
class MlmHead:
    """The last step of a masked language model.

    Attributes
    ----------
    vectors
        float32 tensor of shape (n_terms, dim): E.
    biases
        float32 tensor of shape (n_terms,): b.
    module, side
        The module whose input, or output, is t.
    """

    vectors: Tensor
    biases: Tensor
    module: nn.Module
    side: Literal["input", "output"]


class TappedModel:
    """A masked language model that gives t instead of logits.

    Parameters
    ----------
    model
        A model of transformers with a masked-language-model head, in float32. From now on it
        stops at its head, also when it is called directly.

    Attributes
    ----------
    head
        How its head is read.

    Raises
    ------
    ModelError
        If the model's logits cannot be read as ``t @ E.T + b``.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.head = read_mlm_head(model)
        probe = torch.arange(min(4, len(self.head.biases)))[None]
        logits = _logits(model, probe)
        _stop_at(self.head)
        read = self(probe, torch.ones_like(probe)) @ self.head.vectors.T + self.head.biases
        error = (read - logits).abs().max() if read.shape == logits.shape else torch.inf
        if not error <= _TOLERANCE * max(1.0, float(logits.abs().max())):
            raise _refusal(model, f"its logits differ from t @ E.T + b by {float(error):.3g}")

    @property
    def n_layers(self) -> int:
        """Layers below the head."""
        return int(getattr(self._model.config, "num_hidden_layers", 0))

    @torch.inference_mode()
    def __call__(
        self,
        ids: Tensor,
        mask: Tensor,
        *,
        reading: Reading = "head",
        segments: Tensor | None = None,
    ) -> Tensor:
        """Compute t, or the states before the head, for padded token ids.

        Parameters
        ----------
        ids
            int64 tensor of shape (n_texts, length).
        mask
            int64 tensor of the same shape: 1 for tokens, 0 for padding.
        reading
            ``"head"`` gives t, ``"top"`` the output of the last layer, a number that of a layer.
        segments
            int64 tensor of the same shape; all tokens are in the first by default.

        Returns
        -------
        Tensor of shape (n_texts, length, dim).
        """
        inputs = {"input_ids": ids, "attention_mask": mask}
        if segments is not None:
            inputs["token_type_ids"] = segments
        if reading != "head":
            return self._states(inputs, reading)
        try:
            self._model(**inputs)
        except _Reached as reached:
            if reached.vectors.shape[:2] == ids.shape:
                return reached.vectors
        raise _refusal(self._model, "its head does not see one vector for each token")

    def _states(self, inputs: Mapping[str, Tensor], reading: Literal["top"] | int) -> Tensor:
        """Run the model without its head."""
        body: Any = getattr(self._model, "base_model", self._model)
        if body is self._model:
            raise _refusal(self._model, "it does not tell its layers from its head")
        found = body(**inputs, output_hidden_states=reading != "top")
        states: Tensor = found[0] if reading == "top" else found.hidden_states[reading]
        return states


def read_mlm_head(model: nn.Module) -> MlmHead:
    """Find the last step of a masked language model of transformers.

    Raises
    ------
    ModelError
        If the head is of an unknown shape.
    """
    family = getattr(model.config, "model_type", "")
    reading = _READINGS.get(family, _read_projection)
    try:
        head = reading(model)
    except AttributeError as error:
        raise _refusal(model, f"its head is built otherwise ({error})") from error
    if len(head.vectors) != len(head.biases):
        raise _refusal(model, f"{len(head.vectors)} vectors stand beside {len(head.biases)} biases")
    return head


def _read_projection(model: Any) -> MlmHead:
    """Read a head that ends in a dense layer: BERT and most of its kin."""
    projection = model.get_output_embeddings()
    if not isinstance(projection, nn.Linear):
        raise _refusal(model, f"its output projection is a {type(projection).__name__}")
    has_bias = "bias" in projection.state_dict()
    biases = projection.bias if has_bias else torch.zeros(len(projection.weight))
    return _head(projection.weight, biases, projection, "input")


def _read_deberta(model: Any) -> MlmHead:
    """Read DeBERTa's head; its newer form multiplies with the word embeddings by hand."""
    if getattr(model.config, "legacy", True):
        return _read_projection(model)
    head = model.lm_predictions.lm_head
    return _head(model.get_input_embeddings().weight, head.bias, head.LayerNorm, "output")


def _read_mobilebert(model: Any) -> MlmHead:
    """Read MobileBERT's head, whose projection is stored in two parts and never called."""
    head = model.cls.predictions
    vectors = torch.cat([head.decoder.weight.T, head.dense.weight]).T
    return _head(vectors, head.decoder.bias, head.transform, "output")


_READINGS: dict[str, Callable[[Any], MlmHead]] = {
    "deberta": _read_deberta,
    "deberta-v2": _read_deberta,
    "mobilebert": _read_mobilebert,
}
"""Families whose head is not simply a dense layer."""


def _head(
    vectors: Tensor, biases: Tensor, module: nn.Module, side: Literal["input", "output"]
) -> MlmHead:
    """Put a head together from parts of a model."""
    return MlmHead(vectors.detach().float(), biases.detach().float(), module, side)


class _Reached(Exception):
    """Raised inside a model to leave it with t."""

    def __init__(self, vectors: Tensor) -> None:
        super().__init__("the head is reached")
        self.vectors = vectors


def _stop_at(head: MlmHead) -> None:
    """Make the model leave by `_Reached` where t is known."""

    def before(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        raise _Reached(inputs[0])

    def after(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        raise _Reached(output)

    if head.side == "input":
        head.module.register_forward_pre_hook(before)
    else:
        head.module.register_forward_hook(after)


def _logits(model: nn.Module, ids: Tensor) -> Tensor:
    """Compute a model's own logits for one text: float32 of shape (1, length, n_terms)."""
    try:
        with torch.inference_mode():
            logits: Tensor = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
    except (AttributeError, IndexError, NotImplementedError, TypeError, ValueError) as error:
        raise _refusal(model, f"it cannot be run on token ids alone ({error})") from error
    return logits


def _refusal(model: nn.Module, reason: str) -> ModelError:
    """Say why a model's head is not read."""
    return ModelError(f"{type(model).__name__} cannot be read: {reason}. {_EXPECTED}")
