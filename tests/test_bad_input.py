"""Bad input on the command line: one clear line, exit status 1, nothing lost or half-written."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.knowledge_base import KnowledgeBase

TEXT = "Aspirin reduces fever.\nAspirin may harm the stomach.\n\nInsulin lowers blood sugar.\n"


@pytest.fixture(scope="module")
def built(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small knowledge base of the tiny model."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "notes.txt").write_text(TEXT)
    KnowledgeBase.build([folder / "notes.txt"], folder / "kb", model=str(tiny_bert)).close()
    return folder / "kb"


@pytest.fixture
def kb(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(built, tmp_path / "kb"))


Fail = Callable[..., str]


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Fail:
    """Run a command that must fail, and return its one line."""

    def call(*arguments: object) -> str:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        lines = printed.err.splitlines()
        assert status == 1
        assert printed.out == ""
        assert len(lines) == 1, lines
        assert lines[0].startswith("tailgraph: ")
        return lines[0]

    return call


def _junk(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def _latin(path: Path) -> None:
    path.write_bytes("The caf\u00e9 is open.\n".encode("latin-1"))


SOURCES = {
    "missing": ("nowhere.txt", lambda path: None, "nowhere.txt"),
    "empty": ("empty.txt", lambda path: path.write_text(""), "empty.txt"),
    "binary junk": ("junk.txt", _junk, "text"),
    "one line of 10 MB": ("long.txt", lambda path: path.write_text("a" * 10_000_000), "10,000,000"),
    "not UTF-8": ("latin.txt", _latin, "iconv"),
    "broken archive": (
        "notes.txt.gz",
        lambda path: path.write_bytes(b"\x1f\x8bbroken"),
        "notes.txt.gz",
    ),
    "broken record": ("notes.jsonl", lambda path: path.write_text('{"text": \n'), "line 1"),
    "record without text": ("notes.csv", lambda path: path.write_text("a,b\n1,2\n"), "text_field"),
}


@pytest.mark.parametrize("case", SOURCES)
def test_a_bad_source_is_refused_before_anything_is_written(
    case: str, tmp_path: Path, fails: Fail
) -> None:
    """The line names the source or the fault, and no folder is left behind."""
    name, make, expected = SOURCES[case]
    make(tmp_path / name)
    assert expected in fails("build", tmp_path / name, "--out", tmp_path / "kb")
    assert not (tmp_path / "kb").exists()


def test_a_bad_source_leaves_a_knowledge_base_as_it_was(
    kb: Path, tmp_path: Path, fails: Fail
) -> None:
    """Adding junk fails, and the knowledge base answers as before."""
    _junk(tmp_path / "junk.txt")
    with KnowledgeBase.open(kb) as before:
        digest = before.content_hash()
    fails("add", kb, tmp_path / "junk.txt")
    with KnowledgeBase.open(kb) as after:
        assert after.content_hash() == digest


def test_a_fault_in_the_middle_keeps_what_was_committed(
    tiny_bert: Path, tmp_path: Path, fails: Fail
) -> None:
    """Whole blocks before the fault answer; once it is mended, the same command reads the rest."""
    good = "\n\n".join(f"Patient number {i} was given aspirin for pain." for i in range(2100))
    source = tmp_path / "notes"
    source.mkdir()
    (source / "a.txt").write_text(good)
    (source / "b.txt").write_bytes(b"The caf\xe9 is open.\n")
    build = ["build", str(source), "--out", str(tmp_path / "kb"), "--model", str(tiny_bert)]
    assert "b.txt" in fails(*build)
    with KnowledgeBase.open(tmp_path / "kb") as partial:
        assert partial.info()["counts"]["documents"] == 2048  # type: ignore[index]
        assert all(finding.sound for finding in partial.verify())
    (source / "b.txt").write_text("The cafe is open.\n")
    assert run([*build, "--json"]) == 0
    with KnowledgeBase.open(tmp_path / "kb") as mended:
        assert mended.info()["counts"]["documents"] == 2101  # type: ignore[index]


def test_a_build_that_read_nothing_takes_another_source(
    tiny_bert: Path, tmp_path: Path, fails: Fail
) -> None:
    """When the first source is bad before any block is whole, the folder is not lost to it."""
    lines = "\n\n".join(f"Patient number {i} was given aspirin." for i in range(9)) + "\n\n"
    (tmp_path / "bad.jsonl").write_text('{"text": "Fine."}\n{broken\n')
    (tmp_path / "good.txt").write_text(lines)
    build = ["--out", str(tmp_path / "kb"), "--model", str(tiny_bert), "--json"]
    assert "line 2" in fails("build", tmp_path / "bad.jsonl", *build)
    assert run(["build", str(tmp_path / "good.txt"), *build]) == 0


def test_a_bad_source_can_be_given_up_for_another(kb: Path, tmp_path: Path, fails: Fail) -> None:
    """After a failed addition the knowledge base answers, and takes other text."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.txt").write_text("Rain fell on the hills.\n")
    (folder / "b.txt").write_bytes(b"The caf\xe9 is open.\n")
    assert "b.txt" in fails("add", kb, folder)
    (tmp_path / "other.txt").write_text("Snow fell on the town.\n")
    with KnowledgeBase.add(kb, [tmp_path / "other.txt"]) as grown:
        assert all(record.done for record in grown.store.sources())
        assert grown.search("Snow fell on the town.", k=1)[0].score == pytest.approx(1, abs=1e-5)


