"""CoNLL-U read strictly: words, spaces, documents and trees; broken lines named."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest

from tailgraph.errors import CorpusError
from tailgraph.graph.parser_training.treebank import read_treebank
from tailgraph.graph.parser_training.treebank_versions import is_version_1, to_version_2
from tailgraph.graph.parser_training.treebank_words import TreebankSentence

CONLLU = """\
# newdoc id = first
# text = I don't (_) go.
1\tI\tI\tPRON\tPRP\tCase=Nom\t6\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\t_\t6\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t6\tadvmod\t_\t_
4\t(\t(\tPUNCT\t-LRB-\t_\t5\tpunct\t_\tSpaceAfter=No
5\t_\t_\tSYM\tNFP\t_\t6\tdep\t_\tGloss=x|SpaceAfter=No
5.1\tgone\tgo\tVERB\tVBN\t_\t_\t_\t0:root\t_
6\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\tSpaceAfter=No
7-8\t.)\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
7\t.\t.\tPUNCT\t.\t_\t6\tpunct\t_\t_
8\t)\t)\tPUNCT\t-RRB-\t_\t5\tpunct\t_\t_

1\tYes\tyes\t_\t_\t_\t0\troot\t_\t_

# newdoc
1\tNo\t_\tINTJ\tUH\t_\t0\troot\t_\t_
"""

BLANKS = 8 * "\t_"
ROW = "1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_"


def write(folder: Path, text: str, name: str = "bank.conllu") -> Path:
    """Write a treebank, packed as its name says."""
    path, data = folder / name, text.encode()
    packed = {".xz": lzma.compress, ".gz": gzip.compress}.get(path.suffix, lambda plain: plain)
    path.write_bytes(packed(data))
    return path


def sentence(notation: str) -> TreebankSentence:
    """Make a sentence of word/tag/label/head, heads from 1 and 0 for the root."""
    rows = [item.split("/") for item in notation.split()]
    words, tags, deps, heads = (tuple(column) for column in zip(*rows, strict=True))
    n_words = len(words)
    return TreebankSentence(
        words=words,
        spaces=(True,) * n_words,
        upos=tags,
        xpos=tags,
        lemmas=words,
        heads=tuple(int(head) - 1 if int(head) else place for place, head in enumerate(heads)),
        deps=deps,
    )


def test_words_come_with_all_that_is_known_of_them(tmp_path: Path) -> None:
    """Ranges give the spaces, empty nodes are left out, an underscore can be a word."""
    first, second, third = read_treebank(write(tmp_path, CONLLU)).sentences
    assert first == TreebankSentence(
        words=("I", "do", "n't", "(", "_", "go", ".", ")"),
        spaces=(True, False, True, False, False, False, False, False),
        upos=("PRON", "AUX", "PART", "PUNCT", "SYM", "VERB", "PUNCT", "PUNCT"),
        xpos=("PRP", "VBP", "RB", "-LRB-", "NFP", "VB", ".", "-RRB-"),
        lemmas=("I", "do", "not", "(", "_", "go", ".", ")"),
        heads=(5, 5, 5, 4, 5, 5, 5, 4),
        deps=("nsubj", "aux", "advmod", "punct", "dep", "root", "punct", "punct"),
    )
    assert (second.upos, second.xpos, second.lemmas) == (("",), ("",), ("yes",))
    assert third.lemmas == ("",)


def test_documents_hold_neighboring_sentences(tmp_path: Path) -> None:
    """A newdoc comment starts a document; a file without any is one."""
    documents = read_treebank(write(tmp_path, CONLLU)).documents
    assert [len(document) for document in documents] == [2, 1]
    whole = read_treebank(write(tmp_path, f"{ROW}\n\n{ROW}\n\n"))
    assert [len(document) for document in whole.documents] == [2]
    assert whole.n_words == 2


@pytest.mark.parametrize("ending", [".conllu.xz", ".conllu.gz"])
def test_packed_files_read_the_same(tmp_path: Path, ending: str) -> None:
    """The ending says how a file is packed."""
    plain = read_treebank(write(tmp_path, CONLLU))
    packed = read_treebank(write(tmp_path, CONLLU, f"bank{ending}"))
    assert packed.documents == plain.documents


def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path) -> None:
    """A file from another system reads the same."""
    plain = read_treebank(write(tmp_path, CONLLU))
    other = read_treebank(write(tmp_path, "\ufeff" + CONLLU.replace("\n", "\r\n")))
    assert other.documents == plain.documents


BROKEN = {
    "too few columns": (ROW.removesuffix("\t_"), "9 columns; expected 10"),
    "a number left out": (ROW.replace("1", "2", 1), "token number '2'; expected 1"),
    "a range that ends before it begins": (f"1-1\tYes{BLANKS}\n{ROW}", "token number '1-1'"),
    "a range over the end": (f"1-2\tYes{BLANKS}\n{ROW}", "range 1-2; expected one within the 1"),
    "an empty node out of place": (f"1.1\tYes{BLANKS}\n{ROW}", "token number '1.1'"),
    "no head": (ROW.replace("\t0\t", "\t_\t"), "head '_' in column 7; expected a number from 0"),
    "a head beyond the sentence": (ROW.replace("\t0\t", "\t2\t"), "head '2' in column 7"),
    "a word that heads itself": (ROW.replace("\t0\t", "\t1\t"), "is the word itself"),
    "no label": (ROW.replace("root", "_"), "no label in column 8"),
    "no word": (ROW.replace("Yes", " "), "no word in column 2"),
    "two roots": (f"{ROW}\n{ROW.replace('1', '2', 1)}", "a sentence with 2 roots"),
    "no root": (
        "1\ta\ta\tX\tX\t_\t2\tdep\t_\t_\n2\tb\tb\tX\tX\t_\t1\tdep\t_\t_",
        "a sentence with 0 roots",
    ),
    "a circle": (
        f"{ROW}\n2\ta\ta\tX\tX\t_\t3\tdep\t_\t_\n3\tb\tb\tX\tX\t_\t2\tdep\t_\t_",
        "a chain of heads that runs in a circle",
    ),
}


@pytest.mark.parametrize(("lines", "reason"), BROKEN.values(), ids=[*BROKEN])
def test_a_broken_line_is_named(tmp_path: Path, lines: str, reason: str) -> None:
    """The message tells file, line and reason, in one line."""
    path = write(tmp_path, f"{ROW}\n\n{lines}\n\n")
    with pytest.raises(CorpusError, match=rf"bank\.conllu:[345]: .*{reason}") as refused:
        read_treebank(path)
    assert "\n" not in str(refused.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """Bytes that are no text, unknown parts of speech, comments alone and no file at all."""
    with pytest.raises(CorpusError, match=r"noun.*'Yes'.*expected one of ADJ, ADP"):
        read_treebank(write(tmp_path, ROW.replace("INTJ", "noun")))
    with pytest.raises(CorpusError, match="holds no sentence; expected CoNLL-U"):
        read_treebank(write(tmp_path, "# newdoc\n\n"))
    with pytest.raises(CorpusError, match=r"absent\.conllu: cannot be read"):
        read_treebank(tmp_path / "absent.conllu")
    (tmp_path / "latin.conllu").write_bytes(f"# caf\n{ROW}".encode().replace(b"caf", b"caf\xe9"))
    with pytest.raises(CorpusError, match=r"latin\.conllu:1: not UTF-8"):
        read_treebank(tmp_path / "latin.conllu")


VERSIONS = {
    "objects, passives and negation are renamed": (
        "It/PRP/nsubjpass/4 was/VBD/auxpass/4 not/RB/neg/4 seen/VBN/root/0 doing/VBG/xcomp/4"
        " it/PRP/dobj/5",
        "It/PRON/nsubj:pass/4 was/AUX/aux:pass/4 not/ADV/advmod/4 seen/VERB/root/0"
        " doing/VERB/xcomp/4 it/PRON/obj/5",
    ),
    "what depends on a verb is oblique": (
        "Binding/NN/root/0 of/IN/case/3 cells/NNS/nmod/1 binds/VBZ/acl/1 to/TO/case/6"
        " it/PRP/nmod/4",
        "Binding/NOUN/root/0 of/ADP/case/3 cells/NOUN/nmod/1 binds/VERB/acl/1 to/ADP/case/6"
        " it/PRON/obl/4",
    ),
    "so is what depends on a linked noun": (
        "It/PRP/nsubj/3 is/VBZ/cop/3 drug/NN/root/0 in/IN/case/5 Rome/NNP/nmod/3",
        "It/PRON/nsubj/3 is/AUX/cop/3 drug/NOUN/root/0 in/ADP/case/5 Rome/PROPN/obl/3",
    ),
    "conjunctions and commas move to the next conjunct": (
        "Mice/NNS/root/0 ,/,/punct/1 rats/NNS/conj/1 and/CC/cc/1 men/NNS/conj/1 ././punct/1",
        "Mice/NOUN/root/0 ,/PUNCT/punct/3 rats/NOUN/conj/1 and/CCONJ/cc/5 men/NOUN/conj/1"
        " ./PUNCT/punct/1",
    ),
    "a conjunction before the first conjunct stays": (
        "both/CC/cc/2 mice/NNS/root/0 and/CC/cc/2 men/NNS/conj/2 that/IN/mark/6 ate/VBD/acl/2",
        "both/CCONJ/cc/2 mice/NOUN/root/0 and/CCONJ/cc/4 men/NOUN/conj/2 that/SCONJ/mark/6"
        " ate/VERB/acl/2",
    ),
}


@pytest.mark.parametrize(("old", "new"), VERSIONS.values(), ids=[*VERSIONS])
def test_old_trees_become_new_ones(old: str, new: str) -> None:
    """Labels, heads and parts of speech of version 1 are those of version 2."""
    before, after = sentence(old), sentence(new)
    turned = to_version_2(before)
    assert (turned.deps, turned.heads, turned.upos) == (after.deps, after.heads, after.upos)
    assert turned.xpos == before.xpos


def test_a_file_of_version_1_is_turned_as_it_is_read(tmp_path: Path) -> None:
    """One label that only version 1 has tells that the whole file is of it."""
    old = "1\tSee\tsee\tVB\tVB\t_\t0\troot\t_\t_\n2\tit\tit\tPRP\tPRP\t_\t1\tdobj\t_\t_\n"
    [read] = read_treebank(write(tmp_path, old)).sentences
    assert (read.deps, read.upos) == (("root", "obj"), ("VERB", "PRON"))
    assert not is_version_1([read])
