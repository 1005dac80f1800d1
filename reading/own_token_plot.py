"""The heat map of a text's own words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError
from .own_tokens import OwnTokens

_INCHES = 0.28


def draw_own_tokens(found: OwnTokens, path: str | Path) -> None:
    """Draw how far each position of a text prefers each of its words, as PNG.

    A column is a word and a row a position. A score is shown against the mean of its row, since
    positions differ in the height of all their scores; a word's own position is left blank.

    Parameters
    ----------
    found
        The ranked words of a text.
    path
        The file, which is replaced; its folder has to be there.

    Raises
    ------
    ParameterError
        If there are fewer than two words, or the file cannot be written.
    """
    if len(found.words) < 2:
        raise ParameterError(f"The text has {len(found.words)} words to draw; it takes two.")
    from matplotlib.figure import Figure

    values = relative_scores(found)
    width, height = len(found.words), len(found.positions)
    figure = Figure(figsize=(2 + _INCHES * width, 1.5 + _INCHES * height), layout="constrained")
    axes = figure.add_subplot()
    most = float(np.nanmax(np.abs(values))) or 1.0
    image = axes.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto")
    axes.set_xticks(range(width), found.words, rotation=90)
    axes.set_yticks(range(height), [position.token for position in found.positions])
    axes.set_xlabel("word of the text")
    axes.set_ylabel("position")
    figure.colorbar(image, label="score against the mean of the row")
    try:
        # Without the version of the software the same scores give the same bytes.
        figure.savefig(path, format="png", dpi=120, metadata={"Software": None})
    except OSError as error:
        raise ParameterError(
            f"{path}: the plot cannot be written ({error.strerror or error}); name a file in a "
            "folder that is there."
        ) from error


def relative_scores(found: OwnTokens) -> npt.NDArray[np.float64]:
    """Return scores less the mean of their row: shape (n_positions, n_words), nan for own words."""
    columns = {word: column for column, word in enumerate(found.words)}
    values = np.full((len(found.positions), len(found.words)), np.nan)
    for row, position in enumerate(found.positions):
        for other in position.ranked:
            values[row, columns[other.token]] = other.score
    return np.asarray(values - np.nanmean(values, axis=1, keepdims=True), dtype=np.float64)
