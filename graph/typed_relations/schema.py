"""The relation schema: which relations there are, and what names and limits each of them.

It is a TOML file that a person edits; one comes with the package. Each table is a relation:

.. code-block:: toml

    [inhibits]
    triggers = ["inhibit", "block", "inhibitor"]
    subject = ["CHEMICAL", "GENE"]
    object = ["GENE", "PROCESS"]
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, cast, get_args

from ...errors import ArtifactError, ParameterError
from ..relations.triples import Form

Negation = Literal["keep", "drop"]

ANY_TYPE = "*"
FORMS: tuple[Form, ...] = get_args(Form)

_STARTER = Path(__file__).parent / "starter_relations.toml"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TYPE = re.compile(r"[A-Z][A-Z0-9_]*")
_HEADER = re.compile(r"\s*\[\s*\"?([^\]\"]*?)\"?\s*\]")
_TOML_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


@dataclass(frozen=True)
class Relation:
    """A relation of the schema.

    Attributes
    ----------
    name
        Lower-case words joined by hyphens: "located-in".
    triggers
        The terms that name it, as lemmas: "inhibit", "inhibitor", "bind to". Verbs and nouns have
        the relation's subject as their doer. A term of several words needs all of them.
    inverse
        Terms that name it the other way round: "metabolize" for substrate-of.
    hints
        Words that go with it without naming it, as "after" for causes; they count half.
    subject, object
        The main types that each argument may have; ``("*",)`` for any.
    symmetric
        Whether it holds both ways alike; its arguments are then in text order.
    same_type
        Whether both arguments have to be of one type, as the names of one thing are.
    forms
        Where the trigger may stand: between the arguments, before them, after them.
    negation
        What becomes of denied statements: "keep" marks them as negated, "drop" leaves them out.
    examples
        Sentences that state it, confirmed by a person; they help to classify whole sentences.
    """

    name: str
    triggers: tuple[str, ...]
    inverse: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    subject: tuple[str, ...] = (ANY_TYPE,)
    object: tuple[str, ...] = (ANY_TYPE,)
    symmetric: bool = False
    same_type: bool = False
    forms: tuple[Form, ...] = FORMS
    negation: Negation = "keep"
    examples: tuple[str, ...] = ()

    def allows(self, subject: str, object: str) -> bool:
        """Tell whether arguments may have these two main types.

        Examples
        --------
        >>> treats = Relation("treats", ("treat",), subject=("CHEMICAL",), object=("DISEASE",))
        >>> treats.allows("CHEMICAL", "DISEASE"), treats.allows("DISEASE", "CHEMICAL")
        (True, False)
        """
        return allows(self.subject, subject) and allows(self.object, object)


@dataclass(frozen=True)
class RelationSchema:
    """Relations by name, in the order of the file, and where they were read."""

    relations: Mapping[str, Relation]
    source: str

    def __len__(self) -> int:
        """Count the relations."""
        return len(self.relations)

    def relation(self, name: str) -> Relation:
        """Return a relation.

        Raises
        ------
        ParameterError
            There is none of that name; the message lists those there are.
        """
        if name not in self.relations:
            raise ParameterError(
                f"No relation is called {name!r} in {self.source}; the relations are "
                f"{', '.join(sorted(self.relations))}."
            )
        return self.relations[name]

    def only(self, *names: str) -> RelationSchema:
        """Return the schema with these relations alone.

        Raises
        ------
        ParameterError
            There is none of that name.
        """
        return replace(self, relations={name: self.relation(name) for name in names})


def allows(allowed: tuple[str, ...], kind: str) -> bool:
    """Tell whether a main type is among those allowed."""
    return ANY_TYPE in allowed or kind in allowed


def read_schema(path: str | Path | None = None) -> RelationSchema:
    """Read a schema, by default the one that comes with the package.

    Raises
    ------
    ArtifactError
        The file cannot be read, is no TOML, or a relation is not of the form above; the message
        tells the line and the reason.

    Examples
    --------
    >>> read_schema().relation("treats").subject
    ('CHEMICAL', 'PROCEDURE')
    """
    source = Path(_STARTER if path is None else path)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(
            f"The relation schema {source} cannot be read: {error}. Expected a TOML file in UTF-8; "
            "leave it out to use the one that comes with the package."
        ) from error
    return parse_schema(text, source=str(source))


def parse_schema(text: str, *, source: str = "<text>") -> RelationSchema:
    """Read a schema from its text; see `read_schema`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(source, text, str(error)) from error
    relations = {}
    for name, table in tables.items():
        relations[name] = _read_relation(_Reason(source, text, name), table)
    if not relations:
        raise ArtifactError(
            f"{source}:1: there is no relation. Expected tables as [treats] with their triggers."
        )
    return RelationSchema(relations, source)


