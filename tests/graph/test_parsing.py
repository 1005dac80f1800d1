"""Parses with the embedded pipeline, and pipelines that are refused."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
import spacy

import tailgraph.models
from tailgraph.errors import ModelError, ParameterError
from tailgraph.graph.dependencies import LabelScheme
from tailgraph.graph.parallel_parsing import ParserPool
from tailgraph.graph.parsing import ParsedSentence, Parser

EMBEDDED = Path(tailgraph.models.__file__).parent / "parser"

GROUPS = [
    ["The old bridge crosses the river.", "It was built in 1904.", "Trains use it every day."],
    ["", "  Two  rivers\tmeet \n here. ", "\n"],
    ["The kinase (p53) isn't active; T-cell counts fell by 5 %."],
    [],
    ["Dr. Smith's vitamin D trial ended. He left!", "no verb here", "..."],
]


@cache
def parser() -> Parser:
    """Load the embedded parser once."""
    return Parser.default()


def plain(sentence: ParsedSentence) -> tuple[Sequence[object], ...]:
    """Words, labels and heads: what two parses must share."""
    return sentence.words, sentence.upos, sentence.deps, sentence.heads, sentence.lemmas


def test_each_sentence_comes_back_in_its_place() -> None:
    """Groups and sentences keep their order; the text is the sentence as it was given."""
    parsed = list(parser().parse(iter(GROUPS)))
    assert [[sentence.text for sentence in group] for group in parsed] == GROUPS


def test_words_are_where_they_say() -> None:
    """Each word is the stretch of the text at its offset; together they are all but white space."""
    for group in parser().parse(GROUPS):
        for sentence in group:
            pairs = zip(sentence.words, sentence.offsets, strict=True)
            assert all(sentence.text[at : at + len(word)] == word for word, at in pairs)
            assert "".join(sentence.words) == "".join(sentence.text.split())


def test_each_sentence_is_one_tree() -> None:
    """A sentence has one root, every head is a word of it, and no head chain runs in a circle."""
    for group in parser().parse(GROUPS):
        for sentence in group:
            n_words = len(sentence.words)
            assert sentence.deps.count("root") == min(n_words, 1)
            for word, head in enumerate(sentence.heads):
                assert (head == word) == (sentence.deps[word] == "root")
                for _ in range(n_words):
                    word = sentence.heads[word]
                assert sentence.deps[word] == "root"


def test_white_space_gives_a_sentence_without_words() -> None:
    """An empty sentence stays in its place, with nothing in it."""
    [group] = parser().parse([["", "Rivers meet.", " \t"]])
    assert [len(sentence.words) for sentence in group] == [0, 3, 0]
    assert group[0].noun_phrases == ()


def test_neighbors_help_but_offsets_are_their_own() -> None:
    """In a group, a sentence has the words and offsets that it has alone."""
    together = next(parser().parse([GROUPS[0]]))
    alone = [sentence for [sentence] in parser().parse([text] for text in GROUPS[0])]
    assert [s.words for s in together] == [s.words for s in alone]
    assert [s.offsets for s in together] == [s.offsets for s in alone]


def test_parses_are_the_same_each_time() -> None:
    """Groups parsed before and after change nothing."""
    first = [plain(s) for group in parser().parse(GROUPS) for s in group]
    second = [plain(s) for group in parser().parse(GROUPS[::-1]) for s in group]
    assert sorted(map(str, first)) == sorted(map(str, second))


def test_memory_zones_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the vocabulary is full, new words are forgotten after each batch; the parses stay."""
    group = [["Qorvex and blarneth drempled the wuzzled snorfle."]]
    monkeypatch.setattr("tailgraph.graph.parsing._KEPT_STRINGS", -(10**9))
    n_strings = len(parser()._pipeline.vocab.strings)
    forgotten = [plain(s) for [s] in parser().parse(group)]
    assert len(parser()._pipeline.vocab.strings) == n_strings
    monkeypatch.undo()
    assert [plain(s) for [s] in parser().parse(group)] == forgotten
    assert len(parser()._pipeline.vocab.strings) > n_strings


def test_a_group_of_more_than_eight_is_refused() -> None:
    """The message says how many came and what to do."""
    with pytest.raises(ParameterError, match="9 sentences; expected at most 8"):
        next(parser().parse([["One."] * 9]))


def test_the_fingerprint_knows_content_not_place(tmp_path: Path) -> None:
    """A copy has the same fingerprint and parses; a change to a component gives another."""
    copy = tmp_path / "copy"
    shutil.copytree(EMBEDDED, copy)
    same = Parser.from_pretrained(copy)
    assert same.fingerprint == parser().fingerprint
    assert list(same.parse(GROUPS)) == list(parser().parse(GROUPS))
    (copy / "tagger" / "cfg").write_text((copy / "tagger" / "cfg").read_text() + "\n")
    assert Parser.from_pretrained(copy).fingerprint != same.fingerprint


