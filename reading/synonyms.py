"""The synonyms of a text that is not stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..graph.synonyms.harvest import HarvestOptions, harvest
from ..graph.synonyms.records import Harvest
from ..graph.synonyms.stored_names import parsed_names

if TYPE_CHECKING:
    from .reader import Reader


def find_synonyms(reader: Reader, text: str, *, about: str = "") -> Harvest:
    """Find the synonyms that a text states, variants, and similar names; see `harvest`.

    Every name counts, one that occurs once as well.

    Raises
    ------
    ParameterError
        If the text is empty.
    """
    return harvest(
        parsed_names(reader.parse(text)),
        encoder=reader.encoder,
        typer=reader.typer,
        about=about,
        options=HarvestOptions(min_count=1),
    )