def format_relation(relation: Relation) -> str:
    """Write a relation as a table of a schema file; what has its default is left out.

    Examples
    --------
    >>> print(format_relation(Relation("born-in", ("bear in",), object=("PLACE",))), end="")
    [born-in]
    triggers = ["bear in"]
    object = ["PLACE"]
    """
    lines = [f"[{relation.name}]"]
    for part in fields(relation):
        value = getattr(relation, part.name)
        if part.name == "name" or value == part.default:
            continue
        shown = list(value) if isinstance(value, tuple) else value
        lines.append(f"{part.name} = {json.dumps(shown, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def add_relation(path: str | Path, relation: Relation) -> None:
    """Write a new relation at the end of a schema file, which is made if it is not there.

    Raises
    ------
    ArtifactError
        The file is no schema, or cannot be written.
    ParameterError
        The relation is not of the form that a schema has, or the file has one of that name.
    """
    table, file = format_relation(relation), Path(path)
    try:
        parse_schema(table, source=relation.name)
    except ArtifactError as error:
        raise ParameterError(f"This relation cannot be written: {error}") from error
    before = ""
    if file.exists():
        if relation.name in read_schema(file).relations:
            raise ParameterError(
                f"{file} has a relation called {relation.name!r} already; choose another name, or "
                "edit or take out that table."
            )
        before = file.read_text(encoding="utf-8").rstrip("\n") + "\n\n"
    try:
        file.write_text(before + table, encoding="utf-8")
    except OSError as error:
        raise ArtifactError(f"The schema {file} cannot be written: {error}.") from error


class _Reason:
    """Says what is wrong with a relation, and in which line."""

    def __init__(self, source: str, text: str, name: str):
        self._source, self._lines, self.name = source, text.splitlines(), name

    def __call__(self, reason: str, *, key: str = "") -> ArtifactError:
        return ArtifactError(f"{self._source}:{self._line(key)}: {self.name}: {reason}")

    def _line(self, key: str) -> int:
        """Find the number of the line of a key of the relation, or of its header."""
        header = found = 1
        inside = False
        for number, line in enumerate(self._lines, start=1):
            if match := _HEADER.match(line):
                inside = match[1] == self.name
                if inside:
                    header = found = number
            elif re.match(rf"\s*\"?{re.escape(key or self.name)}\"?\s*=", line) and (
                inside or not key
            ):
                found = number
        return found if key or header == 1 else header


def _read_relation(reason: _Reason, table: object) -> Relation:
    """Check a table and make a relation of it."""
    if not _NAME.fullmatch(reason.name):
        raise reason("a name is lower-case words joined by hyphens, as in located-in")
    if not isinstance(table, dict):
        raise reason("expected a table, as in [treats], not a single value")
    known = [part.name for part in fields(Relation) if part.name != "name"]
    for key in table:
        if key not in known:
            raise reason(f"unknown key {key!r}; the keys are {', '.join(known)}", key=key)
    if "triggers" not in table:
        raise reason('it has no triggers; give at least one, as in triggers = ["treat"]')
    values = {key: _read_value(reason, key, value) for key, value in table.items()}
    return Relation(name=reason.name, **values)  # type: ignore[arg-type]  # checked key by key


def _read_value(reason: _Reason, key: str, value: object) -> tuple[str, ...] | str | bool:
    if key in ("symmetric", "same_type"):
        if not isinstance(value, bool):
            raise reason(f"{key} is true or false, not {value!r}", key=key)
        return value
    if key == "negation":
        if value not in get_args(Negation):
            raise reason(
                f"negation is one of {', '.join(get_args(Negation))}, not {value!r}", key=key
            )
        return str(value)
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise reason(f'{key} is a list of texts, as in {key} = ["..."], not {value!r}', key=key)
    texts = cast("list[str]", value)
    if not texts and key in ("triggers", "subject", "object", "forms"):
        raise reason(f"{key} is empty; give at least one, or leave it out", key=key)
    for text in texts:
        if key in ("subject", "object") and text != ANY_TYPE and not _TYPE.fullmatch(text):
            raise reason(
                f'{text!r} is no main type; write it as in {key} = ["CHEMICAL"], or "*" for any',
                key=key,
            )
        if key == "forms" and text not in FORMS:
            raise reason(f"{text!r} is no form; the forms are {', '.join(FORMS)}", key=key)
    return tuple(texts) if key == "examples" else tuple(" ".join(t.split()) for t in texts)


def _not_toml(source: str, text: str, message: str) -> ArtifactError:
    """Say where a file is no TOML, with the line first."""
    place = _TOML_LINE.search(message)
    n_lines = len(text.splitlines())
    line = int(place[1]) if place and place[1] else max(1, n_lines)
    reason = _TOML_LINE.sub("", message)
    return ArtifactError(f"{source}:{line}: this is not TOML: {reason}")
