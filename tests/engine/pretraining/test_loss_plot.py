"""The picture of a run's losses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.engine.pretraining.loss_plot import plot_losses

ENTRY = {"step": 10, "tokens": 4096, "words": 6.5, "next_sentence": 0.7, "bag": 7.0}


@pytest.mark.parametrize(
    "log", [[], [ENTRY], [ENTRY, {**ENTRY, "tokens": 8192, "loss": 6.1}]], ids=len
)
def test_any_log_becomes_a_picture(log: list[dict[str, float]], tmp_path: Path) -> None:
    """An empty log, a single entry and one with a measurement are drawn as PNG."""
    plot_losses(log, tmp_path / "loss.png")
    content = (tmp_path / "loss.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content[16:24] == (1080).to_bytes(4, "big") + (720).to_bytes(4, "big")