def test_a_model_that_does_not_exist_is_named(tmp_path: Path, fails: Fail) -> None:
    """The line says that a folder with a masked language model was expected."""
    (tmp_path / "notes.txt").write_text(TEXT)
    line = fails(
        "build", tmp_path / "notes.txt", "--out", tmp_path / "kb", "--model", tmp_path / "no-model"
    )
    assert "no-model" in line
    assert not (tmp_path / "kb").exists()


def test_a_model_without_a_head_is_refused(tmp_path: Path, fails: Fail) -> None:
    """A bare encoder has no masked-language-model head to read."""
    from transformers import BertConfig, BertModel

    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=20_000, intermediate_size=16, **shape)
    BertModel(config).save_pretrained(tmp_path / "bare")
    default = Path(__file__).resolve().parent.parent / "models" / "bert"
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(default / name, tmp_path / "bare" / name)
    (tmp_path / "notes.txt").write_text(TEXT)
    line = fails(
        "build", tmp_path / "notes.txt", "--out", tmp_path / "kb", "--model", tmp_path / "bare"
    )
    assert "head" in line
    assert not (tmp_path / "kb").exists()


def test_a_knowledge_base_of_another_model_is_refused(kb: Path, fails: Fail) -> None:
    """Vectors of two models are never compared."""
    connection = sqlite3.connect(kb / "knowledge.sqlite")
    other = '{"fingerprint": "00", "dim": 256}'
    connection.execute("UPDATE manifest SET value = ? WHERE key = 'model'", (other,))
    connection.commit()
    connection.close()
    assert "built with another model" in fails("search", kb, "aspirin")


def test_a_knowledge_base_of_another_format_is_refused(kb: Path, fails: Fail) -> None:
    """The line names both format versions."""
    connection = sqlite3.connect(kb / "knowledge.sqlite")
    connection.execute("UPDATE manifest SET value = '99' WHERE key = 'format'")
    connection.commit()
    connection.close()
    assert "format 99" in fails("info", kb)


def test_a_folder_that_is_no_knowledge_base_is_refused(tmp_path: Path, fails: Fail) -> None:
    """The line says how to build one."""
    assert "tailgraph build" in fails("info", tmp_path)


def test_a_damaged_database_is_refused(kb: Path, fails: Fail) -> None:
    """Overwritten pages are recognised when they are read."""
    path = kb / "knowledge.sqlite"
    path.write_bytes(b"junk" * 5000)
    assert "damaged" in fails("info", kb)


