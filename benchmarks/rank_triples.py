"""Which triples of a job's JSON lines most documents state: the first are shown in the README.

Triples are the same when the keys of both arguments, the relation and the negation are. They are
ranked by the number of documents that state them, then by the highest confidence, then by their
text; pronouns and numbers are no arguments here. Each is printed with the first place where it has
that confidence.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forms.command import existing_path, print_figures, whole_number
from forms.lines import read_strings

_NO_NAMES = frozenset(
    "i you he she it we they me him her us them this that these those who one some all many most "
    "both others other each such there none".split()
)


@dataclass
class Ranked:
    """A triple with what is known of it so far."""

    document: str
    """The last document that states it; those of a file come one after another."""
    n_documents: int
    best: dict[str, object]
    """Its record of the highest confidence, the first of them."""


def main() -> None:
    """Read the records of a file and print the triples that most documents state."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=existing_path, help="what `tailgraph triples --out` wrote")
    parser.add_argument("-k", type=whole_number, default=10, metavar="N", help="how many (10)")
    parser.add_argument(
        "--one-each", action="store_true", help="of each relation only the first one"
    )
    options = parser.parse_args()
    ranked: dict[tuple[str, str, str, bool], Ranked] = {}
    n_records = 0
    for record in read_records(options.file):
        n_records += 1
        subject, target = record["subject"]["key"], record["object"]["key"]
        if is_name(subject) and is_name(target):
            relation = record.get("name") or record["relation_lemma"]
            add(ranked, (subject, relation, target, record["negated"]), record)
    for (subject, relation, target, negated), found in first(
        ranked, options.k, one_each=options.one_each
    ):
        best = found.best
        said = f"{best['document']} {best['sentence_start']}-{best['sentence_end']}"  # its sentence
        denied = "not " if negated else ""
        confidence = float(str(best["confidence"]))
        print(
            f"{found.n_documents} documents  {confidence:.2f}  "
            f"{subject} | {denied}{relation} | {target}  ({said})"
        )
    print_figures({"data": options.file.name, "records": n_records, "triples": len(ranked)})


def read_records(path: Path) -> Iterator[dict[str, object]]:
    """Yield the records of a file of JSON lines."""
    return map(json.loads, read_strings(path))


def is_name(key: str) -> bool:
    """Tell whether the key of an argument names something: letters, and no pronoun."""
    return key not in _NO_NAMES and any(map(str.isalpha, key))


def add(
    ranked: dict[tuple[str, str, str, bool], Ranked],
    key: tuple[str, str, str, bool],
    record: dict[str, object],
) -> None:
    """Count one more record of a triple."""
    document = str(record["document"])
    found = ranked.setdefault(key, Ranked("", 0, record))
    if found.document != document:
        found.document = document
        found.n_documents += 1
    if float(str(record["confidence"])) > float(str(found.best["confidence"])):
        found.best = record


def first(
    ranked: dict[tuple[str, str, str, bool], Ranked], k: int, *, one_each: bool = False
) -> list[tuple[tuple[str, str, str, bool], Ranked]]:
    """Return the k triples that most documents state, or the first of each relation."""

    def rank(item: tuple[tuple[str, str, str, bool], Ranked]) -> tuple[object, ...]:
        key, found = item
        return -found.n_documents, -float(str(found.best["confidence"])), key

    rows = sorted(ranked.items(), key=rank)
    if one_each:
        rows = list({key[1]: (key, found) for key, found in reversed(rows)}.values())[::-1]
        rows.sort(key=rank)
    return rows[:k]


if __name__ == "__main__":
    main()
