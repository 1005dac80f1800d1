"""Parses with the embedded pipeline, and trees of both label schemes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from thinc.api import NumpyOps

import tailgraph.models
from tailgraph.errors import ModelError, ParameterError
from tailgraph.graph.dependencies import LabelScheme, detect_scheme, to_universal
from tailgraph.graph.parallel_parsing import ParserPool
from tailgraph.graph.parsing import ParsedSentence, Parser, parsed_sentence
from tailgraph.graph.relations import extract_triples

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


def model_of(pipeline: Language, component: str) -> Any:
    """Give the model of a component."""
    return cast("TrainablePipe", pipeline.get_pipe(component)).model


def test_the_faster_product_gives_the_parses_of_the_stock_pipeline() -> None:
    """Swapping the matrix product changes no head, label, tag or lemma."""
    stock = spacy.load(EMBEDDED)
    assert all(type(node.ops) is NumpyOps for node in model_of(stock, "parser").walk())
    texts = [s for group in GROUPS for s in group if s.strip()]
    for text, [sentence] in zip(texts, parser().parse([s] for s in texts), strict=True):
        doc = stock.tokenizer(" ".join(text.split()))
        for word in doc:
            word.is_sent_start = word.i == 0
        doc = stock(doc)
        assert tuple(word.head.i for word in doc) == sentence.heads
        assert tuple(word.dep_.lower() for word in doc) == sentence.deps
        assert tuple(word.pos_ for word in doc) == sentence.upos


@pytest.mark.parametrize("trans1", [False, True])
@pytest.mark.parametrize("trans2", [False, True])
def test_the_faster_product_is_a_product(trans1: bool, trans2: bool) -> None:
    """All four ways to transpose agree with NumPy in double precision, also into an array."""
    ops = model_of(parser()._pipeline, "tok2vec").ops
    x = np.arange(6, dtype=np.float32).reshape((3, 2) if trans1 else (2, 3))
    y = np.arange(12, dtype=np.float32).reshape((4, 3) if trans2 else (3, 4))
    expected = (x.T if trans1 else x).astype(float) @ (y.T if trans2 else y).astype(float)
    out = np.empty((2, 4), dtype=np.float32)
    np.testing.assert_array_equal(ops.gemm(x, y, trans1=trans1, trans2=trans2), expected)
    np.testing.assert_array_equal(ops.gemm(x, y, out, trans1, trans2), expected)
    np.testing.assert_array_equal(out, expected)


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


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["obj", "obl", "dobj", "pobj"], "two schemes"),
        (["dobj", "nmod", "case", "nsubjpass"], "no known scheme"),
    ],
    ids=["mixed", "UD version 1"],
)
def test_other_schemes_are_refused(labels: Sequence[str], message: str) -> None:
    """Mixed labels and those of older versions are refused, with what was expected."""
    with pytest.raises(ModelError, match=message):
        detect_scheme(labels)


# Each sentence in ClearNLP and in UD: word/UPOS/label/head, heads from 1, 0 is the root.
SCHEMES = {
    "object and preposition": (
        "The/DET/det/2 drug/NOUN/nsubj/3 reduces=reduce/VERB/ROOT/0 pain/NOUN/dobj/3"
        " in/ADP/prep/3 adults=adult/NOUN/pobj/5",
        "The/DET/det/2 drug/NOUN/nsubj/3 reduces=reduce/VERB/root/0 pain/NOUN/obj/3"
        " in/ADP/case/6 adults=adult/NOUN/obl/3",
    ),
    "passive with agent": (
        "COX/PROPN/nsubjpass/3 is=be/AUX/auxpass/3 inhibited=inhibit/VERB/ROOT/0"
        " by/ADP/agent/3 aspirin/NOUN/pobj/4",
        "COX/PROPN/nsubj:pass/3 is=be/AUX/aux:pass/3 inhibited=inhibit/VERB/root/0"
        " by/ADP/case/5 aspirin/NOUN/obl:agent/3",
    ),
    "copula with noun": (
        "Aspirin/PROPN/nsubj/2 is=be/AUX/ROOT/0 an/DET/det/4 inhibitor/NOUN/attr/2 of/ADP/prep/4"
        " COX/PROPN/pobj/5",
        "Aspirin/PROPN/nsubj/4 is=be/AUX/cop/4 an/DET/det/4 inhibitor/NOUN/root/0 of/ADP/case/6"
        " COX/PROPN/nmod/4",
    ),
    "copula with adjective": (
        "Cells=cell/NOUN/nsubj/3 may/AUX/aux/3 be/AUX/ROOT/0 resistant/ADJ/acomp/3 to/ADP/prep/4"
        " insulin/NOUN/pobj/5",
        "Cells=cell/NOUN/nsubj/4 may/AUX/aux/4 be/AUX/cop/4 resistant/ADJ/root/0 to/ADP/case/6"
        " insulin/NOUN/obl/4",
    ),
    "copula with preposition": (
        "Cells=cell/NOUN/nsubj/2 are=be/AUX/ROOT/0 in/ADP/prep/2 tissue/NOUN/pobj/3",
        "Cells=cell/NOUN/nsubj/4 are=be/AUX/cop/4 in/ADP/case/4 tissue/NOUN/root/0",
    ),
    "there is": (
        "There/PRON/expl/2 is=be/VERB/ROOT/0 a/DET/det/4 cure/NOUN/attr/2 for/ADP/prep/4"
        " gout/NOUN/pobj/5",
        "There/PRON/expl/2 is=be/VERB/root/0 a/DET/det/4 cure/NOUN/nsubj/2 for/ADP/case/6"
        " gout/NOUN/nmod/4",
    ),
    "relative clause": (
        "Drugs=drug/NOUN/nsubj/5 that/PRON/nsubj/3 block/VERB/relcl/1 COX/PROPN/dobj/3"
        " work/VERB/ROOT/0",
        "Drugs=drug/NOUN/nsubj/5 that/PRON/nsubj/3 block/VERB/acl:relcl/1 COX/PROPN/obj/3"
        " work/VERB/root/0",
    ),
    "relative clause after a preposition": (
        "Cells=cell/NOUN/nsubj/6 to/ADP/prep/5 which/PRON/pobj/2 drugs=drug/NOUN/nsubj/5"
        " bind/VERB/relcl/1 die/VERB/ROOT/0",
        "Cells=cell/NOUN/nsubj/6 to/ADP/case/3 which/PRON/obl/5 drugs=drug/NOUN/nsubj/5"
        " bind/VERB/acl:relcl/1 die/VERB/root/0",
    ),
    "possessive": (
        "Aspirin/PROPN/poss/3 's/PART/case/1 effect/NOUN/nsubj/6 on/ADP/prep/3"
        " platelets=platelet/NOUN/pobj/4 lasts=last/VERB/ROOT/0",
        "Aspirin/PROPN/nmod:poss/3 's/PART/case/1 effect/NOUN/nsubj/6 on/ADP/case/5"
        " platelets=platelet/NOUN/nmod/3 lasts=last/VERB/root/0",
    ),
    "control and particle": (
        "Nurses=nurse/NOUN/nsubj/2 help/VERB/ROOT/0 to/PART/aux/4 carry/VERB/xcomp/2"
        " out/ADP/prt/4 tests=test/NOUN/dobj/4",
        "Nurses=nurse/NOUN/nsubj/2 help/VERB/root/0 to/PART/mark/4 carry/VERB/xcomp/2"
        " out/ADP/compound:prt/4 tests=test/NOUN/obj/4",
    ),
    "negation": (
        "Aspirin/PROPN/nsubj/4 does=do/AUX/aux/4 not/PART/neg/4 block/VERB/ROOT/0 COX/PROPN/dobj/4",
        "Aspirin/PROPN/nsubj/4 does=do/AUX/aux/4 not/PART/advmod/4 block/VERB/root/0"
        " COX/PROPN/obj/4",
    ),
    "chained coordination": (
        "Aspirin/PROPN/nsubj/2 blocks=block/VERB/ROOT/0 A1/PROPN/dobj/2 ,/PUNCT/punct/3"
        " B1/PROPN/conj/3 and/CCONJ/cc/5 C1/PROPN/conj/5",
        "Aspirin/PROPN/nsubj/2 blocks=block/VERB/root/0 A1/PROPN/obj/2 ,/PUNCT/punct/3"
        " B1/PROPN/conj/3 and/CCONJ/cc/7 C1/PROPN/conj/3",
    ),
    "coordinated prepositions": (
        "It/PRON/nsubj/2 binds=bind/VERB/ROOT/0 to/ADP/prep/2 skin/NOUN/pobj/3 and/CCONJ/cc/3"
        " to/ADP/conj/3 bone/NOUN/pobj/6",
        "It/PRON/nsubj/2 binds=bind/VERB/root/0 to/ADP/case/4 skin/NOUN/obl/2 and/CCONJ/cc/7"
        " to/ADP/case/7 bone/NOUN/conj/4",
    ),
    "preposition chain": (
        "Water/NOUN/nsubj/2 flows=flow/VERB/ROOT/0 out/ADP/prep/2 of/ADP/prep/3"
        " cells=cell/NOUN/pobj/4",
        "Water/NOUN/nsubj/2 flows=flow/VERB/root/0 out/ADP/case/5 of/ADP/case/5"
        " cells=cell/NOUN/obl/2",
    ),
    "clause after a preposition": (
        "Drugs=drug/NOUN/nsubj/2 work/VERB/ROOT/0 by/ADP/prep/2 blocking=block/VERB/pcomp/3"
        " COX/PROPN/dobj/4",
        "Drugs=drug/NOUN/nsubj/2 work/VERB/root/0 by/ADP/mark/4 blocking=block/VERB/advcl/2"
        " COX/PROPN/obj/4",
    ),
}


def _rows(notation: str) -> tuple[list[str], list[str], list[str], list[str], list[int]]:
    """Words, lemmas, parts of speech, labels and heads of a hand-parsed sentence."""
    rows = [token.rsplit("/", 3) for token in notation.split()]
    heads = [int(row[3]) - 1 if row[3] != "0" else at for at, row in enumerate(rows)]
    words = [row[0].split("=")[0] for row in rows]
    lemmas = [row[0].split("=")[-1].lower() for row in rows]
    return words, lemmas, [row[1] for row in rows], [row[2] for row in rows], heads


@pytest.mark.parametrize(("clear", "universal"), SCHEMES.values(), ids=[*SCHEMES])
def test_both_schemes_give_the_same_tree(clear: str, universal: str) -> None:
    """A ClearNLP tree turned over is the UD tree of the sentence."""
    _, lemmas, upos, deps, heads = _rows(clear)
    assert to_universal(lemmas, upos, deps, heads) == _rows(universal)[3:]


@pytest.mark.parametrize(("clear", "universal"), SCHEMES.values(), ids=[*SCHEMES])
def test_both_schemes_give_the_same_triples(clear: str, universal: str) -> None:
    """Triples do not depend on the scheme; all but one sentence gives some."""
    words, lemmas, upos, deps, heads = _rows(clear)
    offsets = [sum(len(word) + 1 for word in words[:row]) for row in range(len(words))]
    turned = to_universal(lemmas, upos, deps, heads)
    trees = (turned, _rows(universal)[3:])
    first, second = (
        extract_triples(parsed_sentence(" ".join(words), words, offsets, lemmas, upos, *tree))
        for tree in trees
    )
    assert first == second
    assert bool(first) == ("There" not in words)


PHRASES = {
    "determiners are cut": ("The/DET/det/3 old/ADJ/amod/3 Bridge/NOUN/root/0", ["old bridge"]),
    "possessive pronouns are cut": ("Its/PRON/nmod:poss/2 effect/NOUN/root/0", ["effect"]),
    "numbers and quantifiers are cut": (
        "Many/ADJ/amod/3 12/NUM/nummod/3 rivers/NOUN/root/0",
        ["rivers"],
    ),
    "an owner stays": (
        "The/DET/det/2 town/NOUN/nmod:poss/4 's/PART/case/2 bridge/NOUN/root/0",
        ["town 's bridge"],
    ),
    "coordination is split": (
        "Old/ADJ/amod/2 rivers/NOUN/root/0 and/CCONJ/cc/4 lakes/NOUN/conj/2",
        ["old rivers", "lakes"],
    ),
    "coordinated modifiers are not": (
        "Lung/NOUN/compound/4 and/CCONJ/cc/3 breast/NOUN/conj/1 cancer/NOUN/root/0",
        ["lung and breast cancer"],
    ),
    "a number can follow": ("Caspase/NOUN/root/0 8/NUM/nummod/1", ["caspase 8"]),
    "what a preposition adds is a phrase of its own": (
        "Risk/NOUN/root/0 of/ADP/case/3 stroke/NOUN/nmod/1",
        ["risk", "stroke"],
    ),
    "brackets end a phrase": (
        "Old/ADJ/amod/5 (/PUNCT/punct/3 big/ADJ/dep/5 )/PUNCT/punct/3 lake/NOUN/root/0",
        ["lake"],
    ),
    "a pronoun has no key": ("It/PRON/nsubj/2 works/VERB/root/0", [""]),
    "a letter has no key": ("X/NOUN/root/0", [""]),
    "a long phrase has no key": (
        " ".join([f"w{letter}/NOUN/compound/7" for letter in "abcdef"] + ["end/NOUN/root/0"]),
        [""],
    ),
}


@pytest.mark.parametrize(("notation", "keys"), PHRASES.values(), ids=[*PHRASES])
def test_noun_phrases_have_normal_keys(notation: str, keys: list[str]) -> None:
    """Keys are lower-case, cut and folded, and lead back to their characters."""
    words, lemmas, upos, deps, heads = _rows(notation)
    offsets = [sum(len(word) + 1 for word in words[:row]) for row in range(len(words))]
    text = " ".join(words)
    phrases = parsed_sentence(text, words, offsets, lemmas, upos, deps, heads).noun_phrases
    assert [phrase.key for phrase in phrases] == keys
    for phrase in phrases:
        assert text[phrase.start : phrase.end] == phrase.text
        assert not phrase.key or text[phrase.key_start : phrase.key_end].lower() == phrase.key


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
