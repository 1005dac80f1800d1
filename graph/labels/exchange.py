"""Lists of labels in files: TSV, JSON lines, and SKOS in Turtle; the file's ending says which."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import ArtifactError, ParameterError, StorageError
from . import skos
from .seeds import LABEL, UNTAGGED

ENDINGS = (".tsv", ".txt", ".jsonl", ".ttl")

_COLUMNS = ("term", "labels")
_KEYS = frozenset({"term", "members", "labels"})


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """The labels of a term in lower case, or of the members of a cluster; none if removed."""

    labels: tuple[str, ...]
    term: str = ""
    members: tuple[str, ...] = ()


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels as they are, or refuse what is none.

    Raises
    ------
    ParameterError
        If there is none, one is not of the form ``FOOD`` or ``CHEMICAL.DRUG``, one comes twice, or
        "UNTAGGED" stands beside others.

    Examples
    --------
    >>> check_labels(["CHEMICAL.DRUG", "FOOD"])
    ('CHEMICAL.DRUG', 'FOOD')
    """
    names = tuple(labels)
    if not names or len(set(names)) < len(names) or not all(map(LABEL.fullmatch, names)):
        raise ParameterError(
            f"{'/'.join(names)!r} are not labels; give upper-case names as FOOD or CHEMICAL.DRUG, "
            "each once"
        )
    if UNTAGGED in names and len(names) > 1:
        raise ParameterError(f"{UNTAGGED} says that a term has no type; give it alone")
    return names


def read_records(path: str | Path) -> list[LabelRecord]:
    """Read a list of labels.

    - ``.tsv`` and ``.txt``: lines of a term, a tab, and its labels joined by slashes. Empty lines
      and lines that begin with ``#`` are skipped. A first line ``term TAB labels`` is a header.
    - ``.jsonl``: an object a line, with ``labels`` (a list; empty: they are removed), and with
      ``term`` or, for a cluster, ``members`` (a list of terms).
    - ``.ttl``: SKOS in Turtle, as `write_records` writes it; see `skos.read_terms`.

    Terms are put into lower case.

    Raises
    ------
    ArtifactError
        If the file cannot be read, is not of its form, has a column or key of another name, a label
        of bad form, a term twice, or nothing in it; the message names the place.
    """
    source = Path(path)
    read = {".tsv": _read_tsv, ".txt": _read_tsv, ".jsonl": _read_jsonl, ".ttl": _read_skos}
    form = read[_ending(source)]
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(
            f"{source}: the labels cannot be read ({error}); give a text file in UTF-8"
        ) from error
    records: dict[tuple[str, ...], tuple[str, LabelRecord]] = {}
    for place, record in form(text, str(source)):
        key = (record.term, *sorted(record.members))
        if key in records:
            before, first = records[key]
            same = "the same" if first.labels == record.labels else "other"
            raise ArtifactError(
                f"{place}: {record.term or list(record.members)!r} came before with {same} labels "
                f"({before}); keep one"
            )
        records[key] = (place, record)
    if not records:
        raise ArtifactError(f"{source}: no labels; give lines of a term, a tab and its labels")
    return [record for _, record in records.values()]


def write_records(path: str | Path, records: Iterable[LabelRecord]) -> None:
    """Write a list of labels that `read_records` reads; the file is there whole or not at all.

    Parameters
    ----------
    path
        Its ending says the form. A file of that name is replaced.
    records
        Only JSON lines hold clusters and what was removed.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    target = Path(path)
    write = {".tsv": _write_tsv, ".txt": _write_tsv, ".jsonl": _write_jsonl, ".ttl": _write_skos}
    text = write[_ending(target)](records)
    partial = target.with_name(f".{target.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, target)
    except OSError as error:
        raise StorageError(
            f"{target}: the labels cannot be written ({error.strerror}); choose another place"
        ) from error


def _ending(path: Path) -> str:
    if path.suffix not in ENDINGS:
        raise ParameterError(
            f"{path}: labels are kept in files that end in {', '.join(ENDINGS)}; name one so"
        )
    return path.suffix


def _record(
    place: str, labels: Sequence[str], *, term: str = "", members: Sequence[str] = ()
) -> LabelRecord:
    """Make a record, or refuse bad labels and terms by their place."""
    if not term.strip() and not (len(members) > 1 and all(map(str.strip, members))):
        raise ArtifactError(f"{place}: expected a term, or two members of a cluster or more")
    try:
        names = check_labels(labels) if labels else ()
    except ParameterError as error:
        raise ArtifactError(f"{place}: {error}") from error
    return LabelRecord(names, " ".join(term.split()).lower(), tuple(members))


# ---- TSV


def _read_tsv(text: str, source: str) -> Iterator[tuple[str, LabelRecord]]:
    is_first = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        place = f"{source}, line {number}"
        cells = line.rstrip().split("\t")
        is_header, is_first = is_first and cells[0] == "term" and not cells[-1].isupper(), False
        if is_header and cells != list(_COLUMNS):
            raise ArtifactError(
                f"{place}: the columns are {', '.join(cells)}; expected {' and '.join(_COLUMNS)}"
            )
        if not is_header:
            if len(cells) != len(_COLUMNS) or not all(map(str.strip, cells)):
                raise ArtifactError(
                    f"{place}: {line!r} is not a term, a tab and its labels joined by '/'"
                )
            yield place, _record(place, cells[1].split("/"), term=cells[0])


def _write_tsv(records: Iterable[LabelRecord]) -> str:
    return "".join(f"{record.term}\t{'/'.join(record.labels)}\n" for record in records)


# ---- JSON lines


def _read_jsonl(text: str, source: str) -> Iterator[tuple[str, LabelRecord]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            place = f"{source}, line {number}"
            try:
                found = json.loads(line)
            except ValueError as error:
                raise ArtifactError(f"{place}: not JSON ({error}); give an object") from error
            yield place, _from_object(found, place)


def _from_object(found: object, place: str) -> LabelRecord:
    if not isinstance(found, dict) or not found.keys() <= _KEYS:
        got = ", ".join(found) if isinstance(found, dict) else type(found).__name__
        raise ArtifactError(
            f"{place}: got {got}; expected an object with labels and either term or members"
        )
    labels, members = _texts(found.get("labels")), _texts(found.get("members", []))
    term = found.get("term", "")
    if labels is None or members is None or not isinstance(term, str) or (term and members):
        raise ArtifactError(
            f"{place}: expected labels as a list of texts, and term as a text or members as a list"
        )
    return _record(place, labels, term=term, members=members)


def _texts(value: object) -> list[str] | None:
    """Return a list of texts as such, or None if it is something else."""
    if not isinstance(value, list):
        return None
    return value if all(isinstance(item, str) for item in value) else None


def _write_jsonl(records: Iterable[LabelRecord]) -> str:
    lines = []
    for record in records:
        name: dict[str, object] = (
            {"term": record.term} if record.term else {"members": list(record.members)}
        )
        lines.append(json.dumps(name | {"labels": list(record.labels)}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


# ---- SKOS


def _read_skos(text: str, source: str) -> Iterator[tuple[str, LabelRecord]]:
    for line, term, labels in skos.read_terms(text, source):
        place = f"{source}, line {line}"
        yield place, _record(place, labels, term=term)


def _write_skos(records: Iterable[LabelRecord]) -> str:
    return skos.write_terms({record.term: record.labels for record in records})
