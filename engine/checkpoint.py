"""A model folder on disk: where it is, what it holds, and what identifies it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import tokenizers
from torch import Tensor

from ..errors import ModelError
from .tokenizer import Tokenizer

_READING = "mlm-head 1"
"""How vectors are read from a model; part of the fingerprint, so change it with the reading."""

_CONFIG = "config.json"
_TOKENIZER = "tokenizer.json"
_TOKENIZER_SETTINGS = "tokenizer_config.json"
_TOKENIZER_FILES = (
    _TOKENIZER,
    _TOKENIZER_SETTINGS,
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
)
_SAFETENSORS = ("model.safetensors", "model-*-of-*.safetensors")
_OLD_WEIGHTS = ("pytorch_model.bin", "pytorch_model-*-of-*.bin")
_INDEX = "*.index.json"

_BERT_SPECIALS = {"mask_token": "[MASK]", "unk_token": "[UNK]", "pad_token": "[PAD]"}


@dataclass(frozen=True)
class Checkpoint:
    """A folder with a model's configuration, weights and tokenizer.

    Attributes
    ----------
    folder
        Where it is.
    config
        What its ``config.json`` says.
    """

    folder: Path
    config: Mapping[str, object]

    @classmethod
    def open(cls, path_or_id: str | Path, *, local_files_only: bool) -> Checkpoint:
        """Find a model and read its configuration.

        Parameters
        ----------
        path_or_id
            A folder, or the name of a model on the Hugging Face Hub.
        local_files_only
            Take a model by name only if it was downloaded before; False downloads it if need be.

        Raises
        ------
        ModelError
            If there is no such model, or its configuration cannot be read.
        """
        folder = Path(path_or_id).expanduser()
        if not folder.is_dir():
            folder = _hub_folder(str(path_or_id), local_files_only=local_files_only)
        config = _read_json(folder / _CONFIG)
        if not isinstance(config.get("model_type"), str):
            raise ModelError(
                f"{folder / _CONFIG} names no model_type, so it is no configuration of a "
                "transformers model. Give the folder of a saved masked language model."
            )
        return cls(folder, config)

    @property
    def model_type(self) -> str:
        """The architecture, such as ``"bert"``."""
        return str(self.config["model_type"])

    def fingerprint(self) -> str:
        """Hash what decides the vectors: configuration, weights, tokenizer, way of reading.

        Returns
        -------
        64 hexadecimal digits, the same for every copy of the folder.
        """
        digest = hashlib.sha256(_READING.encode())
        present = [name for name in _TOKENIZER_FILES if (self.folder / name).is_file()]
        for name in sorted([_CONFIG, *present, *self._weight_files()]):
            with (self.folder / name).open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"\n{name} {content}".encode())
        return digest.hexdigest()

    def weights(self) -> dict[str, Tensor]:
        """Read the weights by name; none where they are not kept as safetensors.

        Names of old checkpoints are brought up to date.

        Raises
        ------
        ModelError
            If a file is damaged.
        """
        names = [name for name in self._weight_files() if name.endswith(".safetensors")]
        weights: dict[str, Tensor] = {}
        for name in names:
            try:
                weights.update(safetensors.torch.load_file(self.folder / name))
            except (safetensors.SafetensorError, OSError) as error:
                raise ModelError(
                    f"{self.folder / name} cannot be read as safetensors ({error}). The file is "
                    "damaged or cut off; copy or download the model again."
                ) from error
        return {_current_name(name): weight for name, weight in weights.items()}

    def tokenizer(self) -> Tokenizer | None:
        """Read the tokenizer; None where it is not kept as one file with named special tokens.

        Raises
        ------
        ModelError
            If the file is damaged.
        """
        path = self.folder / _TOKENIZER
        if not path.is_file():
            return None
        settings = self.folder / _TOKENIZER_SETTINGS
        named = _read_json(settings) if settings.is_file() else {}
        defaults = _BERT_SPECIALS if self.model_type == "bert" else {}
        specials = {key: _token(named.get(key, defaults.get(key))) for key in _BERT_SPECIALS}
        if None in specials.values():
            return None
        try:
            backend = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises no narrower class
            raise ModelError(
                f"{path} cannot be read as a tokenizer ({error}). The file is damaged; copy or "
                "download the model again."
            ) from error
        return Tokenizer(
            backend,
            mask_token=specials["mask_token"],
            unknown_token=specials["unk_token"],
            padding_token=specials["pad_token"],
        )

    def _weight_files(self) -> list[str]:
        """Names of the files that hold the weights; safetensors where there are both kinds."""
        for pattern in (*_SAFETENSORS, *_OLD_WEIGHTS):
            names = sorted(path.name for path in self.folder.glob(pattern))
            if names:
                return names
        raise ModelError(
            f"{self.folder} holds no weights; model.safetensors was expected. Give the folder of a "
            "saved model, or copy the missing file."
        )


def _hub_folder(name: str, *, local_files_only: bool) -> Path:
    """Find, or download, a model by its name on the Hugging Face Hub."""
    import huggingface_hub
    from huggingface_hub.errors import HFValidationError

    try:
        folder = Path(
            huggingface_hub.snapshot_download(
                name,
                allow_patterns=[_CONFIG, *_TOKENIZER_FILES, *_SAFETENSORS, _INDEX],
                local_files_only=local_files_only,
            )
        )
        if not local_files_only and not list(folder.glob("*.safetensors")):
            huggingface_hub.snapshot_download(name, allow_patterns=[*_OLD_WEIGHTS, _INDEX])
    except HFValidationError as error:
        raise ModelError(f"There is no folder {name!r}. Check the path.") from error
    except OSError as error:
        raise ModelError(
            f"There is no folder {name!r}, and no model of that name "
            + (
                f"was downloaded before. Check the path, or download it: hf download {name} "
                "(in Python, local_files_only=False)."
                if local_files_only
                else f"could be downloaded ({error}). Check the name and the connection."
            )
        ) from error
    return folder


def _current_name(name: str) -> str:
    """Return a weight's name as it is today; layer norms were once written otherwise.

    Examples
    --------
    >>> _current_name("bert.embeddings.LayerNorm.gamma")
    'bert.embeddings.LayerNorm.weight'
    """
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith(old):
            return name.removesuffix(old) + new
    return name


def _read_json(path: Path) -> dict[str, object]:
    """Read a file that holds one JSON object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{path} is missing; give the folder of a saved masked language model."
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read as JSON ({error}); copy or download the model again."
        ) from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} holds no JSON object; copy or download the model again.")
    return content


def _token(named: object) -> str | None:
    """Return a special token's text, which settings keep as text or as an object."""
    if isinstance(named, dict):
        named = named.get("content")
    return named if isinstance(named, str) else None
