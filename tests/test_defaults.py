"""The embedded model and parser, as they come with the package."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.parsing import Parser


@pytest.mark.parametrize("load", [Encoder.default, Parser.default], ids=["model", "parser"])
def test_a_default_loads_in_under_two_seconds(load: Callable[[], object]) -> None:
    """Whoever only wants to ask something does not wait."""
    start = time.process_time()
    load()
    assert time.process_time() - start < 2
