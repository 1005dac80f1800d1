"""The command line that every evaluation script shares, and the figures that it ends with."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path


def evaluation_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options of every evaluation script; a script adds its own.

    The parsed arguments hold ``data`` (Path), ``predictions`` (Path or None), ``model`` (str or
    None) and ``limit`` (int or None).
    """
    parser = argparse.ArgumentParser(description=description)
    add_data(parser)
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="OUT",
        help="write the predictions here, line by line in the order of the data",
    )
    parser.add_argument(
        "--model", metavar="PATH", help="the model to evaluate (default: the embedded one)"
    )
    parser.add_argument(
        "--limit", type=whole_number, metavar="N", help="read only the first N items"
    )
    return parser


def add_data(
    parser: argparse.ArgumentParser, name: str = "--data", *, required: bool = True
) -> None:
    """Add an option that takes a file or a folder that exists."""
    parser.add_argument(
        name,
        type=existing_path,
        required=required,
        metavar="PATH",
        help="what to evaluate on; files may be .xz or .gz",
    )


def existing_path(text: str) -> Path:
    """Return an argument as a path, or make argparse refuse it."""
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"{text}: there is no such file or folder")
    return path


def whole_number(text: str) -> int:
    """Return an argument as a number of at least one, or make argparse refuse it."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, not {text!r}")
    return int(text)


def print_figures(figures: Mapping[str, object]) -> None:
    """Print the figures as one JSON object on one line: the last that a script prints.

    Raises
    ------
    ValueError
        A figure is not a finite number.
    """
    print(json.dumps(figures, allow_nan=False), flush=True)
