"""Treebanks: sentences with gold words, tags, lemmas and trees, read from CoNLL-U files.

A file is read strictly: what is malformed is refused with its line, for a tree that was read wrong
teaches wrong. Ranges (``1-2``) tell the spaces between words, empty nodes (``1.1``) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ...engine.sources import SourceFile, open_bytes, reading
from ...errors import CorpusError
from .treebank_versions import is_version_1, to_version_2
from .treebank_words import UNIVERSAL_TAGS, TreebankSentence

_N_COLUMNS = 10
_ID, _FORM, _LEMMA, _UPOS, _XPOS, _HEAD, _DEPREL, _MISC = 0, 1, 2, 3, 4, 6, 7, 9
_BLANK = "_"
_NO_SPACE = "SpaceAfter=No"


@dataclass(frozen=True)
class Treebank:
    """The sentences of one file, document by document.

    Attributes
    ----------
    name : str
        The name of its file.
    documents : tuple of tuple of TreebankSentence
        Neighbors stand next to each other; a file without ``newdoc`` comments is one document.
    """

    name: str
    documents: tuple[tuple[TreebankSentence, ...], ...]

    @property
    def sentences(self) -> tuple[TreebankSentence, ...]:
        """All sentences in the order of the file."""
        return tuple(sentence for document in self.documents for sentence in document)

    @property
    def n_words(self) -> int:
        """How many syntactic words its sentences have."""
        return sum(len(sentence.words) for sentence in self.sentences)


def read_treebank(path: str | Path) -> Treebank:
    """Read a CoNLL-U file, which may be packed as .xz or .gz.

    Trees of Universal Dependencies v1 (with labels such as ``dobj``) are brought to v2.

    Parameters
    ----------
    path : str or Path
        The file; a tag or a lemma that is ``_`` is unknown, a head may not be.

    Raises
    ------
    CorpusError
        The file cannot be read, holds no sentence, or a line of it is malformed; the message names
        the file, the line and the reason.
    """
    path = Path(path)
    documents: list[list[TreebankSentence]] = []
    for block in _blocks(path):
        if block.starts_document or not documents:
            documents.append([])
        if block.rows:
            documents[-1].append(_sentence(block))
    filled = [document for document in documents if document]
    if not filled:
        raise CorpusError(
            f"{path}: holds no sentence; expected CoNLL-U: one word a line in {_N_COLUMNS} columns "
            "between TABs, a blank line after each sentence"
        )
    version_1 = is_version_1(sentence for document in filled for sentence in document)
    read = (map(to_version_2, document) if version_1 else document for document in filled)
    treebank = Treebank(path.name, tuple(map(tuple, read)))
    _check_tags(path, treebank)
    return treebank


@dataclass(frozen=True)
class _Row:
    """The columns of one line, and where it stands."""

    where: str
    cells: tuple[str, ...]

    def refuse(self, found: str, expected: str) -> NoReturn:
        raise CorpusError(
            f"{self.where}: {found}; expected {expected}. Repair the line or drop its sentence"
        )


@dataclass
class _Block:
    """The lines up to a blank line: words, ranges, and whether a document starts with them."""

    rows: list[_Row]
    ranges: list[_Row]
    starts_document: bool = False


def _blocks(path: Path) -> Iterator[_Block]:
    block = _Block([], [])
    for number, line in _lines(path):
        if line.isspace() or not line:
            yield block
            block = _Block([], [])
        elif line.startswith("#"):
            block.starts_document |= line[1:].split("=")[0].strip() in ("newdoc", "newdoc id")
        else:
            row = _Row(f"{path}:{number}", tuple(line.split("\t")))
            if len(row.cells) != _N_COLUMNS:
                row.refuse(f"{len(row.cells)} columns", f"{_N_COLUMNS} between TABs")
            _file_row(block, row)
    yield block


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    with reading(str(path)), open_bytes(SourceFile(path.name, path)) as file:
        rest = b""
        while data := file.read(1 << 20):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                number += 1
                yield number, _decode(path, number, line)
        if rest:
            yield number + 1, _decode(path, number + 1, rest)


def _decode(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path}:{number}: not UTF-8 ({error.reason}); save the file as UTF-8"
        ) from error


def _file_row(block: _Block, row: _Row) -> None:
    """Put a row where it belongs; an empty node is dropped."""
    number = row.cells[_ID]
    expected = str(len(block.rows) + 1)
    first, mark, last = number.partition("-")
    if number == expected:
        block.rows.append(row)
    elif mark and first == expected and last.isdecimal() and int(last) > int(first):
        block.ranges.append(row)
    elif not _is_empty_node(number, len(block.rows)):
        row.refuse(f"token number {number!r}", f"{expected}, the next word of the sentence")


def _is_empty_node(number: str, n_words: int) -> bool:
    word, mark, place = number.partition(".")
    return bool(mark) and word == str(n_words) and place.isdecimal()


def _sentence(block: _Block) -> TreebankSentence:
    rows = block.rows
    heads = [_head(row, place, len(rows)) for place, row in enumerate(rows)]
    _check_tree(rows, heads)
    deps = [row.cells[_DEPREL] for row in rows]
    for row, dep in zip(rows, deps, strict=True):
        if dep == _BLANK:
            row.refuse("no label in column 8", "the relation to the head")
        if not row.cells[_FORM].strip():
            row.refuse("no word in column 2", "the word itself")
    return TreebankSentence(
        words=tuple(row.cells[_FORM] for row in rows),
        spaces=_spaces(block),
        upos=tuple(_known(row.cells[_UPOS]) for row in rows),
        xpos=tuple(_known(row.cells[_XPOS]) for row in rows),
        lemmas=tuple(_lemma(row) for row in rows),
        heads=tuple(heads),
        deps=tuple("root" if head == place else deps[place] for place, head in enumerate(heads)),
    )


def _head(row: _Row, place: int, n_words: int) -> int:
    """Return the place of a word's head; a root is its own head."""
    head = row.cells[_HEAD]
    if not (head.isascii() and head.isdecimal() and int(head) <= n_words):
        row.refuse(f"head {head!r} in column 7", f"a number from 0 to {n_words}")
    if int(head) == place + 1:
        row.refuse(f"head {head!r} in column 7 is the word itself", "another word, or 0 for a root")
    return int(head) - 1 if int(head) else place


