"""A finished model, opened by transformers and by the package's own encoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from torch import Tensor

from tailgraph.engine.checkpoint import Checkpoint
from tailgraph.engine.corpus import Document
from tailgraph.engine.encoder import Encoder
from tailgraph.engine.pretraining.model_folder import load_network, save_model
from tailgraph.engine.pretraining.network import Network
from tailgraph.engine.pretraining.run_folder import RunFolder
from tailgraph.engine.pretraining.word_pieces import count_words, learn_word_pieces

from .conftest import Run

TEXTS = ("The heart pumps [MASK] through the body.", "Naïve T-cells of 細胞 in 2009")


@pytest.fixture(scope="module")
def network(run: Run) -> Network:
    """Open the trained network with its weights as they were saved."""
    return load_network(Checkpoint.open(run.folder, local_files_only=True))[0].eval()


def open_bert(folder: Path) -> transformers.BertForPreTraining:
    """Let transformers open a model; nothing is missing or left over."""
    model, report = transformers.BertForPreTraining.from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True
    )
    assert not any(report[part] for part in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    return model.eval()


def scores(model: transformers.BertForPreTraining, ids: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the scores of all words at all tokens, and of the next sentence."""
    with torch.no_grad():
        out = model(input_ids=ids, token_type_ids=(ids.cumsum(1) > 500).long())
    return out.prediction_logits, out.seq_relationship_logits


IDS = torch.randint(5, 500, (6, 24), generator=torch.Generator().manual_seed(1))


def test_transformers_opens_the_model_with_the_same_scores(run: Run, network: Network) -> None:
    """Words and next sentences are scored by the file as by the network that was trained."""
    found = scores(open_bert(run.folder), IDS)
    segments = (IDS.cumsum(1) > 500).long()
    with torch.no_grad():
        opening, states = network.states(IDS, segments, torch.arange(24).expand(6, -1))
        expected = (network.word_logits(states), network.pair_logits(opening))
    for given, other in zip(found, expected, strict=True):
        torch.testing.assert_close(given, other, rtol=1e-4, atol=1e-4)


def test_the_weights_are_those_of_the_checkpoint_in_half_precision(
    run: Run, network: Network
) -> None:
    """Saving rounds each parameter once and loses none."""
    kept = RunFolder(run.folder / "training").load("latest.safetensors")
    assert kept is not None
    for name, value in network.named_parameters():
        assert torch.equal(value, kept.tensors[f"parameter/{name}"].half().float()), name


@pytest.mark.parametrize("text", TEXTS)
def test_transformers_tokenizes_as_the_training_did(text: str, run: Run) -> None:
    """One text and a pair have the ids and segments of the training's own tokenizer."""
    theirs = transformers.AutoTokenizer.from_pretrained(run.folder)
    ours = RunFolder(run.folder / "training").open_text()[0]
    assert theirs(text)["input_ids"] == ours.encode(text).ids
    pair, expected = theirs(text, "the cell"), ours.encode(text, "the cell")
    assert pair["input_ids"] == expected.ids
    assert pair["token_type_ids"] == expected.type_ids
    assert theirs.mask_token_id == 4
    assert theirs.model_max_length == 64


def test_a_cased_tokenizer_stays_cased(
    network: Network, documents: list[Document], tmp_path: Path
) -> None:
    """What tells upper from lower case does so after transformers opened it."""
    counts = count_words((document.text for document in documents), lowercase=False)
    tokenizer = learn_word_pieces(counts, 500, lowercase=False)
    save_model(network, tokenizer, tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    for text in ("The DNA of Café and dna", "THE the"):
        assert theirs(text)["input_ids"] == tokenizer.encode(text).ids


def test_the_encoder_opens_the_model_with_the_same_predictions(run: Run) -> None:
    """Terms and scores at a mask are transformers' own."""
    encoder = Encoder.from_pretrained(run.folder, device="cpu")
    model, tokenizer = open_bert(run.folder), transformers.AutoTokenizer.from_pretrained(run.folder)
    ids = torch.tensor([tokenizer(TEXTS[0])["input_ids"]])
    with torch.no_grad():
        logits = model(input_ids=ids).prediction_logits[0, ids[0].tolist().index(4)]
    values, rows = logits.topk(20)
    found = encoder.predict([TEXTS[0]], k=20)[0][0]
    assert [p.score for p in found] == pytest.approx(values.tolist(), abs=2e-3)
    assert [p.term for p in found[:3]] == tokenizer.convert_ids_to_tokens(rows[:3].tolist())


def test_a_model_in_several_files_is_the_same_model(run: Run, tmp_path: Path) -> None:
    """Small shards with an index open everywhere; saving whole again leaves none behind."""
    network, tokenizer = load_network(Checkpoint.open(run.folder, local_files_only=True))
    save_model(network, tokenizer, tmp_path, shard_bytes=10_000)
    shards = sorted(path.name for path in tmp_path.glob("model-*.safetensors"))
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    assert len(shards) > 3
    assert sorted(set(index["weight_map"].values())) == shards
    for given, other in zip(
        scores(open_bert(tmp_path), IDS), scores(open_bert(run.folder), IDS), strict=True
    ):
        assert torch.equal(given, other)
    encoders = [Encoder.from_pretrained(path, device="cpu") for path in (tmp_path, run.folder)]
    one, other = (np.asarray(encoder.encode(["the heart"])) for encoder in encoders)
    np.testing.assert_array_equal(one, other)
    save_model(network, tokenizer, tmp_path)
    assert [path.name for path in tmp_path.glob("model*")] == ["model.safetensors"]


def test_files_can_be_read_by_others_and_none_is_private(run: Run) -> None:
    """A model folder may be served by another account than the one that made it."""
    names = {path.name for path in run.folder.iterdir() if path.is_file()}
    assert names == {
        "config.json",
        "loss.png",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    }
    for name in names:
        assert (run.folder / name).stat().st_mode & 0o444 == 0o444
    assert (run.folder / "loss.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_vocabulary_is_listed_by_id(run: Run) -> None:
    """Line n of vocab.txt is the term with id n."""
    ids = RunFolder(run.folder / "training").open_text()[0].get_vocab()
    terms = (run.folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    assert {term: row for row, term in enumerate(terms)} == ids
