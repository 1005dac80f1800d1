"""The command `harvest`: on a knowledge base, on a text, and with what cannot be harvested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.knowledge_base import KnowledgeBase


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Run the command; return its standard output, or standard error where it fails."""

    def printed(*arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        assert run(["harvest", *arguments]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return printed


def test_a_knowledge_base_is_harvested(call, sample_kb: KnowledgeBase) -> None:
    """JSON tells the fragments with both sides, and hypotheses that are marked as such."""
    told = json.loads(call(str(sample_kb.folder), "-k", "2", "--guesses", "2", "--json"))
    first, second = told["fragments"]
    assert first["fragment"]["support"] >= second["fragment"]["support"] >= 3
    assert set(first) == {"fragment", "left", "right", "name"}
    assert {h["fragment"] for h in told["hypotheses"]} <= {
        found["fragment"]["text"] for found in told["fragments"]
    }
    assert all(h["is_candidate"] for h in told["hypotheses"])
    assert {h["rank"] for h in told["hypotheses"]} == {1, 2}


def test_a_phrase_is_asked_for(call, sample_kb: KnowledgeBase) -> None:
    """The phrase stands in every hypothesis; the heading says that they are no facts."""
    folder = str(sample_kb.folder)
    told = json.loads(call(folder, "--about", "aspirin", "--json"))
    assert told["hypotheses"]
    assert all("aspirin" in (h["left"], h["right"]) for h in told["hypotheses"])
    shown = call(folder, "--about", "aspirin")
    assert "hypotheses: what the model guesses in the brackets; not facts" in shown


def test_a_fragment_is_asked_for(call, sample_kb: KnowledgeBase) -> None:
    """Only this one is shown; one that is not there is an error of one line."""
    folder = str(sample_kb.folder)
    told = json.loads(call(folder, "--fragment", "is caused by", "--json"))
    assert [found["fragment"]["text"] for found in told["fragments"]] == ["is caused by"]
    assert told["fragments"][0]["name"] == {"relation": "causes", "right_is_subject": True}
    assert "there are:" in call(folder, "--fragment", "is xyz", status=1)


def test_a_text_is_harvested(call, tmp_path: Path) -> None:
    """A file is parsed and typed anew, and its own triples verify the guesses."""
    text = tmp_path / "text.txt"
    lines = ("Infection causes hepatitis.", "Alcohol causes hepatitis.", "Asbestos causes cancer.")
    text.write_text("\n\n".join(lines))
    told = json.loads(call(str(text), "--fragment", "causes", "--guesses", "30", "--json"))
    [found] = told["fragments"]
    assert found["fragment"]["support"] == 3
    stated = {
        (h["left"], h["right"]) for h in told["hypotheses"] if h["verdict"]["status"] == "stated"
    }
    assert ("infection", "hepatitis") in stated
