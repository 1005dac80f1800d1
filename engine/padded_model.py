"""Any masked language model of transformers: texts of about equal length padded to batches."""

from __future__ import annotations

import contextlib
import logging
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors
import torch
from torch import Tensor, nn

from ..errors import ModelError
from .checkpoint import Checkpoint
from .matmul import Precision
from .mlm_head import Reading, TappedModel
from .token_sequences import TokenSequences
from .tokenizer import Tokenizer

_BATCH_TOKENS = {"cpu": 4096, "cuda": 65_536}
"""Tokens in a batch, padding included."""

_SPREAD = 16
"""By how many tokens texts of a batch differ in length, so that little of it is padding."""

_LENGTH_WITHOUT_POSITIONS = 512
"""Tokens kept of a text where a model sets no bound."""

_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    EOFError,
    pickle.UnpicklingError,
    safetensors.SafetensorError,
)
"""What transformers raises for files that are missing, damaged or of another kind."""


class PaddedModel:
    """A masked language model run by transformers, read at its head.

    Build one with `load`.

    Attributes
    ----------
    output_vectors
        float32 tensor of shape (n_terms, dim): the output projection E.
    output_biases
        float32 tensor of shape (n_terms,): its bias b.
    max_length
        Tokens that the model has positions for.
    """

    def __init__(
        self, model: TappedModel, *, device: str, padding_id: int, spread: int, max_length: int
    ) -> None:
        self._model = model
        self._device = device
        self._padding_id = padding_id
        self._spread = spread
        self.max_length = max_length
        self.output_vectors = model.head.vectors
        self.output_biases = model.head.biases

    @classmethod
    def load(
        cls, checkpoint: Checkpoint, *, device: str, dtype: Precision, padding_id: int
    ) -> PaddedModel:
        """Load a checkpoint through transformers.

        Raises
        ------
        ModelError
            If it holds no masked language model whose head can be read.
        """
        model = load_masked_lm(checkpoint)
        tapped = TappedModel(model)
        spread = _SPREAD if _ignores_padding(tapped, padding_id) else 0
        model.to(device=device, dtype=getattr(torch, dtype))
        return cls(
            tapped,
            device=device,
            padding_id=padding_id,
            spread=spread,
            max_length=_count_positions(model),
        )

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.output_vectors.shape[1]

    @property
    def n_layers(self) -> int:
        """Layers below the head."""
        return self._model.n_layers

    def vectors(
        self, sequences: TokenSequences, *, reading: Reading = "head"
    ) -> npt.NDArray[np.float32]:
        """Compute the vector of each wanted token.

        Parameters
        ----------
        sequences
            The tokens.
        reading
            ``"head"`` reads the input of the output projection, ``"top"`` the last layer, a number
            that layer, counted from 1.

        Returns
        -------
        float32 array of shape (n_wanted, dim), in the order of the tokens; before the head some
        families of models have another width.
        """
        out = np.empty((int(sequences.wanted.sum()), self.dim), dtype=np.float32)
        for batch, rows in sequences.batches(_BATCH_TOKENS[self._device], spread=self._spread):
            found = self._run(batch, reading).numpy()
            if found.shape[1] != out.shape[1]:
                out = np.empty((len(out), found.shape[1]), dtype=np.float32)
            out[rows] = found
        return out

    def _run(self, batch: TokenSequences, reading: Reading) -> Tensor:
        """Run one batch: float32 tensor of shape (n_wanted, dim)."""
        lengths = batch.lengths
        mask = np.arange(lengths.max()) < lengths[:, None]
        ids = np.full(mask.shape, self._padding_id, dtype=np.int64)
        wanted = np.zeros(mask.shape, dtype=np.bool_)
        segments = np.zeros(mask.shape, dtype=np.int64)
        ids[mask], wanted[mask] = batch.ids, batch.wanted
        if batch.segments is not None:
            segments[mask] = batch.segments
        ids_here, mask_here, wanted_here, segments_here = (
            torch.from_numpy(array).to(self._device) for array in (ids, mask, wanted, segments)
        )
        states = self._model(
            ids_here,
            mask_here.long(),
            reading=reading,
            segments=None if batch.segments is None else segments_here,
        )
        return states[wanted_here].float().cpu()


