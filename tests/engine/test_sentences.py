"""Sentence splitting, held against sentences marked by hand."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest

from tailgraph.engine.sentences import MAX_SENTENCE_CHARS, cut_span, split_sentences

# A bar stands where a space of the text is the border of two sentences.
ONE_LINE = {
    "two plain": "The cat sat.|It purred.",
    "question and exclamation": "Did it work?|Yes!|It did.",
    "titles": "Dr. Smith met Mr. and Mrs. Jones.|Prof. Lee was late.",
    "initials": "The work of J. A. Smith and R. Fisher is cited.|We agree.",
    "initial at the end": "The variance was named after R. Fisher.|J. Smith disagreed.",
    "latin abbreviations": "Some drugs, e.g. Aspirin, help, i.e. They lower fever.|Others do not.",
    "et al. inside": "Hsieh et al. approach it, as Kern et al. (2011) and Lee et al. Nature did.",
    "et al. at the end": "This was shown by Jones et al.|The cells were then washed.",
    "versus": "We compared A vs. B and Roe v. Wade.|Nothing changed.",
    "figures": "See Fig. 2 and Figs. S1 and S2.|Eq. 3 follows.",
    "approximately": "It weighs approx. 5 g, ca. 3 ml.|It floats.",
    "number sign": "Patient No. 12 and cat. no. BX12 were used.|Did he agree?|No.|He left.",
    "saints and companies": "She lives in St. Louis and works for Acme Inc. Boston.|He too.",
    "company at the end": "It was bought by Acme Inc.|The price was low.",
    "country inside": "The U.S. Senate voted.|It passed.",
    "country at the end": "They moved to the U.S.|They stayed there.",
    "degree": "Jane Roe, Ph.D. Candidate, spoke.|She has an M.D.|Her talk was short.",
    "months": "On Jan. 5 and Sept. 30, 2020, it rained.|In Dec.|It snowed.",
    "decimals": "It fell by 0.05 to 3.14.|The rest held.",
    "p value": "The effect was small (p < 0.05).|The trial ended at p < 0.001.|We stopped.",
    "species": "E. coli and S. aureus grew.|C. elegans did not.",
    "species with sp.": "Aspergillus sp. grew, not Shigella spp.|We saw Fusarium sp.|It was red.",
    "routes": "It was given i.v. and i.p. in mice.|They slept.",
    "route at the end": "The drug was given i.v.|We waited.",
    "ellipsis inside": "It was ... well ... odd.|We left.",
    "ellipsis at the end": "He paused...|Then he spoke.|She waited…|Nothing came.",
    "quotes after the mark": 'He said "Stop."|Then he left.',
    "quotes before more": '"Why?" he asked.|"Because."|She smiled.',
    "curly quotes": "“It works.”|\u2018So it does.\u2019|They went home.",
    "brackets after the mark": "(It was late.)|They slept [as usual.]|All was still.",
    "citation after the mark": "Growth slowed.[12]|It stopped. [3, 4]|Then it resumed.",
    "citation in a sentence": "As shown in ref. [12] and by Lee [3], it grew.|We agree.",
    "small-letter gene": "It was studied.|p53 was found.|mRNA rose.|eGFR fell.|daf-16 did not.",
    "greek letter": "It was purified.|\u03b1-Synuclein aggregates.|β-actin was the control.",
    "bracket opens": "It fell.|(A control did not.)|[Data not shown.]",
    "digit opens": "It began in 2010.|45 patients enrolled.",
    "lettered noun": "They lack vitamin C.|Group A.|We saw hepatitis B.|Others had type 2.",
    "unit": "It was kept at 37 °C.|Cells grew at 25°C.|Resolution was 2 Å.|We stopped.",
    "time": "We met at 9 a.m. Monday and left at 5 p.m.|It was dark.",
    "exclamation in a name": "The Yahoo! site was down.|We waited.",
    "mixed marks": "What?!|Really!!|Yes.",
    "address": "Visit www.example.org/a.b or mail a.b@example.org.|We answer.",
    "enzyme code": "It is EC 3.4.21.4.|The enzyme cuts.",
    "list in a line": "Two steps: 1. Wash it.|2. Dry it.",
    "versions": "We used R ver. 4.1 and Prism v. 9.|Both ran.",
    "and so on": "We saw rats, mice, etc.|The rest fled.|Rats, mice, etc. were seen.",
    "dash opens": "It works.|\u2013 Does it?",
    "no final mark": "A title without a mark",
    "only marks": "...",
    "lone number": "Step 1.|Wait.",
    "spaced ellipsis": "It was . . . odd.|We left.",
    "junior": "Martin King Jr. Boulevard is long.|He is John Roe Jr.|His father knew.",
    "seconds": "It was held for 30 s.|Then for 10 min.|Prior to that, 2 h.",
}

# Texts of several lines, and their sentences as they stand in the text.
SEVERAL_LINES = {
    "hard wraps": (
        "Water boils at a\nhundred degrees. Ice\nmelts at none.",
        ["Water boils at a\nhundred degrees.", "Ice\nmelts at none."],
    ),
    "mark at the line end": ("It boils.\nIt melts.", ["It boils.", "It melts."]),
    "abbreviation at the line end": ("We met Dr.\nLee. He left.", ["We met Dr.\nLee.", "He left."]),
    "heading": ("Methods\n\nWe boiled it.", ["Methods", "We boiled it."]),
    "heading with blanks": ("1. Methods  \n \t \n  We boiled it.", ["1. Methods", "We boiled it."]),
    "blank line after an abbreviation": ("By Lee et al.\n\nrats", ["By Lee et al.", "rats"]),
    "bullets": (
        "We need:\n- a pan\n  * some water\n• time",
        ["We need:", "- a pan", "* some water", "• time"],
    ),
    "numbered": ("1. Wash it.\n2) Dry it\n(3) Go", ["1. Wash it.", "2) Dry it", "(3) Go"]),
    "two-digit numbers": ("9. Nine\n10. Ten", ["9. Nine", "10. Ten"]),
    "hyphen inside a wrapped line": ("A well-\nknown fact.", ["A well-\nknown fact."]),
    "many blank lines": ("\n\n\nOne.\n\n\n\nTwo.\n\n", ["One.", "Two."]),
    "non-breaking space": ("One.\u00a0Two.", ["One.", "Two."]),
}


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text as strings."""
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize("marked", ONE_LINE.values(), ids=ONE_LINE.keys())
def test_a_line_is_split_where_a_reader_splits_it(marked: str) -> None:
    """Sentences of one line end where they were marked by hand."""
    assert sentences_of(marked.replace("|", " ")) == marked.split("|")


