"""The commands about predictions: they print what the reader says; bad input is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.commands.prediction_reports import show_explanation, show_filled
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.reader import Reader

TEXT = "the ___ inhibits kinases"


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a few labels for the tiny model."""
    path = tmp_path_factory.mktemp("labels") / "labels.tsv"
    path.write_text("drug\tCHEMICAL.DRUG\nmelanoma\tDISEASE\nlondon\tPLACE\nthe\tUNTAGGED\n")
    return path


@pytest.fixture
def call(tiny_bert: Path, labels: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command with the tiny model; return its standard output."""

    def printed(command: str, *arguments: str, status: int = 0) -> str:
        given = [command, *arguments, "--model", str(tiny_bert)]
        if command in ("fill", "explain"):
            given += ["--labels", str(labels)]
        capsys.readouterr()
        assert run(given) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


@pytest.fixture(scope="module")
def reader(tiny_bert: Path, labels: Path) -> Reader:
    """Read with the same model and labels."""
    return Reader.from_pretrained(tiny_bert, labels=labels)


def test_fill_tells_what_the_reader_says(call, reader: Reader) -> None:
    """The JSON holds the candidates of the reader, with the flag that they are no facts."""
    told = json.loads(call("fill", TEXT, "-k", "3", "--json"))
    expected = reader.fill(TEXT, k=3)
    [blank] = told["blanks"]
    assert told["read_as"] == expected.read_as
    found = [candidate["text"] for candidate in blank["candidates"]]
    assert found == [candidate.text for candidate in expected.blanks[0].candidates]
    assert all(candidate["is_candidate"] for candidate in blank["candidates"])
    assert blank["types"] == [list(share) for share in expected.blanks[0].types]
    shown = call("fill", TEXT, "-k", "3")
    assert all(name in shown for name in (*found, "not facts"))


def test_fill_takes_types_and_terms(call, reader: Reader) -> None:
    """Types can be repeated; terms stand between commas."""
    told = json.loads(call("fill", TEXT, "--type", "disease", "--type", "PLACE", "--json"))
    expected = reader.fill(TEXT, types=["DISEASE", "PLACE"]).blanks[0].candidates
    assert [c["text"] for c in told["blanks"][0]["candidates"]] == [c.text for c in expected]
    shown = call("fill", TEXT, "--terms", "drug, active cells,unbinds")
    assert [line.split("  ")[0] for line in shown.splitlines()[5:8]] == [
        candidate.text
        for candidate in reader.fill(TEXT, terms=["drug", "active cells", "unbinds"])
        .blanks[0]
        .candidates
    ]


def test_score_prints_the_parts_and_the_ranks(call, reader: Reader) -> None:
    """The JSON holds every part; the table says what moved a term."""
    options = ("the drug inhibits mice", "mice", "drug", "--at", "drug")
    told = json.loads(call("score", *options, "--json"))
    [place] = reader.score("the drug inhibits mice", ["mice", "drug"], at="drug").places
    assert [term["score"]["term"] for term in told["places"][0]["terms"]] == [
        scored.score.term for scored in place.terms
    ]
    first = told["places"][0]["terms"][0]["score"]
    assert first["dot"] + first["bias"] == pytest.approx(first["score"])
    shown = call("score", *options)
    for scored in place.terms:
        assert f"{scored.score.score:.2f}" in shown
    assert ("both" in shown or "bias" in shown.split("moved by")[1]) == any(
        scored.moved_by_bias for scored in place.terms
    )


def test_explain_prints_landmarks_by_label(call, reader: Reader) -> None:
    """The JSON holds the landmarks and groups of the reader; the table names the labels."""
    told = json.loads(call("explain", "the drug binds", "-k", "6", "--json"))
    expected = reader.explain("the drug binds", k=6)
    assert [mark["term"] for mark in told["landmarks"]] == [m.term for m in expected.landmarks]
    assert [group["name"] for group in told["labels"]] == [g.name for g in expected.labels]
    shown = call("explain", "drug", "--kind", "term")
    assert shown.startswith("drug (term)\nnear: ")
    for group in reader.explain("drug", kind="term").labels:
        assert (group.name or "none") in shown


def test_compare_prints_both_directions(call, reader: Reader) -> None:
    """Each direction has its score and its pairs."""
    told = json.loads(call("compare", "the drug binds", "aspirin treats mice", "--json"))
    expected = reader.compare("the drug binds", "aspirin treats mice")
    assert told["cosine"] == pytest.approx(expected.cosine)
    assert told["forward"]["score"] == pytest.approx(expected.forward.score)
    assert told["backward"]["score"] == pytest.approx(expected.backward.score)
    shown = call("compare", "the drug binds", "aspirin treats mice", "-k", "2")
    assert "A covered by B" in shown
    assert "B covered by A" in shown
    assert expected.forward.pairs[1].second in shown


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["fill", "no gap here"], "mark one with ___"),
        (["fill", ""], "The text is empty"),
        (["fill", TEXT, "--type", "FOOD"], "the labels are CHEMICAL, DISEASE, PLACE"),
        (["score", " "], "The text is empty"),
        (["score", "a drug", "snow"], "'snow'"),
        (["explain", "\t"], "The text is empty"),
        (["explain", "a drug", "--kind", "phrase"], "--kb"),
        (["compare", "a drug", ""], "The text is empty"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line(call, command: list[str], expected: str) -> None:
    """Exit status 1, and one line that says what to do."""
    line = call(*command, status=1)
    assert expected in line
    assert line.count("\n") == 1


def test_long_and_unreadable_texts_are_answered_with_a_warning(call) -> None:
    """Fifty thousand characters, or none that the model knows, are no error."""
    long = "mice " * 10_000
    for options in (["fill", long + "___"], ["score", long], ["explain", long]):
        assert "longer than the model reads" in call(*options)
    assert "longer than the model reads" in call("compare", long, "mice")
    for options in (["fill", "\u2603 ___"], ["score", "\u2603"], ["explain", "\u2603"]):
        assert "unknown to the model" in call(*options)


def test_a_knowledge_base_adds_phrases_and_clusters(
    sample_kb: KnowledgeBase, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its phrases stand beside the candidates of a blank, its clusters below an explanation."""
    filled = sample_kb.reader.fill("Aspirin is used to treat ___", k=3)
    [vector] = sample_kb.encoder.mask_states([filled.read_as]).vectors
    near = sample_kb.searcher.nearest_phrases(vector, 3)
    show_filled(filled, as_json=False)
    listed = ", ".join(f"{text} ({cosine:.2f})" for text, cosine in near)
    assert f"candidate phrases by cosine: {listed}\n" in capsys.readouterr().out
    found = sample_kb.reader.explain("insulin", k=5)
    show_explanation(found, as_json=False)
    shown = capsys.readouterr().out.split("cluster", 1)[1]
    assert all(group.name in shown for group in found.clusters if group.name)


def test_a_command_reads_with_the_model_of_a_knowledge_base(
    sample_kb: KnowledgeBase, capsys: pytest.CaptureFixture[str]
) -> None:
    """The scores with --kb are those of its reader."""
    arguments = ["score", "Insulin is made in the ___.", "liver", "--kb", str(sample_kb.folder)]
    assert run([*arguments, "--json"]) == 0
    [place] = json.loads(capsys.readouterr().out)["places"]
    [expected] = sample_kb.reader.score(arguments[1], ["liver"]).places
    assert place["terms"][0]["score"]["score"] == pytest.approx(expected.terms[0].score.score)
