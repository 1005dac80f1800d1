"""CoNLL-U trees and BIO tags: every line kept, gold columns blanked, broken lines named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError
from tailgraph.benchmarks.forms.sentences import (
    TaggedSentence,
    TypedSpan,
    read_tagged,
    read_trees,
    span_tags,
    tag_spans,
    write_tagged,
    write_trees,
)

CONLLU = """\
# text = I don't.
1\tI\tI\tPRON\tPRP\t_\t4\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
3.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t0:root\t_
4\t.\t.\tPUNCT\t.\t_\t0\troot\t_\t_

1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_

"""

BIO = "IL-2\tB-Gene\nreceptor\tI-Gene\n\n\nNo\tO\n\n"


def test_trees_keep_every_line(file: Callable[..., Path], tmp_path: Path) -> None:
    """Comments, ranges and empty nodes are written as they were read."""
    write_trees(tmp_path / "out.conllu", read_trees(file(CONLLU)))
    assert (tmp_path / "out.conllu").read_text() == CONLLU


def test_only_syntactic_words_carry_a_parse(file: Callable[..., Path]) -> None:
    """Words, tags, heads and labels leave out ranges and empty nodes."""
    first, second = read_trees(file(CONLLU))
    assert first.words == ("I", "do", "n't", ".")
    assert first.tags == ("PRON", "AUX", "PART", "PUNCT")
    assert first.heads == (4, 4, 4, 0)
    assert first.labels == ("nsubj", "aux", "advmod", "root")
    assert (second.words, second.heads) == (("Yes",), (0,))


def test_a_predicted_tree_holds_nothing_of_the_gold_one(file: Callable[..., Path]) -> None:
    """The columns given are those of the prediction; all others are blank, also in empty nodes."""
    tree = next(read_trees(file(CONLLU)))
    predicted = tree.predicted(heads=[2, 0, 2, 2], labels=["a", "root", "b", "c"])
    assert [row[:2] for row in predicted.rows] == [row[:2] for row in tree.rows]
    assert predicted.comments == tree.comments
    assert (predicted.heads, predicted.labels) == ((2, 0, 2, 2), ("a", "root", "b", "c"))
    blank = ("_",) * 8
    assert [row[2:] for row in predicted.rows if not row[0].isdigit()] == [blank, blank]
    assert {row[column] for row in predicted.rows for column in (2, 3, 4, 5, 8, 9)} == {"_"}


def test_a_prediction_needs_a_value_for_each_word(file: Callable[..., Path]) -> None:
    """Too few heads are refused."""
    with pytest.raises(ValueError, match="each of 4 words, got 0, 3, 0"):
        next(read_trees(file(CONLLU))).predicted(heads=[0, 1, 1])


def test_a_tree_without_gold_heads_can_be_read(file: Callable[..., Path]) -> None:
    """A blank head is -1."""
    row = "\t".join(["1", "Yes", *["_"] * 8])
    assert next(read_trees(file(row))).heads == (-1,)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("\t4\tnsubj", "\t5\tnsubj", r":2: expected a head from 0 to 4 in column 7"),
        ("\t4\taux", "\tx\taux", r":4: expected a head"),
        ("1\tYes\tyes", "1\tYes", r":9: expected the 10 columns"),
        ("1\tYes", "one\tYes", r":9: expected the number of a token"),
    ],
    ids=["outside", "no number", "columns", "token"],
)
def test_a_broken_tree_names_its_line(
    file: Callable[..., Path], old: str, new: str, expected: str
) -> None:
    """What is wrong is said with file and line."""
    with pytest.raises(FormError, match=expected):
        list(read_trees(file(CONLLU.replace(old, new))))


def test_tagged_sentences_keep_every_line(file: Callable[..., Path], tmp_path: Path) -> None:
    """Two blank lines in a row are a sentence of no words, so that lines stay aligned."""
    sentences = list(read_tagged(file(BIO)))
    assert sentences == [
        TaggedSentence(("IL-2", "receptor"), ("B-Gene", "I-Gene")),
        TaggedSentence((), ()),
        TaggedSentence(("No",), ("O",)),
    ]
    write_tagged(tmp_path / "out.bio", sentences)
    assert (tmp_path / "out.bio").read_text() == BIO


@pytest.mark.parametrize("line", ["word", "word\tS-Gene", "word\tB-", "word\t"])
def test_a_word_without_a_bio_tag_is_refused(file: Callable[..., Path], line: str) -> None:
    """Other schemes and missing tags name their line."""
    with pytest.raises(FormError, match=r"data\.tsv:2: expected"):
        list(read_tagged(file(f"a\tO\n{line}\n")))


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-A I-A O", [(0, 2, "A")]),
        ("B-A B-A I-A", [(0, 1, "A"), (1, 3, "A")]),
        ("B-A I-B I-B", [(0, 1, "A"), (1, 3, "B")]),
        ("O I-A-b I-A-b", [(1, 3, "A-b")]),
        ("B-A O I-A", [(0, 1, "A"), (2, 3, "A")]),
        ("O O", []),
    ],
)
def test_spans_follow_the_rule_of_conlleval(tags: str, spans: list[tuple[int, int, str]]) -> None:
    """A span begins at B, after O, or where the type changes."""
    assert [astuple(span) for span in tag_spans(tags.split())] == spans


def test_spans_become_tags_again() -> None:
    """Neighbours stay apart; an overlap is refused."""
    spans = [TypedSpan(0, 1, "A"), TypedSpan(1, 3, "A")]
    assert span_tags(4, spans) == ("B-A", "B-A", "I-A", "O")
    assert tag_spans(span_tags(4, spans)) == spans
    with pytest.raises(ValueError, match="overlaps"):
        span_tags(4, [*spans, TypedSpan(2, 4, "B")])
