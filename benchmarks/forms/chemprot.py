"""ChemProt: a folder of tables with abstracts, the places of their names, and gold pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .lines import FormError, read_filled_lines


@dataclass(frozen=True)
class NamedPlace:
    """A name in an abstract: its id there, whether it is a chemical, and its characters."""

    id: str
    is_chemical: bool
    start: int
    stop: int


@dataclass(frozen=True)
class ChemProtAbstract:
    """An abstract; offsets count characters of ``text``, title and body with one blank between.

    ``relations`` gives the group of each gold pair, the chemical's id before the gene's.
    """

    id: str
    text: str
    places: tuple[NamedPlace, ...]
    relations: dict[tuple[str, str], str]


def read_chemprot(folder: Path) -> Iterator[ChemProtAbstract]:
    """Yield the abstracts of a folder that holds one split, or of its dev split among several.

    Raises
    ------
    FormError
        A table is missing, or a line has too few columns.
    """
    places: dict[str, list[NamedPlace]] = defaultdict(list)
    for line in read_filled_lines(_table(folder, "entities")):
        document, name, kind, start, stop = line.columns("a name and its place", at_least=6)[:5]
        places[document].append(NamedPlace(name, kind == "CHEMICAL", int(start), int(stop)))
    relations: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for line in read_filled_lines(_table(folder, "gold_standard")):
        document, group, one, other = line.columns("a pair and its group", at_least=4)[:4]
        pair = one.removeprefix("Arg1:"), other.removeprefix("Arg2:")
        relations[document][pair] = group
    for line in read_filled_lines(_table(folder, "abstracts")):
        document, title, body = line.columns("an id, a title and an abstract", at_least=3)[:3]
        yield ChemProtAbstract(
            document, f"{title} {body}", tuple(places[document]), relations[document]
        )


def _table(folder: Path, name: str) -> Path:
    """Find a table of a folder; of several splits that of dev."""
    files = sorted(path for path in folder.iterdir() if f"_{name}.tsv" in path.name)
    if not files:
        raise FormError(f"{folder}: expected a table *_{name}.tsv, found none")
    return next((path for path in files if "dev" in path.name), files[0])
