"""Parser: sentences to dependency trees and noun phrases, with the embedded pipeline or any other.

Sentences are parsed in groups, a few neighbors of one document at a time, with the boundaries
between them given: the words around a sentence help to read it. What comes out is plain data on
each sentence's own text; no spaCy object leaves this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import spacy
from spacy.language import Language
from spacy.pipeline import DependencyParser
from spacy.strings import StringStore
from spacy.tokens import Doc
from thinc.types import Ints2d

from ..errors import ModelError, ParameterError
from .dependencies import LabelScheme, detect_scheme, to_universal
from .fast_products import multiply_fast
from .noun_phrases import find_noun_phrases, key_bounds, normalize_key

MAX_GROUP = 8  # sentences parsed together

_GROUPS_PER_ZONE = 128
_GROUPS_PER_BATCH = 32
_KEPT_STRINGS = 200_000  # strings beyond those of the pipeline that may stay in memory for good
_EMBEDDED = Path(__file__).resolve().parent.parent / "models" / "parser"
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, ImportError)

# The pipeline's parts that decide heads, labels, parts of speech and lemmas; others are not loaded.
_NEEDED = frozenset(
    "tok2vec transformer curated_transformer tagger morphologizer attribute_ruler parser "
    "lemmatizer trainable_lemmatizer".split()
)


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A nominal head with its modifiers, and the key under which equal phrases are counted.

    `start` and `end` are character offsets in the sentence, `words` the first word and the word
    after the last, `head` a word. `key` is ``text[key_start:key_end]`` in lower case with white
    space folded: determiners, possessive pronouns and quantifiers are cut. It is "" where the
    phrase is not worth a node: a pronoun, a number, one letter, or too long.
    """

    start: int
    end: int
    words: tuple[int, int]
    head: int
    text: str
    key: str
    key_start: int
    key_end: int


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """A sentence with its words, its Universal Dependencies tree and its noun phrases.

    Word i is ``text[offsets[i]:offsets[i] + len(words[i])]``; `deps` are UD v2 labels and `heads`
    word indices, whatever scheme the pipeline speaks; a root ("root") is its own head.
    """

    text: str
    words: tuple[str, ...]
    offsets: tuple[int, ...]
    lemmas: tuple[str, ...]
    upos: tuple[str, ...]
    deps: tuple[str, ...]
    heads: tuple[int, ...]
    noun_phrases: tuple[NounPhrase, ...]

    @property
    def is_question(self) -> bool:
        """Whether the sentence asks, and so states nothing."""
        return self.text.rstrip().endswith("?")


class Parser:
    """A spaCy pipeline that reads English sentences.

    Attributes
    ----------
    fingerprint : str
        SHA-256 of the pipeline's configuration and components: what decides the parses.
    folder : Path
        Where the pipeline was loaded from.
    needs_torch : bool
        Whether one of its components is a transformer.
    scheme : LabelScheme
        The labels that the pipeline itself speaks.

    Examples
    --------
    >>> from tailgraph.graph.parsing import Parser
    >>> [[sentence]] = Parser.default().parse([["Aspirin inhibits the old enzyme."]])
    >>> sentence.deps
    ('nsubj', 'root', 'det', 'amod', 'obj', 'punct')
    >>> [phrase.key for phrase in sentence.noun_phrases]
    ['aspirin', 'old enzyme']
    """

    def __init__(self, pipeline: Language, *, fingerprint: str, scheme: LabelScheme):
        self._pipeline = pipeline
        self._strings_at_start = len(pipeline.vocab.strings)
        self._trees = TreeReader(pipeline.vocab.strings, scheme)
        self.fingerprint = fingerprint
        self.folder = Path(pipeline.path)
        self.needs_torch = any("transformer" in name for name in pipeline.pipe_factories.values())
        self.scheme = scheme

    @classmethod
    def default(cls) -> Parser:
        """Load the embedded parser."""
        return cls.from_pretrained(_EMBEDDED)

    @classmethod
    def from_pretrained(cls, name_or_path: str | Path) -> Parser:
        """Load a spaCy pipeline: the name of an installed package, or a folder.

        Raises
        ------
        ModelError
            There is no such pipeline, it cannot be read, it lacks a parser or parts of speech, or
            its labels are of neither scheme that can be read.
        """
        pipeline = load_pipeline(name_or_path)
        return cls(pipeline, fingerprint=_fingerprint(pipeline), scheme=_scheme(pipeline))

    def parse(self, groups: Iterable[Sequence[str]]) -> Iterator[list[ParsedSentence]]:
        """Parse groups of sentences; a group is up to 8 neighbors of one document, in order.

        Parameters
        ----------
        groups
            Read as a stream, 128 groups at a time.

        Yields
        ------
        list of ParsedSentence
            One for each sentence of the group; a sentence of white space has no words.

        Raises
        ------
        ParameterError
            A group holds more than 8 sentences.
        """
        stream = iter(groups)
        while zone := [check_group(group) for group in islice(stream, _GROUPS_PER_ZONE)]:
            with self._bounded_memory():
                parsed = [self._read(doc, texts) for doc, texts in self._annotate(zone)]
            yield from parsed

    def _annotate(
        self, groups: Sequence[tuple[str, ...]]
    ) -> Iterator[tuple[Doc, tuple[_FoldedText, ...]]]:
        folded = [tuple(map(_FoldedText, group)) for group in groups]
        docs = ((self._tokenize(texts), texts) for texts in folded)
        return cast(
            "Iterator[tuple[Doc, tuple[_FoldedText, ...]]]",
            self._pipeline.pipe(docs, as_tuples=True, batch_size=_GROUPS_PER_BATCH),
        )

    def _tokenize(self, texts: Sequence[_FoldedText]) -> Doc:
        """Make one document of the sentences, its boundaries given and none other allowed."""
        doc = self._pipeline.tokenizer(" ".join(text.folded for text in texts if text.folded))
        boundaries = np.full((len(doc), 1), -1, dtype=np.int64)
        boundaries[_first_words(doc, texts)[:-1]] = 1
        return doc.from_array(["SENT_START"], cast("Ints2d", boundaries.astype(np.uint64)))

    def _read(self, doc: Doc, texts: Sequence[_FoldedText]) -> list[ParsedSentence]:
        """Read the trees of a group, each on its sentence's own text."""
        columns = tree_columns(doc)
        bounds = iter(_first_words(doc, texts).tolist())
        first, group_offset, sentences = next(bounds), 0, []
        for text in texts:
            stop = next(bounds) if text.folded else first
            rows = columns[first:stop]
            offsets = text.original_offsets(rows[:, 0].view(np.int64) - group_offset)
            sentences.append(self._trees.read(text.text, rows, offsets.tolist()))
            if text.folded:
                first, group_offset = stop, group_offset + len(text.folded) + 1
        return sentences

    def _bounded_memory(self) -> AbstractContextManager[object]:
        """Let the vocabulary grow with the corpus up to a limit, then forget each batch's words.

        Words that stay are tokenized ten times faster, so the common ones had better stay.
        """
        if len(self._pipeline.vocab.strings) - self._strings_at_start < _KEPT_STRINGS:
            return nullcontext()
        return self._pipeline.memory_zone()


