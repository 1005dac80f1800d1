"""The commands `entities` and `ner`: given phrases, clusters for types, and bad input."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.reader import Reader

TEXT = "Aspirin treats melanoma. Mice bind genes in London."


@pytest.fixture(scope="module")
def kb(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small knowledge base with the tiny model."""
    folder = tmp_path_factory.mktemp("entities")
    (folder / "notes.txt").write_text(TEXT)
    KnowledgeBase.build([folder / "notes.txt"], folder / "kb", model=tiny_bert).close()
    return folder / "kb"


@pytest.fixture
def call(kb: Path, capsys: pytest.CaptureFixture[str]):
    """Run the command; return what it printed, or its error."""

    def printed(*arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        assert run(["entities", str(kb), *arguments]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


def as_told(value: object) -> object:
    """Return a dataclass as JSON brings it back."""
    return json.loads(json.dumps(asdict(value)))  # type: ignore[call-overload]


def test_given_phrases_are_typed(call, kb: Path) -> None:
    """The answer is the one text with these phrases, as the library types them."""
    told = json.loads(call(TEXT, "--span", "25:29", "--span", "15:23", "--json"))
    with KnowledgeBase.open(kb) as opened:
        assert told == [as_told(opened.reader.type_spans(TEXT, [(25, 29), (15, 23)]))]
    assert [entity["text"] for entity in told[0]["entities"]] == ["Mice", "melanoma"]
    shown = call(TEXT, "--span", "25:29", "--span", "15:23")
    assert shown.startswith(f"{TEXT}\n")
    assert all(f"  {entity['text']}  " in shown for entity in told[0]["entities"])


def test_a_label_chooses_among_given_phrases(call) -> None:
    """With a label, those that have it are told."""
    everything = json.loads(call(TEXT, "--span", "0:7", "--span", "44:50", "--json"))
    label = everything[0]["entities"][1]["label"]
    chosen = json.loads(call(TEXT, "--span", "0:7", "--span", "44:50", "--label", label, "--json"))
    wanted = [entity for entity in everything[0]["entities"] if entity["label"] == label]
    assert chosen[0]["entities"] == wanted


def test_clusters_are_told_for_types(call, kb: Path) -> None:
    """With --label-free the answer is that of the library, with and without given phrases."""
    with KnowledgeBase.open(kb) as opened:
        sentences = [as_told(read) for read in opened.fine_types_of(TEXT)]
        given = [as_told(opened.reader.fine_type_spans(TEXT, [(0, 7)]))]
    assert json.loads(call(TEXT, "--label-free", "--json")) == sentences
    assert json.loads(call(TEXT, "--label-free", "--span", "0:7", "--json")) == given
    shown = call(TEXT, "--label-free")
    for entity in (entity for sentence in sentences for entity in sentence["entities"]):
        assert f"by {entity['pivot']} of {entity['descriptors'][0]['term']}" in shown
        assert f"{entity['types'][0]['pivot']} {entity['types'][0]['cosine']:.2f}" in shown


@pytest.mark.parametrize(
    "options", [[], ["--span", "15:23"], ["--label", "DISEASE"], ["--label-free"]]
)
def test_no_knowledge_base_is_needed(
    call,
    kb: Path,
    tiny_bert: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
) -> None:
    """`ner` says of a text what `entities` says, by the labels and the clusters of its own."""
    told = json.loads(call(TEXT, "--json", *options))
    assert run(["ner", TEXT, "--kb", str(kb), "--json", *options]) == 0
    assert json.loads(capsys.readouterr().out) == told
    labels = tmp_path / "labels.tsv"
    labels.write_text("drug\tSUBSTANCE\nmelanoma\tDISEASE\n")
    more = ["--model", str(tiny_bert), "--labels", str(labels), "--json"]
    assert run(["ner", TEXT, *more, *options]) == 0
    told = json.loads(capsys.readouterr().out)
    reader = Reader.from_pretrained(tiny_bert, labels=labels)
    spans = [(15, 23)] if "--span" in options else []
    label = "DISEASE" if "--label" in options else ""
    expected = (
        reader.fine_type_text(TEXT)
        if "--label-free" in options
        else reader.type_text(TEXT, label=label, spans=spans)
    )
    assert told == [as_told(part) for part in expected]
    assert any(part["entities"] for part in told)


def test_unknown_characters_are_flagged(call) -> None:
    """A text that the model cannot read is answered with a remark."""
    assert "unknown to the model" in call("☃ ۞ ☃")
    assert "unknown to the model" in call("☃ ۞ ☃", "--span", "0:1")
    assert "unknown to the model" not in call(TEXT)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["", "--json"], "empty"),
        (["  \n "], "empty"),
        (["  ", "--label-free"], "empty"),
        ([TEXT, "--span", "0:7", "--span", "5:12"], "0:7 and 5:12 overlap"),
        ([TEXT, "--span", "0:900"], "0:900 is not a phrase of the text of 51 characters"),
        ([TEXT, "--span", "7:7", "--label-free"], "7:7 is not a phrase"),
        ([TEXT, "--label", "NOPE"], "No label is called NOPE; the labels are"),
        (["--label", "NOPE"], "No label is called NOPE; the labels are"),
    ],
)
def test_bad_input_is_one_line(call, arguments: list[str], message: str) -> None:
    """An empty text, and phrases that are none or overlap, are told in one line."""
    [line] = call(*arguments, status=1).splitlines()
    assert line.startswith("tailgraph: ")
    assert message in line


@pytest.mark.parametrize(
    "arguments",
    [
        [TEXT, "--span", "3-9"],
        [TEXT, "--span", "3"],
        ["--span", "3:9"],
        ["--label-free"],
        [TEXT, "--label-free", "--label", "DISEASE"],
    ],
)
def test_wrong_use_is_exit_status_2(call, arguments: list[str]) -> None:
    """A span of another form, and options that say nothing together, are usage errors."""
    assert "Usage" in call(*arguments, status=2)
