"""The batch job: what is in the file, that nothing is lost or repeated, and what is refused."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tailgraph.engine.corpus import SourceOptions, read_documents
from tailgraph.errors import ArtifactError, CorpusError, ParameterError, StorageError
from tailgraph.graph.database import folder_lock
from tailgraph.graph.parsing import Parser
from tailgraph.graph.relations.extraction import extract_triples
from tailgraph.triple_jobs.job import JobReport, extract_to_file
from tailgraph.triple_jobs.options import JobOptions

SMALL = JobOptions(portion_sentences=16)
SUBJECTS = ("Aspirin", "Insulin", "The old kinase", "Metformin", "A new drug")
VERBS = ("inhibits", "does not harm", "may lower", "binds")
PARTS = ("subject", "relation", "object")
OBJECTS = ("the enzyme", "blood sugar", "the receptor of the cell", "fever")


def corpus(n_sentences: int) -> str:
    """Write documents of 1 to 30 sentences, no two sentences in a row alike."""
    rng = random.Random(5)
    lines: list[str] = []
    room = 0
    for number in range(n_sentences):
        if room == 0:
            room = rng.randint(1, 30)
            lines.append("")
        room -= 1
        words = rng.choice(SUBJECTS), rng.choice(VERBS), rng.choice(OBJECTS)
        lines.append(f"{' '.join(words)} in group {number}.")
    return "\n".join(lines[1:]) + "\n"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a corpus of 200 sentences in several documents."""
    path = tmp_path_factory.mktemp("source") / "notes.txt"
    path.write_text(corpus(200))
    return path


@pytest.fixture(scope="module")
def undisturbed(source: Path) -> tuple[Path, JobReport]:
    """Run the job once, with one worker."""
    out = source.with_name("undisturbed.jsonl")
    return out, extract_to_file([source], out, options=SMALL, n_workers=1)


