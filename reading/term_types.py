"""The type of a vocabulary term: what a person said it is, or what its neighbors are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..graph.labels.entity_vectors import EntityVectors
from ..graph.labels.seeds import UNTAGGED, check_known, main_type


@dataclass(frozen=True, eq=False)
class TermTypes:
    """The type of each term of a vocabulary.

    Attributes
    ----------
    mains
        The main type with the largest share, its sub-types added up; None where nothing is known,
        or where that is no type. Equal shares go to the first by name.
    labels
        The label of that main type with the largest share, as CHEMICAL.DRUG.
    known
        All labels that are types.
    """

    mains: tuple[str | None, ...]
    labels: tuple[str | None, ...]
    known: tuple[str, ...]

    @classmethod
    def of(cls, vectors: EntityVectors) -> TermTypes:
        """Read the types off entity vectors."""
        shares = vectors.distributions
        names = sorted({main_type(label) for label in vectors.labels})
        main_of = np.array([names.index(main_type(label)) for label in vectors.labels])
        totals = shares @ (main_of[:, None] == np.arange(len(names))).astype(np.float32)
        best = totals.argmax(axis=1)
        within = np.where(main_of == best[:, None], shares, -1).argmax(axis=1)
        is_typed = (totals.max(axis=1) > 0) & (np.array(names)[best] != UNTAGGED)
        rows = list(zip(is_typed.tolist(), best.tolist(), within.tolist(), strict=True))
        return cls(
            tuple(names[main] if typed else None for typed, main, _ in rows),
            tuple(vectors.labels[label] if typed else None for typed, _, label in rows),
            tuple(label for label in vectors.labels if label != UNTAGGED),
        )

    def terms_of(self, types: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Tell which terms have one of some types: bool array of shape (n_terms,).

        Parameters
        ----------
        types
            Main types, or labels with their sub-types, in any case.

        Raises
        ------
        ParameterError
            If there is no such label; the message names those there are.
        """
        wanted = {name.strip().upper() for name in types}
        check_known(wanted, self.known)
        pairs = zip(self.mains, self.labels, strict=True)
        return np.array([main in wanted or label in wanted for main, label in pairs], np.bool_)
