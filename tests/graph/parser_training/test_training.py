"""A parser trained on a handful of sentences: what it learns, and that chance has no part in it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language
from spacy.pipeline import EditTreeLemmatizer
from spacy.tokens import Doc
from thinc.api import Adam

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import CorpusError, ModelError, ParameterError
from tailgraph.graph.parser_training.batches import EpochBatches
from tailgraph.graph.parser_training.pipeline import (
    PipelineShape,
    initialize,
    make_pipeline,
    reduce_vectors,
)
from tailgraph.graph.parser_training.recipe import ParserTraining
from tailgraph.graph.parser_training.training import TrainedParser, train_parser
from tailgraph.graph.parser_training.treebank import Treebank, read_treebank
from tailgraph.graph.parser_training.treebank_docs import (
    group_sentences,
    in_lower_case,
    make_example,
    parse_words,
    without_closing,
    without_masked_lemmas,
)
from tailgraph.graph.parser_training.updates import PipelineUpdates
from tailgraph.graph.parsing import Parser, load_pipeline

SENTENCES = (
    "The/the/DET/DT/2/det drug/drug/NOUN/NN/3/nsubj binds/bind/VERB/VBZ/0/root "
    "the/the/DET/DT/5/det protein/protein/NOUN/NN/3/obj ././PUNCT/./3/punct",
    "Mice/mouse/NOUN/NNS/2/nsubj sleep/sleep/VERB/VBP/0/root in/in/ADP/IN/5/case "
    "the/the/DET/DT/5/det river/river/NOUN/NN/2/obl ././PUNCT/./2/punct",
    "Aspirin/Aspirin/PROPN/NNP/2/nsubj inhibits/inhibit/VERB/VBZ/0/root "
    "it/it/PRON/PRP/2/obj ././PUNCT/./2/punct",
    "Proteins/protein/NOUN/NNS/4/nsubj:pass were/be/AUX/VBD/4/aux:pass "
    "not/not/PART/RB/4/advmod seen/see/VERB/VBN/0/root in/in/ADP/IN/6/case "
    "mice/mouse/NOUN/NNS/4/obl ././PUNCT/./4/punct",
    "No/no/DET/DT/2/det river/river/NOUN/NN/0/root",
)

RECIPE = ParserTraining(
    shape=PipelineShape(
        width=32,
        depth=1,
        hidden_width=16,
        hash_rows=(200, 100, 100, 100),
        min_label_count=1,
        min_lemma_rule_count=1,
        vector_dim=8,
    ),
    n_words=5000,
    epoch_words=900,
    learning_rate=0.01,
    warm_up_steps=5,
    batch_words=(60, 150),
    seed=3,
)
SHORT = replace(RECIPE, n_words=1800)


def conllu(sentences: tuple[str, ...] = SENTENCES) -> str:
    """Write sentences of word/lemma/upos/xpos/head/label as CoNLL-U."""
    lines = []
    for sentence in sentences:
        for place, item in enumerate(sentence.split(), start=1):
            word, lemma, upos, xpos, head, dep = (
                (".", ".", *item[4:].split("/")) if item.startswith("././") else item.split("/")
            )
            lines.append("\t".join((str(place), word, lemma, upos, xpos, "_", head, dep, "_", "_")))
        lines.append("")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the sentences sixty times, in documents of five."""
    path = tmp_path_factory.mktemp("bank") / "tiny.conllu"
    path.write_text(60 * f"# newdoc\n{conllu()}")
    return path


