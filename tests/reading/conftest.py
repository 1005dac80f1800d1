"""What the tests of reading share."""

from __future__ import annotations

import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.labels.seeds import UNTAGGED, SeedLabels
from tailgraph.reading.reader import Reader

TINY_SEEDS = SeedLabels(
    {
        "aspirin": ("CHEMICAL.DRUG",),
        "drug": ("CHEMICAL.DRUG",),
        "protein": ("CHEMICAL.COMPOUND",),
        "melanoma": ("DISEASE",),
        "cancer": ("DISEASE",),
        "london": ("PLACE",),
        "river": ("PLACE",),
        "the": (UNTAGGED,),
        "of": (UNTAGGED,),
    },
    "tiny",
)
"""Types of a few terms of the tiny model."""


@pytest.fixture(scope="session")
def tiny_reader(tiny_encoder: Encoder) -> Reader:
    """Read with the tiny model and a few labels."""
    return Reader(tiny_encoder, TINY_SEEDS)
