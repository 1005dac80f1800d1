"""What is installed: every folder of code, the embedded model and parser, the sample, the names."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import tailgraph

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_folder_of_code_is_in_the_wheel() -> None:
    """Each folder with an ``__init__.py`` is listed; tests and benchmarks are not."""
    folders = {
        path.parent.relative_to(ROOT)
        for path in ROOT.rglob("__init__.py")
        if path.relative_to(ROOT).parts[0] not in ("tests", "benchmarks", "build", ".venv")
    }
    expected = {".".join(("tailgraph", *folder.parts)) for folder in folders}
    assert set(SETTINGS["packages"]) == expected


@pytest.mark.parametrize("folder", ["models", "sample"])
def test_every_data_file_is_in_the_wheel(folder: str) -> None:
    """The patterns of the package data reach each file but the notes for readers."""
    base = ROOT / folder
    patterns = SETTINGS["package-data"][f"tailgraph.{folder}"]
    packed = {path for pattern in patterns for path in base.glob(pattern) if path.is_file()}
    files = {p for p in base.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert {path.name for path in files - packed} <= {"README.md"}


def test_every_public_name_can_be_imported() -> None:
    """The names of ``__all__`` are found where the front door says they live."""
    for name in tailgraph.__all__:
        assert getattr(tailgraph, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Encoding'"):
        tailgraph.Encoding  # noqa: B018
