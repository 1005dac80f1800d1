"""Everything that tailgraph raises on purpose.

::

    TailgraphError
    |-- ArtifactError             a knowledge base or index is missing, damaged or of another make
    |   `-- StorageError          it cannot be written: the disk is full or read-only
    |-- CorpusError               a source is missing, unreadable, empty or not text
    |-- ModelError                a model is missing, damaged or not of a kind that can be read
    |-- MissingDependencyError    an optional package is not installed (also an ImportError)
    |-- ParameterError            an argument is outside its range (also a ValueError)
    |   `-- ShapeError            an array has the wrong shape or dtype
    |-- UnknownTermError          no node has this text (also a KeyError)
    `-- NoPathError               two nodes are not connected

Each message says what came, what was expected, and what to do.
"""

from __future__ import annotations


class TailgraphError(Exception):
    """Root of every error that tailgraph raises on purpose."""


class ArtifactError(TailgraphError):
    """A knowledge base, index or cache is missing, damaged, or made by another version or model."""


class StorageError(ArtifactError):
    """A knowledge base cannot be written: the disk is full, read-only or gone."""


class CorpusError(TailgraphError):
    """A source of text is missing, unreadable, empty, or not text."""


class ModelError(TailgraphError):
    """A model is missing, damaged, or not of a kind that tailgraph can read."""


class MissingDependencyError(TailgraphError, ImportError):
    """An optional package is needed and not installed; the message names the extra to install."""


class ParameterError(TailgraphError, ValueError):
    """An argument is outside its range."""


class ShapeError(ParameterError):
    """An array has a shape or dtype other than the one expected."""


class UnknownTermError(TailgraphError, KeyError):
    """No node of the graph has this text."""

    def __str__(self) -> str:
        """Return the message itself, not the quoted form that KeyError prints."""
        return str(self.args[0]) if self.args else ""


class NoPathError(TailgraphError):
    """Two nodes are not connected in the direction asked for."""
