"""A search collection: a folder of documents, queries and judgements."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .lines import FormError, read_filled_lines


@dataclass(frozen=True)
class SearchDocument:
    """A document of a collection; the title may be empty, or repeated in the text."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class SearchQuery:
    """A query of a split."""

    id: str
    text: str


@dataclass(frozen=True)
class SearchCollection:
    """Documents, the queries of a split, and the grade of each judged document by query.

    ``judgements`` is empty where the folder has none for the split.
    """

    documents: tuple[SearchDocument, ...]
    queries: tuple[SearchQuery, ...]
    judgements: dict[str, dict[str, float]]


def read_search(folder: Path, split: str) -> SearchCollection:
    """Read ``docs.jsonl``, ``queries-SPLIT.tsv`` and ``qrels-SPLIT.tsv``, each packed or not.

    Raises
    ------
    FormError
        The documents or the queries are missing, or a line is not in the form.
    """
    documents, queries = _find(folder, "docs.jsonl"), _find(folder, f"queries-{split}.tsv")
    if documents is None or queries is None:
        name = "docs.jsonl" if documents is None else f"queries-{split}.tsv"
        raise FormError(f"{folder}: holds no {name}, nor one with .xz or .gz")
    judgements = _find(folder, f"qrels-{split}.tsv")
    return SearchCollection(
        tuple(_read_documents(documents)),
        tuple(_read_queries(queries)),
        _read_judgements(judgements) if judgements else {},
    )


def _find(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}{ending}" for ending in ("", ".xz", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def _read_documents(path: Path) -> Iterator[SearchDocument]:
    for line in read_filled_lines(path):
        try:
            record = json.loads(line.text)
            yield SearchDocument(*(str(record[name]) for name in ("id", "title", "text")))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise line.error("a JSON object with id, title and text") from error


def _read_queries(path: Path) -> Iterator[SearchQuery]:
    for line in read_filled_lines(path):
        yield SearchQuery(*line.columns("the id of a query and its text", at_least=2)[:2])


def _read_judgements(path: Path) -> dict[str, dict[str, float]]:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for line in read_filled_lines(path):
        query, document, grade = line.columns("query, document and grade", at_least=3)[:3]
        found[query][document] = line.number_in(grade)
    return dict(found)
