"""A trained network as a model folder of transformers, in half precision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
import tokenizers
import torch
from torch import Tensor

from ...errors import ModelError
from ..checkpoint import Checkpoint
from ..packed_bert import has_weights, is_packable
from .network import Network, Shape
from .word_pieces import CLS, MASK, PAD, SEP, SPECIALS, UNK

_SHARD_BYTES = 15_000_000
"""Size of one file of weights, unless a single tensor is larger."""
_TIED = ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias")
"""Weights that transformers takes from where they are tied to."""
_OPTIONAL = ("bert.pooler.", "cls.seq_relationship.", *_TIED)
"""Weights that a model may lack."""
_SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
)
"""The entries of a configuration that `Shape` is made from, in its order."""


def load_network(checkpoint: Checkpoint) -> tuple[Network, tokenizers.Tokenizer]:
    """Open a BERT to train it further.

    A model without a next-sentence head gets a fresh one.

    Raises
    ------
    ModelError
        If it is no BERT masked language model, or its tokenizer is not kept as one file.
    """
    config, weights = checkpoint.config, checkpoint.weights()
    path = checkpoint.folder / "tokenizer.json"
    if not is_packable(config) or not has_weights(weights) or not path.is_file():
        raise ModelError(
            f"{checkpoint.folder} holds no BERT masked language model with GELU, weights as "
            "safetensors and a tokenizer.json; only such a model can be trained further."
        )
    sizes = [config[name] for name in _SIZES]
    if not all(isinstance(size, int) for size in sizes):
        raise ModelError(f"{checkpoint.folder}: config.json lacks one of {', '.join(_SIZES)}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Network(Shape(*sizes))  # type: ignore[arg-type]  # checked above
    known = {name: value.float() for name, value in weights.items() if name not in _TIED}
    found = network.model.load_state_dict(known, strict=False)
    missing = [name for name in found.missing_keys if not name.startswith(_OPTIONAL)]
    if missing:
        raise ModelError(f"{checkpoint.folder} lacks the weight {missing[0]!r}; save it again.")
    return network, tokenizers.Tokenizer.from_file(str(path))


def save_model(
    network: Network,
    tokenizer: tokenizers.Tokenizer,
    folder: Path,
    *,
    shard_bytes: int = _SHARD_BYTES,
) -> None:
    """Write a network and its tokenizer so that transformers, and `Encoder`, can open them.

    Files of an earlier model in the folder are replaced.

    Parameters
    ----------
    network, tokenizer
        What is written.
    folder
        Where to; made if missing.
    shard_bytes
        Size of one file of weights, unless a single tensor is larger.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("model*.safetensors*"):
        path.unlink()
    _write_weights(
        {
            name: value.detach().to("cpu", torch.float16).contiguous()
            for name, value in network.model.state_dict().items()
            if name not in _TIED and value.is_floating_point()
        },
        folder,
        shard_bytes,
    )
    config = {**network.config.to_diff_dict(), "dtype": "float16", "model_type": "bert"}
    _write_json(folder / "config.json", config)
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = tokenizer.get_vocab()
    terms = sorted(ids, key=lambda term: ids[term])
    (folder / "vocab.txt").write_text("\n".join(terms) + "\n", encoding="utf-8")
    settings = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": json.loads(tokenizer.to_str())["normalizer"]["lowercase"],
        "model_max_length": network.shape.max_length,
        "unk_token": SPECIALS[UNK],
        "sep_token": SPECIALS[SEP],
        "pad_token": SPECIALS[PAD],
        "cls_token": SPECIALS[CLS],
        "mask_token": SPECIALS[MASK],
    }
    _write_json(folder / "tokenizer_config.json", settings)


def _write_weights(weights: Mapping[str, Tensor], folder: Path, shard_bytes: int) -> None:
    """Write weights into as few files as their size allows, with an index if there are several."""
    shards: list[dict[str, Tensor]] = [{}]
    for name, value in weights.items():
        size = sum(part.nbytes for part in shards[-1].values())
        if shards[-1] and size + value.nbytes > shard_bytes:
            shards.append({})
        shards[-1][name] = value
    places: dict[str, str] = {}
    for number, shard in enumerate(shards, start=1):
        of = f"-{number:05}-of-{len(shards):05}" if len(shards) > 1 else ""
        file = f"model{of}.safetensors"
        safetensors.torch.save_file(shard, folder / file, metadata={"format": "pt"})
        (folder / file).chmod(0o644)
        places.update(dict.fromkeys(shard, file))
    if len(shards) > 1:
        total = sum(value.nbytes for value in weights.values())
        index = {"metadata": {"total_size": total}, "weight_map": places}
        _write_json(folder / "model.safetensors.index.json", index)


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write a JSON object."""
    path.write_text(json.dumps(dict(content), indent=2) + "\n", encoding="utf-8")