def refusal(path: str | Path) -> str:
    """Message of the error that loading a pipeline raises."""
    with pytest.raises(ModelError) as caught:
        Parser.from_pretrained(path)
    return str(caught.value)


def test_a_missing_pipeline_is_named(tmp_path: Path) -> None:
    """A name that is no package, and a folder that holds no pipeline, are refused alike."""
    assert "'no_such_pipeline'" in refusal("no_such_pipeline")
    assert "install one" in refusal(tmp_path)


def test_a_pipeline_without_a_parser_is_refused(tmp_path: Path) -> None:
    """The message names the component that is missing."""
    spacy.blank("en").to_disk(tmp_path / "blank")
    assert "no dependency parser" in refusal(tmp_path / "blank")


@pytest.mark.parametrize("file", ["parser/model", "config.cfg"])
def test_a_damaged_pipeline_is_refused(tmp_path: Path, file: str) -> None:
    """A truncated file gives an error of ours, whatever spaCy makes of it."""
    copy = tmp_path / "copy"
    shutil.copytree(EMBEDDED, copy)
    content = (copy / file).read_bytes()
    (copy / file).write_bytes(content[: len(content) // 2])
    assert str(copy) in refusal(copy)


def test_a_file_that_is_only_missed_at_work_is_missed_at_once(tmp_path: Path) -> None:
    """A pipeline without its vectors loads in spaCy and fails at work; ours fails at loading."""
    copy = tmp_path / "copy"
    shutil.copytree(EMBEDDED, copy)
    (copy / "vocab" / "vectors").unlink()
    assert str(copy) in refusal(copy)


def test_a_parser_without_parts_of_speech_is_refused(tmp_path: Path) -> None:
    """Rules read parts of speech, so a pipeline that assigns none will not do."""
    copy = tmp_path / "copy"
    shutil.copytree(EMBEDDED, copy)
    config = (copy / "config.cfg").read_text()
    (copy / "config.cfg").write_text(config.replace('"morphologizer",', ""))
    assert "no parts of speech" in refusal(copy)


def test_a_clearnlp_pipeline_is_read_as_universal(tmp_path: Path) -> None:
    """A pipeline with ClearNLP labels parses to UD labels, whatever the quality of its trees."""
    pipeline = spacy.blank("en")
    for component, labels in {
        "parser": ["nsubj", "dobj", "prep", "pobj", "det"],
        "morphologizer": ["POS=NOUN", "POS=VERB"],
    }.items():
        pipe = pipeline.add_pipe(component)
        for label in labels:
            pipe.add_label(label)  # type: ignore[attr-defined]  # both components have it
    pipeline.initialize()
    pipeline.to_disk(tmp_path)
    clear = Parser.from_pretrained(tmp_path)
    assert clear.scheme is LabelScheme.CLEARNLP
    [[sentence]] = clear.parse([["The drug binds to cells."]])
    assert not {"dobj", "pobj", "prep", "ROOT"} & set(sentence.deps)
    assert "root" in sentence.deps


def test_keys_of_real_phrases_lead_back_to_the_text() -> None:
    """The span of a key, folded and in lower case, is the key; hyphens stay as in the text."""
    phrases = [
        (sentence.text, phrase)
        for group in parser().parse(GROUPS)
        for sentence in group
        for phrase in sentence.noun_phrases
    ]
    for text, phrase in phrases:
        assert text[phrase.start : phrase.end] == phrase.text
        span = " ".join(text[phrase.key_start : phrase.key_end].lower().split())
        assert phrase.key in ("", span)
    keys = {phrase.key for _, phrase in phrases}
    assert {"old bridge", "river", "rivers", "t-cell counts"} <= keys


def test_workers_give_the_same_parses_in_order() -> None:
    """Two processes parse what one does, and more groups than fit in one message."""
    groups = GROUPS * 9
    with ParserPool(parser(), 2) as pool:
        assert list(pool.parse(iter(groups))) == list(parser().parse(groups))


def test_a_worker_that_ends_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message tells the exit status and what to do."""
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with pytest.raises(ModelError, match="exit status 1; expected it to parse"):
        with ParserPool(parser(), 2) as pool:
            list(pool.parse(GROUPS))


def test_no_workers_are_refused() -> None:
    """At least one process has to parse."""
    with pytest.raises(ParameterError, match="n_workers is 0"):
        ParserPool(parser(), 0)
