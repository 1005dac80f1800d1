"""The unpadded BERT, held against transformers' own on texts of every length."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import safetensors.torch
import torch
import transformers

from tailgraph.engine import packed_bert
from tailgraph.engine.checkpoint import Checkpoint
from tailgraph.engine.matmul import Precision
from tailgraph.engine.mlm_head import Reading
from tailgraph.engine.packed_bert import PackedBert, is_packable
from tailgraph.engine.padded_model import PaddedModel
from tailgraph.engine.token_sequences import TokenSequences
from tailgraph.errors import ModelError

from ..conftest import TINY_TERMS, randomize


def sequences(wanted: str) -> TokenSequences:
    """Make 40 random sequences of 2 to 64 tokens, some alike in length."""
    rng = np.random.default_rng(3)
    lengths = [*rng.integers(2, 64, size=30).tolist(), *[7] * 8, 64, 2]
    ids = [rng.integers(5, len(TINY_TERMS), size=length).tolist() for length in lengths]
    places = {
        "first": [[0] for _ in ids],
        "some": [sorted(set(rng.integers(0, len(row), size=3).tolist())) for row in ids],
        "all": [range(len(row)) for row in ids],
        "none or one": [[0] if number % 3 else [] for number, _ in enumerate(ids)],
    }
    return TokenSequences.from_lists(ids, places[wanted])


def open_packed(folder: Path, dtype: Precision = "float32") -> PackedBert:
    """Read a packed model from a folder."""
    checkpoint = Checkpoint.open(folder, local_files_only=True)
    return PackedBert.from_weights(checkpoint.config, checkpoint.weights(), dtype=dtype)


def cosines(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the cosine of each row of one array with the same row of the other."""
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


@pytest.fixture(scope="module")
def padded(tiny_bert: Path) -> PaddedModel:
    """Run the tiny BERT through transformers."""
    checkpoint = Checkpoint.open(tiny_bert, local_files_only=True)
    return PaddedModel.load(checkpoint, device="cpu", dtype="float32", padding_id=0)


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut batches so small that several are needed."""
    monkeypatch.setattr(packed_bert, "_BATCH_TOKENS", 100)


@pytest.fixture
def _thread_count() -> Iterator[None]:
    """Put torch's number of threads back after a test that sets it."""
    count = torch.get_num_threads()
    yield
    torch.set_num_threads(count)


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("wanted", ["first", "some", "all", "none or one"])
def test_packed_vectors_are_those_of_transformers(
    wanted: str, tiny_bert: Path, padded: PaddedModel
) -> None:
    """Packing and skipping unwanted work leave every wanted vector as it is."""
    asked = sequences(wanted)
    vectors, expected = open_packed(tiny_bert).vectors(asked), padded.vectors(asked)
    np.testing.assert_allclose(vectors, expected, atol=2e-5)
    assert cosines(vectors, expected).min() > 0.99999


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("reading", ["head", "top"])
@pytest.mark.parametrize("with_segments", [False, True])
def test_states_are_those_of_transformers_in_either_segment(
    reading: Reading, with_segments: bool, tiny_bert: Path, padded: PaddedModel
) -> None:
    """Both backends read the last layer, and its head, where a second segment begins midway."""
    asked = sequences("all")
    if with_segments:
        middle = np.repeat(asked.lengths, asked.lengths) // 2
        asked = replace(asked, segments=(asked.places >= middle).astype(np.int64))
    model = transformers.BertForMaskedLM.from_pretrained(tiny_bert, dtype=torch.float32).eval()
    expected = []
    for first, last in pairwise(asked.starts.tolist()):
        segments = asked.segments[None, first:last] if asked.segments is not None else None
        with torch.inference_mode():
            states = model.bert(
                input_ids=torch.from_numpy(asked.ids[None, first:last]),
                token_type_ids=None if segments is None else torch.from_numpy(segments),
            ).last_hidden_state[0]
            expected.append(
                model.cls.predictions.transform(states) if reading == "head" else states
            )
    for vectors in (
        open_packed(tiny_bert).vectors(asked, reading=reading),
        padded.vectors(asked, reading=reading),
    ):
        np.testing.assert_allclose(vectors, torch.cat(expected).numpy(), atol=3e-5)


def test_bfloat16_vectors_point_where_float32_ones_do(tiny_bert: Path, padded: PaddedModel) -> None:
    """Half precision turns a vector by less than a tenth of a percent in cosine."""
    asked = sequences("some")
    vectors = open_packed(tiny_bert, "bfloat16").vectors(asked)
    assert cosines(vectors, padded.vectors(asked)).min() > 0.999