def check_group(group: Sequence[str]) -> tuple[str, ...]:
    """Refuse a group of more than 8 sentences.

    Raises
    ------
    ParameterError
        It has more.
    """
    if len(group) > MAX_GROUP:
        raise ParameterError(
            f"A group has {len(group)} sentences; expected at most {MAX_GROUP}. Cut longer "
            "documents into consecutive groups."
        )
    return tuple(group)


class _FoldedText:
    """A sentence with single spaces, as the pipeline reads it, and the way back to its own text."""

    __slots__ = ("folded", "text")

    def __init__(self, text: str):
        self.text = text
        self.folded = " ".join(text.split())

    def original_offsets(self, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Turn character offsets in the folded text into offsets in the text itself."""
        if self.text == self.folded:
            return offsets
        chunks = self.folded.split(" ")
        starts = np.cumsum([0] + [len(chunk) + 1 for chunk in chunks[:-1]])
        originals = np.zeros(len(chunks), dtype=np.int64)
        end = 0
        for row, chunk in enumerate(chunks):
            originals[row] = self.text.index(chunk, end)
            end = originals[row] + len(chunk)
        rows = np.searchsorted(starts, offsets, side="right") - 1
        moved: npt.NDArray[np.int64] = offsets + (originals - starts)[rows]
        return moved


def _first_words(doc: Doc, texts: Sequence[_FoldedText]) -> npt.NDArray[np.intp]:
    """Give the first word of each sentence that is not empty, and at last the number of words."""
    lengths = [len(text.folded) + 1 for text in texts if text.folded]
    starts = np.cumsum([0, *lengths])
    return np.searchsorted(doc.to_array(["IDX"]).ravel().view(np.int64), starts)


def tree_columns(doc: Doc) -> npt.NDArray[np.uint64]:
    """Read what trees are made of: uint64 array of shape (n_words, 6).

    The columns are offset, length, lemma, part of speech, label, and, as a signed number, how far
    away the head stands.
    """
    attributes: list[int | str] = ["IDX", "LENGTH", "LEMMA", "POS", "DEP", "HEAD"]
    return cast("npt.NDArray[np.uint64]", doc.to_array(attributes))


class TreeReader:
    """Makes sentences of the columns of a document; see `tree_columns`.

    Parameters
    ----------
    strings
        What the numbers of lemmas, parts of speech and labels stand for.
    scheme
        The labels that the trees have.
    """

    def __init__(self, strings: StringStore, scheme: LabelScheme):
        self._strings = strings
        self._names: dict[int, str] = {}  # labels and parts of speech, a few dozen
        self._is_clearnlp = scheme is LabelScheme.CLEARNLP

    def read(
        self, text: str, columns: npt.NDArray[np.uint64], offsets: Sequence[int]
    ) -> ParsedSentence:
        """Read one sentence from the columns of its words and where each begins in `text`."""
        rows = np.arange(len(columns))
        ends = zip(offsets, columns[:, 1].tolist(), strict=True)
        words = [text[start : start + length] for start, length in ends]
        above = rows + columns[:, 5].view(np.int64)
        heads = np.where((above >= 0) & (above < len(rows)), above, rows).tolist()
        upos = [self._name(tag) or "X" for tag in columns[:, 3].tolist()]
        deps = [self._name(label) or "dep" for label in columns[:, 4].tolist()]
        lemmas = [
            (word.isalpha() and self._strings[lemma]) or word.lower()
            for word, lemma in zip(words, columns[:, 2].tolist(), strict=True)
        ]
        if self._is_clearnlp:
            deps, heads = to_universal(lemmas, upos, deps, heads)
        deps = ["root" if heads[row] == row else dep for row, dep in enumerate(deps)]
        return parsed_sentence(text, words, offsets, lemmas, upos, deps, heads)

    def _name(self, number: int) -> str:
        name = self._names.get(number)
        if name is None:
            name = self._names[number] = self._strings[number]
        return name


def load_pipeline(name_or_path: str | Path | None = None) -> Language:
    """Load the parts of a spaCy pipeline that parses need; None is the embedded one.

    Raises
    ------
    ModelError
        There is no such pipeline, it cannot be read, it lacks a parser or parts of speech, or its
        labels are of neither scheme that can be read.
    """
    source = _EMBEDDED if name_or_path is None else name_or_path
    try:
        pipeline = spacy.load(source)
        pipeline("The pipeline reads a sentence.")  # some missing files only show at work
    except _UNREADABLE as error:
        raise ModelError(
            f"No spaCy pipeline can be loaded from {str(source)!r}: {error}. Expected an "
            "installed package or a folder with config.cfg; install one (python -m pip install "
            "PACKAGE), check the path, or leave the name out to use the embedded parser."
        ) from error
    _keep_needed(pipeline, source)
    _scheme(pipeline)
    multiply_fast(pipeline)
    return pipeline


def _keep_needed(pipeline: Language, source: str | Path) -> None:
    """Drop the components that no parse needs; check that what is needed is there."""
    factories = {pipeline.get_pipe_meta(name).factory: name for name in pipeline.pipe_names}
    for factory, name in factories.items():
        if factory not in _NEEDED:
            pipeline.remove_pipe(name)
    if "parser" not in factories:
        raise ModelError(
            f"The pipeline {str(source)!r} has no dependency parser, only "
            f"{', '.join(factories) or 'a tokenizer'}. Choose a pipeline with a 'parser'."
        )
    if not {"morphologizer", "attribute_ruler"} & set(factories):
        raise ModelError(
            f"The pipeline {str(source)!r} assigns no parts of speech: it has neither a "
            "'morphologizer' nor an 'attribute_ruler'. Choose a pipeline that has."
        )


def _scheme(pipeline: Language) -> LabelScheme:
    """Tell which labels the pipeline's parser speaks."""
    names = (n for n in pipeline.pipe_names if pipeline.get_pipe_meta(n).factory == "parser")
    return detect_scheme(cast("DependencyParser", pipeline.get_pipe(next(names))).labels)


def parsed_sentence(
    text: str,
    words: Sequence[str],
    offsets: Sequence[int],
    lemmas: Sequence[str],
    upos: Sequence[str],
    deps: Sequence[str],
    heads: Sequence[int],
) -> ParsedSentence:
    """Complete a sentence whose UD tree is known with its noun phrases."""
    phrases = []
    for first, stop, head in find_noun_phrases(words, upos, deps, heads):
        start, end = offsets[first], offsets[stop - 1] + len(words[stop - 1])
        cut, cut_stop = key_bounds(words[first:stop], upos[first:stop])
        inner = slice(first + cut, first + cut_stop)
        key_start, key_end = start, start
        if cut < cut_stop:
            key_start = offsets[inner.start]
            key_end = offsets[inner.stop - 1] + len(words[inner.stop - 1])
        key = normalize_key(text[key_start:key_end], upos[inner])
        phrases.append(
            NounPhrase(start, end, (first, stop), head, text[start:end], key, key_start, key_end)
        )
    forms = (tuple(words), tuple(offsets), tuple(lemmas))
    tree = (tuple(upos), tuple(deps), tuple(heads))
    return ParsedSentence(text, *forms, *tree, tuple(phrases))


def _fingerprint(pipeline: Language) -> str:
    """Hash the files of a loaded pipeline that decide its parses, by name and content."""
    folder = Path(pipeline.path)
    digest = hashlib.sha256()
    parts = ["config.cfg", "tokenizer", "vocab", *pipeline.pipe_names]
    for part in parts:
        root = folder / part
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.is_file():
                content = file.read_bytes()
                digest.update(f"{file.relative_to(folder).as_posix()} {len(content)}\n".encode())
                digest.update(content)
    return digest.hexdigest()