@pytest.mark.parametrize(("text", "expected"), SEVERAL_LINES.values(), ids=SEVERAL_LINES.keys())
def test_lines_are_joined_or_parted_as_a_reader_does(text: str, expected: list[str]) -> None:
    """A line end is white space, unless a blank line or a bullet follows."""
    assert sentences_of(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "\u00a0"])
def test_blank_text_has_no_sentence(text: str) -> None:
    """No span is made of white space."""
    assert split_sentences(text) == []


def test_spans_are_ordered_trimmed_short_and_miss_only_white_space() -> None:
    """Whatever the text, its spans lie apart and hold every character that is not white space."""
    generator = random.Random(0)
    for _ in range(300):
        length = generator.choice([20, 200, 5_000])
        text = "".join(generator.choices("aA.1 \n-(\")['?…\u00a0é", k=length))
        spans = split_sentences(text)
        pieces = [text[start:end] for start, end in spans]
        assert "".join("".join(pieces).split()) == "".join(text.split())
        assert all(piece and piece == piece.strip() for piece in pieces)
        assert all(len(piece) <= MAX_SENTENCE_CHARS for piece in pieces)
        assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_a_long_sentence_is_cut_at_its_last_white_space() -> None:
    """A piece ends at the last white space that keeps it short enough."""
    text = "word " * 1_000
    assert split_sentences(text)[:2] == [(0, 1_999), (2_000, 3_999)]


def test_a_long_word_is_cut_hard() -> None:
    """Without white space, pieces are exactly as long as allowed."""
    assert split_sentences("x" * 4_500) == [(0, 2_000), (2_000, 4_000), (4_000, 4_500)]


def test_a_sentence_of_the_longest_length_stays_whole() -> None:
    """The limit itself is allowed."""
    text = "x" * 1_999 + "."
    assert split_sentences(text) == [(0, 2_000)]


def test_cut_span_keeps_to_the_part_it_is_given() -> None:
    """Nothing outside the given span is taken."""
    assert list(cut_span("ab  cd  ef", 2, 8)) == [(4, 6)]
    assert list(cut_span("ab  cd", 2, 4)) == []


@pytest.mark.parametrize("unit", ["a", ". ", ". A", ".", "\n", " "], ids=repr)
def test_a_megabyte_of_one_thing_takes_seconds(unit: str) -> None:
    """A million characters take far less than any quadratic scan would."""
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    split_sentences(text)
    assert time.process_time() - began < 15


@pytest.mark.parametrize(
    "unit", ["\n ", '."', '")', ".[1", ". [1 1", "\n1)", "'", "1. ", ". '", "A."], ids=repr
)
def test_no_pattern_makes_the_scan_start_over(unit: str) -> None:
    """What nearly ends a sentence, again and again, costs time in proportion."""
    text = unit * (200_000 // len(unit))
    began = time.process_time()
    split_sentences(text)
    assert time.process_time() - began < 5