@pytest.fixture(scope="module")
def trained(bank: Path, tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedParser:
    """Train a parser on them, with the vectors of the tiny model."""
    out = tmp_path_factory.mktemp("out") / "parser"
    return train_parser([bank], out, vectors_from=tiny_bert, config=RECIPE, dev=[bank])


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


def test_an_interrupted_training_ends_with_the_same_parser(bank: Path, tmp_path: Path) -> None:
    """Stopped in its second epoch and called again, it writes the same bytes."""

    def stop(stage: str, n_done: int, n_total: int | None) -> None:
        if n_done > 1200:
            raise Stopped

    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    once = train_parser([bank], whole, config=SHORT)
    with pytest.raises(Stopped):
        train_parser([bank], stopped, config=SHORT, progress=stop)
    assert not stopped.exists()
    random.seed(5)  # what other code draws in between does not matter
    twice = train_parser([bank], stopped, config=SHORT)
    assert files(stopped) == files(whole)
    assert (twice.n_epochs, twice.n_steps, twice.n_words) == (
        once.n_epochs,
        once.n_steps,
        once.n_words,
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stopped", "whole"]


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


@pytest.mark.parametrize("tag_depth", [0, 2])
def test_an_update_is_that_of_spacy(bank: Path, tag_depth: int) -> None:
    """All weights move as `Language.update` moves them."""
    moved = []
    for ours in (True, False):
        sentences = read_treebank(bank).sentences[:5]
        pipeline = make_pipeline(replace(RECIPE.shape, tag_depth=tag_depth), None)
        initialize(pipeline, sentences, seed=0)
        optimizer = Adam(0.1, beta1=0.0, beta2=0.0, L2=0.0, grad_clip=0.0)
        examples = [make_example(pipeline.vocab, [sentence]) for sentence in sentences]
        random.seed(0)
        if ours:
            update = PipelineUpdates(pipeline, optimizer, dropout=0.0, smoothing=0.0)
            update(examples, [[sentence] for sentence in sentences])
        else:
            pipeline.update(examples, sgd=optimizer, drop=0.0)
        moved.append(list(weights(pipeline)))
    for one, two in zip(*moved, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)


def test_labels_are_smoothed_and_moves_are_not(bank: Path) -> None:
    """What is learned of tags depends on the smoothing; what the parser alone learns does not."""
    moved: list[dict[str, list[np.ndarray]]] = []
    for smoothing in (0.0, 0.5):
        sentences = read_treebank(bank).sentences[:5]
        pipeline = make_pipeline(RECIPE.shape, None)
        initialize(pipeline, sentences, seed=0)
        examples = [make_example(pipeline.vocab, [sentence]) for sentence in sentences]
        random.seed(0)
        optimizer = Adam(0.1, beta1=0.0, beta2=0.0, L2=0.0, grad_clip=0.0)
        update = PipelineUpdates(pipeline, optimizer, dropout=0.0, smoothing=smoothing)
        update(examples, [[sentence] for sentence in sentences])
        moved.append({name: list(weights(pipeline, name)) for name in pipeline.pipe_names})
    plain, smooth = moved
    for name in ("tagger", "morphologizer", "lemmatizer"):
        pairs = zip(plain[name], smooth[name], strict=True)
        assert any(not np.array_equal(one, two) for one, two in pairs)
    for one, two in zip(plain["parser"], smooth["parser"], strict=True):
        np.testing.assert_array_equal(one, two)


def weights(pipeline: Language, only: str | None = None) -> Iterator[np.ndarray]:
    """Yield a copy of every weight, of one component or of all."""
    for name, component in pipeline.pipeline:
        if only not in (None, name):
            continue
        for node in component.model.walk():  # type: ignore[attr-defined]
            yield from (node.get_param(n).copy() for n in node.param_names if node.has_param(n))


def test_rare_lemma_rules_teach_nothing(bank: Path) -> None:
    """A word whose rule was not kept has no gradient in the lemmatizer."""
    sentences = read_treebank(bank).sentences[:5]
    shape = replace(RECIPE.shape, min_lemma_rule_count=3)
    pipeline = make_pipeline(shape, None)
    initialize(pipeline, sentences, seed=0)
    lemmatizer = pipeline.get_pipe("lemmatizer")
    assert isinstance(lemmatizer, EditTreeLemmatizer)
    update = PipelineUpdates(pipeline, Adam(0.1), dropout=0.0, smoothing=0.0)
    rows = list(update._label_columns["lemmatizer"](sentences[3]))  # Proteins were not seen ...
    kept = lemmatizer.trees.add("not", "not")
    assert rows[2] == lemmatizer.tree2label[kept]
    assert (rows[1], rows[3]) == (-1, -1)


def test_vectors_are_the_main_directions_of_the_words(tiny_encoder: Encoder) -> None:
    """Cosines are those of the centered unit vectors, up to what few dimensions can hold."""
    vocabulary = tiny_encoder.vocabulary
    whole = ~(vocabulary.is_piece | vocabulary.is_special)
    vectors = vocabulary.vectors[whole].astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(axis=0)
    full = reduce_vectors(vocabulary, dim=32, max_words=1000)
    assert full.words == tuple(np.array(vocabulary.terms)[whole])
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(full.vectors @ full.vectors.T, expected @ expected.T, atol=1e-5)
    left, spread, _ = np.linalg.svd(vectors, full_matrices=False)
    nearest = left[:, :4] * spread[:4]
    nearest /= np.linalg.norm(nearest, axis=1, keepdims=True)
    few = reduce_vectors(vocabulary, dim=4, max_words=1000).vectors
    np.testing.assert_allclose(few @ few.T, nearest @ nearest.T, atol=1e-4)
    with pytest.raises(ModelError, match="has 5 whole words; expected at least 8"):
        reduce_vectors(vocabulary, dim=8, max_words=5)


def test_groups_cover_a_document_in_order(bank: Path) -> None:
    """Every sentence stands in one group of at most four; about the share asked for is alone."""
    sentences = 20 * read_treebank(bank).sentences
    groups = list(group_sentences(sentences, single_share=0.6, draw=random.Random(0)))
    assert [sentence for group in groups for sentence in group] == list(sentences)
    assert {len(group) for group in groups} == {1, 2, 3, 4}
    alone = sum(len(group) == 1 for group in groups) / len(sentences)
    assert alone == pytest.approx(0.6, abs=0.02)


def test_an_epoch_draws_as_much_of_a_treebank_as_it_may(bank: Path) -> None:
    """A large treebank gives other sentences each epoch, a small one all of its own."""
    small = read_treebank(bank)
    few = Treebank("few", small.documents[:2])
    batches = EpochBatches([small, few], replace(RECIPE, epoch_words=400))
    groups = list(batches.draw_groups(random.Random(0)))
    n_words = sum(len(sentence.words) for group in groups for sentence in group)
    assert 400 + 50 <= n_words < 430 + 50
    assert groups != list(batches.draw_groups(random.Random(1)))
    assert groups == list(batches.draw_groups(random.Random(0)))


def test_sentences_are_varied_without_harm_to_their_trees(bank: Path) -> None:
    """The closing mark goes where nothing hangs on it; only words lose their capitals."""
    first, *_, last = read_treebank(bank).sentences[:5]
    assert without_closing(first).words == ("The", "drug", "binds", "the", "protein")
    assert without_closing(first).heads == first.heads[:5]
    assert without_closing(last) == last
    hung = replace(first, heads=(5, 2, 2, 4, 2, 2))
    assert without_closing(hung) == hung
    assert in_lower_case(first) == replace(first, words=("the", *first.words[1:]))


def test_masked_lemmas_are_forgotten(bank: Path) -> None:
    """Digits that a treebank replaced by zeros are no lemma to learn."""
    first = read_treebank(bank).sentences[0]
    marked = replace(
        first,
        words=("BMP2", "10", "100", "0", "B6", "x"),
        lemmas=("bmp0", "0", "100", "0", "B6", "0"),
    )
    assert without_masked_lemmas(marked).lemmas == ("", "", "100", "0", "B6", "")


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
