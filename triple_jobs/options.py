"""JobOptions: what decides the content of a file of triples, besides its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ..engine.corpus import SourceOptions
from ..errors import ParameterError
from .records import OPEN_FIELDS, TYPED_FIELDS, Kind

PORTION_SENTENCES = 1024


@dataclass(frozen=True)
class JobOptions:
    """What decides the content of a file of triples, besides its sources.

    Parameters
    ----------
    reading : SourceOptions
        How the sources are read.
    parser : str or None
        A spaCy pipeline: a folder or a name; the embedded one if None.
    min_confidence : float or None
        Triples of less confidence are left out; None is the least that the extraction gives.
    typed : bool
        Whether to extract the relations of a schema, in place of open ones.
    schema : str or None
        Typed: the file of the schema; the one that comes with tailgraph if None.
    relations : tuple of str
        Typed: the names of the relations to extract; all if empty.
    model, labels : str or None
        Typed: a masked language model and a list of seed labels; the embedded ones if None.
    portion_sentences : int
        A portion of this many sentences is what an interruption may cost.
    """

    reading: SourceOptions = field(default_factory=SourceOptions)
    parser: str | None = None
    min_confidence: float | None = None
    typed: bool = False
    schema: str | None = None
    relations: tuple[str, ...] = ()
    model: str | None = None
    labels: str | None = None
    portion_sentences: int = PORTION_SENTENCES

    def check(self) -> None:
        """Refuse values out of range, and those that say nothing.

        Raises
        ------
        ParameterError
            A number is out of its range, or an option of typed triples stands without `typed`.
        """
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise ParameterError(
                f"min_confidence is {self.min_confidence}; give a share from 0 to 1."
            )
        if self.portion_sentences < 1:
            raise ParameterError(
                f"portion_sentences is {self.portion_sentences}; expected 1 or more."
            )
        if self.typed:
            return
        for name in ("schema", "relations", "model", "labels"):
            if getattr(self, name):
                raise ParameterError(
                    f"{name} is {getattr(self, name)!r}, but only typed triples use it; ask for "
                    "them (typed=True, --typed), or leave it out."
                )

    @property
    def fields(self) -> Mapping[str, Kind]:
        """The fields of the records."""
        return TYPED_FIELDS if self.typed else OPEN_FIELDS

    def as_plain(self) -> dict[str, Any]:
        """Return the options as values that JSON and `marshal` can carry."""
        return {**asdict(self), "relations": list(self.relations)}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Return the options that `as_plain` was taken of."""
        parts = dict(values)
        reading = SourceOptions(**parts.pop("reading"))
        return cls(reading=reading, **{**parts, "relations": tuple(parts["relations"])})