def _check_tree(rows: Sequence[_Row], heads: Sequence[int]) -> None:
    """Refuse a sentence that is not one tree."""
    roots = [place for place, head in enumerate(heads) if head == place]
    if len(roots) != 1:
        row = rows[roots[1]] if roots else rows[0]
        row.refuse(f"a sentence with {len(roots)} roots", "exactly one word with the head 0")
    for start, row in enumerate(rows):
        place = start
        for _ in heads:
            place = heads[place]
        if place != roots[0]:
            row.refuse("a chain of heads that runs in a circle", "one that ends at the root")


def _spaces(block: _Block) -> tuple[bool, ...]:
    """Say after which words a space stands; within a range there is none."""
    spaces = [_NO_SPACE not in row.cells[_MISC].split("|") for row in block.rows]
    for row in block.ranges:
        first, _, last = row.cells[_ID].partition("-")
        if int(last) > len(spaces):
            row.refuse(f"range {row.cells[_ID]}", f"one within the {len(spaces)} words")
        for place in range(int(first) - 1, int(last) - 1):
            spaces[place] = False
        spaces[int(last) - 1] = _NO_SPACE not in row.cells[_MISC].split("|")
    return tuple(spaces)


def _known(cell: str) -> str:
    return "" if cell == _BLANK else cell


def _lemma(row: _Row) -> str:
    """Return a lemma, "" if unknown; the lemma of an underscore is an underscore."""
    return row.cells[_LEMMA] if row.cells[_FORM] == _BLANK else _known(row.cells[_LEMMA])


def _check_tags(path: Path, treebank: Treebank) -> None:
    """Refuse parts of speech that are not universal."""
    for sentence in treebank.sentences:
        for word, tag in zip(sentence.words, sentence.upos, strict=True):
            if tag and tag not in UNIVERSAL_TAGS:
                raise CorpusError(
                    f"{path}: the part of speech {tag!r} of {word!r} in the sentence "
                    f"{' '.join(sentence.words)!r:.80}; expected one of "
                    f"{', '.join(sorted(UNIVERSAL_TAGS))}, or _ in column 4"
                )