def test_verify_finds_a_changed_vector(kb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A block of vectors that is not what was written is reported, with exit status 1."""
    connection = sqlite3.connect(kb / "knowledge.sqlite")
    connection.execute("UPDATE vector_block SET data = zeroblob(length(data)) WHERE kind = 2")
    connection.commit()
    connection.close()
    assert run(["verify", str(kb)]) == 1
    assert "WRONG  vector blocks" in capsys.readouterr().out


def test_a_damaged_cache_is_rebuilt(kb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A corrupted FAISS file costs time, not answers."""
    assert run(["search", str(kb), "aspirin", "--json"]) == 0
    expected = capsys.readouterr().out
    caches = list((kb / "cache").glob("*.faiss"))
    assert len(caches) == 3
    for path in caches:
        path.write_bytes(path.read_bytes()[:100] + b"junk")
    assert run(["search", str(kb), "aspirin", "--json"]) == 0
    assert capsys.readouterr().out == expected


def test_a_missing_cache_is_rebuilt(kb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without its caches a knowledge base answers the same."""
    assert run(["search", str(kb), "aspirin", "--json"]) == 0
    expected = capsys.readouterr().out
    shutil.rmtree(kb / "cache")
    assert run(["search", str(kb), "aspirin", "--json"]) == 0
    assert capsys.readouterr().out == expected


def test_an_output_that_is_a_file_is_refused(tmp_path: Path, fails: Fail) -> None:
    """A knowledge base is a folder; a file in its place is left alone."""
    (tmp_path / "notes.txt").write_text(TEXT)
    (tmp_path / "kb").write_text("mine")
    assert "kb" in fails("build", tmp_path / "notes.txt", "--out", tmp_path / "kb")
    assert (tmp_path / "kb").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, fails: Fail) -> None:
    """The kernel's own folder takes no files, whoever asks."""
    (tmp_path / "notes.txt").write_text(TEXT)
    assert "cannot write the folder" in fails("build", tmp_path / "notes.txt", "--out", "/proc/kb")


def _limited(
    arguments: list[str], n_bytes: int, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a command that may write no file beyond a size, as on a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))

    command = [sys.executable, "-m", "tailgraph", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, preexec_fn=limit, timeout=120, check=False
    )


def test_a_full_disk_stops_a_build_that_can_be_resumed(tiny_bert: Path, tmp_path: Path) -> None:
    """The line says what to do; with room again, the same command ends as an undisturbed one."""
    (tmp_path / "notes.txt").write_text(TEXT)
    command = ["build", str(tmp_path / "notes.txt"), "--model", str(tiny_bert), "--out"]
    done = _limited([*command, str(tmp_path / "kb")], 400_000)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "free some space" in done.stderr
    assert run([*command, str(tmp_path / "kb"), "--json"]) == 0
    assert run([*command, str(tmp_path / "whole"), "--json"]) == 0
    with (
        KnowledgeBase.open(tmp_path / "kb") as resumed,
        KnowledgeBase.open(tmp_path / "whole") as whole,
    ):
        assert resumed.content_hash() == whole.content_hash()


def test_a_full_disk_does_not_stop_a_search(kb: Path) -> None:
    """When a cache cannot be written, the index is used without it."""
    shutil.rmtree(kb / "cache")
    done = _limited(["search", str(kb), "aspirin", "--json"], 4096)
    assert done.returncode == 0
    assert "Aspirin" in done.stdout


def test_an_output_that_cannot_be_written_is_one_line(kb: Path) -> None:
    """Results sent to a full device end with exit status 1 and one line."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tailgraph", "info", str(kb)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "cannot write the output" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["search", "KB"], ["search", "KB", "x", "--kind", "colour"], ["build"], ["unknown"]],
    ids=["no query", "no such kind", "no source", "no such command"],
)
def test_wrong_use_is_exit_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage errors are told apart from failures."""
    assert run(arguments) == 2
    assert "Usage" in capsys.readouterr().err
