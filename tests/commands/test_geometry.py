"""The commands about geometry: they print what the library says; bad input is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.graph.histograms import cumulative_histogram
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.importance import extreme_terms
from tailgraph.reading.reader import Reader

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def call(tiny_bert: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command with the tiny model; return its standard output, or what it complains of."""

    def printed(*arguments: object, status: int = 0) -> str:
        capsys.readouterr()
        assert run([*map(str, arguments), "--model", str(tiny_bert)]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


@pytest.fixture(scope="module")
def reader(tiny_bert: Path) -> Reader:
    """Read with the same model."""
    return Reader.from_pretrained(tiny_bert)


def test_histograms_of_terms_and_a_text_are_told(call, reader: Reader) -> None:
    """The JSON holds bins, figures and members of each; the text names the tails."""
    expected = reader.histograms(["cell", "drug"], "the ___ binds")
    told = json.loads(call("histogram", "cell", "drug", "--text", "the ___ binds", "--json"))
    assert [histogram["name"] for histogram in told] == [h.name for h in expected]
    for found, histogram in zip(told, expected, strict=True):
        assert [m["term"] for m in found["members"]] == [m.term for m in histogram.members]
        assert found["figures"]["threshold"] == histogram.figures.threshold
        assert found["bins"][0] == {
            "cosine": histogram.bins[0].cosine,
            "n_terms": histogram.bins[0].n_terms,
            "n_random": histogram.bins[0].n_random,
        }
    shown = call("histogram", "cell")
    assert "tail above" in shown
    assert "random" in shown
    assert all(member.term in shown for member in expected[0].members)


def test_without_a_term_all_words_are_told(call, reader: Reader) -> None:
    """The cumulative report, by bands of .1."""
    expected = cumulative_histogram(reader.encoder.vocabulary)
    told = json.loads(call("histogram", "--json"))
    assert told["n_words"] == expected.n_words
    assert [band["n_terms"] for band in told["bands"]] == [b.n_terms for b in expected.bands]
    shown = call("histogram")
    assert f"{expected.n_words} words" in shown
    assert f"{expected.bands[0].n_terms:,.1f}" in shown


def test_histograms_are_drawn(call, tmp_path: Path) -> None:
    """The same histogram gives the same picture, another one another; names are no formulas."""
    files = [tmp_path / name for name in ("one.png", "two.png", "three.png", "all.png")]
    for file, term in zip(files, ("cell", "cell", "drug"), strict=False):
        call("histogram", term, "--text", "_$x$ ___", "--plot", file)
    call("histogram", "--plot", files[3])
    pictures = [file.read_bytes() for file in files]
    assert all(picture.startswith(PNG) for picture in pictures)
    assert pictures[0] == pictures[1]
    assert len(set(pictures)) == 3


def test_importance_tells_each_word(call, reader: Reader) -> None:
    """Word by word what the reader says; without a text the extremes of the vocabulary."""
    expected = reader.weigh("The cellsed drug")
    told = json.loads(call("importance", "The cellsed drug", "--json"))
    assert [w["pieces"] for w in told] == [list(word.pieces) for word in expected]
    assert [w["importance"] for w in told] == [word.importance for word in expected]
    assert "##ed" in call("importance", "The cellsed drug")
    extremes = extreme_terms(reader.encoder.vocabulary, 3)
    told = json.loads(call("importance", "--top", 3, "--json"))
    assert [t["term"] for t in told["commonest"]] == [t.term for t in extremes.commonest]
    assert all(t.term in call("importance", "--top", 3) for t in extremes.rarest)


def test_importance_stands_beside_the_idf_of_a_knowledge_base(
    sample_kb: KnowledgeBase, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --kb every word has its counts there."""
    assert run(["importance", "the insulin", "--kb", str(sample_kb.folder), "--json"]) == 0
    the, insulin = json.loads(capsys.readouterr().out)
    assert 0 <= the["counts"]["document_idf"] < insulin["counts"]["document_idf"]
    assert the["importance"] < insulin["importance"]
    assert run(["importance", "the insulin", "--kb", str(sample_kb.folder)]) == 0
    assert f"{insulin['counts']['sentence_idf']:.2f}" in capsys.readouterr().out


def test_arithmetic_tells_the_sum_and_the_baseline(call, reader: Reader) -> None:
    """Terms near the sum, and those near the last positive operand alone."""
    expected = reader.compute("king - drug + mouse", k=4)
    told = json.loads(call("arithmetic", "king - drug + mouse", "-k", 4, "--json"))
    assert [a["text"] for a in told["terms"]] == [a.text for a in expected.terms]
    assert [a["text"] for a in told["terms_alone"]] == [a.text for a in expected.terms_alone]
    shown = call("arithmetic", "king - drug + mouse", "-k", 4)
    assert "mouse alone" in shown
    assert f"{expected.terms[0].cosine:.3f}" in shown


def test_arithmetic_finds_the_phrases_of_a_knowledge_base(
    sample_kb: KnowledgeBase, capsys: pytest.CaptureFixture[str]
) -> None:
    """The nearest phrases of the sum, without the operands."""
    expression = '"heart attack" - heart + brain'
    assert run(["arithmetic", expression, "--kb", str(sample_kb.folder), "--json"]) == 0
    phrases = [phrase["text"] for phrase in json.loads(capsys.readouterr().out)["phrases"]]
    assert "stroke" in phrases
    assert "heart attack" not in phrases


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["histogram", "zzz"], "'zzz' is not one of the"),
        (["histogram", "--text", " "], "The text is empty"),
        (["histogram", "--text", "___ [MASK]"], "has 2 blanks"),
        (["histogram", "cell", "--plot", "nowhere/x.png"], "there is no folder nowhere"),
        (["importance", "?!"], "holds no word"),
        (["arithmetic", "king man"], "Expected + or - at character 5"),
        (["arithmetic", "king - zzz"], "'zzz' is not one of the"),
        (["arithmetic", "king - king"], "cancel out"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_bad_input_is_one_line_on_standard_error(arguments: list[str], message: str, call) -> None:
    """Status 1, and what is wrong."""
    complaint = call(*arguments, status=1)
    assert complaint.startswith("tailgraph: ")
    assert complaint.count("\n") == 1
    assert message in complaint


def test_long_and_unknown_texts_are_flagged(call) -> None:
    """What the model could not read is told, and long names are cut."""
    shown = call("histogram", "--text", "cell " * 10_000)
    assert "longer than the model reads" in shown
    assert len(shown.splitlines()[0]) < 100
    assert "unknown to the model" in call("arithmetic", '"☃" + cell')
    assert "unknown" in call("importance", "漢字")