@pytest.mark.usefixtures("_small_batches", "_thread_count")
def test_vectors_do_not_depend_on_the_number_of_threads(tiny_bert: Path) -> None:
    """One thread and three give the same numbers, bit by bit."""
    model, asked = open_packed(tiny_bert), sequences("some")
    torch.set_num_threads(1)
    alone = model.vectors(asked)
    torch.set_num_threads(3)
    np.testing.assert_array_equal(model.vectors(asked), alone)


@pytest.mark.usefixtures("_small_batches", "_thread_count")
def test_thread_settings_of_the_process_stay_as_they_are(tiny_bert: Path) -> None:
    """Neither the caller nor a thread started later computes with fewer threads afterwards."""
    torch.set_num_threads(3)
    open_packed(tiny_bert).vectors(sequences("first"))
    counts = [torch.get_num_threads()]
    later = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert counts == [3, 3]


@pytest.mark.usefixtures("_thread_count")
def test_an_error_in_a_batch_reaches_the_caller(tiny_bert: Path) -> None:
    """A token id that the model has no row for raises in the calling thread."""
    torch.set_num_threads(2)
    with pytest.raises(IndexError):
        open_packed(tiny_bert).vectors(TokenSequences.from_lists([[2, 10_000, 3]], [[0]]))


def test_no_sequences_give_no_vectors(tiny_bert: Path) -> None:
    """An empty input gives an array of no rows and the model's width."""
    assert open_packed(tiny_bert).vectors(TokenSequences.from_lists([], [])).shape == (0, 32)


def test_batches_hold_every_wanted_token_once() -> None:
    """Rows of all batches together are the wanted tokens, and ids travel with them."""
    asked = sequences("some")
    taken = list(asked.batches(100))
    rows = np.concatenate([rows for _, rows in taken])
    ids = np.concatenate([batch.ids[batch.wanted] for batch, _ in taken])
    assert sorted(rows.tolist()) == list(range(asked.wanted.sum()))
    np.testing.assert_array_equal(ids, asked.ids[asked.wanted][rows])


def test_batches_stay_within_their_number_of_tokens() -> None:
    """No batch is larger than asked, and lengths differ by no more than the spread."""
    for batch, _ in sequences("all").batches(128, spread=5):
        assert len(batch.ids) <= 128
        assert np.ptp(batch.lengths) <= 5


def rename(name: str, old: str) -> str:
    """Return the name that an older checkpoint gives a weight."""
    if old == "gamma and beta" and "LayerNorm" in name:
        return name.replace("weight", "gamma").replace("bias", "beta")
    if old == "bias in the decoder":
        return name.replace("predictions.bias", "predictions.decoder.bias")
    return name


@pytest.mark.parametrize("old", ["gamma and beta", "bias in the decoder", "half precision"])
def test_checkpoints_of_other_makes_give_the_same_model(
    old: str, tiny_bert: Path, tmp_path: Path
) -> None:
    """Weights under older names, or stored in half precision, are read all the same."""
    weights = safetensors.torch.load_file(tiny_bert / "model.safetensors")
    if old == "half precision":
        weights = {name: weight.half() for name, weight in weights.items()}
    renamed = {rename(name, old): weight for name, weight in weights.items()}
    safetensors.torch.save_file(renamed, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text((tiny_bert / "config.json").read_text())
    asked = sequences("some")
    vectors = open_packed(tmp_path).vectors(asked)
    assert cosines(vectors, open_packed(tiny_bert).vectors(asked)).min() > 0.9999


def test_an_untied_projection_is_read_from_its_own_weights(tmp_path: Path) -> None:
    """Where input and output embeddings differ, the vectors are the output's."""
    config = transformers.BertConfig(
        vocab_size=len(TINY_TERMS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        tie_word_embeddings=False,
    )
    model = randomize(transformers.BertForMaskedLM(config))
    model.save_pretrained(tmp_path)
    expected = model.get_output_embeddings().weight.detach()
    torch.testing.assert_close(open_packed(tmp_path).output_vectors, expected)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model_type", "roberta"),
        ("hidden_act", "gelu_new"),
        ("position_embedding_type", "relative_key"),
        ("is_decoder", True),
    ],
)
def test_other_architectures_are_not_packed(setting: str, value: object, tiny_bert: Path) -> None:
    """Only what is computed exactly is taken for a plain BERT."""
    config = json.loads((tiny_bert / "config.json").read_text())
    assert is_packable(config)
    assert not is_packable({**config, setting: value})


def test_a_missing_weight_is_named(tiny_bert: Path) -> None:
    """A checkpoint that lacks a weight is refused by the name of the weight."""
    checkpoint = Checkpoint.open(tiny_bert, local_files_only=True)
    weights = checkpoint.weights()
    del weights["bert.encoder.layer.1.output.dense.weight"]
    with pytest.raises(ModelError, match=r"lacks the weight 'bert\.encoder\.layer\.1\.output"):
        PackedBert.from_weights(checkpoint.config, weights)
