"""The losses of a run as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

_PANELS = (
    ("words", "masked words, training (nats)"),
    ("loss", "masked words, held out (nats)"),
    ("next_sentence", "next sentence (nats)"),
    ("bag", "words of the row from its opening token (nats)"),
)


def plot_losses(log: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw the losses of a log over the tokens seen.

    Parameters
    ----------
    log
        Entries with ``tokens`` and some of the losses, as `RunFolder.read_log` gives them.
    path
        The PNG file to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(2, 2).flat, _PANELS, strict=True):
        points = [(entry["tokens"] / 1e6, entry[name]) for entry in log if name in entry]
        if points:
            axes.plot(
                *zip(*points, strict=True), linewidth=1, marker="." if len(points) < 3 else ""
            )
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("million tokens", fontsize=8)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