def records(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def left_behind(out: Path) -> list[str]:
    """Name what stands beside an output."""
    return sorted(p.name for p in out.parent.glob(f"{out.name}?*"))


# ---- what is in the file


def test_the_records_are_the_triples_of_every_sentence(
    source: Path, undisturbed: tuple[Path, JobReport], default_parser: Parser
) -> None:
    """Document, sentence, texts and confidence are what parser and rules give, in order."""
    expected = []
    for document in read_documents(source):
        texts = [document.text[start:end] for start, end in document.sentences]
        groups = [texts[row : row + 8] for row in range(0, len(texts), 8)]
        parsed = [sentence for group in default_parser.parse(groups) for sentence in group]
        for number, sentence in enumerate(parsed):
            for t in extract_triples(sentence):
                words = (t.subject.text, t.relation.text, t.object.text, t.relation_lemma)
                expected.append((document.key, number, *words, t.negated, round(t.confidence, 4)))
    found = [
        (
            *(r["document"], r["sentence"]),
            *(r[part]["text"] for part in PARTS),
            *(r["relation_lemma"], r["negated"], r["confidence"]),
        )
        for r in records(undisturbed[0])
    ]
    assert found == expected
    assert len(found) > 200


def test_offsets_count_in_the_document(source: Path, undisturbed: tuple[Path, JobReport]) -> None:
    """Each span, and the sentence, is cut out of the text of its document."""
    documents = {document.key: document for document in read_documents(source)}
    for record in records(undisturbed[0]):
        document = documents[record["document"]]
        place = (record["sentence_start"], record["sentence_end"])
        assert document.sentences[record["sentence"]] == place
        for part in PARTS:
            span = record[part]
            assert document.text[span["start"] : span["end"]] == span["text"]


def test_no_two_records_have_one_id(undisturbed: tuple[Path, JobReport]) -> None:
    """Ids stand for document, offsets and relation, so they are as many as the records."""
    ids = [record["id"] for record in records(undisturbed[0])]
    assert len(set(ids)) == len(ids) == undisturbed[1].n_triples


def test_the_report_counts_what_was_read(undisturbed: tuple[Path, JobReport], source: Path) -> None:
    """Documents and sentences are those of the source; nothing was rejected or resumed."""
    out, report = undisturbed
    documents = list(read_documents(source))
    assert report.n_documents == len(documents)
    assert report.n_sentences == sum(len(d.sentences) for d in documents) == 200
    assert (report.n_rejected, report.n_resumed, report.rejected) == (0, 0, "")
    assert left_behind(out) == []


def test_the_file_does_not_depend_on_the_number_of_workers(
    source: Path, undisturbed: tuple[Path, JobReport], tmp_path: Path
) -> None:
    """Three workers write the same bytes as one."""
    out = tmp_path / "out.jsonl"
    extract_to_file([source], out, options=SMALL, n_workers=3)
    assert out.read_bytes() == undisturbed[0].read_bytes()


# ---- interruptions


def start(source: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start the job in a process of its own."""
    program = (
        "import sys; from tailgraph.triple_jobs.job import extract_to_file;"
        "from tailgraph.triple_jobs.options import JobOptions;"
        "extract_to_file([sys.argv[1]], sys.argv[2], n_workers=2,"
        " options=JobOptions(portion_sentences=16))"
    )
    return subprocess.Popen([sys.executable, "-c", program, str(source), str(out)])


def notes(out: Path) -> int:
    """Count the finished portions of a job."""
    return len(list(out.with_name(f"{out.name}.partial").glob("*.note")))


def killed(source: Path, out: Path, rng: random.Random) -> bool:
    """Kill a run a random moment after it has finished a portion; say whether it still ran."""
    before = notes(out)
    job = start(source, out)
    while job.poll() is None and notes(out) <= before:
        time.sleep(0.005)
    time.sleep(rng.uniform(0, 0.1))
    job.send_signal(signal.SIGKILL)
    return job.wait() == -signal.SIGKILL


def finish(source: Path, out: Path, rng: random.Random, n_times: int) -> int:
    """Kill runs at random moments, then let one end; count those that were killed."""
    n_killed = 0
    for _ in range(n_times):
        if not out.exists():
            n_killed += killed(source, out, rng)
    if not out.exists():
        assert start(source, out).wait() == 0
    return n_killed


@pytest.fixture(scope="module")
def was_killed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leave a job behind that was killed, beside a copy of its source."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "notes.txt").write_text(source.read_text())
    assert killed(folder / "notes.txt", folder / "out.jsonl", random.Random(1))
    return folder


@pytest.fixture
def interrupted(was_killed: Path, tmp_path: Path) -> Path:
    """Copy that job; return its output."""
    return Path(shutil.copytree(was_killed, tmp_path / "job")) / "out.jsonl"


def test_a_job_that_was_killed_ends_with_the_same_file(
    interrupted: Path, undisturbed: tuple[Path, JobReport]
) -> None:
    """Killed twice at random moments, it goes on and writes what an undisturbed run does."""
    assert finish(interrupted.with_name("notes.txt"), interrupted, random.Random(2), 1) == 1
    assert interrupted.read_bytes() == undisturbed[0].read_bytes()
    assert left_behind(interrupted) == []


@pytest.mark.slow
def test_a_job_that_was_killed_ten_times_ends_with_the_same_file(tmp_path: Path) -> None:
    """No record is lost and none repeated, whenever the process stops."""
    source = tmp_path / "notes.txt"
    source.write_text(corpus(4000))
    undisturbed, out = tmp_path / "undisturbed.jsonl", tmp_path / "out.jsonl"
    extract_to_file([source], undisturbed, options=SMALL, n_workers=2)
    assert finish(source, out, random.Random(10), 10) == 10
    assert out.read_bytes() == undisturbed.read_bytes()


def test_a_job_with_other_options_is_not_gone_on_with(interrupted: Path) -> None:
    """The message names the option that changed, and what to do."""
    options = JobOptions(portion_sentences=16, min_confidence=0.5)
    with pytest.raises(ArtifactError, match=r"min_confidence was None and is 0\.5.*--fresh"):
        extract_to_file([interrupted.with_name("notes.txt")], interrupted, options=options)


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("group 0", "group X"), lambda text: text[:20]],
    ids=["a letter", "the end"],
)
def test_a_job_with_a_changed_source_is_not_gone_on_with(
    interrupted: Path, change: Callable[[str], str]
) -> None:
    """One letter that is another in what was done already is noticed, and so is a lost end."""
    source = interrupted.with_name("notes.txt")
    source.write_text(change(source.read_text()))
    with pytest.raises(ArtifactError, match=r"sources have changed .*--fresh"):
        extract_to_file([source], interrupted, options=SMALL, n_workers=1)


# ---- all kinds of input

BAD_LINES = (
    b'{"id": "good", "text": "Aspirin inhibits the enzyme."}',
    b'{"id": "latin", "text": "The caf\xe9 sells aspirin."}',
    b"nonsense",
    b'{"id": "empty", "text": ""}',
    b'{"body": "Heparin inhibits the enzyme."}',
    b'{"id": "last", "text": "Insulin lowers blood sugar."}',
)
ODD = (
    "word " * 2500 + "ends.",
    "x" * 5000,
    "a, b and c; " * 400 + "d.",
    "| group | n | p |\n| --- | ---: | --- |\n| aspirin | 12 | 0.05 |",
    "for (int i = 0; i < n; ++i) { a[i] = b[i] & 0xFF; }  // {{{ \\alpha^2_{i,j} }}}",
    "( [ { < " * 300,
    "Aspirin inhibits the enzyme.",
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], list[Any], JobReport]:
    """Run the job on good, bad and odd text; return records, rejections and report."""
    folder = tmp_path_factory.mktemp("mixed")
    for name in ("first", "second"):
        (folder / name).mkdir()
    odd = (json.dumps({"id": f"odd {n}", "text": text}) for n, text in enumerate(ODD))
    (folder / "first" / "a.txt").write_text("Aspirin inhibits the enzyme.\n")
    (folder / "first" / "bad.txt").write_bytes(b"%PDF-1.7 and so on")
    (folder / "first" / "lines.jsonl").write_bytes(b"\n".join(BAD_LINES))
    (folder / "first" / "odd.jsonl").write_text("\n".join(odd))
    (folder / "second" / "a.txt").write_text("Aspirin inhibits the old\nenzyme for a day.\n")
    options = JobOptions(reading=SourceOptions(layout="document"))
    sources = [folder / "first", folder / "second"]
    report = extract_to_file(sources, folder / "out.jsonl", options=options, n_workers=1)
    return records(folder / "out.jsonl"), records(Path(report.rejected)), report


Mixed = tuple[list[Any], list[Any], JobReport]


def test_bad_records_are_passed_over_and_told(mixed: Mixed) -> None:
    """Each has a line with its place and reason; the good ones around them are there."""
    found, rejected, report = mixed
    assert {"good", "last"} <= {record["document"] for record in found}
    told = [(r["place"].rpartition("/")[2], r["reason"]) for r in rejected[1:]]
    expected = {"line 2": "0xE9", "line 3": "JSON", "record 4": "no text", "line 5": "'text'"}
    assert report.n_rejected == len(rejected) == 1 + len(expected)
    for (place, reason), (where, why) in zip(told, expected.items(), strict=True):
        assert place == f"lines.jsonl, {where}"
        assert why in reason


def test_a_bad_file_among_good_ones_is_passed_over_and_told(mixed: Mixed) -> None:
    """The files before and after it are read."""
    found, rejected, _ = mixed
    assert {"a.txt", "good"} <= {record["document"] for record in found}
    assert rejected[0]["place"].endswith("bad.txt")
    assert "a PDF" in rejected[0]["reason"]


def test_tables_code_and_endless_sentences_are_read(mixed: Mixed) -> None:
    """Sentences of thousands of words, tables and code cost no record and no crash."""
    found, rejected, report = mixed
    assert not any("odd" in item["place"] for item in rejected)
    assert report.n_documents == 4 + len(ODD)
    last = f"odd {len(ODD) - 1}"
    assert "Aspirin" in [r["subject"]["text"] for r in found if r["document"] == last]


def test_a_line_break_in_a_sentence_is_a_space_in_its_texts(mixed: Mixed) -> None:
    """Offsets still point at the words in the document."""
    of_second = [record for record in mixed[0] if record["document"] == "a.txt~2"]
    places = {(r["object"]["text"], r["object"]["start"], r["object"]["end"]) for r in of_second}
    assert ("the old enzyme", 17, 31) in places


def test_documents_of_several_sources_have_keys_of_their_own(mixed: Mixed) -> None:
    """Of two files of one name the second one's document has another key, and so other ids."""
    ids = [record["id"] for record in mixed[0]]
    assert {"a.txt", "a.txt~2"} <= {record["document"] for record in mixed[0]}
    assert len(set(ids)) == len(ids)


def test_sources_without_text_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    """The same error as a build gives; no file and no folder."""
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(CorpusError, match="holds no text"):
        extract_to_file([tmp_path / "empty.txt"], tmp_path / "out.jsonl", n_workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["empty.txt"]


def test_a_file_that_is_there_is_not_replaced(undisturbed: tuple[Path, JobReport]) -> None:
    """Only a fresh run replaces it."""
    before = undisturbed[0].read_bytes()
    with pytest.raises(ArtifactError, match="there already"):
        extract_to_file([undisturbed[0].with_name("notes.txt")], undisturbed[0])
    assert undisturbed[0].read_bytes() == before


def test_a_fresh_run_replaces_file_and_parts(interrupted: Path) -> None:
    """What an interrupted job and an older file hold is gone."""
    interrupted.write_text("old")
    source = interrupted.with_name("new.txt")
    source.write_text("Heparin inhibits the enzyme.\n")
    extract_to_file([source], interrupted, n_workers=1, fresh=True)
    assert [record["subject"]["text"] for record in records(interrupted)] == ["Heparin"]


def test_the_output_is_no_source(tmp_path: Path) -> None:
    """A folder that holds the output is not read into it."""
    (tmp_path / "a.jsonl").write_text('{"text": "Aspirin inhibits the enzyme."}\n')
    with pytest.raises(ParameterError, match="is a source and would be written"):
        extract_to_file([tmp_path], tmp_path / "a.jsonl", fresh=True)


def test_two_runs_do_not_write_one_file(source: Path, tmp_path: Path) -> None:
    """The second one is refused while the first is at it."""
    out = tmp_path / "out.jsonl"
    with folder_lock(tmp_path / "out.jsonl.partial"), pytest.raises(StorageError, match="another"):
        extract_to_file([source], out)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_confidence": 2.0}, "from 0 to 1"),
        ({"portion_sentences": 0}, "1 or more"),
        ({"schema": "mine.toml"}, "only typed triples use it"),
        ({"relations": ("treats",)}, "only typed triples use it"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_options_out_of_range_are_refused(
    source: Path, tmp_path: Path, options: dict[str, object], message: str
) -> None:
    """Nothing is begun, and the message says what was expected."""
    with pytest.raises(ParameterError, match=message):
        extract_to_file([source], tmp_path / "out.jsonl", options=JobOptions(**options))
    assert list(tmp_path.iterdir()) == []
