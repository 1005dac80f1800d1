"""Lists of seed labels, and the one that comes with the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ArtifactError, ParameterError
from tailgraph.graph.labels.seeds import UNTAGGED, check_known, main_type, read_labels


@pytest.mark.parametrize(
    "line",
    [
        "aspirin",
        "aspirin\t",
        "\tDRUG",
        "Aspirin\tDRUG",
        "aspirin\tdrug",
        "aspirin\tDRUG/",
        "a\tA/A",
        "a\tA.B.C",
        "a\t.B",
    ],
    ids=[
        "no-tab",
        "no-label",
        "no-term",
        "upper-term",
        "lower-label",
        "empty-label",
        "repeated",
        "two-dots",
        "no-main-type",
    ],
)
def test_a_malformed_line_is_refused_by_its_number(tmp_path: Path, line: str) -> None:
    """The message of a malformed seed line names the file and the line."""
    path = tmp_path / "seeds.tsv"
    path.write_text(f"# labels\n\ncancer\tDISEASE\n{line}\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"seeds\.tsv, line 4"):
        read_labels(path)


def test_a_term_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Two lines for one term are an error, not a choice."""
    path = tmp_path / "seeds.tsv"
    path.write_text("cancer\tDISEASE\ncancer\tANIMAL\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match="line 2: 'cancer' came before"):
        read_labels(path)


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n", b"\xff\xfe\x00"])
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty or undecodable list raises and names the file."""
    path = tmp_path / "seeds.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"seeds\.tsv"):
        read_labels(path)


def test_every_seed_of_the_package_is_a_term_of_its_model(default_encoder: Encoder) -> None:
    """The list has 1,500 typed terms and more, of 25 types and more, all in the vocabulary."""
    seeds = read_labels()
    assert [term for term in seeds.labels if term not in default_encoder.vocabulary] == []
    assert len(seeds) - len(seeds.untyped) > 10000
    types = {name for name in seeds.names if name != UNTAGGED and not name.endswith(".ADJECTIVE")}
    assert len(types) > 60
    assert len({main_type(name) for name in types}) == 20


@pytest.mark.parametrize(("n_known", "is_refused"), [(0, True), (1, True), (2, False)])
def test_a_list_for_another_vocabulary_is_refused(
    tiny_encoder: Encoder, tmp_path: Path, n_known: int, is_refused: bool
) -> None:
    """Of 150 terms at least two have to be there; the list of the package is never refused."""
    path = tmp_path / "rojo.tsv"
    terms = ["drug", "kinase"][:n_known] + [f"palabra{n}" for n in range(150 - n_known)]
    path.write_text("".join(f"{term}\tCOSA\n" for term in terms))
    if is_refused:
        with pytest.raises(ParameterError, match=rf"{n_known} of its 150 terms .* less than 1%"):
            read_labels(path, vocabulary=tiny_encoder.vocabulary)
    else:
        assert len(read_labels(path, vocabulary=tiny_encoder.vocabulary)) == 150
    assert len(read_labels(vocabulary=tiny_encoder.vocabulary)) > 10000


def test_word_pieces_are_no_words_of_a_list(default_encoder: Encoder, tmp_path: Path) -> None:
    """A list of endings labels nothing, so it is for another vocabulary."""
    vocabulary = default_encoder.vocabulary
    words = {vocabulary.surface(row) for row in np.flatnonzero(~vocabulary.is_piece).tolist()}
    pieces = {vocabulary.surface(row) for row in np.flatnonzero(vocabulary.is_piece).tolist()}
    path = tmp_path / "endings.tsv"
    path.write_text("".join(f"{piece}\tENDING\n" for piece in sorted(pieces - words)[:150]))
    with pytest.raises(ParameterError, match="0 of its 150 terms"):
        read_labels(path, vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("name", "there_are"),
    [
        ("DRUG", "CHEMICAL, FOOD, UNTAGGED"),
        ("CHEMICAL.POISON", "CHEMICAL.COMPOUND, CHEMICAL.DRUG"),
        ("food", "CHEMICAL, FOOD, UNTAGGED"),
    ],
)
def test_an_unknown_label_is_refused_with_those_there_are(name: str, there_are: str) -> None:
    """The message lists the sub-types of its main type, else the main types; others are known."""
    labels = ["CHEMICAL.DRUG", "CHEMICAL.COMPOUND", "FOOD", UNTAGGED]
    with pytest.raises(ParameterError, match=rf"called {name}; the labels are {there_are}\.$"):
        check_known([*labels, "CHEMICAL", name], labels)
    check_known([*labels, "CHEMICAL"], labels)
