"""A parser trained on a handful of sentences: what it learns, and that chance has no part in it."""

from __future__ import annotations

import json
import logging
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from spacy.tokens import Doc

from tailgraph.errors import CorpusError, ModelError, ParameterError
from tailgraph.graph.parser_training.scores import score_parses
from tailgraph.graph.parser_training.training import TrainedParser, train_parser
from tailgraph.graph.parser_training.treebank import read_treebank
from tailgraph.graph.parser_training.treebank_docs import parse_words
from tailgraph.graph.parsing import Parser, load_pipeline

from .tiny_treebank import RECIPE, SENTENCES, SHORT, conllu

HASTY = replace(SHORT, n_words=300, epoch_words=100, learning_rate=0.002)


@pytest.fixture(scope="module")
def trained(bank: Path, tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedParser:
    """Train a parser on them, with the vectors of the tiny model."""
    out = tmp_path_factory.mktemp("out") / "parser"
    return train_parser([bank], out, vectors_from=tiny_bert, config=RECIPE, dev=[bank])


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the same words as nouns that hang on the first, which no other treebank teaches."""
    path = tmp_path_factory.mktemp("flat") / "flat.conllu"
    bare = [[item.split("/")[0] or "." for item in sentence.split()] for sentence in SENTENCES]
    path.write_text(
        conllu(
            tuple(
                f"{first}/_/NOUN/NN/0/root " + " ".join(f"{word}/_/NOUN/NN/1/dep" for word in rest)
                for first, *rest in bare
            )
        )
    )
    return path


def files(folder: Path) -> dict[str, bytes]:
    """Read all files but the card, which tells the time that was spent."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "MODEL_CARD.md"
    }


def test_it_learns_its_sentences_by_heart(trained: TrainedParser) -> None:
    """Tags, lemmas, heads and labels are all right where nothing new is asked."""
    [scores] = trained.scores.values()
    shares = (scores.upos, scores.xpos, scores.lemma, scores.uas, scores.las)
    assert shares == (1, 1, 1, 1, 1)
    assert (scores.n_sentences, scores.n_words) == (300, 60 * 25)


def test_the_product_reads_with_it(trained: TrainedParser) -> None:
    """`Parser` loads the folder; a tree is that of the treebank, alone and in a group."""
    parser = Parser.from_pretrained(trained.folder)
    texts = ["The drug binds the protein.", "Proteins were not seen in mice."]
    for groups in ([texts], [[text] for text in texts]):
        first, second = (sentence for group in parser.parse(groups) for sentence in group)
        assert first.deps == ("det", "nsubj", "root", "det", "obj", "punct")
        assert second.heads == (3, 3, 3, 3, 5, 3, 3)
        assert second.lemmas == ("protein", "be", "not", "see", "in", "mouse", ".")


def test_the_folder_is_complete_and_lean(trained: TrainedParser) -> None:
    """Words of the treebank are not kept, nothing is left beside the folder."""
    assert [path.name for path in trained.folder.parent.iterdir()] == [trained.folder.name]
    strings = json.loads((trained.folder / "vocab" / "strings.json").read_text())
    assert {"kinase", "aspirin", "ROOT", "nsubj:pass"} <= set(strings)
    assert not {"Aspirin", "sleep", "Proteins"} & set(strings)
    assert trained.n_words >= RECIPE.n_words > trained.n_words - 180
    assert (trained.treebanks[0].n_sentences, trained.treebanks[0].n_words) == (300, 1500)


def test_the_card_tells_what_was_done(trained: TrainedParser) -> None:
    """Treebanks, settings, scores and the command stand in it."""
    card = (trained.folder / "MODEL_CARD.md").read_text()
    for line in (
        "| tiny.conllu | 300 | 1,500 |",
        "| tiny.conllu | 1,500 | 100.0 | 100.0 | 100.0 | 100.0 | 100.0 |",
        "| seed | 3 |",
        f"{trained.n_words:,} words in {trained.n_epochs} epochs",
        "tailgraph train-parser tiny.conllu --dev tiny.conllu --vectors-from tiny-bert",
    ):
        assert line in card


def test_vectors_are_found_whatever_the_case(trained: TrainedParser) -> None:
    """The saved pipeline looks words up in lower case, as it did in training."""
    vocab = load_pipeline(trained.folder).vocab
    rows = vocab.vectors.find(keys=Doc(vocab, ["aspirin", "Aspirin"]).to_array(vocab.vectors.attr))
    assert rows[0] == rows[1] != -1


class Stopped(Exception):
    """Stands for a process that is killed."""


def test_an_interrupted_training_ends_with_the_same_parser(
    bank: Path, flat: Path, tmp_path: Path
) -> None:
    """Stopped in its third epoch and called again, it writes the same bytes: those of the first."""

    def stop(stage: str, n_done: int, n_total: int | None) -> None:
        if n_done > 250:
            raise Stopped

    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    once = train_parser([bank], whole, config=HASTY, dev=[flat])
    with pytest.raises(Stopped):
        train_parser([bank], stopped, config=HASTY, dev=[flat], progress=stop)
    assert not stopped.exists()
    random.seed(5)  # what other code draws in between does not matter
    twice = train_parser([bank], stopped, config=HASTY, dev=[flat])
    assert files(stopped) == files(whole)
    told = ("n_epochs", "n_steps", "n_words", "kept_epoch", "scores")
    assert [getattr(twice, name) for name in told] == [getattr(once, name) for name in told]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stopped", "whole"]


