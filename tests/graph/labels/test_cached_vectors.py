"""Labels spread over a vocabulary, kept on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.labels.cached_vectors import cached_vectors
from tailgraph.graph.labels.entity_vectors import EntityVectors, propagate_labels
from tailgraph.graph.labels.seeds import SeedLabels

SEEDS = SeedLabels({"drug": ("CHEMICAL",), "kinase": ("GENE",), "qqqq": ("GENE",)}, "these")
OTHERS = SeedLabels({"drug": ("CHEMICAL",), "kinase": ("CHEMICAL", "GENE")}, "others")


def assert_same(found: EntityVectors, expected: EntityVectors) -> None:
    """Compare all that entity vectors are made of."""
    assert found.vocabulary is expected.vocabulary
    assert (found.labels, found.unknown) == (expected.labels, expected.unknown)
    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.given, expected.given)


def test_what_is_read_is_what_was_spread(tiny_encoder: Encoder, tmp_path: Path) -> None:
    """The vectors are the same whether they are made or read, and are read when they are there."""
    vocabulary = tiny_encoder.vocabulary
    expected = propagate_labels(vocabulary, SEEDS)
    assert_same(cached_vectors(vocabulary, SEEDS, folder=tmp_path, model="a"), expected)
    [path] = tmp_path.iterdir()
    np.savez_compressed(path, counts=expected.counts + 1)
    read = cached_vectors(vocabulary, SEEDS, folder=tmp_path, model="a")
    np.testing.assert_array_equal(read.counts, expected.counts + 1)


def test_other_labels_and_other_models_have_their_own(
    tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Nothing is read that was made of something else, and only the newest is kept."""
    vocabulary = tiny_encoder.vocabulary
    names = set()
    for seeds, model in ((SEEDS, "a"), (OTHERS, "a"), (OTHERS, "b")):
        found = cached_vectors(vocabulary, seeds, folder=tmp_path / "cache", model=model)
        assert_same(found, propagate_labels(vocabulary, seeds))
        [path] = (tmp_path / "cache").iterdir()
        names.add(path.name)
    assert len(names) == 3


def flipped(sound: bytes) -> bytes:
    """Overwrite some bytes in the middle of the compressed numbers."""
    middle = len(sound) // 2
    return (
        sound[:middle]
        + bytes(255 - byte for byte in sound[middle : middle + 16])
        + sound[middle + 16 :]
    )


def one_array(sound: bytes) -> bytes:
    """Return a file of numpy's other form."""
    buffer = BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "damage",
    [lambda sound: b"", lambda sound: b"no archive", lambda sound: sound[:-40], flipped, one_array],
    ids=["empty", "other", "cut", "flipped", "another form"],
)
def test_a_damaged_file_is_made_anew(
    tiny_encoder: Encoder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[bytes], bytes],
) -> None:
    """The damage is told, and the file is whole afterwards."""
    vocabulary = tiny_encoder.vocabulary
    cached_vectors(vocabulary, SEEDS, folder=tmp_path, model="a")
    [path] = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        found = cached_vectors(vocabulary, SEEDS, folder=tmp_path, model="a")
    assert "rebuilding a damaged cache" in caplog.text
    assert_same(found, propagate_labels(vocabulary, SEEDS))
    caplog.clear()
    assert_same(cached_vectors(vocabulary, SEEDS, folder=tmp_path, model="a"), found)
    assert "damaged" not in caplog.text
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_labels_are_spread_where_nothing_can_be_kept(
    tiny_encoder: Encoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that cannot be written costs time, not the answer."""
    (tmp_path / "cache").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        found = cached_vectors(tiny_encoder.vocabulary, SEEDS, folder=tmp_path / "cache", model="a")
    assert "without being cached" in caplog.text
    assert_same(found, propagate_labels(tiny_encoder.vocabulary, SEEDS))
