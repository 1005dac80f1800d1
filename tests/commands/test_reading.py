"""The commands that read word by word: they print what the reader says; bad input is one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.engine.encoder import Encoder
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.reader import Reader

TEXT = "the drug binds a cell and the drug treats mice"
NOTES = "The cell binds a drug.\nA drug treats mice.\nThe drugs treat a cell.\n"

Call = Callable[..., str]


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a few labels for the tiny model."""
    path = tmp_path_factory.mktemp("labels") / "labels.tsv"
    path.write_text("drug\tCHEMICAL.DRUG\nmelanoma\tDISEASE\nlondon\tPLACE\nthe\tUNTAGGED\n")
    return path


@pytest.fixture
def call(tiny_bert: Path, labels: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command with the tiny model; return its standard output, or its one line of error."""

    def printed(command: str, *arguments: str, status: int = 0) -> str:
        given = [command, *arguments, "--model", str(tiny_bert)]
        if command != "own-tokens" and "--kb" not in arguments:
            given += ["--labels", str(labels)]
        capsys.readouterr()
        assert run(given) == status
        captured = capsys.readouterr()
        if status:
            assert len(captured.err.splitlines()) == 1
            assert captured.out == ""
        return captured.err if status else captured.out

    return printed


@pytest.fixture(scope="module")
def reader(tiny_bert: Path, labels: Path) -> Reader:
    """Read with the same model and labels."""
    return Reader.from_pretrained(tiny_bert, labels=labels)


def test_senses_tells_what_the_reader_says(call: Call, reader: Reader) -> None:
    """The JSON holds senses and occurrences; the text shows each in its context."""
    told = json.loads(call("senses", TEXT, "-k", "3", "--json"))
    [expected] = reader.senses(TEXT, k=3)
    [word] = told
    assert (word["word"], word["masked"], word["n_found"]) == ("drug", True, 2)
    assert [o["sense"] for o in word["occurrences"]] == [o.sense for o in expected.occurrences]
    assert [[mark["term"] for mark in o["descriptors"]] for o in word["occurrences"]] == [
        [mark.term for mark in o.descriptors] for o in expected.occurrences
    ]
    assert [s["types"] for s in word["senses"]] == [
        [list(share) for share in sense.types] for sense in expected.senses
    ]
    shown = call("senses", TEXT, "-k", "3")
    assert "drug  2 occurrences, senses:" in shown
    assert ", ".join(mark.term for mark in expected.senses[0].descriptors) in shown
    assert f"\n  {TEXT}\n" in shown


def test_senses_takes_a_word_a_number_and_the_word_itself(call: Call, reader: Reader) -> None:
    """Options reach the reader."""
    told = json.loads(
        call("senses", TEXT, "--word", "Drug", "--senses", "1", "--unmasked", "--json")
    )
    [expected] = reader.senses(TEXT, "Drug", n_senses=1, masked=False)
    assert (told[0]["masked"], len(told[0]["senses"])) == (False, 1)
    assert [mark["term"] for mark in told[0]["senses"][0]["descriptors"]] == [
        mark.term for mark in expected.senses[0].descriptors
    ]
    assert "no word that says something occurs twice" in call("senses", "the drug")


def test_senses_reads_the_stored_sentences(call: Call, tiny_bert: Path, tmp_path: Path) -> None:
    """Without a text every stored occurrence is read, none within a longer word."""
    (tmp_path / "notes.txt").write_text(NOTES)
    KnowledgeBase.build([tmp_path / "notes.txt"], tmp_path / "kb", model=str(tiny_bert)).close()
    told = json.loads(call("senses", "--kb", str(tmp_path / "kb"), "--word", "DRUG", "--json"))
    assert [o["sentence"] for o in told[0]["occurrences"]] == NOTES.splitlines()[:2]
    missing = call("senses", "--kb", str(tmp_path / "kb"), "--word", "zebra", status=1)
    assert "No sentence holds the word 'zebra'" in missing


def test_prefixes_tells_what_the_reader_says(call: Call, reader: Reader, tmp_path: Path) -> None:
    """One state a word, without its vector; a file is read like a text."""
    told = json.loads(call("prefixes", TEXT, "-k", "3", "--json"))
    expected = reader.prefixes(TEXT, k=3)
    assert [state["word"] for state in told] == TEXT.split()
    assert [state["displacement"] for state in told] == [
        None if state.displacement is None else pytest.approx(state.displacement)
        for state in expected
    ]
    assert "vector" not in told[0]
    (tmp_path / "text.txt").write_text(TEXT)
    shown = call("prefixes", str(tmp_path / "text.txt"), "--window", "2").splitlines()
    windowed = reader.prefixes(TEXT, window=2, k=5)
    assert [line.split()[0] for line in shown[1:-1]] == TEXT.split()
    assert ", ".join(mark.term for mark in windowed[-1].landmarks) in shown[-2]
    points = [f"{state.word} ({state.start})" for state in windowed if state.is_change_point]
    assert shown[-1] == f"change points: {', '.join(points) or 'none'}"


def test_own_tokens_tells_and_draws(call: Call, reader: Reader, tmp_path: Path) -> None:
    """The JSON holds every ranking; the text the first few; the plot is a PNG."""
    options = ("own-tokens", TEXT, "--masked", "--centered", "--symmetric")
    told = json.loads(call(*options, "--json"))
    expected = reader.own_tokens(TEXT, masked=True, centered=True, symmetric=True)
    assert [[other["token"] for other in p["ranked"]] for p in told["positions"]] == [
        [other.token for other in position.ranked] for position in expected.positions
    ]
    shown = call(*options, "-k", "2", "--plot", str(tmp_path / "map.png"))
    first, second = expected.positions[0].ranked[:2]
    assert f"{first.token} {first.score:.1f}, {second.token} {second.score:.1f}" in shown
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("senses", " "), "The text is empty"),
        (("senses", "the drug", "--word", "mice"), "does not hold the word 'mice'"),
        (("senses", "a drug", "--word", "drug", "--senses", "2"), "there are 1 occurrences"),
        (("senses",), "There is no text to read"),
        (("senses", "--word", "drug"), "--word WORD --kb KB"),
        (("prefixes", ""), "The text is empty"),
        (("prefixes", "drug " * 10_000), "read a window of at most 25 words"),
        (("own-tokens", " "), "The text is empty"),
        (("own-tokens", "the drug", "--plot", "no/such/folder.png"), "cannot be written"),
    ],
)
def test_bad_input_is_one_line(call: Call, arguments: tuple[str, ...], message: str) -> None:
    """Exit status 1, nothing on standard output."""
    assert message in call(*arguments, status=1)


def test_flags_are_shown(call: Call) -> None:
    """What the model cannot read is said before anything else."""
    assert call("own-tokens", "drug mice " * 5000).startswith("it is longer than the model reads")
    assert call("own-tokens", "\u4e16 drug mice").startswith("some of it is unknown")
    assert call("prefixes", "\u4e16 drug").startswith("some of it is unknown")


def test_the_example_of_the_documentation(
    default_encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three cells, each among words of its own."""
    text = "he went to prison cell with a cell phone to draw blood cell samples from inmates"
    assert run(["senses", text]) == 0
    shown = capsys.readouterr().out
    assert "cell  3 occurrences, senses: 3" in shown
    lines = [line for line in shown.splitlines() if line.startswith("sense ")]
    assert ["prison" in lines[0], "phone" in lines[1], "blood" in lines[2]] == [True] * 3
