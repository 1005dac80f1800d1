from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

NAMES = ("medicine.txt", "biology.txt", "everyday.txt")
README = Path(__file__).parents[1] / "sample" / "README.md"


def read_text(name: str) -> str:
    """Return the text of a bundled file."""
    return files("tailgraph.sample").joinpath(name).read_text(encoding="utf-8")


def read_documents(name: str) -> list[list[str]]:
    """Return the documents of a file, each a list of sentences."""
    return [block.split("\n") for block in read_text(name).rstrip("\n").split("\n\n")]


def all_documents() -> list[list[str]]:
    """Return the documents of all files."""
    return [document for name in NAMES for document in read_documents(name)]


def all_sentences() -> list[str]:
    """Return the sentences of all documents."""
    return [sentence for document in all_documents() for sentence in document]


def test_the_sample_is_large_enough_for_a_demo() -> None:
    """There are at least 60 documents and at least 400 sentences."""
    assert len(all_documents()) >= 60
    assert len(all_sentences()) >= 400


def test_no_sentence_is_repeated() -> None:
    """Every sentence stands in the sample once."""
    sentences = all_sentences()
    repeated = sorted({s for s in sentences if sentences.count(s) > 1})
    assert repeated == []


def test_every_line_is_one_finished_sentence() -> None:
    """It opens with a capital, has 5 to 25 words, and only its last sign ends a sentence."""
    sentence = re.compile(r"[A-Z][^.?!]*[.?!]")
    odd = [s for s in all_sentences() if not sentence.fullmatch(s) or not 5 <= len(s.split()) <= 25]
    assert odd == []


def test_documents_are_short() -> None:
    """A document has 5 to 9 sentences."""
    assert {len(document) for document in all_documents()} <= set(range(5, 10))


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_clean_ascii(name: str) -> None:
    """No odd characters or spaces, single blank lines, one line end at the end of the file."""
    text = read_text(name)
    assert text.isascii()
    assert re.search(r"\r|\t|  | \n|\n \n|\n\n\n|^\s", text) is None
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    "phrase",
    [
        "immune system",
        "high blood pressure",
        "hypertension",
        "heart attack",
        "myocardial infarction",
        "chest pain",
        "high blood sugar",
        "white blood cells",
        "red blood cells",
        "breast cancer",
        "tumor suppressor gene",
        "clinical trial",
        "small intestine",
        "prison cell",
        "cell phone",
        "cell membrane",
        "Marie Curie",
        "London",
        "insulin",
        "aspirin",
    ],
)
def test_the_phrases_of_the_demo_recur(phrase: str) -> None:
    """A phrase that the demo asks about stands in at least two documents."""
    found = [d for d in all_documents() if phrase.lower() in " ".join(d).lower()]
    assert len(found) >= 2


def test_the_readme_tells_the_true_counts() -> None:
    """The table of the README holds the documents and sentences of each file."""
    rows = re.findall(r"\| `(\S+)` \| (\d+) \| (\d+) \|", README.read_text(encoding="utf-8"))
    told = {name: (int(documents), int(sentences)) for name, documents, sentences in rows}
    counted = {n: (len(read_documents(n)), sum(map(len, read_documents(n)))) for n in NAMES}
    assert told == counted
