"""The command `synonyms`, on a text alone and on a knowledge base."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.knowledge_base import KnowledgeBase

TEXT = (
    "Whooping cough, also known as pertussis, spreads. "
    "Nonsteroidal anti-inflammatory drugs (NSAIDs) reduce pain. Men and women cough."
)


@pytest.fixture(scope="module")
def kb(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small knowledge base with the tiny model."""
    folder = tmp_path_factory.mktemp("synonyms")
    (folder / "notes.txt").write_text(TEXT)
    KnowledgeBase.build([folder / "notes.txt"], folder / "kb", model=tiny_bert).close()
    return folder / "kb"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Run the command; return what it printed, or its error."""

    def printed(*arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        assert run(["synonyms", *arguments]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


def test_a_text_and_a_stored_text_give_the_same_statements(call, kb: Path, tiny_bert: Path) -> None:
    """Stored sentences also say where they stand."""
    stored = json.loads(call(str(kb), "--kind", "abbreviation", "--json"))
    alone = json.loads(
        call("--text", TEXT, "--kind", "abbreviation", "--model", str(tiny_bert), "--json")
    )
    [one], [other] = stored["synonyms"], alone["synonyms"]
    assert (one["canonical"], one["variant"], one["kind"]) == (
        "Nonsteroidal anti-inflammatory drugs",
        "NSAIDs",
        "abbreviation",
    )
    assert one["evidence"][0].pop("document").startswith("notes.txt")
    for told in (one, other):
        for place in told["evidence"]:
            for key in ("document", "start", "end"):
                place.pop(key, None)
    assert one == other


def test_antonyms_are_shown_apart(call, kb: Path) -> None:
    """They stand under a heading of their own, and `--kind apart` shows them alone."""
    shown = call(str(kb), "--kind", "apart")
    assert shown.startswith("held apart: antonyms\n")
    assert "NSAID" not in shown
    told = json.loads(call(str(kb), "--kind", "apart", "--json"))
    assert told["synonyms"] == []
    assert [pair["kind"] for pair in told["apart"]] == ["antonym"]


def test_a_phrase_is_asked_about(call, kb: Path) -> None:
    """Only what is the same as it is told."""
    told = json.loads(call(str(kb), "pertussis", "--kind", "alias", "--json"))
    assert [(p["canonical"], p["variant"]) for p in told["synonyms"]] == [
        ("Whooping cough", "pertussis")
    ]


def test_wrong_use_is_refused(call, kb: Path) -> None:
    """A knowledge base or a text is needed, and not both."""
    assert "--text" in call(status=2)
    assert "--text" in call(str(kb), "cough", "--text", TEXT, status=2)
