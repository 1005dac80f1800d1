"""Sentences, and the gold extractions of two benchmarks of open information extraction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .lines import read_filled_lines, read_lines

_ARROW = "-->"

Fact = list[tuple[str, str, str]]
"""The phrasings of one fact; what stands in square brackets may be left out."""


@dataclass(frozen=True)
class Extraction:
    """What was extracted from a sentence: a relation and its arguments in order."""

    relation: str
    arguments: tuple[str, ...]
    confidence: float = 1.0


def read_sentences(path: Path) -> Iterator[str]:
    """Yield the sentences of a file: one a line, or after a number and a TAB."""
    for line in read_filled_lines(path):
        first, tab, rest = line.text.partition("\t")
        yield rest if tab and first.isdigit() else line.text


def read_tuples(path: Path) -> dict[str, list[Extraction]]:
    """Read lines of sentence, relation and arguments between TABs.

    Raises
    ------
    FormError
        A line has fewer than three columns.
    """
    found: dict[str, list[Extraction]] = {}
    for line in read_filled_lines(path):
        sentence, relation, *arguments = line.columns(
            "a sentence, a relation and arguments", at_least=3
        )
        kept = tuple(text.strip() for text in arguments if text.strip() and "C: " not in text)
        found.setdefault(sentence.strip(), []).append(Extraction(relation.strip(), kept))
    return found


def read_facts(path: Path) -> dict[str, list[Fact]]:
    """Read sentences (``sent_id:1 TAB text``) with clusters of ``subject --> relation --> object``.

    Raises
    ------
    FormError
        A phrasing stands before the first cluster, or has not three parts.
    """
    found: dict[str, list[Fact]] = {}
    facts: list[Fact] = []
    for line in read_lines(path):
        if line.text.startswith("sent_id:"):
            facts = []
            found[line.text.partition("\t")[2].strip()] = facts
        elif re.match(r"\S+?-->\s*Cluster .*:", line.text):
            facts.append([])
        elif _ARROW in line.text:
            parts = [part.strip() for part in line.text.split(_ARROW)]
            if len(parts) < 3 or not facts:
                raise line.error("subject --> relation --> object, below the name of a cluster")
            facts[-1].append((parts[0], parts[1], parts[2]))
    return found


def is_fact_file(path: Path) -> bool:
    """Tell whether a gold file holds clusters of phrasings, not lines of columns."""
    return next(read_filled_lines(path)).text.startswith("sent_id:")