def _ignores_padding(model: TappedModel, padding_id: int) -> bool:
    """Tell whether padding leaves the vectors of a text alone.

    Convolutions see it, as do MobileBERT's embeddings of three tokens, so those models get texts
    of one length at a time.
    """
    n_terms = len(model.head.biases)
    words = [(padding_id + step) % n_terms for step in (1, 2)]
    ids = torch.tensor([[*words, padding_id, padding_id]])
    mask = torch.tensor([[1, 1, 0, 0]])
    padded, bare = model(ids, mask)[:, :2], model(ids[:, :2], mask[:, :2])
    return bool(torch.allclose(padded, bare, rtol=1e-3, atol=1e-4))


def load_masked_lm(checkpoint: Checkpoint) -> nn.Module:
    """Load a checkpoint as a masked language model of transformers, in float32 on the processor.

    Raises
    ------
    ModelError
        If transformers cannot, or the checkpoint lacks some of the model's weights.
    """
    # Imported here because it takes seconds, and a BERT in one file is read without it.
    from transformers import AutoModelForMaskedLM

    if checkpoint.config.get("is_encoder_decoder"):
        raise ModelError(
            f"{checkpoint.folder} holds a {checkpoint.model_type!r}, which has a decoder; an "
            "encoder with a masked-language-model head was expected, such as BERT or RoBERTa."
        )
    try:
        with _silence():
            model, report = AutoModelForMaskedLM.from_pretrained(
                checkpoint.folder,
                dtype=torch.float32,
                local_files_only=True,
                output_loading_info=True,
            )
    except _UNREADABLE as error:
        raise ModelError(
            f"{checkpoint.folder} with model_type {checkpoint.model_type!r} cannot be loaded as a "
            f"masked language model ({_first_line(error)}). Give the folder of a model saved with "
            "its masked-language-model head, such as BertForMaskedLM."
        ) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            f"{checkpoint.folder} lacks {len(missing)} weights of a masked language model, "
            f"{missing[0]!r} first; without its head a model cannot be read. Give a checkpoint "
            "that was saved with its masked-language-model head, such as BertForMaskedLM."
        )
    masked_lm: nn.Module = model.eval()
    return masked_lm


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load a tokenizer through transformers.

    Raises
    ------
    ModelError
        If there is none, or none of the fast kind.
    """
    from transformers import AutoTokenizer

    try:
        with _silence():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (*_UNREADABLE, ImportError) as error:
        raise ModelError(
            f"{folder} holds no tokenizer that can be loaded ({_first_line(error)}). Copy the "
            "model's tokenizer.json, or vocab.txt, into the folder."
        ) from error
    if not tokenizer.is_fast:
        raise ModelError(
            f"The {type(tokenizer).__name__} in {folder} is not of the fast kind, which tells "
            "where each token stands in the text. Save the model with a tokenizer.json."
        )
    return Tokenizer(
        tokenizer.backend_tokenizer,
        mask_token=tokenizer.mask_token,
        unknown_token=tokenizer.unk_token,
        padding_token=tokenizer.pad_token,
    )


def _count_positions(model: nn.Module) -> int:
    """Count the tokens that a model has positions for.

    RoBERTa and its kin count positions from beyond the padding id, so the first few are not used.
    """
    count = getattr(model.config, "max_position_embeddings", None)
    if not isinstance(count, int) or count < 1:
        return _LENGTH_WITHOUT_POSITIONS
    for name, module in model.named_modules():
        if (
            name.endswith("position_embeddings")
            and getattr(module, "padding_idx", None) is not None
        ):
            return count - int(module.padding_idx) - 1
    return count


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep transformers from reporting and drawing bars while it loads, and only then."""
    from transformers.utils import logging as reports

    verbosity, has_bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity(logging.ERROR)
    reports.disable_progress_bar()  # type: ignore[no-untyped-call] # untyped over there
    try:
        yield
    finally:
        reports.set_verbosity(verbosity)
        if has_bars:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # told where the environment forbids bars
                reports.enable_progress_bar()  # type: ignore[no-untyped-call] # the same


def _first_line(error: Exception) -> str:
    """Return what an error says first."""
    return (str(error).splitlines() or [type(error).__name__])[0]