def test_the_best_epoch_is_kept(
    bank: Path, flat: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What the development treebank asks for is forgotten, so the weights are of an early epoch."""
    with caplog.at_level(logging.INFO, logger="tailgraph"):
        best = train_parser([bank], tmp_path / "best", config=HASTY, dev=[flat])
        scored = len(caplog.records)
        train_parser([bank], tmp_path / "last", config=HASTY)
    assert scored == len(caplog.records) == best.n_epochs
    epochs = [
        (float(upos) + float(las), float(las))
        for upos, las in re.findall(r"UPOS (\S+) .* LAS (\S+)", caplog.text)
    ]
    first_best = epochs.index(max(epochs))
    assert best.kept_epoch == first_best + 1 < best.n_epochs
    assert 100 * best.scores["flat.conllu"].las == pytest.approx(epochs[first_best][1])
    sentences = read_treebank(flat).sentences
    for name, (_, las) in (("best", epochs[first_best]), ("last", epochs[-1])):
        words = [sentence.words for sentence in sentences]
        parsed = parse_words(load_pipeline(tmp_path / name), words)
        assert 100 * score_parses(sentences, parsed).las == pytest.approx(las)
    assert epochs[-1][1] < epochs[first_best][1]
    card = (tmp_path / "best" / "MODEL_CARD.md").read_text()
    assert f"the weights are those of epoch {best.kept_epoch}, the best by" in card


def test_global_random_numbers_are_left_alone(bank: Path, tmp_path: Path) -> None:
    """Training draws from global generators and puts them back."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    expected = random.random(), np.random.random()  # noqa: NPY002
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    train_parser([bank], tmp_path / "out", config=replace(SHORT, n_words=200))
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002


def test_a_checkpoint_of_another_training_is_refused(bank: Path, tmp_path: Path) -> None:
    """With other settings or a damaged file it does not go on, and says what to do."""

    def stop(stage: str, n_done: int, n_total: int | None) -> None:
        if n_done > 950:
            raise Stopped

    with pytest.raises(Stopped):
        train_parser([bank], tmp_path / "out", config=SHORT, progress=stop)
    with pytest.raises(ModelError, match=r"out\.checkpoint\.npz: .* other treebanks, vectors or"):
        train_parser([bank], tmp_path / "out", config=replace(SHORT, dropout=0.2))
    with pytest.raises(ModelError, match="is of a training with other treebanks"):
        train_parser([bank], tmp_path / "out", config=SHORT, dev=[bank])
    checkpoint = tmp_path / "out.checkpoint.npz"
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"the checkpoint is damaged .*; remove it to begin anew"):
        train_parser([bank], tmp_path / "out", config=SHORT)


def test_bad_input_is_refused_before_work_begins(bank: Path, tmp_path: Path) -> None:
    """A full folder, no treebank, one without trees, and vectors of no model."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(ParameterError, match="full exists and is not an empty folder"):
        train_parser([bank], tmp_path / "full")
    with pytest.raises(ParameterError, match="No treebank was given"):
        train_parser([], tmp_path / "out")
    bare = tmp_path / "bare.conllu"
    bare.write_text("1\tWords\t_\t_\t_\t_\t_\t_\t_\t_\n")
    with pytest.raises(CorpusError, match=r"bare\.conllu:1: head '_' in column 7"):
        train_parser([bare], tmp_path / "out")
    with pytest.raises(ModelError, match=r"config\.json"):
        train_parser([bank], tmp_path / "out", vectors_from=tmp_path / "full")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"dropout": 1.5}, "dropout is 1.5"), ({"batch_words": (0, 5)}, "batch_words is 0")],
    ids=["a share above one", "an empty batch"],
)
def test_a_recipe_has_to_make_sense(changed: dict[str, float], reason: str) -> None:
    """Shares lie between 0 and 1, counts are at least 1."""
    with pytest.raises(ParameterError, match=reason):
        replace(RECIPE, **changed)  # type: ignore[arg-type]


def test_given_words_are_parsed_as_they_are(trained: TrainedParser) -> None:
    """Words come back as given, a sentence has one root, and one without words stays empty."""
    words = [("The", "drug.binds", "it"), (), ("No", "river")]
    parsed = list(parse_words(load_pipeline(trained.folder), words))
    assert [sentence.words for sentence in parsed] == words
    assert [sentence.deps.count("root") for sentence in parsed] == [1, 0, 1]
    assert parsed[2].upos == ("DET", "NOUN")


def test_sentences_are_found_where_no_boundary_is_given(trained: TrainedParser) -> None:
    """Told nothing, the parser splits neighbors; told that they are one, it finds one root."""
    words = "Aspirin inhibits it . Mice sleep in the river .".split()
    pipeline = load_pipeline(trained.folder)
    [found] = parse_words(pipeline, [words], with_boundaries=False)
    assert [place for place, dep in enumerate(found.deps) if dep == "root"] == [1, 5]
    [given] = parse_words(pipeline, [words])
    assert given.deps.count("root") == 1
